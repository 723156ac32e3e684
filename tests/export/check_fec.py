#!/usr/bin/env python3
"""Checks a FEC against the law (LPF, A47 A-1) and against the balances of the ledger. It shares no line with what writes it.

    check_fec.py FILE CLOSING.json [BEFORE.json]

CLOSING and BEFORE are what `aiga account --json --as-of DAY` says of the last day of the year, and of the day before its
first. The chart of accounts is the one that comes with the program.
"""

import json
import pathlib
import re
import sys
import unicodedata
from collections import defaultdict
from datetime import date
from decimal import Decimal

COLUMNS = (
    "JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum CompAuxLib PieceRef PieceDate "
    "EcritureLib Debit Credit EcritureLet DateLet ValidDate Montantdevise Idevise"
).split()
NEEDED = set(COLUMNS) - {"CompAuxNum", "CompAuxLib", "EcritureLet", "DateLet", "Montantdevise", "Idevise"}
CHART = {
    "fund:deposit": "51210", "fund:till": "53100", "fund:transit": "51100", "fund:receivable": "46710",
    "fund:payable": "46720", "obligation": "46330", "own:bank": "51220", "own:operating": "58000", "own:fees": "75810",
    "own:interest": "76800", "own:gains": "75880", "own:charges": "62700", "own:losses": "65400",
}
CREDIT = ("fund:payable:", "obligation", "own:fees", "own:interest", "own:gains")


def day(text):
    assert re.fullmatch(r"[0-9]{8}", text), f"{text!r} is no day as YYYYMMDD"
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def amount(text):
    assert re.fullmatch(r"(0|[1-9][0-9]*),[0-9]{2}", text), f"{text!r} is no amount with a comma"
    return Decimal(text.replace(",", "."))


def balances(path):
    """The balances in euros by number and auxiliary account, debits less credits."""
    found = {}
    for row in json.loads(pathlib.Path(path).read_text()) if path else []:
        account, balance = row["account"], Decimal(row["balance"])
        if account.startswith(("bills:", "circulation:")):
            continue
        head, _, id = account.rpartition(":") if account.count(":") == 2 else (account, "", "")
        found[CHART[head], id] = -balance if account.startswith(CREDIT) else balance
    return found


def is_result(number):
    return number[0] in "67"


def lines_of(path):
    text = path.read_bytes().decode("iso8859-15")
    assert text.endswith("\r\n") and text.count("\n") == text.count("\r") == text.count("\r\n"), "lines end with CR LF"
    header, *lines = text[:-2].split("\r\n")
    assert header.split("\t") == COLUMNS, "the columns are not those of the law"
    for number, line in enumerate(lines, 2):
        cells = line.split("\t")
        assert len(cells) == len(COLUMNS), f"line {number} has {len(cells)} cells"
        controls = [letter for cell in cells for letter in cell if unicodedata.category(letter).startswith("C")]
        assert not controls, f"line {number} has control characters: {controls}"
        yield number, dict(zip(COLUMNS, cells))


def check(path, closing, before):
    named = re.fullmatch(r"[0-9]{9}FEC([0-9]{8})\.txt", path.name)
    assert named, f"{path.name} is not <SIREN>FEC<YYYYMMDD>.txt"
    last = day(named[1])
    first = date(last.year, 1, 1)
    assert (last.month, last.day) == (12, 31), "a year ends with December"

    entries, totals, names, journals = [], defaultdict(Decimal), {}, {}
    debits = credits = Decimal(0)
    validated = None
    for number, row in lines_of(path):
        where = f"line {number}"
        empty = [column for column in NEEDED if not row[column].strip()]
        assert not empty, f"{where}: {empty} are empty"
        assert re.fullmatch(r"[1-8][0-9]{2}[0-9A-Za-z]*", row["CompteNum"]), f"{where}: {row['CompteNum']}"
        assert names.setdefault(row["CompteNum"], row["CompteLib"]) == row["CompteLib"], f"{where}: two names"
        assert journals.setdefault(row["JournalCode"], row["JournalLib"]) == row["JournalLib"], f"{where}: two names"
        assert bool(row["CompAuxNum"]) == bool(row["CompAuxLib"]), f"{where}: half an auxiliary account"
        assert not row["EcritureLet"] + row["DateLet"] + row["Montantdevise"] + row["Idevise"], where
        on, valid = day(row["EcritureDate"]), day(row["ValidDate"])
        day(row["PieceDate"])
        assert first <= on <= last, f"{where}: {on} is not in the year"
        debit, credit = amount(row["Debit"]), amount(row["Credit"])
        assert (debit == 0) != (credit == 0), f"{where}: debit {debit}, credit {credit}"

        if not entries or entries[-1]["EcritureNum"] != row["EcritureNum"]:
            assert row["EcritureNum"] == str(len(entries) + 1), f"{where}: {row['EcritureNum']} is not the next number"
            assert validated is None or entries[-1]["JournalCode"] == "AN" or valid >= validated, f"{where}: not in order"
            assert not entries or entries[-1]["sum"] == 0, f"the entry before {where} does not balance"
            assert row["JournalCode"] != "AN" or not entries, f"{where}: opening balances are not first"
            entries.append({**row, "sum": Decimal(0)})
            validated = valid
        shared = ("JournalCode", "EcritureDate", "PieceRef", "PieceDate", "EcritureLib", "ValidDate")
        assert all(entries[-1][column] == row[column] for column in shared), f"{where} is not of its entry"
        entries[-1]["sum"] += debit - credit
        debits, credits = debits + debit, credits + credit
        totals[row["CompteNum"], row["CompAuxNum"]] += debit - credit
    assert entries, "there are no entries"
    assert entries[-1]["sum"] == 0, "the last entry does not balance"
    assert debits == credits, f"debits {debits}, credits {credits}"
    assert len({entry["PieceRef"] for entry in entries}) == len(entries), "two entries have one reference"

    expected = defaultdict(Decimal)
    for (number, id), cents in closing.items():
        expected[number, id] += cents
    for (number, id), cents in before.items():
        if is_result(number):
            # Expense and income begin anew; their sum was carried over.
            expected[number, id] -= cents
            expected["carried", ""] += cents
    for carried in ("11000", "11900"):
        totals["carried", ""] += totals.pop((carried, ""), Decimal(0))
    for account in sorted(expected.keys() | totals.keys()):
        ours, theirs = expected.get(account, Decimal(0)), totals.get(account, Decimal(0))
        assert ours == theirs, f"{account}: {theirs} in the file, {ours} in the ledger"
    print(f"{path.name}: {len(entries)} entries, {debits} € on each side, {len(totals)} accounts agree")


file, closing, *before = sys.argv[1:]
check(pathlib.Path(file), balances(closing), balances(before[0] if before else None))

#!/usr/bin/env python3
"""Checks a FEC against the law (LPF, A47 A-1) and against the balances of the ledger. It shares no line with what writes it.

    check_fec.py FILE CLOSING.json [BEFORE.json] [--numbering file|journal] [--encoding utf-8|iso-8859-15]
                 [--chart paheko] [--keeps OLDER]

CLOSING and BEFORE are what `aiga account --json --as-of DAY` says of the last day of the year, and of the day before its
first. The charts of accounts are those that come with the program. OLDER is a file of the same year, exported before more
was recorded: what it has stays as it was. The description of the file is read beside it.
"""

import argparse
import json
import pathlib
import re
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
PAHEKO = {
    "fund:till": "53000", "fund:transit": "51120", "obligation": "46730", "own:operating": "580", "own:fees": "75881",
    "own:interest": "768", "own:charges": "627", "own:losses": "654",
}
CARRIED = ("11000", "11900", "110", "119")
TEXT_BYTES_MAX = 200
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


def lines_of(path, encoding):
    text = path.read_bytes().decode(encoding)
    assert not text.startswith("\ufeff"), "there is a mark at the beginning"
    assert text.endswith("\r\n") and text.count("\n") == text.count("\r") == text.count("\r\n"), "lines end with CR LF"
    header, *lines = text[:-2].split("\r\n")
    assert header.split("\t") == COLUMNS, "the columns are not those of the law"
    for number, line in enumerate(lines, 2):
        cells = line.split("\t")
        assert len(cells) == len(COLUMNS), f"line {number} has {len(cells)} cells"
        # A joiner makes one sign of two emoji.
        letters = [letter for cell in cells for letter in cell if letter != "\u200d"]
        controls = [letter for letter in letters if unicodedata.category(letter).startswith("C")]
        assert not controls, f"line {number} has control characters: {controls}"
        long = [cell for cell in cells if len(cell.encode(encoding)) > TEXT_BYTES_MAX]
        assert not long, f"line {number} has more than {TEXT_BYTES_MAX} bytes in {long}"
        assert not any(sign in line for sign in '"|'), f"line {number} has a quote or a bar: {line}"
        yield number, dict(zip(COLUMNS, cells))


def check_description(path, encoding, rows):
    """The description that the law asks for names the file, its columns, its journals and accounts, and counts its lines."""
    text = path.with_name(path.stem + "-description.txt").read_bytes().decode(encoding)
    assert text.count("\n") == text.count("\r\n"), "lines of the description end with CR LF"
    lines = [line.strip() for line in text.split("\r\n")]
    codes = {f"{row[code]} : {row[name]}" for row in rows for code, name in [("CompteNum", "CompteLib"), ("JournalCode", "JournalLib")]}
    missing = [code for code in codes if code not in lines]
    missing += [column for place, column in enumerate(COLUMNS, 1) if not any(line.startswith(f"{place}. {column} (") for line in lines)]
    missing += [said for said in (path.name, f"lignes : {len(rows)}", {"iso8859-15": "ISO 8859-15"}.get(encoding, "UTF-8")) if said not in text]
    assert not missing, f"the description does not tell {missing}"


def check_reversals(entries, numbering):
    """A reversal of an entry of the year names its number."""
    by_piece = {entry["PieceRef"]: entry for entry in entries}
    found = 0
    for entry in entries:
        named = re.match(r"Annulation, écriture (?:([0-9A-Za-z]+) )?([0-9]+)( de [0-9]{4})?, pièce ([A-Za-z0-9._-]+)", entry["EcritureLib"])
        assert named or not entry["EcritureLib"].startswith("Annulation"), entry["EcritureLib"]
        if named and not named[3]:
            undone = by_piece[named[4]]
            assert named[2] == undone["EcritureNum"], f"{entry['EcritureLib']}: it is {undone['EcritureNum']}"
            assert named[1] == (undone["JournalCode"] if numbering == "journal" else None), entry["EcritureLib"]
            found += 1
    return found


def check_kept(older, rows):
    """Every line of a file that was handed over stands in the one that came after it; opening balances may have moved."""
    kept = {(row["PieceRef"], row["JournalCode"], row["EcritureNum"]) for row in rows}
    whole = {tuple(row.values()) for row in rows}
    for row in older:
        number = (row["PieceRef"], row["JournalCode"], row["EcritureNum"])
        assert number in kept, f"{number} is not there any more"
        assert row["JournalCode"] == "AN" or tuple(row.values()) in whole, f"{number} has changed"


def check(path, closing, before, numbering, encoding, older):
    named = re.fullmatch(r"[0-9]{9}FEC([0-9]{8})\.txt", path.name)
    assert named, f"{path.name} is not <SIREN>FEC<YYYYMMDD>.txt"
    last = day(named[1])
    first = date(last.year, 1, 1)
    assert (last.month, last.day) == (12, 31), "a year ends with December"

    entries, totals, names, journals = [], defaultdict(Decimal), {}, {}
    debits = credits = Decimal(0)
    rows, counts = [], defaultdict(int)
    for number, row in lines_of(path, encoding):
        where = f"line {number}"
        rows.append(row)
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

        if not entries or entries[-1]["PieceRef"] != row["PieceRef"]:
            series = row["JournalCode"] if numbering == "journal" else ""
            counts[series] += 1
            assert row["EcritureNum"] == str(counts[series]), f"{where}: {row['EcritureNum']} is not the next number"
            assert not entries or valid >= day(entries[-1]["ValidDate"]), f"{where}: not in the order of validation"
            assert not entries or entries[-1]["sum"] == 0, f"the entry before {where} does not balance"
            opened = any(entry["JournalCode"] == "AN" for entry in entries)
            assert row["JournalCode"] != "AN" or not opened, f"{where}: opening balances stand there twice"
            entries.append({**row, "sum": Decimal(0)})
        shared = ("JournalCode", "EcritureNum", "EcritureDate", "PieceRef", "PieceDate", "EcritureLib", "ValidDate")
        assert all(entries[-1][column] == row[column] for column in shared), f"{where} is not of its entry"
        entries[-1]["sum"] += debit - credit
        debits, credits = debits + debit, credits + credit
        totals[row["CompteNum"], row["CompAuxNum"]] += debit - credit
    assert entries, "there are no entries"
    assert entries[-1]["sum"] == 0, "the last entry does not balance"
    assert debits == credits, f"debits {debits}, credits {credits}"
    assert len({entry["PieceRef"] for entry in entries}) == len(entries), "two entries have one reference"
    check_description(path, encoding, rows)
    reversals = check_reversals(entries, numbering)
    if older:
        check_kept([row for _, row in lines_of(older, encoding)], rows)

    expected = defaultdict(Decimal)
    for (number, id), cents in closing.items():
        expected[number, id] += cents
    for (number, id), cents in before.items():
        if is_result(number):
            # Expense and income begin anew; their sum was carried over.
            expected[number, id] -= cents
            expected["carried", ""] += cents
    for carried in CARRIED:
        totals["carried", ""] += totals.pop((carried, ""), Decimal(0))
    for account in sorted(expected.keys() | totals.keys()):
        ours, theirs = expected.get(account, Decimal(0)), totals.get(account, Decimal(0))
        assert ours == theirs, f"{account}: {theirs} in the file, {ours} in the ledger"
    kept = ", numbers kept" if older else ""
    print(
        f"{path.name}: {len(entries)} entries by {numbering} in {encoding}, {debits} € on each side, "
        f"{len(totals)} accounts agree, {reversals} reversals name their entry{kept}"
    )


arguments = argparse.ArgumentParser(description="Checks a FEC.")
arguments.add_argument("file", type=pathlib.Path)
arguments.add_argument("closing")
arguments.add_argument("before", nargs="?")
arguments.add_argument("--numbering", choices=["file", "journal"], default="file")
arguments.add_argument("--encoding", choices=["utf-8", "iso-8859-15"], default="utf-8")
arguments.add_argument("--chart", choices=["paheko"])
arguments.add_argument("--keeps", type=pathlib.Path)
asked = arguments.parse_args()
if asked.chart:
    CHART.update(PAHEKO)
letters = {"utf-8": "utf-8", "iso-8859-15": "iso8859-15"}[asked.encoding]
check(asked.file, balances(asked.closing), balances(asked.before), asked.numbering, letters, asked.keeps)

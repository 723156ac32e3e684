#!/usr/bin/env bash
# odoo-addon-account-statement-import-fr-cfonb 19.0.1.0.0.2 (Python 3.11): an account without movements is left out.
#
# Seen: of a CFONB 120 file with two accounts, each with its old balance (01) and its new balance (07), of which only the
# first has a movement (04), `_parse_file` returns the first account alone; of a file with the second account alone it returns
# an empty list. No error says so. A file whose second account moves by 0.01 returns both. (The last loop of
# wizard/account_statement_import.py passes over accounts without transactions.)
#
# Where it matters: a guarantee fund often has a month in which nothing reaches the bank. Its statement, which says that the
# balance is the same, cannot be taken into Odoo from the bank's file, and nothing there shows that it was looked at.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-input --disable-pip-version-check --no-deps \
    'odoo-addon-account-statement-import-fr-cfonb==19.0.1.0.0.2'

"$folder/venv/bin/python" - <<'PYTHON'
import pathlib, sys, types
from unittest.mock import MagicMock

# The reader is one method of a wizard; of Odoo it needs a base class, a decorator and the form of a date.
odoo, exceptions = types.ModuleType("odoo"), types.ModuleType("odoo.exceptions")
odoo.api, odoo.models, odoo.fields = MagicMock(), MagicMock(TransientModel=object), MagicMock()
odoo.api.model = lambda method: method
odoo.fields.Date.to_string = lambda day: day.date().isoformat()
exceptions.UserError = ValueError
sys.modules.update({"odoo": odoo, "odoo.exceptions": exceptions})
(source,) = pathlib.Path(sys.prefix).glob("lib/*/site-packages/odoo/addons/*cfonb/wizard/account_statement_import.py")
scope = {"__name__": "wizard"}
exec(compile(source.read_text(), str(source), "exec"), scope)
read = lambda *records: scope["AccountStatementImport"]()._parse_file("\n".join(records).encode())


def record(kind, account, day, amount):
    text = {0: kind, 2: "21570", 11: "00001", 16: "EUR2", 21: account, 34: day, 90: amount}
    line = [" "] * 120
    for place, value in text.items():
        line[place : place + len(value)] = value
    if kind == "04":
        line[32:34], line[42:48], line[48:55] = "05", day, "DEPOSIT"
    return "".join(line)


# 100.00 + 50.00 = 150.00, and 70.00 all month; `{` is a last digit 0 of an amount in credit, `A` a last digit 1.
moving = [
    record("01", "00012345678", "280226", "0000000001000{"),
    record("04", "00012345678", "110326", "0000000000500{"),
    record("07", "00012345678", "310326", "0000000001500{"),
]
quiet = [record(kind, "00087654321", day, "0000000000700{") for kind, day in (("01", "280226"), ("07", "310326"))]
cent = [
    quiet[0],
    record("04", "00087654321", "110326", "0000000000000A"),
    record("07", "00087654321", "310326", "0000000000700A"),
]

found = {
    "both": [account for _, account, _ in read(*moving, *quiet)],
    "quiet": read(*quiet),
    "cent": [account for _, account, _ in read(*moving, *cent)],
}
expected = {"both": ["00012345678"], "quiet": [], "cent": ["00012345678", "00087654321"]}
if found != expected:
    sys.exit(f"changed: {found}")
print("as described: an account without movements is left out")
PYTHON

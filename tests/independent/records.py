"""Records of format 1: the entry of a line of an export to bytes, and back. Made from docs/journal-format.md alone."""
import json, re
from datetime import date
from functools import lru_cache


class Wrong(Exception):
    pass


def unique(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Wrong("a name is there twice")
    return found


# Text and numbers

AMOUNT = re.compile(r"-?(0|[1-9][0-9]{0,16})\.[0-9]{2}", re.A)
RATE = re.compile(r"0(\.[0-9]{0,5}[1-9])?", re.A)
DAY = re.compile(r"(19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}", re.A)
TIME = re.compile(r"([0-9-]{10}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{0,8}[1-9]))?Z", re.A)
ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.A)
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")   # and marks that turn the direction of the text
HASH = re.compile(r"[0-9a-f]{64}", re.A)
EPOCH = date(1970, 1, 1).toordinal()


def matched(pattern, value, what):
    if type(value) is not str or not pattern.fullmatch(value):
        raise Wrong(f"{value!r} is not {what}")
    return value


@lru_cache(1 << 16)
def cents(value):
    amount = int(matched(AMOUNT, value, "an amount").replace(".", ""))
    if amount == 0 and value[0] == "-":
        raise Wrong("-0.00 is not an amount")
    return amount


@lru_cache(1 << 16)
def day(value):
    try:
        return date.fromisoformat(matched(DAY, value, "a day")).toordinal() - EPOCH
    except ValueError:
        raise Wrong(f"{value!r} is not a day of the calendar") from None


def nanoseconds(value):
    if type(value) is not str or not (found := TIME.fullmatch(value)):
        raise Wrong(f"{value!r} is not a time in UTC")
    instant, fraction = found.groups("")
    return seconds(instant) * 10**9 + int(fraction.ljust(9, "0"))


@lru_cache(1 << 12)
def seconds(instant):
    hours, minutes, seconds = map(int, instant[11:].split(":"))
    if max(hours - 23, minutes - 59, seconds - 59) > 0:
        raise Wrong(f"{instant!r} is not a time")
    return ((day(instant[:10]) * 24 + hours) * 60 + minutes) * 60 + seconds


def whole(value, least=0):
    if type(value) is not int or value < least:
        raise Wrong(f"{value!r} is not a number from {least}")
    return value


def money(amount):
    return f"{'-' * (amount < 0)}{abs(amount) // 100}.{abs(amount) % 100:02}"


def rate(value):
    return int(matched(RATE, value, "a rate")[2:].ljust(6, "0"))


def rate_text(millionths):
    return f"0.{millionths:06}".rstrip("0").rstrip(".")


def day_text(days):
    return date.fromordinal(days + EPOCH).isoformat()


def time_text(ns):
    seconds, fraction = divmod(ns, 10**9)
    hms = f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{day_text(seconds // 86400)}T{hms}{f'.{fraction:09}'.rstrip('0').rstrip('.')}Z"


def line(value):
    if type(value) is not str or not 1 <= len(value.encode()) <= 500 or CONTROL.search(value):
        raise Wrong(f"{value!r} is not a text of 1 to 500 bytes without control characters")
    return value


def members(value, *names):
    """The members of an object that has these and no others."""
    if type(value) is dict and len(value) == len(names):
        try:
            return [value[name] for name in names]
        except KeyError:
            pass
    raise Wrong(f"{json.dumps(value)} should have {', '.join(names)}")


def several(value, least=0, most=1 << 16):
    if type(value) is not list or not least <= len(value) <= most:
        raise Wrong(f"{json.dumps(value)} is not a list of {least} to {most}")
    return value


@lru_cache(1 << 12)
def denomination(value):
    return int(matched(re.compile("[1-9][0-9]{0,9}", re.A), value, "a denomination"))


def pairs(value):
    """Bills as (denomination, count), the largest first."""
    if type(value) is not dict or any([type(count) is not int for count in value.values()]):
        raise Wrong(f"{json.dumps(value)} is not bills")
    return ordered(tuple(value.items()))


@lru_cache(1 << 16)
def ordered(bills):
    return tuple(sorted([(denomination(key), whole(count, 1)) for key, count in bills], reverse=True))


@lru_cache(1 << 16)
def worth(pairs):
    return 100 * sum([denomination * count for denomination, count in pairs])


# Records: coding

BYTES = [bytes([n]) for n in range(256)]


@lru_cache(1 << 12)
def number(n):
    if not 0 <= n < 1 << 64:
        raise Wrong(f"{n} is too large, or below zero")
    if n < 251:
        return BYTES[n]
    mark, size = (b"\xfb", 2) if n < 1 << 16 else (b"\xfc", 4) if n < 1 << 32 else (b"\xfd", 8)
    return mark + n.to_bytes(size, "little")


def signed(n):
    return number(2 * n if n >= 0 else -2 * n - 1)


def text(value):
    data = value.encode()
    return number(len(data)) + data


def items(values, code):
    return number(len(values)) + b"".join([code(value) for value in values])


@lru_cache(1 << 16)
def counts(pairs):
    return number(len(pairs)) + b"".join([number(n) for pair in pairs for n in pair])


def bills(value):
    return counts(pairs(value))


def group(value, *names):
    values = members(value, *names)
    return b"\7" + number(len(names)) + b"".join(map(field, names, values))


class Reader:
    """The same, back from bytes. Whether each was coded in the one way is seen when the entry is encoded again."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        self.at += count
        if self.at > len(self.data):
            raise Wrong("the record is too short")
        return self.data[self.at - count:self.at]

    def number(self):
        first = self.take(1)[0]
        if first > 253:
            raise Wrong("no number begins with fe or ff")
        return first if first < 251 else int.from_bytes(self.take(2 << first - 251), "little")

    def signed(self):
        n = self.number()
        return -(n + 1 >> 1) if n & 1 else n >> 1

    def text(self):
        return self.take(self.number()).decode()

    def items(self, read):
        return [read() for _ in range(self.number())]

    def bills(self):
        found = self.items(lambda: (str(self.number()), self.number()))
        return unique(found)

    def fields(self):
        return unique(self.items(self.field))

    def field(self):
        name, kind = FIELD_NAMES[self.take(1)[0]], self.take(1)[0]
        coded = (self.text, self.signed, self.signed, self.number, lambda: self.items(self.text),
                 lambda: self.items(self.number), self.bills, self.fields)[kind]()
        return name, TYPES[FIELDS[name][1]][1](kind, coded)


# Records: fields

KINDS = ["individual", "accepter"]
MEANS = ["cash", "cheque", "card", "transfer"]


def place(names, value):
    if type(value) is not str or value not in names:
        raise Wrong(f"{value!r} is none of {', '.join(names)}")
    return b"\3" + BYTES[names.index(value)]


def terms(value):
    if value == "prefunded":
        return b"\0" + text(value)
    return group(members(value, "consignment")[0], "till_ceiling", "deposit_within_days")


@lru_cache(1 << 16)
def ident(value):
    return b"\0" + text(matched(ID, value, "an id"))


def numbers(value):
    if any(a >= b for a, b in zip(several(value, 1), value[1:])):
        raise Wrong(f"{value} does not ascend")
    return b"\5" + items(value, lambda n: number(whole(n, 1)))


# How a value in a line becomes bytes, and back from its kind and what was coded.
same = lambda kind, value: value
TYPES = {
    "line": (lambda v: b"\0" + text(line(v)), same),
    "id": (ident, same),
    "account": (lambda v: b"\0" + text(line(v)), same),
    "hash": (lambda v: b"\0" + text(matched(HASH, v, "a SHA-256")), same),
    "cents": (lambda v: b"\1" + signed(cents(v)), lambda kind, v: money(v)),
    "day": (lambda v: b"\2" + signed(day(v)), lambda kind, v: day_text(v)),
    "number": (lambda v: b"\3" + number(whole(v)), same),
    "rate": (lambda v: b"\3" + number(rate(v)), lambda kind, v: rate_text(v)),
    "kind": (lambda v: place(KINDS, v), lambda kind, v: KINDS[v]),
    "entry": (lambda v: b"\3" + number(whole(v, 1)) if type(v) is int else b"\0" + text(matched(ID, v, "a ref")), same),
    "lines": (lambda v: b"\4" + items(several(v, 1, 64), lambda x: text(line(x))), same),
    "ids": (lambda v: b"\4" + items(several(v, 1, 100), lambda x: text(matched(ID, x, "an id"))), same),
    "numbers": (numbers, same),
    "bills": (lambda v: b"\6" + bills(v), same),
    "paid": (lambda v: group(v, "credit") if type(v) is dict else place(MEANS, v),
             lambda kind, v: v if kind == 7 else MEANS[v]),
    "terms": (terms, lambda kind, v: {"consignment": v} if kind == 7 else v),
    "fund": (lambda v: group(v, "bank", "iban"), same),
    "bank_line": (lambda v: group(v, "date", "amount", "nth"), same),
}

FIELDS = {name: (code, type) for code, (name, type) in enumerate((pair.split(":") for pair in """
    note:line operator:id bank_line:bank_line currency:line symbol:line code:line denominations:numbers association:line
    fund:fund reconversion_fee:rate bureau:id name:line local_group:line terms:terms member:id kind:kind valid_until:day
    bills:bills serials:lines amount:cents paid:paid in:bills out:bills slip:id slips:ids short:cents over:cents
    charge:cents invoice:line payable:id from_till:id reason:line till:cents debit:account credit:account entry:entry
    statement:hash through:day closing_balance:cents forced_reason:line bank:line iban:line till_ceiling:cents
    deposit_within_days:number date:day nth:number""".split()), 1)}
ENCODERS = {name: (name, BYTES[code], TYPES[type][0]) for name, (code, type) in FIELDS.items()}
FIELD_NAMES = {code: name for name, (code, _) in FIELDS.items()}

# The fields of each operation in their order; those with ? need not be there.
OPERATIONS = {}
for row in """found currency symbol code denominations association fund reconversion_fee
    open_bureau bureau name local_group terms?
    amend_bureau bureau name? local_group? terms?
    close_bureau bureau
    enrol_member member kind local_group valid_until
    amend_member member kind? local_group? valid_until?
    renew_member member valid_until
    set_fee reconversion_fee
    print_bills bills serials?
    destroy_bills bills bureau?
    supply bureau bills
    return_bills bureau bills
    issue bills member?
    swap bureau bills? amount? paid member?
    exchange in out bureau?
    remit bureau amount slip
    deposit slip? slips? amount short? over? charge?
    reconvert member bills bureau? invoice
    pay_out payable amount? from_till?
    release payable reason
    count bureau? bills till?
    cover bureau amount slip
    write_off bureau amount
    reclassify debit credit amount reason
    bank_interest amount
    bank_charge amount
    top_up amount
    withdraw_surplus amount
    reverse entry reason
    attest_statement statement through closing_balance
    close_period through forced_reason?""".splitlines():
    op, *fields = row.split()
    needed = {"op", "ref", "on"} | {name for name in fields if name[-1] != "?"}
    order = [ENCODERS[name.rstrip("?")] for name in (*fields, "note", "operator", "bank_line")]
    OPERATIONS[op] = (len(OPERATIONS) + 1, order, needed)
OPERATION_NAMES = {code: op for op, (code, _, _) in OPERATIONS.items()}


def at(name, code, *values):
    try:
        return code(*values)
    except (Wrong, TypeError) as wrong:
        raise Wrong(f"{name}: {wrong}") from None


def field(name, value):
    _, code, encode = ENCODERS[name]
    return code + encode(value)


def operation(value):
    if type(value) is not dict or value.get("op") not in OPERATIONS:
        raise Wrong("there is no such operation")
    which, order, needed = OPERATIONS[value["op"]]
    if not needed <= value.keys():
        raise Wrong(f"{', '.join(sorted(needed - value.keys()))} missing")
    fields = []
    for name, code, encode in order:
        if name in value:
            try:
                fields.append(code + encode(value[name]))
            except (Wrong, TypeError) as wrong:
                raise Wrong(f"{name}: {wrong}") from None
    if len(fields) + 3 != len(value):
        names = {"op", "ref", "on", *(name for name, _, _ in order)}
        raise Wrong(f"{', '.join(value.keys() - names)} is no field of it")
    start = BYTES[which] + text(matched(ID, value["ref"], "a ref")) + signed(day(value["on"]))
    return start + BYTES[len(fields)] + b"".join(fields)


# Records: choices

def choice(value):
    if value == "nothing":
        return b"\0"
    if type(value) is not dict or len(value) != 1:
        raise Wrong("not a choice")
    (kind, part), = value.items()
    if kind == "reversal":
        entry, restored = members(part, "entry", "restored")
        return b"\4" + number(whole(entry, 1)) + items(several(restored), open_item)
    coded = {"bills": (b"\1", bills), "rate": (b"\2", lambda v: number(rate(v))),
             "fee": (b"\3", lambda v: signed(cents(v))), "euros_since": (b"\5", lambda v: signed(day(v)))}
    if kind not in coded:
        raise Wrong(f"there is no {kind}")
    return coded[kind][0] + coded[kind][1](part)


def open_item(value):
    ref, item = several(value, 2, 2)
    start = text(matched(ID, ref, "a ref"))
    if type(item) is dict and "slip" in item:
        bureau, opened, since = members(members(item, "slip")[0], "bureau", "opened_on", "euros_since")
        return start + b"\0" + text(matched(ID, bureau, "an id")) + signed(day(opened)) + signed(day(since))
    opened, reconversion = members(members(item, "payable")[0], "opened_on", "reconversion")
    start += b"\1" + signed(day(opened))
    if reconversion is None:
        return start + b"\0"
    percent, paid, fee = members(reconversion, "rate", "paid", "fee_taken")
    return start + b"\1" + number(rate(percent)) + signed(cents(paid)) + signed(cents(fee))


def read_choice(r):
    def item():
        ref, kind = r.text(), r.number()
        if kind == 0:
            names, bureau = ("bureau", "opened_on", "euros_since"), r.text()
            return [ref, {"slip": dict(zip(names, (bureau, day_text(r.signed()), day_text(r.signed()))))}]
        opened, terms = day_text(r.signed()), None
        if r.take(1) == b"\1":
            terms = {"rate": rate_text(r.number()), "paid": money(r.signed()), "fee_taken": money(r.signed())}
        return [ref, {"payable": {"opened_on": opened, "reconversion": terms}}]
    kinds = (lambda: "nothing", lambda: {"bills": r.bills()}, lambda: {"rate": rate_text(r.number())},
             lambda: {"fee": money(r.signed())}, lambda: {"reversal": {"entry": r.number(), "restored": r.items(item)}},
             lambda: {"euros_since": day_text(r.signed())})
    return kinds[r.number()]()


# Records: postings

# Accounts by their code, first those in Ä, then those in €; a name is to follow those that end in a colon.
BILLS = "bills:printed bills:vault bills:bureau: circulation:bureau: circulation:public".split()
EUROS = """fund:deposit fund:till: fund:transit: fund:receivable: fund:payable: obligation own:bank own:operating
    own:fees own:interest own:gains own:charges own:losses""".split()
CREDIT_SIDE = {"bills:printed", "fund:payable:", "obligation", "own:fees", "own:interest", "own:gains"}


@lru_cache(1 << 16)
def account(name):
    """Whether it is in Ä, its bytes, the sign of a debit, and what kind of account it is."""
    head, colon, id = matched(re.compile(".*"), name, "an account").rpartition(":")
    head = name if name in BILLS or name in EUROS else head + colon
    if head not in BILLS and head not in EUROS or (head[-1] == ":" and not ID.fullmatch(id)):
        raise Wrong(f"there is no account {name}")
    code = BYTES[BILLS.index(head) if head in BILLS else EUROS.index(head)]
    return head in BILLS, code + (text(id) if head[-1] == ":" else b""), -1 if head in CREDIT_SIDE else 1, head


@lru_cache(1 << 16)
def between(debit, credit):
    """Of a posting between two accounts: whether it is of bills, its first bytes, both signs and kinds of account."""
    in_bills, to, sign, head = account(debit)
    bills_too, source, source_sign, source_head = account(credit)
    if in_bills != bills_too:
        raise Wrong(f"{debit} ← {credit} is no posting")
    return in_bills, BYTES[not in_bills] + to + source, sign, -source_sign, head, source_head


def posting(debit, credit, quantity):
    in_bills, start, _, _, _, _ = between(debit, credit)
    if in_bills != (type(quantity) is tuple) or not quantity:
        raise Wrong(f"{debit} ← {credit} is no posting")
    return start + (counts(quantity) if in_bills else number(whole(quantity, 1)))


def postings(values):
    """The postings of a line as (debit, credit, cents or pairs)."""
    found = []
    for value in several(values):
        if type(value) is dict and "bills" in value:
            debit, credit, named, amount, held = members(value, "debit", "credit", "unit", "amount", "bills")
            quantity, of = pairs(held), "AIGA"
            if cents(amount) != worth(quantity):
                raise Wrong(f"amount: {amount} is not what the bills are worth, {money(worth(quantity))}")
        else:
            debit, credit, named, amount = members(value, "debit", "credit", "unit", "amount")
            quantity, of = cents(amount), "EUR"
        if named != of:
            raise Wrong(f"unit: {named} should be {of}")
        found.append((debit, credit, quantity))
    return found


def moved(postings):
    """The bytes of postings."""
    return number(len(postings)) + b"".join([posting(*one) for one in postings])


def encode(entry):
    """The record of an entry, its time and its postings, and the bytes of these."""
    sequence, time = at("sequence", whole, entry["sequence"], 1), at("recorded_at", nanoseconds, entry["recorded_at"])
    submitted, chosen = at("operation", operation, entry["operation"]), at("choice", choice, entry["choice"])
    found = at("postings", postings, entry["postings"])
    coded = at("postings", moved, found)
    record = number(sequence) + number(time) + submitted + chosen + coded
    if len(record) > 65535:
        raise Wrong("the record is too long")
    return record, time, found, coded


def decode(record):
    """The entry of a record, as it stands in a line of an export."""
    r = Reader(record)

    def name(names):
        head = names[r.number()]
        return head + r.text() if head[-1] == ":" else head

    def one():
        if r.number() == 0:
            found = {"debit": name(BILLS), "credit": name(BILLS), "unit": "AIGA", "bills": r.bills()}
            return found | {"amount": money(worth(pairs(found["bills"])))}
        return {"debit": name(EUROS), "credit": name(EUROS), "unit": "EUR", "amount": money(r.number())}
    try:
        entry = {"sequence": r.number(), "recorded_at": time_text(r.number())}
        entry["operation"] = {"op": OPERATION_NAMES[r.take(1)[0]], "ref": r.text(), "on": day_text(r.signed())}
        entry["operation"] |= r.fields()
        entry |= {"choice": read_choice(r), "postings": r.items(one)}
    except (KeyError, IndexError, TypeError, ValueError, OverflowError) as error:
        raise Wrong(f"the record cannot be read behind byte {r.at}: {error!r}") from None
    if r.at != len(record) or encode(entry)[0] != record:
        raise Wrong("the record is not coded in the one way it should be")
    return entry

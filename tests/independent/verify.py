#!/usr/bin/env python3
"""Verifies a ledger with nothing of the program: made from docs/journal-format.md, exports.md and accounting.md alone.

    verify.py EXPORT.jsonl [--json]           the lines of `aiga export --format jsonl`
    verify.py JOURNAL [--json]                the folder with the segments
    verify.py EXPORT.jsonl JOURNAL [--json]   both, and that they hold the same
    verify.py --vectors FILE                  this reader itself, against the records of tests/data/vectors.json

Prints the entries, the root, circulation, fund and obligation; with --json also every balance that is not zero. At the
first thing that is wrong it says what and where, and ends with 1.

Of each entry it checks the number, the time, the bytes of the record and its leaf, that the postings are those that the
operation makes of the balances before it, and what was chosen. Of a journal, the states whose hashes blocks name are
made again. Of the bills chosen for an amount it checks the worth
alone; and not each rule by which an operation might have been refused: a member, a ceiling, a period.
"""
import hashlib, json, os, sys
from journal import Tree, consistent, included, leaf_of, records
from records import BILLS, OPERATIONS, Wrong, account, between, cents, day, day_text, decode, encode, members
from records import money, moved, pairs, rate, rate_text, unique, worth
from states import Registers, state_hash

CIRCULATION = ("circulation:bureau:", "circulation:public")
PLACES = ("fund:deposit", "fund:till:", "fund:transit:", "fund:receivable:", "fund:payable:")
NEVER_BELOW = {*BILLS, *PLACES[1:], "obligation"}
OWN = {"bank_interest": ("own:bank", "own:interest"), "bank_charge": ("own:charges", "own:bank"),
       "top_up": ("own:bank", "own:operating"), "withdraw_surplus": ("own:operating", "own:bank")}
PAIRS = {("fund:receivable:", "fund:transit:"), ("fund:receivable:", "fund:deposit"), ("fund:deposit", "fund:payable:"),
         ("fund:payable:", "fund:transit:"), ("fund:payable:", "fund:receivable:")}


class Ledger:
    """What the entries make: the tree, the balances, and what is needed to know what an operation does."""

    def __init__(self):
        self.tree, self.time, self.denominations = Tree(), -1, set()
        self.euros, self.bills = {}, {}                 # balances in cents, and counts of bills, by account
        self.circulation = self.fund = 0
        self.refs, self.reversed = {}, set()            # the sequence of each ref, and what has been undone
        self.codes, self.digests = bytearray(), bytearray()     # of each entry: its operation, its postings
        self.prefunded, self.tills = {}, {}             # by bureau: its terms; by till: cents by the day they came
        self.slips, self.opened = {}, {}                # by slip: bureau, day, day of its oldest euro; by payable: day
        self.fees, self.owed = [], {}                   # (day, rate), and by reconversion: rate, paid, fee taken
        self.registers, self.taken = Registers(), {}    # what else a state holds; the hashes of states by their entry

    def add(self, entry):
        """Checks the next entry and takes it in; returns its record and the leaf."""
        (record, time, postings, coded), operation = encode(entry), entry["operation"]
        if entry["sequence"] != self.tree.size + 1:
            raise Wrong(f"sequence: {entry['sequence']} should be {self.tree.size + 1}")
        if time <= self.time:
            raise Wrong("recorded_at: not later than the entry before")
        if (operation["op"] == "found") != (self.tree.size == 0):
            raise Wrong("operation: the first entry founds the ledger, and no other does")
        if operation["ref"] in self.refs:
            raise Wrong(f"operation: ref: {operation['ref']} is the ref of entry {self.refs[operation['ref']]}")
        mirror = operation["op"] == "reverse"
        expected = self.mirrored(entry, postings) if mirror else self.expected(operation, entry["choice"])
        if postings != expected:
            raise Wrong(f"postings: they are {shown(postings)}, and should be {shown(expected)}")
        bank = self.euros.get("fund:deposit", 0) + self.euros.get("own:bank", 0)
        for posting in postings:
            self.post(*posting, operation)
        self.balanced(operation, postings, bank)
        self.time, self.refs[operation["ref"]] = time, entry["sequence"]
        self.codes.append(OPERATIONS[operation["op"]][0])
        self.digests += digest(coded)
        leaf = leaf_of(record)
        self.tree.add(leaf)
        self.registers.note(entry, postings)
        self.registers.moved_by(entry, postings, self)
        return record, leaf

    def marked(self, size, taken, named, state):
        """Checks the hash that the block with the last entry names, and computes the one that a later block may name."""
        if named and self.taken.pop(named, None) != state:
            raise Wrong(f"the block ends with sequence {size} and names another state after {named} than the entries make")
        if taken:
            self.taken[size] = state_hash(self, self.registers)

    # Balances

    def post(self, debit, credit, quantity, operation):
        in_bills, _, sign, source_sign, head, source_head = between(debit, credit)
        balances = self.bills if in_bills else self.euros
        for name, head, sign, side in ((debit, head, sign, 1), (credit, source_head, source_sign, -1)):
            if in_bills:
                held = balances.setdefault(name, {})
                for denomination, count in quantity:
                    held[denomination] = held.get(denomination, 0) + sign * count
                if head in CIRCULATION:
                    self.circulation += side * worth(quantity)
            else:
                balances[name] = balances.get(name, 0) + sign * quantity
                if head in PLACES:
                    self.fund += side * quantity
        if not in_bills:
            self.date(debit, credit, quantity, operation)

    def date(self, debit, credit, amount, operation):
        """How old the euros of tills, slips and payables are."""
        on = since = day(operation["on"])
        _, _, _, _, to, source = between(debit, credit)
        if source == "fund:till:":
            till, rest = self.tills.get(credit, {}), amount
            for came in sorted(till):
                since = came if rest == amount else since
                taken = min(rest, till[came])
                rest, till[came] = rest - taken, till[came] - taken
                if till[came]:
                    break
                del till[came]
        if to == "fund:till:":
            came = self.slips.get(name_of(credit), (None, on, on))[2] if source == "fund:transit:" else on
            till = self.tills.setdefault(debit, {})
            till[came] = till.get(came, 0) + amount
        elif to == "fund:transit:":
            self.slips.setdefault(name_of(debit), (operation.get("bureau", "office"), on, since))
        if source == "fund:payable:":
            self.opened.setdefault(name_of(credit), on)

    def balanced(self, operation, postings, bank_before):
        if not postings:
            return
        obligation = self.euros.get("obligation", 0)
        if not self.circulation == self.fund == obligation:
            figures = ", ".join(map(money, (self.circulation, self.fund, obligation)))
            raise Wrong(f"postings: circulation, fund and obligation are {figures}, and should be equal")
        for name in {name for posting in postings for name in posting[:2]}:
            in_bills, _, _, head = account(name)
            if in_bills:
                held = self.bills[name]
                if min(held.values()) < 0 or not held.keys() <= self.denominations:
                    raise Wrong(f"postings: {name} holds {held}")
            elif head in NEVER_BELOW and self.euros[name] < 0:
                raise Wrong(f"postings: {name} is {money(self.euros[name])}")
            elif head in ("fund:transit:", "fund:payable:") and not self.euros[name]:
                del self.euros[name]
        bank = self.euros.get("fund:deposit", 0) + self.euros.get("own:bank", 0)
        told_by_the_bank = operation["op"] == "bank_charge" or operation.get("credit") == "fund:deposit"
        if bank < 0 and bank < bank_before and not told_by_the_bank:
            raise Wrong(f"postings: the account at the bank is {money(bank)}")
        if operation["op"] in ("withdraw_surplus", "write_off") and self.euros["own:bank"] < 0:
            raise Wrong(f"postings: own:bank is {money(self.euros['own:bank'])}")

    # What an operation does

    def expected(self, operation, choice):
        """The postings of an operation, by docs/accounting.md."""
        op, ref, get = operation["op"], operation["ref"], operation.get
        bureau = get("bureau")
        if op in ("open_bureau", "amend_bureau") and (op == "open_bureau" or "terms" in operation):
            self.prefunded[bureau] = get("terms") == "prefunded"
        if op in ("found", "set_fee"):
            self.fees.append((day(operation["on"]), rate(operation["reconversion_fee"])))
            self.denominations |= set(get("denominations", ()))
        if bureau is not None and bureau not in self.prefunded and bureau != "office":
            raise Wrong(f"operation: there is no bureau {bureau}")
        own, bills = self.prefunded.get(bureau), pairs(get("bills", {}))
        till, amount = f"fund:till:{bureau}", cents(get("amount", "0.00"))
        stock = f"{'circulation' if own else 'bills'}:bureau:{bureau}" if bureau else "bills:vault"
        kind = "nothing"
        if op == "print_bills":
            found = [("bills:vault", "bills:printed", bills)]
        elif op == "destroy_bills":
            found = [("bills:printed", stock, bills)]
        elif op == "supply":
            found = [(stock, "bills:vault", bills)] + own * [(f"fund:transit:{ref}", "obligation", worth(bills))]
        elif op == "return_bills":
            found = [("bills:vault", stock, bills)] + own * [("obligation", f"fund:payable:{ref}", worth(bills))]
        elif op == "issue":
            found = [("circulation:public", "bills:vault", bills), ("fund:deposit", "obligation", worth(bills))]
        elif op == "swap":
            if ("amount" in operation) == ("bills" in operation):
                raise Wrong("operation: a swap is of bills or of an amount")
            if "amount" in operation:
                kind, bills = "bills", pairs(part(choice, "bills"))
                if worth(bills) != amount:
                    raise Wrong(f"choice: bills: worth {money(worth(bills))}, and {money(amount)} were asked for")
            paid = operation["paid"]
            to = (f"fund:payable:{paid['credit']}" if type(paid) is dict else
                  till if paid in ("cash", "cheque") else f"fund:transit:{ref}")
            found = [("circulation:public", stock, bills)] + (not own) * [(to, "obligation", worth(bills))]
            if type(paid) is dict and paid["credit"] in self.owed:
                raise Wrong("operation: paid: credit: the debt of a reconversion pays no swap")
        elif op == "exchange":
            found = [(stock, "circulation:public", pairs(get("in"))), ("circulation:public", stock, pairs(get("out")))]
        elif op in ("remit", "cover"):
            kind = "euros_since" if op == "remit" else kind
            source = till if op == "remit" else f"fund:receivable:{bureau}"
            found = [(f"fund:transit:{operation['slip']}", source, amount)]
            if op == "remit" and part(choice, kind) != (oldest := day_text(min(self.tills.get(till) or [0]))):
                raise Wrong(f"choice: euros_since: {choice['euros_since']} should be {oldest}")
        elif op == "deposit":
            found = self.deposit(operation, amount)
        elif op == "reconvert":
            kind = "rate"
            found = [(stock, "circulation:public", bills), ("obligation", f"fund:payable:{ref}", worth(bills))]
            in_force = max((fee for fee in enumerate(self.fees) if fee[1][0] <= day(operation["on"])),
                           key=lambda fee: (fee[1][0], fee[0]), default=(0, self.fees[0]))[1][1]
            if rate(part(choice, "rate")) != in_force:
                raise Wrong(f"choice: rate: {choice['rate']} is not in force")
            self.owed[ref] = [in_force, 0, 0]
        elif op in ("pay_out", "release"):
            payable = f"fund:payable:{operation['payable']}"
            amount, fee = amount if "amount" in operation else self.euros.get(payable, 0), 0
            if op == "pay_out" and operation["payable"] in self.owed:
                kind, debt = "fee", self.owed[operation["payable"]]
                debt[1] += amount
                fee = (debt[0] * debt[1] + 500_000) // 1_000_000 - debt[2]
                debt[2] += fee
                if cents(part(choice, "fee")) != fee:
                    raise Wrong(f"choice: fee: {choice['fee']} should be {money(fee)}")
            source = f"fund:till:{operation['from_till']}" if "from_till" in operation else "fund:deposit"
            found = [(payable, source, amount - fee), (payable, "fund:deposit", fee), ("own:bank", "own:fees", fee)]
            if source == "fund:deposit":
                found[:2] = [(payable, source, amount)]
            if op == "release":
                found = [(payable, "fund:deposit", amount), ("own:bank", "own:gains", amount)]
        elif op == "count":
            found = self.count(operation, bills, stock, bureau or "office", own)
        elif op == "write_off":
            found = [("fund:deposit", f"fund:receivable:{bureau}", amount), ("own:losses", "own:bank", amount)]
        elif op == "reclassify":
            found = [(operation["debit"], operation["credit"], amount)]
            if tuple(account(name)[3] for name in found[0][:2]) not in PAIRS:
                raise Wrong("operation: not one of the five pairs")
        else:
            found = [(*OWN[op], amount)] if op in OWN else []
        if kind == "nothing" and choice != "nothing":
            raise Wrong("choice: there is nothing to choose")
        part(choice, kind)
        return [posting for posting in found if posting[2]]

    def deposit(self, operation, amount):
        over, missing = cents(operation.get("over", "0.00")), cents(operation.get("short", "0.00"))
        charge, found = cents(operation.get("charge", "0.00")), []
        if ("slip" in operation) == ("slips" in operation):
            raise Wrong("operation: a deposit is of a slip or of slips")
        slips = operation["slips"] if "slips" in operation else [operation["slip"]]
        credited, short = amount + charge - over, []
        for slip in slips:
            held = self.euros.get(f"fund:transit:{slip}", 0)
            arrived = min(held, credited)
            credited -= arrived
            missing -= held - arrived
            receivable = f"fund:receivable:{self.slips.get(slip, ['office'])[0]}"
            short.append((f"fund:transit:{slip}", held - arrived))
            found += [("fund:deposit", f"fund:transit:{slip}", arrived), (receivable, *short[-1])]
        if credited or missing:
            raise Wrong("operation: amount + short + charge - over is not what the slips are")
        found += self.settled(receivable, operation["ref"], short, [("fund:deposit", over)])[len(short):]
        return found + [("own:charges", "own:bank", charge)]

    def settled(self, receivable, ref, missing, over):
        """Two lists of (account, amount): what is missing is owed first, and what is over settles what is owed."""
        owed = self.euros.get(receivable, 0) + sum(amount for _, amount in missing)
        found = [(receivable, credit, amount) for credit, amount in missing]
        for debit, amount in over:
            back = min(amount, owed)
            found += [(debit, receivable, back), (debit, f"fund:payable:{ref}", amount - back)]
            owed -= back
        return found

    def count(self, operation, counted, stock, debtor, own):
        held, counted, till = self.bills.get(stock, {}), dict(counted), f"fund:till:{debtor}"
        excess = {d: counted.get(d, 0) - held.get(d, 0) for d in sorted(self.denominations, reverse=True)}
        less, more = (tuple((d, abs(n)) for d, n in excess.items() if n * side > 0) for side in (-1, 1))
        found = [("circulation:public", stock, less), (stock, "circulation:public", more)]
        if own:
            return found
        net = worth(more) - worth(less)
        over = cents(operation["till"]) - self.euros.get(till, 0) if "till" in operation else 0
        missing = [(name, -amount) for name, amount in (("obligation", net), (till, over)) if amount < 0]
        over = [(name, amount) for name, amount in (("obligation", net), (till, over)) if amount > 0]
        return found + self.settled(f"fund:receivable:{debtor}", operation["ref"], missing, over)

    def mirrored(self, entry, postings):
        """A reversal has the postings of what it undoes, debit and credit exchanged: their digest tells."""
        named, reversal = entry["operation"]["entry"], part(entry["choice"], "reversal")
        undone, restored = reversal["entry"], reversal["restored"]
        if undone != (named if type(named) is int else self.refs.get(named)) or undone > self.tree.size:
            raise Wrong(f"choice: entry: {undone} is not {named}")
        code = self.codes[undone - 1]
        says = code in (OPERATIONS["attest_statement"][0], OPERATIONS["close_period"][0])
        if undone in self.reversed or code == OPERATIONS["reverse"][0] or not (postings or says):
            raise Wrong(f"choice: entry: {undone} has been undone before, is a reversal itself, or has no postings")
        mirror = moved([(credit, debit, quantity) for debit, credit, quantity in postings])
        if digest(mirror) != self.digests[16 * undone - 16:16 * undone]:
            raise Wrong(f"postings: they are not those of entry {undone} with debit and credit exchanged")
        self.reversed.add(undone)
        due = []
        for debit, credit, amount in postings:
            ref, fresh = name_of(debit), debit not in self.euros
            if account(debit)[3] == "fund:transit:" and fresh and all(ref != known for known, _ in due):
                bureau, opened, since = self.slips[ref]
                item = {"bureau": bureau, "opened_on": day_text(opened), "euros_since": day_text(since)}
                due.append([ref, {"slip": item}])
            ref, fresh = name_of(credit), credit not in self.euros
            if account(credit)[3] == "fund:payable:" and all(ref != known for known, _ in due):
                debt, paid_out = self.owed.get(ref), code == OPERATIONS["pay_out"][0]
                if debt and paid_out:
                    debt[1] -= sum(amount for _, name, amount in postings if name == credit)
                    debt[2] -= sum(amount for name, _, amount in postings if name == "own:fees")
                if fresh or debt and paid_out:
                    values = debt and (rate_text(debt[0]), money(debt[1]), money(debt[2]))
                    terms = dict(zip(("rate", "paid", "fee_taken"), values)) if debt else None
                    due.append([ref, {"payable": {"opened_on": day_text(self.opened[ref]), "reconversion": terms}}])
        if restored != due:
            raise Wrong(f"choice: restored: {restored} should be {due}")
        return postings


def name_of(account):
    return account.rpartition(":")[2]


def part(choice, kind):
    if kind != "nothing" and (type(choice) is not dict or kind not in choice):
        raise Wrong(f"choice: {kind} missing")
    return None if kind == "nothing" else choice[kind]


def digest(coded):
    return hashlib.blake2b(coded, digest_size=16).digest()


def shown(postings):
    texts = (f"{debit} ← {credit} {dict(quantity) if type(quantity) is tuple else money(quantity)}"
             for debit, credit, quantity in postings)
    return "; ".join(texts) or "none"


# Exports

def no_number(text):
    raise Wrong(f"{text} is no whole number")


DECODER = json.JSONDecoder(object_pairs_hook=unique, parse_float=no_number, parse_constant=no_number)


def export(path, ledger, recorded=None):
    """Verifies the lines of an export; each entry is also the next of `recorded`, where they are given."""
    at = 0
    try:
        with open(path, "rb") as file:
            header = tail = None
            for at, line in enumerate(file, 1):
                if line[-1:] != b"\n" or tail:
                    raise Wrong("the line is cut off" if not tail else "there is something behind the last line")
                line = DECODER.decode(line.decode())
                if at == 1:
                    header = members(line, "format", "version", "association", "currency", "partial")
                    if json.dumps([*header[:2], header[4]]) != '["aiga-journal", 1, false]':
                        raise Wrong("this is not the whole of a journal in version 1")
                elif type(line) is dict and "entries" in line:
                    tail = members(line, "entries", "tree_size", "root")
                else:
                    named = members(line, "sequence", "recorded_at", "operation", "choice", "postings", "leaf")[-1]
                    record, leaf = ledger.add(line)
                    if leaf.hex() != named:
                        raise Wrong(f"leaf: {named} should be {leaf.hex()}")
                    if at == 2 and header[2:4] != [line["operation"]["association"], line["operation"]["code"]]:
                        raise Wrong("operation: the first line names another association or currency")
                    if recorded is not None:
                        theirs = next(recorded, None)
                        del line["leaf"]
                        if theirs is None or theirs[1] != record or decode(record) != line:
                            raise Wrong("the journal has another record here")
        if tail is None or at < 2:
            raise Wrong("the last line is missing")
        right = [ledger.tree.size, ledger.tree.size, ledger.tree.root().hex()]
        for name, found, computed in zip(("entries", "tree_size", "root"), tail, right):
            if found != computed or type(found) is not type(computed):
                raise Wrong(f"{name}: {found} should be {computed}")
        if recorded is not None and next(recorded, None):
            raise Wrong("the journal has more entries")
    except (Wrong, UnicodeError, ValueError, RecursionError) as wrong:
        raise Wrong(f"{path}: line {at}, sequence {at - 1}: {wrong}") from None


# Journals, test vectors, and the report

def replay(folder, ledger):
    for where, record in records(folder, ledger.marked):
        try:
            ledger.add(decode(record))
        except Wrong as wrong:
            raise Wrong(f"{where}: {wrong}") from None


def vectors(path, ledger):
    with open(path, encoding="utf-8") as file:
        given = json.load(file)
    roots = [bytes.fromhex(root) for root in given["roots"]]
    for vector, root in zip(given["records"], roots):
        line, record = vector["line"], bytes.fromhex(vector["record"])
        where = f"{path}: sequence {line['sequence']}"
        if ledger.tree.root() != root:
            raise Wrong(f"{where}: the root before it")
        if ledger.add(line) != (record, bytes.fromhex(line["leaf"])):
            raise Wrong(f"{where}: the record or its leaf")
        if decode(record) | {"leaf": line["leaf"]} != line:
            raise Wrong(f"{where}: the line that is read from the record")
    if ledger.tree.root() != roots[-1] or len(roots) != ledger.tree.size + 1:
        raise Wrong(f"{path}: the last root")
    for proof in given["inclusion"]:
        leaf = bytes.fromhex(given["records"][proof["sequence"] - 1]["line"]["leaf"])
        steps = [bytes.fromhex(step) for step in proof["path"]]
        if included(leaf, proof["sequence"] - 1, proof["size"], steps) != roots[proof["size"]]:
            raise Wrong(f"{path}: the proof that {proof['sequence']} is in {proof['size']}")
    for proof in given["consistency"]:
        first, second = proof["first"], proof["second"]
        steps = [bytes.fromhex(step) for step in proof["path"]]
        if consistent(first, second, roots[first], steps) != (roots[first], roots[second]):
            raise Wrong(f"{path}: the proof that {second} goes on from {first}")


def figures(ledger):
    balances = {}
    for name, held in ledger.bills.items():
        held = {str(denomination): count for denomination, count in sorted(held.items(), reverse=True) if count}
        if held:
            balances[name] = {"balance": money(worth(pairs(held))), "bills": held}
    balances |= {name: {"balance": money(amount)} for name, amount in ledger.euros.items() if amount}
    return {"entries": ledger.tree.size, "root": ledger.tree.root().hex(), "circulation": money(ledger.circulation),
            "fund": money(ledger.fund), "obligation": money(ledger.euros.get("obligation", 0)), "balances": balances}


def main(arguments):
    as_json, of_vectors = "--json" in arguments, "--vectors" in arguments
    paths, ledger = [path for path in arguments if path not in ("--json", "--vectors")], Ledger()
    folders = [path for path in paths if os.path.isdir(path)]
    files = [path for path in paths if path not in folders]
    if not paths or len(folders) > 1 or len(files) > 1 or of_vectors and folders:
        sys.exit(__doc__)
    try:
        if of_vectors:
            vectors(files[0], ledger)
        elif files:
            export(files[0], ledger, records(folders[0]) if folders else None)
            if folders:
                replay(folders[0], Ledger())
        else:
            replay(folders[0], ledger)
    except (Wrong, OSError) as wrong:
        print(wrong, file=sys.stderr)
        return 1
    found = figures(ledger)
    if as_json:
        print(json.dumps(found, indent=1, ensure_ascii=False))
    else:
        print("".join(f"{name:12} {value}\n" for name, value in found.items() if name != "balances"), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

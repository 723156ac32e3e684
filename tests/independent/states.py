"""The state after an entry in its canonical form, of which blocks name the hash. Made from docs/journal-format.md alone."""
import json
from journal import sha256
from records import Wrong, cents, day, day_text, money, rate, rate_text, worth

FOUNDING = ("currency", "symbol", "code", "denominations", "association", "fund")
FLOORED = ("bills:vault", "circulation:public", "bills:bureau:", "circulation:bureau:", "fund:till:", "fund:receivable:")


class Registers:
    """What operations say beside their postings."""

    def __init__(self):
        self.founding, self.latest, self.moved = None, None, 0
        self.closings = {"periods": [], "attestations": [], "taken_back": []}
        self.fees, self.bureaux, self.members, self.reversed = {}, {}, {}, {}
        self.given_back, self.days = {}, Days()

    def note(self, entry, postings):
        self.moved += sum(abs(worth(quantity) if type(quantity) is tuple else quantity) for _, _, quantity in postings)
        operation = entry["operation"]
        op, on, get = operation["op"], operation["on"], operation.get
        self.latest = on if self.latest is None else max(self.latest, on)
        if op == "found":
            self.founding = {name: get(name) for name in FOUNDING}
            self.founding["fund"] = {name: get("fund")[name] for name in ("bank", "iban")}
            self.founding["founded_on"] = on
        if op in ("found", "set_fee"):
            self.fees[on] = rate_text(rate(get("reconversion_fee")))
        elif op == "open_bureau":
            self.bureaux[get("bureau")] = {"name": {on: get("name")}, "local_group": {on: get("local_group")},
                                           "terms": {on: granted(get("terms", {"consignment": {}}))},
                                           "opened_on": on, "of_its_kind_since": on, "closed_on": None}
        elif op == "amend_bureau":
            bureau = known(self.bureaux, get("bureau"))
            for name in ("name", "local_group"):
                if name in operation:
                    bureau[name] = dated(bureau[name], on, get(name))
            if "terms" in operation:
                terms, kept = granted(get("terms")), bureau["terms"]
                if (terms == "prefunded") != (kept[max(kept)] == "prefunded"):
                    kept, bureau["of_its_kind_since"] = {day: kept[day] for day in kept if day < on}, on
                bureau["terms"] = dated(kept, on, terms)
        elif op == "close_bureau":
            known(self.bureaux, get("bureau"))["closed_on"] = on
        elif op == "enrol_member":
            self.members[get("member")] = {"enrolled_on": on} | {
                name: {on: get(name)} for name in ("kind", "local_group", "valid_until")}
        elif op in ("amend_member", "renew_member"):
            member = known(self.members, get("member"))
            member |= {name: dated(member[name], on, get(name)) for name in member if name in operation}
        elif op == "reverse":
            self.reverse(entry, entry["choice"]["reversal"]["entry"])
            for debit, credit, _ in postings:
                for name, head in ((debit, "fund:transit"), (credit, "fund:payable")):
                    if name.rpartition(":")[0] == head:
                        self.given_back[name] = max(on, self.given_back.get(name, on))
        elif op == "attest_statement":
            said = {"sequence": entry["sequence"], "through": get("through"), "closing_balance": get("closing_balance")}
            self.closings["attestations"].append(said)
        elif op == "close_period":
            if self.closings["periods"]:
                self.days.fold(self.closings["periods"][-1]["through"])
            self.closings["periods"].append({"sequence": entry["sequence"], "through": get("through")})

    def moved_by(self, entry, postings, ledger):
        """Behind the postings: the evenings that they move, and who is empty and forgets what was given back."""
        for debit, credit, quantity in postings:
            for name, side in ((debit, 1), (credit, -1)):
                if name.startswith(FLOORED):
                    self.days.move(name, entry["operation"]["on"], side, quantity, entry["sequence"])
                elif not ledger.euros.get(name):
                    self.given_back.pop(name, None)

    def reverse(self, entry, undone):
        self.reversed[undone] = entry["sequence"]
        for what, stands in (("closing", "periods"), ("attestation", "attestations")):
            for said in [said for said in self.closings[stands] if said["sequence"] == undone]:
                self.closings[stands].remove(said)
                self.closings["taken_back"].append({
                    "what": what, "through": said["through"], "entry": undone, "by": entry["sequence"],
                    "reason": entry["operation"]["reason"]})


class Days:
    """What an account with a floor held on the evenings on which it changed, and the entry by which it was short."""

    def __init__(self):
        self.folded, self.evenings, self.settled = None, {}, []

    def move(self, name, on, side, quantity, sequence):
        on = max(on, self.folded or on)
        evenings = self.evenings.setdefault(name, [])
        place = sum(evening[0] < on for evening in evenings)
        if place == len(evenings) or evenings[place][0] != on:
            _, held, short = evenings[place - 1] if place else (None, {}, None)
            evenings.insert(place, [on, dict(held), short])
        for evening in evenings[place:]:
            for denomination, count in quantity if type(quantity) is tuple else ((0, quantity),):
                evening[1][denomination] = evening[1].get(denomination, 0) + side * count
            evening[1] = {denomination: count for denomination, count in evening[1].items() if count}
            short = any(count < 0 for count in evening[1].values())
            if short != (evening[2] is not None):
                evening[2] = sequence if short else None
        if evenings[place][1] == (evenings[place - 1][1] if place else {}):
            del evenings[place]
        if not evenings:
            del self.evenings[name]

    def fold(self, through):
        for name in sorted(self.evenings):
            for shortfall in self.shortfalls(name):
                if shortfall["from"] <= through:
                    end = shortfall["through"]
                    self.settled.append(shortfall | {"through": end if end and end <= through else through})
        for name, evenings in list(self.evenings.items()):
            before = [evening for evening in evenings if evening[0] <= through]
            kept = evenings[len(before):]
            self.evenings[name] = before[-1:] + kept if before and before[-1][1] else kept
            if not self.evenings[name]:
                del self.evenings[name]
        self.folded = max(through, self.folded or through)

    def shortfalls(self, name):
        """The days on which the account was short, each by one entry; the most that lacked."""
        found, current = [], None
        for on, held, short in self.evenings[name]:
            if current and current["entry"] != short:
                found.append(current | {"through": day_text(day(on) - 1)})
                current = None
            if not short:
                continue
            lacking = {denomination: -count for denomination, count in held.items() if count < 0}
            euros = name.startswith("fund:")
            lacks = sum(count * (1 if euros else denomination) for denomination, count in lacking.items())
            bills = None if euros else {str(denomination): lacking[denomination] for denomination in sorted(lacking, reverse=True)}
            if not current:
                current = {"account": name, "from": on, "through": None, "lacks": 0, "bills": None, "entry": short}
            if cents(current["lacks"] or "0.00") < (amount := lacks if euros else 100 * lacks):
                current |= {"lacks": money(amount), "bills": bills}
        return found + ([current] if current else [])

    def shown(self, name):
        def held(quantity):
            if name.startswith("fund:"):
                return money(quantity.get(0, 0))
            return {str(denomination): quantity[denomination] for denomination in sorted(quantity, reverse=True)}
        return [{"on": on, "held": held(quantity)} | ({"short_by": short} if short else {})
                for on, quantity, short in self.evenings.get(name, [])]

    def canonical(self):
        bureaux = sorted({name.rpartition(":")[2] for name in self.evenings if name.count(":") == 2})
        heads = (("stock", "bills:bureau:"), ("float", "circulation:bureau:"),
                 ("till", "fund:till:"), ("receivable", "fund:receivable:"))
        return {"folded_through": self.folded, "vault": self.shown("bills:vault"), "public": self.shown("circulation:public"),
                "bureaux": {bureau: {what: self.shown(head + bureau) for what, head in heads} for bureau in bureaux},
                "settled": self.settled, "evenings": sum(map(len, self.evenings.values()))}


def known(registered, name):
    if name not in registered:
        raise Wrong(f"operation: {name} was never opened or enrolled")
    return registered[name]


def dated(values, on, value):
    """Values by the day from which they are in force."""
    return dict(sorted((values | {on: value}).items()))


def granted(terms):
    """Terms with what was left out."""
    if terms == "prefunded":
        return terms
    given = terms["consignment"]
    return {"consignment": {"till_ceiling": given.get("till_ceiling", "0.00"),
                            "deposit_within_days": given.get("deposit_within_days", 30)}}


def in_order(members):
    return {str(name): members[name] for name in sorted(members)}


def state_hash(ledger, registers):
    """The SHA-256 of the state after the last entry."""
    bills = {name: {str(denomination): count for denomination, count in sorted(held.items(), reverse=True) if count}
             for name, held in ledger.bills.items()}
    bills = {name: held for name, held in bills.items() if held}
    euros = {name: amount for name, amount in ledger.euros.items() if amount}

    def total(head):
        return money(sum(amount for name, amount in euros.items() if name.startswith(head)))
    slips, payables = {}, {}
    for name in euros:
        head, _, ref = name.rpartition(":")
        if head == "fund:transit":
            bureau, opened, since = ledger.slips[ref]
            slips[ref] = {"bureau": bureau, "opened_on": day_text(opened), "euros_since": day_text(since)}
        elif head == "fund:payable":
            owed = ledger.owed.get(ref)
            fee = owed and dict(zip(("rate", "paid", "fee_taken"), (rate_text(owed[0]), *map(money, owed[1:]))))
            payables[ref] = {"opened_on": day_text(ledger.opened[ref]), "reconversion": fee or None}
    tills = {name.rpartition(":")[2]: {day_text(came): money(lot) for came, lot in sorted(lots.items()) if lot}
             for name, lots in ledger.tills.items()}
    size = ledger.tree.size
    state = {
        "entries": size, "sequence": size, "recorded_at_ns": ledger.time, "latest_on": registers.latest, "moved": registers.moved,
        "balances": {
            "bills": in_order(bills), "euros": in_order({name: money(amount) for name, amount in euros.items()}),
            "circulation": money(sum(worth(tuple((int(d), n) for d, n in held.items())) for name, held in bills.items()
                                     if name.startswith("circulation:"))),
            "tills": total("fund:till:"), "transit": total("fund:transit:"),
            "receivable": total("fund:receivable:"), "payable": total("fund:payable:")},
        "registers": {
            "founding": registers.founding, "fees": in_order(registers.fees), "bureaux": in_order(registers.bureaux),
            "members": in_order(registers.members), "slips": in_order(slips), "payables": in_order(payables),
            "given_back_on": in_order({name.rpartition(":")[2]: on for name, on in registers.given_back.items()}),
            "tills": in_order({name: lots for name, lots in tills.items() if lots}),
            "reversed": in_order(registers.reversed), "closings": registers.closings},
        "days": registers.days.canonical()}
    return sha256(json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode())

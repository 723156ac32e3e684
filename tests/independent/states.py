"""The state after an entry in its canonical form, of which blocks name the hash. Made from docs/journal-format.md alone."""
import json
from journal import sha256
from records import day_text, money, rate, rate_text, worth

FOUNDING = ("currency", "symbol", "code", "denominations", "association", "fund", "reconversion_fee")


class Registers:
    """What operations say beside their postings."""

    def __init__(self):
        self.founding, self.latest, self.moved = None, None, 0
        self.closings = {"periods": [], "attestations": [], "taken_back": []}
        self.fees, self.bureaux, self.members, self.reversed = {}, {}, {}, {}

    def note(self, entry, postings):
        self.moved += sum(abs(worth(quantity) if type(quantity) is tuple else quantity) for _, _, quantity in postings)
        operation = entry["operation"]
        op, on, get = operation["op"], operation["on"], operation.get
        self.latest = on if self.latest is None else max(self.latest, on)
        if op == "found":
            self.founding = {name: get(name) for name in FOUNDING}
            self.founding["fund"] = {name: get("fund")[name] for name in ("bank", "iban")}
            self.founding["reconversion_fee"] = rate_text(rate(get("reconversion_fee")))
        if op in ("found", "set_fee"):
            self.fees[on] = rate_text(rate(get("reconversion_fee")))
        elif op == "open_bureau":
            self.bureaux[get("bureau")] = {"name": get("name"), "local_group": get("local_group"),
                                           "terms": granted(get("terms", {"consignment": {}})),
                                           "opened_on": on, "closed_on": None}
        elif op == "amend_bureau":
            bureau = self.bureaux[get("bureau")]
            bureau |= {name: get(name) for name in ("name", "local_group") if name in operation}
            bureau |= {"terms": granted(get("terms"))} if "terms" in operation else {}
        elif op == "close_bureau":
            self.bureaux[get("bureau")]["closed_on"] = on
        elif op == "enrol_member":
            self.members[get("member")] = {name: get(name) for name in ("kind", "local_group", "valid_until")}
        elif op in ("amend_member", "renew_member"):
            member = self.members[get("member")]
            member |= {name: get(name) for name in member if name in operation}
        elif op == "reverse":
            self.reverse(entry, entry["choice"]["reversal"]["entry"])
        elif op == "attest_statement":
            said = {"sequence": entry["sequence"], "through": get("through"), "closing_balance": get("closing_balance")}
            self.closings["attestations"].append(said)
        elif op == "close_period":
            self.closings["periods"].append({"sequence": entry["sequence"], "through": get("through")})

    def reverse(self, entry, undone):
        self.reversed[undone] = entry["sequence"]
        for what, stands in (("closing", "periods"), ("attestation", "attestations")):
            for said in [said for said in self.closings[stands] if said["sequence"] == undone]:
                self.closings[stands].remove(said)
                self.closings["taken_back"].append({
                    "what": what, "through": said["through"], "entry": undone, "by": entry["sequence"],
                    "reason": entry["operation"]["reason"]})


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
            "tills": in_order({name: lots for name, lots in tills.items() if lots}),
            "reversed": in_order(registers.reversed), "closings": registers.closings}}
    return sha256(json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode())

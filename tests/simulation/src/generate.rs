//! Histories: operations of every kind, legal and illegal, from a seed.
//!
//! The generator keeps a model beside it, so that it knows what lies in a till, which slip is open and which
//! member has expired. Ids come from small pools and dates lie close together: collisions, retries, closed
//! bureaux and payables paid in parts happen often. It proposes, it never decides: the same operations go to
//! the model and to the engine. The first operations of a longer history are the shorter history.

use crate::dice::Dice;
use crate::model::{Bills, Entry, Model, Verdict, value};
use proptest::prelude::{Strategy, any};
use serde_json::{Map, Value, json};

/// A history of up to `length` operations for a property. It shrinks by leaving operations out.
pub fn histories(length: usize) -> impl Strategy<Value = Vec<Value>> {
    let kept = proptest::collection::vec(proptest::bool::weighted(0.97), 1..=length);
    (any::<u64>().no_shrink(), kept).prop_map(|(seed, kept)| {
        let all = operations(seed, kept.len()).into_iter().zip(kept);
        all.filter_map(|(operation, keep)| keep.then_some(operation)).collect()
    })
}

/// The history of this seed.
pub fn operations(seed: u64, length: usize) -> Vec<Value> {
    let mut historian = Historian::new(seed);
    (0..length).map(|_| historian.next_operation()).collect()
}

/// How often each kind is proposed.
const KINDS: &[(&str, u64)] = &[
    ("swap", 150),
    ("deposit", 80),
    ("reconvert", 70),
    ("pay_out", 65),
    ("reverse", 65),
    ("remit", 60),
    ("reclassify", 60),
    ("supply", 50),
    ("count", 50),
    ("return_bills", 40),
    ("exchange", 35),
    ("issue", 30),
    ("cover", 30),
    ("amend_bureau", 30),
    ("open_bureau", 25),
    ("enrol_member", 25),
    ("close_bureau", 20),
    ("write_off", 20),
    ("renew_member", 20),
    ("print_bills", 20),
    ("destroy_bills", 20),
    ("release", 15),
    ("top_up", 15),
    ("withdraw_surplus", 15),
    ("bank_interest", 15),
    ("bank_charge", 12),
    ("amend_member", 12),
    ("set_fee", 18),
    ("attest_statement", 10),
    ("close_period", 8),
    ("found", 3),
];

struct Historian {
    dice: Dice,
    model: Model,
    /// Days since the ledger was founded.
    today: i64,
    /// How many names were made up so far.
    names: u64,
    proposed: Vec<Value>,
}

impl Historian {
    fn new(seed: u64) -> Historian {
        Historian { dice: Dice::new(seed), model: Model::new(), today: 0, names: 0, proposed: Vec::new() }
    }

    fn next_operation(&mut self) -> Value {
        let operation = self.propose();
        let _ = self.model.post(&operation);
        self.proposed.push(operation.clone());
        operation
    }

    fn propose(&mut self) -> Value {
        if self.dice.chance(25) {
            self.today += 1;
        }
        if self.model.entries.is_empty() && self.dice.chance(60) {
            return self.operation("found");
        }
        if self.dice.chance(5)
            && let Some(earlier) = self.earlier()
        {
            return self.retry(earlier);
        }
        // Most of what the model would refuse is thought over again, so that more than half is legal.
        let mut operation = self.sketch();
        for _ in 0..4 {
            let legal = matches!(self.model.judge(&operation), Ok(Verdict::Sound(..)));
            if legal || self.dice.chance(40) {
                break;
            }
            operation = self.sketch();
        }
        if self.dice.chance(8) {
            self.spoil(&mut operation);
        }
        operation
    }

    fn sketch(&mut self) -> Value {
        if self.dice.chance(50)
            && let Some(kind) = self.first_needs()
        {
            return self.operation(kind);
        }
        let mut at = self.dice.below(KINDS.iter().map(|(_, weight)| weight).sum());
        for (kind, weight) in KINDS {
            if at < *weight {
                return self.operation(kind);
            }
            at -= weight;
        }
        unreachable!("the weights are summed above")
    }

    /// What a ledger lacks that can do nothing yet.
    fn first_needs(&mut self) -> Option<&'static str> {
        let accepters = self.model.members.values().filter(|member| member.accepter).count();
        if self.model.entries.is_empty() {
            None
        } else if self.bureaux(|_, _| true).len() < 2 {
            Some("open_bureau")
        } else if accepters == 0 {
            Some("enrol_member")
        } else if self.model.bills_in("bills:vault").values().sum::<i128>() < 20 {
            Some("print_bills")
        } else if self.model.circulation() == 0 {
            self.dice.pick(&["supply", "issue", "swap"])
        } else {
            None
        }
    }

    /// One operation of this kind, with the fields that all kinds have.
    fn operation(&mut self, kind: &str) -> Value {
        let reference = match self.dice.below(50) {
            0 => self.any_reference(),
            1 => self.any_slip(),
            _ => self.fresh("r"),
        };
        let days_ago = match self.dice.below(40) {
            0 => self.dice.between(20, 60),
            1..=4 => self.dice.between(1, 12),
            _ => 0,
        };
        // A change of the fee is announced before it comes into force.
        let days_ahead = if kind == "set_fee" { self.dice.between(-8, 12) } else { 0 };
        let mut operation = match self.fields(kind, &reference) {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        operation.insert("op".into(), json!(kind));
        operation.insert("ref".into(), json!(reference));
        operation.insert("on".into(), json!(date((self.today + (days_ahead - days_ago) as i64).max(0))));
        if self.dice.chance(4) {
            operation.insert("note".into(), json!("vu au marché"));
        }
        if self.dice.chance(4) {
            operation.insert("operator".into(), json!(format!("op-{}", self.dice.below(3))));
        }
        let moves_the_bank = matches!(kind, "issue" | "deposit" | "pay_out" | "bank_interest" | "reverse");
        if moves_the_bank && self.dice.chance(10) {
            let line = json!({"date": date(self.today), "amount": "-12.50", "nth": 1 + self.dice.below(3)});
            operation.insert("bank_line".into(), line);
        }
        Value::Object(operation)
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each kind of operation")]
    fn fields(&mut self, kind: &str, reference: &str) -> Value {
        match kind {
            // With a bill of 25, thirty is twice two bills, and the tie-break shows.
            "found" => json!({
                "currency": "Aïga", "symbol": "Ä", "code": "AIGA",
                "denominations": self.dice.pick(&[&[1, 2, 5, 10, 20, 50][..], &[1, 2, 5, 10, 20, 25, 50]]),
                "association": "Cévennes en Transition", "reconversion_fee": "0.02",
                "fund": {"bank": "La Nef", "iban": "FR7621570000010001234567870"},
            }),
            "open_bureau" => {
                let id = format!("bureau-{}", self.dice.below(6 + self.names / 60));
                with(json!({"bureau": id, "name": "Bureau", "local_group": "gardon"}), "terms", self.terms())
            }
            "amend_bureau" => self.amend_bureau(),
            "close_bureau" => {
                let empty = self.bureaux(is_empty);
                let id = if self.dice.chance(60) { self.dice.pick(&empty) } else { None };
                json!({"bureau": id.unwrap_or_else(|| self.bureau())})
            }
            "enrol_member" => json!({
                "member": format!("M-{}", self.dice.below(8 + self.names / 50)), "local_group": "gardon",
                "kind": if self.dice.chance(50) { "accepter" } else { "individual" },
                "valid_until": self.expiry(),
            }),
            "amend_member" => match self.dice.below(3) {
                0 => json!({"member": self.member(false), "kind": "accepter"}),
                1 => json!({"member": self.member(false), "valid_until": self.expiry()}),
                _ => json!({"member": self.member(false), "local_group": "piémont"}),
            },
            "renew_member" => json!({"member": self.member(false), "valid_until": self.expiry()}),
            "set_fee" => {
                let rates = ["0", "0.02", "0.03", "0.025", "0.5", "0.0333"];
                json!({"reconversion_fee": self.dice.pick(&rates)})
            }
            "print_bills" => {
                let denominations = self.model.denominations.clone().into_iter();
                let bills = denominations.map(|d| (d, self.dice.between(0, 40))).collect();
                with(json!({"bills": paper(&bills)}), "serials", json!(["A-0001"]))
            }
            "destroy_bills" => {
                let bureau = if self.dice.chance(40) { Some(self.consigned()) } else { None };
                let place = self.model.place(bureau.as_deref());
                with(json!({"bills": self.some_bills(&place)}), "bureau", json!(bureau))
            }
            "supply" => json!({"bureau": self.bureau(), "bills": self.some_bills("bills:vault")}),
            "return_bills" => {
                let id = self.bureau();
                let place = self.model.place(Some(&id));
                let all = paper(&self.model.bills_in(&place));
                let bills = if self.dice.chance(40) { all } else { self.some_bills(&place) };
                json!({"bureau": id, "bills": bills})
            }
            "issue" => {
                let member = if self.dice.chance(60) { json!(self.member(false)) } else { Value::Null };
                with(json!({"bills": self.some_bills("bills:vault")}), "member", member)
            }
            "swap" => self.swap(),
            "exchange" => self.exchange(),
            "remit" => {
                let with_till = self.bureaux(|model, id| model.balance(&format!("fund:till:{id}")) > 0);
                let chosen = if self.dice.chance(85) { self.dice.pick(&with_till) } else { None };
                let id = chosen.unwrap_or_else(|| self.consigned());
                let till = self.model.balance(&format!("fund:till:{id}"));
                json!({"bureau": id, "amount": self.part_of(till), "slip": self.slip_name(reference)})
            }
            "deposit" => self.deposit(),
            "reconvert" => {
                let bureau = if self.dice.chance(50) { Some(self.consigned()) } else { None };
                let bills = self.some_bills("circulation:public");
                let member = self.member(true);
                with(json!({"bills": bills, "member": member, "invoice": "F-1"}), "bureau", json!(bureau))
            }
            "pay_out" => self.pay_out(),
            "release" => json!({"payable": self.payable(false), "reason": "jamais réclamé"}),
            "count" => self.count(),
            "cover" => {
                let (id, owed) = self.debtor();
                json!({"bureau": id, "amount": self.part_of(owed), "slip": self.slip_name(reference)})
            }
            "write_off" => {
                let (id, owed) = self.debtor();
                json!({"bureau": id, "amount": self.part_of(owed)})
            }
            "reclassify" => self.reclassify(reference),
            "bank_charge" => {
                let bank = self.model.balance("fund:deposit") + self.model.balance("own:bank");
                let nearly_all = bank > 0 && self.dice.chance(20);
                let (least, most) = if nearly_all { (bank * 9 / 10, bank + 1_000) } else { (1, 2_000) };
                json!({"amount": self.amount(least.max(1), most)})
            }
            "withdraw_surplus" => {
                let own = self.model.balance("own:bank");
                json!({"amount": self.part_of(own)})
            }
            "bank_interest" | "top_up" => json!({"amount": self.amount(1, 8_000)}),
            "reverse" => self.reverse(),
            "attest_statement" => json!({
                "statement": "00ff".repeat(16), "through": date(self.today),
                "closing_balance": self.amount(-500, 50_000),
            }),
            "close_period" => {
                let days_ago = self.dice.between(8, 40) as i64;
                let again = self.model.closed_through.clone().filter(|_| self.dice.chance(20));
                let through = again.unwrap_or_else(|| date((self.today - days_ago).max(0)));
                let forced = if self.dice.chance(30) { json!("clôture") } else { Value::Null };
                with(json!({"through": through}), "forced_reason", forced)
            }
            _ => unreachable!("every kind is listed above"),
        }
    }

    // ---- The kinds that take some thought ------------------------------------------------------------------

    fn amend_bureau(&mut self) -> Value {
        let empty = self.bureaux(is_empty);
        let id = if self.dice.chance(50) { self.dice.pick(&empty) } else { None };
        let mut fields = json!({"bureau": id.unwrap_or_else(|| self.bureau())});
        if self.dice.chance(70) {
            fields = with(fields, "terms", self.terms());
        }
        if fields.get("terms").is_none() {
            fields["name"] = json!("Épicerie");
        }
        fields
    }

    fn swap(&mut self) -> Value {
        let stocked = self.bureaux(|model, id| !model.bills_in(&model.place(Some(id))).is_empty());
        let chosen = if self.dice.chance(85) { self.dice.pick(&stocked) } else { None };
        let id = chosen.unwrap_or_else(|| self.bureau());
        let place = self.model.place(Some(&id));
        let bills = self.some_bills(&place);
        let worth: i128 = value(&counted(&bills));
        let mut fields = json!({"bureau": id});
        match self.dice.below(10) {
            0 => fields["amount"] = self.amount(1, 6_000),
            1..=3 if worth > 0 => fields["amount"] = self.written(worth),
            _ => fields["bills"] = bills,
        }
        fields["paid"] = match self.dice.below(10) {
            0..=3 => json!("cash"),
            4 => json!("cheque"),
            5 | 6 => json!("card"),
            7 => json!("transfer"),
            _ => json!({"credit": self.payable(true)}),
        };
        let member = if self.dice.chance(50) { json!(self.member(false)) } else { Value::Null };
        with(fields, "member", member)
    }

    fn exchange(&mut self) -> Value {
        let bureau = if self.dice.chance(60) { Some(self.consigned()) } else { None };
        let ways: [(Bills, Bills); 5] = [
            ([(10, 2)].into(), [(20, 1)].into()),
            ([(50, 1)].into(), [(20, 2), (10, 1)].into()),
            ([(5, 2)].into(), [(2, 5)].into()),
            ([(1, 5)].into(), [(5, 1)].into()),
            ([(10, 2), (5, 2)].into(), [(10, 3)].into()),
        ];
        let (mut handed_in, mut given) = self.dice.pick(&ways).expect("some ways");
        if self.dice.chance(50) {
            (handed_in, given) = (given, handed_in);
        }
        with(json!({"in": paper(&handed_in), "out": paper(&given)}), "bureau", json!(bureau))
    }

    fn deposit(&mut self) -> Value {
        let mut slips = vec![self.slip()];
        while self.dice.chance(25) {
            slips.push(self.slip());
        }
        slips.dedup();
        let held = |slip: &String| self.model.balance(&format!("fund:transit:{slip}"));
        let written: i128 = slips.iter().map(held).sum();
        let mut amount = if written > 0 { written } else { 1_000 };
        let mut fields = json!({});
        if self.dice.chance(15) {
            let charge = self.dice.between(1, 90);
            amount -= charge;
            fields["charge"] = self.written(charge);
        }
        if self.dice.chance(20) {
            let short = if self.dice.chance(5) { written + 100 } else { self.dice.between(1, 900) };
            amount -= short;
            fields["short"] = self.written(short);
        }
        if self.dice.chance(20) {
            let over = self.dice.between(1, 1_500);
            amount += over;
            fields["over"] = self.written(over);
        }
        if self.dice.chance(5) {
            amount += 1;
        }
        fields["amount"] = self.written(amount);
        if slips.len() == 1 && self.dice.chance(80) {
            fields["slip"] = json!(slips[0]);
        } else {
            fields["slips"] = json!(slips);
        }
        fields
    }

    fn pay_out(&mut self) -> Value {
        // Those once paid in part, and even more those whose payment was undone, are worth another part.
        let begun: Vec<String> = self.pay_outs(|entry| entry.reversed || entry.op.has("amount"));
        let begun = if self.dice.chance(40) { self.dice.pick(&begun) } else { None };
        let still_owed = begun.filter(|payable| self.model.balance(&format!("fund:payable:{payable}")) > 0);
        let payable = still_owed.unwrap_or_else(|| self.payable(false));
        let owed = self.model.balance(&format!("fund:payable:{payable}"));
        let mut fields = json!({"payable": payable});
        match self.dice.below(10) {
            0..=3 => fields["amount"] = self.part_of(owed),
            4..=5 => fields["amount"] = self.amount(1, 80),
            _ => {}
        }
        let with_till = self.bureaux(|model, id| model.balance(&format!("fund:till:{id}")) > 0);
        if self.dice.chance(30) {
            let bureau = self.dice.pick(&with_till).filter(|_| self.dice.chance(85));
            fields["from_till"] = json!(bureau.unwrap_or_else(|| self.bureau()));
        }
        fields
    }

    /// The payables of the pay-outs that are so.
    fn pay_outs(&self, wanted: impl Fn(&Entry) -> bool) -> Vec<String> {
        let entries = self.model.entries.iter().filter(|entry| entry.op.kind() == "pay_out" && wanted(entry));
        entries.filter_map(|entry| entry.op.text("payable")).map(str::to_owned).collect()
    }

    fn count(&mut self) -> Value {
        let bureau = if self.dice.chance(80) { Some(self.bureau()) } else { None };
        let mut found = self.model.bills_in(&self.model.place(bureau.as_deref()));
        for _ in 0..self.dice.below(4) {
            let denomination = self.dice.pick(&[1, 2, 5, 10, 20, 50]).expect("some denominations");
            let count = found.entry(denomination).or_default();
            *count = (*count + self.dice.between(-3, 3)).max(0);
        }
        let mut fields = json!({"bills": paper(&found)});
        if let Some(id) = bureau {
            let prefunded = self.model.bureaux.get(&id).is_some_and(|bureau| bureau.prefunded);
            if self.dice.chance(if prefunded { 8 } else { 70 }) {
                let till = self.model.balance(&format!("fund:till:{id}"));
                let off = if self.dice.chance(50) { 0 } else { self.dice.between(-1_500, 1_500) };
                fields["till"] = self.written((till + off).max(0));
            }
            fields["bureau"] = json!(id);
        }
        fields
    }

    fn reclassify(&mut self, reference: &str) -> Value {
        let slip = self.slip();
        let in_transit = self.model.balance(&format!("fund:transit:{slip}"));
        let bureau = match self.model.slips.get(&slip).map(|slip| slip.bureau.clone()) {
            Some(bureau) if self.dice.chance(85) => bureau,
            _ => self.bureau(),
        };
        let payable = self.payable(false);
        let owed = self.model.balance(&format!("fund:payable:{payable}"));
        let (debtor, missing) = self.debtor();
        let (debit, credit, at_most) = match self.dice.below(6) {
            0 => {
                let id = if self.dice.chance(90) { self.bureau() } else { "office".into() };
                (format!("fund:receivable:{id}"), "fund:deposit".into(), 30_000)
            }
            1 | 2 => ("fund:deposit".into(), format!("fund:payable:{reference}"), 20_000),
            3 => (format!("fund:receivable:{bureau}"), format!("fund:transit:{slip}"), in_transit),
            4 => (format!("fund:payable:{payable}"), format!("fund:transit:{slip}"), in_transit.min(owed)),
            _ => (format!("fund:payable:{payable}"), format!("fund:receivable:{debtor}"), missing.min(owed)),
        };
        json!({"debit": debit, "credit": credit, "amount": self.part_of(at_most), "reason": "erreur"})
    }

    fn reverse(&mut self) -> Value {
        let last = self.model.entries.len() as u64;
        let back = if self.dice.chance(75) { 25 } else { last };
        let sequence = (last - self.dice.below(back.min(last))).max(1);
        let by_number = self.dice.chance(50);
        let sequence = if self.dice.chance(20) { self.delicate().unwrap_or(sequence) } else { sequence };
        let entry = match self.dice.below(40) {
            0 => json!(last + 5),
            1 => json!("no-such-entry"),
            _ if by_number || last == 0 => json!(sequence),
            _ => json!(self.model.entries[sequence as usize - 1].op.reference()),
        };
        json!({"entry": entry, "reason": "saisi deux fois"})
    }

    /// An entry whose reversal takes thought: a payment in part, or one of a bureau that is closed or has other
    /// terms since.
    fn delicate(&mut self) -> Option<u64> {
        let changed = |account: &String| {
            let (prefix, id) = account.rsplit_once(':')?;
            let bureau = self.model.bureaux.get(id)?;
            let consigned = matches!(prefix, "bills:bureau" | "fund:till");
            let prefunded = prefix == "circulation:bureau";
            Some(
                (bureau.closed && (consigned || prefunded))
                    || (consigned && bureau.prefunded)
                    || (prefunded && !bureau.prefunded),
            )
        };
        let delicate = |entry: &Entry| {
            let mut accounts = entry.postings.iter().flat_map(|posting| [&posting.debit, &posting.credit]);
            let in_part = entry.op.kind() == "pay_out" && entry.op.has("amount");
            !entry.reversed
                && entry.op.kind() != "reverse"
                && (in_part || accounts.any(|account| changed(account) == Some(true)))
        };
        let entries = self.model.entries.iter().zip(1..);
        let found: Vec<u64> = entries.filter(|(entry, _)| delicate(entry)).map(|(_, n)| n).collect();
        self.dice.pick(&found)
    }

    // ---- Names and figures from what there is ----------------------------------------------------------------

    fn fresh(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    fn any_reference(&mut self) -> String {
        let known: Vec<String> =
            self.model.entries.iter().map(|entry| entry.op.reference().to_owned()).collect();
        self.dice.pick(&known).unwrap_or_else(|| "r0".into())
    }

    fn any_slip(&mut self) -> String {
        let known: Vec<String> = self.model.slips.keys().cloned().collect();
        self.dice.pick(&known).unwrap_or_else(|| "s0".into())
    }

    fn slip_name(&mut self, reference: &str) -> String {
        match self.dice.below(40) {
            0 => self.any_slip(),
            1 => self.any_reference(),
            2..=5 => reference.to_owned(),
            _ => self.fresh("s"),
        }
    }

    /// A slip to deposit: open, unless it is one of the rare others.
    fn slip(&mut self) -> String {
        let open: Vec<String> = self
            .model
            .slips
            .keys()
            .filter(|slip| self.model.balance(&format!("fund:transit:{slip}")) > 0)
            .cloned()
            .collect();
        match self.dice.below(25) {
            0 => self.any_slip(),
            1 => "no-such-slip".into(),
            _ => self.dice.pick(&open).unwrap_or_else(|| self.any_slip()),
        }
    }

    /// Something still owed; for a swap, mostly not a reconversion's.
    fn payable(&mut self, for_swap: bool) -> String {
        let for_swap = for_swap && self.dice.chance(85);
        let payables = self.model.payables.iter();
        let open: Vec<String> = payables
            .filter(|(id, payable)| {
                self.model.balance(&format!("fund:payable:{id}")) > 0 && !(for_swap && payable.rate.is_some())
            })
            .map(|(id, _)| id.clone())
            .collect();
        let all: Vec<String> = self.model.payables.keys().cloned().collect();
        let chosen = match self.dice.below(25) {
            0 => None,
            1 => self.dice.pick(&all),
            _ => self.dice.pick(&open),
        };
        chosen.unwrap_or_else(|| "no-such-payable".into())
    }

    fn bureaux(&self, wanted: impl Fn(&Model, &str) -> bool) -> Vec<String> {
        let open = self.model.bureaux.iter().filter(|(_, bureau)| !bureau.closed);
        open.map(|(id, _)| id.clone()).filter(|id| wanted(&self.model, id)).collect()
    }

    /// A bureau that is open, with rare exceptions.
    fn bureau(&mut self) -> String {
        let all: Vec<String> = self.model.bureaux.keys().cloned().collect();
        let open = self.bureaux(|_, _| true);
        let chosen = match self.dice.below(40) {
            0 => Some("office".into()),
            1 => Some("nowhere".into()),
            2 => self.dice.pick(&all),
            _ => self.dice.pick(&open),
        };
        chosen.unwrap_or_else(|| "nowhere".into())
    }

    fn consigned(&mut self) -> String {
        let consigned = self.bureaux(|model, id| !model.bureaux[id].prefunded);
        let chosen = if self.dice.chance(92) { self.dice.pick(&consigned) } else { None };
        chosen.unwrap_or_else(|| self.bureau())
    }

    /// Who owes the fund something, and how much.
    fn debtor(&mut self) -> (String, i128) {
        let ids: Vec<String> = self.model.bureaux.keys().cloned().chain(["office".into()]).collect();
        let owed = |id: &String| self.model.balance(&format!("fund:receivable:{id}"));
        let debtors: Vec<String> = ids.into_iter().filter(|id| owed(id) > 0).collect();
        let chosen = if self.dice.chance(90) { self.dice.pick(&debtors) } else { None };
        let id = chosen.unwrap_or_else(|| self.bureau());
        let owed = self.model.balance(&format!("fund:receivable:{id}"));
        (id, owed)
    }

    fn member(&mut self, accepter: bool) -> String {
        let accepter = accepter && self.dice.chance(90);
        let today = date(self.today);
        let valid_only = self.dice.chance(85);
        let members = self.model.members.iter().filter(|(_, member)| {
            (member.accepter || !accepter) && (!valid_only || member.valid_until >= today)
        });
        let fitting: Vec<String> = members.map(|(id, _)| id.clone()).collect();
        let chosen = if self.dice.chance(96) { self.dice.pick(&fitting) } else { None };
        chosen.unwrap_or_else(|| "M-none".into())
    }

    fn expiry(&mut self) -> String {
        let days = self.dice.between(-2, 90) as i64;
        date((self.today + days).max(0))
    }

    fn terms(&mut self) -> Value {
        let ceilings = ["40.00", "300.00", "2000.00", "5000", "0"];
        match self.dice.below(10) {
            0..=2 => json!("prefunded"),
            3 if self.dice.chance(50) => Value::Null,
            3 => json!({"consignment": {}}),
            _ => {
                let ceiling = self.dice.pick(&ceilings);
                json!({"consignment": {"till_ceiling": ceiling, "deposit_within_days": 30}})
            }
        }
    }

    /// A few of the bills that lie there; rarely more than there are, or of a kind that does not exist.
    fn some_bills(&mut self, place: &str) -> Value {
        let held: Vec<(u64, i128)> = self.model.bills_in(place).into_iter().collect();
        let mut bills = Bills::new();
        for _ in 0..=self.dice.below(3) {
            if let Some((denomination, count)) = self.dice.pick(&held) {
                bills.insert(denomination, self.dice.between(1, count.min(9)));
            }
        }
        match self.dice.below(50) {
            0 => bills.insert(3, 1),
            1..=2 => bills.insert(20, 4_000),
            3 if bills.is_empty() => bills.insert(5, 1),
            _ => None,
        };
        if bills.is_empty() {
            bills.insert(10, 1);
        }
        paper(&bills)
    }

    /// All of it, a part, or rarely more than there is.
    fn part_of(&mut self, cents: i128) -> Value {
        let part = match self.dice.below(10) {
            _ if cents <= 0 => self.dice.between(1, 2_000),
            0 => cents + self.dice.between(1, 100),
            1..=5 => cents,
            _ => self.dice.between(1, cents),
        };
        self.written(part)
    }

    fn amount(&mut self, first: i128, last: i128) -> Value {
        let cents = self.dice.between(first, last);
        self.written(cents)
    }

    /// The same amount can be written in more than one way.
    fn written(&mut self, cents: i128) -> Value {
        let sign = if cents < 0 { "-" } else { "" };
        let (whole, part) = (cents.abs() / 100, cents.abs() % 100);
        json!(match part {
            0 if self.dice.chance(20) => format!("{sign}{whole}"),
            _ if part % 10 == 0 && self.dice.chance(20) => format!("{sign}{whole}.{}", part / 10),
            _ => format!("{sign}{whole}.{part:02}"),
        })
    }

    // ---- What goes wrong on purpose --------------------------------------------------------------------------

    fn earlier(&mut self) -> Option<Value> {
        let from = if self.dice.chance(60) { self.proposed.len().saturating_sub(30) } else { 0 };
        let some = self.proposed[from..].to_vec();
        self.dice.pick(&some)
    }

    /// The operation again: as it was, or with another day, note, amount or kind under the same reference.
    fn retry(&mut self, mut earlier: Value) -> Value {
        match self.dice.below(8) {
            0 => earlier["on"] = json!(date(self.today + 1)),
            1 => earlier["note"] = json!("encore"),
            2 if earlier.get("amount").is_some() => earlier["amount"] = self.amount(1, 3_000),
            3 => {
                let reference = earlier["ref"].clone();
                earlier = self.sketch();
                earlier["ref"] = reference;
            }
            _ => {}
        }
        earlier
    }

    /// Breaks one rule of shape.
    fn spoil(&mut self, operation: &mut Value) {
        let names: Vec<String> = operation.as_object().into_iter().flat_map(Map::keys).cloned().collect();
        let bills_field = names.iter().find(|name| *name == "bills" || *name == "in").cloned();
        let has_amount = names.iter().any(|name| name == "amount");
        match self.dice.below(20) {
            0 | 1 => {
                let name = self.dice.pick(&names).expect("an operation has fields");
                operation.as_object_mut().and_then(|fields| fields.remove(&name));
            }
            2 => operation["colour"] = json!("red"),
            3 => operation["op"] = json!("swapp"),
            4 => operation["on"] = json!("2026-02-30"),
            5 => operation["ref"] = json!("two words"),
            6 => operation["note"] = json!(""),
            7 if has_amount => operation["amount"] = json!("1.234"),
            8 if has_amount => operation["amount"] = json!(5),
            9 if has_amount => operation["amount"] = json!("0.00"),
            10 if has_amount => operation["amount"] = json!("-5.00"),
            11 if has_amount => operation["amount"] = json!("10000000000.01"),
            12 => {
                let line = json!({"date": date(self.today), "amount": "5.00", "nth": 1});
                operation["bank_line"] = line;
            }
            _ => match bills_field {
                Some(field) if field == "in" && self.dice.chance(40) => operation[field] = json!({"5": 3}),
                Some(field) => match self.dice.below(3) {
                    0 => operation[field] = json!({}),
                    1 => operation[field] = json!({"10": -1}),
                    _ => operation[field] = json!({"10": 7, "5": 1, "2": 0}),
                },
                None => self.spoil_by_kind(operation),
            },
        }
        if operation["op"] == "swap" && self.dice.chance(20) {
            operation["amount"] = json!("5.00");
            operation["bills"] = json!({"5": 1});
        }
    }

    fn spoil_by_kind(&mut self, operation: &mut Value) {
        match operation["op"].as_str().unwrap_or("") {
            "deposit" => match self.dice.below(3) {
                0 => operation["slips"] = json!(["s1", "s1"]),
                1 => (operation["slip"], operation["slips"]) = (json!("s1"), json!(["s2"])),
                _ => {
                    let slip = self.slip();
                    operation["slips"] = json!([slip, "s9", slip]);
                    operation.as_object_mut().and_then(|fields| fields.remove("slip"));
                }
            },
            "open_bureau" => operation["bureau"] = json!("office"),
            "amend_bureau" | "amend_member" => {
                if let Some(fields) = operation.as_object_mut() {
                    fields.retain(|name, _| ["op", "ref", "on", "bureau", "member"].contains(&name.as_str()));
                }
            }
            "count" => operation["till"] = json!("5.00"),
            "reclassify" => match self.dice.below(3) {
                0 => operation["credit"] = json!("own:bank"),
                1 => operation["debit"] = json!("fund:payable:r1"),
                _ => {
                    (operation["debit"], operation["credit"]) =
                        (json!("fund:deposit"), json!("fund:payable:x"));
                }
            },
            "attest_statement" => operation["statement"] = json!("00FF"),
            "enrol_member" => operation["kind"] = json!("friend"),
            "set_fee" => operation["reconversion_fee"] = json!("1.5"),
            _ => operation["operator"] = json!("two words"),
        }
    }
}

fn is_empty(model: &Model, bureau: &str) -> bool {
    let accounts = ["bills:bureau:", "circulation:bureau:", "fund:till:"];
    accounts.iter().all(|prefix| model.balance(&format!("{prefix}{bureau}")) == 0)
}

/// The field added, unless it is null.
fn with(mut fields: Value, name: &str, field: Value) -> Value {
    if !field.is_null() {
        fields[name] = field;
    }
    fields
}

fn paper(bills: &Bills) -> Value {
    let counts = bills.iter().map(|(denomination, count)| (denomination.to_string(), json!(*count as u64)));
    Value::Object(counts.collect())
}

fn counted(bills: &Value) -> Bills {
    let bills = bills.as_object().into_iter().flatten();
    bills.filter_map(|(d, count)| Some((d.parse().ok()?, count.as_i64()?.into()))).collect()
}

/// The civil date that many days after 2 January 2026.
fn date(days: i64) -> String {
    let (mut year, mut month, mut day) = (2026, 1, 2 + days);
    loop {
        let february = if year % 4 == 0 { 29 } else { 28 };
        let length = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
        if day <= length {
            return format!("{year}-{month:02}-{day:02}");
        }
        day -= length;
        month = month % 12 + 1;
        year += i64::from(month == 1);
    }
}

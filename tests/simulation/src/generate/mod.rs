//! Histories: operations of every kind, legal and illegal, from a seed.
//!
//! The generator keeps a model beside it, so that it knows what lies in a till, which slip is open and which
//! member has expired. Ids come from small pools and dates lie close together: collisions, retries, closed
//! bureaux and payables paid in parts happen often. It proposes, it never decides: the same operations go to
//! the model and to the engine. The first operations of a longer history are the shorter history.

mod kinds;
mod large;
mod names;
mod spoil;

use crate::dice::Dice;
use crate::model::{Bills, Model, Verdict};
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
    ("attest_statement", 14),
    ("close_period", 14),
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
    /// Of a hundred operations, so many are as large as the limits allow.
    large_percent: u64,
}

impl Historian {
    fn new(seed: u64) -> Historian {
        // One history of four comes to the limits.
        let large_percent = if Dice::new(!seed).chance(25) { 30 } else { 0 };
        let (dice, model) = (Dice::new(seed), Model::new());
        Historian { dice, model, today: 0, names: 0, proposed: Vec::new(), large_percent }
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
        if self.large_percent > 0 && self.dice.chance(self.large_percent) {
            return self.large();
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
        let today = date(self.today);
        let accepters = self.model.members.values().filter(|member| member.is_accepter_on(&today)).count();
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
        // A change is announced before it comes into force.
        let days_ahead = match kind {
            "set_fee" => self.dice.between(-8, 12),
            "amend_bureau" | "amend_member" | "renew_member" if self.dice.chance(30) => {
                self.dice.between(-8, 12)
            }
            _ => 0,
        };
        let mut operation = match self.fields(kind, &reference) {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        operation.insert("op".into(), json!(kind));
        operation.insert("ref".into(), json!(reference));
        let on = date((self.today + (days_ahead - days_ago) as i64).max(0));
        let on = if self.dice.chance(1) { "1900-01-01".to_owned() } else { on };
        operation.insert("on".into(), json!(on));
        if self.dice.chance(4) {
            operation.insert("note".into(), json!("vu au marché"));
        }
        if self.dice.chance(4) {
            operation.insert("operator".into(), json!(format!("op-{}", self.dice.below(3))));
        }
        let moves_the_bank = matches!(kind, "issue" | "deposit" | "pay_out" | "bank_interest" | "reverse");
        let mut operation = Value::Object(operation);
        if kind == "bank_interest"
            && self.dice.chance(30)
            && let Some(mut line) = self.taken_line()
        {
            // The same line once more.
            let cents = line["amount"].as_i64().unwrap_or(0);
            line["amount"] = self.written(cents.into());
            (operation["on"], operation["amount"]) = (line["date"].clone(), line["amount"].clone());
            operation["bank_line"] = line;
        } else if moves_the_bank && self.dice.chance(25) {
            operation["bank_line"] = self.bank_line(&operation);
        }
        operation
    }

    /// A line on which something came in, and that an entry has.
    fn taken_line(&mut self) -> Option<Value> {
        let lines = self.model.entries.iter().filter_map(|entry| entry.op.get("bank_line"));
        let taken: Vec<Value> = lines.filter(|line| line["amount"].as_i64() > Some(0)).cloned().collect();
        self.dice.pick(&taken)
    }

    /// The line that stands for an operation, or of a pay-out also a larger one; rarely another.
    fn bank_line(&mut self, operation: &Value) -> Value {
        let moved = match self.model.judge(operation) {
            Ok(Verdict::Sound(_, draft)) => draft.bank_movement(),
            _ => -1_250,
        };
        let shared = operation["op"] == "pay_out" && self.dice.chance(50);
        let off = if self.dice.chance(10) { 100 } else { 0 };
        let amount = self.written(if shared { moved / 1_000 * 1_000 - 5_000 } else { moved + off });
        json!({"date": operation["on"], "amount": amount, "nth": 1 + self.dice.below(2)})
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
                "statement": if self.dice.chance(5) { "0000" } else { "00ff" }.repeat(16),
                "through": if self.dice.chance(10) { "2999-12-31".into() } else { date(self.today) },
                "closing_balance": self.amount(-500, 50_000),
            }),
            "close_period" => {
                let days_ago = self.dice.between(8, 40) as i64;
                let again = self.model.closed_through().filter(|_| self.dice.chance(20));
                let through = again.unwrap_or_else(|| match self.dice.below(10) {
                    0 | 2 => "2999-12-31".into(),
                    1 => "2027-01-01".into(),
                    _ => date((self.today - days_ago).max(0)),
                });
                let forced = if self.dice.chance(30) { json!("clôture") } else { Value::Null };
                with(json!({"through": through}), "forced_reason", forced)
            }
            _ => unreachable!("every kind is listed above"),
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

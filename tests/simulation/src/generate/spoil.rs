//! What goes wrong on purpose: retries, conflicts, spoilt fields.

use super::{Historian, date};
use serde_json::{Map, Value, json};

impl Historian {
    pub(super) fn earlier(&mut self) -> Option<Value> {
        let from = if self.dice.chance(60) { self.proposed.len().saturating_sub(30) } else { 0 };
        let some = self.proposed[from..].to_vec();
        self.dice.pick(&some)
    }

    /// The operation again: as it was, or with another day, note, amount or kind under the same reference.
    pub(super) fn retry(&mut self, mut earlier: Value) -> Value {
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
    pub(super) fn spoil(&mut self, operation: &mut Value) {
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
            6 => {
                let notes = [
                    "",
                    "\u{feff}note",
                    "a\u{2028}b",
                    "\u{200f}abc",
                    "\u{1b}[31m",
                    "\u{e0041}",
                    "cas\u{ad}se",
                    "\u{fdd0}",
                ];
                let seen = ["déjà\u{a0}vu", "e\u{301}té", "👩\u{200d}🌾 \u{2764}\u{fe0f}"];
                let note = self.dice.pick(&[&notes[..], &seen].concat()).unwrap_or_default();
                operation["note"] = json!(note);
            }
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

//! The kinds of operations that take some thought.

use super::{Historian, counted, is_empty, paper, with};
use crate::model::{Bills, Entry, value};
use serde_json::{Value, json};

impl Historian {
    pub(super) fn amend_bureau(&mut self) -> Value {
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

    pub(super) fn swap(&mut self) -> Value {
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

    pub(super) fn exchange(&mut self) -> Value {
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

    pub(super) fn deposit(&mut self) -> Value {
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
            let some = self.dice.between(1, 90);
            let charge = if self.dice.chance(35) { (written * 7 / 10).max(1) } else { some };
            amount -= charge;
            fields["charge"] = self.written(charge);
        }
        if self.dice.chance(20) {
            let short = if self.dice.chance(5) { written + 100 } else { self.dice.between(1, 900) };
            amount -= short;
            fields["short"] = self.written(short);
        }
        if self.dice.chance(20) {
            let some = self.dice.between(1, 1_500);
            let over = if self.dice.chance(20) { (11 * written).max(1) } else { some };
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

    pub(super) fn pay_out(&mut self) -> Value {
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

    pub(super) fn count(&mut self) -> Value {
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

    pub(super) fn reclassify(&mut self, reference: &str) -> Value {
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

    pub(super) fn reverse(&mut self) -> Value {
        let last = self.model.entries.len() as u64;
        let back = if self.dice.chance(75) { 25 } else { last };
        let sequence = (last - self.dice.below(back.min(last))).max(1);
        let by_number = self.dice.chance(50);
        let sequence = if self.dice.chance(20) { self.delicate().unwrap_or(sequence) } else { sequence };
        let sequence = if self.dice.chance(8) { self.says().unwrap_or(sequence) } else { sequence };
        let entry = match self.dice.below(40) {
            0 => json!(last + 5),
            1 => json!("no-such-entry"),
            _ if by_number || last == 0 => json!(sequence),
            _ => json!(self.model.entries[sequence as usize - 1].op.reference()),
        };
        json!({"entry": entry, "reason": "saisi deux fois"})
    }

    /// An entry that closes a period or attests a statement.
    fn says(&mut self) -> Option<u64> {
        let says = |entry: &Entry| matches!(entry.op.kind(), "close_period" | "attest_statement");
        let entries = self.model.entries.iter().zip(1..);
        let found: Vec<u64> = entries.filter(|(entry, _)| says(entry)).map(|(_, n)| n).collect();
        self.dice.pick(&found)
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
}

//! Names and figures from what there is.

use super::{Historian, date, paper};
use crate::model::{Bills, Model};
use serde_json::{Value, json};

impl Historian {
    pub(super) fn fresh(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    pub(super) fn any_reference(&mut self) -> String {
        let known: Vec<String> =
            self.model.entries.iter().map(|entry| entry.op.reference().to_owned()).collect();
        self.dice.pick(&known).unwrap_or_else(|| "r0".into())
    }

    pub(super) fn any_slip(&mut self) -> String {
        let known: Vec<String> = self.model.slips.keys().cloned().collect();
        self.dice.pick(&known).unwrap_or_else(|| "s0".into())
    }

    pub(super) fn slip_name(&mut self, reference: &str) -> String {
        match self.dice.below(40) {
            0 => self.any_slip(),
            1 => self.any_reference(),
            2..=5 => reference.to_owned(),
            _ => self.fresh("s"),
        }
    }

    /// A slip to deposit: open, unless it is one of the rare others.
    pub(super) fn slip(&mut self) -> String {
        let open: Vec<String> = self
            .model
            .slips
            .keys()
            .filter(|slip| self.model.balance(&format!("fund:transit:{slip}")) > 0)
            .cloned()
            .collect();
        match self.dice.below(25) {
            0 | 1 => self.any_slip(),
            2 => "no-such-slip".into(),
            _ => self.dice.pick(&open).unwrap_or_else(|| self.any_slip()),
        }
    }

    /// Something still owed; for a swap, mostly not a reconversion's.
    pub(super) fn payable(&mut self, for_swap: bool) -> String {
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

    pub(super) fn bureaux(&self, wanted: impl Fn(&Model, &str) -> bool) -> Vec<String> {
        let open = self.model.bureaux.iter().filter(|(_, bureau)| !bureau.closed);
        open.map(|(id, _)| id.clone()).filter(|id| wanted(&self.model, id)).collect()
    }

    /// A bureau that is open, with rare exceptions.
    pub(super) fn bureau(&mut self) -> String {
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

    pub(super) fn consigned(&mut self) -> String {
        let consigned = self.bureaux(|model, id| !model.bureaux[id].prefunded);
        let chosen = if self.dice.chance(92) { self.dice.pick(&consigned) } else { None };
        chosen.unwrap_or_else(|| self.bureau())
    }

    /// Who owes the fund something, and how much.
    pub(super) fn debtor(&mut self) -> (String, i128) {
        let ids: Vec<String> = self.model.bureaux.keys().cloned().chain(["office".into()]).collect();
        let owed = |id: &String| self.model.balance(&format!("fund:receivable:{id}"));
        let debtors: Vec<String> = ids.into_iter().filter(|id| owed(id) > 0).collect();
        let chosen = if self.dice.chance(90) { self.dice.pick(&debtors) } else { None };
        let id = chosen.unwrap_or_else(|| self.bureau());
        let owed = self.model.balance(&format!("fund:receivable:{id}"));
        (id, owed)
    }

    pub(super) fn member(&mut self, accepter: bool) -> String {
        let accepter = accepter && self.dice.chance(90);
        let today = date(self.today);
        let valid_only = self.dice.chance(85);
        let members = self.model.members.iter().filter(|(_, member)| {
            (!accepter || member.is_accepter_on(&today)) && (!valid_only || member.is_valid_on(&today))
        });
        let fitting: Vec<String> = members.map(|(id, _)| id.clone()).collect();
        let chosen = if self.dice.chance(96) { self.dice.pick(&fitting) } else { None };
        chosen.unwrap_or_else(|| "M-none".into())
    }

    pub(super) fn expiry(&mut self) -> String {
        let days = self.dice.between(-9, 90) as i64;
        date((self.today + days).max(0))
    }

    pub(super) fn terms(&mut self) -> Value {
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
    pub(super) fn some_bills(&mut self, place: &str) -> Value {
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
    pub(super) fn part_of(&mut self, cents: i128) -> Value {
        let part = match self.dice.below(10) {
            _ if cents <= 0 => self.dice.between(1, 2_000),
            0 => cents + self.dice.between(1, 100),
            1..=5 => cents,
            _ => self.dice.between(1, cents),
        };
        self.written(part)
    }

    pub(super) fn amount(&mut self, first: i128, last: i128) -> Value {
        let cents = self.dice.between(first, last);
        self.written(cents)
    }

    /// The same amount can be written in more than one way.
    pub(super) fn written(&mut self, cents: i128) -> Value {
        let sign = if cents < 0 { "-" } else { "" };
        let (whole, part) = (cents.abs() / 100, cents.abs() % 100);
        json!(match part {
            0 if self.dice.chance(20) => format!("{sign}{whole}"),
            _ if part % 10 == 0 && self.dice.chance(20) => format!("{sign}{whole}.{}", part / 10),
            _ => format!("{sign}{whole}.{part:02}"),
        })
    }
}

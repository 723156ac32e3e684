//! Amounts near the limits: what only an attacker or a slip of the pen would post.

use super::Historian;
use serde_json::{Value, json};

/// The largest amount of an operation, and the largest balance, in cents.
const AMOUNT_CENTS_MAX: i128 = 10_000_000_000 * 100;
const BALANCE_CENTS_MAX: i128 = 10 * AMOUNT_CENTS_MAX;

impl Historian {
    /// An operation that moves as much as one can, or as much as is still allowed, or a cent more.
    pub(super) fn large(&mut self) -> Value {
        let kinds = ["top_up", "bank_interest", "bank_charge", "withdraw_surplus", "print_bills", "issue"];
        let also = ["supply", "swap", "owed", "owed", "bounced", "bounced"];
        let kind = self.dice.pick(&[&kinds[..], &also].concat()).expect("some kinds");
        let reference = self.fresh("l");
        let mut fields = match kind {
            "top_up" | "bank_interest" => {
                let held = self.model.balance("own:bank").max(self.model.balance("own:interest"));
                json!({"amount": self.large_amount(BALANCE_CENTS_MAX - held)})
            }
            "bank_charge" | "withdraw_surplus" => {
                let held = self.model.balance("own:bank");
                json!({"amount": self.large_amount(held)})
            }
            "print_bills" => json!({"bills": {"50": self.dice.between(1, 200_000_001)}}),
            "issue" => {
                let held = self.model.bills_in("bills:vault").get(&50).copied().unwrap_or(0);
                json!({"bills": {"50": held.clamp(1, 200_000_000) as u64}})
            }
            "supply" => {
                let held = self.model.bills_in("bills:vault").get(&50).copied().unwrap_or(0);
                json!({"bureau": self.bureau(), "bills": {"50": (held / 2).clamp(1, 200_000_000) as u64}})
            }
            "swap" => {
                let bureau = self.bureau();
                let place = self.model.place(Some(&bureau));
                let held = self.model.bills_in(&place).get(&50).copied().unwrap_or(0);
                let bills = json!({"50": held.clamp(1, 200_000_000) as u64});
                json!({"bureau": bureau, "bills": bills, "paid": "transfer"})
            }
            "owed" => {
                let room = BALANCE_CENTS_MAX - self.model.total("fund:payable:");
                let (debit, credit) = ("fund:deposit", format!("fund:payable:{reference}"));
                json!({"debit": debit, "credit": credit, "amount": self.large_amount(room), "reason": "?"})
            }
            _ => {
                let debit = format!("fund:receivable:{}", self.bureau());
                let room = BALANCE_CENTS_MAX - self.model.total("fund:receivable:");
                let amount = self.large_amount(room);
                json!({"debit": debit, "credit": "fund:deposit", "amount": amount, "reason": "?"})
            }
        };
        let op = if matches!(kind, "owed" | "bounced") { "reclassify" } else { kind };
        fields["op"] = json!(op);
        fields["ref"] = json!(reference);
        fields["on"] = json!(super::date(self.today));
        fields
    }

    /// As much as an operation may carry, or what there is room for, or a cent more or less.
    fn large_amount(&mut self, room: i128) -> Value {
        let room = room.clamp(1, AMOUNT_CENTS_MAX);
        let amount = match self.dice.below(8) {
            0..=3 => AMOUNT_CENTS_MAX,
            4 => room,
            5 => room + 1,
            6 => (room - 1).max(1),
            _ => AMOUNT_CENTS_MAX / 2,
        };
        self.written(amount)
    }
}

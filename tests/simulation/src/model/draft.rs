//! What an operation would post.

use super::choice::choose;
use super::{
    Bills, Code, DEPOSIT, Draft, FLOAT, Model, OBLIGATION, OFFICE, OWN_BANK, PAYABLE, PRINTED, PUBLIC,
    Posting, Quantity, RECEIVABLE, Submitted, TILL, TRANSIT, VAULT, in_force, value,
};

impl Model {
    pub(super) fn draft(&self, op: &Submitted) -> Result<Draft, Code> {
        let amount = op.cents("amount");
        let bills = op.bills("bills");
        let worth = value(&bills);
        let bureau = op.text("bureau");
        let place = self.place(bureau);
        let prefunded = place.starts_with(FLOAT);
        let receivable = format!("{RECEIVABLE}{}", bureau.unwrap_or(OFFICE));
        let till = format!("{TILL}{}", bureau.unwrap_or(OFFICE));
        let own_slip = format!("{TRANSIT}{}", op.reference());
        let own_payable = format!("{PAYABLE}{}", op.reference());
        let named_slip = format!("{TRANSIT}{}", op.text("slip").unwrap_or(""));
        let named_payable = format!("{PAYABLE}{}", op.text("payable").unwrap_or(""));
        let (mut paid, mut fee) = (0, 0);
        let postings = match op.kind() {
            "print_bills" => vec![paper(VAULT, PRINTED, bills)],
            "destroy_bills" => vec![paper(PRINTED, &place, bills)],
            "supply" if prefunded => vec![paper(&place, VAULT, bills), euros(&own_slip, OBLIGATION, worth)],
            "supply" => vec![paper(&place, VAULT, bills)],
            "return_bills" if prefunded => {
                vec![paper(VAULT, &place, bills), euros(OBLIGATION, &own_payable, worth)]
            }
            "return_bills" => vec![paper(VAULT, &place, bills)],
            "issue" => vec![paper(PUBLIC, VAULT, bills), euros(DEPOSIT, OBLIGATION, worth)],
            "swap" => {
                let bills = if op.has("amount") { choose(&self.bills_in(&place), amount)? } else { bills };
                let worth = value(&bills);
                let paid_into = match (op.text("paid"), op.credit()) {
                    (_, Some(payable)) => format!("{PAYABLE}{payable}"),
                    (Some("cash" | "cheque"), _) => till,
                    _ => own_slip,
                };
                let handed_out = paper(PUBLIC, &place, bills);
                if prefunded {
                    vec![handed_out]
                } else {
                    vec![handed_out, euros(&paid_into, OBLIGATION, worth)]
                }
            }
            "exchange" => vec![paper(&place, PUBLIC, op.bills("in")), paper(PUBLIC, &place, op.bills("out"))],
            "remit" => vec![euros(&named_slip, &till, amount)],
            "deposit" => self.deposit(op),
            "reconvert" => vec![paper(&place, PUBLIC, bills), euros(OBLIGATION, &own_payable, worth)],
            "pay_out" => {
                paid = if op.has("amount") { amount } else { self.balance(&named_payable) };
                fee = self.fee(op, paid);
                match op.text("from_till") {
                    None => vec![euros(&named_payable, DEPOSIT, paid), euros(OWN_BANK, "own:fees", fee)],
                    Some(id) => vec![
                        euros(&named_payable, &format!("{TILL}{id}"), paid - fee),
                        euros(&named_payable, DEPOSIT, fee),
                        euros(OWN_BANK, "own:fees", fee),
                    ],
                }
            }
            "release" => {
                let left = self.balance(&named_payable);
                vec![euros(&named_payable, DEPOSIT, left), euros(OWN_BANK, "own:gains", left)]
            }
            "count" => self.count(op, &place, &receivable, &till, &own_payable),
            "cover" => vec![euros(&named_slip, &receivable, amount)],
            "write_off" => {
                vec![euros(DEPOSIT, &receivable, amount), euros("own:losses", OWN_BANK, amount)]
            }
            "reclassify" => {
                vec![euros(op.text("debit").unwrap_or(""), op.text("credit").unwrap_or(""), amount)]
            }
            "bank_interest" => vec![euros(OWN_BANK, "own:interest", amount)],
            "bank_charge" => vec![euros("own:charges", OWN_BANK, amount)],
            "top_up" => vec![euros(OWN_BANK, "own:operating", amount)],
            "withdraw_surplus" => vec![euros("own:operating", OWN_BANK, amount)],
            "reverse" => {
                let index = self.reversed_index(op).expect("checked in stage 4");
                self.entries[index].postings.iter().map(Posting::mirrored).collect()
            }
            _ => vec![],
        };
        let postings = postings.into_iter().filter(|posting| !posting.is_nothing()).collect();
        Ok(Draft { postings, paid, fee })
    }

    /// Slips are taken in the order given, so that what is short falls on the last of them.
    pub(super) fn deposit(&self, op: &Submitted) -> Vec<Posting> {
        let slips = op.slips();
        let receivable = format!("{RECEIVABLE}{}", self.slips[slips[0]].bureau);
        let (short, over) = (op.cents("short"), op.cents("over"));
        let in_transit: Vec<(String, i128)> = slips
            .iter()
            .map(|slip| format!("{TRANSIT}{slip}"))
            .map(|account| (account.clone(), self.euro(&account)))
            .collect();
        let mut arrived = in_transit.iter().map(|(_, cents)| cents).sum::<i128>() - short;
        let mut postings = Vec::new();
        for (transit, cents) in &in_transit {
            let part = arrived.clamp(0, *cents);
            arrived -= part;
            postings.push(euros(DEPOSIT, transit, part));
            postings.push(euros(&receivable, transit, cents - part));
        }
        if arrived < 0 {
            // More is called short than the slips ever held; stage 8 refuses it.
            let (last, _) = &in_transit[in_transit.len() - 1];
            postings.push(euros(&receivable, last, -arrived));
        }
        let from_receivable = over.min(self.euro(&receivable) + short);
        postings.push(euros(DEPOSIT, &receivable, from_receivable));
        postings.push(euros(DEPOSIT, &format!("{PAYABLE}{}", op.reference()), over - from_receivable));
        postings.push(euros("own:charges", OWN_BANK, op.cents("charge")));
        postings
    }

    /// What is missing raises the receivable before what is over lowers it.
    pub(super) fn count(
        &self,
        op: &Submitted,
        place: &str,
        receivable: &str,
        till: &str,
        payable: &str,
    ) -> Vec<Posting> {
        let (held, found) = (self.bills_in(place), op.bills("bills"));
        let surplus = |more: &Bills, less: &Bills| -> Bills {
            let over = more.iter().map(|(d, count)| (*d, count - less.get(d).unwrap_or(&0)));
            over.filter(|(_, count)| *count > 0).collect()
        };
        let (missing, over) = (surplus(&held, &found), surplus(&found, &held));
        let bills_net = if place.starts_with(FLOAT) { 0 } else { value(&missing) - value(&over) };
        let till_net = if op.has("till") { self.euro(till) - op.cents("till") } else { 0 };
        let missing_euros = [bills_net.max(0), till_net.max(0)];
        let over_euros = [(-bills_net).max(0), (-till_net).max(0)];
        let mut postings = vec![
            paper(PUBLIC, place, missing),
            euros(receivable, OBLIGATION, missing_euros[0]),
            euros(receivable, till, missing_euros[1]),
            paper(place, PUBLIC, over),
        ];
        let mut owed = self.euro(receivable) + missing_euros[0] + missing_euros[1];
        for (debit, surplus) in [OBLIGATION, till].into_iter().zip(over_euros) {
            let from_receivable = surplus.min(owed);
            owed -= from_receivable;
            postings.push(euros(debit, receivable, from_receivable));
            postings.push(euros(debit, payable, surplus - from_receivable));
        }
        postings
    }

    /// The fee of all that was paid so far and is paid now, rounded half up, less the fee already taken; never
    /// less than nothing and never more than what is paid now.
    pub(super) fn fee(&self, op: &Submitted, paying: i128) -> i128 {
        let payable = op.text("payable").unwrap_or("");
        let Some(rate) = self.payables[payable].rate else { return 0 };
        let before = self.entries.iter().filter(|entry| {
            entry.op.kind() == "pay_out" && entry.op.text("payable") == Some(payable) && !entry.reversed
        });
        let (paid, taken) = before.fold((0, 0), |(paid, fee), entry| (paid + entry.paid, fee + entry.fee));
        let due = ((paid + paying) * rate + 5_000) / 10_000;
        (due - taken).clamp(0, paying)
    }

    /// The rate that was announced for that day; of two announced for one day, the later one.
    pub(super) fn rate_on(&self, day: &str) -> Option<i128> {
        in_force(&self.rates, day).copied()
    }
}

impl Posting {
    fn mirrored(&self) -> Posting {
        let Posting { debit, credit, quantity } = self.clone();
        Posting { debit: credit, credit: debit, quantity }
    }

    fn is_nothing(&self) -> bool {
        match &self.quantity {
            Quantity::Euros(cents) => *cents == 0,
            Quantity::Bills(bills) => bills.is_empty(),
        }
    }
}

pub(super) fn euros(debit: &str, credit: &str, cents: i128) -> Posting {
    Posting { debit: debit.into(), credit: credit.into(), quantity: Quantity::Euros(cents) }
}

fn paper(debit: &str, credit: &str, bills: Bills) -> Posting {
    Posting { debit: debit.into(), credit: credit.into(), quantity: Quantity::Bills(bills) }
}

pub(super) fn is_credit_account(account: &str) -> bool {
    const CREDIT: &[&str] = &[PRINTED, OBLIGATION, "own:fees", "own:interest", "own:gains"];
    CREDIT.contains(&account) || account.starts_with(PAYABLE)
}

//! Recording: balances and registers after an entry.

use super::{
    Bureau, Draft, Entry, Member, Model, OBLIGATION, OFFICE, PAYABLE, Payable, Posting, Quantity, Slip,
    Submitted, TRANSIT, value,
};

impl Model {
    pub(super) fn record(&mut self, op: Submitted, draft: Draft) {
        for posting in &draft.postings {
            for account in [&posting.debit, &posting.credit] {
                self.register_account(&op, account);
            }
            self.move_quantity(posting);
            self.moved += posting.cents();
        }
        self.register(&op);
        if op.kind() == "reverse"
            && let Some(index) = self.reversed_index(&op)
        {
            self.entries[index].reversed = true;
            self.closings.retain(|(closing, _)| *closing != index);
        }
        self.references.insert(op.reference().to_owned(), self.entries.len());
        let Draft { postings, paid, fee } = draft;
        self.entries.push(Entry { op, postings, reversed: false, paid, fee });
    }

    /// A slip or a payable exists from the first posting that names it.
    fn register_account(&mut self, op: &Submitted, account: &str) {
        let on = || op.on().to_owned();
        if let Some(id) = account.strip_prefix(TRANSIT) {
            let bureau = || op.text("bureau").unwrap_or(OFFICE).to_owned();
            let new = || Slip { bureau: bureau(), opened_on: on(), deposited: false };
            self.slips.entry(id.to_owned()).or_insert_with(new).deposited = op.kind() == "deposit";
        }
        if let Some(id) = account.strip_prefix(PAYABLE)
            && !self.payables.contains_key(id)
        {
            let rate = if op.kind() == "reconvert" { self.rate_on(op.on()) } else { None };
            self.payables.insert(id.to_owned(), Payable { opened_on: on(), rate });
        }
    }

    fn move_quantity(&mut self, posting: &Posting) {
        match &posting.quantity {
            Quantity::Euros(cents) => {
                *self.euros.entry(posting.debit.clone()).or_default() += cents;
                *self.euros.entry(posting.credit.clone()).or_default() -= cents;
            }
            Quantity::Bills(bills) => {
                for (denomination, count) in bills {
                    for (account, count) in [(&posting.debit, *count), (&posting.credit, -*count)] {
                        let held = self.bills.entry(account.clone()).or_default();
                        *held.entry(*denomination).or_default() += count;
                    }
                }
            }
        }
    }

    /// Operations without postings change the registers.
    fn register(&mut self, op: &Submitted) {
        let text = |field: &str| op.text(field).unwrap_or("").to_owned();
        let prefunded = op.text("terms") == Some("prefunded");
        let ceiling =
            i128::from(op.get("terms").and_then(|terms| terms["till_ceiling"].as_i64()).unwrap_or(0));
        match op.kind() {
            "found" => {
                let list = op.get("denominations").and_then(|list| list.as_array());
                self.denominations =
                    list.into_iter().flatten().filter_map(serde_json::Value::as_u64).collect();
                self.rates.push((text("on"), op.cents("reconversion_fee")));
            }
            "set_fee" => self.rates.push((text("on"), op.cents("reconversion_fee"))),
            "open_bureau" => {
                self.bureaux.insert(text("bureau"), Bureau { prefunded, ceiling, closed: false });
            }
            "amend_bureau" if op.has("terms") => {
                self.bureaux.insert(text("bureau"), Bureau { prefunded, ceiling, closed: false });
            }
            "close_bureau" => {
                self.bureaux.entry(text("bureau")).and_modify(|bureau| bureau.closed = true);
            }
            "enrol_member" => {
                let accepter = text("kind") == "accepter";
                self.members.insert(text("member"), Member { accepter, valid_until: text("valid_until") });
            }
            "amend_member" | "renew_member" => {
                let member = self.members.get_mut(&text("member")).expect("checked in stage 4");
                if op.has("kind") {
                    member.accepter = text("kind") == "accepter";
                }
                if op.has("valid_until") {
                    member.valid_until = text("valid_until");
                }
            }
            "close_period" => self.closings.push((self.entries.len(), text("through"))),
            _ => {}
        }
    }

    /// The promise: every Aïga in circulation has its euro, and every bill printed is somewhere.
    pub(super) fn assert_backed(&self) {
        assert_eq!(self.circulation(), self.fund_total(), "circulation = fund");
        assert_eq!(self.circulation(), self.balance(OBLIGATION), "circulation = obligation");
        assert_eq!(self.bills.values().map(value).sum::<i128>(), 0, "printed = vault + stocks + circulation");
    }
}

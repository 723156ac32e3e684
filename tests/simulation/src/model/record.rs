//! Recording: balances and registers after an entry.

use super::{
    Bureau, Draft, Entry, Member, Model, OBLIGATION, OFFICE, PAYABLE, Payable, Posting, Quantity, Slip,
    Submitted, TRANSIT, value,
};

impl Model {
    pub(super) fn record(&mut self, op: Submitted, draft: Draft) {
        for posting in &draft.postings {
            self.put_into(&op, &posting.debit, &posting.credit);
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
            let new = || Slip { bureau: bureau(), since: on(), deposited: false };
            self.slips.entry(id.to_owned()).or_insert_with(new).deposited = op.kind() == "deposit";
        }
        if let Some(id) = account.strip_prefix(PAYABLE)
            && !self.payables.contains_key(id)
        {
            let rate = if op.kind() == "reconvert" { self.rate_on(op.on()) } else { None };
            self.payables.insert(
                id.to_owned(),
                Payable { since: on(), made_on: on(), counted: op.kind() == "count", rate },
            );
        }
    }

    /// What is put into a slip or a payable can be taken from it from that day on.
    fn put_into(&mut self, op: &Submitted, debit: &str, credit: &str) {
        let later = |since: &mut String| {
            if since.as_str() < op.on() {
                op.on().clone_into(since);
            }
        };
        if let Some(slip) = debit.strip_prefix(TRANSIT).and_then(|id| self.slips.get_mut(id)) {
            later(&mut slip.since);
        }
        if let Some(payable) = credit.strip_prefix(PAYABLE).and_then(|id| self.payables.get_mut(id)) {
            later(&mut payable.since);
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
                self.founded_on = text("on");
            }
            "set_fee" => self.rates.push((text("on"), op.cents("reconversion_fee"))),
            "open_bureau" => {
                let ceilings = vec![(text("on"), ceiling)];
                let bureau = Bureau { prefunded, since: text("on"), ceilings, closed: false };
                self.bureaux.insert(text("bureau"), bureau);
            }
            "amend_bureau" if op.has("terms") => {
                let bureau = self.bureaux.get_mut(&text("bureau")).expect("checked in stage 4");
                if bureau.prefunded != prefunded {
                    (bureau.prefunded, bureau.since) = (prefunded, text("on"));
                    // A ceiling that was announced for later is of the other kind.
                    bureau.ceilings.retain(|(from, _)| from.as_str() < op.on());
                }
                bureau.ceilings.push((text("on"), ceiling));
            }
            "close_bureau" => {
                self.bureaux.entry(text("bureau")).and_modify(|bureau| bureau.closed = true);
            }
            "enrol_member" => {
                let member = Member {
                    enrolled_on: text("on"),
                    accepter: vec![(text("on"), text("kind") == "accepter")],
                    valid_until: vec![(text("on"), text("valid_until"))],
                };
                self.members.insert(text("member"), member);
            }
            "amend_member" | "renew_member" => {
                let member = self.members.get_mut(&text("member")).expect("checked in stage 4");
                if op.has("kind") {
                    member.accepter.push((text("on"), text("kind") == "accepter"));
                }
                if op.has("valid_until") {
                    member.valid_until.push((text("on"), text("valid_until")));
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

//! The rules of the ledger written a second time, as plainly as possible.
//!
//! A model of the state after a history of operations: JSON values in, an outcome or the code of a rejection
//! out, balances to compare. It shares no line with the engine, and it never stores, syncs or indexes anything:
//! where it and the engine disagree, one of them has the rules wrong. Judging an operation only borrows the
//! model, so a rejected operation changes nothing; the registers of slips and payables follow from the postings.

pub mod shape;

use shape::{Submitted, require};
use std::collections::{BTreeMap, BTreeSet};

/// The stable code of a rejection.
pub type Code = &'static str;
/// Denomination → number of bills.
pub type Bills = BTreeMap<u64, i128>;

/// The largest balance an account may have, in cents.
const BALANCE_CENTS_MAX: i128 = 10_000_000_000_000 * 100;
/// The bureau id that stands for the association itself; it has a receivable and nothing else.
const OFFICE: &str = "office";
const VAULT: &str = "bills:vault";
const PUBLIC: &str = "circulation:public";
const PRINTED: &str = "bills:printed";
const DEPOSIT: &str = "fund:deposit";
const OBLIGATION: &str = "obligation";
const OWN_BANK: &str = "own:bank";
const TILL: &str = "fund:till:";
const TRANSIT: &str = "fund:transit:";
const RECEIVABLE: &str = "fund:receivable:";
const PAYABLE: &str = "fund:payable:";
const STOCK: &str = "bills:bureau:";
const FLOAT: &str = "circulation:bureau:";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A new entry with this sequence.
    Recorded(u64),
    /// The same operation was recorded before, as this sequence.
    Replayed(u64),
}

/// One line `debit ← credit`, of euros (in cents) or of bills.
#[derive(Debug, Clone, PartialEq)]
pub struct Posting {
    pub debit: String,
    pub credit: String,
    pub quantity: Quantity,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Quantity {
    Euros(i128),
    Bills(Bills),
}

#[derive(Debug, Clone)]
pub struct Entry {
    pub op: Submitted,
    pub postings: Vec<Posting>,
    pub reversed: bool,
    /// Of a pay-out: what it paid of the payable, and the fee that it took.
    paid: i128,
    fee: i128,
}

#[derive(Debug, Clone)]
pub struct Bureau {
    pub prefunded: bool,
    pub ceiling: i128,
    pub closed: bool,
}

#[derive(Debug, Clone)]
pub struct Member {
    pub accepter: bool,
    pub valid_until: String,
}

#[derive(Debug, Clone)]
pub struct Slip {
    pub bureau: String,
    pub opened_on: String,
    /// What emptied it last: a deposit, or else a reversal or a reclassification.
    pub deposited: bool,
}

#[derive(Debug, Clone)]
pub struct Payable {
    pub opened_on: String,
    /// The fee of a reconversion, in ten-thousandths; other payables bear none.
    pub rate: Option<i128>,
}

/// Balances are kept with debits positive.
#[derive(Debug, Clone, Default)]
pub struct Model {
    euros: BTreeMap<String, i128>,
    bills: BTreeMap<String, Bills>,
    pub entries: Vec<Entry>,
    references: BTreeMap<String, usize>,
    pub denominations: BTreeSet<u64>,
    /// From which day on which rate, in the order recorded.
    rates: Vec<(String, i128)>,
    pub bureaux: BTreeMap<String, Bureau>,
    pub members: BTreeMap<String, Member>,
    pub slips: BTreeMap<String, Slip>,
    pub payables: BTreeMap<String, Payable>,
    pub closed_through: Option<String>,
}

/// What speaks for an operation, once every check has passed.
pub enum Verdict {
    /// It is recorded already, as this sequence.
    Known(u64),
    Sound(Box<Submitted>, Draft),
}

/// What an operation would do.
pub struct Draft {
    postings: Vec<Posting>,
    paid: i128,
    fee: i128,
}

impl Model {
    pub fn new() -> Model {
        Model::default()
    }

    /// Records the operation, unless something speaks against it.
    pub fn post(&mut self, operation: &serde_json::Value) -> Result<Outcome, Code> {
        match self.judge(operation)? {
            Verdict::Known(sequence) => Ok(Outcome::Replayed(sequence)),
            Verdict::Sound(op, draft) => {
                self.record(*op, draft);
                self.assert_backed();
                Ok(Outcome::Recorded(self.entries.len() as u64))
            }
        }
    }

    /// Looks at the operation stage by stage; the first thing that speaks against it is the rejection.
    pub fn judge(&self, operation: &serde_json::Value) -> Result<Verdict, Code> {
        let op = shape::read(operation)?;
        if let Some(sequence) = self.recall(&op)? {
            return Ok(Verdict::Known(sequence));
        }
        self.check_period(&op)?;
        self.check_existence(&op)?;
        self.check_member(&op)?;
        let draft = self.draft(&op)?;
        let change = Change::of(&draft.postings);
        self.check_stock(&op, &change)?;
        self.check_ceilings(&change)?;
        self.check_funds(&op, &change)?;
        Ok(Verdict::Sound(Box::new(op), draft))
    }

    // ---- What the ledger says ----------------------------------------------------------------------------

    /// Cents, on the account's normal side. Of an account of bills: what they are worth.
    pub fn balance(&self, account: &str) -> i128 {
        let debit = self.euro(account) + value(&self.bills_in(account));
        if is_credit_account(account) { -debit } else { debit }
    }

    /// The bills of an account by denomination, those it has none of left out.
    pub fn bills_in(&self, account: &str) -> Bills {
        let mut bills = self.bills.get(account).cloned().unwrap_or_default();
        bills.retain(|_, count| *count != 0);
        bills
    }

    /// Every account that was ever touched, with its balance in cents.
    pub fn balances(&self) -> BTreeMap<String, i128> {
        let names = self.euros.keys().chain(self.bills.keys());
        names.map(|name| (name.clone(), self.balance(name))).collect()
    }

    pub fn total(&self, prefix: &str) -> i128 {
        let names = self.euros.keys().chain(self.bills.keys());
        names.filter(|name| name.starts_with(prefix)).map(|name| self.balance(name)).sum()
    }

    pub fn circulation(&self) -> i128 {
        self.balance(PUBLIC) + self.total(FLOAT)
    }

    pub fn fund_total(&self) -> i128 {
        self.balance(DEPOSIT) + self.total(TILL) + self.total(TRANSIT) + self.total(RECEIVABLE)
            - self.total(PAYABLE)
    }

    /// The bills a bureau hands out from: its stock or, prefunded, its float; without a bureau, the vault.
    pub fn place(&self, bureau: Option<&str>) -> String {
        match bureau {
            None => VAULT.into(),
            Some(id) if self.bureaux.get(id).is_some_and(|bureau| bureau.prefunded) => format!("{FLOAT}{id}"),
            Some(id) => format!("{STOCK}{id}"),
        }
    }

    fn euro(&self, account: &str) -> i128 {
        self.euros.get(account).copied().unwrap_or(0)
    }

    fn owed(&self, payable: &str) -> i128 {
        self.balance(&format!("{PAYABLE}{payable}"))
    }

    // ---- Stages 2 and 3: the reference seen before, the period ---------------------------------------------

    fn recall(&self, op: &Submitted) -> Result<Option<u64>, Code> {
        if let Some(index) = self.references.get(op.reference()) {
            require(self.entries[*index].op == *op, "reference_conflict")?;
            return Ok(Some(*index as u64 + 1));
        }
        require(!self.slips.contains_key(op.reference()), "reference_in_use")?;
        Ok(None)
    }

    fn check_period(&self, op: &Submitted) -> Result<(), Code> {
        require(op.kind() == "found" || !self.entries.is_empty(), "not_founded")?;
        let open = self.closed_through.as_deref().is_none_or(|through| op.on() > through);
        require(open, "period_closed")
    }

    // ---- Stage 4: existence --------------------------------------------------------------------------------

    fn check_existence(&self, op: &Submitted) -> Result<(), Code> {
        require(op.kind() != "found" || self.entries.is_empty(), "already_founded")?;
        for field in ["bills", "in", "out"] {
            let known = op.bills(field).keys().all(|denomination| self.denominations.contains(denomination));
            require(known, "unknown_denomination")?;
        }
        self.check_new_slip(op)?;
        self.check_bureau(op)?;
        self.check_known_member(op)?;
        let mut consumed = Vec::new();
        match op.kind() {
            "deposit" => consumed = self.check_deposit(op)?,
            "pay_out" | "release" => consumed.push(self.open_payable(op.text("payable").unwrap_or(""))?),
            "swap" => {
                if let Some(payable) = op.credit() {
                    consumed.push(self.open_payable(payable)?);
                    require(self.payables[payable].rate.is_none(), "credit_not_allowed")?;
                }
            }
            "reclassify" => consumed = self.check_reclassify(op)?,
            "reverse" => consumed.push(self.check_reverse(op)?),
            _ => {}
        }
        require(consumed.iter().all(|day| op.on() >= day.as_str()), "dated_before")?;
        if op.kind() == "close_period" {
            let later = self.closed_through.as_deref() < op.text("through");
            require(later, "period_not_increasing")?;
        }
        Ok(())
    }

    /// Slips and references are one namespace; only the operation's own reference may name its slip.
    fn check_new_slip(&self, op: &Submitted) -> Result<(), Code> {
        let Some(slip) = op.text("slip").filter(|_| op.kind() != "deposit") else { return Ok(()) };
        let free = !self.references.contains_key(slip) && !self.slips.contains_key(slip);
        require(slip == op.reference() || free, "reference_in_use")
    }

    fn check_bureau(&self, op: &Submitted) -> Result<(), Code> {
        let kind = op.kind();
        let named = op.text("bureau").or(op.text("from_till")).or_else(|| {
            let accounts = [op.text("debit"), op.text("credit")];
            accounts.into_iter().flatten().find_map(|account| account.strip_prefix(RECEIVABLE))
        });
        let Some(id) = named else { return Ok(()) };
        if kind == "open_bureau" {
            return require(!self.bureaux.contains_key(id), "bureau_exists");
        }
        // What concerns a receivable outlives the bureau, and the association has one too.
        let of_receivable = matches!(kind, "cover" | "write_off" | "reclassify");
        if of_receivable && id == OFFICE {
            return Ok(());
        }
        let bureau = self.bureaux.get(id).ok_or("unknown_bureau")?;
        require(of_receivable || !bureau.closed, "bureau_closed")?;
        let needs_consignment = match kind {
            "destroy_bills" | "exchange" | "reconvert" | "remit" | "pay_out" => true,
            "count" => op.has("till"),
            "swap" => op.credit().is_some(),
            _ => false,
        };
        require(!(needs_consignment && bureau.prefunded), "wrong_terms")
    }

    fn check_known_member(&self, op: &Submitted) -> Result<(), Code> {
        let Some(id) = op.text("member") else { return Ok(()) };
        match op.kind() {
            "enrol_member" => require(!self.members.contains_key(id), "member_exists"),
            _ => require(self.members.contains_key(id), "unknown_member"),
        }
    }

    /// The day on which the slip was opened, if euros are still on it.
    fn open_slip(&self, id: &str) -> Result<String, Code> {
        let slip = self.slips.get(id).ok_or("unknown_slip")?;
        let open = self.euro(&format!("{TRANSIT}{id}")) > 0;
        require(open || !slip.deposited, "already_deposited")?;
        require(open, "slip_closed")?;
        Ok(slip.opened_on.clone())
    }

    /// The day on which the payable was opened, if something is still owed.
    fn open_payable(&self, id: &str) -> Result<String, Code> {
        let payable = self.payables.get(id).ok_or("unknown_payable")?;
        require(self.owed(id) > 0, "payable_settled")?;
        Ok(payable.opened_on.clone())
    }

    fn check_deposit(&self, op: &Submitted) -> Result<Vec<String>, Code> {
        let slips = op.slips();
        let opened = slips.iter().map(|slip| self.open_slip(slip)).collect::<Result<_, _>>()?;
        let bureaux: BTreeSet<_> = slips.iter().map(|slip| &self.slips[*slip].bureau).collect();
        let exact = !op.has("short") && !op.has("over");
        require(exact || bureaux.len() == 1, "slips_of_several_bureaux")?;
        let counted = op.cents("amount") + op.cents("short") + op.cents("charge") - op.cents("over");
        let written: i128 = slips.iter().map(|slip| self.euro(&format!("{TRANSIT}{slip}"))).sum();
        require(counted == written, "amount_mismatch")?;
        Ok(opened)
    }

    fn check_reclassify(&self, op: &Submitted) -> Result<Vec<String>, Code> {
        let (debit, credit) = (op.text("debit").unwrap_or(""), op.text("credit").unwrap_or(""));
        let mut opened = Vec::new();
        if let Some(payable) = debit.strip_prefix(PAYABLE) {
            opened.push(self.open_payable(payable)?);
        }
        if let Some(slip) = credit.strip_prefix(TRANSIT) {
            opened.push(self.open_slip(slip)?);
            let bureau = debit.strip_prefix(RECEIVABLE);
            require(bureau.is_none_or(|bureau| bureau == self.slips[slip].bureau), "wrong_bureau")?;
        }
        Ok(opened)
    }

    fn check_reverse(&self, op: &Submitted) -> Result<String, Code> {
        let entry = &self.entries[self.reversed_index(op).ok_or("unknown_entry")?];
        require(entry.op.kind() != "reverse", "reversal_of_reversal")?;
        require(!entry.postings.is_empty(), "nothing_to_reverse")?;
        require(!entry.reversed, "already_reversed")?;
        for account in entry.postings.iter().flat_map(|posting| [&posting.debit, &posting.credit]) {
            let of = |prefix: &str| account.strip_prefix(prefix).and_then(|id| self.bureaux.get(id));
            let consigned = of(STOCK).or(of(TILL));
            let prefunded = of(FLOAT);
            require(!consigned.or(prefunded).is_some_and(|bureau| bureau.closed), "bureau_closed")?;
            require(!consigned.is_some_and(|bureau| bureau.prefunded), "wrong_terms")?;
            require(prefunded.is_none_or(|bureau| bureau.prefunded), "wrong_terms")?;
        }
        Ok(entry.op.on().to_owned())
    }

    fn reversed_index(&self, op: &Submitted) -> Option<usize> {
        let entry = op.get("entry")?;
        match entry.as_str() {
            Some(reference) => self.references.get(reference).copied(),
            None => usize::try_from(entry.as_u64()?).ok()?.checked_sub(1).filter(|i| *i < self.entries.len()),
        }
    }

    // ---- Stage 5: member -----------------------------------------------------------------------------------

    fn check_member(&self, op: &Submitted) -> Result<(), Code> {
        if !matches!(op.kind(), "issue" | "swap" | "reconvert") {
            return Ok(());
        }
        let Some(member) = op.text("member").map(|id| &self.members[id]) else { return Ok(()) };
        require(op.kind() != "reconvert" || member.accepter, "not_an_accepter")?;
        require(member.valid_until.as_str() >= op.on(), "membership_expired")
    }

    // ---- The postings ----------------------------------------------------------------------------------------

    fn draft(&self, op: &Submitted) -> Result<Draft, Code> {
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
    fn deposit(&self, op: &Submitted) -> Vec<Posting> {
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
    fn count(
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
    fn fee(&self, op: &Submitted, paying: i128) -> i128 {
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
    fn rate_on(&self, day: &str) -> Option<i128> {
        let in_force = self.rates.iter().filter(|(from, _)| from.as_str() <= day);
        in_force.max_by_key(|(from, _)| from).or(self.rates.first()).map(|(_, rate)| *rate)
    }

    // ---- Stages 6 to 8: stock, ceilings, funds, on the net effect of the entry ----------------------------------

    fn check_stock(&self, op: &Submitted, change: &Change) -> Result<(), Code> {
        let held = |account: &str, d: u64| self.bills.get(account).and_then(|b| b.get(&d)).unwrap_or(&0);
        let lacking = change.bills.iter().filter(|((account, d), count)| held(account, *d) + *count < 0);
        let lacking: Vec<&str> = lacking.map(|((account, _), _)| account.as_str()).collect();
        let is_place = |account: &&str| *account != PUBLIC && *account != PRINTED;
        require(!lacking.iter().any(is_place), "insufficient_stock")?;
        require(!lacking.contains(&PUBLIC), "insufficient_circulation")?;

        let Some(id) = op.text("bureau") else { return Ok(()) };
        let holds = |prefix: &str| self.balance(&format!("{prefix}{id}")) != 0;
        let in_hand = holds(STOCK) || holds(FLOAT) || holds(TILL);
        let on_its_way = || {
            let mut slips = self.slips.iter().filter(|(_, slip)| slip.bureau == id);
            slips.any(|(name, _)| self.euro(&format!("{TRANSIT}{name}")) != 0)
        };
        let refused = match op.kind() {
            "close_bureau" => in_hand || on_its_way(),
            "amend_bureau" => self.changes_kind_of_terms(op, id) && (in_hand || holds(RECEIVABLE)),
            _ => false,
        };
        require(!refused, "bureau_not_empty")
    }

    fn changes_kind_of_terms(&self, op: &Submitted, bureau: &str) -> bool {
        op.has("terms") && (op.text("terms") == Some("prefunded")) != self.bureaux[bureau].prefunded
    }

    fn check_ceilings(&self, change: &Change) -> Result<(), Code> {
        let within = change.euros.iter().all(|(account, cents)| {
            let bureau = account.strip_prefix(TILL).and_then(|id| self.bureaux.get(id));
            bureau.is_none_or(|bureau| *cents <= 0 || self.euro(account) + cents <= bureau.ceiling)
        });
        require(within, "till_ceiling_exceeded")
    }

    fn check_funds(&self, op: &Submitted, change: &Change) -> Result<(), Code> {
        let after = |account: &str| self.euro(account) + change.euros.get(account).copied().unwrap_or(0);
        let sound = |prefix: &str| {
            let mut touched = change.euros.keys().filter(|account| account.starts_with(prefix));
            touched.all(|account| if prefix == PAYABLE { after(account) <= 0 } else { after(account) >= 0 })
        };
        require(sound(TILL), "insufficient_till")?;
        require(sound(TRANSIT), "transit_exceeded")?;
        require(sound(RECEIVABLE), "receivable_exceeded")?;
        require(sound(PAYABLE), "payable_exceeded")?;

        let from_own_funds = matches!(op.kind(), "write_off" | "withdraw_surplus");
        require(!from_own_funds || self.euro(OWN_BANK) >= op.cents("amount"), "own_funds_insufficient")?;

        let bounced = op.kind() == "reclassify" && op.text("credit") == Some(DEPOSIT);
        let told_by_the_bank = op.kind() == "bank_charge" || bounced;
        let (bank, bank_after) = (self.euro(DEPOSIT) + self.euro(OWN_BANK), after(DEPOSIT) + after(OWN_BANK));
        require(told_by_the_bank || bank_after >= bank || bank_after >= 0, "bank_insufficient")?;

        let bills_after = |account: &String| {
            let moved = change.bills.iter().filter(|((name, _), _)| name == account);
            moved.map(|((_, d), count)| i128::from(*d) * 100 * count).sum::<i128>()
                + value(&self.bills_in(account))
        };
        let euros_fit = change.euros.keys().all(|account| after(account).abs() <= BALANCE_CENTS_MAX);
        let bills_fit =
            change.bills.keys().all(|(account, _)| bills_after(account).abs() <= BALANCE_CENTS_MAX);
        require(euros_fit && bills_fit, "balance_too_large")
    }

    // ---- Recording -----------------------------------------------------------------------------------------

    fn record(&mut self, op: Submitted, draft: Draft) {
        for posting in &draft.postings {
            for account in [&posting.debit, &posting.credit] {
                self.register_account(&op, account);
            }
            self.move_quantity(posting);
        }
        self.register(&op);
        if op.kind() == "reverse"
            && let Some(index) = self.reversed_index(&op)
        {
            self.entries[index].reversed = true;
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
            "close_period" => self.closed_through = Some(text("through")),
            _ => {}
        }
    }

    /// The promise: every Aïga in circulation has its euro, and every bill printed is somewhere.
    fn assert_backed(&self) {
        assert_eq!(self.circulation(), self.fund_total(), "circulation = fund");
        assert_eq!(self.circulation(), self.balance(OBLIGATION), "circulation = obligation");
        assert_eq!(self.bills.values().map(value).sum::<i128>(), 0, "printed = vault + stocks + circulation");
    }
}

/// The net effect of a set of postings, debits positive.
#[derive(Default)]
struct Change {
    euros: BTreeMap<String, i128>,
    bills: BTreeMap<(String, u64), i128>,
}

impl Change {
    fn of(postings: &[Posting]) -> Change {
        let mut change = Change::default();
        for posting in postings {
            for (account, sign) in [(&posting.debit, 1), (&posting.credit, -1)] {
                match &posting.quantity {
                    Quantity::Euros(cents) => {
                        *change.euros.entry(account.clone()).or_default() += sign * cents;
                    }
                    Quantity::Bills(bills) => {
                        for (denomination, count) in bills {
                            let moved = change.bills.entry((account.clone(), *denomination)).or_default();
                            *moved += sign * count;
                        }
                    }
                }
            }
        }
        change
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

fn euros(debit: &str, credit: &str, cents: i128) -> Posting {
    Posting { debit: debit.into(), credit: credit.into(), quantity: Quantity::Euros(cents) }
}

fn paper(debit: &str, credit: &str, bills: Bills) -> Posting {
    Posting { debit: debit.into(), credit: credit.into(), quantity: Quantity::Bills(bills) }
}

fn is_credit_account(account: &str) -> bool {
    const CREDIT: &[&str] = &[PRINTED, OBLIGATION, "own:fees", "own:interest", "own:gains"];
    CREDIT.contains(&account) || account.starts_with(PAYABLE)
}

/// What bills are worth, in cents.
pub fn value(bills: &Bills) -> i128 {
    bills.iter().map(|(denomination, count)| i128::from(*denomination) * 100 * count).sum()
}

/// The fewest bills that make the amount; among those, the most of the largest denomination, then of the next.
pub fn choose(stock: &Bills, cents: i128) -> Result<Bills, Code> {
    require(cents % 100 == 0 && cents <= value(stock), "no_exact_bills")?;
    let largest_first: Vec<(i128, i128)> = stock.iter().rev().map(|(d, n)| (i128::from(*d), *n)).collect();
    let counts = fewest(&largest_first, cents / 100, &mut BTreeMap::new()).ok_or("no_exact_bills")?;
    let chosen = stock.keys().rev().copied().zip(counts);
    Ok(chosen.filter(|(_, count)| *count > 0).collect())
}

type Found = BTreeMap<(usize, i128), Option<Vec<i128>>>;

/// Tries every count of the first denomination, the highest first, and keeps the first best: it is plain, and
/// slow for large amounts.
fn fewest(stock: &[(i128, i128)], rest: i128, found: &mut Found) -> Option<Vec<i128>> {
    let Some(((denomination, held), smaller)) = stock.split_first() else {
        return (rest == 0).then(Vec::new);
    };
    if let Some(known) = found.get(&(stock.len(), rest)) {
        return known.clone();
    }
    let mut best: Option<Vec<i128>> = None;
    for count in (0..=(rest / denomination).min(*held)).rev() {
        if let Some(others) = fewest(smaller, rest - count * denomination, found) {
            let counts = [vec![count], others].concat();
            if best.as_ref().is_none_or(|best| counts.iter().sum::<i128>() < best.iter().sum()) {
                best = Some(counts);
            }
        }
    }
    found.insert((stock.len(), rest), best.clone());
    best
}

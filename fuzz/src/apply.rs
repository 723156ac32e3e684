//! `apply_operations`: guards against a sequence of operations that leaves a bill without its euro, a rejection that
//! leaves a trace, and a journal that does not read as it was written.

use std::sync::Arc;

use ledger_core::account::{BillAccount, EuroAccount};
use ledger_core::audit::audit;
use ledger_core::storage::{Memory, Storage};
use ledger_core::{Ledger, LedgerError, Operation, Receipt};

/// Steps of one input; more would be slow and find nothing that fewer do not.
const STEPS_MAX: usize = 48;

/// Posts the operations that the bytes stand for, and looks at the ledger after each.
pub fn apply_operations(bytes: &[u8]) {
    let storage: Arc<dyn Storage> = Arc::new(Memory::scratch());
    let mut ledger = crate::or_panic(crate::create(&storage), "creating");
    let mut script = Script { bytes, names: 0, retries: Vec::new() };
    let mut recorded = Vec::new();
    let prelude = if script.byte().is_multiple_of(8) { &[][..] } else { PRELUDE };
    for line in prelude {
        post(&mut ledger, line, &mut recorded);
    }
    for _ in 0..STEPS_MAX {
        if script.bytes.is_empty() {
            break;
        }
        let line = script.operation();
        post(&mut ledger, &line, &mut recorded);
    }
    reads_as_it_was_written(&storage, ledger);
    one_batch_comes_to_the_same(&storage, &recorded);
}

/// A ledger in which most things are possible.
pub const PRELUDE: &[&str] = &[
    r#"{"op":"found","ref":"f","on":"2026-01-01","currency":"Aïga","symbol":"Ä","code":"AIGA","denominations":[1,2,5,10,20,25,50],"association":"Cévennes en Transition","fund":{"bank":"La Nef","iban":"FR7621570000010001234567870"},"reconversion_fee":"0.02"}"#,
    r#"{"op":"open_bureau","ref":"o-a","on":"2026-01-01","bureau":"a","name":"A","local_group":"g","terms":{"consignment":{"till_ceiling":"500.00","deposit_within_days":30}}}"#,
    r#"{"op":"open_bureau","ref":"o-b","on":"2026-01-01","bureau":"b","name":"B","local_group":"g"}"#,
    r#"{"op":"open_bureau","ref":"o-p","on":"2026-01-01","bureau":"p","name":"P","local_group":"g","terms":"prefunded"}"#,
    r#"{"op":"enrol_member","ref":"e-m","on":"2026-01-01","member":"m","kind":"individual","local_group":"g","valid_until":"2026-12-31"}"#,
    r#"{"op":"enrol_member","ref":"e-n","on":"2026-01-01","member":"n","kind":"accepter","local_group":"g","valid_until":"2026-01-20"}"#,
    r#"{"op":"print_bills","ref":"pr","on":"2026-01-01","bills":{"50":10,"20":50,"10":50,"5":50,"2":50,"1":50}}"#,
    r#"{"op":"supply","ref":"s-a","on":"2026-01-01","bureau":"a","bills":{"50":4,"20":10,"10":10,"5":10,"1":10}}"#,
    r#"{"op":"supply","ref":"s-b","on":"2026-01-01","bureau":"b","bills":{"20":5,"10":5,"5":5}}"#,
    r#"{"op":"supply","ref":"s-p","on":"2026-01-01","bureau":"p","bills":{"20":5,"10":5}}"#,
    r#"{"op":"top_up","ref":"t","on":"2026-01-01","amount":"20.00"}"#,
    r#"{"op":"issue","ref":"i","on":"2026-01-01","bills":{"10":10,"5":10}}"#,
];

fn post(ledger: &mut Ledger, line: &str, recorded: &mut Vec<(Operation, Receipt)>) {
    let Ok(operation) = Operation::from_json(line) else { return };
    let (state, root) = (ledger.state().clone(), ledger.root());
    match ledger.post(&operation) {
        Ok(receipt) if receipt.replayed => {
            assert!(*ledger.state() == state && ledger.root() == root, "a replay left a trace: {line}");
            let first = recorded.iter().find(|(_, first)| first.sequence == receipt.sequence);
            assert!(
                first.is_some_and(|(operation, first)| operation.reference == receipt.reference
                    && (first.root, first.tree_size, first.recorded_at)
                        == (receipt.root, receipt.tree_size, receipt.recorded_at)),
                "a replay has the first receipt: {line}"
            );
        }
        Ok(receipt) => {
            assert_eq!(receipt.root, ledger.root(), "{line}");
            assert_eq!(receipt.tree_size, state.entries() + 1, "{line}");
            recorded.push((operation, receipt));
        }
        Err(LedgerError::Rejected(rejection)) => {
            let trace = *ledger.state() != state || ledger.root() != root;
            assert!(!trace, "a rejection left a trace: {line}: {rejection}");
        }
        Err(error) => panic!("{line}: {error}"),
    }
    if let Err(imbalance) = ledger.state().backing() {
        panic!("{line}: {imbalance}");
    }
    floors_hold(ledger, line);
}

/// No bill is missing anywhere, and no till, transit, receivable or payable is below nothing.
fn floors_hold(ledger: &Ledger, line: &str) {
    let balances = ledger.state().balances();
    for (account, bills) in balances.all_bills() {
        assert!(bills.iter().all(|(_, count)| count >= 0), "{line}: {account} holds {bills}");
    }
    for (account, amount) in balances.all_euros() {
        let floored = matches!(
            account,
            EuroAccount::Till(_)
                | EuroAccount::Transit(_)
                | EuroAccount::Receivable(_)
                | EuroAccount::Payable(_)
        );
        assert!(!floored || !amount.is_negative(), "{line}: {account} is {amount}");
    }
    let printed = balances.bills(&BillAccount::Printed).value();
    let elsewhere = balances.all_bills().filter(|(account, _)| **account != BillAccount::Printed);
    assert_eq!(printed, elsewhere.map(|(_, bills)| bills.value()).sum(), "{line}: a bill is nowhere");
}

fn reads_as_it_was_written(storage: &Arc<dyn Storage>, ledger: Ledger) {
    let (state, root) = (ledger.state().clone(), ledger.root());
    drop(ledger);
    let reopened = crate::or_panic(crate::open(storage), "opening again");
    assert_eq!(reopened.root(), root);
    assert!(*reopened.state() == state, "the state after opening again is another");
    drop(reopened);
    let report = crate::or_panic(audit(storage, |_| {}), "auditing");
    assert!(report.ok && report.root == root, "{:?}", report.failure);
    assert_eq!(report.circulation, state.circulation());
}

/// One commit for all that was recorded gives the same root: nothing in a record depends on its block.
fn one_batch_comes_to_the_same(storage: &Arc<dyn Storage>, recorded: &[(Operation, Receipt)]) {
    let Some((_, last)) = recorded.last() else { return };
    let other: Arc<dyn Storage> = Arc::new(Memory::scratch());
    let mut ledger = crate::or_panic(crate::create(&other), "creating");
    let operations: Vec<Operation> = recorded.iter().map(|(operation, _)| operation.clone()).collect();
    if let Err(error) = ledger.post_batch(&operations) {
        panic!("what was recorded one by one is refused as a batch: {error}");
    }
    assert_eq!(ledger.root(), last.root, "{:?}", storage.list("journal"));
}

/// Turns bytes into lines of JSON. Few ids and few amounts, so that operations meet.
struct Script<'a> {
    bytes: &'a [u8],
    names: u32,
    retries: Vec<String>,
}

impl Script<'_> {
    /// The next byte; 0 when there are no more.
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        *first
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[usize::from(self.byte()) % from.len()]
    }

    fn operation(&mut self) -> String {
        let kind = self.byte();
        if kind == 0xff {
            return self.own_words();
        }
        if kind >= 0xf0 && !self.retries.is_empty() {
            let retried = usize::from(self.byte()) % self.retries.len();
            return self.retries[retried].clone();
        }
        let (op, fields) = self.act(kind % 31);
        let (reference, on) = (self.new_reference(), self.date());
        let line = format!(r#"{{"op":"{op}","ref":"{reference}","on":"{on}"{fields}}}"#);
        self.retries.push(line.clone());
        line
    }

    /// The rest of the bytes up to a line feed, as they are.
    fn own_words(&mut self) -> String {
        let end = self.bytes.iter().position(|&byte| byte == b'\n');
        let (line, rest) = self.bytes.split_at(end.unwrap_or(self.bytes.len()));
        self.bytes = rest.get(1..).unwrap_or_default();
        String::from_utf8_lossy(line).into_owned()
    }

    /// The operation's name, and its own fields with a comma before each.
    fn act(&mut self, kind: u8) -> (&'static str, String) {
        match kind {
            0..=4 => ("swap", self.swap()),
            5 => ("remit", format!(r#"{}{}{}"#, self.bureau(), self.amount(), self.new_slip())),
            6 | 7 => ("deposit", self.deposit()),
            8 | 9 => ("reconvert", self.reconvert()),
            10 | 11 => {
                ("pay_out", format!(r#"{}{}{}"#, self.payable(), self.maybe_amount(), self.maybe_till()))
            }
            12 => ("release", format!(r#"{},"reason":"x""#, self.payable())),
            13 | 14 => ("count", self.count()),
            15 => ("cover", format!(r#"{}{}{}"#, self.debtor(), self.amount(), self.new_slip())),
            16 => ("write_off", format!("{}{}", self.debtor(), self.amount())),
            17 | 18 => ("reclassify", self.reclassify()),
            19 | 20 => ("reverse", self.reverse()),
            21 => ("supply", format!("{}{}", self.bureau(), self.bills("bills"))),
            22 => ("return_bills", format!("{}{}", self.bureau(), self.bills("bills"))),
            23 => ("exchange", format!("{}{}{}", self.bills("in"), self.bills("out"), self.maybe_bureau())),
            24 => ("issue", format!("{}{}", self.bills("bills"), self.maybe_member())),
            25 => self.own_money(),
            26 => self.paper(),
            27 => self.bureaux(),
            28 => self.members(),
            29 => (
                "set_fee",
                format!(
                    r#","reconversion_fee":"{}""#,
                    self.pick(&["0", "0.02", "0.999999", "0.03", "0.5", "1"])
                ),
            ),
            _ => self.closings(),
        }
    }

    fn swap(&mut self) -> String {
        let what = if self.byte().is_multiple_of(2) { self.amount() } else { self.bills("bills") };
        let paid = match self.byte() % 8 {
            0..=2 => r#""cash""#.to_owned(),
            3 => r#""cheque""#.to_owned(),
            4 | 5 => r#""card""#.to_owned(),
            6 => r#""transfer""#.to_owned(),
            _ => format!(r#"{{"credit":"{}"}}"#, self.reference()),
        };
        format!(r#"{}{what},"paid":{paid}{}"#, self.bureau(), self.maybe_member())
    }

    fn deposit(&mut self) -> String {
        let slips = match self.byte() % 4 {
            0 => format!(r#","slips":["{}","{}"]"#, self.slip(), self.slip()),
            _ => format!(r#","slip":"{}""#, self.slip()),
        };
        let mut fields = format!("{slips}{}", self.amount());
        for part in ["short", "over", "charge"] {
            if self.byte().is_multiple_of(4) {
                fields += &format!(r#","{part}":"{}""#, self.euros());
            }
        }
        fields
    }

    fn reconvert(&mut self) -> String {
        let member = self.pick(&["n", "n", "n", "m", "new"]);
        format!(r#","member":"{member}"{}{},"invoice":"F1""#, self.bills("bills"), self.maybe_bureau())
    }

    fn count(&mut self) -> String {
        let till = if self.byte().is_multiple_of(2) {
            format!(r#","till":"{}""#, self.euros())
        } else {
            String::new()
        };
        format!("{}{}{till}", self.maybe_bureau(), self.bills("bills"))
    }

    fn reclassify(&mut self) -> String {
        let (debit, credit) = (self.account(), self.account());
        format!(r#","debit":"{debit}","credit":"{credit}"{},"reason":"x""#, self.amount())
    }

    fn account(&mut self) -> String {
        match self.byte() % 6 {
            0 => "fund:deposit".to_owned(),
            1 => format!("fund:receivable:{}", self.pick(&["a", "b", "p", "office"])),
            2 => format!("fund:transit:{}", self.slip()),
            3 => format!("fund:payable:{}", self.reference()),
            // The reference that this operation will have, most of the time.
            4 => format!("fund:payable:r{}", self.names),
            _ => self
                .pick(&["obligation", "own:bank", "fund:till:a", "bills:vault", "circulation:public"])
                .to_owned(),
        }
    }

    fn reverse(&mut self) -> String {
        let number = self.byte();
        let entry = if number.is_multiple_of(2) {
            format!(r#""{}""#, self.reference())
        } else {
            (number / 2).to_string()
        };
        format!(r#","entry":{entry},"reason":"x""#)
    }

    fn own_money(&mut self) -> (&'static str, String) {
        (self.pick(&["bank_interest", "bank_charge", "top_up", "withdraw_surplus"]), self.amount())
    }

    fn paper(&mut self) -> (&'static str, String) {
        if self.byte().is_multiple_of(2) {
            ("print_bills", self.bills("bills"))
        } else {
            ("destroy_bills", format!("{}{}", self.bills("bills"), self.maybe_bureau()))
        }
    }

    fn bureaux(&mut self) -> (&'static str, String) {
        let terms = match self.byte() % 4 {
            0 => r#","terms":"prefunded""#.to_owned(),
            1 => String::new(),
            _ => format!(r#","terms":{{"consignment":{{"till_ceiling":"{}"}}}}"#, self.euros()),
        };
        match self.byte() % 3 {
            0 => ("open_bureau", format!(r#"{},"name":"x","local_group":"g"{terms}"#, self.bureau())),
            1 => ("amend_bureau", format!("{}{terms}", self.bureau())),
            _ => ("close_bureau", self.bureau()),
        }
    }

    fn members(&mut self) -> (&'static str, String) {
        let member = self.pick(&["m", "n", "new"]);
        let (kind, until) = (self.pick(&["individual", "accepter"]), self.date());
        match self.byte() % 3 {
            0 => (
                "enrol_member",
                format!(r#","member":"{member}","kind":"{kind}","local_group":"g","valid_until":"{until}""#),
            ),
            1 => ("amend_member", format!(r#","member":"{member}","kind":"{kind}""#)),
            _ => ("renew_member", format!(r#","member":"{member}","valid_until":"{until}""#)),
        }
    }

    fn closings(&mut self) -> (&'static str, String) {
        let through = self.date();
        if self.byte().is_multiple_of(2) {
            return ("close_period", format!(r#","through":"{through}","forced_reason":"x""#));
        }
        let hash = "0123456789abcdef".repeat(4);
        let closing = self.euros();
        (
            "attest_statement",
            format!(r#","statement":"{hash}","through":"{through}","closing_balance":"{closing}""#),
        )
    }

    /// Mostly a new name, seldom one that was used.
    fn new_reference(&mut self) -> String {
        if self.byte() % 16 == 15 {
            return self.reference();
        }
        self.names += 1;
        format!("r{}", self.names - 1)
    }

    /// A name that an operation had, or none.
    fn reference(&mut self) -> String {
        match self.byte() {
            byte @ 0..=7 => ["f", "o-a", "s-p", "i", "t", "pr", "l0", "none"][usize::from(byte)].to_owned(),
            byte => format!("r{}", self.names.saturating_sub(u32::from(byte % 16))),
        }
    }

    fn new_slip(&mut self) -> String {
        format!(r#","slip":"l{}""#, self.byte() % 8)
    }

    /// A slip of a till, of a card payment, or of a prefunded supply.
    fn slip(&mut self) -> String {
        match self.byte() {
            byte if byte.is_multiple_of(2) => format!("l{}", (byte / 2) % 8),
            _ => self.reference(),
        }
    }

    fn payable(&mut self) -> String {
        format!(r#","payable":"{}""#, self.reference())
    }

    fn date(&mut self) -> String {
        match self.byte() {
            byte @ 0..=199 => format!("2026-01-{:02}", 1 + byte % 28),
            byte => format!("20{}-02-{:02}", 20 + byte % 8, 1 + byte % 29),
        }
    }

    fn euros(&mut self) -> String {
        match self.byte() {
            byte @ 0..=127 => format!("{}.00", byte),
            byte @ 128..=199 => format!("{}.00", u32::from(byte - 127) * 5),
            byte @ 200..=239 => format!("0.{:02}", byte - 200),
            byte => {
                let odd = [
                    "-5.00",
                    "499.99",
                    "500.00",
                    "500.01",
                    "200000.00",
                    "200000.01",
                    "10000000000.00",
                    "10000000000.01",
                ];
                odd[usize::from(byte) % odd.len()].to_owned()
            }
        }
    }

    fn amount(&mut self) -> String {
        format!(r#","amount":"{}""#, self.euros())
    }

    fn maybe_amount(&mut self) -> String {
        if self.byte().is_multiple_of(2) { String::new() } else { self.amount() }
    }

    fn bills(&mut self, field: &str) -> String {
        let kinds = self.byte() % 4;
        let mut bills: Vec<String> = Vec::new();
        for face in ["50", "20", "10", "5", "1", "25", "7", "1000000"]
            .iter()
            .skip(usize::from(self.byte() % 8))
            .take(kinds.into())
        {
            let count = match self.byte() {
                byte @ 0..=239 => u32::from(byte % 24),
                byte @ 240..=250 => u32::from(byte) * 100,
                _ => 1_000_000_000,
            };
            bills.push(format!(r#""{face}":{count}"#));
        }
        format!(r#","{field}":{{{}}}"#, bills.join(","))
    }

    fn bureau(&mut self) -> String {
        format!(r#","bureau":"{}""#, self.pick(&["a", "a", "b", "p", "p", "a", "b", "new"]))
    }

    fn maybe_bureau(&mut self) -> String {
        if self.byte().is_multiple_of(2) { String::new() } else { self.bureau() }
    }

    fn debtor(&mut self) -> String {
        format!(r#","bureau":"{}""#, self.pick(&["a", "b", "p", "office"]))
    }

    fn maybe_till(&mut self) -> String {
        if self.byte().is_multiple_of(3) {
            format!(r#","from_till":"{}""#, self.pick(&["a", "b", "p"]))
        } else {
            String::new()
        }
    }

    fn maybe_member(&mut self) -> String {
        match self.byte() % 4 {
            0 => format!(r#","member":"{}""#, self.pick(&["m", "n", "none"])),
            _ => String::new(),
        }
    }
}

//! A ledger in memory and the bank beside it.

use std::fmt::Write as _;
use std::sync::Arc;

use ledger_core::field::FileHash;
use ledger_core::reconcile::{ReconcileError, Reconciliation, Settings, Side, reconcile};
use ledger_core::statement::{self, How, Statement};
use ledger_core::storage::{ManualClock, Memory, Storage};
use ledger_core::{Euros, Ledger, Operation, View};
use serde_json::{Value, json};

/// A ledger in memory.
pub struct Books {
    pub ledger: Ledger,
    storage: Arc<dyn Storage>,
    posted: usize,
}

pub fn euros(text: &str) -> Euros {
    text.parse().unwrap()
}

impl Books {
    pub fn empty() -> Self {
        let storage: Arc<dyn Storage> = Arc::new(Memory::new());
        let clock = ManualClock::new(1_772_000_000_000_000_000, 0);
        let ledger = Ledger::create(Arc::clone(&storage), Box::new(clock)).unwrap();
        Self { ledger, storage, posted: 0 }
    }

    /// Founded, with a bureau that may keep 5,000 € in its till, an accepter, and bills enough.
    pub fn founded() -> Self {
        let mut books = Self::empty();
        let on = "2026-03-01";
        books.post(json!({"op": "found", "on": on, "currency": "Aïga", "symbol": "Ä", "code": "AIGA",
            "denominations": [1, 5, 10, 50], "association": "Cévennes en Transition", "reconversion_fee": "0.02",
            "fund": {"bank": "La Nef", "iban": "FR7621570000010001234567870"}}));
        books.post(json!({"op": "open_bureau", "on": on, "bureau": "ales", "name": "A", "local_group": "g",
            "terms": {"consignment": {"till_ceiling": "5000.00"}}}));
        books.post(json!({"op": "enrol_member", "on": on, "member": "A-001", "kind": "accepter",
            "local_group": "g", "valid_until": "2027-01-01"}));
        books.post(json!({"op": "print_bills", "on": on, "bills": {"1": 5000, "5": 5000, "10": 1000}}));
        books.post(
            json!({"op": "supply", "on": on, "bureau": "ales", "bills": {"1": 4000, "5": 4000, "10": 500}}),
        );
        books
    }

    /// Records an operation; without a ref it gets one.
    pub fn post(&mut self, mut operation: Value) {
        self.posted += 1;
        if operation["ref"].is_null() {
            operation["ref"] = json!(format!("op-{}", self.posted));
        }
        let operation = Operation::from_json(&operation.to_string()).unwrap();
        self.ledger.post(&operation).unwrap_or_else(|error| panic!("{operation:?}: {error}"));
    }

    /// A slip of so many euros on its way to the bank.
    pub fn slip(&mut self, slip: &str, on: &str, amount: &str) {
        self.post(json!({"op": "swap", "on": on, "bureau": "ales", "amount": amount, "paid": "cash"}));
        self.post(json!({"op": "remit", "on": on, "bureau": "ales", "amount": amount, "slip": slip}));
    }

    /// A slip that the bank credited, recorded by hand.
    pub fn deposit(&mut self, slip: &str, on: &str, amount: &str) {
        self.post(json!({"op": "deposit", "on": on, "slip": slip, "amount": amount}));
    }

    /// An accepter turns in bills; the fund owes the euros under this ref.
    pub fn reconversion(&mut self, name: &str, on: &str, bills: &Value) {
        self.post(json!({"op": "reconvert", "ref": name, "on": on, "member": "A-001", "bills": bills,
            "bureau": "ales", "invoice": "F-1"}));
    }

    pub fn try_held_against(
        &self,
        statement: &Statement,
        settings: &Settings,
    ) -> Result<Reconciliation, ReconcileError> {
        reconcile(&View::open(Arc::clone(&self.storage)).unwrap(), statement.clone(), settings)
    }

    pub fn held_against(&self, statement: &Statement, settings: &Settings) -> Reconciliation {
        let found = self.try_held_against(statement, settings).unwrap();
        check_partition(&found);
        found
    }

    pub fn reconcile(&self, statement: &Statement) -> Reconciliation {
        self.held_against(statement, &Settings::default())
    }

    /// Records all that is proposed, and that the statement agrees if it then does; says whether it does.
    pub fn settle(&mut self, statement: &Statement, settings: &Settings) -> bool {
        let found = self.held_against(statement, settings);
        let mut operations: Vec<Operation> = found.operations().cloned().collect();
        let file = format!("{:0<64}", format!("{:x}", found.status.entries));
        let attestation = found.attestation(FileHash::from_hex(&file).unwrap());
        let agrees = attestation.is_some();
        operations.extend(attestation);
        self.ledger.post_batch(&operations).unwrap();
        agrees
    }

    /// `fund:deposit`, `own:bank` and the rest, to be compared.
    pub fn balances(&self) -> Value {
        serde_json::to_value(self.ledger.state().balances()).unwrap()
    }
}

/// Every line and every movement is in exactly one class, and together they explain the difference to the cent.
pub fn check_partition(found: &Reconciliation) {
    let mut lines = vec![0; found.statement.lines.len()];
    let mut movements = vec![0; found.movements.len()];
    let line_amount = |line: usize| found.statement.lines[line].fingerprint.amount;
    for one in &found.matched {
        one.line.into_iter().for_each(|line| lines[line] += 1);
        one.movements.iter().for_each(|movement| movements[*movement] += 1);
        if let Some(line) = one.line
            && !one.movements.is_empty()
        {
            let sum: Euros = one.movements.iter().map(|movement| found.movements[*movement].amount).sum();
            assert_eq!(sum, line_amount(line));
        }
    }
    found.proposals.iter().for_each(|proposal| lines[proposal.line] += 1);
    let mut left = Euros::ZERO;
    for one in &found.unexplained {
        match (one.side, one.index) {
            (Side::Bank, Some(line)) => lines[line] += 1,
            (Side::Ledger, Some(movement)) => movements[movement] += 1,
            (side, None) => assert_eq!(side, Side::Bank),
        }
        left += if one.side == Side::Bank { one.amount } else { -one.amount };
    }
    assert!(
        lines.iter().chain(&movements).all(|classes| *classes == 1),
        "{lines:?} {movements:?} {found:#?}"
    );
    if let Some(after) = found.difference_after_proposals() {
        assert_eq!(after, left, "what is left explains what differs");
    }
}

/// A statement as La Nef writes it, from an opening balance and lines in the order of their dates: date, amount, label.
pub fn statement(opening: &str, lines: &[(&str, &str, &str)]) -> Statement {
    statement::read(nef(opening, lines, None).as_bytes(), How::default()).unwrap()
}

/// The same for a period.
pub fn statement_of(period: (&str, &str), opening: &str, lines: &[(&str, &str, &str)]) -> Statement {
    statement::read(nef(opening, lines, Some(period)).as_bytes(), How::default()).unwrap()
}

fn nef(opening: &str, lines: &[(&str, &str, &str)], period: Option<(&str, &str)>) -> String {
    const MONTHS: [&str; 12] =
        ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];
    let day = |date: &str| {
        let month: usize = date[5..7].parse().unwrap();
        format!("{} {} {}", date[8..].trim_start_matches('0'), MONTHS[month - 1], &date[..4])
    };
    let mut balance = euros(opening);
    let mut rows = Vec::new();
    for (date, amount, label) in lines {
        balance += euros(amount);
        let comma = |amount: &str| amount.replace('.', ",");
        let (date, amount, balance) = (day(date), comma(amount), comma(&balance.to_string()));
        rows.push(format!("\"{date}\",\"{date}\",\"\",\"{amount}\",\"{balance}\",\"{label}\"\n"));
    }
    let mut text = "\"Compte\",\"Fonds\"\n".to_owned();
    if let Some((from, through)) = period {
        writeln!(text, "\"Période\",\"du {} au {}\"", day(from), day(through)).unwrap();
    }
    text += "\n\"Date opération\",\"Date Valeur\",\"Référence\",\"Montant\",\"Solde\",\"Libellé\"\n";
    rows.iter().rev().for_each(|row| text += row);
    text
}

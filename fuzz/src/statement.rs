//! `read_statement` and `read_profile`: guard against bytes that crash a reader of statements, and against a statement that
//! does not agree with itself.

use std::collections::HashMap;

use ledger_core::Euros;
use ledger_core::statement::{Format, How, Profile, Statement, StatementError};

use crate::memory::bounded;

const FORMATS: [Format; 4] = [Format::NefCsv, Format::Ofx, Format::Camt053, Format::Cfonb120];

/// Reads the bytes as what they seem to be, and as every format.
pub fn read_statement(bytes: &[u8]) {
    examine(read(bytes, How::default()));
    for format in FORMATS {
        examine(read(bytes, How { format: Some(format), ..How::default() }));
    }
    for (_, profile) in Profile::ready() {
        examine(read(bytes, How { profile: Some(profile), ..How::default() }));
    }
    examine(read(bytes, How { account: Some("FR7621570000010001234567870"), ..How::default() }));
}

/// Reads the bytes as a profile, and by it, if it is one, what stands behind the first empty line (or a small CSV).
pub fn read_profile(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let profile = match bounded(bytes.len(), || Profile::from_toml(text)) {
        Ok(profile) => profile,
        Err(error) => return told(&error),
    };
    let csv = text.split_once("\n#\n").map_or("28/08/2026;a;-1,00\n", |(_, csv)| csv);
    let csv = csv.replace("\n# ", "\n");
    examine(read(csv.as_bytes(), How { profile: Some(&profile), ..How::default() }));
}

fn read(bytes: &[u8], how: How<'_>) -> Result<Statement, StatementError> {
    bounded(bytes.len(), || ledger_core::statement::read(bytes, how))
}

fn told(error: &StatementError) {
    assert!(StatementError::CODES.contains(&error.code()) && !error.to_string().is_empty());
    assert!(!error.to_string().contains(char::is_control), "{error:?}");
}

fn examine(statement: Result<Statement, StatementError>) {
    let statement = match statement {
        Ok(statement) => statement,
        Err(error) => return told(&error),
    };
    let mut counts = HashMap::new();
    let mut sum = Euros::ZERO;
    for line in &statement.lines {
        let count = counts.entry((line.fingerprint.date, line.fingerprint.amount)).or_insert(0);
        *count += 1;
        assert_eq!(line.fingerprint.nth, *count);
        assert!(line.place.line() > 0);
        assert!(!line.label.contains(char::is_control), "{:?}", line.label);
        sum += line.fingerprint.amount;
    }
    assert!(statement.lines.is_sorted_by_key(|line| line.fingerprint.date));
    if let (Some(opening), Some(closing)) = (statement.opening, statement.closing) {
        assert_eq!(opening + sum, closing);
    }
    for iban in ["FR76", "FR7621570000010001234567870", "DE02120300000000202051"] {
        let _ = statement.account.as_ref().map(|account| (account.matches(iban), account.to_string()));
    }
}

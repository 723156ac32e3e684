//! Transactions of OFX that correct others: one that replaces another stands in its place, and one that deletes it takes it
//! away and is none itself (OFX 2.2, 11.4.4.1, `CORRECTFITID` and `CORRECTACTION`).

use hashbrown::{HashMap, HashSet};

use super::group::bad;
use super::{Line, StatementError};

/// A transaction, and what it corrects.
pub(super) struct Transaction {
    pub line: Line,
    /// Its `FITID`.
    pub id: Option<String>,
    /// Its `TRNTYPE`.
    pub kind: Option<String>,
    pub correction: Option<Correction>,
}

/// What a transaction does to another.
pub(super) struct Correction {
    /// The `FITID` of the other.
    pub of: String,
    /// Whether the other was none, or this one stands in its place.
    pub deletes: bool,
}

/// Refuses amounts without a sign. The sign says the direction (OFX 2.2, 11.4.4.1), and banks name the kind loosely; but where
/// debits are positive and nothing that is not called a credit is negative, the kind alone would say it.
pub(super) fn signed(transactions: &[Transaction]) -> Result<(), StatementError> {
    let is = |transaction: &Transaction, kinds: &[&str]| {
        transaction.kind.as_deref().is_some_and(|kind| kinds.contains(&kind))
    };
    let amount = |transaction: &Transaction| transaction.line.fingerprint.amount;
    let is_out =
        |transaction: &&Transaction| amount(transaction).is_negative() && !is(transaction, &["CREDIT"]);
    let is_wrong = |transaction: &&Transaction| {
        amount(transaction).is_positive() && is(transaction, &["DEBIT", "DIRECTDEBIT"])
    };
    match transactions.iter().find(is_wrong) {
        Some(debit) if !transactions.iter().any(|transaction| is_out(&transaction)) => {
            let (line, found) = (debit.line.place.line(), amount(debit).to_string());
            Err(bad(line, "TRNAMT", "an amount with a minus, for TRNTYPE is a debit", &found))
        }
        _ => Ok(()),
    }
}

/// The lines that are left once every correction is made.
pub(super) fn corrected(transactions: Vec<Transaction>) -> Result<Vec<Line>, StatementError> {
    let gone = gone(&transactions)?;
    let left = transactions.into_iter().enumerate().filter(|(at, _)| !gone.contains(at));
    Ok(left.map(|(_, transaction)| transaction.line).collect())
}

/// The places of those that are replaced or deleted, and of those that delete.
fn gone(transactions: &[Transaction]) -> Result<HashSet<usize>, StatementError> {
    let mut gone: HashSet<usize> = HashSet::new();
    if transactions.iter().all(|transaction| transaction.correction.is_none()) {
        return Ok(gone);
    }
    let mut named: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, transaction) in transactions.iter().enumerate() {
        if let Some(id) = &transaction.id {
            named.entry(id).or_default().push(at);
        }
    }
    for (at, Transaction { line, correction, .. }) in transactions.iter().enumerate() {
        let Some(Correction { of, deletes }) = correction else { continue };
        if *deletes {
            gone.insert(at);
        }
        // One of an earlier download is not there, and is not counted here anyway.
        let mut others = named.get(of.as_str()).into_iter().flatten().filter(|other| **other != at);
        let other = others.next();
        if others.next().is_some() {
            let expected = "the FITID of a single transaction";
            return Err(bad(line.place.line(), "CORRECTFITID", expected, of));
        }
        gone.extend(other);
    }
    Ok(gone)
}

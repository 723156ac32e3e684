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
    pub correction: Option<Correction>,
}

/// What a transaction does to another.
pub(super) struct Correction {
    /// The `FITID` of the other.
    pub of: String,
    /// Whether the other was none, or this one stands in its place.
    pub deletes: bool,
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

//! Evidence: what tells that lines and movements stand for each other.

use serde::Serialize;
use strum::IntoStaticStr;

/// What tells that a line stands for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Evidence {
    /// The entry carries the line's fingerprint.
    BankLine,
    /// A statement was attested through a later day after the entry was recorded.
    Attested,
    /// It is dated before the statement begins, or earlier on its first day, and was settled by then as a whole.
    Earlier,
    /// The label or a reference names it.
    Name,
    /// It alone has the amount within the window.
    Amount,
    /// Several add up to the amount within the window.
    Sum,
    /// The label says that it is interest or a charge.
    Label,
    /// It tells of 0.00, which nothing need stand for.
    Zero,
    /// It reverses what was settled before this statement, and the other was recorded in its place: together they are nothing.
    Correction,
}

impl Evidence {
    /// Its stable name.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

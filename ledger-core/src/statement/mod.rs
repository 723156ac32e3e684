//! Bank statements: the bytes of a download become the lines of one account, or an error that says where and why not.
//!
//! Four formats are read, and the CSV of other banks by a [`Profile`]. No line, no sign and no currency is lost
//! silently: what a reader does not understand it refuses, by line, field, what was expected and what was found. What the
//! file says of its own balances is checked before anything is compared with a ledger. Nothing here knows the ledger.
//!
//! # What a cut file tells
//!
//! OFX, CAMT.053 and CFONB 120 have an end, and a file without it is refused as truncated. A CSV has none: a file that was
//! cut inside a row is refused. One that was cut between two rows is a shorter statement; where the newest line stands
//! first, only its opening balance is another one, and must be compared with what is known otherwise. And a label at the
//! very end of a CSV may lack its last letters, if the cells are not quoted or if it was cut at a quote within it.

mod account;
mod balances;
mod camt;
mod cfonb;
mod chain;
mod choice;
mod columns;
mod correction;
mod counter;
mod counts;
mod day;
mod draft;
mod element;
mod entry;
mod error;
mod figure;
mod format;
mod group;
mod kind;
mod letters;
mod line;
mod ofx;
mod pages;
mod part;
mod places;
mod preamble;
mod profile;
mod record;
mod repeated;
mod rows;
mod table;
mod tags;
mod wording;

use crate::date::Date;
use crate::money::Euros;

pub use self::account::StatedAccount;
pub use self::error::StatementError;
pub use self::format::Format;
pub use self::kind::recognised;
use self::letters::Letters;
pub use self::line::{Line, Place};
pub use self::profile::Profile;
use self::record::END_OF_FILE;
pub(crate) use self::wording::without_accent;

/// What a bank says of one account over a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The format that it was read from.
    pub format: Format,
    /// What the file says of the account.
    pub account: Option<StatedAccount>,
    /// The first and the last day that the file declares to cover.
    pub period: Option<(Date, Date)>,
    /// The last day of which the opening balance may hold something already: lines of that day may come behind it.
    pub begins_within: Option<Date>,
    /// The balance before the first line: stated, or exact from the balance after it.
    pub opening: Option<Euros>,
    /// The balance after the last line: stated, or that of the last line.
    pub closing: Option<Euros>,
    /// OFX: the balance in the books of the bank and its date, which may be the day of the download.
    pub ledger_balance: Option<DatedBalance>,
    /// The lines, oldest first; within a day in the order of the bank.
    pub lines: Vec<Line>,
    /// Entries that are not booked yet (CAMT.053), which do not count.
    pub pending: usize,
}

/// A balance at the end of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatedBalance {
    /// The balance.
    pub amount: Euros,
    /// The day.
    pub on: Date,
}

/// How to read; by default everything is found out from the content.
#[derive(Clone, Copy, Debug, Default)]
pub struct How<'a> {
    /// The format, if it is known.
    pub format: Option<Format>,
    /// How the CSV of this bank is written. Without one, a CSV is read as La Nef writes it.
    pub profile: Option<&'a Profile>,
    /// The account to take where a file has several: an IBAN or a number.
    pub account: Option<&'a str>,
}

/// Reads a statement and checks that it agrees with itself.
pub fn read(bytes: &[u8], how: How<'_>) -> Result<Statement, StatementError> {
    kind::refuse_others(bytes)?;
    let letters = match how.profile {
        Some(profile) => profile.letters,
        None => Letters::declared(bytes)?,
    };
    let text = letters.read(bytes)?;
    let text = without_padding(&text);
    let format = match (how.format, how.profile, kind::recognise(text)?) {
        (Some(format), _, _) => format,
        (None, Some(_), _) => Format::Csv,
        (None, None, recognised) => recognised,
    };
    let parts = match format {
        Format::NefCsv => table::read(text, nef()?)?,
        Format::Csv => table::read(text, how.profile.ok_or(StatementError::ProfileNeeded)?)?,
        Format::Ofx => ofx::read(text)?,
        Format::Camt053 => camt::read(text)?,
        Format::Cfonb120 => cfonb::read(text)?,
    };
    draft::join(format, parts, how.account)
}

/// A text without what DOS programs put behind its end.
fn without_padding(text: &str) -> &str {
    let mut text = text;
    while let Some(rest) = text.trim_end().strip_suffix(END_OF_FILE) {
        text = rest;
    }
    text
}

fn nef() -> Result<&'static Profile, StatementError> {
    Profile::named("nef").ok_or(StatementError::ProfileNeeded)
}

#[cfg(test)]
mod tests;

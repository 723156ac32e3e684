//! The journal as lines of JSON: a header, a line for each entry, a last line with the size and the root. An entry's line
//! has all that its record is made from, and the record's leaf in the Merkle tree.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt::Display;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::form::{Form, unit_of};
use super::{ExportError, Exported, Period};
use crate::account::Account;
use crate::bills::{Bills, Denomination};
use crate::date::Date;
use crate::entry::{Choice, Entry, Posting, Postings};
use crate::field::{Field, Name};
use crate::journal::{Hash, Root};
use crate::json::Json;
use crate::money::{Aigas, Bill, Euro, Euros, Unit};
use crate::operation::{FieldSink, Found, Operation};
use crate::pen::{self, Page};
use crate::sequence::{RecordedAt, Sequence};
use crate::text::Text;

/// What the first field of a header says.
pub const FORMAT: &str = "aiga-journal";
/// The version of what is written here.
pub const VERSION: u32 = 1;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header<'a> {
    /// [`FORMAT`].
    #[serde(borrow)]
    pub format: Cow<'a, str>,
    /// [`VERSION`].
    pub version: u32,
    /// The association that founded the ledger; none before it is founded.
    pub association: Option<Text>,
    /// The code of its currency.
    pub currency: Option<Text>,
    /// Whether entries may be left out.
    pub partial: bool,
    /// The first day exported, if one was asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<Date>,
    /// The last day exported, if one was asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub to: Option<Date>,
}

/// The last line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Tail {
    /// Entries in the export.
    pub entries: u64,
    /// Entries in the journal.
    pub tree_size: u64,
    /// The Merkle root over those in the journal.
    pub root: Root,
}

/// Writes the lines.
pub struct Jsonl {
    period: Period,
}

impl Jsonl {
    /// Lines of the entries of a period.
    pub fn new(period: Period) -> Self {
        Self { period }
    }
}

impl Form for Jsonl {
    fn begin(&mut self, founding: Option<&Found>, page: &mut Vec<u8>) -> io::Result<()> {
        let header = Header {
            format: FORMAT.into(),
            version: VERSION,
            association: founding.map(|found| found.association.clone()),
            currency: founding.map(|found| found.code.clone()),
            partial: !self.period.is_all(),
            from: self.period.from,
            to: self.period.to,
        };
        put(&header, page)
    }

    fn entry(&mut self, entry: &Entry, leaf: &Hash, page: &mut Vec<u8>) -> Result<(), ExportError> {
        Ok(put_entry(entry, leaf, page)?)
    }

    fn end(&mut self, exported: &Exported, page: &mut Vec<u8>) -> io::Result<()> {
        let Exported { entries, tree_size, root } = *exported;
        put(&Tail { entries, tree_size, root }, page)
    }
}

/// Writes the line of an entry.
pub fn put_entry(entry: &Entry, leaf: &Hash, page: &mut Page) -> io::Result<()> {
    let Entry { sequence, recorded_at, operation, choice, postings } = entry;
    page.extend_from_slice(ENTRY_BEGINS.as_bytes());
    pen::whole(sequence.number(), page);
    page.extend_from_slice(b",\"recorded_at\":\"");
    pen::instant(*recorded_at, page);
    page.extend_from_slice(b"\",\"operation\":");
    put_operation(operation, page);
    page.extend_from_slice(b",\"choice\":");
    match choice {
        Choice::Nothing => page.extend_from_slice(b"\"nothing\""),
        choice => serde_json::to_writer(&mut *page, choice)?,
    }
    page.extend_from_slice(b",\"postings\":[");
    for (place, posting) in postings.iter().enumerate() {
        if place > 0 {
            page.push(b',');
        }
        put_posting(posting, page);
    }
    page.extend_from_slice(b"],\"leaf\":\"");
    page.extend_from_slice(&digits(leaf));
    page.extend_from_slice(b"\"}\n");
    Ok(())
}

/// A hash as hexadecimal digits, as a [`Root`] is shown; there is one in each line, so it should be quick.
fn digits(hash: &Hash) -> [u8; 64] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut digits = [0; 64];
    for (pair, byte) in digits.as_chunks_mut::<2>().0.iter_mut().zip(hash) {
        *pair = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
    }
    digits
}

/// The fields of an operation, each behind a comma.
struct Fields<'p>(&'p mut Page);

impl FieldSink<'_> for Fields<'_> {
    type Error = Infallible;
    fn put<F: Field>(&mut self, name: Name, field: &F) -> Result<(), Infallible> {
        self.0.extend_from_slice(b",\"");
        self.0.extend_from_slice(name.as_str().as_bytes());
        self.0.extend_from_slice(b"\":");
        field.write_json(self.0);
        Ok(())
    }
}

/// An operation as it is serialised, but quicker.
fn put_operation(operation: &Operation, page: &mut Page) {
    page.extend_from_slice(b"{\"op\":\"");
    page.extend_from_slice(operation.act.name().as_bytes());
    page.extend_from_slice(b"\",\"ref\":");
    pen::quoted(operation.reference.as_str(), page);
    page.extend_from_slice(b",\"on\":\"");
    pen::day(operation.on, page);
    page.push(b'"');
    let Ok(()) = operation.put_fields(&mut Fields(page));
    page.push(b'}');
}

/// A posting as it is serialised, but quicker.
fn put_posting(posting: &Posting, page: &mut Page) {
    page.extend_from_slice(b"{\"debit\":\"");
    pen::account(&posting.debit(), page);
    page.extend_from_slice(b"\",\"credit\":\"");
    pen::account(&posting.credit(), page);
    page.extend_from_slice(b"\",\"unit\":\"");
    page.extend_from_slice(unit_of(posting).as_bytes());
    page.extend_from_slice(b"\",\"amount\":\"");
    pen::amount(Euros::from_cents(posting.cents()), page);
    page.push(b'"');
    if let Posting::Bills { bills, .. } = posting {
        page.extend_from_slice(b",\"bills\":");
        bills.write_json(page);
    }
    page.push(b'}');
}

/// Writes the first line, or the last.
pub fn put(line: &impl Serialize, page: &mut Vec<u8>) -> io::Result<()> {
    serde_json::to_writer(&mut *page, line)?;
    page.write_all(b"\n")
}

/// A line behind the header, as it is read.
#[derive(Debug)]
pub enum Read {
    /// An entry, and what the line says of its leaf.
    Entry(Box<Entry>, Hash),
    /// The last line.
    Tail(Tail),
}

/// A line that is none of a journal.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidLine {
    /// The field that is wrong; empty when it is the whole line.
    pub field: &'static str,
    /// What is wrong.
    pub reason: String,
}

impl InvalidLine {
    fn new(field: &'static str, reason: impl Display) -> Self {
        Self { field, reason: format!("{reason}") }
    }
}

/// All fields that a line can have, not yet looked into but for the operation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given<'a> {
    #[serde(borrow)]
    sequence: Option<&'a RawValue>,
    #[serde(borrow)]
    recorded_at: Option<&'a RawValue>,
    #[serde(borrow)]
    operation: Option<Json<'a>>,
    #[serde(borrow)]
    choice: Option<&'a RawValue>,
    #[serde(borrow)]
    postings: Option<&'a RawValue>,
    #[serde(borrow)]
    leaf: Option<&'a RawValue>,
    #[serde(borrow)]
    entries: Option<&'a RawValue>,
    #[serde(borrow)]
    tree_size: Option<&'a RawValue>,
    #[serde(borrow)]
    root: Option<&'a RawValue>,
}

impl Given<'_> {
    /// The last line has none of an entry's fields, and an entry none of the last line's.
    fn check_alone(&self, is_last: bool) -> Result<(), InvalidLine> {
        let of_an_entry = [
            ("recorded_at", self.recorded_at.is_some()),
            ("operation", self.operation.is_some()),
            ("choice", self.choice.is_some()),
            ("postings", self.postings.is_some()),
            ("leaf", self.leaf.is_some()),
        ];
        let of_the_last = [
            ("entries", self.entries.is_some()),
            ("tree_size", self.tree_size.is_some()),
            ("root", self.root.is_some()),
        ];
        let mut others = if is_last { of_an_entry.iter() } else { of_the_last.iter() };
        match others.find(|(_, given)| *given) {
            Some((field, _)) => Err(InvalidLine::new(field, "it does not belong to this line")),
            None => Ok(()),
        }
    }
}

/// A posting as it is read; the amount of bills is held against them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PostingFields<'a> {
    debit: Account,
    credit: Account,
    #[serde(borrow)]
    unit: Cow<'a, str>,
    amount: Euros,
    bills: Option<Bills>,
}

/// Reads the first line.
pub fn read_header(line: &str) -> Result<Header<'_>, InvalidLine> {
    let header: Header<'_> = serde_json::from_str(line)
        .map_err(|error| InvalidLine::new("", format!("not the header of a journal: {error}")))?;
    if header.format != FORMAT {
        return Err(InvalidLine::new("format", format!("{:?}; expected {FORMAT:?}", header.format)));
    }
    if header.version != VERSION {
        return Err(InvalidLine::new("version", format!("{}; this program reads {VERSION}", header.version)));
    }
    if !header.partial && (header.from.is_some() || header.to.is_some()) {
        return Err(InvalidLine::new("partial", "false, although days are named"));
    }
    Ok(header)
}

/// How the line of an entry begins.
const ENTRY_BEGINS: &str = "{\"sequence\":";

/// Whether a line begins as that of an entry.
pub fn is_entry(line: &str) -> bool {
    line.starts_with(ENTRY_BEGINS)
}

/// What was done and when it was recorded, of a line that begins as it is exported; its rest is not looked at.
pub fn done_on(line: &str) -> Option<(Operation, RecordedAt)> {
    let rest = line.strip_prefix(ENTRY_BEGINS)?.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let (instant, rest) = rest.strip_prefix(",\"recorded_at\":\"")?.split_once('"')?;
    let instant = since_1970(instant.parse().ok()?)?;
    let rest = rest.strip_prefix(",\"operation\":")?;
    let json: Json<'_> = serde_json::Deserializer::from_str(rest).into_iter().next()?.ok()?;
    Some((Operation::from_recorded(&json).ok()?, instant))
}

/// Reads a line behind the header.
pub fn read_line(line: &str) -> Result<Read, InvalidLine> {
    let fields: Given<'_> = serde_json::from_str(line).map_err(|error| InvalidLine::new("", error))?;
    if let (Some(entries), Some(tree_size), Some(root)) = (fields.entries, fields.tree_size, fields.root)
        && fields.sequence.is_none()
    {
        fields.check_alone(true)?;
        let (entries, tree_size) = (value("entries", entries)?, value("tree_size", tree_size)?);
        return Ok(Read::Tail(Tail { entries, tree_size, root: value("root", root)? }));
    }
    fields.check_alone(false)?;
    let sequence = Sequence::new(value("sequence", needed("sequence", fields.sequence)?)?);
    let recorded_at = instant(needed("recorded_at", fields.recorded_at)?)?;
    let operation = needed("operation", fields.operation.as_ref())?;
    let operation = Operation::from_recorded(operation).map_err(|no| InvalidLine::new("operation", no))?;
    let choice: Choice = value("choice", needed("choice", fields.choice)?)?;
    sound_choice(&choice)?;
    let postings = needed("postings", fields.postings)?;
    let postings: Vec<PostingFields<'_>> = value("postings", postings)?;
    let postings = postings.into_iter().map(posting).collect::<Result<Vec<_>, _>>()?;
    let Root(leaf) = value("leaf", needed("leaf", fields.leaf)?)?;
    let postings: Postings = postings.into_iter().collect();
    Ok(Read::Entry(Box::new(Entry { sequence, recorded_at, operation, choice, postings }), leaf))
}

fn needed<T>(field: &'static str, given: Option<T>) -> Result<T, InvalidLine> {
    given.ok_or_else(|| InvalidLine::new(field, "it is missing"))
}

fn value<'a, T: Deserialize<'a>>(field: &'static str, raw: &'a RawValue) -> Result<T, InvalidLine> {
    serde_json::from_str(raw.get()).map_err(|error| InvalidLine::new(field, error))
}

/// An instant, written as it is shown.
fn instant(raw: &RawValue) -> Result<RecordedAt, InvalidLine> {
    const FIELD: &str = "recorded_at";
    let text: Cow<'_, str> = value(FIELD, raw)?;
    let instant: jiff::Timestamp = text.parse().map_err(|error| InvalidLine::new(FIELD, error))?;
    since_1970(instant).ok_or_else(|| InvalidLine::new(FIELD, "it is before 1970"))
}

fn since_1970(instant: jiff::Timestamp) -> Option<RecordedAt> {
    u64::try_from(instant.as_nanosecond()).ok().map(RecordedAt::from_ns)
}

fn posting(fields: PostingFields<'_>) -> Result<Posting, InvalidLine> {
    const FIELD: &str = "postings";
    let PostingFields { debit, credit, unit, amount, bills } = fields;
    let posting = match (debit, credit, bills) {
        (Account::Bills(debit), Account::Bills(credit), Some(bills)) if unit == Bill::CODE => {
            sound_bills(FIELD, &bills)?;
            if bills.value() != Aigas::from_cents(amount.cents()) {
                let reason = format!("{amount} is not what {bills} are worth");
                return Err(InvalidLine::new(FIELD, reason));
            }
            Posting::Bills { debit, credit, bills }
        }
        (Account::Euros(debit), Account::Euros(credit), None) if unit == Euro::CODE => {
            Posting::Euros { debit, credit, amount }
        }
        (debit, credit, _) => {
            let reason =
                format!("{debit} ← {credit} in {unit}: the accounts, the unit and the bills do not fit");
            return Err(InvalidLine::new(FIELD, reason));
        }
    };
    if amount.is_positive() {
        Ok(posting)
    } else {
        Err(InvalidLine::new(FIELD, format!("{amount} is no quantity")))
    }
}

/// Bills that a record can hold.
fn sound_bills(field: &'static str, bills: &Bills) -> Result<(), InvalidLine> {
    let sound = |(face, count): (Denomination, i64)| count > 0 && Denomination::new(face.face()).is_some();
    if bills.iter().all(sound) {
        Ok(())
    } else {
        Err(InvalidLine::new(field, format!("no such bills: {bills}")))
    }
}

fn sound_choice(choice: &Choice) -> Result<(), InvalidLine> {
    match choice {
        Choice::Bills(bills) => sound_bills("choice", bills),
        _ => Ok(()),
    }
}

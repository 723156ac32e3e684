//! Records: an entry as bytes, format version 1. The only place that knows bincode.
//!
//! The wire structs are frozen with the version: what they write is pinned by golden bytes, and described in
//! docs/journal-format.md. Nothing in a record depends on the block in which it stands; identifiers stand whole.

use std::borrow::Cow;

use bincode::{BorrowDecode, Encode};

use crate::account::{BillAccount, EuroAccount};
use crate::bills::{Bills, Denomination};
use crate::date::Date;
use crate::entry::{Choice, Entry, Posting, Postings};
use crate::field::{Field, Leaf, ReadField, Value};
use crate::id::{BureauId, Reference};
use crate::money::{Euros, Rate};
use crate::open_item::{OpenItem, Payable, Reconversion, Slip};
use crate::operation::{Act, FieldSource, Operation};
use crate::rejection::Rejection;
use crate::sequence::{RecordedAt, Sequence};

/// The longest record, in bytes.
pub const RECORD_MAX_BYTES: usize = 65_535;

/// Bytes that are no record of version 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the record does not decode: {reason}")]
pub struct InvalidRecord {
    /// What is wrong with it.
    pub reason: String,
}

impl InvalidRecord {
    fn because(reason: &(impl ToString + ?Sized)) -> Self {
        Self { reason: reason.to_string() }
    }
}

/// The names of fields, in the order of their codes: the code of a field is its place here, from 1.
const FIELD_NAMES: &[&str] = &[
    "note",
    "operator",
    "bank_line",
    "currency",
    "symbol",
    "code",
    "denominations",
    "association",
    "fund",
    "reconversion_fee",
    "bureau",
    "name",
    "local_group",
    "terms",
    "member",
    "kind",
    "valid_until",
    "bills",
    "serials",
    "amount",
    "paid",
    "in",
    "out",
    "slip",
    "slips",
    "short",
    "over",
    "charge",
    "invoice",
    "payable",
    "from_till",
    "reason",
    "till",
    "debit",
    "credit",
    "entry",
    "statement",
    "through",
    "closing_balance",
    "forced_reason",
    "bank",
    "iban",
    "till_ceiling",
    "deposit_within_days",
    "date",
    "nth",
];

fn field_code(name: &str) -> u8 {
    let place = FIELD_NAMES.iter().position(|known| *known == name);
    // Every field of the operations' table is listed above; a test walks through them all.
    place.and_then(|place| u8::try_from(place + 1).ok()).unwrap_or(0)
}

fn field_name(code: u8) -> Result<&'static str, InvalidRecord> {
    let place = usize::from(code).checked_sub(1);
    let name = place.and_then(|place| FIELD_NAMES.get(place)).copied();
    name.ok_or_else(|| InvalidRecord::because(&format_args!("no field has the code {code}")))
}

/// What decoding a record may claim at most, in bytes of memory; a few times what the longest record needs.
const CLAIM_MAX_BYTES: usize = 1 << 20;

fn config() -> impl bincode::config::Config {
    bincode::config::standard().with_limit::<CLAIM_MAX_BYTES>()
}

#[derive(Encode, BorrowDecode)]
struct RecordV1<'a> {
    sequence: u64,
    recorded_at_ns: u64,
    op: u8,
    reference: Cow<'a, str>,
    on_days: i32,
    fields: Vec<(u8, ValueV1<'a>)>,
    choice: ChoiceV1<'a>,
    postings: Vec<PostingV1<'a>>,
}

#[derive(Encode, BorrowDecode)]
enum LeafV1<'a> {
    Text(Cow<'a, str>),
    Cents(i64),
    Day(i32),
    Number(u64),
}

#[derive(Encode, BorrowDecode)]
enum ValueV1<'a> {
    Text(Cow<'a, str>),
    Cents(i64),
    Day(i32),
    Number(u64),
    Texts(Vec<Cow<'a, str>>),
    Numbers(Vec<u64>),
    Counts(Vec<(u32, u64)>),
    Group(Vec<(u8, LeafV1<'a>)>),
}

#[derive(Encode, BorrowDecode)]
enum ChoiceV1<'a> {
    Nothing,
    Bills(Vec<(u32, u64)>),
    RateMillionths(u32),
    FeeCents(i64),
    Reversal { entry: u64, restored: Vec<(Cow<'a, str>, OpenItemV1<'a>)> },
}

#[derive(Encode, BorrowDecode)]
enum OpenItemV1<'a> {
    Slip { bureau: Cow<'a, str>, opened_on_days: i32, euros_since_days: i32 },
    Payable { opened_on_days: i32, reconversion: Option<ReconversionV1> },
}

#[derive(Encode, BorrowDecode)]
struct ReconversionV1 {
    rate_millionths: u32,
    paid_cents: i64,
    fee_taken_cents: i64,
}

#[derive(Encode, BorrowDecode)]
enum PostingV1<'a> {
    Bills { debit: BillAccountV1<'a>, credit: BillAccountV1<'a>, bills: Vec<(u32, u64)> },
    Euros { debit: EuroAccountV1<'a>, credit: EuroAccountV1<'a>, cents: u64 },
}

#[derive(Encode, BorrowDecode)]
enum BillAccountV1<'a> {
    Printed,
    Vault,
    Stock(Cow<'a, str>),
    Float(Cow<'a, str>),
    Public,
}

#[derive(Encode, BorrowDecode)]
enum EuroAccountV1<'a> {
    Deposit,
    Till(Cow<'a, str>),
    Transit(Cow<'a, str>),
    Receivable(Cow<'a, str>),
    Payable(Cow<'a, str>),
    Obligation,
    OwnBank,
    OwnOperating,
    OwnFees,
    OwnInterest,
    OwnGains,
    OwnCharges,
    OwnLosses,
}

/// Writes an entry as a record.
pub fn encode(entry: &Entry) -> Result<Vec<u8>, InvalidRecord> {
    let wire = RecordV1::of(entry);
    let bytes = bincode::encode_to_vec(&wire, config()).map_err(|error| InvalidRecord::because(&error))?;
    if bytes.len() > RECORD_MAX_BYTES {
        return Err(InvalidRecord::because(&format_args!(
            "{} bytes; at most {RECORD_MAX_BYTES}",
            bytes.len()
        )));
    }
    Ok(bytes)
}

/// Reads a record back; every byte of it must be used.
pub fn decode(bytes: &[u8]) -> Result<Entry, InvalidRecord> {
    let (wire, used): (RecordV1<'_>, usize) =
        bincode::borrow_decode_from_slice(bytes, config()).map_err(|error| InvalidRecord::because(&error))?;
    if used != bytes.len() {
        return Err(InvalidRecord::because(&format_args!("{} bytes are left over", bytes.len() - used)));
    }
    wire.into_entry()
}

impl<'a> RecordV1<'a> {
    fn of(entry: &'a Entry) -> Self {
        let Operation { reference, on, note, operator, bank_line, act } = &entry.operation;
        let mut fields = Vec::with_capacity(8);
        let mut put = |name: &str, value: Value<'a>| fields.push((field_code(name), ValueV1::of(value)));
        for (name, field) in act.fields() {
            put(name, field.to_value());
        }
        if let Some(note) = note {
            put("note", note.to_value());
        }
        if let Some(operator) = operator {
            put("operator", operator.to_value());
        }
        if let Some(bank_line) = bank_line {
            put("bank_line", bank_line.to_value());
        }
        Self {
            sequence: entry.sequence.number(),
            recorded_at_ns: entry.recorded_at.ns(),
            op: act.code(),
            reference: Cow::Borrowed(reference.as_str()),
            on_days: on.days_since_epoch(),
            fields,
            choice: ChoiceV1::of(&entry.choice),
            postings: entry.postings.iter().map(PostingV1::of).collect(),
        }
    }

    fn into_entry(self) -> Result<Entry, InvalidRecord> {
        let name = Act::name_of_code(self.op)
            .ok_or_else(|| InvalidRecord::because(&format_args!("no operation has the code {}", self.op)))?;
        let fields =
            self.fields.into_iter().map(|(code, value)| Ok((field_name(code)?, value.into_value()?)));
        let mut fields = StoredFields {
            fields: fields.collect::<Result<Vec<_>, InvalidRecord>>()?.into_iter().peekable(),
        };
        let act = Act::read(name, &mut fields).map_err(|error| InvalidRecord::because(&error))?;
        let act = act.ok_or_else(|| InvalidRecord::because("no such operation"))?;
        let note = fields.take("note").map_err(|error| InvalidRecord::because(&error))?;
        let operator = fields.take("operator").map_err(|error| InvalidRecord::because(&error))?;
        let bank_line = fields.take("bank_line").map_err(|error| InvalidRecord::because(&error))?;
        if let Some((extra, _)) = fields.fields.next() {
            return Err(InvalidRecord::because(&format_args!("`{name}` has no field `{extra}` there")));
        }
        let operation = Operation {
            reference: identifier(&self.reference)?,
            on: day(self.on_days)?,
            note,
            operator,
            bank_line,
            act,
        };
        let postings =
            self.postings.into_iter().map(PostingV1::into_posting).collect::<Result<Vec<_>, _>>()?;
        let stored = postings.len();
        let postings: Postings = postings.into_iter().collect();
        if postings.iter().len() != stored {
            return Err(InvalidRecord::because("a posting of nothing"));
        }
        Ok(Entry {
            sequence: Sequence::new(self.sequence),
            recorded_at: RecordedAt::from_ns(self.recorded_at_ns),
            operation,
            choice: self.choice.into_choice()?,
            postings,
        })
    }
}

/// The fields of a record: they stand in the order of the operations' table, so each is taken when its turn comes.
struct StoredFields<'a> {
    fields: std::iter::Peekable<std::vec::IntoIter<(&'static str, Value<'a>)>>,
}

impl FieldSource for StoredFields<'_> {
    fn take<T: ReadField>(&mut self, name: &'static str) -> Result<Option<T>, Rejection> {
        let Some((_, value)) = self.fields.next_if(|(stored, _)| *stored == name) else { return Ok(None) };
        let read = T::from_value(&value).ok_or_else(|| Rejection::InvalidValue {
            field: name.into(),
            expected: T::EXPECTED.into(),
            got: "another value".into(),
        });
        read.map(Some)
    }
}

impl<'a> ValueV1<'a> {
    fn of(value: Value<'a>) -> Self {
        match value {
            Value::Leaf(Leaf::Text(text)) => Self::Text(text),
            Value::Leaf(Leaf::Cents(cents)) => Self::Cents(cents),
            Value::Leaf(Leaf::Day(days)) => Self::Day(days),
            Value::Leaf(Leaf::Number(number)) => Self::Number(number),
            Value::Texts(texts) => Self::Texts(texts),
            Value::Numbers(numbers) => Self::Numbers(numbers),
            Value::Counts(counts) => Self::Counts(counts),
            Value::Group(leaves) => Self::Group(
                leaves.into_iter().map(|(name, leaf)| (field_code(name), LeafV1::of(leaf))).collect(),
            ),
        }
    }

    fn into_value(self) -> Result<Value<'a>, InvalidRecord> {
        Ok(match self {
            Self::Text(text) => Value::Leaf(Leaf::Text(text)),
            Self::Cents(cents) => Value::Leaf(Leaf::Cents(cents)),
            Self::Day(days) => Value::Leaf(Leaf::Day(days)),
            Self::Number(number) => Value::Leaf(Leaf::Number(number)),
            Self::Texts(texts) => Value::Texts(texts),
            Self::Numbers(numbers) => Value::Numbers(numbers),
            Self::Counts(counts) => Value::Counts(counts),
            Self::Group(leaves) => {
                let leaves = leaves.into_iter().map(|(code, leaf)| Ok((field_name(code)?, leaf.into_leaf())));
                Value::Group(leaves.collect::<Result<Vec<_>, InvalidRecord>>()?)
            }
        })
    }
}

impl<'a> LeafV1<'a> {
    fn of(leaf: Leaf<'a>) -> Self {
        match leaf {
            Leaf::Text(text) => Self::Text(text),
            Leaf::Cents(cents) => Self::Cents(cents),
            Leaf::Day(days) => Self::Day(days),
            Leaf::Number(number) => Self::Number(number),
        }
    }

    fn into_leaf(self) -> Leaf<'a> {
        match self {
            Self::Text(text) => Leaf::Text(text),
            Self::Cents(cents) => Leaf::Cents(cents),
            Self::Day(days) => Leaf::Day(days),
            Self::Number(number) => Leaf::Number(number),
        }
    }
}

impl<'a> ChoiceV1<'a> {
    fn of(choice: &'a Choice) -> Self {
        match choice {
            Choice::Nothing => Self::Nothing,
            Choice::Bills(bills) => Self::Bills(counts(bills)),
            Choice::Rate(rate) => Self::RateMillionths(rate.millionths()),
            Choice::Fee(fee) => Self::FeeCents(fee.cents()),
            Choice::Reversal { entry, restored } => Self::Reversal {
                entry: entry.number(),
                restored: restored
                    .iter()
                    .map(|(name, item)| (Cow::Borrowed(name.as_str()), OpenItemV1::of(item)))
                    .collect(),
            },
        }
    }

    fn into_choice(self) -> Result<Choice, InvalidRecord> {
        Ok(match self {
            Self::Nothing => Choice::Nothing,
            Self::Bills(counts) => Choice::Bills(bills(&counts)?),
            Self::RateMillionths(millionths) => Choice::Rate(rate(millionths)?),
            Self::FeeCents(cents) => Choice::Fee(Euros::from_cents(cents)),
            Self::Reversal { entry, restored } => {
                let restored =
                    restored.into_iter().map(|(name, item)| Ok((identifier(&name)?, item.into_item()?)));
                let restored = restored.collect::<Result<Vec<_>, InvalidRecord>>()?;
                Choice::Reversal { entry: Sequence::new(entry), restored }
            }
        })
    }
}

impl<'a> OpenItemV1<'a> {
    fn of(item: &'a OpenItem) -> Self {
        match item {
            OpenItem::Slip(slip) => Self::Slip {
                bureau: Cow::Borrowed(slip.bureau.as_str()),
                opened_on_days: slip.opened_on.days_since_epoch(),
                euros_since_days: slip.euros_since.days_since_epoch(),
            },
            OpenItem::Payable(payable) => Self::Payable {
                opened_on_days: payable.opened_on.days_since_epoch(),
                reconversion: payable.reconversion.as_ref().map(|reconversion| ReconversionV1 {
                    rate_millionths: reconversion.rate.millionths(),
                    paid_cents: reconversion.paid.cents(),
                    fee_taken_cents: reconversion.fee_taken.cents(),
                }),
            },
        }
    }

    fn into_item(self) -> Result<OpenItem, InvalidRecord> {
        Ok(match self {
            Self::Slip { bureau, opened_on_days, euros_since_days } => OpenItem::Slip(Slip {
                bureau: bureau_id(&bureau)?,
                opened_on: day(opened_on_days)?,
                euros_since: day(euros_since_days)?,
            }),
            Self::Payable { opened_on_days, reconversion } => {
                let reconversion = reconversion.map(|wire| {
                    Ok(Reconversion {
                        rate: rate(wire.rate_millionths)?,
                        paid: Euros::from_cents(wire.paid_cents),
                        fee_taken: Euros::from_cents(wire.fee_taken_cents),
                    })
                });
                OpenItem::Payable(Payable {
                    opened_on: day(opened_on_days)?,
                    reconversion: reconversion.transpose()?,
                })
            }
        })
    }
}

impl<'a> PostingV1<'a> {
    fn of(posting: &'a Posting) -> Self {
        match posting {
            Posting::Bills { debit, credit, bills } => Self::Bills {
                debit: BillAccountV1::of(debit),
                credit: BillAccountV1::of(credit),
                bills: counts(bills),
            },
            Posting::Euros { debit, credit, amount } => Self::Euros {
                debit: EuroAccountV1::of(debit),
                credit: EuroAccountV1::of(credit),
                cents: amount.cents().unsigned_abs(),
            },
        }
    }

    fn into_posting(self) -> Result<Posting, InvalidRecord> {
        Ok(match self {
            Self::Bills { debit, credit, bills: counts } => Posting::Bills {
                debit: debit.into_account()?,
                credit: credit.into_account()?,
                bills: bills(&counts)?,
            },
            Self::Euros { debit, credit, cents } => Posting::Euros {
                debit: debit.into_account()?,
                credit: credit.into_account()?,
                amount: Euros::from_cents(posted_cents(cents)?),
            },
        })
    }
}

impl<'a> BillAccountV1<'a> {
    fn of(account: &'a BillAccount) -> Self {
        match account {
            BillAccount::Printed => Self::Printed,
            BillAccount::Vault => Self::Vault,
            BillAccount::Stock(bureau) => Self::Stock(Cow::Borrowed(bureau.as_str())),
            BillAccount::Float(bureau) => Self::Float(Cow::Borrowed(bureau.as_str())),
            BillAccount::Public => Self::Public,
        }
    }

    fn into_account(self) -> Result<BillAccount, InvalidRecord> {
        Ok(match self {
            Self::Printed => BillAccount::Printed,
            Self::Vault => BillAccount::Vault,
            Self::Stock(bureau) => BillAccount::Stock(bureau_id(&bureau)?),
            Self::Float(bureau) => BillAccount::Float(bureau_id(&bureau)?),
            Self::Public => BillAccount::Public,
        })
    }
}

impl<'a> EuroAccountV1<'a> {
    fn of(account: &'a EuroAccount) -> Self {
        match account {
            EuroAccount::Deposit => Self::Deposit,
            EuroAccount::Till(bureau) => Self::Till(Cow::Borrowed(bureau.as_str())),
            EuroAccount::Transit(slip) => Self::Transit(Cow::Borrowed(slip.as_str())),
            EuroAccount::Receivable(bureau) => Self::Receivable(Cow::Borrowed(bureau.as_str())),
            EuroAccount::Payable(payable) => Self::Payable(Cow::Borrowed(payable.as_str())),
            EuroAccount::Obligation => Self::Obligation,
            EuroAccount::OwnBank => Self::OwnBank,
            EuroAccount::OwnOperating => Self::OwnOperating,
            EuroAccount::OwnFees => Self::OwnFees,
            EuroAccount::OwnInterest => Self::OwnInterest,
            EuroAccount::OwnGains => Self::OwnGains,
            EuroAccount::OwnCharges => Self::OwnCharges,
            EuroAccount::OwnLosses => Self::OwnLosses,
        }
    }

    fn into_account(self) -> Result<EuroAccount, InvalidRecord> {
        Ok(match self {
            Self::Deposit => EuroAccount::Deposit,
            Self::Till(bureau) => EuroAccount::Till(bureau_id(&bureau)?),
            Self::Transit(slip) => EuroAccount::Transit(identifier(&slip)?),
            Self::Receivable(bureau) => EuroAccount::Receivable(bureau_id(&bureau)?),
            Self::Payable(payable) => EuroAccount::Payable(identifier(&payable)?),
            Self::Obligation => EuroAccount::Obligation,
            Self::OwnBank => EuroAccount::OwnBank,
            Self::OwnOperating => EuroAccount::OwnOperating,
            Self::OwnFees => EuroAccount::OwnFees,
            Self::OwnInterest => EuroAccount::OwnInterest,
            Self::OwnGains => EuroAccount::OwnGains,
            Self::OwnCharges => EuroAccount::OwnCharges,
            Self::OwnLosses => EuroAccount::OwnLosses,
        })
    }
}

fn counts(bills: &Bills) -> Vec<(u32, u64)> {
    bills.iter().map(|(denomination, count)| (denomination.face(), count.unsigned_abs())).collect()
}

fn bills(counts: &[(u32, u64)]) -> Result<Bills, InvalidRecord> {
    let counted = |&(face, count): &(u32, u64)| {
        let denomination = Denomination::new(face);
        let count = i64::try_from(count).ok().filter(|&count| count > 0);
        denomination
            .zip(count)
            .ok_or_else(|| InvalidRecord::because(&format_args!("{count:?} bills of {face} Ä")))
    };
    let bills: Bills = counts.iter().map(counted).collect::<Result<_, _>>()?;
    if bills.iter().len() == counts.len() {
        Ok(bills)
    } else {
        Err(InvalidRecord::because("a denomination twice"))
    }
}

fn posted_cents(cents: u64) -> Result<i64, InvalidRecord> {
    let bounded = i64::try_from(cents).ok().filter(|&cents| cents <= crate::money::BALANCE_MAX_CENTS);
    bounded.ok_or_else(|| InvalidRecord::because(&format_args!("a posting of {cents} cents")))
}

fn rate(millionths: u32) -> Result<Rate, InvalidRecord> {
    Rate::from_millionths(u64::from(millionths))
        .ok_or_else(|| InvalidRecord::because("a rate from a whole on"))
}

fn day(days: i32) -> Result<Date, InvalidRecord> {
    Date::from_days_since_epoch(days).map_err(|error| InvalidRecord::because(&error))
}

fn identifier(text: &str) -> Result<Reference, InvalidRecord> {
    text.parse().map_err(|error| InvalidRecord::because(&error))
}

fn bureau_id(text: &str) -> Result<BureauId, InvalidRecord> {
    text.parse().map_err(|error| InvalidRecord::because(&error))
}

//! What was chosen for an operation, in a record.

use bincode::error::EncodeError;
use bincode::{BorrowDecode, Encode};

use super::postings::bills;
use super::reader::Reader;
use super::writer::Writer;
use super::{InvalidRecord, bureau_id, day, identifier, rate};
use crate::entry::Choice;
use crate::limits::FIGURE_MAX_CENTS;
use crate::money::Euros;
use crate::open_item::{OpenItem, Payable, Reconversion, Slip};
use crate::sequence::Sequence;

/// How the most frequent choice is coded.
const NOTHING: u8 = 0;

pub(super) fn write_choice(choice: &Choice, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
    match choice {
        Choice::Nothing => {
            writer.byte(NOTHING);
            Ok(())
        }
        choice => writer.value(&ChoiceV1::of(choice)),
    }
}

pub(super) fn read_choice(reader: &mut Reader<'_>) -> Result<Choice, InvalidRecord> {
    let bytes = reader.left();
    if bytes.first() == Some(&NOTHING) {
        reader.byte()?;
        return Ok(Choice::Nothing);
    }
    let choice = reader.value::<ChoiceV1<'_>>()?.into_choice()?;
    let mut again = Vec::new();
    write_choice(&choice, &mut Writer::new(&mut again))?;
    if bytes.get(..bytes.len() - reader.left().len()) == Some(&again) {
        Ok(choice)
    } else {
        Err(InvalidRecord::because("what was chosen is not written as it would be"))
    }
}

#[derive(Encode, BorrowDecode)]
enum ChoiceV1<'a> {
    Nothing,
    Bills(Vec<(u32, u64)>),
    RateMillionths(u32),
    FeeCents(i64),
    Reversal { entry: u64, restored: Vec<(&'a str, OpenItemV1<'a>)> },
    EurosSinceDays(i32),
}

#[derive(Encode, BorrowDecode)]
enum OpenItemV1<'a> {
    Slip { bureau: &'a str, opened_on_days: i32, euros_since_days: i32 },
    Payable { opened_on_days: i32, reconversion: Option<ReconversionV1> },
}

#[derive(Encode, BorrowDecode)]
struct ReconversionV1 {
    rate_millionths: u32,
    paid_cents: i64,
    fee_taken_cents: i64,
}

impl<'a> ChoiceV1<'a> {
    fn of(choice: &'a Choice) -> Self {
        match choice {
            Choice::Nothing => Self::Nothing,
            Choice::Bills(bills) => Self::Bills(bills.counts().into_vec()),
            Choice::Rate(rate) => Self::RateMillionths(rate.millionths()),
            Choice::Fee(fee) => Self::FeeCents(fee.cents()),
            Choice::EurosSince(date) => Self::EurosSinceDays(date.days_since_epoch()),
            Choice::Reversal { entry, restored } => Self::Reversal {
                entry: entry.number(),
                restored: restored.iter().map(|(name, item)| (name.as_str(), OpenItemV1::of(item))).collect(),
            },
        }
    }

    fn into_choice(self) -> Result<Choice, InvalidRecord> {
        Ok(match self {
            Self::Nothing => Choice::Nothing,
            Self::Bills(counts) => Choice::Bills(bills(&counts)?),
            Self::RateMillionths(millionths) => Choice::Rate(rate(millionths)?),
            Self::FeeCents(cents) => Choice::Fee(euros(cents)?),
            Self::EurosSinceDays(days) => Choice::EurosSince(day(days.into())?),
            Self::Reversal { entry, restored } => {
                let restored =
                    restored.into_iter().map(|(name, item)| Ok((identifier(name)?, item.into_item()?)));
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
                bureau: slip.bureau.as_str(),
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
                bureau: bureau_id(bureau)?,
                opened_on: day(opened_on_days.into())?,
                euros_since: day(euros_since_days.into())?,
            }),
            Self::Payable { opened_on_days, reconversion } => {
                let reconversion = reconversion.map(ReconversionV1::into_reconversion).transpose()?;
                OpenItem::Payable(Payable { opened_on: day(opened_on_days.into())?, reconversion })
            }
        })
    }
}

impl ReconversionV1 {
    fn into_reconversion(self) -> Result<Reconversion, InvalidRecord> {
        Ok(Reconversion {
            rate: rate(self.rate_millionths)?,
            paid: euros(self.paid_cents)?,
            fee_taken: euros(self.fee_taken_cents)?,
        })
    }
}

fn euros(cents: i64) -> Result<Euros, InvalidRecord> {
    let bounded = (-FIGURE_MAX_CENTS..=FIGURE_MAX_CENTS).contains(&cents);
    if bounded {
        Ok(Euros::from_cents(cents))
    } else {
        Err(InvalidRecord::because(&format_args!("{cents} cents")))
    }
}

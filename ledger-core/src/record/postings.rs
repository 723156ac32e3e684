//! Postings in a record: accounts by number, identifiers whole, euros in cents, bills by count alone.

use bincode::error::EncodeError;

use super::fields::{read_counts, write_counts};
use super::reader::Reader;
use super::writer::Writer;
use super::{InvalidRecord, bureau_id, identifier};
use crate::account::{BillAccount, EuroAccount};
use crate::bills::Bills;
use crate::entry::Posting;
use crate::limits::FIGURE_MAX_CENTS;
use crate::money::Euros;

// The kinds of postings.
const BILLS: u32 = 0;
const EUROS: u32 = 1;

// The kinds of accounts in Ä.
const PRINTED: u32 = 0;
const VAULT: u32 = 1;
const STOCK: u32 = 2;
const FLOAT: u32 = 3;
const PUBLIC: u32 = 4;

// The kinds of accounts in €.
const DEPOSIT: u32 = 0;
const TILL: u32 = 1;
const TRANSIT: u32 = 2;
const RECEIVABLE: u32 = 3;
const PAYABLE: u32 = 4;
const OBLIGATION: u32 = 5;
const OWN_BANK: u32 = 6;
const OWN_OPERATING: u32 = 7;
const OWN_FEES: u32 = 8;
const OWN_INTEREST: u32 = 9;
const OWN_GAINS: u32 = 10;
const OWN_CHARGES: u32 = 11;
const OWN_LOSSES: u32 = 12;

pub(super) fn write_posting(posting: &Posting, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
    match posting {
        Posting::Bills { debit, credit, bills } => {
            writer.number(BILLS)?;
            write_bill_account(debit, writer)?;
            write_bill_account(credit, writer)?;
            write_counts(&bills.counts(), writer)
        }
        Posting::Euros { debit, credit, amount } => {
            writer.number(EUROS)?;
            write_euro_account(debit, writer)?;
            write_euro_account(credit, writer)?;
            writer.number(amount.cents().unsigned_abs())
        }
    }
}

pub(super) fn read_posting(reader: &mut Reader<'_>) -> Result<Posting, InvalidRecord> {
    Ok(match reader.number::<u32>()? {
        BILLS => Posting::Bills {
            debit: read_bill_account(reader)?,
            credit: read_bill_account(reader)?,
            bills: bills(&read_counts(reader)?)?,
        },
        EUROS => Posting::Euros {
            debit: read_euro_account(reader)?,
            credit: read_euro_account(reader)?,
            amount: Euros::from_cents(posted_cents(reader.number()?)?),
        },
        kind => return Err(InvalidRecord::because(&format_args!("no posting has the kind {kind}"))),
    })
}

/// An account with a name in it.
fn named(kind: u32, name: &str, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
    writer.number(kind)?;
    writer.text(name)
}

fn write_bill_account(account: &BillAccount, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
    match account {
        BillAccount::Printed => writer.number(PRINTED),
        BillAccount::Vault => writer.number(VAULT),
        BillAccount::Stock(bureau) => named(STOCK, bureau.as_str(), writer),
        BillAccount::Float(bureau) => named(FLOAT, bureau.as_str(), writer),
        BillAccount::Public => writer.number(PUBLIC),
    }
}

fn read_bill_account(reader: &mut Reader<'_>) -> Result<BillAccount, InvalidRecord> {
    Ok(match reader.number::<u32>()? {
        PRINTED => BillAccount::Printed,
        VAULT => BillAccount::Vault,
        STOCK => BillAccount::Stock(bureau_id(reader.text()?)?),
        FLOAT => BillAccount::Float(bureau_id(reader.text()?)?),
        PUBLIC => BillAccount::Public,
        kind => return Err(InvalidRecord::because(&format_args!("no account in Ä has the kind {kind}"))),
    })
}

fn write_euro_account(account: &EuroAccount, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
    match account {
        EuroAccount::Deposit => writer.number(DEPOSIT),
        EuroAccount::Till(bureau) => named(TILL, bureau.as_str(), writer),
        EuroAccount::Transit(slip) => named(TRANSIT, slip.as_str(), writer),
        EuroAccount::Receivable(bureau) => named(RECEIVABLE, bureau.as_str(), writer),
        EuroAccount::Payable(payable) => named(PAYABLE, payable.as_str(), writer),
        EuroAccount::Obligation => writer.number(OBLIGATION),
        EuroAccount::OwnBank => writer.number(OWN_BANK),
        EuroAccount::OwnOperating => writer.number(OWN_OPERATING),
        EuroAccount::OwnFees => writer.number(OWN_FEES),
        EuroAccount::OwnInterest => writer.number(OWN_INTEREST),
        EuroAccount::OwnGains => writer.number(OWN_GAINS),
        EuroAccount::OwnCharges => writer.number(OWN_CHARGES),
        EuroAccount::OwnLosses => writer.number(OWN_LOSSES),
    }
}

fn read_euro_account(reader: &mut Reader<'_>) -> Result<EuroAccount, InvalidRecord> {
    Ok(match reader.number::<u32>()? {
        DEPOSIT => EuroAccount::Deposit,
        TILL => EuroAccount::Till(bureau_id(reader.text()?)?),
        TRANSIT => EuroAccount::Transit(identifier(reader.text()?)?),
        RECEIVABLE => EuroAccount::Receivable(bureau_id(reader.text()?)?),
        PAYABLE => EuroAccount::Payable(identifier(reader.text()?)?),
        OBLIGATION => EuroAccount::Obligation,
        OWN_BANK => EuroAccount::OwnBank,
        OWN_OPERATING => EuroAccount::OwnOperating,
        OWN_FEES => EuroAccount::OwnFees,
        OWN_INTEREST => EuroAccount::OwnInterest,
        OWN_GAINS => EuroAccount::OwnGains,
        OWN_CHARGES => EuroAccount::OwnCharges,
        OWN_LOSSES => EuroAccount::OwnLosses,
        kind => return Err(InvalidRecord::because(&format_args!("no account in € has the kind {kind}"))),
    })
}

pub(super) fn bills(counts: &[(u32, u64)]) -> Result<Bills, InvalidRecord> {
    let bills = Bills::listed(counts, i64::MAX).ok_or_else(|| {
        InvalidRecord::because(&format_args!("bills {counts:?}; each counts, the largest denomination first"))
    })?;
    if bills.value().cents() > FIGURE_MAX_CENTS {
        return Err(InvalidRecord::because(&format_args!("bills worth {} Ä", bills.value())));
    }
    Ok(bills)
}

fn posted_cents(cents: u64) -> Result<i64, InvalidRecord> {
    let bounded = i64::try_from(cents).ok().filter(|&cents| cents <= FIGURE_MAX_CENTS);
    bounded.ok_or_else(|| InvalidRecord::because(&format_args!("a posting of {cents} cents")))
}

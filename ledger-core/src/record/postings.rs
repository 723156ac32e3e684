//! Postings in a record: accounts by number, identifiers whole, euros in cents, bills by count alone.

use bincode::{BorrowDecode, Encode};

use super::fields::CountsV1;
use super::{InvalidRecord, bureau_id, identifier};
use crate::account::{BillAccount, EuroAccount};
use crate::bills::{Bills, Denomination};
use crate::entry::Posting;
use crate::money::{BALANCE_MAX_CENTS, Euros};

#[derive(Encode, BorrowDecode)]
pub(super) enum PostingV1<'a> {
    Bills { debit: BillAccountV1<'a>, credit: BillAccountV1<'a>, bills: CountsV1 },
    Euros { debit: EuroAccountV1<'a>, credit: EuroAccountV1<'a>, cents: u64 },
}

#[derive(Encode, BorrowDecode)]
pub(super) enum BillAccountV1<'a> {
    Printed,
    Vault,
    Stock(&'a str),
    Float(&'a str),
    Public,
}

#[derive(Encode, BorrowDecode)]
pub(super) enum EuroAccountV1<'a> {
    Deposit,
    Till(&'a str),
    Transit(&'a str),
    Receivable(&'a str),
    Payable(&'a str),
    Obligation,
    OwnBank,
    OwnOperating,
    OwnFees,
    OwnInterest,
    OwnGains,
    OwnCharges,
    OwnLosses,
}

impl<'a> PostingV1<'a> {
    pub(super) fn of(posting: &'a Posting) -> Self {
        match posting {
            Posting::Bills { debit, credit, bills } => Self::Bills {
                debit: BillAccountV1::of(debit),
                credit: BillAccountV1::of(credit),
                bills: CountsV1(bills.counts()),
            },
            Posting::Euros { debit, credit, amount } => Self::Euros {
                debit: EuroAccountV1::of(debit),
                credit: EuroAccountV1::of(credit),
                cents: amount.cents().unsigned_abs(),
            },
        }
    }

    pub(super) fn into_posting(self) -> Result<Posting, InvalidRecord> {
        Ok(match self {
            Self::Bills { debit, credit, bills: CountsV1(counts) } => Posting::Bills {
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
    pub(super) fn of(account: &'a BillAccount) -> Self {
        match account {
            BillAccount::Printed => Self::Printed,
            BillAccount::Vault => Self::Vault,
            BillAccount::Stock(bureau) => Self::Stock(bureau.as_str()),
            BillAccount::Float(bureau) => Self::Float(bureau.as_str()),
            BillAccount::Public => Self::Public,
        }
    }

    pub(super) fn into_account(self) -> Result<BillAccount, InvalidRecord> {
        Ok(match self {
            Self::Printed => BillAccount::Printed,
            Self::Vault => BillAccount::Vault,
            Self::Stock(bureau) => BillAccount::Stock(bureau_id(bureau)?),
            Self::Float(bureau) => BillAccount::Float(bureau_id(bureau)?),
            Self::Public => BillAccount::Public,
        })
    }
}

impl<'a> EuroAccountV1<'a> {
    pub(super) fn of(account: &'a EuroAccount) -> Self {
        match account {
            EuroAccount::Deposit => Self::Deposit,
            EuroAccount::Till(bureau) => Self::Till(bureau.as_str()),
            EuroAccount::Transit(slip) => Self::Transit(slip.as_str()),
            EuroAccount::Receivable(bureau) => Self::Receivable(bureau.as_str()),
            EuroAccount::Payable(payable) => Self::Payable(payable.as_str()),
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

    pub(super) fn into_account(self) -> Result<EuroAccount, InvalidRecord> {
        Ok(match self {
            Self::Deposit => EuroAccount::Deposit,
            Self::Till(bureau) => EuroAccount::Till(bureau_id(bureau)?),
            Self::Transit(slip) => EuroAccount::Transit(identifier(slip)?),
            Self::Receivable(bureau) => EuroAccount::Receivable(bureau_id(bureau)?),
            Self::Payable(payable) => EuroAccount::Payable(identifier(payable)?),
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

pub(super) fn bills(counts: &[(u32, u64)]) -> Result<Bills, InvalidRecord> {
    let counted = |&(face, count): &(u32, u64)| {
        let denomination = Denomination::new(face);
        let count = i64::try_from(count).ok().filter(|&count| count > 0);
        denomination
            .zip(count)
            .ok_or_else(|| InvalidRecord::because(&format_args!("{count:?} bills of {face} Ä")))
    };
    let bills: Bills = counts.iter().map(counted).collect::<Result<_, _>>()?;
    if bills.value().cents() > BALANCE_MAX_CENTS {
        return Err(InvalidRecord::because(&format_args!("bills worth {} Ä", bills.value())));
    }
    if bills.iter().len() == counts.len() {
        Ok(bills)
    } else {
        Err(InvalidRecord::because("a denomination twice"))
    }
}

fn posted_cents(cents: u64) -> Result<i64, InvalidRecord> {
    let bounded = i64::try_from(cents).ok().filter(|&cents| cents <= BALANCE_MAX_CENTS);
    bounded.ok_or_else(|| InvalidRecord::because(&format_args!("a posting of {cents} cents")))
}

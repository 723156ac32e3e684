//! The accounts: a closed set, in two units. Bills lie in a [`BillAccount`], euros in a [`EuroAccount`].

use std::fmt;
use std::str::FromStr;

use crate::as_text::as_text;
use crate::id::{BureauId, Reference};

/// An account in Ä: it also holds a count for each denomination.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BillAccount {
    /// `bills:printed`: all bills printed and not destroyed; the contra of the others.
    Printed,
    /// `bills:vault`: held by the association.
    Vault,
    /// `bills:bureau:<id>`: consigned to a bureau.
    Stock(BureauId),
    /// `circulation:bureau:<id>`: bought by a prefunded bureau, in circulation.
    Float(BureauId),
    /// `circulation:public`: in the public's hands.
    Public,
}

/// An account in €.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EuroAccount {
    /// `fund:deposit`: the fund's principal at the solidarity bank.
    Deposit,
    /// `fund:till:<bureau>`: swap euros in a bureau's till.
    Till(BureauId),
    /// `fund:transit:<slip>`: handed to the bank or paid by card or transfer, not yet on its statement.
    Transit(Reference),
    /// `fund:receivable:<bureau>`: missing, owed to the fund; `office` for the association.
    Receivable(BureauId),
    /// `fund:payable:<ref>`: owed to somebody.
    Payable(Reference),
    /// `obligation`: what holders can claim, always equal to circulation.
    Obligation,
    /// `own:bank`: the association's own money at the same bank; negative means it owes the fund.
    OwnBank,
    /// `own:operating`: the association's other bank account.
    OwnOperating,
    /// `own:fees`: reconversion fees.
    OwnFees,
    /// `own:interest`: interest of the fund.
    OwnInterest,
    /// `own:gains`: payables that nobody claimed.
    OwnGains,
    /// `own:charges`: bank and card charges.
    OwnCharges,
    /// `own:losses`: receivables written off.
    OwnLosses,
}

/// Any account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// In Ä.
    Bills(BillAccount),
    /// In €.
    Euros(EuroAccount),
}

/// The side on which an account normally stands; a balance is counted positive on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Debit: what is held.
    Debit,
    /// Credit: what is owed, or where things came from.
    Credit,
}

impl BillAccount {
    /// The side on which the balance is positive.
    pub fn normal_side(&self) -> Side {
        if matches!(self, Self::Printed) { Side::Credit } else { Side::Debit }
    }

    /// Whether bills there are in circulation.
    pub fn circulates(&self) -> bool {
        matches!(self, Self::Float(_) | Self::Public)
    }
}

impl EuroAccount {
    /// The side on which the balance is positive.
    pub fn normal_side(&self) -> Side {
        match self {
            Self::Payable(_) | Self::Obligation | Self::OwnFees | Self::OwnInterest | Self::OwnGains => {
                Side::Credit
            }
            Self::Deposit
            | Self::Till(_)
            | Self::Transit(_)
            | Self::Receivable(_)
            | Self::OwnBank
            | Self::OwnOperating
            | Self::OwnCharges
            | Self::OwnLosses => Side::Debit,
        }
    }
}

impl Account {
    /// The side on which the balance is positive.
    pub fn normal_side(&self) -> Side {
        match self {
            Self::Bills(account) => account.normal_side(),
            Self::Euros(account) => account.normal_side(),
        }
    }

    /// The bureau that the account's name holds, if it does.
    pub fn bureau(&self) -> Option<&BureauId> {
        match self {
            Self::Bills(BillAccount::Stock(bureau) | BillAccount::Float(bureau))
            | Self::Euros(EuroAccount::Till(bureau) | EuroAccount::Receivable(bureau)) => Some(bureau),
            _ => None,
        }
    }
}

impl From<BillAccount> for Account {
    fn from(account: BillAccount) -> Self {
        Self::Bills(account)
    }
}

impl From<EuroAccount> for Account {
    fn from(account: EuroAccount) -> Self {
        Self::Euros(account)
    }
}

impl BillAccount {
    /// The name: what is fixed of it, and the id behind.
    fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Printed => ("bills:printed", ""),
            Self::Vault => ("bills:vault", ""),
            Self::Stock(bureau) => ("bills:bureau:", bureau.as_str()),
            Self::Float(bureau) => ("circulation:bureau:", bureau.as_str()),
            Self::Public => ("circulation:public", ""),
        }
    }
}

impl EuroAccount {
    /// The name: what is fixed of it, and the id behind.
    fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Deposit => ("fund:deposit", ""),
            Self::Till(bureau) => ("fund:till:", bureau.as_str()),
            Self::Transit(slip) => ("fund:transit:", slip.as_str()),
            Self::Receivable(bureau) => ("fund:receivable:", bureau.as_str()),
            Self::Payable(reference) => ("fund:payable:", reference.as_str()),
            Self::Obligation => ("obligation", ""),
            Self::OwnBank => ("own:bank", ""),
            Self::OwnOperating => ("own:operating", ""),
            Self::OwnFees => ("own:fees", ""),
            Self::OwnInterest => ("own:interest", ""),
            Self::OwnGains => ("own:gains", ""),
            Self::OwnCharges => ("own:charges", ""),
            Self::OwnLosses => ("own:losses", ""),
        }
    }
}

impl Account {
    /// The name: what is fixed of it, and the id behind.
    pub(crate) fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Bills(account) => account.parts(),
            Self::Euros(account) => account.parts(),
        }
    }
}

macro_rules! shown_by_parts {
    ($($Type:ty),*) => {$(
        impl fmt::Display for $Type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let (fixed, id) = self.parts();
                f.write_str(fixed)?;
                f.write_str(id)
            }
        }
    )*};
}

shown_by_parts!(BillAccount, EuroAccount, Account);

/// A text that names no account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such account; they are listed in docs/accounting.md")]
pub struct InvalidAccount;

impl FromStr for Account {
    type Err = InvalidAccount;

    fn from_str(text: &str) -> Result<Self, InvalidAccount> {
        fn id<T: FromStr>(text: &str) -> Result<T, InvalidAccount> {
            text.parse().map_err(|_| InvalidAccount)
        }
        let fixed = match text {
            "bills:printed" => Some(BillAccount::Printed.into()),
            "bills:vault" => Some(BillAccount::Vault.into()),
            "circulation:public" => Some(BillAccount::Public.into()),
            "fund:deposit" => Some(EuroAccount::Deposit.into()),
            "obligation" => Some(EuroAccount::Obligation.into()),
            "own:bank" => Some(EuroAccount::OwnBank.into()),
            "own:operating" => Some(EuroAccount::OwnOperating.into()),
            "own:fees" => Some(EuroAccount::OwnFees.into()),
            "own:interest" => Some(EuroAccount::OwnInterest.into()),
            "own:gains" => Some(EuroAccount::OwnGains.into()),
            "own:charges" => Some(EuroAccount::OwnCharges.into()),
            "own:losses" => Some(EuroAccount::OwnLosses.into()),
            _ => None,
        };
        if let Some(account) = fixed {
            return Ok(account);
        }
        let (family, name) = text.rsplit_once(':').ok_or(InvalidAccount)?;
        Ok(match family {
            "bills:bureau" => BillAccount::Stock(id(name)?).into(),
            "circulation:bureau" => BillAccount::Float(id(name)?).into(),
            "fund:till" => EuroAccount::Till(id(name)?).into(),
            "fund:transit" => EuroAccount::Transit(id(name)?).into(),
            "fund:receivable" => EuroAccount::Receivable(id(name)?).into(),
            "fund:payable" => EuroAccount::Payable(id(name)?).into(),
            _ => return Err(InvalidAccount),
        })
    }
}

impl FromStr for BillAccount {
    type Err = InvalidAccount;

    fn from_str(text: &str) -> Result<Self, InvalidAccount> {
        if let Account::Bills(account) = text.parse()? { Ok(account) } else { Err(InvalidAccount) }
    }
}

impl FromStr for EuroAccount {
    type Err = InvalidAccount;

    fn from_str(text: &str) -> Result<Self, InvalidAccount> {
        if let Account::Euros(account) = text.parse()? { Ok(account) } else { Err(InvalidAccount) }
    }
}

as_text!(BillAccount);
as_text!(EuroAccount);
as_text!(Account);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back() {
        for name in [
            "bills:printed",
            "bills:vault",
            "bills:bureau:florac",
            "circulation:bureau:meyrueis",
            "circulation:public",
            "fund:deposit",
            "fund:till:florac",
            "fund:transit:BORD-1",
            "fund:receivable:office",
            "fund:payable:rec-1",
            "obligation",
            "own:bank",
            "own:operating",
            "own:fees",
            "own:interest",
            "own:gains",
            "own:charges",
            "own:losses",
        ] {
            assert_eq!(name.parse::<Account>().map(|account| account.to_string()).as_deref(), Ok(name));
        }
        for name in ["", "fund", "fund:till:", "fund:till:a b", "own:cash", "bills:bureau"] {
            assert_eq!(name.parse::<Account>(), Err(InvalidAccount), "{name}");
        }
    }
}

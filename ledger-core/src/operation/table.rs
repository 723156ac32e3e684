//! The table of operations: each one's name, its number in the journal, and its fields in order.
//!
//! Everything that depends on the list of fields is made from this table: reading and writing JSON, the record in the
//! journal, and which field differs when a reference is used twice.

use std::convert::Infallible;

use crate::account::Account;
use crate::bills::Bills;
use crate::date::Date;
use crate::field::{
    Denominations, EntryName, Field, FileHash, Fund, MemberKind, Name, Paid, ReadField, Serials, Slips, Terms,
};
use crate::id::{BureauId, MemberId, Reference};
use crate::money::{Euros, Rate};
use crate::rejection::Rejection;
use crate::text::Text;

/// Where the fields of an operation are read from: a line of JSON, or a record of the journal.
pub trait FieldSource {
    /// What is wrong with what is there; with a field it is a rejection.
    type Error: From<Rejection>;

    /// Takes the field of this name, if it is there.
    fn take<T: ReadField>(&mut self, name: Name) -> Result<Option<T>, Self::Error>;

    /// Takes a field that must be there.
    fn need<T: ReadField>(&mut self, name: Name) -> Result<T, Self::Error> {
        self.take(name)?.ok_or_else(|| Rejection::MissingField { field: name.as_str().into() }.into())
    }
}

/// Where the fields of an operation are put: a line of JSON, a record of the journal, a list.
pub trait FieldSink<'a> {
    /// Why a field cannot be put.
    type Error;

    /// Puts a field behind those before.
    fn put<F: Field>(&mut self, name: Name, field: &'a F) -> Result<(), Self::Error>;
}

/// The name of a field as it stands in JSON (`in` is a word of the language and written `r#in` in a struct).
const fn plain(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

macro_rules! field_type {
    (req $Type:ty) => { $Type };
    (opt $Type:ty) => { Option<$Type> };
}

macro_rules! is_required {
    (req) => {
        true
    };
    (opt) => {
        false
    };
}

macro_rules! put_field {
    (req $act:ident $field:ident $sink:ident) => {
        $sink.put(const { Name::of(plain(stringify!($field))) }, &$act.$field)?
    };
    (opt $act:ident $field:ident $sink:ident) => {
        if let Some(value) = &$act.$field {
            $sink.put(const { Name::of(plain(stringify!($field))) }, value)?;
        }
    };
}

macro_rules! take_field {
    (req $source:ident $field:ident) => {
        $source.need(const { Name::of(plain(stringify!($field))) })?
    };
    (opt $source:ident $field:ident) => {
        $source.take(const { Name::of(plain(stringify!($field))) })?
    };
}

macro_rules! operations {
    ($($(#[$doc:meta])* $code:literal $Name:ident $name:literal { $($(#[$field_doc:meta])* $need:ident $field:ident: $Type:ty,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Eq)]
            pub struct $Name {
                $($(#[$field_doc])* pub $field: field_type!($need $Type),)*
            }

            impl From<$Name> for Act {
                fn from(act: $Name) -> Self {
                    Self::$Name(act)
                }
            }
        )*

        /// What was done: one variant for each operation.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Act {
            $($(#[$doc])* $Name($Name),)*
        }

        impl Act {
            /// The names of all operations, in the order of their numbers.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// The operation's name: the field `op`.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$Name(_) => $name,)* }
            }

            /// The operation's number in the journal.
            pub fn code(&self) -> u8 {
                match self { $(Self::$Name(_) => $code,)* }
            }

            /// The number of the operation of this name.
            pub fn code_of_name(name: &str) -> Option<u8> {
                match name { $($name => Some($code),)* _ => None }
            }

            /// Puts the act's own fields that are present, in the order of the table.
            pub fn put_fields<'a, S: FieldSink<'a>>(&'a self, sink: &mut S) -> Result<(), S::Error> {
                match self {
                    $(Self::$Name(act) => { $(put_field!($need act $field sink);)* let _ = act; })*
                }
                Ok(())
            }

            /// The fields of the act of this name, each with whether it is required; none when there is no such operation.
            pub fn schema(name: &str) -> Option<&'static [(&'static str, bool)]> {
                match name {
                    $($name => Some(const { &[$((plain(stringify!($field)), is_required!($need))),*] }),)*
                    _ => None,
                }
            }

            /// Reads the act of this number; none when there is no such operation.
            pub fn read<S: FieldSource>(code: u8, source: &mut S) -> Result<Option<Self>, S::Error> {
                Ok(match code {
                    $($code => Some(Self::$Name($Name { $($field: take_field!($need source $field),)* })),)*
                    _ => None,
                })
            }
        }
    };
}

operations! {
    /// The founding of the ledger: its first entry, once.
    1 Found "found" {
        /// The currency's name.
        req currency: Text,
        /// Its symbol.
        req symbol: Text,
        /// Its code in exports.
        req code: Text,
        /// The bills that exist.
        req denominations: Denominations,
        /// The association that issues them.
        req association: Text,
        /// The account of the guarantee fund.
        req fund: Fund,
        /// The fee kept on a reconversion.
        req reconversion_fee: Rate,
    }
    /// A bureau opens.
    2 OpenBureau "open_bureau" {
        /// Its identifier.
        req bureau: BureauId,
        /// Its name on the street.
        req name: Text,
        /// The local group that looks after it.
        req local_group: Text,
        /// Its terms; strict consignment when omitted.
        opt terms: Terms,
    }
    /// Something about a bureau changes.
    3 AmendBureau "amend_bureau" {
        /// Which bureau.
        req bureau: BureauId,
        /// Its new name.
        opt name: Text,
        /// Its new local group.
        opt local_group: Text,
        /// Its new terms.
        opt terms: Terms,
    }
    /// A bureau closes, empty.
    4 CloseBureau "close_bureau" {
        /// Which bureau.
        req bureau: BureauId,
    }
    /// A member joins.
    5 EnrolMember "enrol_member" {
        /// The member's number.
        req member: MemberId,
        /// Individual or accepter.
        req kind: MemberKind,
        /// The local group.
        req local_group: Text,
        /// The last day of membership (inclusive).
        req valid_until: Date,
    }
    /// Something about a member changes.
    6 AmendMember "amend_member" {
        /// Which member.
        req member: MemberId,
        /// The new kind.
        opt kind: MemberKind,
        /// The new local group.
        opt local_group: Text,
        /// The new last day.
        opt valid_until: Date,
    }
    /// A membership is renewed.
    7 RenewMember "renew_member" {
        /// Which member.
        req member: MemberId,
        /// The new last day (inclusive).
        req valid_until: Date,
    }
    /// The reconversion fee from this day on.
    8 SetFee "set_fee" {
        /// The new rate.
        req reconversion_fee: Rate,
    }
    /// Bills are printed and come to the vault.
    9 PrintBills "print_bills" {
        /// How many of each.
        req bills: Bills,
        /// The first serial of each run; opaque.
        opt serials: Serials,
    }
    /// Bills are destroyed, in the vault or at a bureau.
    10 DestroyBills "destroy_bills" {
        /// Which bills.
        req bills: Bills,
        /// The bureau where they were burnt.
        opt bureau: BureauId,
    }
    /// Bills go from the vault to a bureau: consigned, or bought by a prefunded one.
    11 Supply "supply" {
        /// Which bureau.
        req bureau: BureauId,
        /// Which bills.
        req bills: Bills,
    }
    /// Bills come back from a bureau to the vault.
    12 ReturnBills "return_bills" {
        /// Which bureau.
        req bureau: BureauId,
        /// Which bills.
        req bills: Bills,
    }
    /// Bills are issued from the vault for euros that are on the fund's account already.
    13 Issue "issue" {
        /// Which bills.
        req bills: Bills,
        /// To whom.
        opt member: MemberId,
    }
    /// Euros are swapped for bills at a bureau.
    14 Swap "swap" {
        /// Which bureau.
        req bureau: BureauId,
        /// The bills handed out, when the operator chose them.
        opt bills: Bills,
        /// The amount, when the ledger is to choose them.
        opt amount: Euros,
        /// How it was paid.
        req paid: Paid,
        /// To whom.
        opt member: MemberId,
    }
    /// Bills are exchanged for others of equal value.
    15 Exchange "exchange" {
        /// Bills handed in.
        req r#in: Bills,
        /// Bills given.
        req out: Bills,
        /// Where; the vault when omitted.
        opt bureau: BureauId,
    }
    /// A bureau's till is handed to the bank under a slip.
    16 Remit "remit" {
        /// Which bureau.
        req bureau: BureauId,
        /// How much.
        req amount: Euros,
        /// The new slip.
        req slip: Reference,
    }
    /// The bank credits slips.
    17 Deposit "deposit" {
        /// The one slip.
        opt slip: Reference,
        /// The several slips.
        opt slips: Slips,
        /// What the bank credited.
        req amount: Euros,
        /// What it counted less than the slips say.
        opt short: Euros,
        /// What it counted more.
        opt over: Euros,
        /// What it kept as a charge (card fees).
        opt charge: Euros,
    }
    /// An accepter turns bills back into euros, which the fund then owes.
    18 Reconvert "reconvert" {
        /// The accepter.
        req member: MemberId,
        /// The bills handed in.
        req bills: Bills,
        /// The bureau that took them; the association's office when omitted.
        opt bureau: BureauId,
        /// The accepter's invoice.
        req invoice: Text,
    }
    /// The fund pays what it owes.
    19 PayOut "pay_out" {
        /// The ref under which it is owed.
        req payable: Reference,
        /// How much of it; all when omitted.
        opt amount: Euros,
        /// The bureau whose till pays; the bank when omitted.
        opt from_till: BureauId,
    }
    /// What nobody claims becomes the association's.
    20 Release "release" {
        /// The ref under which it is owed.
        req payable: Reference,
        /// Why.
        req reason: Text,
    }
    /// A full count of the bills, and the till, at a bureau or in the vault.
    21 Count "count" {
        /// The bureau; the vault when omitted.
        opt bureau: BureauId,
        /// Every bill there.
        req bills: Bills,
        /// The euros in the till; not counted when omitted.
        opt till: Euros,
    }
    /// A bureau pays what is missing, under a slip.
    22 Cover "cover" {
        /// Which bureau, or `office`.
        req bureau: BureauId,
        /// How much.
        req amount: Euros,
        /// The new slip.
        req slip: Reference,
    }
    /// The association pays what is missing from its own money at the bank.
    23 WriteOff "write_off" {
        /// Which bureau, or `office`.
        req bureau: BureauId,
        /// How much.
        req amount: Euros,
    }
    /// One of the few corrections that no other operation makes.
    24 Reclassify "reclassify" {
        /// The account debited.
        req debit: Account,
        /// The account credited.
        req credit: Account,
        /// How much.
        req amount: Euros,
        /// Why.
        req reason: Text,
    }
    /// The bank paid interest.
    25 BankInterest "bank_interest" {
        /// How much.
        req amount: Euros,
    }
    /// The bank took a charge.
    26 BankCharge "bank_charge" {
        /// How much.
        req amount: Euros,
    }
    /// The association adds own money to the fund's bank account.
    27 TopUp "top_up" {
        /// How much.
        req amount: Euros,
    }
    /// The association takes own money from the fund's bank account.
    28 WithdrawSurplus "withdraw_surplus" {
        /// How much.
        req amount: Euros,
    }
    /// An entry is undone by its mirror.
    29 Reverse "reverse" {
        /// Which entry.
        req entry: EntryName,
        /// Why.
        req reason: Text,
    }
    /// The bank's statement agrees with the ledger through a day.
    30 AttestStatement "attest_statement" {
        /// The file's SHA-256.
        req statement: FileHash,
        /// The last day of the statement's period (inclusive).
        req through: Date,
        /// The balance that the statement shows.
        req closing_balance: Euros,
    }
    /// A period is closed: nothing dated in it is accepted any more.
    31 ClosePeriod "close_period" {
        /// The last day (inclusive).
        req through: Date,
        /// Why it was closed without an attested statement.
        opt forced_reason: Text,
    }
}

/// The fields of an act, to be shown or compared.
struct Listed<'a>(Vec<(&'static str, &'a dyn Field)>);

impl<'a> FieldSink<'a> for Listed<'a> {
    type Error = Infallible;
    fn put<F: Field>(&mut self, name: Name, field: &'a F) -> Result<(), Infallible> {
        self.0.push((name.as_str(), field));
        Ok(())
    }
}

impl Act {
    /// The act's own fields that are present, in the order of the table.
    pub fn fields(&self) -> Vec<(&'static str, &dyn Field)> {
        let mut listed = Listed(Vec::new());
        let Ok(()) = self.put_fields(&mut listed);
        listed.0
    }

    /// The bills that the act names, each with its field.
    pub fn bills(&self) -> impl Iterator<Item = (&'static str, &Bills)> {
        let (first, second) = match self {
            Self::PrintBills(act) => (Some(("bills", &act.bills)), None),
            Self::DestroyBills(act) => (Some(("bills", &act.bills)), None),
            Self::Supply(act) => (Some(("bills", &act.bills)), None),
            Self::ReturnBills(act) => (Some(("bills", &act.bills)), None),
            Self::Issue(act) => (Some(("bills", &act.bills)), None),
            Self::Swap(act) => (act.bills.as_ref().map(|bills| ("bills", bills)), None),
            Self::Exchange(act) => (Some(("in", &act.r#in)), Some(("out", &act.out))),
            Self::Reconvert(act) => (Some(("bills", &act.bills)), None),
            Self::Count(act) => (Some(("bills", &act.bills)), None),
            _ => (None, None),
        };
        first.into_iter().chain(second)
    }
}

impl Deposit {
    /// The slips, in the order given.
    pub fn all_slips(&self) -> &[Reference] {
        match (&self.slip, &self.slips) {
            (Some(slip), _) => std::slice::from_ref(slip),
            (None, Some(slips)) => slips.as_slice(),
            (None, None) => &[],
        }
    }
}

//! Rejections: why an operation was not recorded, as a value with a stable code and figures.
//!
//! The order of the variants is the order in which the checks are made: shape, reference, period, existence,
//! member, stock, ceiling, funds. A rejected operation records nothing.

use std::fmt;

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use crate::account::Account;
use crate::bills::Denomination;
use crate::date::Date;
use crate::field::EntryName;
use crate::id::{BureauId, MemberId, Reference};
use crate::limits::{CHOSEN_MAX, Total};
use crate::money::{Aigas, Euros};
use crate::sequence::Sequence;
use crate::text::grouped;

/// Why an operation was not recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, IntoStaticStr, VariantNames, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
#[rustfmt::skip]
#[expect(missing_docs, reason = "each message says what its figures are")]
pub enum Rejection {
    // Shape: what can be said without a ledger.
    #[error("not JSON: {reason} (column {column})")]
    MalformedJson { reason: String, column: usize },
    #[error("the field `{field}` is given twice")]
    DuplicateField { field: String },
    #[error("there is no operation `{operation}`")]
    UnknownOperation { operation: String },
    #[error("the field `{field}` is missing")]
    MissingField { field: String },
    #[error("`{operation}` has no field `{field}`")]
    UnknownField { field: String, operation: String },
    #[error("the field `{field}` should be {expected}, and is {got}")]
    InvalidValue { field: String, expected: String, got: String },
    #[error("the field `{field}` must be more than zero, and is {} €", .got.grouped())]
    NotPositive { field: &'static str, got: Euros },
    #[error("{}", too_large(field, *got, *most))]
    AmountTooLarge { field: &'static str, got: Euros, most: Euros },
    #[error("the field `{field}` holds no bill")]
    EmptyBills { field: &'static str },
    #[error("the fields `{field}` and `{other}` exclude each other")]
    ConflictingFields { field: &'static str, other: &'static str },
    #[error("the slip {slip} is named twice")]
    RepeatedSlip { slip: Reference },
    #[error("bills worth {} Ä were handed in and bills worth {} Ä given out; an exchange is of equal value", .taken.grouped(), .given.grouped())]
    UnequalExchange { taken: Aigas, given: Aigas },
    #[error("nothing changes: name at least one field to amend")]
    NothingToAmend,
    #[error("{debit} ← {credit} is no reclassification that the rules allow")]
    ReclassifyNotAllowed { debit: Account, credit: Account },
    #[error("`{name}` stands for the association itself and can be no bureau")]
    ReservedName { name: BureauId },
    #[error("the field `{field}` does not go with this operation")]
    UnexpectedField { field: &'static str },

    // The reference.
    #[error("the reference {reference} is entry {sequence}, which differs in `{field}`")]
    ReferenceConflict { reference: Reference, sequence: Sequence, field: &'static str },
    #[error("the name {name} was used in entry {sequence}; refs and slips are used once")]
    ReferenceInUse { name: Reference, sequence: Sequence },

    // The period.
    #[error("the ledger is empty: the first operation is `found`")]
    NotFounded,
    #[error("{on} lies in a closed period (closed through {closed_through})")]
    PeriodClosed { on: Date, closed_through: Date },

    // Existence.
    #[error("the ledger was founded already")]
    AlreadyFounded,
    #[error("there is no bill of {denomination} Ä")]
    UnknownDenomination { denomination: Denomination },
    #[error("there is a bureau {bureau} already")]
    BureauExists { bureau: BureauId },
    #[error("there is no bureau {bureau}")]
    UnknownBureau { bureau: BureauId },
    #[error("the bureau {bureau} is closed")]
    BureauClosed { bureau: BureauId },
    #[error("the bureau {bureau} has other terms; this takes {expected}")]
    WrongTerms { bureau: BureauId, expected: &'static str },
    #[error("there is a member {member} already")]
    MemberExists { member: MemberId },
    #[error("there is no member {member}")]
    UnknownMember { member: MemberId },
    #[error("there is no slip {slip}")]
    UnknownSlip { slip: Reference },
    #[error("the slip {slip} was deposited in entry {sequence}")]
    AlreadyDeposited { slip: Reference, sequence: Sequence },
    #[error("the slip {slip} was closed by entry {sequence}")]
    SlipClosed { slip: Reference, sequence: Sequence },
    #[error("nothing is owed under {payable}")]
    UnknownPayable { payable: Reference },
    #[error("what was owed under {payable} was settled by entry {sequence}")]
    PayableSettled { payable: Reference, sequence: Sequence },
    #[error("{payable} is a reconversion's: it is paid out to the accepter, and pays for nothing else")]
    CreditNotAllowed { payable: Reference },
    #[error("{payable} is what a count found over; it is not paid out, for individuals are not reimbursed")]
    CountNotPaidOut { payable: Reference },
    #[error("{payable} is an accepter's, who may claim it for five years; it can be released from {from} on, not on {on}")]
    ReleasedTooEarly { payable: Reference, on: Date, from: Date },
    #[error("there is no entry {entry}")]
    UnknownEntry { entry: EntryName },
    #[error("entry {entry} is a reversal; record the operation anew instead")]
    ReversalOfReversal { entry: EntryName },
    #[error("entry {entry} moved nothing, so there is nothing to reverse")]
    NothingToReverse { entry: EntryName },
    #[error("entry {entry} is not the closing that was recorded last; that is entry {last}")]
    NotTheLastClosing { entry: EntryName, last: Sequence },
    #[error("entry {entry} was reversed by entry {by}")]
    AlreadyReversed { entry: EntryName, by: Sequence },
    #[error("the slips are of the bureaux {first} and {other}; with euros short or over they must be of one")]
    SlipsOfSeveralBureaux { first: BureauId, other: BureauId },
    #[error("the slip {slip} is of the bureau {expected}, not of {bureau}")]
    WrongBureau { slip: Reference, bureau: BureauId, expected: BureauId },
    #[error("the slips make {} €; amount + short + charge − over make {} €", .expected.grouped(), .actual.grouped())]
    AmountMismatch { expected: Euros, actual: Euros },
    #[error("a charge of {} € is more than half of the slips; at most {} € can be one", .charge.grouped(), .most.grouped())]
    ChargeTooLarge { charge: Euros, most: Euros },
    #[error("{} € over is more than ten times the slips; at most {} € can be over", .over.grouped(), .most.grouped())]
    OverTooLarge { over: Euros, most: Euros },
    #[error("the ledger is closed through {closed_through} already; a period ends later, not on {through}")]
    PeriodNotIncreasing { through: Date, closed_through: Date },
    #[error("dated {on}, before what it rests on: the {what}, which is of {since}")]
    DatedBefore { on: Date, what: Basis, since: Date },
    #[error("the line of the bank is of {date} and {} €; this moves {} € on {on}", .amount.grouped(), .moved.grouped())]
    BankLineMismatch { date: Date, amount: Euros, on: Date, moved: Euros },
    #[error("the line of the bank is that of entry {sequence} already")]
    BankLineInUse { sequence: Sequence },

    #[error("{through} is not over: it is recorded on {recorded_on} (UTC), and a period that is closed or attested must be past")]
    PeriodNotOver { through: Date, recorded_on: Date },

    // The member.
    #[error("the member {member} is no accepter; individuals are not reimbursed")]
    NotAnAccepter { member: MemberId },
    #[error("the membership of {member} ended on {valid_until}, before {on}")]
    MembershipExpired { member: MemberId, valid_until: Date, on: Date },

    #[error("the membership of {member} began on {since} and cannot end before it, on {valid_until}")]
    MembershipEndsBefore { member: MemberId, valid_until: Date, since: Date },
    #[error("the membership of {member} runs until {current} already; a renewal ends no earlier, and not on {valid_until}")]
    RenewalShortens { member: MemberId, valid_until: Date, current: Date },

    // The stock of bills.
    #[error("{} holds {} bills of {denomination} Ä; {} are asked for", holder(bureau.as_ref()), grouped(*held), grouped(*asked))]
    InsufficientStock { bureau: Option<BureauId>, denomination: Denomination, held: i64, asked: i64 },
    #[error("{}", no_exact_bills(bureau, *amount, *held))]
    NoExactBills { bureau: BureauId, amount: Aigas, held: Aigas },
    #[error("the public holds {} bills of {denomination} Ä; {} cannot come from it", grouped(*held), grouped(*asked))]
    InsufficientCirculation { denomination: Denomination, held: i64, asked: i64 },
    #[error("the bureau {bureau} has bought a float of {} Ä; a count of {} Ä would add bills of the public's", .held.grouped(), .counted.grouped())]
    FloatExceeded { bureau: BureauId, held: Aigas, counted: Aigas },
    #[error("{account} of the bureau {bureau} is {}; it must be empty", amount_in(account, *balance))]
    BureauNotEmpty { bureau: BureauId, account: Account, balance: Euros },

    // The ceiling.
    #[error("the till of {bureau} would hold {} €; its terms allow {} €", .till.grouped(), .ceiling.grouped())]
    TillCeilingExceeded { bureau: BureauId, ceiling: Euros, till: Euros },

    // Funds.
    #[error("the till of {bureau} holds {} €; {} € are asked for", .held.grouped(), .asked.grouped())]
    InsufficientTill { bureau: BureauId, held: Euros, asked: Euros },
    #[error("the slip {slip} holds {} €; {} € are asked for", .held.grouped(), .asked.grouped())]
    TransitExceeded { slip: Reference, held: Euros, asked: Euros },
    #[error("{bureau} owes the fund {} €, not {} €", .held.grouped(), .asked.grouped())]
    ReceivableExceeded { bureau: BureauId, held: Euros, asked: Euros },
    #[error("under {payable} the fund owes {} €, not {} €", .held.grouped(), .asked.grouped())]
    PayableExceeded { payable: Reference, held: Euros, asked: Euros },
    #[error("the association's own money at the bank is {} €; {} € are asked for", .held.grouped(), .asked.grouped())]
    OwnFundsInsufficient { held: Euros, asked: Euros },
    #[error("the bank account holds {} €; {} € are asked for", .held.grouped(), .asked.grouped())]
    BankInsufficient { held: Euros, asked: Euros },
    #[error("{account} would hold {}; an account holds at most {}", amount_in(account, *balance), amount_in(account, *most))]
    BalanceTooLarge { account: Account, balance: Euros, most: Euros },
    #[error("{total} would come to {} {}; a ledger holds at most {} {}", .amount.grouped(), total.unit(), .most.grouped(), total.unit())]
    TotalTooLarge { total: Total, amount: Euros, most: Euros },
}

const BILL_FIELDS: [&str; 3] = ["bills", "in", "out"];

/// On what an operation rests: nothing is dated before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The founding of the ledger.
    Founding,
    /// A bureau: its opening, or its change between consignment and prefunding.
    Bureau(BureauId),
    /// The enrolment of a member.
    Member(MemberId),
    /// A slip: what opened it, or gave it euros back.
    Slip(Reference),
    /// A payable: what made it, or gave it euros back.
    Payable(Reference),
    /// The entry that a reversal undoes.
    Entry(EntryName),
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Founding => f.write_str("founding"),
            Self::Bureau(bureau) => write!(f, "bureau {bureau}"),
            Self::Member(member) => write!(f, "member {member}"),
            Self::Slip(slip) => write!(f, "slip {slip}"),
            Self::Payable(payable) => write!(f, "payable {payable}"),
            Self::Entry(entry) => write!(f, "entry {entry}"),
        }
    }
}

impl Serialize for Basis {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An amount with the unit of its account.
fn amount_in(account: &Account, amount: Euros) -> String {
    let unit = match account {
        Account::Bills(_) => "Ä",
        Account::Euros(_) => "€",
    };
    format!("{} {unit}", amount.grouped())
}

/// Too many bills are asked for, or those that are there do not add up.
fn no_exact_bills(bureau: &BureauId, amount: Aigas, held: Aigas) -> String {
    let (asked, there) = (amount.grouped(), held.grouped());
    if held < amount {
        format!("the bureau {bureau} holds bills worth {there} Ä; {asked} Ä are asked for")
    } else {
        format!(
            "the bureau {bureau} holds bills worth {there} Ä, and no choice of them makes {asked} Ä exactly"
        )
    }
}

/// An amount beyond what one operation carries; for a swap, beyond that for which the ledger chooses the bills.
fn too_large(field: &str, got: Euros, most: Euros) -> String {
    let unit = if BILL_FIELDS.contains(&field) { "Ä" } else { "€" };
    let (got, bound) = (got.grouped(), most.grouped());
    if most == CHOSEN_MAX {
        return format!(
            "the field `{field}` is {got} {unit}; the ledger chooses the bills up to {bound} {unit}, and those of a larger swap are named in `bills`"
        );
    }
    format!("the field `{field}` is {got} {unit}, and no operation may carry more than {bound} {unit}")
}

fn holder(bureau: Option<&BureauId>) -> String {
    bureau.map_or_else(|| "the vault".to_owned(), |bureau| format!("the bureau {bureau}"))
}

impl Rejection {
    /// The fields that are bills, of which an amount is in Ä.
    pub const BILL_FIELDS: [&'static str; 3] = BILL_FIELDS;

    /// The code of every rejection, in the order of the checks.
    pub const CODES: &'static [&'static str] = <Self as VariantNames>::VARIANTS;

    /// The rejection's stable code, in `snake_case`.
    pub fn code(&self) -> &'static str {
        self.into()
    }
}

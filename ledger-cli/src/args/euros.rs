//! What moves euros: to the bank, out of it, and what is missing or owed.

use clap::Args;
use ledger_core::field::Slips;
use ledger_core::operation::{
    BankCharge, BankInterest, Cover, Deposit, PayOut, Reclassify, Reconvert, Release, Remit, TopUp,
    WithdrawSurplus, WriteOff,
};
use ledger_core::{Account, Act, Bills, BureauId, Euros, MemberId, Reference, State, Text};

use super::common::IntoAct;
use super::values::{self, BILLS_FORM};

#[derive(Args, Debug)]
pub struct RemitFlags {
    /// The bureau's id
    pub bureau: BureauId,
    /// Euros handed in
    #[arg(long, value_parser = values::euros, allow_negative_numbers = true)]
    pub amount: Euros,
    /// Name of the new deposit slip
    #[arg(long)]
    pub slip: Reference,
}

impl IntoAct for RemitFlags {
    fn into_act(self, _: &State) -> Act {
        Remit { bureau: self.bureau, amount: self.amount, slip: self.slip }.into()
    }
}

#[derive(Args, Debug)]
pub struct DepositFlags {
    /// The slips that the bank credited
    #[arg(required = true, num_args = 1..=100, value_name = "SLIP")]
    pub slips: Vec<Reference>,
    /// What the bank credited
    #[arg(long, value_parser = values::euros, allow_negative_numbers = true)]
    pub amount: Euros,
    /// What it counted less than the slips say
    #[arg(long, value_name = "AMOUNT", value_parser = values::euros, allow_negative_numbers = true)]
    pub short: Option<Euros>,
    /// What it counted more
    #[arg(long, value_name = "AMOUNT", value_parser = values::euros, allow_negative_numbers = true)]
    pub over: Option<Euros>,
    /// What it kept as a charge (card fees)
    #[arg(long, value_name = "AMOUNT", value_parser = values::euros, allow_negative_numbers = true)]
    pub charge: Option<Euros>,
}

impl IntoAct for DepositFlags {
    fn into_act(self, _: &State) -> Act {
        let Self { slips, amount, short, over, charge } = self;
        let (slip, slips) = match slips.as_slice() {
            [only] => (Some(only.clone()), None),
            _ => (None, Slips::new(slips)),
        };
        Deposit { slip, slips, amount, short, over, charge }.into()
    }
}

#[derive(Args, Debug)]
pub struct ReconvertFlags {
    /// The accepter's number
    pub member: MemberId,
    /// Bills handed in
    #[arg(long, value_name = BILLS_FORM, value_parser = values::bills)]
    pub bills: Bills,
    /// The bureau that took them; the association's office when omitted
    #[arg(long)]
    pub bureau: Option<BureauId>,
    /// The accepter's invoice
    #[arg(long, value_name = "TEXT")]
    pub invoice: Text,
}

impl IntoAct for ReconvertFlags {
    fn into_act(self, _: &State) -> Act {
        let Self { member, bills, bureau, invoice } = self;
        Reconvert { member, bills, bureau, invoice }.into()
    }
}

#[derive(Args, Debug)]
pub struct PayOutFlags {
    /// The ref under which it is owed (`aiga status` lists them)
    #[arg(value_name = "OWED-REF")]
    pub payable: Reference,
    /// How much of it, the fee included; all when omitted
    #[arg(long, value_parser = values::euros, allow_negative_numbers = true)]
    pub amount: Option<Euros>,
    /// The bureau whose till pays; the bank when omitted
    #[arg(long, value_name = "BUREAU")]
    pub from_till: Option<BureauId>,
}

impl IntoAct for PayOutFlags {
    fn into_act(self, _: &State) -> Act {
        PayOut { payable: self.payable, amount: self.amount, from_till: self.from_till }.into()
    }
}

#[derive(Args, Debug)]
pub struct ReleaseFlags {
    /// The ref under which it is owed
    #[arg(value_name = "OWED-REF")]
    pub payable: Reference,
    /// Why nobody claims it
    #[arg(long, value_name = "TEXT")]
    pub reason: Text,
}

impl IntoAct for ReleaseFlags {
    fn into_act(self, _: &State) -> Act {
        Release { payable: self.payable, reason: self.reason }.into()
    }
}

#[derive(Args, Debug)]
pub struct CoverFlags {
    /// The bureau's id, or `office`
    pub bureau: BureauId,
    /// Euros that it pays
    #[arg(long, value_parser = values::euros, allow_negative_numbers = true)]
    pub amount: Euros,
    /// Name of the new deposit slip
    #[arg(long)]
    pub slip: Reference,
}

impl IntoAct for CoverFlags {
    fn into_act(self, _: &State) -> Act {
        Cover { bureau: self.bureau, amount: self.amount, slip: self.slip }.into()
    }
}

#[derive(Args, Debug)]
pub struct WriteOffFlags {
    /// The bureau's id, or `office`
    pub bureau: BureauId,
    /// Euros that the association pays for it
    #[arg(long, value_parser = values::euros, allow_negative_numbers = true)]
    pub amount: Euros,
}

impl IntoAct for WriteOffFlags {
    fn into_act(self, _: &State) -> Act {
        WriteOff { bureau: self.bureau, amount: self.amount }.into()
    }
}

#[derive(Args, Debug)]
pub struct ReclassifyFlags {
    /// The account debited
    #[arg(long, value_name = "ACCOUNT")]
    pub debit: Account,
    /// The account credited
    #[arg(long, value_name = "ACCOUNT")]
    pub credit: Account,
    /// How much
    #[arg(long, value_parser = values::euros, allow_negative_numbers = true)]
    pub amount: Euros,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: Text,
}

impl IntoAct for ReclassifyFlags {
    fn into_act(self, _: &State) -> Act {
        let Self { debit, credit, amount, reason } = self;
        Reclassify { debit, credit, amount, reason }.into()
    }
}

macro_rules! amounts {
    ($($(#[$doc:meta])* $Flags:ident $Act:ident)*) => {$(
        $(#[$doc])*
        #[derive(Args, Debug)]
        pub struct $Flags {
            /// How much; --amount says the same, as with the other operations
            #[arg(value_parser = values::euros, allow_negative_numbers = true)]
            #[arg(required_unless_present = "named", conflicts_with = "named")]
            pub amount: Option<Euros>,
            #[arg(long = "amount", value_name = "AMOUNT", hide = true)]
            #[arg(value_parser = values::euros, allow_negative_numbers = true)]
            pub named: Option<Euros>,
        }

        impl IntoAct for $Flags {
            fn into_act(self, _: &State) -> Act {
                // One of the two is there.
                $Act { amount: self.amount.or(self.named).unwrap_or_default() }.into()
            }
        }
    )*};
}

amounts! {
    InterestFlags BankInterest
    ChargeFlags BankCharge
    TopUpFlags TopUp
    WithdrawFlags WithdrawSurplus
}

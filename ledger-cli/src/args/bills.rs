//! What moves bills: from the printer to the vault, the bureaux and the public, and back.

use clap::Args;
use ledger_core::field::{Paid, Serials};
use ledger_core::operation::{Count, DestroyBills, Exchange, Issue, PrintBills, ReturnBills, Supply, Swap};
use ledger_core::{Act, Bills, BureauId, Euros, MemberId, State, Text};

use super::common::IntoAct;
use super::values::{self, BILLS_FORM};

#[derive(Args, Debug)]
pub struct Print {
    /// Bills printed: 100x20 is a hundred bills of 20
    #[arg(long, value_name = BILLS_FORM, value_parser = values::bills)]
    pub bills: Bills,
    /// First serial of each run
    #[arg(long = "serial", value_name = "TEXT", value_delimiter = ',')]
    pub serials: Vec<Text>,
}

impl IntoAct for Print {
    fn into_act(self, _: &State) -> Act {
        PrintBills { bills: self.bills, serials: Serials::new(self.serials) }.into()
    }
}

#[derive(Args, Debug)]
pub struct Destroy {
    /// Bills destroyed
    #[arg(long, value_name = BILLS_FORM, value_parser = values::bills)]
    pub bills: Bills,
    /// The bureau where they were destroyed; the vault when omitted
    #[arg(long)]
    pub bureau: Option<BureauId>,
}

impl IntoAct for Destroy {
    fn into_act(self, _: &State) -> Act {
        DestroyBills { bills: self.bills, bureau: self.bureau }.into()
    }
}

/// A bureau, and bills that come to it or leave it.
#[derive(Args, Debug)]
pub struct SupplyFlags {
    /// The bureau's id
    pub bureau: BureauId,
    /// Bills: 5x20,10x5 is five bills of 20 and ten of 5
    #[arg(long, value_name = BILLS_FORM, value_parser = values::bills)]
    pub bills: Bills,
}

impl IntoAct for SupplyFlags {
    fn into_act(self, _: &State) -> Act {
        Supply { bureau: self.bureau, bills: self.bills }.into()
    }
}

#[derive(Args, Debug)]
pub struct ReturnFlags {
    /// The bureau's id
    pub bureau: BureauId,
    /// Bills brought back to the vault
    #[arg(long, value_name = BILLS_FORM, value_parser = values::bills)]
    pub bills: Bills,
}

impl IntoAct for ReturnFlags {
    fn into_act(self, _: &State) -> Act {
        ReturnBills { bureau: self.bureau, bills: self.bills }.into()
    }
}

#[derive(Args, Debug)]
pub struct IssueFlags {
    /// Bills issued from the vault
    #[arg(long, value_name = BILLS_FORM, value_parser = values::bills)]
    pub bills: Bills,
    /// To whom
    #[arg(long, value_name = "NUMBER")]
    pub member: Option<MemberId>,
}

impl IntoAct for IssueFlags {
    fn into_act(self, _: &State) -> Act {
        Issue { bills: self.bills, member: self.member }.into()
    }
}

#[derive(Args, Debug)]
pub struct SwapFlags {
    /// The bureau's id
    pub bureau: BureauId,
    /// Euros received; the ledger says which bills to hand out
    #[arg(long, value_parser = values::euros, allow_negative_numbers = true)]
    #[arg(required_unless_present = "bills", conflicts_with = "bills")]
    pub amount: Option<Euros>,
    /// Bills handed out, when you choose them: 2x20,1x10 is two bills of 20 and one of 10
    #[arg(long, value_name = BILLS_FORM, value_parser = values::bills)]
    pub bills: Option<Bills>,
    /// How it was paid: cash, cheque, card, transfer, or credit:REF (from what the fund owes under REF)
    #[arg(long, value_name = "HOW", value_parser = values::paid)]
    pub paid: Paid,
    /// To whom
    #[arg(long, value_name = "NUMBER")]
    pub member: Option<MemberId>,
}

impl IntoAct for SwapFlags {
    fn into_act(self, _: &State) -> Act {
        let Self { bureau, amount, bills, paid, member } = self;
        Swap { bureau, bills, amount, paid, member }.into()
    }
}

#[derive(Args, Debug)]
pub struct ExchangeFlags {
    /// The bureau's id; the vault when omitted
    pub bureau: Option<BureauId>,
    /// Bills handed in
    #[arg(long = "in", value_name = BILLS_FORM, value_parser = values::bills)]
    pub taken: Bills,
    /// Bills given for them, of equal value
    #[arg(long = "out", value_name = BILLS_FORM, value_parser = values::bills)]
    pub given: Bills,
    // As it was given before; scripts have it so.
    #[arg(long = "bureau", value_name = "BUREAU", hide = true, conflicts_with = "bureau")]
    pub named: Option<BureauId>,
}

impl IntoAct for ExchangeFlags {
    fn into_act(self, _: &State) -> Act {
        Exchange { r#in: self.taken, out: self.given, bureau: self.bureau.or(self.named) }.into()
    }
}

#[derive(Args, Debug)]
pub struct CountFlags {
    /// The bureau's id; the vault when omitted
    pub bureau: Option<BureauId>,
    /// Every bill there, or `none`
    #[arg(long, value_name = BILLS_FORM, value_parser = values::bills)]
    pub bills: Bills,
    /// Euros in the till; not counted when omitted
    #[arg(long, value_name = "AMOUNT", value_parser = values::euros, allow_negative_numbers = true)]
    pub till: Option<Euros>,
}

impl IntoAct for CountFlags {
    fn into_act(self, _: &State) -> Act {
        Count { bureau: self.bureau, bills: self.bills, till: self.till }.into()
    }
}

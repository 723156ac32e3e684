//! What concerns the ledger as a whole: founding, the fee, reversals, closings.

use std::path::Path;

use clap::Args;
use ledger_core::field::{Denominations, EntryName, Fund};
use ledger_core::operation::{ClosePeriod, Found, Reverse, SetFee};
use ledger_core::reconcile::ready_to_close;
use ledger_core::{Act, Date, Rate, State, Text};

use super::common::IntoAct;
use super::values;
use crate::error::CliError;
use crate::open;

#[derive(Args, Debug)]
pub struct Init {
    /// The association that issues the bills
    #[arg(long, value_name = "NAME")]
    pub association: Text,
    /// IBAN of the guarantee fund's account
    #[arg(long, value_name = "IBAN")]
    pub iban: Text,
    /// Bank of the guarantee fund
    #[arg(long, value_name = "NAME", default_value = "La Nef")]
    pub bank: Text,
    /// The currency's name
    #[arg(long, value_name = "NAME", default_value = "Aïga")]
    pub currency: Text,
    /// Its symbol
    #[arg(long, default_value = "Ä")]
    pub symbol: Text,
    /// Its code in exports
    #[arg(long, default_value = "AIGA")]
    pub code: Text,
    /// The bills that exist
    #[arg(long, value_name = "BILLS", default_value = "1,2,5,10,20,50", value_parser = values::denominations)]
    pub denominations: Denominations,
    /// Fee kept on a reconversion
    #[arg(long, value_name = "RATE", default_value = "0.02", value_parser = values::rate)]
    pub fee: Rate,
}

impl IntoAct for Init {
    fn into_act(self, _: &State) -> Act {
        let Self { association, iban, bank, currency, symbol, code, denominations, fee } = self;
        let fund = Fund { bank, iban };
        Found { currency, symbol, code, denominations, association, fund, reconversion_fee: fee }.into()
    }
}

#[derive(Args, Debug)]
pub struct Fee {
    /// The new rate, such as 0.03 or 3%
    #[arg(value_parser = values::rate, allow_negative_numbers = true)]
    pub rate: Rate,
}

impl IntoAct for Fee {
    fn into_act(self, _: &State) -> Act {
        SetFee { reconversion_fee: self.rate }.into()
    }
}

#[derive(Args, Debug)]
pub struct ReverseFlags {
    /// The entry's number, or its ref (one made of digits alone: ref:123)
    #[arg(value_name = "ENTRY|REF", value_parser = values::entry_name)]
    pub entry: EntryName,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: Text,
}

impl IntoAct for ReverseFlags {
    fn into_act(self, _: &State) -> Act {
        Reverse { entry: self.entry, reason: self.reason }.into()
    }
}

#[derive(Args, Debug)]
pub struct ClosePeriodFlags {
    /// The last day of the period
    #[arg(value_name = "DATE", value_parser = values::date)]
    pub through: Date,
    /// Why it is closed although no statement was found to agree through that day; kept with the entry
    #[arg(long, value_name = "REASON")]
    pub force: Option<Text>,
}

impl IntoAct for ClosePeriodFlags {
    fn into_act(self, _: &State) -> Act {
        ClosePeriod { through: self.through, forced_reason: self.force }.into()
    }

    fn object(&self, folder: &Path) -> Result<(), CliError> {
        if self.force.is_some() {
            return Ok(());
        }
        ready_to_close(&open::view(folder)?, self.through)?.map_or(Ok(()), |refusal| Err(refusal.into()))
    }
}

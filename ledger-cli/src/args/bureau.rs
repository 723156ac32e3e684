//! `aiga bureau`: the exchange bureaux and their terms.

use clap::{Args, Subcommand};
use ledger_core::field::Terms;
use ledger_core::operation::{AmendBureau, CloseBureau, OpenBureau};
use ledger_core::state::Bureau;
use ledger_core::{Act, BureauId, Date, Euros, State, Text};

use super::common::{IntoAct, Recorded};
use super::values;

/// What to do with a bureau.
#[derive(Subcommand, Debug)]
pub enum BureauCommand {
    /// Open a bureau
    #[command(after_help = "Examples:
  aiga bureau open florac --name Librairie --group causses --till-ceiling 500
  aiga bureau open meyrueis --name Épicerie --group causses --prefunded

Without terms no euro of the fund may lie in its till: it takes cards, transfers and credits only.")]
    Open(Recorded<Open>),
    /// Change a bureau's name, group or terms
    #[command(after_help = "Examples:
  aiga bureau amend florac --till-ceiling 800
  aiga bureau amend florac --name 'Librairie-café' --on 2026-05-01")]
    Amend(Recorded<Amend>),
    /// Close an empty bureau
    #[command(after_help = "Example:\n  aiga bureau close florac --on 2026-12-31")]
    Close(Recorded<Close>),
    /// List the bureaux
    List,
    /// Show a bureau: its terms, bills and till
    Show {
        /// The bureau's id
        bureau: BureauId,
    },
}

#[derive(Args, Debug)]
pub struct TermsFlags {
    /// The bureau buys its bills, and its till is its own
    #[arg(long, conflicts_with_all = ["till_ceiling", "deposit_within"])]
    pub prefunded: bool,
    /// Most euros of the fund that may lie in its till
    #[arg(long, value_name = "AMOUNT", value_parser = values::euros, allow_negative_numbers = true)]
    pub till_ceiling: Option<Euros>,
    /// Days after which a euro should be on its way to the bank
    #[arg(long, value_name = "DAYS")]
    pub deposit_within: Option<u32>,
}

impl TermsFlags {
    /// The terms, if any flag speaks of them; what none speaks of stays as it is.
    fn terms(&self, current: Terms) -> Option<Terms> {
        if self.prefunded {
            return Some(Terms::Prefunded);
        }
        if self.till_ceiling.is_none() && self.deposit_within.is_none() {
            return None;
        }
        let granted = |terms| match terms {
            Terms::Consignment { till_ceiling, deposit_within_days } => {
                Some((till_ceiling, deposit_within_days))
            }
            Terms::Prefunded => None,
        };
        let (ceiling, days) = granted(current).or_else(|| granted(Terms::STRICT))?;
        Some(Terms::Consignment {
            till_ceiling: self.till_ceiling.unwrap_or(ceiling),
            deposit_within_days: self.deposit_within.unwrap_or(days),
        })
    }
}

#[derive(Args, Debug)]
pub struct Open {
    /// Its id, such as florac
    pub bureau: BureauId,
    /// Its name on the street
    #[arg(long, value_name = "NAME")]
    pub name: Text,
    /// The local group that looks after it
    #[arg(long, value_name = "GROUP")]
    pub group: Text,
    #[command(flatten)]
    pub terms: TermsFlags,
}

impl IntoAct for Open {
    fn into_act(self, _: &State) -> Act {
        let terms = self.terms.terms(Terms::STRICT);
        OpenBureau { bureau: self.bureau, name: self.name, local_group: self.group, terms }.into()
    }
}

#[derive(Args, Debug)]
pub struct Amend {
    /// The bureau's id
    pub bureau: BureauId,
    /// Its new name
    #[arg(long, value_name = "NAME")]
    pub name: Option<Text>,
    /// Its new local group
    #[arg(long, value_name = "GROUP")]
    pub group: Option<Text>,
    #[command(flatten)]
    pub terms: TermsFlags,
}

impl IntoAct for Amend {
    fn into_act(self, state: &State) -> Act {
        self.over(state, |bureau| *bureau.terms.latest())
    }

    fn into_act_on(self, state: &State, on: Date) -> Act {
        self.over(state, |bureau| *bureau.terms.on(on))
    }
}

impl Amend {
    /// The amendment, in which what the flags do not name is as it stands.
    fn over(self, state: &State, standing: impl Fn(&Bureau) -> Terms) -> Act {
        let terms = self.terms.terms(state.registers().bureau(&self.bureau).map_or(Terms::STRICT, standing));
        AmendBureau { bureau: self.bureau, name: self.name, local_group: self.group, terms }.into()
    }
}

#[derive(Args, Debug)]
pub struct Close {
    /// The bureau's id
    pub bureau: BureauId,
}

impl IntoAct for Close {
    fn into_act(self, _: &State) -> Act {
        CloseBureau { bureau: self.bureau }.into()
    }
}

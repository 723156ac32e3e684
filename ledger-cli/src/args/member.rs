//! `aiga member`: members by their numbers. Names live elsewhere.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use ledger_core::field::MemberKind;
use ledger_core::operation::{AmendMember, EnrolMember, RenewMember};
use ledger_core::{Act, Date, MemberId, State, Text};

use super::common::{IntoAct, Recorded};
use super::values;

/// What to do with a member.
#[derive(Subcommand, Debug)]
pub enum MemberCommand {
    /// Enrol a member
    #[command(after_help = "Examples:
  aiga member enrol U-0042 --kind individual --group causses --until 2026-12-31
  aiga member enrol A-007 --kind accepter --group causses --until 2026-12-31")]
    Enrol(Recorded<Enrol>),
    /// Change a member's kind, group or last day
    #[command(after_help = "Example:\n  aiga member amend U-0042 --group gardonnades")]
    Amend(Recorded<Amend>),
    /// Renew a membership
    #[command(after_help = "Example:\n  aiga member renew U-0042 --until 2027-12-31")]
    Renew(Recorded<Renew>),
    /// List the members
    List,
    /// Show a member
    Show {
        /// The member's number
        member: MemberId,
    },
}

fn kind() -> impl TypedValueParser<Value = MemberKind> {
    PossibleValuesParser::new(["individual", "accepter"]).try_map(|word| word.parse::<MemberKind>())
}

#[derive(Args, Debug)]
pub struct Enrol {
    /// The member's number
    pub member: MemberId,
    /// Individual, or accepter (a business that may turn bills back into euros)
    #[arg(long, value_parser = kind())]
    pub kind: MemberKind,
    /// The local group
    #[arg(long, value_name = "GROUP")]
    pub group: Text,
    /// Last day of membership
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub until: Date,
}

impl IntoAct for Enrol {
    fn into_act(self, _: &State) -> Act {
        let Self { member, kind, group, until } = self;
        EnrolMember { member, kind, local_group: group, valid_until: until }.into()
    }
}

#[derive(Args, Debug)]
pub struct Amend {
    /// The member's number
    pub member: MemberId,
    /// The new kind
    #[arg(long, value_parser = kind())]
    pub kind: Option<MemberKind>,
    /// The new local group
    #[arg(long, value_name = "GROUP")]
    pub group: Option<Text>,
    /// The new last day
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub until: Option<Date>,
}

impl IntoAct for Amend {
    fn into_act(self, _: &State) -> Act {
        let Self { member, kind, group, until } = self;
        AmendMember { member, kind, local_group: group, valid_until: until }.into()
    }
}

#[derive(Args, Debug)]
pub struct Renew {
    /// The member's number
    pub member: MemberId,
    /// The new last day of membership
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub until: Date,
}

impl IntoAct for Renew {
    fn into_act(self, _: &State) -> Act {
        RenewMember { member: self.member, valid_until: self.until }.into()
    }
}

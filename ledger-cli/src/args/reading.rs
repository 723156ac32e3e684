//! The commands that read the ledger, and those that take or make files.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;
use ledger_core::Sequence;
use ledger_core::operation::Act;
use ledger_core::query::Filter;
use ledger_core::{Account, BureauId, Date, MemberId, Reference};

use super::values;

#[derive(Args, Debug)]
pub struct PostFlags {
    /// The file, or - for standard input
    pub file: PathBuf,
    /// Record the good operations and list the others
    #[arg(long)]
    pub keep_going: bool,
    /// Check everything, but record nothing
    #[arg(long, conflicts_with = "keep_going")]
    pub dry_run: bool,
}

#[derive(Args, Debug)]
pub struct StatusFlags {
    /// The figures as of this day: all entries dated up to it, whenever they were recorded
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub as_of: Option<Date>,
}

#[derive(Args, Debug)]
pub struct AccountFlags {
    /// The account, such as fund:deposit or bills:bureau:florac; all accounts when omitted
    pub account: Option<String>,
    /// Only entries dated up to this day
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub as_of: Option<Date>,
}

impl AccountFlags {
    /// The account, if one is named.
    pub fn named(&self) -> Option<Result<Account, String>> {
        let name = self.account.as_ref()?;
        Some(name.parse().map_err(|_| format!("there is no account {name:?}")))
    }
}

#[derive(Args, Debug)]
pub struct JournalFlags {
    /// From this day on
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub from: Option<Date>,
    /// Up to this day
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub to: Option<Date>,
    /// Entries of these numbers: 10..20, 10.., ..20 or 10
    #[arg(long, value_name = "NUMBERS", value_parser = values::entries)]
    pub entries: Option<(Option<Sequence>, Option<Sequence>)>,
    /// The entry of this ref
    #[arg(long = "ref", value_name = "REF")]
    pub reference: Option<Reference>,
    /// Entries of this operation, such as swap
    #[arg(long, value_name = "OPERATION", value_parser = clap::builder::PossibleValuesParser::new(Act::NAMES))]
    pub op: Option<String>,
    /// Entries that touch this account
    #[arg(long)]
    pub account: Option<Account>,
    /// Entries that concern this bureau
    #[arg(long)]
    pub bureau: Option<BureauId>,
    /// Entries that name this member
    #[arg(long, value_name = "NUMBER")]
    pub member: Option<MemberId>,
    /// At most so many entries, the first ones
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// At most so many entries, the last ones
    #[arg(long, value_name = "N", conflicts_with = "limit")]
    pub last: Option<usize>,
}

impl JournalFlags {
    /// The entries that these flags ask for.
    pub fn filter(&self) -> Filter {
        let (from_sequence, to_sequence) = self.entries.unwrap_or_default();
        Filter {
            from_sequence,
            to_sequence,
            reference: self.reference.clone(),
            op: self.op.clone(),
            account: self.account.clone(),
            bureau: self.bureau.clone(),
            member: self.member.clone(),
            from: self.from,
            to: self.to,
        }
    }
}

#[derive(Args, Debug)]
pub struct DoctorFlags {
    /// The folder to look at, a copy or a backup, instead of the ledger's
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Set aside what is in the way: an end that was not finished, and what can be made again
    #[arg(long)]
    pub repair: bool,
}

#[derive(Args, Debug)]
pub struct BackupFlags {
    /// The new folder, or the new file (.tar)
    #[arg(value_name = "DIR|FILE.tar")]
    pub to: PathBuf,
}

#[derive(Args, Debug)]
pub struct RestoreFlags {
    /// The backup; any ledger's folder will do
    #[arg(value_name = "DIR|FILE.tar")]
    pub from: PathBuf,
}

#[derive(Args, Debug)]
pub struct DemoFlags {
    /// The folder of the new ledger; a temporary one, which is kept, when omitted
    pub folder: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct CompletionFlags {
    /// The shell
    pub shell: Shell,
}

//! Keys, checkpoints, receipts, and proofs that a journal only grew.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use ledger_core::Text;
use ledger_core::field::EntryName;
use ledger_core::proof::KeyName;

use super::values;
use crate::aside::is_stdout;

#[derive(Subcommand, Debug)]
pub enum KeyCommand {
    /// Make the key of this ledger: once, and never overwritten
    #[command(
        after_help = "The private half stays in the ledger's folder keys/, for its owner alone: keep a copy of it elsewhere, and no
copy where others read. Publish the public half, which is printed.

Examples:
  aiga key new
  aiga key new --name example.org/aiga"
    )]
    New {
        /// Name of the key and origin of its checkpoints, such as example.org/aiga
        /// [default: one made from the ledger's first entry]
        #[arg(long)]
        name: Option<KeyName>,
    },
    /// Print the public half, to be published
    #[command(after_help = "Example:\n  aiga key show")]
    Show,
}

/// By which key a file should be signed.
#[derive(Args, Debug)]
pub struct NamedKey {
    /// The public key that the association publishes, or a file with it [default: that of the ledger]
    #[arg(long, value_name = "VKEY|FILE")]
    pub key: Option<OsString>,
}

/// Why a key signs another history than it did before.
#[derive(Args, Debug)]
pub struct Because {
    /// Sign although the journal does not go on from what this key signed last; the checkpoint says so, with this reason
    #[arg(long, value_name = "REASON")]
    pub because: Option<Text>,
}

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct CheckpointFlags {
    #[command(subcommand)]
    pub command: Option<CheckpointCommand>,
    /// Where to write it; - or nothing: to standard output
    pub file: Option<PathBuf>,
    /// Where to write the statement of coverage, - for standard output [default: FILE.coverage beside FILE]
    #[arg(long, value_name = "FILE|-")]
    pub coverage: Option<PathBuf>,
    /// Another history.
    #[command(flatten)]
    pub because: Because,
}

#[derive(Subcommand, Debug)]
pub enum CheckpointCommand {
    /// Hold a checkpoint or a statement of coverage against the journal, of which every byte is read
    #[command(
        after_help = "Exit code 3 if the signature is not right, 4 if the journal is not the one that was signed.

Examples:
  aiga checkpoint verify checkpoint.txt
  aiga checkpoint verify checkpoint.txt.coverage
  aiga checkpoint verify checkpoint.txt --key example.org/aiga+1f2e3d4c+AT…
  aiga checkpoint verify checkpoint.txt --export journal.jsonl --key aiga.pub"
    )]
    Verify(VerifyFlags),
}

#[derive(Args, Debug)]
pub struct VerifyFlags {
    /// The file, or - for standard input
    pub file: PathBuf,
    /// An exported journal (jsonl) to hold it against; no ledger is needed
    #[arg(long, value_name = "FILE")]
    pub export: Option<PathBuf>,
    /// By whom.
    #[command(flatten)]
    pub named: NamedKey,
}

#[derive(Args, Debug)]
pub struct AuditFlags {
    /// An exported journal (jsonl) to verify, or - for standard input; no ledger is needed [default: the ledger]
    pub export: Option<PathBuf>,
    /// A checkpoint, or a statement of coverage, that the journal must agree with
    #[arg(long, value_name = "FILE")]
    pub against: Option<PathBuf>,
    /// By whom.
    #[command(flatten)]
    pub named: NamedKey,
}

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct ReceiptFlags {
    #[command(subcommand)]
    pub command: Option<ReceiptCommand>,
    /// The entry, by its ref or its number; ref:123 for a ref of digits
    #[arg(required = true, value_name = "REF|NUMBER", value_parser = values::entry_name)]
    pub entry: Option<EntryName>,
    /// Where to write it; -, or nothing and no page: to standard output
    pub file: Option<PathBuf>,
    /// Write it as half a page to print, too; - for standard output
    #[arg(long, value_name = "FILE|-")]
    pub html: Option<PathBuf>,
    #[arg(long, requires = "html", help = "Take the place of a page that is there already")]
    pub replace: bool,
    /// Another history.
    #[command(flatten)]
    pub because: Because,
}

#[derive(Subcommand, Debug)]
pub enum ReceiptCommand {
    /// Check a receipt, in every byte; no ledger is needed
    #[command(after_help = "Exit code 3 if it is not to be believed.

Examples:
  aiga receipt verify receipt.json --key example.org/aiga+1f2e3d4c+AT…
  aiga receipt verify receipt.json")]
    Verify(OfflineFlags),
}

/// A file that proves itself, given the key.
#[derive(Args, Debug)]
pub struct OfflineFlags {
    /// The file, or - for standard input
    pub file: PathBuf,
    /// The public key that the association publishes, or a file with it [default: the one that the file names itself,
    /// which you then have to compare]
    #[arg(long, value_name = "VKEY|FILE")]
    pub key: Option<OsString>,
}

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct ConsistencyFlags {
    #[command(subcommand)]
    pub command: Option<ConsistencyCommand>,
    /// The older checkpoint, or a receipt
    #[arg(required = true)]
    pub old: Option<PathBuf>,
    /// The newer checkpoint, or a receipt [default: the journal as it stands]
    pub new: Option<PathBuf>,
    /// Write the proof with both checkpoints, for others to check
    #[arg(long, value_name = "FILE|-")]
    pub out: Option<PathBuf>,
    /// By whom.
    #[command(flatten)]
    pub named: NamedKey,
}

#[derive(Subcommand, Debug)]
pub enum ConsistencyCommand {
    /// Check a proof of consistency, in every byte; no ledger is needed
    #[command(after_help = "Exit code 3 if it is not to be believed.

Example:
  aiga consistency verify growth.json --key example.org/aiga+1f2e3d4c+AT…")]
    Verify(OfflineFlags),
}

/// The file to write, if it is not standard output.
pub fn named_file(path: Option<&PathBuf>) -> Option<&Path> {
    path.map(PathBuf::as_path).filter(|path| !is_stdout(path))
}

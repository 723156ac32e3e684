//! The command line: the one definition from which help, completions and man page come. No rule is here.

mod bills;
mod books;
mod bureau;
mod common;
mod euros;
mod export;
mod member;
mod proving;
mod reading;
mod reconciling;
mod values;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub use self::bureau::BureauCommand;
pub use self::common::{Common, IntoAct, Recorded, day_at, no_randomness, today};
pub use self::export::{Asked, ExportFlags, ImportFlags};
pub use self::member::MemberCommand;
pub use self::proving::{
    AuditFlags, CheckpointCommand, CheckpointFlags, ConsistencyCommand, ConsistencyFlags, KeyCommand,
    OfflineFlags, ReceiptCommand, ReceiptFlags, VerifyFlags, named_file,
};
pub use self::reading::{
    AccountFlags, BackupFlags, CompletionFlags, DemoFlags, DoctorFlags, JournalFlags, PostFlags,
    RestoreFlags, StatusFlags,
};
pub use self::reconciling::{ReconcileFlags, StatementCommand, StatementSource};
use crate::lang::Lang;

/// Keep the ledger of a local currency: every bill in circulation has its euro, to the cent.
#[derive(Parser, Debug)]
#[command(name = "aiga", version, propagate_version = true, max_term_width = 110)]
#[command(after_help = "Examples:
  aiga demo                                   a season of a small currency to look at
  aiga init --association 'Cévennes en Transition' --iban FR76…
  aiga swap florac --amount 50 --paid cash --member U-0042
  aiga status --as-of 2026-08-31
  aiga journal --bureau florac --last 10
  aiga reconcile nef.csv --html report.html

Exit codes:
  0  done
  1  rejected, or not found
  2  the command line was not understood
  3  a check found a difference
  4  the journal does not verify
  5  storage or lock
  130, 143  interrupted (SIGINT, SIGTERM); the message says what is recorded
  141  whoever read an export on standard output went away before its end")]
pub struct Cli {
    /// The ledger's folder
    #[arg(long, global = true, env = "AIGA_LEDGER", value_name = "DIR", default_value = "./aiga-ledger")]
    #[arg(help_heading = "Everywhere")]
    pub ledger: PathBuf,
    /// Language of reports and messages [default: that of the environment]
    #[arg(long, global = true, value_enum, value_name = "LANG", help_heading = "Everywhere")]
    pub lang: Option<Lang>,
    /// Answer in JSON, for scripts
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub json: bool,
    /// The clock is right, though it is far from the last entry
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub clock_is_right: bool,
    /// Wait so many seconds for another program that records in this ledger; 0: not at all
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 5, help_heading = "Everywhere")]
    #[arg(value_parser = clap::value_parser!(u64).range(0..=86_400))]
    pub wait: u64,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Circulation beside the fund, where its euros are, and what each bureau holds
    #[command(
        after_help = "Examples:\n  aiga status\n  aiga status --as-of 2026-06-30 --lang fr\n  aiga status --json"
    )]
    Status(StatusFlags),
    /// Show entries
    #[command(after_help = "Examples:
  aiga journal --last 5
  aiga journal --bureau florac --from 2026-03-01 --to 2026-03-31
  aiga journal --op swap --member U-0042 --json")]
    Journal(JournalFlags),
    /// Show an account: its balance and what moved it; without a name, all balances
    #[command(after_help = "Examples:
  aiga account
  aiga account fund:till:florac
  aiga account bills:vault --as-of 2026-06-30")]
    Account(AccountFlags),
    /// Verify the journal from its first entry, trusting nobody
    #[command(
        after_help = "Exit code 4 if the journal does not verify, 3 if it does and a snapshot beside it is of no use. Only a checkpoint that was kept elsewhere tells that an end was cut off, or
that all of it was written anew.

Examples:
  aiga audit
  aiga audit --against 2026-03-31.txt
  aiga audit journal.jsonl --against 2026-03-31.txt --key aiga.pub"
    )]
    Audit(AuditFlags),
    /// Look at the ledger's folder, say what is found and what to do about it
    #[command(
        after_help = "Nothing is changed without --repair, which sets aside what it touches, and leaves out no entry that was known durable.
Exit code 3 if --repair or a person mends what was found, 4 if the journal needs a backup or a newer program.

Examples:
  aiga doctor
  aiga doctor /media/usb/aiga
  aiga doctor --json
  aiga doctor --repair"
    )]
    Doctor(DoctorFlags),
    /// Copy the journal to a folder or a file, and verify the copy
    #[command(
        after_help = "A writer may be at work meanwhile. A file is called .tar, anything else is a folder, which is a ledger itself. The copy
gets its name when all of it verifies; nothing is replaced. The folder keys/ is not copied: keep a copy of it where nobody else
reads. Snapshots and the index are made again.

Examples:
  aiga backup /media/usb/aiga-2026-08-31.tar
  aiga backup /media/usb/aiga"
    )]
    Backup(BackupFlags),
    /// Make a ledger of a backup, where there is none
    #[command(after_help = "Example:\n  aiga restore /media/usb/aiga-2026-08-31.tar --ledger ./aiga-ledger")]
    Restore(RestoreFlags),
    /// Post a file of operations, one as JSON on each line: all or nothing
    #[command(
        after_help = "The whole file is checked first; if an operation is rejected, nothing of the file is recorded and
the bad lines are listed. A bad line is skipped for the lines after it, so some may follow from an
earlier one. Posting the same file again changes nothing. A file of more than 65,536 operations, or
32 MiB of records, is recorded in parts, each all or nothing, and says so; after an interruption
posting it again completes it.

Examples:
  aiga post operations.jsonl
  aiga post - < operations.jsonl
  aiga post operations.jsonl --keep-going --json"
    )]
    Post(PostFlags),
    /// Export the journal for other tools
    #[command(
        after_help = "A file appears whole or not at all, and one that is there stays unless --replace is given. docs/exports.md tells what stands where.

Examples:
  aiga export --format jsonl journal.jsonl
  aiga export --format csv --from 2026-01-01 --to 2026-03-31 - | less
  aiga export --format hledger aiga.journal
  aiga export --format beancount aiga.beancount
  aiga export --format fec --year 2026 --siren 123456789 .
  aiga export --format fec --year 2026 --siren 123456789 --chart paheko for-paheko.txt"
    )]
    Export(ExportFlags),
    /// Make a new ledger of a journal that was exported whole as jsonl, with the same root
    #[command(
        after_help = "Every entry is checked the way of the audit. If one is refused, no ledger is made.

Example:
  aiga --ledger copy import-journal journal.jsonl"
    )]
    ImportJournal(ImportFlags),
    /// Try it: a fresh ledger with a season of a small currency
    #[command(after_help = "Examples:\n  aiga demo\n  aiga demo /tmp/season --lang fr")]
    Demo(DemoFlags),

    /// Found a ledger
    #[command(after_help = "Example:
  aiga init --association 'Cévennes en Transition' --iban FR7621570000010001234567870")]
    Init(Recorded<books::Init>),
    /// Exchange bureaux: open, amend, close, list, show
    #[command(subcommand)]
    Bureau(BureauCommand),
    /// Members: enrol, amend, renew, list, show
    #[command(subcommand)]
    Member(MemberCommand),
    /// Set the reconversion fee from a day on
    #[command(after_help = "Examples:\n  aiga fee 0.03 --on 2027-01-01\n  aiga fee 3% --on 2027-01-01")]
    Fee(Recorded<books::Fee>),

    /// Bills come from the printer to the vault
    #[command(after_help = "Example:\n  aiga print --bills 100x20,50x10 --serial A0001,B0001")]
    Print(Recorded<bills::Print>),
    /// Bills are destroyed, in the vault or at a bureau
    #[command(after_help = "Example:\n  aiga destroy --bills 3x5")]
    Destroy(Recorded<bills::Destroy>),
    /// Bills go from the vault to a bureau
    #[command(after_help = "Example:\n  aiga supply florac --bills 20x20,40x10")]
    Supply(Recorded<bills::SupplyFlags>),
    /// Bills come back from a bureau to the vault
    #[command(after_help = "Example:\n  aiga return florac --bills 5x20")]
    Return(Recorded<bills::ReturnFlags>),
    /// Issue bills from the vault for euros that are on the fund's account already
    #[command(after_help = "Example:\n  aiga issue --bills 5x20 --member U-0042")]
    Issue(Recorded<bills::IssueFlags>),
    /// Swap euros for bills at a bureau
    #[command(after_help = "Examples:
  aiga swap florac --amount 50 --paid cash --member U-0042
  aiga swap florac --bills 2x20,1x10 --paid card
  aiga swap florac --amount 30 --paid credit:over-0007

Bills are written COUNTxBILL: 2x20 is two bills of 20.")]
    Swap(Recorded<bills::SwapFlags>),
    /// Exchange bills for others of equal value
    #[command(after_help = "Example:\n  aiga exchange florac --in 1x50 --out 5x10")]
    Exchange(Recorded<bills::ExchangeFlags>),
    /// Enter a full count of the bills, and the till, at a bureau or in the vault
    #[command(after_help = "Examples:
  aiga count florac --bills 12x20,30x10,8x5 --till 145
  aiga count --bills 900x20,400x10          the vault
  aiga count florac --bills none --till 0")]
    Count(Recorded<bills::CountFlags>),

    /// A bureau's till is handed to the bank under a slip
    #[command(after_help = "Example:\n  aiga remit florac --amount 170 --slip BORD-0001")]
    Remit(Recorded<euros::RemitFlags>),
    /// The bank credited one or several slips
    #[command(after_help = "Examples:
  aiga deposit BORD-0001 --amount 170 --on 2026-03-09
  aiga deposit BORD-0001 BORD-0002 --amount 335 --short 5
  aiga deposit op-5f0c9a1122334455 --amount 49.50 --charge 0.50")]
    Deposit(Recorded<euros::DepositFlags>),
    /// An accepter turns bills back into euros, which the fund then owes
    #[command(
        after_help = "Example:\n  aiga reconvert A-001 --bills 2x50 --bureau florac --invoice F-2026-017"
    )]
    Reconvert(Recorded<euros::ReconvertFlags>),
    /// The fund pays what it owes
    #[command(
        after_help = "Examples:\n  aiga pay-out rec-00012\n  aiga pay-out rec-00012 --amount 40 --from-till florac"
    )]
    PayOut(Recorded<euros::PayOutFlags>),
    /// What nobody claims becomes the association's
    #[command(after_help = "Example:\n  aiga release over-0007 --reason 'unclaimed for two years'")]
    Release(Recorded<euros::ReleaseFlags>),
    /// A bureau pays what is missing, under a slip
    #[command(after_help = "Example:\n  aiga cover florac --amount 5 --slip BORD-0009")]
    Cover(Recorded<euros::CoverFlags>),
    /// The association pays what is missing from its own money at the bank
    #[command(after_help = "Example:\n  aiga write-off florac --amount 5")]
    WriteOff(Recorded<euros::WriteOffFlags>),
    /// Make one of the few corrections that no other operation makes
    #[command(after_help = "Examples (these pairs and no others):
  a bounced cheque            --debit fund:receivable:florac --credit fund:deposit
  unknown euros received      --debit fund:deposit --credit fund:payable:REF --ref REF
  a card payment revoked      --debit fund:receivable:florac --credit fund:transit:SLIP
  set-off                     --debit fund:payable:REF --credit fund:transit:SLIP
                              --debit fund:payable:REF --credit fund:receivable:florac

  aiga reclassify --debit fund:receivable:florac --credit fund:deposit \\
      --amount 50 --reason bounced")]
    Reclassify(Recorded<euros::ReclassifyFlags>),
    /// The bank paid interest
    #[command(after_help = "Example:\n  aiga interest 12.34 --on 2026-12-31")]
    Interest(Recorded<euros::InterestFlags>),
    /// The bank took a charge
    #[command(after_help = "Example:\n  aiga charge 6.50 --on 2026-06-30")]
    Charge(Recorded<euros::ChargeFlags>),
    /// The association adds own money to the fund's bank account
    #[command(after_help = "Example:\n  aiga top-up 100 --on 2026-01-05")]
    TopUp(Recorded<euros::TopUpFlags>),
    /// The association takes own money from the fund's bank account
    #[command(after_help = "Example:\n  aiga withdraw 80 --on 2026-12-31")]
    Withdraw(Recorded<euros::WithdrawFlags>),

    /// Bank statements: show what is understood of one
    #[command(subcommand)]
    Statement(StatementCommand),
    /// Hold a bank's statement against the ledger, to the cent
    #[command(
        after_help = "Every line of the statement and every movement of the ledger is matched, proposed (an operation that would
explain it) or unexplained. Nothing is recorded without --post. Exit code 3 when something is left to explain.

Examples:
  aiga reconcile nef.csv
  aiga reconcile nef.csv --html report.html --lang fr
  aiga reconcile nef.csv --post
  aiga reconcile statement.xml --through 2026-06-30 --csv lines.csv"
    )]
    Reconcile(ReconcileFlags),

    /// Undo an entry by its mirror
    #[command(after_help = "Examples:
  aiga reverse 128 --reason 'typed twice'
  aiga reverse swap-000042 --reason 'wrong bureau'")]
    Reverse(Recorded<books::ReverseFlags>),
    /// Close a period: nothing dated in it is accepted any more
    #[command(
        after_help = "A period whose bank statement has not been found to agree is closed with --force alone.

Examples:
  aiga close-period 2026-06-30
  aiga close-period 2026-06-30 --force 'statement lost by the bank'"
    )]
    ClosePeriod(Recorded<books::ClosePeriodFlags>),

    /// The key that signs checkpoints: make it, show its public half
    #[command(subcommand)]
    Key(KeyCommand),
    /// Sign how many entries there are and their root, and beside it what stands behind the circulation
    #[command(
        after_help = "The checkpoint is a signed note as other transparency logs have it (c2sp.org/tlog-checkpoint).

Examples:
  aiga checkpoint 2026-06-30.txt               and 2026-06-30.txt.coverage
  aiga checkpoint
  aiga checkpoint verify 2026-06-30.txt"
    )]
    Checkpoint(CheckpointFlags),
    /// A receipt of an entry to take home: it proves itself without the ledger
    #[command(after_help = "Examples:
  aiga receipt swap-000042 receipt.json --html receipt.html
  aiga receipt 128
  aiga receipt verify receipt.json --key example.org/aiga+1f2e3d4c+AT…")]
    Receipt(ReceiptFlags),
    /// Prove that the journal only grew since an older checkpoint
    #[command(after_help = "Exit code 4 if the journal is not the one that was signed.

Examples:
  aiga consistency 2026-03-31.txt
  aiga consistency 2026-03-31.txt 2026-06-30.txt --out growth.json
  aiga consistency receipt.json
  aiga consistency verify growth.json")]
    Consistency(ConsistencyFlags),

    /// Print shell completions
    #[command(
        after_help = "Example:\n  aiga completions bash > ~/.local/share/bash-completion/completions/aiga"
    )]
    Completions(CompletionFlags),
    /// Print the man page
    #[command(after_help = "Example:\n  aiga man | man -l -")]
    Man,
}

impl Command {
    /// Whether it records nothing, and at most makes files.
    pub fn only_reads(&self) -> bool {
        matches!(
            self,
            Self::Status(_)
                | Self::Journal(_)
                | Self::Account(_)
                | Self::Backup(_)
                | Self::Restore(_)
                | Self::Audit(_)
                | Self::Export(_)
                | Self::ImportJournal(_)
                | Self::Statement(_)
                | Self::Key(_)
                | Self::Checkpoint(_)
                | Self::Receipt(_)
                | Self::Consistency(_)
                | Self::Completions(_)
                | Self::Man
        )
    }
}

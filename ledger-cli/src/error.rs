//! What goes wrong, as the user hears of it: a code, a message, a hint, and the exit code of the process.

use std::fmt::Display;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use ledger_core::export::InvalidChart;
use ledger_core::field::EntryName;
use ledger_core::journal::JournalError;
use ledger_core::limits::CHOSEN_MAX;
use ledger_core::proof::{HEAD_PATH, ProofError, VouchError};
use ledger_core::reconcile::{InvalidRules, NotReady, ReconcileError};
use ledger_core::statement::StatementError;
use ledger_core::text::without_keys;
use ledger_core::{BatchError, LedgerError, Receipt, Rejection, Sequence};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::lang::{
    Lang, french_clock_doubt, french_io_error, french_journal_error, french_ledger_error, french_lock_error,
    french_not_ready, french_proof_error, french_reconcile_error, french_settings_reason,
    french_statement_error, hint, rejection_in,
};
use crate::output::Figures;

/// How the process ends. The numbers are documented in `aiga --help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Rejected, or not found.
    Rejected = 1,
    /// The command line was not understood.
    Usage = 2,
    /// A check found a difference.
    Difference = 3,
    /// The journal does not verify.
    Unverified = 4,
    /// Storage or lock.
    Storage = 5,
    /// Ended by SIGINT.
    Interrupted = 130,
    /// Whoever read what was made went away before its end.
    Cut = 141,
    /// Ended by SIGTERM.
    Terminated = 143,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What was to be done with a file or a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It was to be read.
    Read,
    /// It was to be written, durably.
    Write,
    /// It was to be made.
    Make,
    /// Its names were to be read.
    LookInto,
    /// Something was to be made in it.
    MakeIn,
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub struct CliError(Box<What>);

#[derive(Debug)]
struct What {
    exit: Exit,
    code: &'static str,
    message: String,
    /// The same in French, for what happens most.
    french: Option<String>,
    figures: Map<String, Value>,
    /// The name of the hint, where it is not that of the code.
    hint: Option<&'static str>,
}

/// The code of an output that nobody reads any more, which is no error.
const CLOSED_PIPE: &str = "closed_pipe";

impl CliError {
    fn new(exit: Exit, code: &'static str, message: impl Display) -> Self {
        let (message, french, figures, hint) = (message.to_string(), None, Map::new(), None);
        Self(Box::new(What { exit, code, message, french, figures, hint }))
    }

    /// Something that was asked for is not there.
    pub fn not_found(code: &'static str, message: impl Display) -> Self {
        Self::new(Exit::Rejected, code, message)
    }

    /// What was given cannot be used.
    pub fn usage(code: &'static str, message: impl Display) -> Self {
        Self::new(Exit::Usage, code, message)
    }

    /// Two things that should be the same are not.
    pub fn differs(code: &'static str, message: impl Display) -> Self {
        Self::new(Exit::Difference, code, message)
    }

    /// What was read does not verify.
    pub fn unverified(code: &'static str, message: impl Display) -> Self {
        Self::new(Exit::Unverified, code, message)
    }

    /// The file system, or a device, refused.
    pub fn storage(code: &'static str, message: impl Display) -> Self {
        Self::new(Exit::Storage, code, message)
    }

    /// A signal has ended it.
    pub fn interrupted(exit: Exit, message: impl Display, french: impl Display) -> Self {
        Self::new(exit, "interrupted", message).in_french(french)
    }

    /// What was to go to standard output, whole, went only in part: nobody reads it any more.
    pub fn cut() -> Self {
        Self::new(Exit::Cut, "output_cut", "whoever read the output went away before its end")
            .in_french("la sortie a été fermée avant la fin")
    }

    /// A file could not be used.
    pub fn file(deed: Deed, path: &Path, source: &io::Error) -> Self {
        let absent = source.kind() == io::ErrorKind::NotFound;
        let exit = if absent { Exit::Rejected } else { Exit::Storage };
        let (path, english, french) = (path.display(), deed.in_english(), deed.in_french());
        let code = if source.kind() == io::ErrorKind::OutOfMemory { "out_of_memory" } else { "file" };
        let mut said = Self::new(exit, code, format!("could not {english} {path}: {source}"))
            .in_french(format!("impossible {french} {path} : {}", french_io_error(source)));
        if source.kind() == io::ErrorKind::StorageFull {
            said.0.hint = Some("no_space");
        }
        said
    }

    /// The same message in French.
    #[must_use]
    pub fn in_french(mut self, message: impl Display) -> Self {
        self.0.french = Some(message.to_string());
        self
    }

    /// The hint is that of another code.
    #[must_use]
    pub fn hinting_as(mut self, code: &'static str) -> Self {
        self.0.hint = Some(code);
        self
    }

    /// Says in which file.
    #[must_use]
    pub fn in_file(mut self, path: &Path) -> Self {
        let path = path.display();
        self.0.message = format!("{path}: {}", self.0.message);
        self.0.french = self.0.french.map(|said| format!("{path} : {said}"));
        self
    }

    /// A figure of it, for scripts.
    #[must_use]
    pub fn with_figure(mut self, name: &str, figure: impl Serialize) -> Self {
        if let Ok(figure) = serde_json::to_value(figure) {
            self.0.figures.insert(name.to_owned(), figure);
        }
        self
    }

    /// Says that so many operations of a file were recorded before this happened.
    #[must_use]
    pub fn after_recording(self, operations: u64) -> Self {
        if operations == 0 {
            return self;
        }
        let counted = |lang: Lang| Figures::new(lang, "").count(operations);
        let (english, french) = (counted(Lang::En), counted(Lang::Fr));
        self.adding(
            &format!("; {english} operations of the file are recorded, posting it again completes it"),
            &format!(" ; {french} opérations du fichier sont enregistrées, le relancer le complète"),
        )
    }

    /// Says more behind the message, in both languages.
    #[must_use]
    pub fn adding(mut self, english: &str, french: &str) -> Self {
        self.0.message.push_str(english);
        if let Some(said) = &mut self.0.french {
            said.push_str(french);
        }
        self
    }

    /// Says that the operation was recorded, although this happened when telling so.
    #[must_use]
    pub fn although_recorded(mut self, receipt: &Receipt) -> Self {
        let (sequence, reference) = (receipt.sequence, &receipt.reference);
        let known = format!(
            "; recorded all the same as entry {sequence}, ref {reference}: repeat it only with that --ref"
        );
        self.0.message.push_str(&known);
        self.0.french = Some(format!(
            "la réponse n'a pas pu être écrite, mais l'opération est enregistrée : écriture {sequence}, réf. {reference} ; \
             ne la relancez qu'avec cette --ref"
        ));
        self
    }

    /// Says which entries were recorded, although this happened when telling so.
    #[must_use]
    pub fn although_posted(mut self, first: Option<Sequence>, last: Option<Sequence>) -> Self {
        if let Some((first, last)) = first.zip(last) {
            let known = format!("; entries {first} to {last} are recorded all the same");
            self.0.message.push_str(&known);
            self.0.french = Some(format!(
                "le compte rendu n'a pas pu être écrit, mais les écritures {first} à {last} sont enregistrées"
            ));
        }
        self
    }

    /// Whether this is only a reader who went away, as in `aiga journal | head`.
    pub fn is_closed_pipe(&self) -> bool {
        self.0.code == CLOSED_PIPE
    }

    /// How the process ends.
    pub fn exit(&self) -> Exit {
        self.0.exit
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// What happened, in this language where it is known in it.
    pub fn message(&self, lang: Lang) -> &str {
        match (&self.0.french, lang) {
            (Some(french), Lang::Fr) => french,
            _ => &self.0.message,
        }
    }

    /// What the user might do.
    pub fn hint(&self, lang: Lang) -> Option<&'static str> {
        hint(self.0.hint.unwrap_or(self.0.code), lang)
    }

    /// The error for scripts: its sentences in this language, all else the same in every one.
    pub fn to_json(&self, lang: Lang) -> Value {
        let mut error = Map::new();
        error.insert("code".to_owned(), json!(self.0.code));
        error.insert("message".to_owned(), json!(without_keys(self.message(lang))));
        if let Some(hint) = self.hint(lang) {
            error.insert("hint".to_owned(), json!(hint));
        }
        for (name, figure) in &self.0.figures {
            error.entry(name.clone()).or_insert_with(|| figure.clone());
        }
        json!({ "error": error })
    }
}

/// The system has no room for one more thread.
pub fn no_thread(error: &io::Error) -> CliError {
    CliError::storage("no_thread", format!("the system has no room for a thread: {error}")).in_french(
        format!("le système n'a pas de place pour un fil d'exécution : {}", french_io_error(error)),
    )
}

/// The figures of a refusal, without its code.
pub fn figures(refusal: &impl Serialize) -> Map<String, Value> {
    let Ok(Value::Object(mut figures)) = serde_json::to_value(refusal) else { return Map::new() };
    figures.shift_remove("code");
    figures
}

/// Writing to standard output failed. Other I/O errors are made with [`CliError::file`].
impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::new(Exit::Done, CLOSED_PIPE, error);
        }
        Self::new(Exit::Storage, "output", format!("could not write the output: {error}"))
            .in_french(format!("la réponse n'a pas pu être écrite : {}", french_io_error(&error)))
    }
}

impl From<Rejection> for CliError {
    fn from(rejection: Rejection) -> Self {
        let mut error = Self::new(Exit::Rejected, rejection.code(), &rejection);
        error.0.hint = hint_of(&rejection);
        error.0.french = Some(rejection_in(Lang::Fr, &rejection));
        error.0.figures = figures(&rejection);
        error
    }
}

/// The hint of a refusal that has another one than most of its code.
fn hint_of(rejection: &Rejection) -> Option<&'static str> {
    match rejection {
        Rejection::InsufficientStock { bureau: None, .. } => Some("insufficient_stock_of_the_vault"),
        Rejection::AmountTooLarge { most, .. } if *most == CHOSEN_MAX => Some("bills_not_chosen"),
        _ => None,
    }
}

impl From<LedgerError> for CliError {
    fn from(error: LedgerError) -> Self {
        let code = error.code();
        match error {
            LedgerError::Rejected(rejection) => rejection.into(),
            LedgerError::Journal(error) => error.into(),
            LedgerError::Doubtful(doubt) => {
                let mut said = Self::new(Exit::Rejected, code, doubt).in_french(french_clock_doubt(doubt));
                said.0.figures = figures(&doubt);
                said
            }
            LedgerError::Lock(error) => {
                let french = french_lock_error(&error);
                Self::new(Exit::Storage, code, error).in_french(french)
            }
            error => {
                let exit = match &error {
                    LedgerError::Folder { .. }
                    | LedgerError::BatchTooLarge { .. }
                    | LedgerError::BatchTooLong { .. } => Exit::Storage,
                    _ => Exit::Unverified,
                };
                let mut said = Self::new(exit, code, &error);
                said.0.french = french_ledger_error(&error);
                said
            }
        }
    }
}

impl From<JournalError> for CliError {
    fn from(error: JournalError) -> Self {
        let exit = match &error {
            JournalError::NoJournal | JournalError::JournalExists { .. } => Exit::Rejected,
            JournalError::Io { .. }
            | JournalError::NoSpace { .. }
            | JournalError::LockLost
            | JournalError::Moved { .. }
            | JournalError::Poisoned => Exit::Storage,
            _ => Exit::Unverified,
        };
        let (code, french, may_not) = (error.code(), french_journal_error(&error), may_not_write(&error));
        let mut said = Self::new(exit, code, error);
        said.0.french = french;
        if may_not {
            said.0.hint = Some("folder_io");
        }
        said
    }
}

/// Whether it is a right that is missing, and nothing is wrong with the disk.
fn may_not_write(error: &JournalError) -> bool {
    let JournalError::Io { source, .. } = error else { return false };
    matches!(source.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

impl From<BatchError> for CliError {
    fn from(error: BatchError) -> Self {
        match error {
            BatchError::Ledger(error) => error.into(),
            BatchError::Rejected(rejected) => match rejected.into_iter().next() {
                Some(first) => first.rejection.into(),
                None => Self::new(Exit::Rejected, "rejected", "operations were rejected"),
            },
        }
    }
}

impl From<StatementError> for CliError {
    fn from(error: StatementError) -> Self {
        let mut said = Self::new(Exit::Rejected, error.code(), &error);
        said.0.french = Some(french_statement_error(&error));
        said.0.figures = figures(&error);
        said
    }
}

impl From<ReconcileError> for CliError {
    fn from(error: ReconcileError) -> Self {
        let (code, french) = (error.code(), french_reconcile_error(&error));
        match error {
            ReconcileError::Ledger(error) => error.into(),
            error => {
                let mut said = Self::new(Exit::Rejected, code, error);
                said.0.french = french;
                said
            }
        }
    }
}

impl From<InvalidChart> for CliError {
    fn from(error: InvalidChart) -> Self {
        let why = match &error {
            InvalidChart::Base { name, known } => {
                format!("base : {name:?} n'est pas un plan de comptes fourni avec le programme : {known}")
            }
            InvalidChart::Operation { name } => format!("entries.{name} : il n'y a pas de telle opération"),
            InvalidChart::TwoNames { number, names: [one, other] } => {
                format!("{number} s'appelle à la fois « {one} » et « {other} »")
            }
            error => french_settings_reason(&error.to_string()),
        };
        let french = format!("le plan de comptes ne se lit pas : {why}");
        Self::new(Exit::Rejected, "bad_chart", format!("the chart of accounts does not read: {error}"))
            .in_french(french)
    }
}

impl From<InvalidRules> for CliError {
    fn from(error: InvalidRules) -> Self {
        let french =
            format!("le fichier de règles ne se lit pas : {}", french_settings_reason(&error.reason));
        Self::new(Exit::Rejected, "bad_rules", format!("the file of rules does not read: {error}"))
            .in_french(french)
    }
}

impl From<ProofError> for CliError {
    fn from(error: ProofError) -> Self {
        let exit = match &error {
            ProofError::CutOff { .. }
            | ProofError::Rewritten { .. }
            | ProofError::OtherEntry { .. }
            | ProofError::OtherFigure { .. } => Exit::Unverified,
            ProofError::KeyName { .. }
            | ProofError::Key
            | ProofError::Note
            | ProofError::NoteTooLong { .. }
            | ProofError::TooManySignatures { .. }
            | ProofError::Checkpoint
            | ProofError::Coverage
            | ProofError::Form { .. } => Exit::Rejected,
            _ => Exit::Difference,
        };
        let mut said = Self::new(exit, error.code(), &error);
        said.0.french = Some(french_proof_error(&error));
        said.0.figures = figures(&error);
        said
    }
}

impl From<VouchError> for CliError {
    fn from(error: VouchError) -> Self {
        let english = error.to_string();
        match error {
            VouchError::Ledger(error) => error.into(),
            VouchError::Proof(error) => error.into(),
            VouchError::OtherHistory { signed, reason } => {
                let instead = match &reason {
                    ProofError::Reversed { new, .. } => format!("il n'en a que {new}"),
                    ProofError::Inconsistent { .. } => "ses premières écritures sont autres".to_owned(),
                    reason => french_proof_error(reason),
                };
                let french = format!(
                    "le journal n'est pas la suite des {} écritures de racine {} que cette clé a signées en dernier : {}",
                    signed.size, signed.root, instead
                );
                Self::unverified("other_history", english)
                    .in_french(french)
                    .with_figure("signed", json!({ "size": signed.size, "root": signed.root }))
            }
            VouchError::UnknownHistory => Self::differs("unknown_history", error).in_french(format!(
                "on ne sait pas ce que cette clé a signé en dernier : {HEAD_PATH} n'est pas à côté d'elle"
            )),
            VouchError::NoEntries => {
                Self::not_found("nothing_to_sign", error).in_french("le journal n'a pas encore d'écriture")
            }
            VouchError::NoEntry { sequence } => {
                Rejection::UnknownEntry { entry: EntryName::Sequence(sequence) }.into()
            }
        }
    }
}

impl From<NotReady> for CliError {
    fn from(refusal: NotReady) -> Self {
        let mut error = Self::new(Exit::Rejected, refusal.code(), refusal);
        error.0.french = Some(french_not_ready(refusal));
        error.0.figures = figures(&refusal);
        error
    }
}

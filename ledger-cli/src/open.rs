//! Where the ledger is, and opening it: to read, to write, or to rehearse what leaves no trace.

use std::fs;
use std::io;
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::Arc;

use ledger_core::journal::{JOURNAL_FOLDER, Layout};
use ledger_core::journal::{Recovery, segment_path};
use ledger_core::ledger::ClockDoubt;
use ledger_core::storage::{Files, Overlay, Patience, Storage, SystemClock};
use ledger_core::{Ledger, UnreadEnd, View};
use tempfile::TempDir;

use crate::context::Context;
use crate::error::{CliError, Deed};
use crate::interrupt;
use crate::kind::Kind;
use crate::lang::{Lang, french_clock_doubt};
use crate::output::{Unit, progress, warn};
use crate::say;
use crate::scratch::Scratch;

/// The file that a writer locks; it may be all that an interrupted founding left.
const LOCK_FILE: &str = "lock";

/// What is in the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nothing: no folder, or an empty one. A ledger may be founded there.
    Free,
    /// A ledger.
    Ledger,
    /// Something else.
    Foreign,
}

/// Looks at the folder and changes nothing.
pub fn place(folder: &Path) -> Result<Place, CliError> {
    let list = match fs::read_dir(folder) {
        Ok(list) => list,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Place::Free),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Ok(Place::Foreign),
        Err(error) => return Err(CliError::file(Deed::LookInto, folder, &error)),
    };
    let mut place = Place::Free;
    for entry in list {
        let name = entry.map_err(|error| CliError::file(Deed::LookInto, folder, &error))?.file_name();
        if name == JOURNAL_FOLDER {
            let found = folder.join(&name).symlink_metadata();
            if found.is_ok_and(|found| !found.is_dir()) {
                // Opening it names what stands there.
                return Ok(Place::Ledger);
            }
            // A founding that was interrupted leaves the folder alone, with nothing in it.
            let mut files = fs::read_dir(folder.join(name))
                .map_err(|error| CliError::file(Deed::LookInto, folder, &error))?;
            if files.next().is_some() {
                return Ok(Place::Ledger);
            }
        } else if name != LOCK_FILE {
            place = Place::Foreign;
        }
    }
    Ok(place)
}

/// There is no ledger in this folder, or it is no folder.
pub fn no_ledger(folder: &Path) -> CliError {
    if folder.is_file() {
        return a_file(folder);
    }
    let shown = folder.display();
    CliError::not_found("no_ledger", format!("there is no ledger in {shown}"))
        .in_french(format!("il n'y a pas de registre dans {shown}"))
}

/// A file where the folder of a ledger was expected: what it is, where that can be told, and what to do with it.
fn a_file(file: &Path) -> CliError {
    let (shown, kind) = (file.display(), Kind::of_file(file));
    let is = |lang: Lang| kind.map(|kind| format!(" ({})", kind.named(lang))).unwrap_or_default();
    let (english, french) = (is(Lang::En), is(Lang::Fr));
    let said =
        CliError::not_found("no_ledger", format!("{shown} is a file{english}, and a ledger is a folder"))
            .in_french(format!("{shown} est un fichier{french}, et un registre est un dossier"));
    match kind {
        Some(Kind::Backup) => said.hinting_as("backup_for_ledger"),
        Some(Kind::Export) => said.hinting_as("export_for_ledger"),
        Some(Kind::Compressed) => said.hinting_as("compressed"),
        _ => said,
    }
}

/// There is something in this folder that no ledger should be founded on.
pub fn not_free(folder: &Path) -> CliError {
    let shown = folder.display();
    CliError::not_found("not_a_free_folder", format!("{shown} holds something already"))
        .in_french(format!("{shown} contient déjà quelque chose"))
}

fn storage(folder: &Path) -> Arc<dyn Storage> {
    Arc::new(Files::at(folder))
}

/// The storage of the ledger in this folder, which must be one.
pub fn stored(folder: &Path) -> Result<Arc<dyn Storage>, CliError> {
    if place(folder)? == Place::Ledger { Ok(storage(folder)) } else { Err(no_ledger(folder)) }
}

/// Opens the ledger to read.
pub fn view(folder: &Path) -> Result<View, CliError> {
    Ok(View::open(stored(folder)?)?)
}

/// Opens the ledger to sign something of it.
pub fn view_to_sign(folder: &Path) -> Result<View, CliError> {
    Ok(View::to_sign(stored(folder)?)?)
}

/// Tells what a reader has left out behind the last whole entry, and gives it for scripts.
pub fn tell_unread_end(context: &Context, view: &View) -> Option<UnreadEnd> {
    let unread = view.unread_end();
    if let Some(UnreadEnd { segment, offset, sequence }) = &unread {
        warn_of_end(context.lang, segment, *offset, sequence.number() - 1);
    }
    unread
}

fn warn_of_end(lang: Lang, segment: &str, offset: u64, last: u64) {
    warn(
        lang,
        say!(
            lang,
            "in {segment} at byte {offset} stands what is no whole entry, and nobody is writing it: what is shown ends \
             with entry {last}; `aiga doctor` looks at it",
            "dans {segment}, à l'octet {offset}, il y a ce qui n'est pas une écriture entière, et personne n'est en train \
             de l'écrire : ce qui est montré s'arrête à l'écriture {last} ; `aiga doctor` l'examine"
        ),
    );
}

/// The storage of the ledger, for whoever changes it and waits until others have done so.
fn shared(context: &Context) -> Result<Arc<dyn Storage>, CliError> {
    let folder = &context.folder;
    if place(folder)? != Place::Ledger {
        return Err(no_ledger(folder));
    }
    Ok(Arc::new(Files::at(folder).waiting(Patience { wait: context.wait })))
}

/// Opens the ledger to write, and tells what a recovery has left out.
pub fn writer(context: &Context) -> Result<Ledger, CliError> {
    let lang = context.lang;
    let bar = progress(1, Unit::Entries, "indexing");
    let ledger =
        Ledger::open_watched(shared(context)?, Box::new(SystemClock), Layout::default(), &mut |read, all| {
            bar.set_length(all);
            bar.set_position(read);
        });
    bar.finish_and_clear();
    let ledger = ledger?;
    if let Some(recovery) = ledger.recovery() {
        warn(lang, left_out(recovery, lang));
    }
    Ok(ledger)
}

fn left_out(recovery: &Recovery, lang: Lang) -> String {
    let Recovery { position, last_sequence, saved_to, bytes, .. } = recovery;
    let (segment, offset) = (segment_path(position.segment), position.offset);
    match lang {
        Lang::En => recovery.to_string(),
        Lang::Fr => format!(
            "après l'écriture {last_sequence}, dans {segment} à l'octet {offset}, une fin inachevée de {bytes} octets a été laissée \
             de côté et gardée dans {saved_to} ; seul un reçu gardé ailleurs peut dire si ce dernier groupe avait été confirmé"
        ),
    }
}

/// Tells that entries were recorded though the clock is far from the last one.
pub fn tell_clock(context: &Context, ledger: &Ledger) {
    let Some(doubt) = ledger.overruled_doubt() else { return };
    let english = match doubt {
        ClockDoubt::Behind { clock, last } => format!(
            "the clock says {clock}, and the last entry is of {last}: new entries are recorded right behind it, a nanosecond \
             apart, until the clock has come there"
        ),
        doubt => format!("{doubt} It was believed, as --clock-is-right says"),
    };
    let french = match doubt {
        ClockDoubt::Behind { clock, last } => format!(
            "l'horloge indique {clock}, et la dernière écriture est du {last} : les nouvelles écritures la suivent d'une \
             nanoseconde chacune, jusqu'à ce que l'horloge y arrive"
        ),
        doubt => format!("{} Elle a été crue, comme le dit --clock-is-right", french_clock_doubt(doubt)),
    };
    warn(context.lang, if context.lang == Lang::Fr { french } else { english });
}

/// Makes an empty ledger in a free folder, which is made if need be.
pub fn create(folder: &Path) -> Result<Ledger, CliError> {
    let files = interrupt::unless_answering(|| Files::make_at(folder));
    let files = files.map_err(|error| CliError::file(Deed::Make, folder, &error))?;
    Ok(Ledger::create(Arc::new(files), Box::new(SystemClock))?)
}

/// A ledger that can be written to as if it were the one in the folder: all changes are kept in files without a name, and
/// forgotten at the end.
#[derive(Debug)]
pub struct Rehearsal(Ledger);

impl Rehearsal {
    /// A rehearsal on the ledger in this folder, or on an empty one where the folder is free.
    pub fn over(folder: &Path) -> Result<Self, CliError> {
        let overlay = Overlay::new(storage(folder), Arc::new(Scratch::default()));
        let ledger = match place(folder)? {
            Place::Ledger => Ledger::open(Arc::new(overlay), Box::new(SystemClock))?,
            Place::Free => Ledger::create(Arc::new(overlay), Box::new(SystemClock))?,
            Place::Foreign => return Err(no_ledger(folder)),
        };
        Ok(Self(ledger))
    }

    /// A dry run: a rehearsal that trusts the clock as far as asked, and tells of an end that recording would leave out.
    pub fn dry_run(context: &Context) -> Result<Self, CliError> {
        let mut rehearsal = Self::over(&context.folder)?;
        rehearsal.trust_clock(context.clock);
        if let Some(Recovery { position, last_sequence, .. }) = rehearsal.recovery() {
            let segment = segment_path(position.segment);
            warn_of_end(context.lang, &segment, position.offset, *last_sequence);
        }
        Ok(rehearsal)
    }

    /// A rehearsal on a ledger in this folder that is open already, and may adopt it.
    pub fn of(ledger: &Ledger, folder: &Path) -> Result<Self, CliError> {
        let overlay: Arc<dyn Storage> = Arc::new(Overlay::new(storage(folder), Arc::new(Scratch::default())));
        Ok(Self(ledger.rehearsal(&overlay)?))
    }
}

/// A folder that is gone when dropped.
pub fn temporary() -> Result<TempDir, CliError> {
    interrupt::begin(tempfile::tempdir)
        .map_err(|error| CliError::file(Deed::MakeIn, &std::env::temp_dir(), &error))
}

impl Deref for Rehearsal {
    type Target = Ledger;
    fn deref(&self) -> &Ledger {
        &self.0
    }
}

impl DerefMut for Rehearsal {
    fn deref_mut(&mut self) -> &mut Ledger {
        &mut self.0
    }
}

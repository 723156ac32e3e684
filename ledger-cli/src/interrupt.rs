//! Interruption: SIGINT and SIGTERM, answered and told. Until a command records, or gives a file its name, it ends at once and
//! leaves nothing behind; from then on it comes to a good end first.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::context::Context;
use crate::error::{CliError, Exit};
use crate::output::Out;
use crate::report;

/// How often a folder is removed in which the command goes on writing until it ends.
const REMOVALS: u32 = 50;

static STATE: Mutex<State> = Mutex::new(State {
    finishing: false,
    asked: None,
    unfinished: Vec::new(),
    only_reads: false,
    stdout_taken: false,
});

#[derive(Debug)]
struct State {
    /// The command may not be cut short any more.
    finishing: bool,
    /// How it was asked to end.
    asked: Option<Exit>,
    /// What is being made, and goes when the command is cut short.
    unfinished: Vec<PathBuf>,
    /// The command records nothing.
    only_reads: bool,
    /// What is made goes to standard output, which therefore has no answer for scripts.
    stdout_taken: bool,
}

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers signals from now on: of a command that only reads the ledger, that no file was made, and of others that nothing was
/// recorded. Where no handler is to be had, they end the process as they always do.
pub fn watch(context: &Context, only_reads: bool) {
    state().only_reads = only_reads;
    let context = context.clone();
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
    let answer = move || signals.forever().for_each(|signal| answer(&context, signal));
    let _ = thread::Builder::new().name("signals".to_owned()).spawn(answer);
}

fn answer(context: &Context, signal: i32) {
    let exit = if signal == SIGTERM { Exit::Terminated } else { Exit::Interrupted };
    let mut state = state();
    if state.finishing && state.asked.is_none() {
        state.asked = Some(exit);
        return;
    }
    state.unfinished.iter().for_each(|path| remove(path));
    let error = if state.finishing {
        CliError::interrupted(
            exit,
            "interrupted again, and ended at once; the same command again completes what is recorded in part",
            "interrompu une seconde fois, et arrêté aussitôt ; la même commande complète ce qui est enregistré en partie",
        )
    } else {
        CliError::interrupted(
            exit,
            if state.only_reads {
                "interrupted: no file was made"
            } else {
                "interrupted: nothing was recorded"
            },
            if state.only_reads {
                "interrompu : aucun fichier n'a été créé"
            } else {
                "interrompu : rien n'a été enregistré"
            },
        )
    };
    // The state stays locked, so that the command cannot begin to record meanwhile.
    let json = context.json && !state.stdout_taken;
    let exit = report(&Context { json, ..context.clone() }, &mut Out::new(), &error);
    // sled makes all folders above its own, even those that were just removed.
    state.unfinished.iter().for_each(|path| remove(path));
    process::exit(exit as i32);
}

/// Removes a file or a folder, in which a thread at work may just have begun another file.
fn remove(path: &Path) {
    for _ in 0..REMOVALS {
        // What does not go at once is tried again; the command may be removing it, too.
        let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        if path.symlink_metadata().is_err() {
            return;
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// Acts unless a signal is being answered, which ends the process: what was removed is not made again, and what the command
/// made of losing its files is not said.
pub fn unless_answering<T>(act: impl FnOnce() -> T) -> T {
    let _state = state();
    act()
}

/// From now on the command is not cut short; it may ask whether it [should end](asked).
pub fn finish() {
    state().finishing = true;
}

/// Whether the command should end as soon as it can, and how.
pub fn asked() -> Option<Exit> {
    state().asked
}

/// Begins what is of no use to anybody if the command is cut short. A signal that comes meanwhile is answered when it is
/// known where it lies.
pub fn begin<T: AsRef<Path>>(make: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let mut state = state();
    let begun = make()?;
    state.unfinished.push(begun.as_ref().to_owned());
    Ok(begun)
}

/// What is being made goes to standard output.
pub fn stdout_taken() {
    state().stdout_taken = true;
}

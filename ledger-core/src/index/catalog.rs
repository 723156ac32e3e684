//! The catalog: which runs are live and which were replaced when, in sled. It follows from the files of the runs, so
//! nothing is lost with it, and no answer depends on it.
//!
//! Whatever sled does (wait, spin, panic) it does on a thread of its own, for which nobody waits longer than
//! [`PATIENCE`]: then it is given up, and removed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::storage::{Shelf, ShelfError, Storage};

const KEY: &[u8] = b"catalog";

/// The version of its form; another one is as good as none.
const FORMAT: u32 = 1;

/// How long anybody waits for sled.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is known of the files in the folder of the index.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// Counts flushes.
    pub round: u64,
    /// The live runs.
    pub live: Vec<String>,
    /// Those that are kept for whoever may just read them.
    pub replaced: Vec<Replaced>,
}

/// A run that was replaced by a longer one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    /// Its file.
    pub run: String,
    /// The round in which that was.
    pub round: u64,
}

/// The catalog as it stands in sled.
#[derive(Serialize, Deserialize)]
struct Stored {
    format: u32,
    #[serde(flatten)]
    catalog: Catalog,
}

/// Asks sled, and waits no longer than it may.
#[derive(Debug)]
pub struct CatalogKeeper {
    storage: Arc<dyn Storage>,
    /// None once it was given up, or where there is no sled.
    asking: Option<Asking>,
}

#[derive(Debug)]
struct Asking {
    last: Sender<Catalog>,
    closed: Receiver<Result<(), ShelfError>>,
    given_up: Arc<AtomicBool>,
}

impl CatalogKeeper {
    /// Opens the catalog in this storage, and says what it holds: nothing, if it cannot be had in time.
    pub fn open(storage: &Arc<dyn Storage>) -> (Self, Catalog) {
        let (send_known, known) = channel();
        let (last, inbox) = channel();
        let (send_closed, closed) = channel();
        let given_up = Arc::<AtomicBool>::default();
        let (theirs, flag) = (Arc::clone(storage), Arc::clone(&given_up));
        let keep = move || {
            let wanted = || !flag.load(Ordering::SeqCst);
            let opened = theirs.shelf().and_then(|mut shelf| Ok((read(&mut *shelf)?, shelf)));
            let shelf = match opened {
                Ok((catalog, shelf)) => send_known.send(Ok(catalog)).is_ok().then_some(shelf),
                Err(error) => {
                    let _ = send_known.send(Err(error));
                    None
                }
            };
            if let (Some(mut shelf), Ok(catalog)) = (shelf, inbox.recv()) {
                let written = write(&mut *shelf, catalog).and_then(|()| shelf.close(&wanted));
                let _ = send_closed.send(written);
            }
        };
        let asking = Asking { last, closed, given_up };
        let mut keeper = Self { storage: Arc::clone(storage), asking: Some(asking) };
        let thread = thread::Builder::new().name("catalog".to_owned()).spawn(keep);
        // It ends without an answer when it panics.
        let known = if thread.is_ok() { known.recv_timeout(PATIENCE).ok() } else { None };
        match known {
            Some(Ok(catalog)) => (keeper, catalog),
            Some(Err(ShelfError::Absent)) => {
                keeper.asking = None;
                (keeper, Catalog::default())
            }
            _ => {
                keeper.give_up();
                (keeper, Catalog::default())
            }
        }
    }

    /// Leaves this behind, and closes it.
    pub fn close(mut self, catalog: &Catalog) {
        let Some(asking) = &self.asking else { return };
        let sent = asking.last.send(catalog.clone()).is_ok();
        if !sent || !matches!(asking.closed.recv_timeout(PATIENCE), Ok(Ok(()))) {
            self.give_up();
        }
    }

    /// It is made anew by another process.
    fn give_up(&mut self) {
        if let Some(asking) = self.asking.take() {
            asking.given_up.store(true, Ordering::SeqCst);
            let _ = self.storage.drop_shelf();
        }
    }
}

fn read(shelf: &mut dyn Shelf) -> Result<Catalog, ShelfError> {
    let Some(bytes) = shelf.get(KEY)? else { return Ok(Catalog::default()) };
    let stored = serde_json::from_slice::<Stored>(&bytes).ok();
    Ok(stored.filter(|stored| stored.format == FORMAT).map(|stored| stored.catalog).unwrap_or_default())
}

fn write(shelf: &mut dyn Shelf, catalog: Catalog) -> Result<(), ShelfError> {
    let stored = serde_json::to_vec(&Stored { format: FORMAT, catalog });
    let stored = stored.map_err(|error| ShelfError::Failed { reason: error.to_string() })?;
    shelf.put(KEY, &stored)
}

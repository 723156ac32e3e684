//! Those that commit the same operations: the floor, the ledger and `SQLite`. Each tells how long its commit took; making
//! the operations is not counted. Each is made when it first commits, so that a filter spares what it leaves out.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use benches::floor::Floor;
use benches::season::Season;
use benches::{done, used};
use ledger_core::storage::{Files, SystemClock};
use ledger_core::{Ledger, Operation};

use crate::sqlite::Sqlite;

/// The bureaux, the members and the bills, which come before the first swap.
const OPENING: usize = 1_000;

/// The contenders for commits of one size.
pub struct Contest {
    folder: PathBuf,
    batch: usize,
    floor: Option<Floor>,
    ledger: Option<(Ledger, Season)>,
    sqlite: Option<(Sqlite, Season)>,
}

impl Contest {
    /// Commits of so many operations, in files below a folder.
    pub fn new(folder: PathBuf, batch: usize) -> Self {
        Self { folder, batch, floor: None, ledger: None, sqlite: None }
    }

    /// As many bytes as the ledger writes.
    pub fn floor(&mut self) -> Duration {
        let floor = self.floor.get_or_insert_with(|| floor_under(&self.folder.join("floor"), self.batch));
        timed(|| done(floor.commit(), "the floor"))
    }

    /// The next operations of its season, to the ledger.
    pub fn ledger(&mut self) -> Duration {
        let (ledger, season) = self.ledger.get_or_insert_with(|| opened_ledger(&self.folder.join("ledger")));
        let operations = season.take(self.batch);
        timed(|| post(ledger, &operations))
    }

    /// The next operations of its season, to the database.
    pub fn sqlite(&mut self) -> Duration {
        let (sqlite, season) = self.sqlite.get_or_insert_with(|| opened_sqlite(&self.folder.join("sqlite")));
        let operations = season.take(self.batch);
        timed(|| done(sqlite.post_batch(&operations), "posting to SQLite"))
    }
}

/// The floor under commits of so many operations: it takes as many bytes as each adds to a journal, as the mean of a few.
pub fn floor_under(folder: &Path, batch: usize) -> Floor {
    const COMMITS: usize = 10;
    let (mut ledger, mut season) = opened_ledger(folder);
    let journal_len = || done(used::journal_bytes(folder), "the journal");
    let before = journal_len();
    for _ in 0..COMMITS {
        post(&mut ledger, &season.take(batch));
    }
    let commit_len = done(usize::try_from(journal_len() - before), "a length") / COMMITS;
    println!("\nposting/{batch}: a commit has {commit_len} bytes, {} for each entry", commit_len / batch);
    done(Floor::new(&folder.join("zeros"), commit_len), "the floor")
}

/// A new ledger in files, through the opening of the season.
pub fn opened_ledger(folder: &Path) -> (Ledger, Season) {
    let storage = Arc::new(done(Files::make_at(folder), "the folder of the ledger"));
    let mut ledger = done(Ledger::create(storage, Box::new(SystemClock)), "the ledger");
    let mut season = Season::new();
    done(ledger.post_batch(&season.take(OPENING)), "the opening");
    (ledger, season)
}

/// The same in a database.
fn opened_sqlite(folder: &Path) -> (Sqlite, Season) {
    done(std::fs::create_dir_all(folder), "the folder of the database");
    let mut sqlite = done(Sqlite::create(&folder.join("ledger.sqlite")), "the database");
    let mut season = Season::new();
    done(sqlite.post_batch(&season.take(OPENING)), "the opening");
    (sqlite, season)
}

fn post(ledger: &mut Ledger, operations: &[Operation]) {
    if let [operation] = operations {
        black_box(done(ledger.post(operation), "posting"));
    } else {
        black_box(done(ledger.post_batch(operations), "posting"));
    }
}

fn timed(commit: impl FnOnce()) -> Duration {
    let began = Instant::now();
    commit();
    began.elapsed()
}

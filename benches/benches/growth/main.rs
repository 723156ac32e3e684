//! How each cost of the ledger grows with its number of entries: a ledger of each size is made on real files, and what it
//! took to make it, to open it and to ask it is told in a table, a file of rows and a plot.
//!
//! What depends on memory, or on nothing being warm, runs in a process of its own.
#![allow(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "figures for people and plots, no money"
)]

mod asking;
mod child;
mod memory;
mod opening;
mod plot;
mod posting;
mod row;
mod table;
mod task;

use std::fs;
use std::path::{Path, PathBuf};

use benches::done;
use tempfile::TempDir;

use crate::asking::Aiga;
use crate::row::Row;
use crate::task::Task;

/// Operations in a commit.
const BATCH: usize = 8_000;
/// At this size, whether or not anything is measured.
const ENTRIES_OF_A_TEST: u64 = 20_000;
/// How many lines of JSON a file has that is posted whole.
const LINES: u64 = 1_000_000;

fn main() {
    let task = match Task::parse(std::env::args().skip(1)) {
        Ok(task) => task,
        Err(message) => {
            eprintln!("growth: {message}");
            std::process::exit(2);
        }
    };
    match task {
        Task::Nothing => {}
        Task::Test => {
            let aiga = Aiga::built(false);
            measured(&aiga, ENTRIES_OF_A_TEST, Some(ENTRIES_OF_A_TEST / 10));
            println!("Testing growth\nSuccess\n");
        }
        Task::Measure { sizes, write } => measure(&sizes, write),
        Task::Post { folder, entries } => child::answer(&posting::post_all(&folder, entries)),
        Task::Open { folder } => child::answer(&opening::open(&folder)),
        Task::Retry { folder } => child::answer(&opening::retry(&folder)),
    }
}

fn measure(sizes: &[u64], write: bool) {
    let aiga = Aiga::built(true);
    let mut rows = Vec::new();
    for &entries in sizes {
        // The same file at each size would only be the same figure again.
        let first_large = entries >= LINES && rows.iter().all(|row: &Row| row.entries < LINES);
        let row = measured(&aiga, entries, first_large.then_some(LINES));
        eprintln!("{}", done(serde_json::to_string(&row), "a row"));
        rows.push(row);
    }
    let table = table::markdown(&rows);
    println!("{table}");
    if write {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let json = done(serde_json::to_string_pretty(&rows), "the rows");
        done(fs::write(folder.join("growth.json"), json + "\n"), "growth.json");
        done(plot::draw(&rows, &folder.join("growth.svg")), "growth.svg");
        done(table::replace_in(&folder.join("README.md"), &table), "README.md");
    }
}

/// Makes a ledger of this size and measures it; the folder is removed again.
fn measured(aiga: &Aiga, entries: u64, lines: Option<u64>) -> Row {
    let folder = done(TempDir::new_in(env!("CARGO_TARGET_TMPDIR")), "a folder");
    let ledger = folder.path().join("ledger");
    let posting = child::posting(&ledger, entries);
    let opening = child::opening(&ledger);
    let asking = aiga.ask(&ledger, &posting.middle_reference, entries);
    let lines_s = lines.map(|lines| aiga.post_lines(folder.path(), lines));
    Row { entries, posting, opening, asking, lines_s }
}

/// The folder of all that is built.
fn target() -> PathBuf {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    temporary.parent().unwrap_or(temporary).to_owned()
}

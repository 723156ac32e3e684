//! Processes of this same program: each tells its figures as JSON on standard output.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use benches::done;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::row::{Opening, Posting, rounded};

/// How often opening is measured.
const OPENINGS: usize = 5;

/// What a child says at its end.
pub fn answer(figures: &impl Serialize) {
    println!("{}", done(serde_json::to_string(figures), "the figures"));
}

/// Makes a ledger of so many entries.
pub fn posting(folder: &Path, entries: u64) -> Posting {
    ask(&["--child-post".as_ref(), folder.as_os_str(), entries.to_string().as_ref()])
}

/// Opens it a few times, and once to post its first batch again.
pub fn opening(folder: &Path) -> Opening {
    let open = || ask::<f64>(&["--child-open".as_ref(), folder.as_os_str()]);
    let open_ms = median((0..OPENINGS).map(|_| open()).collect());
    let retry_ms = ask::<f64>(&["--child-retry".as_ref(), folder.as_os_str()]);
    Opening { open_ms: rounded(open_ms), retry_ms: rounded(retry_ms) }
}

/// The middle one.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn ask<T: DeserializeOwned>(arguments: &[&OsStr]) -> T {
    let program = done(std::env::current_exe(), "this program");
    let output = Command::new(program).args(arguments).stderr(Stdio::inherit()).output();
    let output = done(output, "a process of its own");
    assert!(output.status.success(), "{arguments:?}: {}", output.status);
    done(serde_json::from_slice(&output.stdout), "its figures")
}

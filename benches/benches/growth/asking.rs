//! `aiga` as people have it: whole processes, from their start to their end.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use benches::done;
use benches::season::Season;

use crate::child::median;
use crate::posting::milliseconds;
use crate::row::{Asking, rounded};
use crate::target;

/// How often a command is run, unless that takes longer than this altogether.
const TIMES: usize = 9;
const PATIENCE: Duration = Duration::from_secs(20);

/// The program.
pub struct Aiga {
    program: PathBuf,
}

impl Aiga {
    /// As cargo builds it from this source: for measuring as a release, and otherwise as the tests do.
    pub fn built(release: bool) -> Self {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--locked", "--quiet", "--package", "ledger-cli", "--bin", "aiga"]);
        build.args(release.then_some("--release"));
        build.arg("--target-dir").arg(target()).current_dir(env!("CARGO_MANIFEST_DIR"));
        let ended = done(build.status(), "cargo build");
        assert!(ended.success(), "cargo build: {ended}");
        let profile = if release { "release" } else { "debug" };
        Self { program: target().join(profile).join("aiga") }
    }

    /// Asks a ledger of so many entries; swaps a few bills at the end.
    pub fn ask(&self, ledger: &Path, reference: &str, entries: u64) -> Asking {
        let typical = |arguments: &[&str]| milliseconds(self.typical(ledger, arguments));
        let status_ms = rounded(typical(&["status"]));
        let journal_ms = rounded(typical(&["journal", "--ref", reference]));
        let audit_s = rounded(typical(&["audit"]) / 1e3);
        let swap = ["swap", "bureau-3", "--bills", "1x10", "--paid", "cash", "--member", "U-0042"];
        let swap_ms = rounded(typical(&swap));
        let audit_entries_per_s = rounded(entries as f64 / audit_s);
        Asking { status_ms, journal_ms, audit_s, audit_entries_per_s, swap_ms }
    }

    /// Seconds to post a file of so many lines to a new ledger; writing the file is not counted.
    pub fn post_lines(&self, folder: &Path, lines: u64) -> f64 {
        let file = folder.join("operations.jsonl");
        let mut season = Season::new();
        let mut out = BufWriter::new(done(File::create(&file), "the file"));
        for _ in 0..lines {
            let line = done(serde_json::to_string(&season.next_operation()), "a line");
            done(writeln!(out, "{line}"), "the file");
        }
        done(out.into_inner(), "the file");
        let file = file.to_string_lossy();
        rounded(self.run(&folder.join("posted"), &["post", &file]).as_secs_f64())
    }

    /// The median time of a command.
    fn typical(&self, ledger: &Path, arguments: &[&str]) -> Duration {
        let began = Instant::now();
        let mut times = Vec::new();
        while times.is_empty() || (times.len() < TIMES && began.elapsed() < PATIENCE) {
            times.push(self.run(ledger, arguments).as_secs_f64());
        }
        Duration::from_secs_f64(median(times))
    }

    fn run(&self, ledger: &Path, arguments: &[&str]) -> Duration {
        let mut command = Command::new(&self.program);
        command.arg("--ledger").arg(ledger).args(["--lang", "en"]).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let began = Instant::now();
        let status = done(command.status(), "aiga");
        let took = began.elapsed();
        assert!(status.success(), "aiga {arguments:?}: {status}");
        took
    }
}

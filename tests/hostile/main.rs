//! Whatever a reader is given, it ends in time and in bounded memory, says what is wrong by name, and nothing of what it
//! was given reaches a terminal but letters.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

#[allow(dead_code, reason = "the desk serves other tests too")]
#[path = "../cli/desk.rs"]
mod desk;
mod endless;
mod fields;
mod keys;
mod ledger_folder;
mod paths;
mod small;
mod terminal;

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use desk::{Desk, Said};

/// Long enough for a debug build on a busy machine, and no time at all for what never ends.
const TIME_MAX: Duration = Duration::from_secs(30);
/// What a process may claim, in KiB of addresses.
const ADDRESSES_KIB_MAX: u64 = 2_000_000;

impl Desk {
    /// Runs the program, which has to end in time and in bounded memory.
    pub fn bounded(&self, arguments: &[&str]) -> Said {
        self.within(arguments, &format!("ulimit -v {ADDRESSES_KIB_MAX}"), Stdio::null())
    }

    /// The same under other limits of a shell, with something as standard input.
    pub fn within(&self, arguments: &[&str], limits: &str, input: Stdio) -> Said {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{limits} && exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_aiga")]);
        shell.args(arguments).current_dir(self.path("")).env_clear().env("TMPDIR", self.path(""));
        self.ends(shell.env("LC_ALL", "C.UTF-8").stdin(input), &format!("{arguments:?}"))
    }

    /// Runs a command that has to end in time. What it says goes through files, which are never full.
    pub fn ends(&self, command: &mut Command, what: &str) -> Said {
        let (out, err) = (self.path("said.out"), self.path("said.err"));
        let mut child = command
            .stdout(File::create(&out).unwrap())
            .stderr(File::create(&err).unwrap())
            .spawn()
            .expect("the program runs");
        let until = Instant::now() + TIME_MAX;
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break status,
                None if Instant::now() > until => {
                    child.kill().unwrap();
                    child.wait().unwrap();
                    panic!("{what} has not ended");
                }
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        let text = |path: &Path| String::from_utf8(std::fs::read(path).unwrap()).expect("UTF-8");
        let (out, err) = (text(&out), text(&err));
        let code = status.code().unwrap_or_else(|| panic!("{what} ended by {status}: {err}"));
        assert!(!err.contains("panicked"), "{what}: {err}");
        Said { out, err, code }
    }

    /// A pipe with a name, which nobody opens.
    pub fn pipe(&self, name: &str) -> String {
        let path = self.path(name);
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        path.to_str().unwrap().to_owned()
    }

    /// A file of so many GiB, of which the disk holds nothing.
    pub fn sparse(&self, name: &str, gib: u64) -> String {
        let path = self.path(name);
        File::options().create(true).append(true).open(&path).unwrap().set_len(gib << 30).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

//! The binary as a person meets it: run in a folder of its own, and what it said.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder with a ledger in it, gone when dropped.
pub struct Desk {
    folder: tempfile::TempDir,
}

/// What a run of the program said, and its exit code.
pub struct Said {
    pub out: String,
    pub err: String,
    pub code: i32,
}

impl Said {
    pub fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program speaks UTF-8");
        let code = output.status.code().expect("the program ends by itself");
        Self { out: text(output.stdout), err: text(output.stderr), code }
    }

    /// The one JSON value that was printed.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }

    pub fn done(self) -> Self {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self
    }

    /// Asserts the exit code and that both streams together say all of this.
    pub fn fails(self, code: i32, saying: &[&str]) -> Self {
        let all = format!("{}{}", self.out, self.err);
        assert_eq!(self.code, code, "{all}");
        for words in saying {
            assert!(all.contains(words), "{words:?} is not in: {all}");
        }
        self
    }
}

impl Said {
    /// Asserts that neither stream says this.
    #[allow(dead_code, reason = "not every test that has a desk asks")]
    pub fn lacks(self, words: &str) -> Self {
        let all = format!("{}{}", self.out, self.err);
        assert!(!all.contains(words), "{words:?} is in: {all}");
        self
    }
}

impl Desk {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A desk whose ledger holds the bundled season.
    pub fn with_season() -> Self {
        let desk = Self::new();
        desk.aiga(&["post", season("operations.jsonl").to_str().expect("a path")]).done();
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn ledger(&self) -> PathBuf {
        self.path("aiga-ledger")
    }

    /// Writes a file beside the ledger and gives its path.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), bytes).expect("a file is written");
        self.path(name).to_str().expect("a path").to_owned()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aiga"));
        command.args(arguments).current_dir(self.folder.path()).env_clear().env("TMPDIR", self.folder.path());
        command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
        command
    }

    pub fn aiga(&self, arguments: &[&str]) -> Said {
        Said::of(self.command(arguments).output().expect("the program runs"))
    }

    /// Entries and root, the shortest way to say that nothing changed.
    pub fn entries_and_root(&self) -> (u64, String) {
        let status = self.aiga(&["status", "--json"]).done().json();
        (status["entries"].as_u64().expect("entries"), status["root"].as_str().expect("root").to_owned())
    }
}

/// A file of the bundled season.
pub fn season(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/season-2026").join(file)
}

/// A file of the bundled season that is written in Latin-1, as text.
pub fn season_in_latin(file: &str) -> String {
    std::fs::read(season(file)).expect("the season is there").into_iter().map(char::from).collect()
}

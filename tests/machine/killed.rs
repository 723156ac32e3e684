//! Guards against a command that, killed at any moment, loses what it has said is recorded, leaves half of anything where
//! the whole belongs, or cannot simply be run again.

mod index;
mod proofs;
mod repairs;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use super::desk::{Desk, Said, season};
use super::{copy, interest, text};

/// How often each command is killed; `KILL_ROUNDS` asks for more.
fn rounds() -> u32 {
    std::env::var("KILL_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(2)
}

/// A command that is killed, over and over, each time on a desk that is as it was.
struct Scene<'a> {
    name: &'a str,
    desk: Desk,
    command: Vec<String>,
    /// How it ends when nobody kills it.
    code: i32,
    /// What it makes beside the ledger.
    makes: Option<&'a str>,
    /// Whether it may be run again when what it makes is there.
    again: bool,
}

impl Scene<'_> {
    fn command(&self) -> Vec<&str> {
        self.command.iter().map(String::as_str).collect()
    }

    /// Makes the desk as it was.
    fn reset(&self, template: &Path) {
        for entry in fs::read_dir(self.desk.path("")).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
        }
        copy(template, &self.desk.path(""));
    }

    /// Starts it, and kills it after this time; what it said, whether it had ended by itself, and its exit code.
    fn kill_after(&self, patience: Duration) -> Option<Said> {
        let mut child =
            self.desk.command(&self.command()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        thread::sleep(patience);
        // SIGKILL: nothing of it runs any more.
        child.kill().unwrap();
        let output = child.wait_with_output().unwrap();
        output.status.code().is_some().then(|| Said::of(output))
    }

    /// Kills it at moments spread over the time that it takes, and checks what is left each time.
    fn play(&self, left: impl Fn(&Self, Option<&Said>)) {
        let template = tempfile::tempdir().unwrap();
        copy(&self.desk.path(""), template.path());
        let began = Instant::now();
        self.desk.aiga(&self.command()).fails(self.code, &[]);
        let took = began.elapsed();
        let whole = self.outcome();
        let mut killed = 0;
        for round in 0..rounds() {
            self.reset(template.path());
            // The golden ratio spreads any number of rounds evenly over the time that it takes.
            let thousandths = (round * 618 + 100) % 1000;
            let said = self.kill_after(took * thousandths / 1000);
            killed += u32::from(said.is_none());
            left(self, said.as_ref());
            let made = self.makes.is_some_and(|name| self.desk.path(name).exists());
            if !made || self.again {
                self.desk.aiga(&self.command()).fails(self.code, &[]);
            }
            assert_eq!(self.outcome(), whole, "{}: round {round}", self.name);
        }
        println!("{}: {} rounds, {killed} killed before the end", self.name, rounds());
    }

    /// The ledger, and what is made beside it, once all is well.
    fn outcome(&self) -> (u64, String, Option<u64>) {
        let audit = self.desk.aiga(&["audit", "--json"]).done().json();
        let root = audit["entries"].as_u64().unwrap();
        let made = self.makes.map(|name| {
            let path = self.desk.path(name);
            assert!(path.exists(), "{} made nothing", self.name);
            match ledger_at(&path) {
                Some(place) => {
                    self.desk.aiga(&["audit", "--ledger", text(&place), "--json"]).done().json()["entries"]
                        .as_u64()
                        .unwrap()
                }
                None => path.metadata().unwrap().len(),
            }
        });
        // A root differs with the instants of the entries; the balances do not.
        let balances = self.desk.aiga(&["account", "--json"]).done().out;
        (root, balances, made)
    }
}

/// The ledger that was made at a path, if it is one.
fn ledger_at(path: &Path) -> Option<PathBuf> {
    path.join("journal").is_dir().then(|| path.to_owned())
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The ledger itself: whole blocks and nothing that a backup would be needed for.
fn sound(scene: &Scene<'_>, entries: &[u64]) -> u64 {
    let doctor = scene.desk.aiga(&["doctor", "--json"]);
    assert!([0, 3].contains(&doctor.code), "{}: {}{}", scene.name, doctor.out, doctor.err);
    let found = doctor.json()["found"]["journal"]["entries"].as_u64().unwrap();
    assert!(entries.contains(&found), "{}: {found} entries, not one of {entries:?}", scene.name);
    found
}

/// A command that records nothing: the ledger is as it was, and what it makes is there as a whole or not at all.
fn whole_or_not_at_all(scene: &Scene<'_>, entries: u64) {
    let before = scene.desk.entries_and_root();
    scene.play(|scene, said| {
        assert_eq!(scene.desk.entries_and_root(), before);
        sound(scene, &[entries]);
        let place = scene.desk.path(scene.makes.unwrap());
        if said.is_some() {
            assert!(place.exists(), "{} said that it was done", scene.name);
        }
        if let Some(ledger) = ledger_at(&place) {
            let audit = scene.desk.aiga(&["audit", "--ledger", text(&ledger), "--json"]).done().json();
            assert_eq!(audit["entries"], entries, "{}: half of a ledger", scene.name);
        }
    });
}

#[test]
fn killed_while_it_posts_a_file() {
    let desk = Desk::with_season();
    let file = interest(&desk, "month", 0..2000);
    let command = words(&["post", &file, "--json"]);
    let scene = Scene { name: "post", desk, command, code: 0, makes: None, again: true };
    scene.play(|scene, said| {
        let entries = sound(scene, &[890, 2890]);
        assert!(said.is_none() || entries == 2890, "acknowledged and lost");
    });
}

#[test]
fn killed_while_it_records_one_swap() {
    let desk = Desk::with_season();
    let swap = ["swap", "florac", "--bills", "1x5", "--paid", "cash", "--on", "2026-08-29", "--ref", "once"];
    let scene = Scene { name: "swap", desk, command: words(&swap), code: 0, makes: None, again: true };
    scene.play(|scene, said| {
        let entries = sound(scene, &[890, 891]);
        assert!(said.is_none() || entries == 891, "acknowledged and lost");
    });
}

#[test]
fn killed_while_it_makes_the_index_anew() {
    let desk = Desk::with_season();
    desk.aiga(&["post", &interest(&desk, "much", 0..9000)]).done();
    fs::remove_dir_all(desk.ledger().join("index")).unwrap();
    let charge = ["charge", "1.00", "--on", "2026-09-02", "--ref", "once"];
    let scene = Scene { name: "index", desk, command: words(&charge), code: 0, makes: None, again: true };
    scene.play(|scene, said| {
        let entries = sound(scene, &[9890, 9891]);
        assert!(said.is_none() || entries == 9891, "acknowledged and lost");
        // What is left of the index makes nobody record anything twice.
        let again =
            scene.desk.aiga(&["post", &interest(&scene.desk, "much", 0..9000), "--json"]).done().json();
        assert_eq!(again["recorded"], 0, "{again}");
    });
}

#[test]
fn killed_while_it_founds_a_ledger() {
    let desk = Desk::new();
    let init = [
        "init",
        "--association",
        "Essai",
        "--iban",
        "FR7621570000010001234567870",
        "--on",
        "2026-01-02",
        "--ref",
        "found",
    ];
    let scene = Scene { name: "init", desk, command: words(&init), code: 0, makes: None, again: true };
    scene.play(|scene, said| {
        if said.is_some() {
            sound(scene, &[1]);
        }
    });
}

#[test]
fn killed_while_it_reconciles_and_posts() {
    let desk = Desk::with_season();
    let nef = season("nef.csv");
    let command = words(&["reconcile", text(&nef), "--post", "--yes"]);
    let after = {
        let other = Desk::with_season();
        other.aiga(&["reconcile", text(&nef), "--post", "--yes"]).fails(3, &[]);
        other.entries_and_root().0
    };
    let scene = Scene { name: "reconcile", desk, command, code: 3, makes: None, again: true };
    scene.play(|scene, said| {
        let entries = sound(scene, &[890, after]);
        assert!(said.is_none() || entries == after, "acknowledged and lost");
    });
}

#[test]
fn killed_while_it_makes_a_backup() {
    for to in ["april.tar", "april"] {
        let (desk, command) = (Desk::with_season(), words(&["backup", to]));
        let scene = Scene { name: "backup", desk, command, code: 0, makes: Some(to), again: false };
        whole_or_not_at_all(&scene, 890);
    }
}

#[test]
fn killed_while_it_restores_one() {
    let desk = Desk::with_season();
    desk.aiga(&["backup", "april.tar"]).done();
    let command = words(&["restore", "april.tar", "--ledger", "april"]);
    let scene = Scene { name: "restore", desk, command, code: 0, makes: Some("april"), again: false };
    whole_or_not_at_all(&scene, 890);
}

#[test]
fn killed_while_it_imports_a_journal() {
    let desk = Desk::with_season();
    desk.aiga(&["export", "--format", "jsonl", "journal.jsonl"]).done();
    let command = words(&["--ledger", "imported", "import-journal", "journal.jsonl"]);
    let scene =
        Scene { name: "import-journal", desk, command, code: 0, makes: Some("imported"), again: false };
    whole_or_not_at_all(&scene, 890);
}

#[test]
fn killed_while_it_exports() {
    let desk = Desk::with_season();
    let command = words(&["export", "--format", "jsonl", "journal.jsonl"]);
    let scene = Scene { name: "export", desk, command, code: 0, makes: Some("journal.jsonl"), again: false };
    whole_or_not_at_all(&scene, 890);
}

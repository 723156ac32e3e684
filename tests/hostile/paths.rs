//! Guards against a path that is not UTF-8: commands that did their work and then panicked when they told of it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};

use super::Desk;
use super::desk::{Said, season};

/// Runs the program in both ways of telling.
fn run(desk: &Desk, arguments: &[&OsStr], json: bool) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aiga"));
    command.args(arguments).current_dir(desk.path("")).env_clear().env("TMPDIR", desk.path(""));
    command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    if json {
        command.arg("--json");
    }
    desk.ends(&mut command, &format!("{arguments:?}"))
}

#[test]
fn every_command_takes_a_path_that_is_not_utf8() {
    for json in [false, true] {
        let desk = Desk::new();
        let name = |name: &str| -> OsString { [b"\xff\xe9-", name.as_bytes()].concat().as_slice().to_os() };
        fs::copy(season("operations.jsonl"), desk.path("").join(name("ops.jsonl"))).unwrap();
        fs::copy(season("nef.csv"), desk.path("").join(name("nef.csv"))).unwrap();
        fs::write(desk.path("").join(name("rules.toml")), "interest = [\"intérêts\"]\n").unwrap();
        fs::write(desk.path("").join(name("chart.toml")), "").unwrap();
        let profile = "delimiter = \";\"\ndate_format = \"%d/%m/%Y\"\ndecimal = \",\"\n[columns]\ndate = \"Date\"\nlabel = \"L\"\namount = \"M\"\n";
        fs::write(desk.path("").join(name("profile.toml")), profile).unwrap();
        fs::write(desk.path("").join(name("other.csv")), "Date;L;M\n02/03/2026;x;1,00\n").unwrap();
        let ledger = name("ledger");
        // A word in capitals is a path with such a name; the ledger is named so as well.
        let commands: [(&str, i32); 26] = [
            ("post OPS.JSONL", 0),
            ("status", 0),
            ("doctor", 0),
            ("audit", 0),
            ("key new --name example.org/aiga", 0),
            ("key show", 0),
            ("checkpoint CHECK.TXT", 0),
            ("checkpoint verify CHECK.TXT", 0),
            ("receipt 6 RECEIPT.JSON --html RECEIPT.HTML", 0),
            ("receipt verify RECEIPT.JSON", 0),
            ("consistency CHECK.TXT", 0),
            ("consistency CHECK.TXT --out GROWTH.JSON", 0),
            ("consistency verify GROWTH.JSON", 0),
            ("export --format jsonl JOURNAL.JSONL", 0),
            ("export --format fec --year 2026 --siren 123456789 --chart CHART.TOML FEC.TXT", 0),
            ("audit JOURNAL.JSONL --against CHECK.TXT", 0),
            ("backup KEPT", 0),
            ("backup KEPT.TAR", 0),
            ("doctor KEPT", 0),
            ("statement show NEF.CSV", 0),
            ("statement show OTHER.CSV --profile PROFILE.TOML", 0),
            ("reconcile NEF.CSV --rules RULES.TOML --csv R.CSV --html R.HTML", 3),
            ("statement show NO.CSV", 1),
            ("receipt verify RECEIPT.JSON --key NO.PUB", 1),
            ("export --format csv JOURNAL.JSONL", 1),
            ("--ledger NEW restore KEPT.TAR", 0),
        ];
        let path = |word: &str| -> OsString {
            let is_path = word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase() || c == '.');
            if is_path { name(&word.to_lowercase()) } else { word.into() }
        };
        for (command, code) in commands {
            let mut words: Vec<OsString> = command.split(' ').map(path).collect();
            if !command.contains("--ledger") {
                words.extend(["--ledger".into(), ledger.clone()]);
            }
            let words: Vec<&OsStr> = words.iter().map(OsString::as_os_str).collect();
            let said = run(&desk, &words, json);
            let expected = if code == 3 { [0, 3] } else { [code; 2] };
            assert!(expected.contains(&said.code), "{command}: {} {}{}", said.code, said.out, said.err);
            if code == 1 || command.starts_with("backup") {
                assert!(format!("{}{}", said.out, said.err).contains('\u{fffd}'), "{command}: {}", said.out);
            }
        }
        run(&desk, &["demo".as_ref(), &name("demo")], json).done();
        run(
            &desk,
            &["--ledger".as_ref(), &name("imported"), "import-journal".as_ref(), &name("journal.jsonl")],
            json,
        )
        .done();
    }
}

trait ToOs {
    fn to_os(&self) -> OsString;
}

impl ToOs for [u8] {
    fn to_os(&self) -> OsString {
        OsStr::from_bytes(self).to_owned()
    }
}

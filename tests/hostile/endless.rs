//! Guards against files that do not end, or never begin: a reader that claims memory until it dies, or waits for ever.

use std::fs::File;
use std::process::{Command, Stdio};

use super::Desk;
use super::desk::season;

/// Every command that reads something which the user names; `X` is what it is given.
const READERS: [&[&str]; 17] = [
    &["statement", "show", "X"],
    &["reconcile", "X"],
    &["statement", "show", "nef.csv", "--profile", "X"],
    &["reconcile", "nef.csv", "--rules", "X"],
    &["receipt", "verify", "X"],
    &["receipt", "verify", "receipt.json", "--key", "X"],
    &["checkpoint", "verify", "X"],
    &["checkpoint", "verify", "checkpoint.txt", "--key", "X"],
    &["checkpoint", "verify", "checkpoint.txt", "--export", "X"],
    &["consistency", "verify", "X"],
    &["consistency", "X"],
    &["audit", "--against", "X"],
    &["audit", "X"],
    &["export", "--format", "fec", "--year", "2026", "--siren", "123456789", "--chart", "X", "fec.txt"],
    &["--ledger", "new", "restore", "X"],
    &["--ledger", "new", "import-journal", "X"],
    &["post", "X"],
];

/// The commands that may as well read a pipe.
const STREAMS: [&[&str]; 4] =
    [&["post", "/dev/stdin"], &["post", "-"], &["audit", "-"], &["receipt", "verify", "-"]];

fn desk() -> Desk {
    let desk = Desk::with_season();
    std::fs::copy(season("nef.csv"), desk.path("nef.csv")).unwrap();
    desk.aiga(&["key", "new", "--name", "example.org/aiga"]).done();
    desk.aiga(&["checkpoint", "checkpoint.txt"]).done();
    desk.aiga(&["receipt", "6", "receipt.json"]).done();
    desk
}

fn given<'a>(reader: &[&'a str], what: &'a str) -> Vec<&'a str> {
    reader.iter().map(|argument| if *argument == "X" { what } else { argument }).collect()
}

#[test]
fn every_reader_names_what_has_no_end_and_what_is_no_file() {
    let desk = desk();
    let before = desk.entries_and_root();
    let (sparse, folder) = (desk.sparse("sparse", 20), desk.path("folder"));
    std::fs::create_dir(&folder).unwrap();
    let folder = folder.to_str().unwrap().to_owned();
    for reader in READERS {
        for what in ["/dev/zero", "/dev/urandom", &sparse, &folder] {
            let said = desk.bounded(&given(reader, what));
            assert!((1..=5).contains(&said.code), "{reader:?} of {what}: {}{}", said.out, said.err);
            let streamed =
                matches!(reader, ["audit" | "post", "X"] | [.., "import-journal" | "--export", "X"]);
            let restored = reader.contains(&"restore");
            let codes: &[&str] = match what {
                _ if what == sparse && streamed => &["wrong_kind", "too_large"],
                _ if what == sparse && restored => &["wrong_kind"],
                _ if what == sparse => &["too_large"],
                _ if what == folder && restored => &["no_ledger"],
                _ => &["not_a_file"],
            };
            let named = codes.iter().any(|code| said.err.contains(&format!("({code})")));
            assert!(named && said.err.contains("hint: "), "{reader:?} of {what}: {}", said.err);
        }
    }
    assert_eq!(desk.entries_and_root(), before);
}

#[test]
fn a_pipe_that_nobody_writes_is_not_waited_for() {
    let desk = desk();
    let pipe = desk.pipe("pipe");
    for reader in READERS {
        let code = if reader.contains(&"restore") { "not_a_file" } else { "no_writer" };
        desk.bounded(&given(reader, &pipe)).fails(5, &[code]);
    }
    desk.bounded(&["backup", &pipe]).fails(1, &["not_a_free_folder"]);
    let tar = desk.pipe("pipe.tar");
    desk.bounded(&["backup", &tar]).fails(1, &["not_a_free_folder"]);
    desk.bounded(&["export", "--format", "csv", &pipe]).fails(5, &["no_reader"]);
}

#[test]
fn a_stream_without_an_end_is_left_where_it_is_no_file_of_its_kind() {
    let desk = desk();
    for stream in STREAMS {
        for endless in ["cat /dev/zero", "cat /dev/urandom", "yes", "yes '{\"op\":'"] {
            let mut writer = Command::new("sh").args(["-c", endless]).stdout(Stdio::piped()).spawn().unwrap();
            let input = writer.stdout.take().unwrap();
            let limits = format!("ulimit -v {}", super::ADDRESSES_KIB_MAX);
            let said = desk.within(stream, &limits, input.into());
            let _ = writer.kill();
            writer.wait().unwrap();
            assert!((1..=5).contains(&said.code), "{stream:?} of {endless}: {}{}", said.out, said.err);
        }
        let device = File::open("/dev/urandom").unwrap();
        let said = desk.within(stream, "true", device.into());
        assert!(said.err.contains("(not_a_file)"), "{stream:?}: {}", said.err);
    }
}

#[test]
fn a_pipe_that_somebody_writes_is_read_as_a_file_is() {
    let desk = desk();
    let pipe = desk.pipe("pipe");
    let file = season("nef.csv");
    let writing = format!("sleep 0.3; cat {} > {pipe}", file.display());
    let mut writer = Command::new("sh").args(["-c", &writing]).spawn().unwrap();
    let piped = desk.bounded(&["statement", "show", &pipe, "--json"]).done();
    assert!(writer.wait().unwrap().success());
    assert_eq!(piped.out, desk.aiga(&["statement", "show", file.to_str().unwrap(), "--json"]).done().out);
    let operations = season("operations.jsonl");
    let bash = format!("exec \"$0\" post <(cat {})", operations.display());
    let mut command = Command::new("bash");
    command.args(["-c", &bash, env!("CARGO_BIN_EXE_aiga")]).current_dir(desk.path(""));
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8").env("TMPDIR", desk.path(""));
    let said = desk.ends(&mut command, "post <(cat …)").done();
    assert!(said.out.contains("0 rejected"), "{}", said.out);
}

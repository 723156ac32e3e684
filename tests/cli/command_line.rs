//! Guards against a command line that records what was not meant, hides why it refused, or says so with the wrong
//! exit code.

use std::fs::Permissions;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::desk::{Desk, season};

const SWAP: [&str; 8] = ["swap", "florac", "--bills", "1x5", "--paid", "cash", "--on", "2026-08-29"];

fn line(fields: &str) -> String {
    format!(r#"{{"op":"swap","ref":"new","on":"2026-08-29","bureau":"florac","paid":"cash",{fields}}}"#)
}

/// Bad lines, each with the code and the words with which it must be refused.
fn bad_lines() -> Vec<(String, &'static str, &'static str)> {
    vec![
        ("not json".into(), "malformed_json", "column"),
        (line(r#""bills":{"5":1},"colour":"red""#), "unknown_field", "colour"),
        (r#"{"op":"swop","ref":"x","on":"2026-08-29"}"#.into(), "unknown_operation", "swop"),
        (line(r#""amount":"-5.00""#), "not_positive", "-5.00"),
        (line(r#""amount":"0.00""#), "not_positive", "amount"),
        (line(r#""amount":"999999999999999999999999999999""#), "invalid_value", "amount"),
        (line(r#""amount":"5.001""#), "invalid_value", "two decimals"),
        (line(r#""amount":5"#), "invalid_value", "as text"),
        (line(r#""bills":{"5":1},"bills":{"5":2}"#), "duplicate_field", "bills"),
        (line(r#""bills":{"7":1}"#), "unknown_denomination", "7"),
        (line(r#""bills":{"5":1}"#).replace("florac", "nowhere"), "unknown_bureau", "nowhere"),
        (line(r#""bills":{"5":1}"#).replace("2026-08-29", "2026-02-30"), "invalid_value", "2026-02-30"),
        (
            line(r#""bills":{"5":1}"#).replace("\"new\"", &format!("\"{}\"", "x".repeat(10_240))),
            "invalid_value",
            "ref",
        ),
        (line(r#""bills":{"50":999}"#), "insufficient_stock", "999"),
    ]
}

#[test]
fn every_bad_line_is_named_with_its_number_and_code_and_nothing_is_recorded() {
    let desk = Desk::with_season();
    let before = desk.entries_and_root();
    let good = line(r#""bills":{"5":1}"#).replace("\"new\"", "\"good\"");
    for (number, (bad, code, words)) in bad_lines().into_iter().enumerate() {
        let file = desk.file(&format!("bad-{number}.jsonl"), format!("{good}\n\n{bad}\n"));
        let said = desk.aiga(&["post", &file]).fails(1, &[&format!("line 3: {code}"), words]);
        assert!(said.out.len() + said.err.len() < 1_000, "a long answer to {code}: {}{}", said.out, said.err);
        assert_eq!(desk.entries_and_root(), before, "{code}");
    }
}

#[test]
fn all_bad_lines_of_a_file_are_listed_and_keep_going_records_the_others() {
    let desk = Desk::with_season();
    let good = line(r#""bills":{"5":1}"#).replace("\"new\"", "\"good\"");
    let bad: Vec<String> = bad_lines().into_iter().map(|(line, ..)| line).collect();
    let file = desk.file("mixed.jsonl", format!("{}\n{good}\n", bad.join("\n")));
    let report = desk.aiga(&["post", "--json", &file]).fails(1, &[]).json();
    assert_eq!(report["rejected"].as_array().unwrap().len(), bad.len());
    for (rejected, (_, code, _)) in report["rejected"].as_array().unwrap().iter().zip(bad_lines()) {
        assert_eq!(rejected["code"], code);
    }
    assert_eq!((&report["recorded"], &report["entries"]), (&0.into(), &890.into()));
    let report = desk.aiga(&["post", "--json", "--keep-going", &file]).fails(1, &[]).json();
    assert_eq!((&report["recorded"], &report["entries"]), (&1.into(), &891.into()));
}

#[test]
fn a_file_that_is_empty_cut_or_no_text_creates_no_ledger() {
    let desk = Desk::new();
    let operations = std::fs::read(season("operations.jsonl")).unwrap();
    let empty = desk.file("empty.jsonl", "");
    desk.aiga(&["post", &empty]).fails(1, &["empty"]);
    let cut = desk.file("cut.jsonl", &operations[..1000]);
    desk.aiga(&["post", &cut]).fails(1, &["line 5", "malformed_json"]);
    let latin = desk.file("latin.jsonl", b"{\"op\":\"found\",\"currency\":\"A\xefga\"}\n");
    desk.aiga(&["post", &latin]).fails(1, &["line 1", "UTF-8"]);
    desk.aiga(&["post", "no-such-file.jsonl"]).fails(1, &["no-such-file.jsonl"]);
    let first_is_no_founding = desk.file("late.jsonl", line(r#""bills":{"5":1}"#));
    desk.aiga(&["post", &first_is_no_founding]).fails(1, &[]);
    assert!(!desk.ledger().exists(), "a refused file leaves no ledger behind");
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_are_no_harm() {
    let desk = Desk::new();
    let operations = std::fs::read_to_string(season("operations.jsonl")).unwrap();
    let file = desk.file("windows.jsonl", format!("\u{feff}{}", operations.replace('\n', "\r\n")));
    desk.aiga(&["post", &file]).done();
    assert_eq!(desk.entries_and_root().0, 890);
}

#[test]
fn a_dry_run_tells_the_same_and_records_nothing() {
    let desk = Desk::with_season();
    let before = desk.entries_and_root();
    let dry = desk.aiga(&[&SWAP[..], &["--ref", "dry", "--dry-run", "--json"]].concat()).done().json();
    assert_eq!((&dry["dry_run"], &dry["entry"]["sequence"]), (&true.into(), &891.into()));
    assert_eq!(desk.entries_and_root(), before);
    let done = desk.aiga(&[&SWAP[..], &["--ref", "dry", "--json"]].concat()).done().json();
    assert_eq!(done["entry"]["postings"], dry["entry"]["postings"]);
}

#[test]
fn the_same_swap_typed_twice_with_one_ref_is_one_swap() {
    let desk = Desk::with_season();
    let typed = [&SWAP[..], &["--ref", "one"]].concat();
    desk.aiga(&typed).done();
    let after = desk.entries_and_root();
    desk.aiga(&typed).done();
    assert_eq!(desk.entries_and_root(), after);
    let other = ["swap", "florac", "--bills", "2x5", "--paid", "cash", "--on", "2026-08-29", "--ref", "one"];
    desk.aiga(&other).fails(1, &["reference_conflict", "bills"]);
}

#[test]
fn mistyped_commands_are_usage_errors() {
    let desk = Desk::with_season();
    desk.aiga(&["swap", "florac", "--bills", "1x5", "--paid", "cash", "--on", "2026-02-30"])
        .fails(2, &["2026-02-30"]);
    desk.aiga(&["swap", "florac", "--amount", "5.001", "--paid", "cash"]).fails(2, &["5.001"]);
    desk.aiga(&["swap", "florac", "--amount", "5", "--paid", "shells"]).fails(2, &["shells"]);
    desk.aiga(&["frobnicate"]).fails(2, &["frobnicate"]);
    desk.aiga(&["account", "fund:nonsense"]).fails(2, &["fund:"]);
    let long = "x".repeat(10_240);
    let said = desk.aiga(&[&SWAP[..], &["--ref", &long]].concat()).fails(2, &["--ref"]);
    assert!(said.err.len() < 2_000, "the 10 kB are not read out: {} bytes", said.err.len());
}

#[test]
fn a_folder_that_is_no_ledger_is_said_to_be_none() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("letters")).unwrap();
    desk.file("letters/letter.txt", "Dear treasurer");
    for command in [&["status"][..], &["audit"], &["journal"], &SWAP] {
        desk.aiga(&[&["--ledger", "letters"], command].concat()).fails(1, &["letters", "hint"]);
        desk.aiga(command).fails(1, &["hint"]);
    }
    let season = season("operations.jsonl");
    desk.aiga(&["--ledger", "letters", "post", season.to_str().unwrap()]).fails(1, &["letters"]);
    assert_eq!(std::fs::read_dir(desk.path("letters")).unwrap().count(), 1);
}

#[test]
fn a_ledger_in_use_by_another_process_is_locked_and_can_still_be_read() {
    let desk = Desk::with_season();
    let mut writer = desk.command(&["post", "--keep-going", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    // The other process reads its input first; one that holds the lock for long is simulated by holding it here.
    let lock = std::fs::OpenOptions::new().write(true).open(desk.ledger().join("lock")).unwrap();
    lock.lock().unwrap();
    desk.aiga(&[&SWAP[..], &["--wait", "0"]].concat()).fails(5, &["locked", "waited 0.0 s", "--wait"]);
    desk.aiga(&[&SWAP[..], &["--wait", "1"]].concat()).fails(5, &["locked", "waited 1.0 s"]);
    desk.aiga(&["status"]).done();
    desk.aiga(&["audit"]).done();
    drop(lock);
    drop(writer.stdin.take());
    writer.wait().unwrap();
    desk.aiga(&SWAP).done();
}

/// A tiny file system of its own, where the machine allows one to be mounted.
pub struct TinyDisk {
    pub at: std::path::PathBuf,
}

impl TinyDisk {
    pub fn mount(at: std::path::PathBuf, size: &str) -> Option<Self> {
        std::fs::create_dir_all(&at).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(&at).stderr(Stdio::null());
        mount.status().is_ok_and(|status| status.success()).then_some(Self { at })
    }
}

impl TinyDisk {
    fn remount(&self, how: &str) {
        let mut remount = Command::new("mount");
        remount.args(["-o", &format!("remount,{how}")]).arg(&self.at);
        assert!(remount.status().unwrap().success());
    }
}

impl Drop for TinyDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.at).status();
    }
}

#[test]
fn a_read_only_folder_is_read_and_not_written() {
    let desk = Desk::new();
    let season = season("operations.jsonl");
    let tiny = TinyDisk::mount(desk.path("tiny"), "8m");
    let folder = tiny.as_ref().map_or_else(|| desk.ledger(), |tiny| tiny.at.join("ledger"));
    let ledger = folder.to_str().unwrap();
    desk.aiga(&["--ledger", ledger, "post", season.to_str().unwrap()]).done();
    desk.aiga(&["--ledger", ledger, "key", "new"]).done();
    match &tiny {
        Some(tiny) => tiny.remount("ro"),
        None => permit(&folder, 0o500, 0o400),
    }
    desk.aiga(&["--ledger", ledger, "status"]).done();
    desk.aiga(&["--ledger", ledger, "audit"]).done();
    desk.aiga(&[&["--ledger", ledger], &SWAP[..], &["--dry-run"]].concat()).done();
    desk.aiga(&[&["--ledger", ledger], &SWAP[..]].concat()).fails(5, &["hint"]);
    desk.aiga(&["--ledger", ledger, "checkpoint"]).fails(5, &["journal_io", "needs the right to write"]);
    match &tiny {
        Some(tiny) => tiny.remount("rw"),
        None => permit(&folder, 0o700, 0o600),
    }
    desk.aiga(&[&["--ledger", ledger], &SWAP[..]].concat()).done();
}

/// Sets the permissions of a ledger's folders and files.
fn permit(folder: &Path, folders: u32, files: u32) {
    std::fs::set_permissions(folder, Permissions::from_mode(0o700)).unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            permit(&path, folders, files);
        } else {
            std::fs::set_permissions(&path, Permissions::from_mode(files)).unwrap();
        }
    }
    std::fs::set_permissions(folder, Permissions::from_mode(folders)).unwrap();
}

#[test]
fn a_full_disk_is_refused_and_what_was_acknowledged_is_there() {
    let desk = Desk::new();
    let Some(tiny) = TinyDisk::mount(desk.path("tiny"), "2m") else {
        println!("no file system can be mounted here; the storage tests fill a simulated one");
        return;
    };
    let folder = tiny.at.join("ledger");
    let ledger = folder.to_str().unwrap();
    let season = season("operations.jsonl");
    desk.aiga(&["--ledger", ledger, "post", season.to_str().unwrap()]).done();
    let many: Vec<String> = (0..40_000)
        .map(|n| {
            format!(r#"{{"op":"bank_interest","ref":"interest-{n}","on":"2026-09-01","amount":"0.01"}}"#)
        })
        .collect();
    let file = desk.file("many.jsonl", many.join("\n"));
    desk.aiga(&["--ledger", ledger, "post", &file]).fails(5, &["space"]);
    let audit = desk.aiga(&["--ledger", ledger, "audit", "--json"]).done().json();
    assert!(audit["entries"].as_u64().unwrap() >= 890);
    let status = desk.aiga(&["--ledger", ledger, "status", "--json"]).done().json();
    assert_eq!(status["circulation"], "10635.00");
}

#[test]
fn what_a_hostile_file_writes_is_not_obeyed_by_the_terminal() {
    let desk = Desk::with_season();
    let file = desk.file(
        "hostile.jsonl",
        line(r#""bills":{"5":1},"\u001b[2Jx":1"#) + "\n{\"\\u001b]0;x\":1,\"\\u001b]0;x\":2}\n",
    );
    let said = desk.aiga(&["post", &file]).fails(1, &["unknown_field", "duplicate_field"]);
    assert!(!said.out.contains('\u{1b}') && !said.err.contains('\u{1b}'), "{:?}{:?}", said.out, said.err);
}

#[test]
fn a_founding_that_was_interrupted_can_be_repeated() {
    let desk = Desk::new();
    std::fs::create_dir_all(desk.ledger().join("journal")).unwrap();
    desk.aiga(&["init", "--association", "Essai", "--iban", "FR7621570000010001234567870"]).done();
    desk.aiga(&["status"]).done();
}

#[test]
fn names_that_nobody_knows_are_not_taken_for_empty_accounts() {
    let desk = Desk::with_season();
    desk.aiga(&["account", "fund:till:zzz"]).fails(1, &["unknown_bureau"]);
    desk.aiga(&["journal", "--bureau", "zzz"]).fails(1, &["unknown_bureau"]);
    desk.aiga(&["journal", "--member", "U-9999"]).fails(1, &["unknown_member"]);
    desk.aiga(&["journal", "--ref", "nothing"]).fails(1, &[]);
}

#[test]
fn an_answer_that_cannot_be_written_says_what_was_recorded() {
    let desk = Desk::with_season();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = desk.command(&[&SWAP[..], &["--ref", "unheard"]].concat());
    let output = command.stdout(full).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(said.contains("entry 891") && said.contains("unheard"), "{said}");
    assert_eq!(desk.entries_and_root().0, 891);
}

#[test]
fn a_closed_pipe_is_no_error() {
    let desk = Desk::with_season();
    let mut journal =
        desk.command(&["journal"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    let mut out = BufReader::new(journal.stdout.take().unwrap());
    out.read_line(&mut first).unwrap();
    drop(out);
    let status = journal.wait().unwrap();
    let mut said = String::new();
    journal.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(first.starts_with("#1 "), "{first}");
    assert_eq!((status.code(), said.as_str()), (Some(0), ""));
}

#[test]
fn a_flipped_bit_is_named_by_segment_offset_and_entry() {
    let desk = Desk::with_season();
    let segment = desk.ledger().join("journal/00000000000000000001.seg");
    let mut bytes = std::fs::read(&segment).unwrap();
    bytes[5_000] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    let said = desk.aiga(&["audit"]).fails(4, &["00000000000000000001.seg"]);
    assert!(said.out.contains("890") || said.err.contains('1'), "{}{}", said.out, said.err);
    let report = desk.aiga(&["audit", "--json"]).fails(4, &[]).json();
    assert_eq!(report["ok"], false);
    for figure in ["segment", "offset", "sequence", "reason"] {
        assert!(!report["failure"][figure].is_null(), "{figure}: {report}");
    }
    // Snapshots vouch for the entries, so a writer refuses as well.
    desk.aiga(&SWAP).fails(4, &[]);
}

#[test]
fn french_is_spoken_where_the_system_speaks_it() {
    let desk = Desk::with_season();
    let spoken = |variable: &str| {
        let output = desk.command(&["status"]).env_remove("LC_ALL").env("LANG", variable).output().unwrap();
        String::from_utf8(output.stdout).unwrap().replace(['\u{a0}', '\u{202f}'], " ")
    };
    assert!(spoken("fr_FR.UTF-8").contains("En circulation"));
    assert!(spoken("fr_FR.UTF-8").contains("10 635,00 Ä"));
    assert!(spoken("en_GB.UTF-8").contains("10,635.00 Ä"));
    assert!(!spoken("fr_FR.UTF-8").contains('\u{1b}'), "no colour outside a terminal");
}

#[test]
fn help_completions_and_the_manual_come_from_one_definition() {
    let desk = Desk::new();
    let help = desk.aiga(&["--help"]).done().out;
    for words in ["swap", "reconvert", "Exit codes", "Examples"] {
        assert!(help.contains(words), "{words}");
    }
    assert!(desk.aiga(&["swap", "--help"]).done().out.contains("aiga swap florac"));
    for shell in ["bash", "zsh", "fish"] {
        assert!(desk.aiga(&["completions", shell]).done().out.contains("reconvert"), "{shell}");
    }
    assert!(desk.aiga(&["man"]).done().out.contains(".TH"));
}

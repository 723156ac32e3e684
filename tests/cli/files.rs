//! Guards against a file that takes the place of another, that is there by half, or that nobody can explain.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};

use super::command_line::TinyDisk;
use super::desk::{Desk, Said, season};

fn names(desk: &Desk) -> BTreeSet<String> {
    let names = desk.path("").read_dir().unwrap().map(|entry| entry.unwrap().file_name());
    names.map(|name| name.into_string().unwrap()).collect()
}

fn nef() -> String {
    season("nef.csv").to_str().unwrap().to_owned()
}

#[test]
fn an_export_or_a_report_takes_no_place_unless_that_is_said() {
    let desk = Desk::with_season();
    desk.file("letter.txt", "Dear treasurer");
    let segment = "aiga-ledger/journal/00000000000000000001.seg";
    let journal = fs::read(desk.path(segment)).unwrap();
    let before = names(&desk);
    let statement = nef();
    let commands = [
        &["export", "--format", "csv"][..],
        &["export", "--format", "fec", "--year", "2026", "--siren", "123456789"],
        &["reconcile", &statement, "--html"],
        &["reconcile", &statement, "--post", "--yes", "--csv"],
    ];
    let root = desk.entries_and_root();
    for command in commands {
        let into = |file| desk.aiga(&[command, &[file]].concat());
        into("letter.txt").fails(1, &["letter.txt is there already", "file_exists", "hint:"]);
        assert_eq!(fs::read_to_string(desk.path("letter.txt")).unwrap(), "Dear treasurer");
        let said =
            desk.aiga(&[&["--lang", "fr", command[0], "--replace"], &command[1..], &[segment]].concat());
        said.fails(1, &["in_the_ledger", "est dans le dossier du registre"]);
        assert!(fs::read(desk.path(segment)).unwrap() == journal, "the ledger is no place for a file");
    }
    assert_eq!((names(&desk), desk.entries_and_root()), (before, root), "and nothing was posted");
    for command in commands {
        let there = desk.file("old.txt", "old");
        fs::set_permissions(&there, fs::Permissions::from_mode(0o644)).unwrap();
        let said = desk.aiga(&[command, &["old.txt", "--replace"]].concat());
        assert!([0, 3].contains(&said.code), "{}", said.err);
        assert!(fs::read(&there).unwrap().len() > 1000);
        let mode = fs::metadata(&there).unwrap().permissions().mode() & 0o777;
        let owner_alone = command[0] == "export";
        assert_eq!(mode, if owner_alone { 0o600 } else { 0o644 }, "{command:?}");
    }
}

#[test]
fn the_folder_of_the_ledger_is_for_the_ledger_alone() {
    let desk = Desk::with_season();
    desk.aiga(&["key", "new", "--name", "example.org/aiga"]).done();
    desk.aiga(&["checkpoint", "march.txt"]).done();
    symlink("aiga-ledger", desk.path("link")).unwrap();
    symlink("aiga-ledger/lock", desk.path("lock-link")).unwrap();
    let statement = nef();
    let files = || {
        let found = Command::new("find").arg(desk.ledger()).output().unwrap();
        String::from_utf8(found.stdout).unwrap()
    };
    let before = files();
    let commands = [
        &["export", "--format", "jsonl"][..],
        &["export", "--format", "fec", "--year", "2026", "--siren", "123456789", "--replace"],
        &["reconcile", &statement, "--html"],
        &["reconcile", &statement, "--replace", "--csv"],
        &["receipt", "65"],
        &["receipt", "65", "--html"],
        &["checkpoint"],
        &["checkpoint", "april.txt", "--coverage"],
        &["consistency", "march.txt", "--out"],
        &["backup"],
    ];
    for command in commands {
        for place in ["aiga-ledger/x.tar", "aiga-ledger/keys/x", "link/x", "lock-link"] {
            desk.aiga(&[command, &[place]].concat()).fails(1, &["in_the_ledger", place, "hint:"]);
        }
        assert_eq!(files(), before, "{command:?}");
    }
    assert!(!desk.path("april.txt").exists());
    desk.aiga(&["export", "--format", "csv", "aiga-ledger/../beside.csv"]).done();
    desk.aiga(&["--ledger", "aiga-ledger/../other", "import-journal", "-"]).fails(4, &["invalid_export"]);
}

#[test]
fn two_outputs_are_two_files() {
    let desk = Desk::with_season();
    desk.aiga(&["key", "new", "--name", "example.org/aiga"]).done();
    desk.file("old.txt", "old");
    symlink("old.txt", desk.path("link.txt")).unwrap();
    let before = names(&desk);
    for (one, other) in [("new", "new"), ("new", "./new"), ("old.txt", "./old.txt"), ("old.txt", "link.txt")]
    {
        for command in [
            // There is no such statement: it is not even looked for.
            &["reconcile", "nowhere.csv", "--replace", "--html", one, "--csv", other][..],
            &["receipt", "65", one, "--html", other],
            &["checkpoint", one, "--coverage", other],
        ] {
            desk.aiga(command).fails(2, &["both name", "usage"]);
        }
    }
    let said = desk.aiga(&["--lang", "fr", "reconcile", "nowhere.csv", "--html", "new", "--csv", "new"]);
    said.fails(2, &["--html et --csv désignent tous deux"]);
    assert_eq!((names(&desk), fs::read_to_string(desk.path("old.txt")).unwrap()), (before, "old".to_owned()));
}

#[test]
fn replacing_spares_what_cannot_be_made_again() {
    let desk = Desk::with_season();
    desk.aiga(&["key", "new", "--name", "example.org/aiga"]).done();
    desk.aiga(&["checkpoint", "march.txt"]).done();
    desk.aiga(&["receipt", "65", "receipt.json"]).done();
    desk.aiga(&["backup", "april.tar"]).done();
    fs::copy(season("operations.jsonl"), desk.path("operations.jsonl")).unwrap();
    fs::copy(nef(), desk.path("nef.csv")).unwrap();
    fs::copy(desk.ledger().join("keys/checkpoint.key"), desk.path("copy.key")).unwrap();
    let export = ["export", "--format", "csv", "--replace"];
    for (file, kind) in [
        ("march.txt", "a checkpoint"),
        ("march.txt.coverage", "a statement of coverage"),
        ("receipt.json", "a receipt"),
        ("april.tar", "a backup"),
        ("operations.jsonl", "a file of operations"),
        ("copy.key", "a private key"),
    ] {
        let was = fs::read(desk.path(file)).unwrap();
        desk.aiga(&[&export[..], &[file]].concat()).fails(1, &["file_exists", kind]);
        desk.aiga(&["reconcile", "nef.csv", "--html", file, "--replace"]).fails(1, &["file_exists", kind]);
        assert!(fs::read(desk.path(file)).unwrap() == was, "{file}");
    }
    // Neither does a report take the place of the statement that it is of.
    let was = fs::read(desk.path("nef.csv")).unwrap();
    for form in ["--html", "--csv"] {
        let own = ["reconcile", "nef.csv", form, "./nef.csv", "--replace"];
        desk.aiga(&own).fails(1, &["file_exists", "the statement itself"]);
        desk.aiga(&[&["--lang", "fr"][..], &own].concat()).fails(1, &["le relevé lui-même"]);
    }
    assert!(fs::read(desk.path("nef.csv")).unwrap() == was);
    // An export is made again at will.
    desk.aiga(&["export", "--format", "jsonl", "journal.jsonl"]).done();
    desk.aiga(&["export", "--format", "jsonl", "--replace", "journal.jsonl"]).done();
}

#[test]
fn a_dash_is_standard_output_and_never_a_file() {
    let desk = Desk::with_season();
    desk.aiga(&["key", "new", "--name", "example.org/aiga"]).done();
    let before = names(&desk);
    let statement = nef();
    for (command, begins) in [
        (&["receipt", "65", "--html", "-"][..], "<!DOCTYPE html>"),
        (&["receipt", "65", "/dev/stdout"], "{\n  \"format\": \"aiga-receipt/1\""),
        (&["reconcile", &statement, "--html", "-"], "<!DOCTYPE html>"),
        (&["export", "--format", "csv", "/dev/stdout"], "sequence,"),
        (&["export", "--format", "csv", "-"], "sequence,"),
    ] {
        let said = desk.aiga(command);
        assert!(said.out.starts_with(begins), "{command:?}: {}{}", said.out, said.err);
    }
    for both in [
        &["receipt", "65", "-", "--html", "-"][..],
        &["receipt", "65", "--html", "-", "--json"],
        &["reconcile", &statement, "--html", "-", "--csv", "-"],
        &["reconcile", &statement, "--html", "-", "--json"],
        &["checkpoint", "--coverage", "-"],
        &["checkpoint", "-", "--coverage", "-"],
        &["checkpoint", "--coverage", "-", "--json"],
    ] {
        desk.aiga(both).fails(2, &["both want standard output"]);
    }
    desk.aiga(&["backup", "-"]).fails(2, &["name a folder or a file"]);
    assert_eq!(names(&desk), before, "no file is called -");
    let both = desk.aiga(&["checkpoint", "both.txt"]).done();
    assert_eq!(both.err, "", "what is under way is not taken for what was left");
    let covered = desk.aiga(&["checkpoint", "signed.txt", "--coverage", "-"]).done().out;
    assert!(covered.starts_with("aiga-coverage/1\n") && !covered.contains("entries are signed"), "{covered}");
    let signed = desk.file("signed.coverage", covered);
    desk.aiga(&["checkpoint", "verify", &signed]).done();
}

#[test]
fn a_pipe_stays_a_pipe() {
    let desk = Desk::with_season();
    for command in [&["export", "--format", "csv", "pipe"][..], &["reconcile", &nef(), "--csv", "pipe"]] {
        assert!(Command::new("mkfifo").arg(desk.path("pipe")).status().unwrap().success());
        let writer = desk.command(command).stdout(Stdio::null()).spawn().unwrap();
        let mut read = String::new();
        fs::File::open(desk.path("pipe")).unwrap().read_to_string(&mut read).unwrap();
        let code = writer.wait_with_output().unwrap().status.code();
        assert!(read.lines().count() > 50 && matches!(code, Some(0 | 3)), "{code:?}: {read}");
        fs::remove_file(desk.path("pipe")).unwrap();
    }
}

#[test]
fn of_backups_that_are_made_at_once_under_one_name_the_first_is_kept() {
    const AT_ONCE: usize = 6;
    let desk = Desk::with_season();
    for (name, code) in [("copy.tar", "file_exists"), ("copy", "not_a_free_folder")] {
        let running: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                let mut command = desk.command(&["backup", name]);
                command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        let said = running.into_iter().map(|child| Said::of(child.wait_with_output().unwrap()));
        let (made, refused): (Vec<Said>, Vec<Said>) = said.partition(|said| said.code == 0);
        assert_eq!((made.len(), refused.len()), (1, AT_ONCE - 1), "{name}");
        for said in refused {
            said.fails(1, &[code]);
        }
        let again = format!("again-{name}");
        desk.aiga(&["restore", name, "--ledger", &again]).done();
    }
    assert!(names(&desk).iter().all(|name| !name.starts_with(".aiga-")), "{:?}", names(&desk));
}

#[test]
fn what_an_interrupted_run_left_is_named_by_the_next() {
    let desk = Desk::with_season();
    // It writes into a pipe that nobody reads, and has begun its file.
    assert!(Command::new("mkfifo").arg(desk.path("pipe")).status().unwrap().success());
    let mut run =
        desk.command(&["reconcile", &nef(), "--html", "page.html", "--csv", "pipe"]).spawn().unwrap();
    let left = loop {
        if let Some(left) = names(&desk).into_iter().find(|name| name.ends_with(".unfinished")) {
            break left;
        }
        assert!(run.try_wait().unwrap().is_none());
        std::thread::yield_now();
    };
    run.kill().unwrap();
    run.wait().unwrap();
    assert!(left.starts_with(".aiga-") && !desk.path("page.html").exists());
    let said = desk.aiga(&["export", "--format", "csv", "table.csv"]).done();
    assert!(said.err.contains(&format!("warning: ./{left} was left")), "{}", said.err);
    let said = desk.aiga(&["--lang", "fr", "backup", "copy"]).done();
    assert!(said.err.contains("avertissement :") && said.err.contains("supprimez-le"), "{}", said.err);
    fs::remove_file(desk.path(&left)).unwrap();
    assert_eq!(desk.aiga(&["backup", "copy.tar"]).done().err, "");
}

#[test]
fn a_link_to_an_empty_folder_is_followed_and_one_to_nowhere_is_refused() {
    let desk = Desk::with_season();
    desk.aiga(&["backup", "copy.tar"]).done();
    fs::create_dir(desk.path("elsewhere")).unwrap();
    fs::create_dir(desk.path("elsewhere/empty")).unwrap();
    symlink("elsewhere/empty", desk.path("link")).unwrap();
    symlink("nowhere", desk.path("astray")).unwrap();
    desk.aiga(&["restore", "copy.tar", "--ledger", "link"]).done();
    assert!(desk.path("link").is_symlink() && desk.path("elsewhere/empty/journal").is_dir());
    desk.aiga(&["audit", "--ledger", "link"]).done();
    desk.aiga(&["restore", "copy.tar", "--ledger", "astray"]).fails(1, &["astray"]);
    desk.aiga(&["backup", "astray"]).fails(1, &["astray"]);
    desk.aiga(&["backup", "link"]).fails(1, &["not_a_free_folder"]);
}

#[test]
fn a_volume_is_refused_at_once_and_a_folder_in_it_is_taken() {
    let desk = Desk::with_season();
    desk.aiga(&["backup", "copy.tar"]).done();
    let Some(stick) = TinyDisk::mount(desk.path("stick"), "4m") else {
        println!("no file system can be mounted here");
        return;
    };
    for command in [&["backup", "stick"][..], &["--ledger", "stick", "restore", "copy.tar"]] {
        desk.aiga(command).fails(1, &["not_a_free_folder", "is a volume of its own"]);
    }
    desk.aiga(&["backup", "stick/copy"]).done();
    desk.aiga(&["backup", "stick/copy.tar"]).done();
    desk.aiga(&["restore", "stick/copy.tar", "--ledger", "stick/again"]).done();
    assert_eq!(fs::read_dir(&stick.at).unwrap().count(), 3);
}

#[test]
fn a_backup_that_finds_no_room_names_the_place_and_leaves_nothing() {
    let desk = Desk::with_season();
    let Some(stick) = TinyDisk::mount(desk.path("stick"), "64k") else {
        println!("no file system can be mounted here");
        return;
    };
    for to in ["stick/copy", "stick/copy.tar"] {
        desk.aiga(&["backup", to]).fails(5, &[to, "make room on the disk"]);
        desk.aiga(&["--lang", "fr", "backup", to]).fails(5, &[to, "plus de place"]);
        assert_eq!(fs::read_dir(&stick.at).unwrap().count(), 0);
    }
}

#[test]
fn a_backup_as_a_file_needs_its_own_room_and_no_more() {
    let desk = Desk::with_season();
    desk.aiga(&["backup", "copy.tar"]).done();
    let bytes = fs::metadata(desk.path("copy.tar")).unwrap().len();
    let room = format!("{}k", bytes.next_multiple_of(4096) / 1024 + 4);
    let Some(stick) = TinyDisk::mount(desk.path("stick"), &room) else {
        println!("no file system can be mounted here");
        return;
    };
    desk.aiga(&["backup", "stick/copy.tar"]).done();
    assert_eq!(fs::read(stick.at.join("copy.tar")).unwrap(), fs::read(desk.path("copy.tar")).unwrap());
    // Any tar reads it, and packs one that is restored.
    let listed = Command::new("tar").arg("tf").arg(desk.path("copy.tar")).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert_eq!(listed, "journal/00000000000000000001.seg\nbackup.json\n");
    let tar = |arguments: &[&str]| {
        assert!(Command::new("tar").args(arguments).current_dir(desk.path("")).status().unwrap().success());
    };
    tar(&["xf", "copy.tar"]);
    tar(&["cf", "other.tar", "backup.json", "journal/00000000000000000001.seg"]);
    desk.aiga(&["restore", "other.tar", "--ledger", "again"]).done();
}

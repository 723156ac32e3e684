//! Readers of a ledger whose last swap was never written whole: they leave it out and say so.

use std::fs::{self, File};

use crate::desk::{Desk, season};

/// The season's ledger, and what a power cut left of a swap behind it.
fn cut_in_a_swap() -> Desk {
    let desk = Desk::with_season();
    desk.aiga(&["key", "new", "--name", "example.org/aiga"]).done();
    desk.aiga(&["receipt", "65", "receipt.json"]).done();
    let segment = desk.ledger().join("journal/00000000000000000001.seg");
    let end = |bytes: &[u8]| bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    let before = fs::read(&segment).unwrap();
    let swap = ["swap", "florac", "--amount", "50", "--paid", "cash", "--on", "2026-08-31"];
    desk.aiga(&swap).done();
    let mut after = fs::read(&segment).unwrap();
    let cut = end(&before).midpoint(end(&after));
    after[cut..].fill(0);
    fs::write(segment, after).unwrap();
    desk
}

/// Every command that reads, and whether its answer in JSON is one object that says so too.
fn readers(statement: &str) -> Vec<(Vec<&str>, bool)> {
    let words = |line: &'static str| line.split(' ').collect::<Vec<_>>();
    vec![
        (words("status"), true),
        (words("status --as-of 2026-12-31"), true),
        (words("journal --last 2"), false),
        (words("journal --bureau florac"), false),
        (words("account"), false),
        (words("account fund:till:florac"), true),
        (words("bureau list"), false),
        (words("bureau show florac"), true),
        (words("member list"), false),
        (words("member show U-0012"), true),
        (words("export --format csv postings.csv --replace"), true),
        (words("export --format hledger books.hledger --replace"), true),
        (words("export --format fec --year 2026 --siren 123456789 fec.txt --replace"), true),
        (vec!["reconcile", statement], true),
        (words("checkpoint"), true),
        (words("consistency receipt.json"), false),
        (words("receipt 66 --html page.html --replace"), false),
    ]
}

#[test]
fn whoever_reads_is_told_of_an_end_that_was_left_out() {
    let desk = cut_in_a_swap();
    let statement = season("nef.csv");
    let readers = readers(statement.to_str().unwrap());
    for (command, _) in &readers {
        let said = desk.aiga(command);
        let told = said.err.matches("what is shown ends with entry 890; `aiga doctor` looks at it").count();
        assert!([0, 3].contains(&said.code) && told == 1, "{command:?} {}: {}", said.code, said.err);
        let said = desk.aiga(&[&["--lang", "fr"], &command[..]].concat());
        let told = said.err.matches("ce qui est montré s'arrête à l'écriture 890").count();
        assert!(told == 1 && said.err.contains("avertissement :"), "{command:?}: {}", said.err);
    }
    for (command, _) in readers.iter().filter(|(_, is_one_object)| *is_one_object) {
        let unread = desk.aiga(&[&["--json"], &command[..]].concat()).json()["unread_end"].clone();
        assert_eq!(unread["segment"], "journal/00000000000000000001.seg", "{command:?}");
        assert!(unread["sequence"] == 891 && unread["offset"].as_u64().unwrap() > 0, "{unread}");
    }
    // A dry run leaves it out as what it rehearses would, and records nothing.
    let operation =
        desk.file("one.jsonl", r#"{"ref":"x","on":"2026-08-31","op":"bank_interest","amount":"1.00"}"#);
    for command in
        [&["interest", "1.00", "--on", "2026-08-31", "--dry-run"][..], &["post", &operation, "--dry-run"]]
    {
        let said = desk.aiga(command).fails(0, &["what is shown ends with entry 890", "Dry run"]);
        assert_eq!(said.err.matches("890").count(), 1, "{}", said.err);
    }
    desk.aiga(&["backup", "april.tar"]).fails(0, &["ends with entry 890"]);
    let audit = desk.aiga(&["--lang", "fr", "audit"]);
    audit.fails(4, &["cette fin n'est pas une écriture entière ; rien ne montre qu'elle l'ait jamais été"]);
}

#[test]
fn nothing_is_told_of_what_a_writer_is_writing_nor_of_what_was_set_aside() {
    let desk = cut_in_a_swap();
    let statement = season("nef.csv");
    let silent = |why: &str| {
        for (command, is_one_object) in readers(statement.to_str().unwrap()) {
            let said = desk.aiga(&command);
            assert!(!said.err.contains("is no whole entry"), "{why}, {command:?}: {}", said.err);
            if is_one_object {
                let json = desk.aiga(&[&["--json"], &command[..]].concat()).json();
                assert!(json.as_object().unwrap().contains_key("unread_end"), "{command:?}");
                assert!(json["unread_end"].is_null(), "{why}, {command:?}");
            }
        }
    };
    let lock = File::options().write(true).open(desk.ledger().join("lock")).unwrap();
    lock.lock().unwrap();
    silent("a writer is at work");
    drop(lock);
    let again = ["swap", "florac", "--amount", "50", "--paid", "cash", "--on", "2026-08-31"];
    desk.aiga(&again).fails(0, &["an unfinished end", "was left out"]);
    silent("a writer has set it aside");
}

#[test]
fn what_was_asked_for_before_that_end_is_whole() {
    let desk = cut_in_a_swap();
    for command in [&["journal", "--entries", "3..5"][..], &["journal", "--limit", "3"]] {
        assert_eq!(desk.aiga(command).done().err, "", "{command:?}");
    }
}

#[test]
fn the_doctor_says_in_both_languages_what_is_wrong_with_an_end() {
    let desk = cut_in_a_swap();
    for (lang, fact) in [("en", "the block's checksum is "), ("fr", "la somme de contrôle du bloc est ")] {
        let said = desk.aiga(&["--lang", lang, "doctor"]);
        assert!(said.code == 3 && said.out.contains(fact), "{}: {}{}", said.code, said.out, said.err);
    }
}

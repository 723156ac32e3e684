//! Guards the promise that no message shows a private key, whatever door its file is held to.

use std::fs;

use super::Desk;
use super::desk::season;

/// Every command that reads a file which the user names; `X` is the file of the key.
const DOORS: [&[&str]; 25] = [
    &["statement", "show", "X"],
    &["statement", "show", "X", "--format", "csv", "--profile", "nef"],
    &["statement", "show", "X", "--format", "nef-csv"],
    &["statement", "show", "X", "--format", "ofx"],
    &["statement", "show", "X", "--format", "camt053"],
    &["statement", "show", "X", "--format", "cfonb120"],
    &["statement", "show", "nef.csv", "--profile", "X"],
    &["statement", "show", "nef.csv", "--account", "K"],
    &["reconcile", "X"],
    &["reconcile", "nef.csv", "--rules", "X"],
    &["receipt", "verify", "X"],
    &["receipt", "verify", "receipt.json", "--key", "X"],
    &["receipt", "verify", "receipt.json", "--key", "K"],
    &["checkpoint", "verify", "X"],
    &["checkpoint", "verify", "checkpoint.txt", "--key", "X"],
    &["consistency", "verify", "X"],
    &["consistency", "X"],
    &["audit", "X"],
    &["audit", "--against", "X"],
    &["export", "--format", "fec", "--year", "2026", "--siren", "123456789", "--chart", "X", "fec.txt"],
    &["--ledger", "new", "restore", "X"],
    &["--ledger", "new", "import-journal", "X"],
    &["--ledger", "X", "status"],
    &["post", "X"],
    &["swap", "K", "--amount", "K"],
];

#[test]
fn no_door_shows_a_piece_of_the_key() {
    let desk = Desk::with_season();
    fs::copy(season("nef.csv"), desk.path("nef.csv")).unwrap();
    desk.aiga(&["key", "new", "--name", "example.org/aiga"]).done();
    desk.aiga(&["checkpoint", "checkpoint.txt"]).done();
    desk.aiga(&["receipt", "6", "receipt.json"]).done();
    let text = fs::read_to_string(desk.ledger().join("keys/checkpoint.key")).unwrap();
    let key = text.trim();
    let secret = key.rsplit_once('+').unwrap().1.to_owned();
    let pieces: Vec<&str> = (0..=secret.len() - 8).map(|at| &secret[at..at + 8]).collect();
    let files = [
        ("plain", text.clone()),
        ("behind", format!("\n\n  {text}")),
        ("within.toml", format!("key = \"{key}\"\ninterest = [{key}]\n")),
        ("within.csv", format!("Date;Libellé\n{key};{key}\n")),
        (
            "within.jsonl",
            format!(
                "{{\"op\":\"{key}\"}}\n{{\"op\":\"swap\",\"ref\":\"{key}\",\"on\":\"{key}\"}}\n{{\"op\":\"bank_interest\",\"ref\":\"r\",\"on\":\"2026-03-02\",\"amount\":\"{key}\",\"{key}\":1}}\n"
            ),
        ),
    ];
    for (name, bytes) in &files {
        let file = desk.file(name, bytes);
        for door in DOORS {
            for flags in [&[][..], &["--json"], &["--lang", "fr"], &["--lang", "fr", "--json"]] {
                let given = |argument: &&'static str| match *argument {
                    "X" => file.clone(),
                    "K" => key.to_owned(),
                    argument => argument.to_owned(),
                };
                let words: Vec<String> = door.iter().chain(flags).map(given).collect();
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                let said = desk.bounded(&words);
                let all = format!("{}{}", said.out, said.err);
                let shown = pieces.iter().find(|piece| all.contains(**piece));
                assert_eq!(shown, None, "{name} at {door:?} {flags:?}: {all}");
            }
        }
    }
}

//! Guards against a treasurer who reads French and is told in English what went wrong.

use std::fs;

use super::desk::Desk;

#[test]
fn a_file_a_lock_and_an_entry_are_missed_in_french() {
    let desk = Desk::with_season();
    let french = |command: &[&str]| desk.aiga(&[&["--lang", "fr"], command].concat());
    french(&["post", "rien.jsonl"]).fails(1, &["impossible de lire rien.jsonl : il n'existe pas"]);
    french(&["post", "."]).fails(5, &["impossible de lire . : c'est un dossier"]);
    french(&["export", "--format", "csv", "nulle-part/x.csv"])
        .fails(1, &["impossible d'écrire nulle-part/x.csv"]);
    french(&["reverse", "99999", "--reason", "essai"]).fails(1, &["il n'y a pas d'écriture 99999"]);
    let lock = fs::OpenOptions::new().write(true).open(desk.ledger().join("lock")).unwrap();
    lock.lock().unwrap();
    french(&["interest", "1.00"]).fails(5, &["le registre est verrouillé par"]);
}

#[test]
fn damage_is_named_in_french_with_the_same_figures() {
    let desk = Desk::with_season();
    let segment = desk.ledger().join("journal/00000000000000000001.seg");
    let whole = fs::read(&segment).unwrap();
    let mut bytes = whole.clone();
    bytes[5_000] ^= 1;
    fs::write(&segment, bytes).unwrap();
    let said =
        desk.aiga(&["export", "--format", "csv"]).fails(4, &["journal_damaged", "is damaged at segment"]);
    let sequence = said.err.split("entry ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    desk.aiga(&["--lang", "fr", "export", "--format", "csv"]).fails(
        4,
        &[&format!("l'écriture {sequence} est endommagée (journal/00000000000000000001.seg, octet ")],
    );
    fs::remove_file(&segment).unwrap();
    fs::write(desk.ledger().join("journal/00000000000000000800.seg"), &whole).unwrap();
    desk.aiga(&["--lang", "fr", "export", "--format", "csv"]).fails(4, &["segment"]);
}

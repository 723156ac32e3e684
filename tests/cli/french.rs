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
    french(&["interest", "1.00", "--wait", "0"])
        .fails(5, &["le registre est verrouillé par un autre programme ; attendu 0,0 s"]);
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
        &[
            &format!("l'écriture {sequence} est endommagée (journal/00000000000000000001.seg, octet "),
            "la somme de contrôle du bloc est ",
            "était connue comme durable",
        ],
    );
    let audit = desk.aiga(&["--lang", "fr", "audit"]);
    audit.fails(4, &["LE JOURNAL N'EST PAS INTÈGRE", "les octets de ce bloc ont été modifiés", "(damaged)"]);
    // The same facts as in English: which checksum, and how it is known that the bytes were whole.
    for (lang, facts) in [
        ("en", ["the block's checksum is ", "was known to be durable"]),
        ("fr", ["la somme de contrôle du bloc est ", "était connue comme durable"]),
    ] {
        desk.aiga(&["--lang", lang, "audit"]).fails(4, &facts);
    }
    let backup = desk.aiga(&["--lang", "fr", "backup", "avril.tar"]);
    backup.fails(4, &["la somme de contrôle du bloc est "]);
    fs::remove_file(&segment).unwrap();
    fs::write(desk.ledger().join("journal/00000000000000000800.seg"), &whole).unwrap();
    desk.aiga(&["--lang", "fr", "export", "--format", "csv"]).fails(4, &["segment"]);
}

/// What a script reads in English and in French, the sentences taken out and given beside.
fn in_both(desk: &Desk, command: &[&str]) -> [(serde_json::Value, Vec<String>); 2] {
    ["en", "fr"].map(|lang| {
        let mut told = desk.aiga(&[&["--json", "--lang", lang], command].concat()).json();
        let mut sentences = Vec::new();
        take_sentences(&mut told, &mut sentences);
        (told, sentences)
    })
}

fn take_sentences(json: &mut serde_json::Value, sentences: &mut Vec<String>) {
    match json {
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| take_sentences(item, sentences)),
        serde_json::Value::Object(fields) => {
            for sentence in ["message", "hint", "advice"] {
                let said = fields.remove(sentence);
                sentences.extend(said.map(|said| said.as_str().unwrap().to_owned()));
            }
            fields.values_mut().for_each(|field| take_sentences(field, sentences));
        }
        _ => {}
    }
}

#[test]
fn a_script_reads_sentences_in_the_language_asked_for_and_all_else_as_ever() {
    let desk = Desk::with_season();
    let line = |rest: &str| format!(r#"{{"ref":"x","on":"2026-12-31",{rest}}}"#);
    let bad = [
        line(r#""op":"supply","bureau":"florac","bills":{"20":100000}"#),
        line(r#""op":"supply","bureau":"florac","bills":{"7":1}"#),
        line(r#""op":"swap","bureau":"florac","amount":12,"paid":"cash""#),
        line(r#""op":"amend_bureau","bureau":"florac""#),
        line(r#""op":"reclassify","debit":"fund:deposit","credit":"own:fees","amount":"1.00","reason":"r""#),
    ];
    let bad = desk.file("bad.jsonl", bad.join("\n"));
    let commands: [(&[&str], &[&str]); 4] = [
        (
            &["post", &bad],
            &[
                "le coffre a",
                "il n'existe pas de billet de 7 Ä",
                "un montant entre guillemets",
                "rien ne change",
                "n'est pas un reclassement",
            ],
        ),
        (
            &["swap", "nulle-part", "--amount", "5", "--paid", "cash"],
            &["il n'y a pas de bureau", "aiga bureau list"],
        ),
        (&["reverse", "65", "--reason", "essai", "--on", "2020-01-01"], &["datée du"]),
        (&["export", "--format", "csv", "bad.jsonl"], &["existe déjà", "choisissez un autre nom"]),
    ];
    for (command, saying) in commands {
        let [(english, in_english), (french, in_french)] = in_both(&desk, command);
        assert_eq!(english, french, "{command:?}");
        assert_eq!(in_english.len(), in_french.len(), "{command:?}");
        for words in saying {
            assert!(in_french.iter().any(|said| said.contains(words)), "{words:?}: {in_french:?}");
        }
        assert!(in_english.iter().zip(&in_french).all(|(one, other)| one != other), "{in_french:?}");
    }
    // The environment asks as --lang does.
    let mut swap = desk.command(&["--json", "swap", "nulle-part", "--amount", "5", "--paid", "cash"]);
    let said = swap.env("LC_ALL", "fr_FR.UTF-8").output().unwrap();
    assert!(String::from_utf8(said.stdout).unwrap().contains("il n'y a pas de bureau nulle-part"));
}

#[test]
fn why_an_export_does_not_come_in_is_told_in_french() {
    let desk = Desk::with_season();
    desk.aiga(&["export", "--format", "jsonl", "journal.jsonl"]).done();
    let journal = fs::read_to_string(desk.path("journal.jsonl")).unwrap();
    let line = journal.lines().nth(64).unwrap();
    let (from, leaf) = line.rsplit_once(':').unwrap();
    for (changed, saying) in [
        (
            line.replacen("\"sequence\":64", "\"sequence\":65", 1),
            "champ « sequence » : ce n'est pas le numéro qui vient ici",
        ),
        (
            format!("{from}:{}", leaf.replace(|digit: char| digit.is_ascii_hexdigit(), "0")),
            "ce n'est pas l'empreinte",
        ),
        (line.replacen("\"recorded_at\":\"2", "\"recorded_at\":\"1", 1), "ce n'est pas un instant après"),
        ("{}".to_owned(), "ligne 65"),
    ] {
        assert_ne!(changed, line);
        let file = desk.file("changed.jsonl", journal.replacen(line, &changed, 1));
        let said = desk.aiga(&["--lang", "fr", "--ledger", "other", "import-journal", &file]);
        said.fails(4, &["ligne 65", saying]);
    }
}

#[test]
fn whoever_audits_an_export_is_told_what_happened_to_it_and_not_to_make_another() {
    let desk = Desk::with_season();
    desk.aiga(&["export", "--format", "jsonl", "journal.jsonl"]).done();
    let journal = fs::read_to_string(desk.path("journal.jsonl")).unwrap();
    let lines: Vec<&str> = journal.lines().take(100).collect();
    for cut in [&journal[..100_000], &journal[..journal.len() - 50], &format!("{}\n", lines.join("\n"))] {
        let file = desk.file("cut.jsonl", cut);
        let said = desk.aiga(&["--lang", "fr", "audit", &file]);
        said.fails(4, &["le fichier a été coupé", "demandez l'export d'origine"]).lacks("réexportez");
        desk.aiga(&["audit", &file])
            .fails(4, &["cut off", "ask whoever keeps the ledger"])
            .lacks("export the journal again");
    }
    let whole = desk.file("more.jsonl", format!("{journal}{{}}\n"));
    desk.aiga(&["--lang", "fr", "audit", &whole]).fails(4, &["rien ne suit la dernière ligne"]);
    // An operation that the rules do not allow: by which of them, and with its figures.
    let line = journal.lines().find(|line| line.contains(r#""op":"swap""#)).unwrap();
    let bureau = line.split(r#""bureau":""#).nth(1).unwrap().split('"').next().unwrap();
    let forged = line.replacen(&format!(r#""bureau":"{bureau}""#), r#""bureau":"nulle-part""#, 1);
    let file = desk.file("forged.jsonl", journal.replacen(line, &forged, 1));
    desk.aiga(&["--lang", "fr", "audit", &file])
        .fails(4, &["les règles ne permettaient pas de l'enregistrer : il n'y a pas de bureau nulle-part"]);
}

#[test]
fn what_is_wrong_with_a_chart_of_accounts_is_told_in_french() {
    let desk = Desk::with_season();
    for (toml, saying) in [
        ("[entries]\nsweep = \"x\"", "entries.sweep : il n'y a pas de telle opération"),
        ("[accounts]\n\"own:fees\" = { number = \"62700\" }", "62700 s'appelle à la fois « "),
    ] {
        let chart = desk.file("plan.toml", toml);
        let fec = [
            "export",
            "--format",
            "fec",
            "--year",
            "2026",
            "--siren",
            "123456789",
            "--chart",
            &chart,
            "x.txt",
        ];
        desk.aiga(&[&["--lang", "fr"][..], &fec].concat()).fails(1, &["bad_chart", saying]);
    }
}

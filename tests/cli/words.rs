//! Guards against refusals in French with an English word in them, figures that nobody can read, columns that run together, and
//! files that are called something else than they are.

use std::fs;

use super::desk::{Desk, season};

/// Words that are of English alone.
const ENGLISH: [&str; 44] = [
    "the", "of", "is", "are", "and", "with", "not", "must", "expected", "found", "unknown", "missing",
    "field", "fields", "bytes", "byte", "array", "object", "which", "that", "it", "has", "have", "from",
    "to", "would", "should", "been", "were", "was", "holds", "already", "before", "after", "there", "key",
    "value", "string", "line", "by", "at", "an", "for", "this",
];

/// Asserts that a text in French has none of these words; what is quoted or is a name may have.
fn is_french(text: &str) {
    let quoted =
        |text: &str, mark: char| -> String { text.split(mark).step_by(2).collect::<Vec<_>>().join(" ") };
    let plain = quoted(&quoted(text, '`'), '"');
    let words = plain.split(|letter: char| !letter.is_alphanumeric() && !"_-./:'’".contains(letter));
    let english: Vec<&str> = words.filter(|word| ENGLISH.contains(&word.to_lowercase().as_str())).collect();
    assert!(english.is_empty(), "{english:?} in: {text}");
}

/// Operations that no ledger takes, each with the beginning of what is said of it in French.
const REFUSED: [(&str, &str); 34] = [
    (r#""op":"swap","bureau":[],"amount":"12","paid":"cash""#, "le champ « bureau » vaut un tableau vide"),
    (
        r#""op":"swap","bureau":{"a":1},"amount":"12","paid":"cash""#,
        "le champ « bureau » vaut un objet d'un champ",
    ),
    (
        r#""op":"swap","bureau":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","amount":"1","paid":"cash""#,
        "le champ « bureau » vaut \"aaa",
    ),
    (r#""op":"swap",bureau:"florac""#, "ce n'est pas du JSON : le nom d'un champ est sans guillemets"),
    (r#""op":"swap","bureau":tru"#, "ce n'est pas du JSON : il y a un mot qui n'est ni true"),
    (r#""op":"swap","bureau":"flo"#, "ce n'est pas du JSON : la fin vient au milieu d'un texte"),
    (r#""op":"swap","bureau":"\x""#, "ce n'est pas du JSON : une barre oblique inverse"),
    (r#""op":"swap","bureau":"\ud800""#, "ce n'est pas du JSON : une lettre écrite par son numéro"),
    (r#""op":"swap" "bureau":1"#, "ce n'est pas du JSON : il manque une virgule"),
    (r#""op":"swap","bureau" 1"#, "ce n'est pas du JSON : il manque deux-points"),
    (r#""op":"swap","bureau":01"#, "ce n'est pas du JSON : un nombre n'est pas écrit"),
    (r#""op":"swap","bureau":1e999"#, "ce n'est pas du JSON : un nombre est trop grand"),
    (r#""op":"swap","bureau":1,"#, "ce n'est pas du JSON : une virgule précède la fin"),
    (r#""op":"swap","bureau":1} x {"a":1"#, "ce n'est pas du JSON : il y a quelque chose après la fin"),
    (
        r#""op":"set_fee","reconversion_fee":"2""#,
        "le champ « reconversion_fee » vaut \"2\" ; attendu : un taux",
    ),
    (
        r#""op":"deposit","slips":[],"amount":"1.00""#,
        "le champ « slips » vaut un tableau vide ; attendu : 1 à 100",
    ),
    (r#""op":"reverse","entry":0,"reason":"a""#, "le champ « entry » vaut 0 ; attendu : le numéro"),
    (r#""op":"bank_interest","amount":"-1.00""#, "le champ « amount » doit être plus grand que zéro"),
    (
        r#""op":"close_bureau","bureau":"florac""#,
        "bills:bureau:florac du bureau florac est à 2\u{a0}805,00\u{a0}Ä",
    ),
    (r#""op":"count","bureau":"florac","bills":{},"till":"-1.00""#, "le champ « till » vaut -1.00 ; attendu"),
    (
        r#""op":"bank_interest","amount":"1.00","bank_line":{"date":"x"}"#,
        "le champ « bank_line » vaut un objet d'un champ",
    ),
    (
        r#""op":"print_bills","bills":{"20":1},"serials":[1,2]"#,
        "le champ « serials » vaut un tableau de 2 éléments",
    ),
    (
        r#""op":"enrol_member","member":"M","kind":"x","local_group":"g","valid_until":"2027-01-01""#,
        "le champ « kind »",
    ),
    (
        r#""op":"open_bureau","bureau":"x","name":"a\u200bb","local_group":"g""#,
        "le champ « name » vaut \"a\\u{200b}b\" avec",
    ),
    (
        r#""op":"open_bureau","bureau":"x","name":"","local_group":"g""#,
        "le champ « name » vaut \"\" ; attendu : un texte",
    ),
    (
        r#""op":"open_bureau","bureau":"x","name":"a","local_group":"g","terms":{"consignment":{"deposit_within_days":4000}}"#,
        "le champ « terms » vaut {\"deposit_within_days\":4000} ; attendu",
    ),
    (
        r#""op":"swap","bureau":"florac","amount":"12","paid":"PRIVATE+KEY+a+b+c=""#,
        "le champ « paid » vaut une clé privée",
    ),
    (r#""op":"supply","bureau":"florac","bills":{"20":100000}"#, "le coffre a 1\u{a0}"),
    (r#""op":"swap","bureau":"florac","amount":"90000.00","paid":"card""#, ""),
    (r#""op":"reclassify","debit":"fund:deposit","credit":"own:fees","amount":"1.00","reason":"r""#, ""),
    (
        r#""op":"pay_out","payable":"rec-00069","amount":"100000.00""#,
        "sous rec-00069, le fonds doit 80,00\u{a0}€",
    ),
    (r#""op":"deposit","slip":"BORD-0058","amount":"1.00""#, ""),
    (r#""op":"write_off","bureau":"florac","amount":"1000.00""#, "florac doit 0,00\u{a0}€ au fonds"),
    (
        r#""op":"attest_statement","through":"2026-01-01","closing_balance":"1.00","statement":"0""#,
        "le champ « statement »",
    ),
];

#[test]
fn no_refusal_in_french_has_an_english_word() {
    let desk = Desk::with_season();
    let lines: Vec<String> = (0..)
        .zip(REFUSED)
        .map(|(nr, (rest, _))| format!(r#"{{"ref":"x{nr}","on":"2026-09-30",{rest}}}"#))
        .collect();
    let file = desk.file("bad.jsonl", lines.join("\n"));
    let told = desk.aiga(&["--lang", "fr", "--json", "post", &file]).fails(1, &[]).json();
    let rejected = told["rejected"].as_array().unwrap();
    assert_eq!(rejected.len(), REFUSED.len(), "{told}");
    for (refused, (line, begins)) in rejected.iter().zip(REFUSED) {
        let message = refused["message"].as_str().unwrap();
        assert!(message.starts_with(begins), "{line}: {message}");
        is_french(message);
    }
}

#[test]
fn amounts_in_english_refusals_are_read_at_a_glance() {
    let desk = Desk::with_season();
    let swap = ["swap", "florac", "--amount", "1500000", "--paid", "card", "--on", "2026-09-30"];
    desk.aiga(&swap).fails(
        1,
        &["1,500,000.00 €; the ledger chooses the bills up to 200,000.00 €", "hint: name the bills"],
    );
    let swap = ["swap", "florac", "--amount", "5000", "--paid", "card", "--on", "2026-09-30"];
    desk.aiga(&swap).fails(
        1,
        &["the bureau florac holds bills worth 2,805.00 Ä; 5,000.00 Ä are asked for (no_exact_bills)"],
    );
    let swap = ["swap", "florac", "--amount", "2000.50", "--paid", "card", "--on", "2026-09-30"];
    desk.aiga(&swap).fails(1, &["and no choice of them makes 2,000.50 Ä exactly (no_exact_bills)"]);
    desk.aiga(&["supply", "florac", "--bills", "100000x20", "--on", "2026-09-30"])
        .fails(1, &["100,000 are asked for", "hint: `aiga account bills:vault`", "`aiga print`"]);
    let close = desk.aiga(&["bureau", "close", "florac", "--on", "2026-09-30"]);
    close.fails(1, &["bills:bureau:florac of the bureau florac is 2,805.00 Ä; it must be empty"]);
    let json = desk.aiga(&["--json", "bureau", "close", "florac", "--on", "2026-09-30"]).json();
    assert_eq!(json["error"]["balance"], "2805.00");
}

#[test]
fn settings_that_do_not_read_are_told_in_french() {
    let desk = Desk::with_season();
    let nef = season("nef.csv");
    let nef = nef.to_str().unwrap();
    for (toml, says) in [
        ("bank = \"x\"\nfoo = 1\n", "le profil, ligne 1 : la clé `bank` est inconnue"),
        ("", "le profil, ligne 1 : il manque la clé `delimiter`"),
        ("bank = x", "le profil, ligne 1 : ce n'est pas du TOML"),
    ] {
        let profile = desk.file("profil.toml", toml);
        let said = desk.aiga(&["--lang", "fr", "statement", "show", nef, "--profile", &profile]);
        is_french(&said.err);
        said.fails(1, &[says, "bad_profile"]);
    }
    let rules = desk.file("regles.toml", "frais = []");
    let said = desk.aiga(&["--lang", "fr", "reconcile", nef, "--rules", &rules]);
    is_french(&said.err);
    said.fails(1, &["ligne 1 : la clé `frais` est inconnue ; attendu : `interest`, `charges`"]);
    let chart = desk.file("plan.toml", "[comptes]");
    let fec =
        ["export", "--format", "fec", "--year", "2026", "--siren", "123456789", "--chart", &chart, "x.txt"];
    let said = desk.aiga(&[&["--lang", "fr"][..], &fec].concat());
    said.fails(1, &["2026 finit le 31/12/2026", "la clé `comptes` est inconnue"]);
}

#[test]
fn a_file_of_another_kind_is_called_what_it_is() {
    let desk = Desk::with_season();
    let nef = season("nef.csv");
    let ofx = season("nef.ofx");
    desk.file("big.csv", "date;montant\n".repeat(50_000));
    desk.file("carte.bin", [0_u8, 1, 2, 3].repeat(100_000));
    desk.file("note.txt", "Réunion de mars.\n");
    let files = [
        (nef.to_str().unwrap(), "a table (CSV)", "un tableau (CSV)"),
        (ofx.to_str().unwrap(), "a bank statement", "un relevé bancaire"),
        ("big.csv", "a table (CSV)", "un tableau (CSV)"),
        ("carte.bin", "a file of another program", "un fichier d'un autre programme"),
        ("note.txt", "a text", "un texte"),
    ];
    for (file, english, french) in files {
        for (command, due, attendu) in [
            (&["--ledger", "neu", "restore", file][..], "a backup", "une sauvegarde"),
            (&["--ledger", "neu", "import-journal", file], "an exported journal", "un journal exporté"),
            (&["audit", file], "an exported journal", "un journal exporté"),
        ] {
            desk.aiga(command).fails(1, &["wrong_kind", &format!("is {english}, not {due}")]);
            let said = desk.aiga(&[&["--lang", "fr"], command].concat());
            said.fails(1, &["wrong_kind", &format!("est {french}, pas {attendu}")]);
        }
    }
    assert!(!desk.path("neu").exists());
    // One that was cut off in the middle of a block is a backup still.
    desk.aiga(&["backup", "a.tar"]).done();
    let whole = fs::read(desk.path("a.tar")).unwrap();
    for length in [300, 700, 1_300, 70_000] {
        fs::write(desk.path("a.tar"), &whole[..length]).unwrap();
        let said = desk.aiga(&["--ledger", "neu", "restore", "a.tar", "--lang", "fr"]);
        is_french(&said.err);
        said.fails(4, &["not_a_backup", "coupé"]);
    }
}

/// Asserts that no cell of a table runs into the next: a figure stands behind a blank, and behind nothing else.
fn stand_apart(text: &str) {
    for unit in ["100\u{a0}000\u{a0}000\u{a0}000,00", "100,000,000,000.00"] {
        for (at, _) in text.match_indices(unit) {
            let before = text[..at].chars().next_back().unwrap();
            assert!(before == ' ' || before == '-', "{unit} stands behind {before:?} in: {text}");
        }
    }
}

#[test]
fn columns_stand_apart_however_large_the_figures() {
    let desk = Desk::with_season();
    let mut lines = vec![
        r#"{"ref":"large-1","on":"2026-09-30","op":"bank_interest","amount":"99.73"}"#.to_owned(),
        r#"{"ref":"large-2","on":"2026-09-30","op":"withdraw_surplus","amount":"341.00"}"#.to_owned(),
        r#"{"ref":"large-3","on":"2026-09-30","op":"top_up","amount":"10000000000.00","note":"x"}"#
            .to_owned(),
    ];
    lines.extend((0..9).map(|nr| {
        format!(r#"{{"ref":"huge-{nr}","on":"2026-09-30","op":"top_up","amount":"9998000000.00"}}"#)
    }));
    let file = desk.file("large.jsonl", lines.join("\n"));
    desk.aiga(&["post", &file]).done();
    let bank = desk.aiga(&["status", "--json"]).done().json()["bank_balance"].as_str().unwrap().to_owned();
    let rest = 10_000_000_000_000 - bank.replace('.', "").parse::<i64>().unwrap();
    let rest = format!("{}.{:02}", rest / 100, rest % 100);
    desk.aiga(&["top-up", "--amount", &rest, "--on", "2026-09-30"]).done();
    for lang in ["en", "fr"] {
        for command in [
            &["status"][..],
            &["account"],
            &["account", "own:bank"],
            &["journal", "--last", "3"],
            &["reconcile", season("nef.csv").to_str().unwrap()],
        ] {
            let said = desk.aiga(&[&["--lang", lang], command].concat());
            stand_apart(&said.out);
            assert!(said.out.contains("000"), "{}", said.out);
        }
    }
    let lines = desk.aiga(&["status"]).done().out;
    let ends: Vec<usize> = lines.lines().take(14).filter_map(|line| line.find('Ä')).collect();
    assert!(ends.len() > 5 && ends.iter().all(|end| *end == ends[0]), "{ends:?}: {lines}");
    let doctor = desk.aiga(&["doctor", "--lang", "fr"]).out;
    assert!(doctor.contains("\n  instantanés  "), "{doctor}");
    let starts: Vec<usize> = doctor
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .map(|line| {
            line.chars().position(char::is_whitespace).map_or(0, |_| {
                let label = line.trim_start().split("  ").next().unwrap();
                let rest = line.trim_start().chars().skip(label.chars().count()).collect::<String>();
                line.chars().count() - rest.trim_start().chars().count()
            })
        })
        .collect();
    assert!(starts.len() == 10 && starts.iter().all(|start| *start == starts[0]), "{starts:?}: {doctor}");
}

#[test]
fn euros_that_are_dated_ahead_lie_ahead() {
    let desk = Desk::with_season();
    let swap = [
        "swap",
        "ales",
        "--amount",
        "20",
        "--paid",
        "card",
        "--on",
        "2199-01-01",
        "--ref",
        "card-1",
        "--yes",
    ];
    desk.aiga(&swap).done();
    for (lang, ahead, unit) in [("en", "  in 6", " days"), ("fr", "  dans 6", " jours")] {
        let status = desk.aiga(&["--lang", lang, "status"]).done().out;
        let slip = status.lines().find(|line| line.contains("card-1")).unwrap();
        assert!(slip.contains(ahead) && slip.trim_end().ends_with(unit), "{slip}");
        assert!(!slip.replace("card-1", "").replace("2199-01-01", "").contains('-'), "{slip}");
    }
}

#[test]
fn advice_fits_what_was_refused() {
    let desk = Desk::with_season();
    let day = ["--on", "2026-09-30"];
    for (command, says) in [
        (
            &["swap", "florac", "--bills", "1000000001x50", "--paid", "card"][..],
            "is more than 1,000,000,000 bills",
        ),
        (&["interest", "1", "--on", "1850-01-01"], "lies from 1900 to 2999"),
        (&["bureau", "open", "x", "--name", "x", "--group", "g", "--deposit-within", "4000"], ""),
    ] {
        let said = desk.aiga(command);
        assert!(said.code == 1 || said.code == 2, "{}", said.err);
        assert!(said.err.contains(says), "{}", said.err);
    }
    desk.aiga(&[&["destroy", "--bills", "100000x50"][..], &day].concat())
        .fails(1, &["`aiga return` brings them back from a bureau"]);
    desk.aiga(&[&["interest", "10000000001"][..], &day].concat()).fails(1, &["hint: is the amount right?"]);
    desk.aiga(&[&["print", "--bills", "900000000x50"][..], &day].concat())
        .fails(1, &["is 45,000,000,000.00 Ä"]);
    let exchange = ["--in", "1x20", "--out", "2x10", "--dry-run"];
    for bureau in [&["exchange", "florac"][..], &["exchange", "--bureau", "florac"]] {
        let said = desk.aiga(&[bureau, &exchange[..], &day[..]].concat());
        assert!(said.out.contains("at florac"), "{}{}", said.out, said.err);
    }
    desk.aiga(&[&["top-up", "--amount", "5.00"][..], &day].concat()).done();
    desk.aiga(&[
        "post",
        &desk.file("old.jsonl", r#"{"ref":"o","on":"1850-01-01","op":"bank_interest","amount":"1.00"}"#),
    ])
    .fails(1, &["from 1900 to 2999, and is \"1850-01-01\""]);
    desk.aiga(&["key", "new", "--name", "example.org/aiga"]).done();
    desk.aiga(&["checkpoint", "c.txt"]).done();
    fs::remove_file(desk.path("c.txt")).unwrap();
    desk.aiga(&["checkpoint", "c.txt"])
        .fails(1, &["c.txt.coverage is there already", "hint: its checkpoint is not there"]);
}

//! Guards against a statement that is misread, and against a bad file whose refusal says neither where nor what to do.

use super::desk::{Desk, season, season_in_latin};

const FORMATS: [(&str, &str); 4] = [
    ("nef.csv", "nef-csv"),
    ("nef.ofx", "ofx"),
    ("nef.camt053.xml", "camt053"),
    ("nef.cfonb120.txt", "cfonb120"),
];

#[test]
fn the_four_formats_of_one_statement_are_understood_alike() {
    let desk = Desk::new();
    for (file, format) in FORMATS {
        let path = season(file);
        let shown = desk.aiga(&["statement", "show", path.to_str().unwrap(), "--json"]).done().json();
        let statement = &shown["statement"];
        assert_eq!(statement["format"], format);
        assert_eq!((&statement["lines"], &statement["closing"]), (&222.into(), &"10781.37".into()), "{file}");
        assert_eq!((&statement["from"], &statement["through"]), (&"2026-01-05".into(), &"2026-08-28".into()));
        assert_eq!(shown["lines"].as_array().unwrap().len(), 222);
        assert_eq!(shown["lines"][0]["amount"], "4800.00", "{file}");
        let named = ["statement", "show", path.to_str().unwrap(), "--format", format];
        let said = desk.aiga(&named).done().out.replace(['\u{a0}', '\u{202f}'], " ");
        assert!(said.contains("10,781.37 €") && said.contains("BORD-0057"), "{said}");
    }
    let camt = season("nef.camt053.xml");
    let shown = desk.aiga(&["statement", "show", camt.to_str().unwrap(), "--json"]).done().json();
    assert_eq!(shown["statement"]["pending"], 1);
}

#[test]
fn what_is_no_statement_is_named_with_a_hint_in_both_languages() {
    let desk = Desk::with_season();
    let before = desk.entries_and_root();
    let csv = season_in_latin("nef.csv");
    let ofx = std::fs::read(season("nef.ofx")).unwrap();
    let changed = csv.replacen("\"160,00\"", "\"170,00\"", 1);
    let bad: [(&str, &[u8], &str); 7] = [
        ("a.pdf", b"%PDF-1.7\n", "not_a_statement"),
        ("a.xlsx", b"PK\x03\x04.......[Content_Types].xml", "not_a_statement"),
        ("empty.csv", b"", "not_a_statement"),
        ("letter.txt", b"Dear treasurer,\n", "missing_header"),
        ("cut.ofx", &ofx[..ofx.len() / 2], "truncated"),
        ("changed.csv", changed.as_bytes(), "balance_breaks"),
        ("other.csv", b"Date;Montant\n01/02/2026;1,00\n", "missing_header"),
    ];
    for (name, bytes, code) in bad {
        let file = desk.file(name, bytes);
        desk.aiga(&["reconcile", &file]).fails(1, &[code, "hint:"]);
        desk.aiga(&["reconcile", &file, "--lang", "fr"]).fails(1, &["erreur :", "conseil :"]);
        let error = desk.aiga(&["statement", "show", &file, "--json"]).fails(1, &[]).json();
        assert_eq!(error["error"]["code"], code, "{name}");
    }
    desk.aiga(&["reconcile", "no-such-file.csv"]).fails(1, &["no-such-file.csv"]);
    desk.aiga(&["reconcile", "no-such-file.csv", "--format", "pdf"]).fails(2, &["pdf", "cfonb120"]);
    assert_eq!(desk.entries_and_root(), before);
}

#[test]
fn what_was_expected_and_found_is_told_in_french() {
    let desk = Desk::new();
    let ofx = season_in_latin("nef.ofx");
    for (name, amount, saying) in [
        (
            "three.ofx",
            "<TRNAMT>1,650",
            "« TRNAMT » vaut `1,650` ; attendu : un montant à deux décimales, car trois",
        ),
        ("none.ofx", "<TRNAMT>x", "« TRNAMT » vaut `x` ; attendu : un montant comme 1234.56"),
    ] {
        let file = desk.file(name, ofx.replacen("<TRNAMT>", &format!("{amount}<X>"), 1));
        desk.aiga(&["statement", "show", &file, "--lang", "fr"]).fails(1, &["ligne ", saying]);
    }
}

#[test]
fn a_statement_of_another_account_or_of_other_days_is_refused() {
    let desk = Desk::with_season();
    let other = season_in_latin("nef.csv").replace("00012345678", "00087654321");
    let other = desk.file("other.csv", other);
    desk.aiga(&["reconcile", &other]).fails(1, &["other_account", "00087654321", "hint:"]);
    let statement = season("nef.csv");
    let through = |day| ["reconcile", statement.to_str().unwrap(), "--through", day];
    desk.aiga(&through("2025-12-31")).fails(1, &["cut_before", "hint:"]);
    desk.aiga(&through("2026-10-31")).fails(1, &["cut_after", "2026-10-31"]);
    desk.aiga(&through("2926-08-31")).fails(1, &["cut_ahead", "2926-08-31", "hint:"]);
}

#[test]
fn the_csv_of_another_bank_is_read_by_a_profile() {
    let desk = Desk::new();
    let file = desk.file("bank.csv", "Datum|Text|Betrag\n2026-03-02|Hello|1000.50\n2026-03-03|World|-0.50\n");
    let toml = "delimiter = \"|\"\ndate_format = \"%Y-%m-%d\"\ndecimal = \".\"\n\n[columns]\ndate = \"Datum\"\nlabel = \"Text\"\namount = \"Betrag\"\n";
    let profile = desk.file("bank.toml", toml);
    let show = |profile| ["statement", "show", &file, "--json", "--profile", profile];
    let shown = desk.aiga(&show(&profile)).done().json();
    assert_eq!(
        (&shown["lines"][0]["amount"], &shown["lines"][1]["label"]),
        (&"1000.50".into(), &"World".into())
    );
    desk.aiga(&show("no-such-bank")).fails(2, &["unknown_profile", "credit-mutuel"]);
    desk.aiga(&show("no-such-bank.toml")).fails(1, &["no-such-bank.toml"]);
    let wrong = desk.file("wrong.toml", toml.replace("decimal", "decimals"));
    desk.aiga(&show(&wrong)).fails(1, &["bad_profile", "decimals"]);
    desk.aiga(&show("credit-mutuel")).fails(1, &["missing_header"]);
}

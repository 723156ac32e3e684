//! Guards against a reconciliation that finds other figures than other code found, that records what nobody agreed to,
//! or whose reports do not say the same.

use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use super::desk::{Desk, Said, season, season_in_latin};

/// The season's statement, as a word of a command.
fn nef() -> String {
    season("nef.csv").to_str().unwrap().to_owned()
}

fn expected() -> Value {
    serde_json::from_str(&std::fs::read_to_string(season("expected.json")).unwrap()).unwrap()
}

/// A text without the difference between one blank and another.
fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ").replace('\u{2212}', "-")
}

fn sorted(list: &Value) -> Vec<String> {
    let mut texts: Vec<String> =
        list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect();
    texts.sort();
    texts
}

#[test]
fn the_season_is_found_the_same_in_all_four_formats() {
    let desk = Desk::with_season();
    let before = desk.entries_and_root();
    let expected = &expected()["statement"];
    for file in ["nef.csv", "nef.ofx", "nef.camt053.xml", "nef.cfonb120.txt"] {
        let report = desk.aiga(&["reconcile", season(file).to_str().unwrap(), "--json"]).fails(3, &[]).json();
        for figure in ["lines", "closing", "through"] {
            assert_eq!(report["statement"][figure], expected[figure], "{file}: {figure}");
        }
        for figure in ["ledger_balance", "difference", "difference_after_proposals"] {
            assert_eq!(report[figure], expected[figure], "{file}: {figure}");
        }
        for kind in ["deposit", "pay_out", "bank_interest", "bank_charge"] {
            assert_eq!(sorted(&report["proposals"][kind]), sorted(&expected["proposals"][kind]), "{file}");
        }
        let open = &report["unexplained"];
        assert_eq!(open.as_array().unwrap().len(), 1, "{open}");
        assert_eq!(open[0]["reason"]["code"], "other_amount");
        assert_eq!(open[0]["reason"]["names"][0], expected["mismatch"]["slip"]);
        assert_eq!(open[0]["reason"]["bank"], expected["mismatch"]["bank"]);
        assert_eq!(open[0]["reason"]["ledger"], expected["mismatch"]["ledger"]);
        assert_eq!(report["cut"], "2026-08-28");
        assert_eq!(report["three_way"]["circulation"], "10635.00");
        assert_eq!(report["three_way"]["fund"], "10635.00");
        assert_eq!(report["root"], before.1);
    }
    assert_eq!(desk.entries_and_root(), before, "a look records nothing");
}

#[test]
fn a_month_goes_from_its_statement_to_its_closing() {
    let desk = Desk::with_season();
    let looked = desk.aiga(&["reconcile", &nef()]).fails(3, &["27 operations proposed", "BORD-0057"]);
    assert!(plain(&looked.out).contains("10.00 € is left to explain."), "{}", looked.out);
    assert!(plain(&looked.out).contains("own:charges ← own:bank  6.50 €"), "{}", looked.out);
    let posted = desk.aiga(&["reconcile", &nef(), "--post", "--yes", "--json"]).fails(3, &[]).json();
    assert_eq!((&posted["posted"]["entries"], &posted["posted"]["first"]), (&27.into(), &891.into()));
    assert_eq!((&posted["posted"]["attested"], &posted["difference"]), (&Value::Null, &"195.00".into()));
    desk.aiga(&["close-period", "2026-08-28"]).fails(1, &["not_attested"]);

    // The command that the report suggests records the slip that the bank counted short.
    let report = desk.aiga(&["reconcile", &nef(), "--json"]).fails(3, &[]).json();
    let command = report["unexplained"][0]["command"].as_str().unwrap().to_owned();
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    desk.aiga(&words).done();
    let agreed = desk.aiga(&["reconcile", &nef()]).done().out;
    assert!(agreed.contains("The account at La Nef and the bills agree."), "{agreed}");
    let attested = desk.aiga(&["reconcile", &nef(), "--post", "--yes", "--html", "august.html"]).done().out;
    assert!(attested.contains("attested through 2026-08-28"), "{attested}");
    let page = std::fs::read_to_string(desk.path("august.html")).unwrap();
    assert!(page.contains("The statement is attested through 2026-08-28."), "{page}");
    desk.aiga(&["close-period", "2026-08-28"]).done();
    let status = desk.aiga(&["status", "--json"]).done().json();
    assert_eq!(status["bank_balance"], expected()["statement"]["closing"]);
    desk.aiga(&["audit"]).done();
}

#[test]
fn a_second_run_proposes_nothing_in_any_format() {
    let desk = Desk::with_season();
    desk.aiga(&["reconcile", &nef(), "--post", "--yes"]).fails(3, &["27 entries, 891 to 917"]);
    let after = desk.entries_and_root();
    for file in ["nef.csv", "nef.ofx", "nef.camt053.xml", "nef.cfonb120.txt"] {
        let path = season(file);
        let again = ["reconcile", path.to_str().unwrap(), "--post", "--yes"];
        desk.aiga(&again).fails(3, &["There is nothing to record."]);
        let report = desk.aiga(&[&again[..], &["--json"]].concat()).fails(3, &[]).json();
        assert_eq!(report["proposed"].as_array().unwrap().len(), 0, "{file}");
        assert_eq!((&report["matched"], &report["posted"]), (&221.into(), &Value::Null), "{file}");
    }
    assert_eq!(desk.entries_and_root(), after);
}

#[test]
fn without_a_terminal_nothing_is_recorded_unless_it_is_said_so() {
    let desk = Desk::with_season();
    let before = desk.entries_and_root();
    desk.aiga(&["reconcile", &nef(), "--post"]).fails(2, &["unasked", "--yes"]);
    desk.aiga(&["reconcile", &nef(), "--post", "--json"]).fails(2, &["unasked"]);
    desk.aiga(&["reconcile", &nef(), "--yes"]).fails(2, &["--post"]);
    desk.aiga(&["reconcile", &nef(), "--csv", "-", "--json"]).fails(2, &["--csv"]);
    assert_eq!(desk.entries_and_root(), before);
}

/// Runs the program with a terminal on which this is typed.
fn typed(desk: &Desk, arguments: &[&str], answer: &str) -> Said {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&keyboard).unwrap();
    unlockpt(&keyboard).unwrap();
    let name = ptsname(&keyboard, Vec::new()).unwrap().into_string().unwrap();
    let terminal = std::fs::OpenOptions::new().read(true).write(true).open(name).unwrap();
    let mut command = desk.command(arguments);
    let child = command.stdin(terminal).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(command);
    let mut keyboard = std::fs::File::from(keyboard);
    keyboard.write_all(answer.as_bytes()).unwrap();
    Said::of(child.wait_with_output().unwrap())
}

#[test]
fn a_question_answered_no_records_nothing_and_yes_records_all() {
    let desk = Desk::with_season();
    let before = desk.entries_and_root();
    let no = typed(&desk, &["reconcile", &nef(), "--post"], "n\n");
    let no = no.fails(3, &["Record these 27 operations? [y/N]", "Nothing was recorded."]);
    assert!(no.out.contains("BORD-0058"), "what is proposed is shown first: {}", no.out);
    assert_eq!(desk.entries_and_root(), before);
    let french = ["reconcile", &nef(), "--post", "--lang", "fr"];
    typed(&desk, &french, "\n")
        .fails(3, &["Enregistrer ces 27 opérations ? [o/N]", "Rien n'a été enregistré."]);
    assert_eq!(desk.entries_and_root(), before);
    typed(&desk, &french, "oui\n").fails(3, &["Enregistré : 27 écritures, 891 à 917."]);
    assert_eq!(desk.entries_and_root().0, 917);
}

#[test]
fn a_line_of_a_closed_period_is_unexplained_and_the_others_are_recorded() {
    let desk = Desk::with_season();
    desk.aiga(&["close-period", "2026-08-10", "--force", "essai"]).done();
    let report = desk.aiga(&["reconcile", &nef(), "--json"]).fails(3, &[]).json();
    let unexplained = report["unexplained"].as_array().unwrap();
    let closed: Vec<_> = unexplained.iter().filter(|one| one["reason"]["code"] == "closed").collect();
    assert!(!closed.is_empty() && closed.iter().all(|one| one["date"].as_str().unwrap() <= "2026-08-10"));
    let proposed = report["proposed"].as_array().unwrap();
    assert!(proposed.iter().all(|one| one["operations"][0]["refused"].is_null()), "{proposed:#?}");
    desk.aiga(&["reconcile", &nef(), "--lang", "fr"]).fails(3, &[]);
    let posted = desk.aiga(&["reconcile", &nef(), "--post", "--yes", "--json"]).fails(3, &[]).json();
    assert_eq!(posted["posted"]["entries"], proposed.len());
    assert_eq!(posted["posted"]["attested"], serde_json::Value::Null);
}

#[test]
fn the_page_says_the_same_in_both_languages_and_fetches_nothing() {
    let desk = Desk::with_season();
    for (lang, words) in [
        (
            "fr",
            [
                "Il reste 10,00 € à expliquer.",
                "10 781,37 €",
                "10 635,00 Ä",
                "84,29 %",
                "BORD-0057 : la banque a 195,00 €, le registre 205,00 €.",
                "en retard de 5 jours",
                "-145,50 €",
            ],
        ),
        (
            "en",
            [
                "10.00 € is left to explain.",
                "10,781.37 €",
                "10,635.00 Ä",
                "84.29%",
                "BORD-0057: the bank has 195.00 €, the ledger 205.00 €.",
                "overdue by 5 days",
                "-145.50 €",
            ],
        ),
    ] {
        desk.aiga(&["reconcile", &nef(), "--html", "page.html", "--replace", "--lang", lang]).fails(3, &[]);
        let page = plain(&std::fs::read_to_string(desk.path("page.html")).unwrap());
        for words in words {
            assert!(page.contains(words), "{words} is not in {page}");
        }
        assert!(
            page.contains(&format!("<html lang=\"{lang}\">")) && page.contains(&desk.entries_and_root().1)
        );
        for foreign in ["<script", "http:", "https:", "<link", "<img", "url("] {
            assert!(!page.contains(foreign), "{foreign}");
        }
    }
}

#[test]
fn a_label_that_is_a_script_is_text_on_the_page_and_quiet_on_the_terminal() {
    let desk = Desk::with_season();
    let csv = season_in_latin("nef.csv");
    let hostile = csv.replacen("FRAIS DE TENUE DE COMPTE", "FRAIS <script>alert('x')</script>\u{1b}[2J", 1);
    let file = desk.file("hostile.csv", hostile);
    let said = desk.aiga(&["reconcile", &file, "--html", "page.html", "--csv", "rows.csv"]).fails(3, &[]);
    assert!(!said.out.contains('\u{1b}'), "{:?}", said.out);
    let page = std::fs::read_to_string(desk.path("page.html")).unwrap();
    assert!(page.contains("FRAIS &lt;script&gt;") && !page.contains("<script"), "{page}");
}

#[test]
fn csv_and_json_agree_with_each_other() {
    let desk = Desk::with_season();
    let report = desk.aiga(&["reconcile", &nef(), "--json", "--csv", "rows.csv"]).fails(3, &[]).json();
    let csv = desk.aiga(&["reconcile", &nef(), "--csv", "-"]).fails(3, &[]).out;
    assert_eq!(csv, std::fs::read_to_string(desk.path("rows.csv")).unwrap());
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let cents = |amount: &str| amount.replace('.', "").parse::<i64>().unwrap();
    let of = |class: &str, side: &str| -> Vec<&csv::StringRecord> {
        rows.iter().filter(|row| &row[0] == class && &row[1] == side).collect()
    };
    let lines = rows.iter().filter(|row| &row[1] == "bank");
    assert_eq!(lines.clone().count(), 222, "each line of the statement once");
    let sum: i64 = lines.map(|row| cents(&row[3])).sum();
    assert_eq!(sum, cents(report["bank_balance"].as_str().unwrap()));
    let sum: i64 = rows.iter().filter(|row| &row[1] == "ledger").map(|row| cents(&row[3])).sum();
    assert_eq!(sum, cents(report["ledger_balance"].as_str().unwrap()));
    assert_eq!(report["matched"], of("matched", "bank").len());
    assert_eq!(report["proposed"].as_array().unwrap().len(), of("proposed", "bank").len());
    let open = of("unexplained", "bank");
    assert_eq!((open.len(), &open[0][3], &open[0][6]), (1, "195.00", "other_amount"));
    assert_eq!(report["unexplained"][0]["command"], open[0][10]);
}

#[test]
fn words_of_the_treasurer_tell_a_charge() {
    let desk = Desk::with_season();
    let csv = season_in_latin("nef.csv");
    let file = desk.file("nef.csv", csv.replacen("FRAIS DE TENUE DE COMPTE", "ABONNEMENT NEF EN LIGNE", 1));
    let charge = |report: Value| report["proposals"]["bank_charge"].clone();
    let look = ["reconcile", &file, "--json"];
    assert_eq!(charge(desk.aiga(&look).fails(3, &[]).json()).as_array().unwrap().len(), 0);
    let rules = desk.file("rules.toml", "charges = [\"abonnement\"]\n");
    let with_rules = [&look[..], &["--rules", &rules]].concat();
    assert_eq!(charge(desk.aiga(&with_rules).fails(3, &[]).json())[0], "6.50");
    let bad = desk.file("bad.toml", "charges = [\"--\"]\n");
    desk.aiga(&[&look[..], &["--rules", &bad]].concat()).fails(1, &["bad_rules"]);
}

#[test]
fn a_report_that_cannot_be_written_is_an_error_before_anything_is_recorded() {
    let desk = Desk::with_season();
    let before = desk.entries_and_root();
    let nowhere = ["reconcile", &nef(), "--post", "--yes", "--html", "no-such-folder/page.html"];
    desk.aiga(&nowhere).fails(1, &["no-such-folder"]);
    assert_eq!(desk.entries_and_root(), before);
}

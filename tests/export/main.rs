//! Guards against an export that loses something of the journal, an import that takes what somebody has changed, and a
//! failed import that leaves a ledger behind.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

#[path = "../cli/desk.rs"]
#[allow(dead_code, reason = "not every test needs every tool of the desk")]
mod desk;
mod fec;

use std::sync::{Arc, LazyLock};

use desk::Desk;
use ledger_core::export::{
    Chart, Dialect, ExportError, FecForm, Format, ImportJournalError, Imported, Period, export, export_fec,
    import,
};
use ledger_core::storage::{ManualClock, Memory};
use ledger_core::{Date, Ledger, Operation, View};

/// The season, and its export as lines of JSON.
static SEASON: LazyLock<(Arc<Memory>, String)> = LazyLock::new(|| {
    let storage = Arc::new(Memory::new());
    let clock = ManualClock::new(1_772_000_000_000_000_000, 1_000);
    let mut ledger = Ledger::create(storage.clone(), Box::new(clock)).unwrap();
    let text = std::fs::read_to_string(desk::season("operations.jsonl")).unwrap();
    let operations: Vec<Operation> = text.lines().map(|line| Operation::from_json(line).unwrap()).collect();
    ledger.post_batch(&operations).unwrap();
    drop(ledger);
    let exported = exported(&storage, Format::Jsonl, Period::default());
    (storage, exported)
});

fn exported(storage: &Arc<Memory>, format: Format, period: Period) -> String {
    let mut bytes = Vec::new();
    export(&View::open(storage.clone()).unwrap(), format, period, &mut bytes, &mut |_| {}).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn imported(text: &str) -> Result<Imported, ImportJournalError> {
    let clock = ManualClock::new(0, 1);
    let mut ledger = Ledger::create(Arc::new(Memory::new()), Box::new(clock)).unwrap();
    import(&mut ledger, text.as_bytes(), &mut |_| {})
}

/// The line and the field that an import refuses.
fn refused(text: &str) -> (u64, String) {
    match imported(text) {
        Err(ImportJournalError::Line { line, field, .. }) => (line, field),
        other => panic!("{other:?}"),
    }
}

/// The export with one of its lines (from 1) made into others.
fn with_line(number: usize, change: impl Fn(&str) -> String) -> String {
    let changed = |(place, line): (usize, &str)| {
        if place + 1 == number { change(line) } else { format!("{line}\n") }
    };
    SEASON.1.lines().enumerate().map(changed).collect()
}

#[test]
fn an_auditor_makes_the_same_ledger_of_the_export() {
    let (storage, text) = &*SEASON;
    let standing = View::open(storage.clone()).unwrap().state().unwrap();
    let imported = imported(text).unwrap();
    assert_eq!((imported.entries, Some(imported.root)), (890, standing.root));
    assert_eq!(text, &exported(storage, Format::Jsonl, Period::default()), "the same bytes every time");
}

#[test]
fn a_line_that_is_removed_doubled_or_out_of_order_is_refused() {
    assert_eq!(refused(&with_line(100, |_| String::new())), (100, "sequence".to_owned()));
    assert_eq!(refused(&with_line(100, |line| format!("{line}\n{line}\n"))), (101, "operation".to_owned()));
    let lines: Vec<&str> = SEASON.1.lines().collect();
    let swapped = with_line(700, |line| format!("{}\n{line}\n", lines[700]));
    assert!((700..=701).contains(&refused(&swapped).0));
}

#[test]
fn a_file_that_was_cut_or_goes_on_is_refused() {
    let text = &SEASON.1;
    let lines: Vec<&str> = text.lines().collect();
    for kept in [1, 2, 500, 890, 891] {
        assert_eq!(refused(&lines[..kept].join("\n")), (kept as u64, String::new()), "{kept} lines");
    }
    assert_eq!(refused(""), (1, String::new()), "the first line is missing");
    assert_eq!(refused(&text[..text.len() / 2]).1, "", "cut within a line");
    assert_eq!(refused(&format!("{text}{}\n", lines[891])), (893, String::new()));
    assert_eq!(refused(&lines[1..].join("\n")), (1, String::new()), "without the header");
}

#[test]
fn every_field_of_a_line_is_held_against_what_the_ledger_makes() {
    let place =
        SEASON.1.lines().position(|line| line.contains(r#""op":"pay_out""#) && line.contains(r#""fee""#));
    let number = place.unwrap() + 1;
    let sequence = number - 1;
    let original = SEASON.1.lines().nth(number - 1).unwrap();
    let amount = r#""amount":""#;
    for (found, instead, field) in [
        (format!(r#""sequence":{sequence}"#), r#""sequence":7"#.to_owned(), "sequence"),
        (r#""recorded_at":"2"#.to_owned(), r#""recorded_at":"1"#.to_owned(), "recorded_at"),
        (r#""op":"pay_out""#.to_owned(), r#""op":"pay_oot""#.to_owned(), "operation"),
        (r#""payable":"rec"#.to_owned(), r#""payable":"wreck"#.to_owned(), "operation"),
        (r#"{"fee":""#.to_owned(), r#"{"fee":"1"#.to_owned(), "choice"),
        (r#"{"fee":"#.to_owned(), r#"{"fie":"#.to_owned(), "choice"),
        (amount.to_owned(), format!("{amount}1"), "postings[0]"),
        (r#""debit":"fund:payable"#.to_owned(), r#""debit":"fund:transit"#.to_owned(), "postings[0]"),
        (r#""unit":"EUR""#.to_owned(), r#""unit":"AIGA""#.to_owned(), "postings"),
        (r#""leaf":""#.to_owned(), r#""leaves":""#.to_owned(), ""),
        (r#""operation":{"#.to_owned(), r#""operation":{"note":"more","#.to_owned(), "leaf"),
    ] {
        assert!(original.contains(&found), "{found} is not in {original}");
        let tampered = with_line(number, |line| format!("{}\n", line.replacen(&found, &instead, 1)));
        assert_eq!(refused(&tampered), (number as u64, field.to_owned()), "{found} → {instead}");
    }
    let bills = SEASON.1.lines().position(|line| line.contains(r#""unit":"AIGA""#)).unwrap() + 1;
    let tampered = with_line(bills, |line| {
        let (before, postings) = line.split_once("\"postings\"").unwrap();
        format!("{before}\"postings\"{}\n", postings.replacen(r#""bills":{"50":"#, r#""bills":{"50":1"#, 1))
    });
    assert_eq!(refused(&tampered), (bills as u64, "postings".to_owned()));
}

/// Every digit of some lines is changed in turn, and none of it goes unseen on its line.
#[test]
fn a_flipped_digit_is_refused_on_its_line() {
    // Not further than the line is read: what comes before the others is judged in the shortest time.
    let lines: Vec<&str> = SEASON.1.lines().collect();
    for number in [2, 3, 60, 62, 70] {
        let line = lines[number - 1];
        for (at, digit) in line.bytes().enumerate().filter(|(_, byte)| byte.is_ascii_digit()) {
            let other = char::from(b'0' + (digit - b'0' + 1) % 10);
            let flipped = format!("{}{other}{}", &line[..at], &line[at + 1..]);
            let tampered = [&lines[..number - 1], &[flipped.as_str()], &lines[number..]].concat().join("\n");
            assert_eq!(refused(&tampered).0, number as u64, "byte {at}: {flipped}");
        }
    }
}

#[test]
fn what_the_header_and_the_last_line_say_is_checked() {
    for (found, instead, field) in [
        ("aiga-journal", "other-journal", "format"),
        (r#""version":1"#, r#""version":2"#, "version"),
        (r#""partial":false"#, r#""partial":true"#, "partial"),
        ("Cévennes", "Ardennes", "association"),
        (r#""currency":"AIGA""#, r#""currency":"AGIA""#, "currency"),
    ] {
        let tampered = with_line(1, |line| format!("{}\n", line.replacen(found, instead, 1)));
        assert_eq!(refused(&tampered), (1, field.to_owned()));
    }
    for (found, instead, field) in [
        (r#""entries":890"#, r#""entries":891"#, "entries"),
        (r#""tree_size":890"#, r#""tree_size":889"#, "tree_size"),
    ] {
        let tampered = with_line(892, |line| format!("{}\n", line.replacen(found, instead, 1)));
        assert_eq!(refused(&tampered), (892, field.to_owned()));
    }
    let other = with_line(892, |_| {
        let root = "0".repeat(64);
        format!("{{\"entries\":890,\"tree_size\":890,\"root\":\"{root}\"}}\n")
    });
    assert_eq!(refused(&other), (892, "root".to_owned()));
}

#[test]
fn partial_exports_together_are_the_whole() {
    let (storage, whole) = &*SEASON;
    let day = |text: &str| Some(text.parse::<Date>().unwrap());
    let body = |period| {
        let text = exported(storage, Format::Jsonl, period);
        assert_eq!(refused(&text), (1, "partial".to_owned()));
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines[1..lines.len() - 1].to_vec()
    };
    let mut lines = body(Period { from: None, to: day("2026-03-31") });
    lines.extend(body(Period { from: day("2026-04-01"), to: day("2026-06-14") }));
    lines.extend(body(Period { from: day("2026-06-15"), to: None }));
    let sequence =
        |line: &String| serde_json::from_str::<serde_json::Value>(line).unwrap()["sequence"].as_u64();
    lines.sort_by_key(sequence);
    let whole: Vec<&str> = whole.lines().collect();
    assert_eq!(lines, whole[1..whole.len() - 1]);
}

#[test]
fn a_table_has_a_line_for_each_posting_and_quotes_what_needs_it() {
    let storage = Arc::new(Memory::new());
    let mut ledger =
        Ledger::create(storage.clone(), Box::new(ManualClock::new(1_772_323_200_000_000_000, 1_000_000_000)))
            .unwrap();
    let founding = SEASON.1.lines().nth(1).unwrap();
    let founding = serde_json::from_str::<serde_json::Value>(founding).unwrap()["operation"].to_string();
    let noted =
        r#"{"op":"top_up","ref":"t-1","on":"2026-01-05","amount":"12.50","note":"a \"gift\", thanks"}"#;
    let formula =
        r#"{"op":"top_up","ref":"t-2","on":"2026-01-05","amount":"1","note":"=HYPERLINK(\"http://x\",A1)"}"#;
    for operation in [&founding, noted, formula] {
        ledger.post(&Operation::from_json(operation).unwrap()).unwrap();
    }
    drop(ledger);
    assert_eq!(
        exported(&storage, Format::Csv(Dialect::Plain), Period::default()),
        "sequence,recorded_at,date,op,ref,debit,credit,unit,amount,bills,note\r\n\
         2,2026-03-01T00:00:01Z,2026-01-05,top_up,t-1,own:bank,own:operating,EUR,12.50,,\"a \"\"gift\"\", thanks\"\r\n\
         3,2026-03-01T00:00:02Z,2026-01-05,top_up,t-2,own:bank,own:operating,EUR,1.00,,\"'=HYPERLINK(\"\"http://x\"\",A1)\"\r\n"
    );
    // A spreadsheet in French: what it would take for the end of a field is quoted, and nothing is taken for a formula.
    let mut ledger =
        Ledger::open(storage.clone(), Box::new(ManualClock::new(1_772_323_209_000_000_000, 1_000_000_000)))
            .unwrap();
    for (reference, note) in
        [("-1", "a; b"), ("t-4", "@SUM(A1)"), ("t-5", "+1"), ("t-6", "-1"), ("t-7", "été, 5,50")]
    {
        let operation = serde_json::json!(
            {"op": "top_up", "ref": reference, "on": "2026-01-05", "amount": "1234.50", "note": note});
        ledger.post(&Operation::from_json(&operation.to_string()).unwrap()).unwrap();
    }
    drop(ledger);
    let french = exported(&storage, Format::Csv(Dialect::French), Period::default());
    let rows: Vec<&str> = french.split("\r\n").collect();
    assert_eq!(rows[0], "\u{feff}sequence;recorded_at;date;op;ref;debit;credit;unit;amount;bills;note");
    assert_eq!(
        rows[1],
        "2;2026-03-01T00:00:01Z;2026-01-05;top_up;t-1;own:bank;own:operating;EUR;12,50;;\"a \"\"gift\"\", thanks\""
    );
    let ends: Vec<&str> = rows[3..8].iter().map(|row| row.split_once(";top_up;").unwrap().1).collect();
    let moved = "own:bank;own:operating;EUR;1234,50;";
    for (end, (reference, note)) in ends.into_iter().zip([
        ("'-1", "\"a; b\""),
        ("t-4", "'@SUM(A1)"),
        ("t-5", "'+1"),
        ("t-6", "'-1"),
        ("t-7", "été, 5,50"),
    ]) {
        assert_eq!(end, format!("{reference};{moved};{note}"));
    }
    let rows = exported(&SEASON.0, Format::Csv(Dialect::Plain), Period::default()).lines().count();
    let postings =
        |line: &str| line.matches(r#""debit":"#).count() - line.matches(r#""op":"reclassify""#).count();
    assert_eq!(rows - 1, SEASON.1.lines().map(postings).sum::<usize>());
}

#[test]
fn on_the_command_line_a_journal_goes_out_and_in_and_a_refused_one_leaves_nothing() {
    let desk = Desk::with_season();
    desk.aiga(&["export", "--format", "jsonl", "journal.jsonl"]).done();
    desk.aiga(&["--ledger", "copy", "import-journal", "journal.jsonl"]).done();
    let status = desk.aiga(&["--ledger", "copy", "status", "--json"]).done().json();
    let (entries, root) = desk.entries_and_root();
    assert_eq!((status["entries"].as_u64(), status["root"].as_str()), (Some(entries), Some(root.as_str())));
    desk.aiga(&["--ledger", "copy", "audit"]).done();
    desk.aiga(&["--ledger", "copy", "import-journal", "journal.jsonl"]).fails(1, &["not_a_free_folder"]);

    let before = std::fs::read_dir(desk.path(".")).unwrap().count();
    let text = std::fs::read_to_string(desk.path("journal.jsonl")).unwrap();
    std::fs::write(desk.path("journal.jsonl"), text.replacen(r#""amount":"5"#, r#""amount":"6"#, 1)).unwrap();
    desk.aiga(&["--ledger", "bad", "import-journal", "journal.jsonl"]).fails(4, &["line ", "invalid_export"]);
    assert_eq!(std::fs::read_dir(desk.path(".")).unwrap().count(), before, "nothing is left behind");

    // Nothing on a line may say what nobody looks at.
    for (from, to, field) in [
        (r#""partial":false"#, r#""partial":false,"from":"2026-01-02""#, "partial"),
        (r#"{"sequence":5,"#, r#"{"entries":1,"sequence":5,"#, "entries"),
        (r#"{"entries":890,"#, r#"{"leaf":"","entries":890,"#, "leaf"),
    ] {
        assert!(text.contains(from), "{from}");
        std::fs::write(desk.path("journal.jsonl"), text.replacen(from, to, 1)).unwrap();
        desk.aiga(&["--ledger", "bad", "import-journal", "journal.jsonl"])
            .fails(4, &["invalid_export", field]);
    }

    let streamed = desk.aiga(&["export", "--format", "jsonl"]).done();
    assert_eq!(streamed.out, text, "standard output gets the same");
    desk.aiga(&["export", "--format", "csv", "no-such-folder/x.csv"]).fails(1, &["no-such-folder"]);
}

/// The rows of a year's FEC, and the file.
fn fec(storage: &Arc<Memory>, year: &str) -> Result<(Vec<Vec<String>>, Vec<u8>), ExportError> {
    let (mut bytes, view) = (Vec::new(), View::open(storage.clone()).unwrap());
    let chart = Chart::shipped().unwrap();
    export_fec(&view, FecForm::of(year.parse().unwrap(), &chart), &mut bytes, &mut |_| {})?;
    let text = String::from_utf8(bytes.clone()).unwrap();
    let rows = text.split("\r\n").filter(|line| !line.is_empty());
    Ok((rows.map(|line| line.split('\t').map(str::to_owned).collect()).collect(), bytes))
}

fn cents(figure: &str) -> i64 {
    figure.replace(',', "").parse().unwrap()
}

#[test]
fn a_fec_has_numbers_without_a_gap_and_balances_in_each() {
    let (rows, bytes) = fec(&SEASON.0, "2026").unwrap();
    assert_eq!(bytes, fec(&SEASON.0, "2026").unwrap().1, "the same bytes every time");
    let mut sums = std::collections::BTreeMap::<u64, i64>::new();
    for row in &rows[1..] {
        assert_eq!(row.len(), 18);
        *sums.entry(row[2].parse().unwrap()).or_default() += cents(&row[11]) - cents(&row[12]);
    }
    assert!(sums.keys().copied().eq(1..=sums.len() as u64) && sums.values().all(|sum| *sum == 0));
    let state = View::open(SEASON.0.clone()).unwrap().state().unwrap().state;
    let credited: i64 =
        rows[1..].iter().filter(|row| row[4] == "46330").map(|row| cents(&row[12]) - cents(&row[11])).sum();
    assert_eq!(credited, state.circulation().cents(), "what circulates is owed");
}

#[test]
fn a_year_begins_with_what_lasts_and_one_line_of_what_was_earned() {
    let (rows, _) = fec(&SEASON.0, "2027").unwrap();
    assert!(rows[1..].iter().all(|row| row[0] == "AN" && row[2] == "1" && row[3] == "20270101"));
    assert!(rows[1..].iter().all(|row| !row[4].starts_with(['6', '7'])));
    let of_2026 = fec(&SEASON.0, "2026").unwrap().0;
    let earned = of_2026[1..].iter().filter(|row| row[4].starts_with(['6', '7']));
    let earned: i64 = earned.map(|row| cents(&row[12]) - cents(&row[11])).sum();
    let carried: Vec<&Vec<String>> = rows.iter().filter(|row| row[4] == "11000").collect();
    assert_eq!(carried.iter().map(|row| cents(&row[12])).collect::<Vec<_>>(), [earned]);
    assert!(matches!(fec(&SEASON.0, "2025"), Err(ExportError::NoEntries { .. })));
}

#[cfg(unix)]
#[test]
fn a_file_that_goes_is_replaced_at_once_a_link_is_followed_and_a_device_stays_one() {
    let desk = Desk::with_season();
    desk.file("old.csv", "old");
    std::os::unix::fs::symlink(desk.path("old.csv"), desk.path("link.csv")).unwrap();
    let names = || std::fs::read_dir(desk.path(".")).unwrap().count();
    let before = names();
    desk.aiga(&["export", "--format", "csv", "link.csv"]).fails(1, &["file_exists", "link.csv"]);
    assert_eq!(std::fs::read_to_string(desk.path("old.csv")).unwrap(), "old");
    desk.aiga(&["export", "--format", "csv", "--replace", "link.csv"]).done();
    assert!(desk.path("link.csv").is_symlink());
    assert_eq!(
        std::fs::read_to_string(desk.path("old.csv")).unwrap(),
        desk.aiga(&["export", "--format", "csv"]).out
    );
    desk.aiga(&[
        "export",
        "--format",
        "fec",
        "--year",
        "2025",
        "--siren",
        "123456789",
        "--replace",
        "old.csv",
    ])
    .fails(1, &["no_entries"]);
    assert!(
        std::fs::read_to_string(desk.path("old.csv")).unwrap().starts_with("sequence,"),
        "it stays as it was"
    );
    assert_eq!(names(), before, "nothing is left beside it");
    if std::path::Path::new("/dev/full").exists() {
        desk.aiga(&["export", "--format", "jsonl", "/dev/full"]).fails(5, &["/dev/full"]);
        assert!(!std::fs::metadata("/dev/full").unwrap().is_file());
    }
}

#[test]
fn what_stood_before_a_period_is_summed_from_the_entries_and_not_from_a_snapshot() {
    let desk = Desk::with_season();
    let exports = || {
        [
            &["--format", "fec", "--year", "2027", "--siren", "123456789"][..],
            &["--format", "hledger", "--from", "2026-09-01"],
            &["--format", "beancount", "--from", "2027-01-01"],
        ]
        .map(|form| desk.command(&[&["export"], form].concat()).output().unwrap().stdout)
    };
    let before = exports();
    assert!(before.iter().all(|export| export.windows(4).any(|bytes| bytes == b"9785")));
    for snapshot in std::fs::read_dir(desk.ledger().join("snapshots")).unwrap() {
        let path = snapshot.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let (head, state) = text.split_once('\n').unwrap();
        let state = state.trim_end().replace("9785.00", "99785.00").replace("10635.00", "100635.00");
        let mut head: serde_json::Value = serde_json::from_str(head).unwrap();
        head["state_crc32"] = crc32fast::hash(state.as_bytes()).into();
        std::fs::write(&path, format!("{head}\n{state}\n")).unwrap();
    }
    assert!(exports() == before);
}

#[test]
fn a_period_that_ends_before_it_begins_is_refused_with_both_days() {
    let desk = Desk::with_season();
    for format in ["jsonl", "csv", "hledger", "beancount"] {
        let backwards =
            ["--json", "export", "--format", format, "--from", "2026-03-31", "--to", "2026-03-01", "new.txt"];
        let error = desk.aiga(&backwards).fails(2, &["--from 2026-03-31 is after --to 2026-03-01"]).json();
        assert_eq!(error["error"]["code"], "from_after_to");
        assert_eq!(
            (&error["error"]["from"], &error["error"]["to"]),
            (&"2026-03-31".into(), &"2026-03-01".into())
        );
        assert!(!desk.path("new.txt").exists());
    }
    desk.aiga(&["export", "--format", "csv", "--from", "2026-03-02", "--to", "2026-03-02"]).done();
}

#[test]
fn a_reversal_in_a_fec_names_what_it_undoes_and_a_year_that_goes_on_is_said_to() {
    let desk = Desk::with_season();
    for (name, reversed) in [("int-1", "ref:int-1"), ("int-2", "893")] {
        desk.aiga(&["interest", "1.00", "--ref", name, "--on", "2026-08-31"]).done();
        desk.aiga(&[
            "reverse",
            reversed,
            "--reason",
            "typed twice",
            "--ref",
            &format!("undo-{name}"),
            "--on",
            "2026-08-31",
        ])
        .done();
    }
    let fec =
        |year: &str| desk.command(&["export", "--format", "fec", "--year", year, "--siren", "123456789"]);
    let output = fec("2026").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<Vec<&str>> = text.split("\r\n").map(|line| line.split('\t').collect()).collect();
    for name in ["int-1", "int-2"] {
        let number = rows.iter().find(|row| row.get(8) == Some(&name)).unwrap()[2];
        let label = format!("\tAnnulation, écriture {number}, pièce {name}, typed twice\t");
        assert_eq!(text.matches(&label).count(), 2, "{label}");
    }
    // Nobody has closed the year 2998 yet.
    let said = String::from_utf8(fec("2998").env("LC_ALL", "fr_FR.UTF-8").output().unwrap().stderr).unwrap();
    assert!(said.contains("avertissement : 2998 finit le 31/12/2998"), "{said}");
    let said = String::from_utf8(fec("2998").output().unwrap().stderr).unwrap();
    assert!(said.contains("warning: 2998 ends on 2998-12-31"), "{said}");
}

/// What means the same, but is not what a ledger writes, has more than one reading.
#[test]
fn an_export_comes_in_as_it_went_out_byte_for_byte() {
    let desk = Desk::with_season();
    desk.aiga(&["export", "--format", "jsonl", "journal.jsonl"]).done();
    let text = std::fs::read_to_string(desk.path("journal.jsonl")).unwrap();
    let amount = text.lines().position(|line| line.contains(r#""amount":"100.00","bills""#)).unwrap() + 1;
    let of_amount = r#""amount":"100.00","bills""#;
    let whole = |number: usize, from: &str, to: &str| -> String {
        let line = |(place, line): (usize, &str)| {
            let line = if place + 1 == number { line.replacen(from, to, 1) } else { line.to_owned() };
            line + "\n"
        };
        text.lines().enumerate().map(line).collect()
    };
    for (number, from, to) in [
        (amount, of_amount, r#""amount":"100","bills""#),
        (amount, of_amount, r#""amount":"100.0","bills""#),
        (5, "Z\",\"operation", "+00:00\",\"operation"),
        (5, "Z\",\"operation", "0Z\",\"operation"),
        (5, "T", "t"),
        (5, "{\"sequence\":", "{ \"sequence\":"),
        (5, "}", "}\r"),
        (1, "\"version\":1", "\"version\": 1"),
        (892, "\"entries\":", " \"entries\":"),
    ] {
        let changed = if to == "}\r" { text.replace('\n', "\r\n") } else { whole(number, from, to) };
        assert_ne!(changed, text, "{from} → {to}");
        let number = if to == "}\r" { 1 } else { number };
        std::fs::write(desk.path("changed.jsonl"), changed).unwrap();
        let said = desk.aiga(&["--json", "--ledger", "bad", "import-journal", "changed.jsonl"]);
        let error = said.fails(4, &["invalid_export"]).json()["error"].clone();
        assert_eq!(error["line"], number, "{error}");
    }
    std::fs::write(desk.path("changed.jsonl"), text.trim_end()).unwrap();
    desk.aiga(&["--ledger", "bad", "import-journal", "changed.jsonl"]).fails(4, &["ends within this line"]);
}

#[test]
fn an_export_of_nothing_names_nobody() {
    let storage = Arc::new(Memory::new());
    drop(Ledger::create(storage.clone(), Box::new(ManualClock::new(0, 1))).unwrap());
    let nothing = exported(&storage, Format::Jsonl, Period::default());
    assert_eq!(imported(&nothing).unwrap().entries, 0);
    let named = nothing.replacen(r#""association":null"#, r#""association":"Somebody""#, 1);
    assert_ne!(named, nothing);
    assert_eq!(refused(&named), (1, "association".to_owned()));
}

#[test]
fn a_refused_line_is_told_in_both_languages_with_its_figures() {
    let desk = Desk::with_season();
    desk.aiga(&["export", "--format", "jsonl", "journal.jsonl"]).done();
    let text = std::fs::read_to_string(desk.path("journal.jsonl")).unwrap();
    desk.file("changed.jsonl", text.replacen("\"ref\":\"swap-000001\"", "\"ref\":\"swap-000009\"", 1));
    for command in [&["audit", "changed.jsonl"][..], &["--ledger", "bad", "import-journal", "changed.jsonl"]]
    {
        let said = desk.aiga(&[command, &["--json"]].concat()).fails(4, &[]).json();
        let error = &said["error"];
        assert_eq!((&error["line"], &error["entry"]), (&66.into(), &65.into()), "{error}");
        assert!(error["field"].is_string() && error["reason"].is_string(), "{error}");
        desk.aiga(&[command, &["--lang", "fr"]].concat()).fails(4, &["ligne 66, écriture 65, champ « "]);
    }
}

#[test]
fn only_a_line_with_an_entry_is_said_to_have_one() {
    let text = &SEASON.1;
    let said = |changed: &str| imported(changed).unwrap_err().to_string();
    let at = |place: &str, changed: String| {
        let said = said(&changed);
        assert!(said.starts_with(place), "{place} {said}");
    };
    at(
        "line 66, entry 65, field `postings[0]`: ",
        with_line(66, |line| format!("{}\n", line.replacen("circulation:public", "bills:vault", 1))),
    );
    at(
        "line 66, entry 65, field `leaf`: ",
        with_line(66, |line| format!("{}\n", line.replacen(",\"leaf\":\"", ",\"leaf\":\"x", 1))),
    );
    at("line 66, entry 65: ", with_line(66, |line| format!("{line} \n")));
    // The last line, what stands behind it, and what is not there, are of no entry: there are 890.
    at("line 892: ", text.trim_end().to_owned());
    at("line 892: ", text[..text.len() - 9].to_owned());
    at("line 893: ", format!("{text}\n"));
    assert!(said(&text[..text.len() / 2]).contains("the file ends within this line"));
    at("line 892: ", with_line(892, |_| String::new()));
    at("line 1: ", String::new());
    at("line 1: ", format!("\u{feff}{text}"));
}

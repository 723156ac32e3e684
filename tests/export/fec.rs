//! Guards against a FEC whose numbers change after it was handed over, whose entries are not in the order of their
//! validation, or which another program reads otherwise than it was written.

use std::collections::BTreeMap;
use std::sync::Arc;

use ledger_core::export::{Chart, Encoding, ExportError, FecForm, Numbering, export_fec};
use ledger_core::storage::{ManualClock, Memory};
use ledger_core::{Ledger, LedgerError, Operation, View};
use proptest::prelude::*;

use super::SEASON;
use super::desk::Desk;

const DAY_NS: u64 = 24 * 3600 * 1_000_000_000;
/// 20 December 2026, noon.
const DECEMBER_20: u64 = 1_797_768_000_000_000_000;
const NUMBERINGS: [Numbering; 2] = [Numbering::File, Numbering::Journal];
const ENCODINGS: [Encoding; 2] = [Encoding::Utf8, Encoding::Latin9];

type Rows = Vec<Vec<String>>;

/// A file and its description.
fn file(
    storage: &Arc<Memory>,
    year: &str,
    numbering: Numbering,
    encoding: Encoding,
) -> Result<[Vec<u8>; 2], ExportError> {
    let (mut bytes, view) = (Vec::new(), View::open(storage.clone()).unwrap());
    let chart = Chart::shipped().unwrap();
    let form = FecForm { year: year.parse().unwrap(), chart: &chart, numbering, encoding };
    let (_, described) = export_fec(&view, form, &mut bytes, &mut |_| {})?;
    let siren = "123456789".parse().unwrap();
    Ok([bytes, described.text(&siren, "123456789FEC20261231.txt")])
}

/// The lines of a year, without the names of the columns; none where nothing moved.
fn rows(storage: &Arc<Memory>, year: &str, numbering: Numbering) -> Rows {
    match file(storage, year, numbering, Encoding::Utf8) {
        Ok([bytes, _]) => {
            let text = String::from_utf8(bytes).unwrap();
            let lines = text.split_terminator("\r\n").skip(1);
            lines.map(|line| line.split('\t').map(str::to_owned).collect()).collect()
        }
        Err(ExportError::NoEntries { .. }) => Vec::new(),
        Err(error) => panic!("{error}"),
    }
}

fn through(storage: &Arc<Memory>, year: &str) -> Rows {
    rows(storage, year, Numbering::File)
}

/// Number, piece, and day of validation of each entry.
fn entries(rows: &Rows) -> Vec<(&str, &str, &str)> {
    let mut entries: Vec<_> = rows.iter().map(|row| (&*row[2], &*row[8], &*row[15])).collect();
    entries.dedup();
    entries
}

fn cents(figure: &str) -> i64 {
    figure.replace(',', "").parse().unwrap()
}

/// A ledger with an entry a day from 20 December 2026 on.
struct Books {
    ledger: Ledger,
    storage: Arc<Memory>,
}

impl Books {
    fn founded(step_ns: u64) -> Self {
        let storage = Arc::new(Memory::new());
        let clock = ManualClock::new(DECEMBER_20, step_ns);
        let ledger = Ledger::create(storage.clone(), Box::new(clock)).unwrap();
        let mut books = Self { ledger, storage };
        books.post(r#"{"op":"found","ref":"found","on":"2024-01-02","currency":"Aïga","symbol":"Ä","code":"AIGA","denominations":[1,5,10],"association":"Les \"Galets\"","fund":{"bank":"La Nef","iban":"FR7621570000010001234567870"},"reconversion_fee":"0.02"}"#).unwrap();
        books
    }

    fn post(&mut self, operation: &str) -> Result<(), LedgerError> {
        self.ledger.post(&Operation::from_json(operation).unwrap()).map(drop)
    }

    fn interest(&mut self, reference: &str, on: &str) {
        self.post(&format!(r#"{{"op":"bank_interest","ref":"{reference}","on":"{on}","amount":"1.00"}}"#))
            .unwrap();
    }

    fn reverse(&mut self, reference: &str, entry: &str, on: &str) {
        let reverse = format!(
            r#"{{"op":"reverse","ref":"{reference}","on":"{on}","entry":"{entry}","reason":"saisi deux fois"}}"#
        );
        self.post(&reverse).unwrap();
    }
}

#[test]
fn what_is_recorded_late_goes_behind_what_was_handed_over() {
    let mut books = Books::founded(DAY_NS);
    books.interest("a", "2026-12-20");
    books.interest("b", "2026-12-19");
    let handed_over = through(&books.storage, "2026");
    assert_eq!(entries(&handed_over), [("1", "a", "20261221"), ("2", "b", "20261222")]);
    books.interest("c", "2027-01-02");
    books.interest("late", "2026-03-01");
    books.reverse("undo-a", "a", "2026-12-31");
    let now = through(&books.storage, "2026");
    assert_eq!(now[..handed_over.len()], handed_over);
    assert_eq!(entries(&now)[2..], [("3", "late", "20261224"), ("4", "undo-a", "20261225")]);
    let label = "Annulation, écriture 1, pièce a, saisi deux fois";
    assert_eq!(now.iter().filter(|row| row[10] == label).count(), 2, "{now:?}");
}

/// The books of 2027 were handed over without opening balances; then something of 2026 is found.
#[test]
fn opening_balances_that_come_later_leave_every_number_as_it_was() {
    let mut books = Books::founded(DAY_NS);
    books.interest("a", "2027-01-02");
    books.interest("b", "2027-01-03");
    let handed_over = through(&books.storage, "2027");
    assert_eq!(entries(&handed_over), [("1", "a", "20261221"), ("2", "b", "20261222")]);
    books.interest("forgotten", "2026-12-01");
    books.interest("c", "2027-01-04");
    let now = through(&books.storage, "2027");
    assert_eq!(now[..handed_over.len()], handed_over);
    assert_eq!(entries(&now)[2..], [("3", "AN", "20261224"), ("4", "c", "20261224")]);
    // Each journal has numbers of its own, that of the opening balances too.
    let now = rows(&books.storage, "2027", Numbering::Journal);
    assert_eq!(entries(&now).iter().map(|entry| entry.0).collect::<Vec<_>>(), ["1", "2", "1", "3"]);
}

#[test]
fn an_entry_dated_ahead_follows_opening_balances_that_are_valid_no_later() {
    let mut books = Books::founded(DAY_NS);
    books.interest("a", "2026-12-20");
    let only_balances = through(&books.storage, "2027");
    assert_eq!(entries(&only_balances), [("1", "AN", "20270101")]);
    books.interest("ahead", "2027-01-10");
    (1..=12).for_each(|n| books.interest(&format!("b{n}"), "2026-12-21"));
    books.interest("january", "2027-01-05");
    let now = through(&books.storage, "2027");
    assert_eq!(
        entries(&now),
        [("1", "AN", "20261222"), ("2", "ahead", "20261222"), ("3", "january", "20270104")]
    );
    assert!(now.iter().all(|row| row[8] != "AN" || row[3] == "20270101"));
}

/// Whoever has handed over a number 1 cannot leave it out later.
#[test]
fn opening_balances_that_are_settled_later_keep_their_number() {
    let mut books = Books::founded(DAY_NS);
    books.interest("a", "2026-12-20");
    books.interest("january", "2027-01-02");
    let handed_over = through(&books.storage, "2027");
    assert_eq!(entries(&handed_over), [("1", "AN", "20261222"), ("2", "january", "20261222")]);
    books.reverse("undo", "a", "2026-12-21");
    let now = through(&books.storage, "2027");
    assert_eq!(entries(&now), entries(&handed_over));
    let moved: Vec<[&str; 3]> = now[..2].iter().map(|row| [4, 11, 12].map(|place| &*row[place])).collect();
    assert_eq!(moved, [["51220", "1,00", "0,00"], ["51220", "0,00", "1,00"]]);
    assert_eq!(through(&books.storage, "2028").len(), 2, "2028 begins with what 2027 left");
}

#[test]
fn a_reversal_names_an_entry_of_another_year_by_its_number_there() {
    let mut books = Books::founded(DAY_NS);
    books.interest("older", "2025-03-01");
    books.interest("a", "2026-12-20");
    books.reverse("undo", "a", "2027-01-02");
    let label = |numbering| rows(&books.storage, "2027", numbering).last().unwrap()[10].clone();
    assert_eq!(
        through(&books.storage, "2026").last().unwrap()[2],
        "2",
        "behind the opening balances of 2026"
    );
    assert_eq!(label(Numbering::File), "Annulation, écriture 2 de 2026, pièce a, saisi deux fois");
    assert_eq!(label(Numbering::Journal), "Annulation, écriture BQ 1 de 2026, pièce a, saisi deux fois");
}

#[test]
fn a_text_breaks_no_field_and_a_long_wording_ends_behind_a_word() {
    let mut books = Books::founded(DAY_NS);
    let notes = ["\\\"Chez Paul\\\" | 5 € – l’œil ĉ".to_owned(), "déjà vu ".repeat(50), "é".repeat(240)];
    for (place, note) in notes.iter().enumerate() {
        let (op, ref_) = ("bank_interest", format!("r{place}"));
        books
            .post(&format!(
                r#"{{"op":"{op}","ref":"{ref_}","on":"2026-03-02","amount":"1.00","note":"{}"}}"#,
                note.trim()
            ))
            .unwrap();
    }
    let rows = through(&books.storage, "2026");
    let label = |piece: &str| rows.iter().find(|row| row[8] == piece).unwrap()[10].clone();
    assert_eq!(label("r0"), "Intérêts, 'Chez Paul' / 5 € – l’œil ĉ");
    assert_eq!(label("r1"), format!("Intérêts, {}déjà vu…", "déjà vu ".repeat(17)));
    assert_eq!(label("r2"), "Intérêts…", "a word that does not fit is left out whole");
    let [latin, _] = file(&books.storage, "2026", Numbering::File, Encoding::Latin9).unwrap();
    let line: &[u8] = latin.split(|byte| *byte == b'\n').nth(1).unwrap();
    let shown = b"\tInt\xe9r\xeats, 'Chez Paul' / 5 \xa4 - l'\xbdil c\t";
    assert!(line.windows(shown.len()).any(|part| part == shown), "{}", line.escape_ascii());
    for encoding in ENCODINGS {
        let [bytes, _] = file(&books.storage, "2026", Numbering::File, encoding).unwrap();
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        for field in lines.flat_map(|line| line.strip_suffix(b"\r").unwrap().split(|byte| *byte == b'\t')) {
            assert!(field.len() <= 200 && !field.iter().any(|byte| b"\"|".contains(byte)));
        }
    }
}

#[test]
fn the_description_tells_each_column_account_and_journal_of_its_file() {
    for (numbering, encoding) in NUMBERINGS.into_iter().zip(ENCODINGS) {
        let [bytes, described] = file(&SEASON.0, "2026", numbering, encoding).unwrap();
        assert_eq!([&bytes, &described], file(&SEASON.0, "2026", numbering, encoding).unwrap().each_ref());
        let text = |bytes: Vec<u8>| match encoding {
            Encoding::Utf8 => String::from_utf8(bytes).unwrap(),
            Encoding::Latin9 => bytes.into_iter().map(char::from).collect(),
        };
        let (bytes, described) = (text(bytes), text(described));
        let rows: Vec<Vec<&str>> =
            bytes.split_terminator("\r\n").map(|line| line.split('\t').collect()).collect();
        for (place, column) in rows[0].iter().enumerate() {
            assert!(described.contains(&format!("\r\n  {}. {column} (", place + 1)), "{column}");
        }
        for row in &rows[1..] {
            assert!(described.contains(&format!("\r\n  {} : {}\r\n", row[0], row[1])), "{row:?}");
            assert!(described.contains(&format!("\r\n  {} : {}\r\n", row[4], row[5])), "{row:?}");
        }
        let lines = format!("lignes : {}\r\n", rows.len() - 1);
        let debits: i64 = rows[1..].iter().map(|row| cents(row[11])).sum();
        let debits = format!("total des crédits : {},{:02}\r\n", debits / 100, debits % 100);
        let letters = format!("Jeu de caractères : {},", encoding.name());
        let sequence = match numbering {
            Numbering::File => "pour tout le fichier",
            Numbering::Journal => "pour chaque JournalCode",
        };
        for said in [&*lines, &debits, &letters, sequence, "123456789FEC20261231.txt", "31/12/2026"] {
            assert!(described.contains(said), "{said:?} is not in {described}");
        }
        assert!(described.replace("\r\n", "").lines().count() == 1, "lines end with CR LF");
    }
}

#[test]
fn a_file_goes_with_its_description_or_not_at_all() {
    let desk = Desk::with_season();
    let fec = ["export", "--format", "fec", "--year", "2026", "--siren", "123456789"];
    let export = |more: &[&str]| desk.aiga(&[&fec, more].concat());
    let (name, beside) = ("123456789FEC20261231.txt", "123456789FEC20261231-description.txt");
    export(&["."]).done();
    let read = |name| std::fs::read(desk.path(name)).unwrap();
    let first = [read(name), read(beside)];
    export(&[".", "--replace"]).done();
    assert_eq!(first, [read(name), read(beside)], "two exports are the same");
    assert!(String::from_utf8(read(beside)).unwrap().contains(name));

    std::fs::remove_file(desk.path(name)).unwrap();
    std::fs::write(desk.path(beside), "mine").unwrap();
    export(&["."]).fails(1, &["file_exists", beside]);
    assert!(!desk.path(name).exists() && read(beside) == b"mine");
    std::fs::remove_file(desk.path(beside)).unwrap();
    std::fs::write(desk.path(name), "mine").unwrap();
    export(&["."]).fails(1, &["file_exists", name]);
    assert!(!desk.path(beside).exists() && read(name) == b"mine");

    export(&["/dev/null"]).done();
    assert_eq!(export(&["-"]).done().out.as_bytes(), first[0]);
    let year = ["export", "--format", "fec", "--year", "2025", "--siren", "123456789", "none.txt"];
    desk.aiga(&year).fails(1, &["no_entries"]);
    assert!(!desk.path("none.txt").exists() && !desk.path("none-description.txt").exists());
    let told = desk.aiga(&[&["--json"], &fec[..], &["ours.csv"]].concat()).json();
    assert_eq!((&told["file"], &told["description"]), (&"ours.csv".into(), &"ours-description.txt".into()));

    let latin = ["paheko.txt", "--chart", "paheko", "--encoding", "iso-8859-15", "--numbering", "journal"];
    export(&latin).done();
    let latin: String = read("paheko.txt").into_iter().map(char::from).collect();
    let accounts: Vec<&str> = latin.lines().skip(1).map(|line| line.split('\t').nth(4).unwrap()).collect();
    assert!(accounts.contains(&"46730") && accounts.contains(&"53000") && !accounts.contains(&"46330"));
    assert!(latin.contains("Chèque") || latin.contains("é"), "a byte for each letter");
    desk.aiga(&["export", "--format", "csv", "--numbering", "file"]).fails(2, &["--year"]);
}

/// What somebody does, with how it turns out in the euros: at the bank, in a till, elsewhere.
fn deeds() -> impl Strategy<Value = Vec<(usize, u16, u16)>> {
    prop::collection::vec((0..6_usize, 0..1200_u16, any::<u16>()), 1..40)
}

/// The day so many days after 2 January 2025.
fn day(days: u16) -> String {
    let date = ledger_core::Date::from_days_since_epoch(20_090 + i32::from(days)).unwrap();
    date.to_string()
}

impl Books {
    /// Books with a bureau of each kind, founded in 2024.
    fn with_bureaux() -> Self {
        // A day and three quarters, so that some entries share a day and the year ends in between.
        let mut books = Self::founded(DAY_NS / 4 * 7);
        for operation in [
            r#"{"op":"open_bureau","ref":"o1","on":"2024-01-02","bureau":"florac","name":"Librairie","local_group":"c","terms":{"consignment":{"till_ceiling":"9000.00"}}}"#,
            r#"{"op":"open_bureau","ref":"o2","on":"2024-01-02","bureau":"mende","name":"Café","local_group":"c","terms":"prefunded"}"#,
            r#"{"op":"print_bills","ref":"p","on":"2024-01-02","bills":{"10":900}}"#,
            r#"{"op":"supply","ref":"s","on":"2024-01-02","bureau":"florac","bills":{"10":400}}"#,
        ] {
            books.post(operation).unwrap();
        }
        books
    }

    /// Does it, unless the ledger refuses.
    fn do_it(&mut self, place: usize, (kind, days, of): (usize, u16, u16)) {
        let (reference, on) = (format!("r{place}"), day(days));
        let head = format!(r#""ref":"{reference}","on":"{on}""#);
        let _ = self.post(&match kind {
            0 => format!(r#"{{"op":"bank_interest",{head},"amount":"1.00"}}"#),
            1 => format!(r#"{{"op":"bank_charge",{head},"amount":"0.10"}}"#),
            2 => format!(r#"{{"op":"swap",{head},"bureau":"florac","amount":"10.00","paid":"cash"}}"#),
            3 => format!(r#"{{"op":"supply",{head},"bureau":"mende","bills":{{"10":1}}}}"#),
            _ => {
                let entry = usize::from(of) % (place + 1);
                format!(r#"{{"op":"reverse",{head},"entry":"r{entry}","reason":"x"}}"#)
            }
        });
    }
}

/// The numbers of a year, by piece: with their journal, they name one entry.
fn numbers(rows: &Rows) -> BTreeMap<String, (String, u64)> {
    rows.iter().map(|row| (row[8].clone(), (row[0].clone(), row[2].parse().unwrap()))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_number_that_was_handed_over_stays(deeds in deeds(), cut in 0..40_usize) {
        let mut books = Books::with_bureaux();
        let years = ["2024", "2025", "2026", "2027", "2028"];
        let all = |books: &Books| years.map(|year| NUMBERINGS.map(|how| rows(&books.storage, year, how)));
        let mut handed_over = all(&books);
        for (place, deed) in deeds.into_iter().enumerate() {
            if place == cut {
                handed_over = all(&books);
            }
            books.do_it(place, deed);
        }
        let now = all(&books);
        let of_year: Vec<[BTreeMap<_, _>; 2]> = now.iter().map(|both| both.each_ref().map(numbers)).collect();
        for (year, (earlier, later)) in handed_over.iter().zip(&now).enumerate() {
            for how in 0..2 {
                let (before, rows) = (numbers(&earlier[how]), &later[how]);
                for (piece, number) in &before {
                    let kept = of_year[year][how].get(piece);
                    // Opening balances alone, which were settled, are gone with their file.
                    prop_assert!(kept == Some(number) || (rows.is_empty() && piece == "AN"), "{piece} {number:?} {kept:?}");
                }
                // Each series is 1, 2, 3… in the order of the file, and that is the order of validation.
                let mut last = BTreeMap::<&str, (u64, &str)>::new();
                let mut sums = BTreeMap::<(&str, &str), i64>::new();
                for row in rows {
                    let series = if how == 0 { "" } else { &*row[0] };
                    let number: u64 = row[2].parse().unwrap();
                    let (before, piece) = last.get(series).copied().unwrap_or_default();
                    prop_assert!(number == before + u64::from(piece != row[8]), "{row:?} behind {before} {piece}");
                    last.insert(series, (number, &row[8]));
                    *sums.entry((series, &row[2])).or_default() += cents(&row[11]) - cents(&row[12]);
                }
                prop_assert!(sums.values().all(|sum| *sum == 0));
                prop_assert!(rows.is_sorted_by_key(|row| &row[15]), "{:?}", entries(rows));
                // A reversal names the number that its target has in the file of its year.
                for row in rows.iter().filter(|row| row[10].starts_with("Annulation, ")) {
                    let named = row[10].strip_prefix("Annulation, écriture ").unwrap().split_once(", pièce ").unwrap();
                    let piece = named.1.split(',').next().unwrap();
                    let (number, of) = named.0.split_once(" de ").unwrap_or((named.0, years[year]));
                    let place = years.iter().position(|year| *year == of).unwrap();
                    let (journal, target) = &of_year[place][how][piece];
                    let due = if how == 0 { target.to_string() } else { format!("{journal} {target}") };
                    prop_assert_eq!(number, due);
                }
            }
        }
    }
}

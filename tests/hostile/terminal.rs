//! Guards the terminal: escape sequences and direction marks of foreign files and names are shown, and not obeyed.

use std::fs;

use super::Desk;
use super::desk::Said;

/// What a terminal would obey, or what would turn what stands beside it.
const OBEYED: &str = "\u{1b}[2J\u{1b}]0;x\u{7}\r\u{9b}31m\u{202e}\u{200f}\u{2066}\u{feff}\u{e0041}";

fn quiet(said: &Said, what: &str) {
    let bad = |letter: &char| {
        (letter.is_control() && *letter != '\n')
            || matches!(letter, '\u{200f}' | '\u{202e}' | '\u{2066}' | '\u{feff}' | '\u{e0041}')
    };
    for text in [&said.out, &said.err] {
        assert_eq!(text.chars().find(bad), None, "{what}: {text:?}");
    }
}

#[test]
fn names_and_contents_of_foreign_files_are_shown_and_not_obeyed() {
    let desk = Desk::with_season();
    let file = |name: &str, bytes: String| {
        let name = format!("{OBEYED}{name}");
        fs::write(desk.path(&name), bytes).unwrap();
        name
    };
    let profile = "delimiter = \";\"\ndate_format = \"%d/%m/%Y\"\ndecimal = \",\"\n[columns]\ndate = \"Date\"\nlabel = \"L\"\namount = \"M\"\n";
    fs::write(desk.path("good.toml"), profile).unwrap();
    let good = file("good.csv", format!("Date;L;M\n02/03/2026;{};1,00\n", OBEYED.replace(['\r', ';'], "")));
    let bad = file("bad.csv", format!("{OBEYED};{OBEYED}\n{OBEYED}"));
    let key = file("key.toml", format!("\"{}\" = 1\n", "\\u001b[2J\\u009b\\u202e"));
    let value = file(
        "value.toml",
        "interest = \"\\u001b[2J\\u202e\"\n[accounts.till]\nnumber = \"\\u001b[2J\\u202e\"\nname = \"x\"\n"
            .into(),
    );
    let raw = file("raw.toml", format!("a = {OBEYED}\n"));
    let line = |field: &str, value: &str| {
        format!(
            "{{\"op\":\"bank_interest\",\"ref\":\"r\",\"on\":\"2026-03-02\",\"amount\":\"1.00\",\"{field}\":\"{value}\"}}\n"
        )
    };
    let marks = "\\u001b[2J\\u009b\\u202e\\u200f";
    let operations = file(
        "operations.jsonl",
        [
            line("note", marks),
            line(marks, "x"),
            line("bureau", marks),
            format!("{{\"op\":\"{marks}\"}}\n"),
            line("note", OBEYED),
        ]
        .concat(),
    );
    let tar = {
        let mut header = vec![0; 1024];
        let name = "\u{1b}[2J\u{9b}\u{202e}.seg".as_bytes();
        header[..name.len()].copy_from_slice(name);
        header[100..108].copy_from_slice(b"0000600\0");
        header[124..136].copy_from_slice(b"00000000000\0");
        header[148..156].copy_from_slice(b"        ");
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header[..512].iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let name = format!("{OBEYED}.tar");
        fs::write(desk.path(&name), header).unwrap();
        name
    };
    let gone = format!("{OBEYED}gone");
    let fec = ["export", "--format", "fec", "--year", "2026", "--siren", "123456789", "fec.txt", "--chart"];
    let commands: Vec<Vec<&str>> = vec![
        vec!["statement", "show", &good, "--profile", "good.toml"],
        vec!["statement", "show", &bad],
        vec!["statement", "show", &gone],
        vec!["statement", "show", &good, "--profile", &key],
        vec!["statement", "show", &good, "--profile", &raw],
        vec!["statement", "show", &good, "--profile", &gone],
        vec!["reconcile", &good, "--profile", "good.toml"],
        vec!["reconcile", &good, "--profile", "good.toml", "--rules", &key],
        vec!["reconcile", &good, "--profile", "good.toml", "--rules", &value],
        vec!["reconcile", &good, "--profile", "good.toml", "--rules", &raw],
        [&fec[..], &[&key]].concat(),
        [&fec[..], &[&value]].concat(),
        [&fec[..], &[&raw]].concat(),
        vec!["post", &operations],
        vec!["post", &gone],
        vec!["--ledger", "new", "restore", &tar],
        vec!["--ledger", &gone, "status"],
        vec!["audit", &bad],
        vec!["receipt", "verify", &bad],
        vec!["account", OBEYED],
        vec!["bureau", "show", OBEYED],
        vec!["swap", "florac", "--amount", OBEYED],
        vec!["bureau", "open", "nimes", "--name", OBEYED, "--group", "x"],
        vec!["export", "--format", "csv", &good],
        vec!["backup", &good],
    ];
    for command in commands {
        for flags in [&[][..], &["--json"], &["--lang", "fr"]] {
            let said = desk.bounded(&[&command[..], flags].concat());
            quiet(&said, &format!("{command:?} {flags:?}"));
        }
    }
    // What was said is not gone, only written out.
    let shown = desk.aiga(&["statement", "show", &good, "--profile", "good.toml"]).done();
    assert!(shown.out.contains("\\u{202e}"), "{}", shown.out);
    let json = desk.aiga(&["statement", "show", &good, "--profile", "good.toml", "--json"]).done().json();
    assert!(json["lines"][0]["label"].as_str().unwrap().contains('\u{202e}'));
    assert!(desk.path(&good).exists());
}

#[test]
fn a_text_with_a_letter_that_cannot_be_seen_is_refused_at_every_door() {
    let desk = Desk::with_season();
    let before = desk.entries_and_root();
    for (letter, number) in
        [('\u{feff}', "U+FEFF"), ('\u{2028}', "U+2028"), ('\u{200f}', "U+200F"), ('\u{e0041}', "U+E0041")]
    {
        let note = format!("mars{letter} 2026");
        desk.bounded(&["interest", "0.10", "--on", "2026-09-01", "--note", &note])
            .fails(2, &[number, "letter 5"]);
        let line = format!(
            "{{\"op\":\"bank_interest\",\"ref\":\"r\",\"on\":\"2026-09-01\",\"amount\":\"0.10\",\"note\":\"{note}\"}}\n"
        );
        let file = desk.file("operations.jsonl", line);
        desk.bounded(&["post", &file]).fails(1, &["invalid_value", number, "letter 5"]);
        desk.bounded(&["post", &file, "--lang", "fr"]).fails(1, &["invalid_value", number]);
    }
    assert_eq!(desk.entries_and_root(), before);
    let note = "Été à l’Aïga\u{a0}: 👩\u{200d}🌾 \u{2764}\u{fe0f} e\u{301}";
    desk.bounded(&["interest", "0.10", "--on", "2026-09-01", "--note", note]).done();
    assert!(desk.aiga(&["journal", "--last", "1"]).done().out.contains(note));
}

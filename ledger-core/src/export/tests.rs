//! What an older program recorded goes out: other programs take it, and it comes back as it was.

use std::sync::Arc;

use super::{Dialect, Format, Period, export, import};
use crate::ledger::Ledger;
use crate::operation::Operation;
use crate::storage::{ManualClock, Memory, Storage};
use crate::text::{Text, unseen};
use crate::view::View;

/// A day in August 2026.
const NOW_NS: u64 = 1_788_000_000_000_000_000;

fn new_ledger() -> (Arc<Memory>, Ledger) {
    let memory = Arc::new(Memory::new());
    let ledger = Ledger::create(memory.clone(), Box::new(ManualClock::new(NOW_NS, 1))).unwrap();
    (memory, ledger)
}

#[test]
fn a_text_that_is_refused_today_is_exported_and_comes_back() {
    let (memory, mut ledger) = new_ledger();
    let found = r#"{"op":"found","ref":"found","on":"2026-01-02","currency":"Aïga","symbol":"Ä","code":"AIGA","denominations":[1,5,10],"association":"Essai","fund":{"bank":"La Nef","iban":"FR7621570000010001234567870"},"reconversion_fee":"0.02"}"#;
    ledger.post(&Operation::from_json(found).unwrap()).unwrap();
    let interest = r#"{"op":"bank_interest","ref":"r","on":"2026-03-02","amount":"1.00","note":"x"}"#;
    let mut interest = Operation::from_json(interest).unwrap();
    let note = "\u{feff}mars\u{2028}2026\u{200f}\u{e0041}\u{fdd0}";
    assert!(note.parse::<Text>().is_err());
    interest.note = Text::recorded(note);
    ledger.post(&interest).unwrap();
    let root = ledger.root();
    drop(ledger);
    let storage: Arc<dyn Storage> = memory;
    let view = View::open(storage).unwrap();
    let written = |format| {
        let mut bytes = Vec::new();
        export(&view, format, Period::default(), &mut bytes, &mut |_| {}).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    for format in [Format::Hledger, Format::Beancount, Format::Csv(Dialect::Plain)] {
        let text = written(format);
        let strange = unseen(&text).find(|(_, letter)| !matches!(letter, '\n' | '\r'));
        assert_eq!(strange, None, "{format:?}: {text}");
        assert!(text.contains("<U+FEFF>mars<U+2028>2026<U+200F>"), "{format:?}: {text}");
    }
    let lines = written(Format::Jsonl);
    assert!(lines.contains(note));
    let (_, mut copy) = new_ledger();
    assert_eq!(import(&mut copy, lines.as_bytes(), &mut |_| {}).unwrap().root, root);
}

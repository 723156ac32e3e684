//! What it costs to hold a statement against a ledger, from the bytes of La Nef's CSV to the classes, for 10,000, 100,000 and a
//! million lines. Nineteen lines of twenty are recorded by hand, the others wait to be proposed; all name their slip, but
//! one in ten, of which only the amount tells.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use benches::done;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ledger_core::reconcile::{Settings, reconcile};
use ledger_core::statement::{How, read};
use ledger_core::storage::{Files, SystemClock};
use ledger_core::{Date, Ledger, Operation, View};

/// Lines of the statement, and entries of the ledger for each.
const SIZES: [(u64, u64); 3] = [(10_000, 10), (100_000, 10), (1_000_000, 3)];
/// Lines of one day.
const A_DAY: u64 = 1_000;
const BATCH: usize = 8_000;

fn reconciling(criterion: &mut Criterion) {
    let once = std::env::args().any(|argument| argument == "--test");
    for (lines, entries) in SIZES.into_iter().take(if once { 1 } else { SIZES.len() }) {
        let folder = done(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")), "a folder");
        make_ledger(folder.path(), lines, entries);
        let file = statement(lines);
        let view = done(View::open(Arc::new(Files::at(folder.path()))), "the ledger");
        let settings = Settings::default();
        let mut group = criterion.benchmark_group(format!("reconcile/{lines}"));
        group.throughput(Throughput::Elements(lines)).sample_size(10);
        group.bench_function(
            BenchmarkId::from_parameter(format!("{} entries", lines * entries)),
            |bencher| {
                bencher.iter(|| {
                    let statement = done(read(file.as_bytes(), How::default()), "the statement");
                    let found = done(reconcile(&view, statement, &settings), "reconciling");
                    assert!(
                        found.is_explained()
                            && found.matched.len() + found.proposals.len() == file_lines(lines)
                    );
                });
            },
        );
        group.finish();
    }
}

fn file_lines(lines: u64) -> usize {
    usize::try_from(lines).unwrap_or(usize::MAX)
}

fn day(line: u64) -> Date {
    let days = 20_454 + i32::try_from(line / A_DAY).unwrap_or(0);
    done(Date::from_days_since_epoch(days), "a day")
}

fn euros(line: u64) -> u64 {
    // Few lines have the same amount.
    10 + line % 997
}

fn make_ledger(folder: &Path, lines: u64, entries: u64) {
    let storage = Arc::new(done(Files::make_at(folder), "the folder of the ledger"));
    let mut ledger = done(Ledger::create(storage, Box::new(SystemClock)), "the ledger");
    let mut batch = Vec::with_capacity(BATCH + 16);
    let on = day(0);
    let mut plan = |json: String| batch.push(done(Operation::from_json(&json), "an operation"));
    plan(format!(
        r#"{{"op":"found","ref":"found","on":"{on}","currency":"Aïga","symbol":"Ä","code":"AIGA","denominations":[1],
           "association":"A","fund":{{"bank":"La Nef","iban":"FR7621570000010001234567870"}},"reconversion_fee":"0.02"}}"#
    ));
    plan(format!(
        r#"{{"op":"open_bureau","ref":"open","on":"{on}","bureau":"ales","name":"A","local_group":"g",
           "terms":{{"consignment":{{"till_ceiling":"9000000.00"}}}}}}"#
    ));
    plan(format!(r#"{{"op":"print_bills","ref":"print","on":"{on}","bills":{{"1":900000000}}}}"#));
    plan(format!(
        r#"{{"op":"supply","ref":"supply","on":"{on}","bureau":"ales","bills":{{"1":900000000}}}}"#
    ));
    for line in 0..lines {
        let (on, amount) = (day(line), euros(line));
        let mut plan = |json: String| batch.push(done(Operation::from_json(&json), "an operation"));
        let common = format!(r#""on":"{on}","bureau":"ales""#);
        let swaps = entries - 2;
        for swap in 0..swaps {
            let part = if swap == 0 { amount - (swaps - 1) } else { 1 };
            plan(format!(
                r#"{{"op":"swap","ref":"s-{line}-{swap}",{common},"bills":{{"1":{part}}},"paid":"cash"}}"#
            ));
        }
        plan(format!(
            r#"{{"op":"remit","ref":"r-{line}",{common},"slip":"BORD-{line:07}","amount":"{amount}.00"}}"#
        ));
        if line % 20 > 0 {
            plan(format!(
                r#"{{"op":"deposit","ref":"d-{line}","on":"{on}","slip":"BORD-{line:07}","amount":"{amount}.00"}}"#
            ));
        }
        if batch.len() >= BATCH || line + 1 == lines {
            done(ledger.post_batch(&batch), "posting");
            batch.clear();
        }
    }
}

/// The newest line first.
fn statement(lines: u64) -> String {
    const MONTHS: [&str; 12] =
        ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];
    let mut balance: u64 = (0..lines).map(euros).sum();
    let mut text =
        "\"Date opération\",\"Date Valeur\",\"Référence\",\"Montant\",\"Solde\",\"Libellé\"\n".to_owned();
    for line in (0..lines).rev() {
        let civil = day(line).civil();
        let month = MONTHS[usize::from(civil.month().unsigned_abs()) - 1];
        let date = format!("{} {month} {}", civil.day(), civil.year());
        let label =
            if line % 10 == 9 { "VERSEMENT".to_owned() } else { format!("REMISE ESPECES BORD-{line:07}") };
        let amount = euros(line);
        let row = writeln!(text, "\"{date}\",\"{date}\",\"\",\"{amount},00\",\"{balance},00\",\"{label}\"");
        done(row, "a row");
        balance -= amount;
    }
    text
}

criterion_group!(benches, reconciling);
criterion_main!(benches);

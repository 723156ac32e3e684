//! What it costs to export a ledger of 100,000 entries, from files into nothing: blocks are verified, records hashed and
//! decoded, and lines made of them; and to import the lines of JSON into a ledger in memory.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use benches::done;
use benches::season::Season;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ledger_core::export::{Dialect, Format, Period, export, import};
use ledger_core::storage::{Files, Memory, Storage, SystemClock};
use ledger_core::{Ledger, View};
use tempfile::TempDir;

const ENTRIES: usize = 100_000;
const BATCH: usize = 8_000;

fn exporting(criterion: &mut Criterion) {
    let folder = done(TempDir::new_in(env!("CARGO_TARGET_TMPDIR")), "a folder");
    let storage: Arc<dyn Storage> = Arc::new(done(Files::make_at(folder.path()), "the folder of the ledger"));
    let mut ledger = done(Ledger::create(Arc::clone(&storage), Box::new(SystemClock)), "the ledger");
    let mut season = Season::new();
    for first in (0..ENTRIES).step_by(BATCH) {
        done(ledger.post_batch(&season.take(BATCH.min(ENTRIES - first))), "posting");
    }
    drop(ledger);

    let mut group = criterion.benchmark_group("export/100000");
    group.throughput(Throughput::Elements(ENTRIES as u64));
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    for (name, format) in
        [("jsonl", Format::Jsonl), ("csv", Format::Csv(Dialect::Plain)), ("hledger", Format::Hledger)]
    {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let view = done(View::open(Arc::clone(&storage)), "the view");
                let exported = export(&view, format, Period::default(), &mut io::sink(), &mut |_| {});
                assert_eq!(done(exported, "the export").entries, ENTRIES as u64);
            });
        });
    }
    let (view, mut lines) = (done(View::open(Arc::clone(&storage)), "the view"), Vec::new());
    done(export(&view, Format::Jsonl, Period::default(), &mut lines, &mut |_| {}), "the export");
    group.bench_function("import", |bencher| {
        bencher.iter(|| {
            let copy = Ledger::create(Arc::new(Memory::new()), Box::new(SystemClock));
            let imported = import(&mut done(copy, "the copy"), lines.as_slice(), &mut |_| {});
            assert_eq!(done(imported, "the import").entries, ENTRIES as u64);
        });
    });
    group.finish();
}

criterion_group!(benches, exporting);
criterion_main!(benches);

//! What it costs to read a bank statement of 10,000, 100,000 and a million lines, as CSV of La Nef and as CAMT.053, and the
//! floor under both: the bytes hashed once. Linear means: each step is ten times the one before.

use std::fmt::Write;
use std::hint::black_box;

use benches::done;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ledger_core::journal::leaf_hash;
use ledger_core::statement::{How, read};

const LINES: [u64; 3] = [10_000, 100_000, 1_000_000];
/// Lines of one day.
const A_DAY: u64 = 4_000;

fn reading(criterion: &mut Criterion) {
    for lines in LINES {
        let mut group = criterion.benchmark_group(format!("statement/{lines}"));
        group.throughput(Throughput::Elements(lines)).sample_size(10);
        for (name, file) in [("nef", nef(lines)), ("camt", camt(lines))] {
            group.bench_function(BenchmarkId::new(name, "floor"), |bencher| {
                bencher.iter(|| black_box(leaf_hash(file.as_bytes())));
            });
            group.bench_function(BenchmarkId::new(name, "read"), |bencher| {
                bencher.iter(|| {
                    let statement = done(read(file.as_bytes(), How::default()), "the statement");
                    assert_eq!(statement.lines.len() as u64, lines);
                });
            });
        }
        group.finish();
    }
}

/// The cents of a line: swaps that come in, and now and then a reconversion that goes out.
fn cents(nth: u64) -> (u64, bool) {
    (500 * (1 + nth % 20), nth % 11 == 10)
}

/// Sums of cents never fall below zero: more comes in than goes out.
fn balances(lines: u64) -> Vec<u64> {
    let mut balance = 100_000;
    let after = |nth| {
        let (cents, out) = cents(nth);
        balance = if out { balance - cents } else { balance + cents };
        balance
    };
    (0..lines).map(after).collect()
}

fn day(nth: u64) -> (u64, u64) {
    let day = nth / A_DAY;
    (1 + day / 28, 1 + day % 28)
}

const MONTHS: [&str; 12] =
    ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];

/// The newest line first.
fn nef(lines: u64) -> String {
    let header = "\"Date opération\",\"Date Valeur\",\"Référence\",\"Montant\",\"Solde\",\"Libellé\"\r\n";
    let mut text = format!("\"Numéro de compte\",\"00012345678\"\r\n\"Devise\",\"EUR\"\r\n\r\n{header}");
    for (nth, balance) in balances(lines).into_iter().enumerate().rev() {
        let nth = nth as u64;
        let ((month, day), (cents, out)) = (day(nth), cents(nth));
        let month = MONTHS.get(usize::try_from(month - 1).unwrap_or(0)).unwrap_or(&"déc.");
        let sign = if out { "-" } else { "" };
        let row = write!(
            text,
            "\"{day} {month} 2026\",\"{day} {month} 2026\",\"VIR{nth:06}\",\"{sign}{},{:02}\",\"{},{:02}\",\
             \"VIR. O/ ADHERENT MOTIF: swap-{nth:06}\"\r\n",
            cents / 100,
            cents % 100,
            balance / 100,
            balance % 100
        );
        done(row, "a row");
    }
    text
}

/// The oldest entry first.
fn camt(lines: u64) -> String {
    let balance = |kind: &str, cents: u64| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{}.{:02}</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-01</Dt></Dt></Bal>\n",
            cents / 100,
            cents % 100
        )
    };
    let closing = balances(lines).last().copied().unwrap_or_default();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><Stmt><Id>S</Id>\n\
         <Acct><Id><IBAN>FR7621570000010001234567870</IBAN></Id></Acct>\n{}{}",
        balance("OPBD", 100_000),
        balance("CLBD", closing)
    );
    for nth in 0..lines {
        let ((month, day), (cents, out)) = (day(nth), cents(nth));
        let direction = if out { "DBIT" } else { "CRDT" };
        let entry = writeln!(
            text,
            "<Ntry><NtryRef>VIR{nth:06}</NtryRef><Amt Ccy=\"EUR\">{}.{:02}</Amt><CdtDbtInd>{direction}</CdtDbtInd>\
             <Sts>BOOK</Sts><BookgDt><Dt>2026-{month:02}-{day:02}</Dt></BookgDt><ValDt><Dt>2026-{month:02}-{day:02}</Dt></ValDt>\
             <AcctSvcrRef>VIR{nth:06}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>\
             <RmtInf><Ustrd>VIR. O/ ADHERENT MOTIF: swap-{nth:06}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>",
            cents / 100,
            cents % 100
        );
        done(entry, "an entry");
    }
    text += "</Stmt></BkToCstmrStmt></Document>\n";
    text
}

criterion_group!(benches, reading);
criterion_main!(benches);

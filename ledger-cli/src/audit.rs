//! `aiga audit`: the journal verified from its first entry, and the first thing that does not verify.

use std::time::Instant;

use ledger_core::audit::AuditReport;
use ledger_core::index::BadSnapshot;

use crate::args::AuditFlags;
use crate::checkpoint::Signed;
use crate::context::Context;
use crate::error::{CliError, Exit};
use crate::lang::{bad_snapshot_in, failure_in, hint};
use crate::open;
use crate::output::{ALERT, DIM, Figures, GOOD, Out};
use crate::say;
use crate::shortfall;
use crate::status::taken_back;
use crate::subject::Subject;

/// Audits the ledger, or an export; and holds it against a checkpoint, if one is given.
pub fn run(context: &Context, out: &mut Out, flags: &AuditFlags) -> Result<Exit, CliError> {
    let began = Instant::now();
    let against = flags.against.as_ref();
    let signed = against.map(|file| Signed::open(context, file, flags.named.key.as_deref())).transpose()?;
    let subject = Subject::of(context, flags.export.as_deref())?;
    let folder = subject.folder();
    let report = subject.audited()?;
    let agreed = match &signed {
        Some(signed) if report.ok => Some((signed, signed.check(context, folder)?)),
        _ => None,
    };
    if context.json {
        let mut json = serde_json::to_value(&report).map_err(std::io::Error::from)?;
        json["against"] = agreed.as_ref().map_or(serde_json::Value::Null, |(signed, _)| signed.to_json());
        out.json(&json)?;
    } else {
        let first = open::view(folder).and_then(|view| Ok(view.state_after(ledger_core::Sequence::FIRST)?));
        let figures = match first {
            Ok(standing) => context.figures(&standing.state),
            Err(_) => Figures::new(context.lang, "Ä"),
        };
        write(&report, began.elapsed().as_millis(), &figures, out)?;
        if let Some((signed, figures)) = &agreed {
            signed.write(context, out, figures)?;
        }
    }
    Ok(match report.ok {
        false => Exit::Unverified,
        true if report.bad_snapshots.is_empty() => Exit::Done,
        true => Exit::Difference,
    })
}

/// Writes what an audit found.
pub fn write(report: &AuditReport, millis: u128, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    let lang = figures.lang;
    let entries = figures.count(report.entries);
    let blocks = report.blocks.map(|blocks| match (blocks, figures.count(blocks)) {
        (1, _) => lang.of(", written in one block", ", écrites en un bloc").to_owned(),
        (_, blocks) => say!(lang, ", written in {blocks} blocks", ", écrites en {blocks} blocs"),
    });
    let blocks = blocks.unwrap_or_default();
    let pace = u128::from(report.entries) * 1000 / millis.max(1);
    let pace = figures.count(u64::try_from(pace).unwrap_or(u64::MAX));
    if let Some(failure) = &report.failure {
        out.line(out.paint(ALERT, lang.audit_failed()))?;
        let (sequence, segment, offset) = (failure.sequence, &failure.segment, failure.offset);
        out.line(say!(
            lang,
            "entry {sequence}, in {segment} at byte {offset}:",
            "écriture {sequence}, dans {segment} à l'octet {offset} :"
        ))?;
        out.line(format_args!("{} ({})", failure_in(lang, failure), failure.code))?;
        out.line(match report.entries {
            0 => lang.of("No entry is before it.", "Aucune écriture ne la précède.").to_owned(),
            1 => lang.of("The entry before it verifies.", "L'écriture précédente est intègre.").to_owned(),
            _ => say!(
                lang,
                "{entries} entries before it verify.",
                "Les {entries} écritures précédentes sont intègres."
            ),
        })?;
    } else {
        out.line(out.paint(GOOD, lang.audit_ok()))?;
        out.line(say!(
            lang,
            "{entries} entries{blocks}, {pace} entries/s",
            "{entries} écritures{blocks}, {pace} écritures/s"
        ))?;
    }
    if let Some(hint) = report.failure.as_ref().and_then(|failure| hint(failure.code, lang)) {
        out.line(format_args!("{} {hint}", lang.hint()))?;
    }
    for bad in &report.bad_snapshots {
        out.line(out.paint(ALERT, format_args!("{} ({})", bad_snapshot_in(lang, bad), BadSnapshot::CODE)))?;
    }
    if let Some(hint) = report.bad_snapshots.first().and_then(|_| hint(BadSnapshot::CODE, lang)) {
        out.line(format_args!("{} {hint}", lang.hint()))?;
    }
    if report.entries == 0 {
        return Ok(());
    }
    shortfall::list(&report.shortfalls, figures, out)?;
    taken_back(&report.taken_back, figures, out)?;
    let (circulation, fund) = (figures.aigas(report.circulation), figures.euros(report.fund));
    let sign = if report.circulation.at_par() == report.fund { "=" } else { "≠" };
    out.line(say!(
        lang,
        "Circulation {circulation} {sign} fund {fund}, summed from the postings",
        "Circulation {circulation} {sign} fonds {fund}, recalculés à partir des mouvements"
    ))?;
    out.line(out.paint(DIM, format_args!("{} {}", lang.root(), report.root)))
}

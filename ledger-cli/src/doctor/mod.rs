//! `aiga doctor`: what the ledger's folder holds, what of it is wrong, and what to do. It changes nothing unless a repair
//! is asked for.

mod surroundings;
mod words;

use std::sync::Arc;

use ledger_core::diagnosis::{Diagnosis, Finding, Remedy, Repair, RepairStopped, diagnose, repair};
use ledger_core::journal::segment_path;
use ledger_core::storage::{Files, Patience, Storage};
use serde_json::{Value, json};

use self::surroundings::Surroundings;
use crate::args::DoctorFlags;
use crate::context::Context;
use crate::error::{CliError, Exit};
use crate::interrupt;
use crate::lang::Lang;
use crate::open::{self, Place};
use crate::output::{ALERT, DIM, GOOD, Out, pad_right, widest};
use crate::say;

/// What a ledger's folder may hold beside the journal: what is left of one whose journal is gone.
const REMAINS: [&str; 4] = ["snapshots", "index", "damaged", "keys"];

/// Looks, repairs if asked, and tells.
pub fn run(context: &Context, out: &mut Out, flags: &DoctorFlags) -> Result<Exit, CliError> {
    let named = flags.folder.as_ref().map(|folder| Context { folder: folder.clone(), ..context.clone() });
    let context = named.as_ref().unwrap_or(context);
    let folder = &context.folder;
    let is_ledger = open::place(folder)? == Place::Ledger
        || REMAINS.iter().any(|name| folder.join(name).symlink_metadata().is_ok_and(|found| found.is_dir()));
    if !is_ledger {
        return Err(open::no_ledger(folder));
    }
    let patience = Patience { wait: context.wait };
    let storage: Arc<dyn Storage> = Arc::new(Files::at(folder).waiting(patience));
    let mut repairs = Vec::new();
    if flags.repair {
        interrupt::finish();
        repairs = repair(&storage).map_err(|stopped| half_done(*stopped, context.lang))?;
    }
    let found = diagnose(&storage);
    let around = Surroundings::of(folder);
    let exit = exit(&found, &around);
    if context.json {
        out.json(&to_json(context, &found, &around, &repairs, exit))?;
    } else {
        Told { context, out, found: &found, around: &around }.write(&repairs, exit)?;
    }
    Ok(exit)
}

/// Why a repair could not go on, and what it had done until then.
fn half_done(stopped: RepairStopped, lang: Lang) -> CliError {
    let RepairStopped { done, kept, source } = stopped;
    let said = |lang: Lang| words::half_done(&done, kept.as_deref(), lang);
    let (english, french) = (said(Lang::En), said(Lang::Fr));
    let repairs: Vec<String> = done.iter().map(|repair| words::repaired(repair, lang)).collect();
    CliError::from(source).adding(&english, &french).with_figure("repairs", repairs).with_figure("kept", kept)
}

/// How the command ends: the gravest of what was found decides.
fn exit(found: &Diagnosis, around: &Surroundings) -> Exit {
    let key = around.key_trouble.is_some().then_some(Remedy::Person);
    match found.findings.iter().map(Finding::remedy).chain(key).min() {
        None => Exit::Done,
        Some(Remedy::Backup | Remedy::NewerProgram) => Exit::Unverified,
        Some(Remedy::Access) => Exit::Storage,
        Some(Remedy::Person | Remedy::Repair) => Exit::Difference,
    }
}

fn to_json(
    context: &Context,
    found: &Diagnosis,
    around: &Surroundings,
    repairs: &[Repair],
    exit: Exit,
) -> Value {
    let lang = context.lang;
    let finding = |finding: &Finding| {
        let place = finding.place().map(|(position, entry)| {
            json!({ "segment": segment_path(position.segment), "offset": position.offset, "entry": entry })
        });
        json!({
            "code": finding.code(), "remedy": finding.remedy(), "place": place, "message": words::message(finding, lang),
            "meaning": words::meaning(finding, lang), "advice": words::advice(finding, &found.findings, lang),
        })
    };
    let mut findings: Vec<Value> = found.findings.iter().map(finding).collect();
    findings.extend(around.key_trouble.iter().map(|error| {
        json!({
            "code": error.code(), "remedy": Remedy::Person, "message": error.message(lang), "advice": error.hint(lang),
        })
    }));
    let notes: Vec<Value> = around
        .notes(found)
        .iter()
        .map(|note| json!({ "code": note.code(), "message": note.message(lang) }))
        .collect();
    let repairs: Vec<String> = repairs.iter().map(|repair| words::repaired(repair, lang)).collect();
    json!({
        "folder": context.folder.display().to_string(), "well": exit == Exit::Done, "findings": findings, "notes": notes,
        "repairs": repairs, "found": found, "mode": around.mode_text(), "free_bytes": around.free_bytes,
        "writable": around.writable,
    })
}

/// The answer for people.
struct Told<'a> {
    context: &'a Context,
    out: &'a mut Out,
    found: &'a Diagnosis,
    around: &'a Surroundings,
}

impl Told<'_> {
    fn write(&mut self, repairs: &[Repair], exit: Exit) -> Result<(), CliError> {
        let lang = self.context.lang;
        for repair in repairs {
            self.out.line(words::repaired(repair, lang))?;
        }
        let style = if exit == Exit::Done { GOOD } else { ALERT };
        let verdict = self.out.paint(style, words::verdict(exit, self.found, &self.context.folder, lang));
        self.out.line(verdict)?;
        let facts = words::facts(self.found, self.around, lang);
        let columns = widest(facts.iter().map(|(label, _)| *label), 0) + 2;
        for (label, text) in facts {
            self.out.line(format_args!("  {}{text}", pad_right(label, columns)))?;
        }
        for finding in &self.found.findings {
            let code = finding.code();
            self.finding(&format!("{} ({code})", words::message(finding, lang)), finding)?;
        }
        if let Some(error) = &self.around.key_trouble {
            self.out.line("")?;
            self.out.line(format_args!("{} ({})", error.message(lang), error.code()))?;
            if let Some(hint) = error.hint(lang) {
                self.out.line(format_args!("  {} {hint}", lang.hint()))?;
            }
        }
        let notes = self.around.notes(self.found);
        if !notes.is_empty() {
            self.out.line("")?;
        }
        for note in notes {
            let message = note.message(lang);
            self.out.line(say!(lang, "Note: {message}", "À savoir : {message}"))?;
        }
        if self.found.journal.entries > 0 {
            let root = format!("{} {}", lang.root(), self.found.journal.root);
            let root = self.out.paint(DIM, root);
            self.out.line(root)?;
        }
        Ok(())
    }

    fn finding(&mut self, message: &str, finding: &Finding) -> Result<(), CliError> {
        let lang = self.context.lang;
        self.out.line("")?;
        self.out.line(message)?;
        self.out.line(format_args!("  {}", words::meaning(finding, lang)))?;
        let advice = words::advice(finding, &self.found.findings, lang);
        self.out.line(format_args!("  {} {advice}", lang.hint()))
    }
}

//! What became of a file of operations.

use std::time::Duration;

use ledger_core::journal::Root;
use ledger_core::state::Shortfall;
use ledger_core::{Ledger, Rejection};
use serde_json::{Map, Value, json};

use crate::context::Context;
use crate::dates::Ahead;
use crate::error::{CliError, Exit, figures};
use crate::lang::{Lang, rejection_in};
use crate::output::{ALERT, DIM, Figures, Out, label, to_stderr, warn};
use crate::say;
use crate::shortfall;

/// How many rejected lines are listed; the others are only counted.
const LISTED: usize = 1000;

/// How many lines are warned of one by one.
const WARNED: usize = 20;

/// What became of a file of operations.
#[derive(Debug)]
pub struct Summary {
    /// What it took, all readings of the file included.
    pub took: Duration,
    /// Operations recorded now.
    pub recorded: u64,
    /// Operations that were recorded before.
    pub replayed: u64,
    /// Operations rejected, and lines that are none.
    pub rejected_count: u64,
    /// The first of them, with the numbers of their lines.
    rejected: Vec<(u64, Rejection)>,
    /// Operations that are dated after today, the first of them.
    ahead: Vec<Ahead>,
    ahead_count: u64,
    /// Days that its operations made short.
    shortfalls: Vec<Shortfall>,
    entries: u64,
    root: Option<Root>,
    /// Whether it was only a rehearsal.
    pub dry_run: bool,
    /// In how many blocks it is recorded, each all or nothing.
    pub parts: u64,
    /// On which lines the operations stand that are recorded now: from the nth of them on, so many lines further on.
    shifts: Vec<(u64, u64)>,
}

impl Summary {
    /// Nothing yet.
    pub fn begin() -> Self {
        Self {
            took: Duration::ZERO,
            recorded: 0,
            replayed: 0,
            rejected_count: 0,
            rejected: Vec::new(),
            ahead: Vec::new(),
            ahead_count: 0,
            shortfalls: Vec::new(),
            entries: 0,
            root: None,
            dry_run: false,
            parts: 0,
            shifts: Vec::new(),
        }
    }

    /// The operation on this line was posted.
    pub fn posted(&mut self, line: u64, replayed: bool) {
        if replayed {
            self.replayed += 1;
            return;
        }
        let shift = line - self.recorded;
        if self.shifts.last().is_none_or(|(_, last)| *last != shift) {
            self.shifts.push((self.recorded, shift));
        }
        self.recorded += 1;
    }

    /// The line of the nth operation, from 0, that is recorded now.
    pub fn line_of(&self, nth: u64) -> u64 {
        let before = self.shifts.partition_point(|(from, _)| *from <= nth);
        nth + before.checked_sub(1).map_or(1, |last| self.shifts[last].1)
    }

    /// An operation that was posted is dated after today.
    pub fn is_ahead(&mut self, ahead: Ahead) {
        self.ahead_count += 1;
        if self.ahead.len() < WARNED {
            self.ahead.push(ahead);
        }
    }

    /// The days that the entries behind this many made short.
    pub fn shortfalls_behind(&mut self, entries: u64, ledger: &Ledger) {
        self.shortfalls = ledger.state().shortfalls();
        self.shortfalls.retain(|one| one.entry.number() > entries);
    }

    /// Lines were rejected.
    pub fn refuse(&mut self, refused: Vec<(u64, Rejection)>) {
        self.rejected_count += refused.len() as u64;
        self.rejected.extend(refused.into_iter().take(LISTED - self.rejected.len()));
    }

    /// What was rehearsed is not recorded: the ledger stands where it stood, if there is one.
    pub fn nothing_recorded(&mut self, ledger: Option<&Ledger>) {
        (self.recorded, self.entries, self.root) = (0, 0, None);
        self.shortfalls.clear();
        if let Some(ledger) = ledger {
            self.stands_at(ledger);
        }
    }

    /// Where the ledger stands now.
    pub fn stands_at(&mut self, ledger: &Ledger) {
        self.entries = ledger.state().entries();
        self.root = Some(ledger.root());
    }

    /// Tells it, and says how the process ends.
    pub fn write(&self, context: &Context, out: &mut Out) -> Result<Exit, CliError> {
        self.warn(context.lang);
        self.warn_of_shortfalls(context.lang);
        if context.json {
            out.json(&self.to_json(context.lang))?;
        } else {
            self.tell(context.lang, out)?;
        }
        Ok(if self.rejected_count == 0 { Exit::Done } else { Exit::Rejected })
    }

    fn warn(&self, lang: Lang) {
        for ahead in &self.ahead {
            warn(lang, ahead.told(lang));
        }
        let more = self.ahead_count - self.ahead.len() as u64;
        if more > 0 {
            let more = Figures::new(lang, "Ä").count(more);
            warn(
                lang,
                say!(
                    lang,
                    "{more} more lines are dated after today",
                    "{more} autres lignes sont datées d'après aujourd'hui"
                ),
            );
        }
    }

    fn warn_of_shortfalls(&self, lang: Lang) {
        let figures = Figures::new(lang, "Ä");
        for one in self.shortfalls.iter().take(WARNED) {
            warn(lang, shortfall::told(one, &figures));
        }
        let more = self.shortfalls.len().saturating_sub(WARNED) as u64;
        if more > 0 {
            let more = figures.count(more);
            warn(lang, say!(lang, "and {more} more of these", "et {more} autres cas"));
        }
    }

    fn warnings(&self, lang: Lang) -> Vec<Value> {
        let figures = Figures::new(lang, "Ä");
        let ahead = self.ahead.iter().map(|ahead| ahead.to_json(lang));
        ahead.chain(self.shortfalls.iter().map(|one| shortfall::to_json(one, &figures))).collect()
    }

    fn tell(&self, lang: Lang, out: &mut Out) -> Result<(), CliError> {
        let shown = Figures::new(lang, "Ä");
        for (line, rejection) in &self.rejected {
            let (code, message) = (rejection.code(), rejection_in(lang, rejection));
            out.line(say!(lang, "line {line}: {code}: {message}", "ligne {line} : {code} : {message}"))?;
        }
        let more = self.rejected_count - self.rejected.len() as u64;
        if more > 0 {
            let more = shown.count(more);
            out.line(say!(lang, "and {more} more", "et {more} de plus"))?;
        }
        let [recorded, replayed, rejected, entries] =
            [self.recorded, self.replayed, self.rejected_count, self.entries]
                .map(|number| shown.count(number));
        let seconds = shown.seconds(self.took);
        out.line(say!(
            lang,
            "{recorded} recorded, {replayed} known already, {rejected} rejected, in {seconds}",
            "{recorded} enregistrées, {replayed} déjà connues, {rejected} refusées, en {seconds}"
        ))?;
        if let Some(root) = self.root.filter(|_| !self.dry_run) {
            let line = say!(lang, "{entries} entries, root {root}", "{entries} écritures, racine {root}");
            out.line(out.paint(DIM, line))?;
        }
        if self.dry_run {
            out.line(lang.dry_run())?;
        }
        if self.rejected_count > 0 && self.recorded == 0 {
            out.flush()?;
            let nothing = lang.of("nothing of the file was recorded", "rien du fichier n'a été enregistré");
            to_stderr(format_args!("{} {nothing}", label(ALERT, lang.error())));
        }
        Ok(())
    }

    fn to_json(&self, lang: Lang) -> Value {
        let refused = |(line, rejection): &(u64, Rejection)| refused(*line, rejection, lang);
        json!({
            "recorded": self.recorded,
            "replayed": self.replayed,
            "rejected": self.rejected.iter().map(refused).collect::<Vec<_>>(),
            "rejected_count": self.rejected_count,
            "warnings": self.warnings(lang),
            "entries": self.entries,
            "root": self.root,
            "dry_run": self.dry_run,
            "parts": self.parts,
        })
    }
}

fn refused(line: u64, rejection: &Rejection, lang: Lang) -> Value {
    let mut refused = Map::new();
    refused.insert("line".to_owned(), json!(line));
    refused.insert("code".to_owned(), json!(rejection.code()));
    refused.insert("message".to_owned(), json!(rejection_in(lang, rejection)));
    for (name, figure) in figures(rejection) {
        refused.entry(name).or_insert(figure);
    }
    Value::Object(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_each_recorded_operation_is_known() {
        let lines = [1, 2, 5, 6, 7, 20];
        let mut summary = Summary::begin();
        for line in lines {
            summary.posted(line, true);
            summary.posted(line, false);
        }
        let found: Vec<u64> = (0..6).map(|nth| summary.line_of(nth)).collect();
        assert_eq!((found, summary.shifts.len()), (lines.to_vec(), 3));
    }
}

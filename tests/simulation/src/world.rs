//! A world: a ledger on its disk, and everything it answers held against the model.

use std::sync::Arc;

use ledger_core::audit::audit;
use ledger_core::journal::{JournalError, Layout, Reader, Scan, Start, Verify, leaf_hash, segment_path};
use ledger_core::proof::{inclusion, verify_inclusion};
use ledger_core::query::Filter;
use ledger_core::storage::{
    Clock, Fault, Faulty, ManualClock, Memory, Overlay, Pairs, ShelfAccess, Step, Storage,
};
use ledger_core::{BatchError, Ledger, LedgerError, Operation, Receipt, Rejection, Sequence, View, record};
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::model::{Model, Outcome, Verdict};
use crate::plan::{After, Event, Mischief};
use crate::tally::{ANSWERED, CHECKED, FAULTS, REFUSED, TRIED, Tally};
use crate::told::{Known, Told, backed, balances_agree};

/// The beginning of all histories: 2026-01-02T00:00Z.
const BEGINNING_NS: u64 = 1_767_312_000_000_000_000;

/// What the model expects of an operation: where it stands, or the code of its refusal.
type Expected = Result<Outcome, &'static str>;

#[derive(Debug)]
struct SharedClock(Arc<ManualClock>);

impl Clock for SharedClock {
    fn now_ns(&self) -> u64 {
        self.0.now_ns()
    }
}

/// A ledger on its disk.
#[derive(Debug)]
pub struct World {
    disk: Arc<Memory>,
    /// The disk as the ledger sees it.
    device: Arc<Faulty<Arc<Memory>>>,
    clock: Arc<ManualClock>,
    layout: Layout,
    /// None between closing and opening.
    ledger: Option<Ledger>,
    /// Reads what the ledger wrote, without it.
    reader: Reader,
    pub told: Told,
    pub tally: Tally,
    /// What follows when a step fails; none while no fault is planned.
    armed: Option<After>,
    /// A step failed after which nothing was to follow.
    stopped: bool,
    old_shelf: Pairs,
    events: u64,
}

impl World {
    /// An empty disk.
    pub fn new(layout: Layout) -> World {
        World::on(Arc::new(Memory::new()), Told::default(), layout)
    }

    /// A disk of which this was told.
    pub fn on(disk: Arc<Memory>, told: Told, layout: Layout) -> World {
        let device = Arc::new(Faulty::new(Arc::clone(&disk)));
        let reader = Reader::new(disk.clone());
        World {
            disk,
            device,
            clock: Arc::new(ManualClock::new(BEGINNING_NS, 1000)),
            layout,
            ledger: None,
            reader,
            told,
            tally: Tally::default(),
            armed: None,
            stopped: false,
            old_shelf: Pairs::new(),
            events: 0,
        }
    }

    pub fn disk(&self) -> &Arc<Memory> {
        &self.disk
    }

    pub fn device(&self) -> &Faulty<Arc<Memory>> {
        &self.device
    }

    /// From now on every step from the nth on fails, and nothing more happens.
    pub fn stop_at(&mut self, nth: u64, fault: Fault) {
        self.device.fail_from(None, nth, fault);
        self.armed = Some(After::Nothing);
    }

    /// Whether it came to that.
    pub fn has_stopped(&self) -> bool {
        self.stopped
    }

    /// The ledger, which is open between events.
    fn ledger(&mut self) -> Result<&mut Ledger, String> {
        self.ledger.as_mut().ok_or_else(|| "the ledger is not open".to_owned())
    }

    /// Closes the ledger, whatever it still had to write.
    pub fn close(&mut self) {
        self.ledger = None;
    }

    /// Lets something happen.
    pub fn event(&mut self, event: &Event) -> Result<(), String> {
        self.events += 1;
        if self.ledger.is_none() {
            self.open_or_come_back()?;
        }
        if self.stopped {
            return Ok(());
        }
        match event {
            Event::Post(operation) => self.post(operation)?,
            Event::Batch(operations) => self.batch(operations)?,
            Event::Each(operations) => self.each(operations)?,
            Event::File { blocks, keep } => self.file(blocks, *keep)?,
            Event::Retry { nth, altered } => self.retry(*nth, *altered)?,
            Event::Garble(text) => self.garble(text)?,
            Event::Read(seed) => self.read(*seed)?,
            Event::SecondWriter => self.second_writer()?,
            Event::Settle => self.ledger()?.settle(),
            Event::Reopen(mischief) => {
                if matches!(mischief, Some(Mischief::IndexDamaged(_) | Mischief::IndexOld)) {
                    // So that there is one.
                    self.ledger()?.settle();
                }
                self.close();
                if let Some(mischief) = mischief {
                    self.mischief(*mischief)?;
                }
                self.open_or_come_back()?;
                if mischief.is_some() && !self.stopped {
                    // Whatever became of the index, what is recorded is recognised.
                    let apart = (self.told.len() / 24).max(1);
                    for nth in (0..self.told.len()).step_by(apart as usize) {
                        self.retry(nth, false)?;
                    }
                }
            }
            Event::Clock(seconds) => {
                self.tally.add(FAULTS, "clock set", 1);
                let moved = i64::try_from(BEGINNING_NS).map(|ns| ns + seconds * 1_000_000_000);
                self.clock.set(moved.unwrap_or_default() as u64);
            }
            Event::Fault { step, nth, fault, for_ever, after } => {
                self.ledger()?.settle();
                let name = step.map_or("any step".to_owned(), |step| format!("{step:?}").to_lowercase());
                let planned = if *for_ever { "the power goes at" } else { "a failure of" };
                self.tally.add(FAULTS, format!("{planned} {name}, {fault:?}"), 1);
                if *for_ever {
                    self.device.fail_from(*step, *nth, *fault);
                } else {
                    self.device.fail_once(*step, *nth, *fault);
                }
                self.armed = Some(*after);
            }
            Event::ReadFault { nth, fault, opening } => self.read_fault(*nth, *fault, *opening)?,
            Event::Cut(seed) => {
                self.tally.add(FAULTS, "the power goes between two calls", 1);
                self.ledger()?.settle();
                self.cut(*seed);
                self.open_whole()?;
            }
        }
        if self.armed.is_some()
            && let Some(ledger) = &mut self.ledger
        {
            // Whatever is written in the background comes before what happens next, each time alike.
            ledger.settle();
        }
        let model = &self.told.model;
        self.ledger.as_ref().map_or(Ok(()), |ledger| backed(ledger.state(), model))
    }

    // ---- Opening --------------------------------------------------------------------------------------------

    fn open(&self) -> Result<Ledger, LedgerError> {
        let (device, clock) = (self.device.clone(), SharedClock(Arc::clone(&self.clock)));
        match Ledger::open_with(device.clone(), Box::new(clock), self.layout) {
            Err(LedgerError::Journal(JournalError::NoJournal)) if self.told.is_empty() => {
                let clock = SharedClock(Arc::clone(&self.clock));
                Ledger::create_with(device, Box::new(clock), self.layout)
            }
            opened => opened,
        }
    }

    /// Opens the ledger; a planned fault may hit it there.
    fn open_or_come_back(&mut self) -> Result<(), String> {
        match self.open() {
            Ok(ledger) => self.opened(ledger),
            Err(error) => self.come_back(&error, Vec::new()),
        }
    }

    /// Opens the ledger of a disk that may have lost what nobody was promised, and nothing else.
    pub fn open_whole(&mut self) -> Result<(), String> {
        let ledger = self.open().map_err(|error| format!("it does not open: {error}"))?;
        self.opened(ledger)
    }

    /// Compares a ledger that was opened, leaf by leaf, with what was told.
    fn opened(&mut self, ledger: Ledger) -> Result<(), String> {
        self.tally.add(TRIED, "ledgers opened", 1);
        let (found, possible) = (ledger.state().entries(), self.told.possible_sizes());
        demand!(possible.contains(&found), "{found} entries are there; there may be {possible:?}");
        if let Some(recovery) = ledger.recovery() {
            self.tally.add(ANSWERED, "an unfinished end saved aside and reported", 1);
            let saved = self.disk.bytes(&recovery.saved_to).map(|bytes| bytes.len() as u64);
            demand!(saved == Some(recovery.bytes), "{recovery}: saved are {saved:?} bytes");
            let segment = self.disk.bytes(&segment_path(recovery.position.segment)).unwrap_or_default();
            let mut behind = segment.iter().skip(recovery.position.offset as usize);
            demand!(behind.all(|byte| *byte == 0), "{recovery}: it still stands in the segment");
        }
        let pending = std::mem::take(&mut self.told.pending);
        let mut unheard = pending.iter().flatten();
        let mut scan = Scan::new(self.disk.clone(), Start::genesis(), Verify::Everything)
            .map_err(|error| error.to_string())?;
        while let Some(block) = scan.next_block().map_err(|error| error.to_string())? {
            for (sequence, bytes) in block.numbered() {
                if let Some(known) = self.told.entries.get(sequence as usize - 1) {
                    demand!(known.record == bytes, "entry {sequence} was altered");
                    continue;
                }
                let operation = unheard.next().ok_or("more entries than operations")?.clone();
                self.told.learn(known(operation, bytes, None)?)?;
                self.tally.add(ANSWERED, "entries that nobody had been told of, whole", 1);
            }
        }
        self.tally.add(CHECKED, "entries, byte by byte", found);
        demand!(self.told.len() == found, "{} entries are in the journal, not {found}", self.told.len());
        demand!(ledger.root() == self.told.root(), "another root over {found} entries");
        self.tally.add(CHECKED, "balances", balances_agree(ledger.state(), &self.told.model)?);
        self.reader = Reader::new(self.disk.clone());
        self.ledger = Some(ledger);
        // Whoever heard nothing asks again: what is there gets its receipt, what is not is recorded once.
        let asks_again = self.events.is_multiple_of(2);
        for operation in pending.iter().flatten() {
            if asks_again || matches!(self.told.model.judge(operation), Ok(Verdict::Known(_))) {
                self.tally.add(TRIED, "retries of what nobody was told of", 1);
                self.post(operation)?;
            }
        }
        Ok(())
    }

    // ---- Failing --------------------------------------------------------------------------------------------

    /// Something failed while these blocks were on their way.
    fn come_back(&mut self, error: &LedgerError, pending: Vec<Vec<Value>>) -> Result<(), String> {
        self.tally.add(REFUSED, error.code(), 1);
        let Some(after) = self.armed else {
            return Err(format!("it failed and nothing had been broken: {error}"));
        };
        if let Some(ledger) = &mut self.ledger {
            if matches!(error, LedgerError::Journal(JournalError::NoSpace { .. })) {
                demand!(ledger.root() == self.told.root(), "a full disk has changed the root");
                balances_agree(ledger.state(), &self.told.model)
                    .map_err(|what| format!("a full disk was not unwound: {what}"))?;
                self.device.heal();
                self.armed = None;
                self.tally.add(TRIED, "retries after a full disk", 1);
                return pending.iter().flatten().try_for_each(|operation| self.post(operation));
            }
            demand!(
                matches!(error, LedgerError::Journal(JournalError::Io { .. } | JournalError::Poisoned)),
                "a failing disk is told as {}: {error}",
                error.code()
            );
        }
        self.armed = None;
        self.told.pending = pending;
        match after {
            After::Nothing => {
                // Nothing that it does while it closes reaches the disk.
                self.close();
                self.stopped = true;
                return Ok(());
            }
            After::Reopen => {
                self.close();
                self.device.heal();
            }
            After::Cut(seed) => self.cut(seed),
            After::Forgotten => {
                self.tally.add(FAULTS, "bytes forgotten after a failed sync", 1);
                self.close();
                self.device.heal();
                self.disk.forget_unsynced();
                self.open_whole()?;
                self.cut(0);
            }
        }
        self.open_whole()
    }

    /// A commit that failed has left no trace in the ledger, and it records nothing more.
    fn failed(&mut self, error: &LedgerError, pending: Vec<Vec<Value>>) -> Result<(), String> {
        let told = &self.told;
        if let Some(ledger) = &mut self.ledger {
            demand!(ledger.root() == told.root(), "a failed commit has changed the root");
            balances_agree(ledger.state(), &told.model)
                .map_err(|what| format!("a failed commit was not unwound: {what}"))?;
            if matches!(error, LedgerError::Journal(JournalError::Io { .. })) && !told.is_empty() {
                let more =
                    json!({"op": "bank_interest", "ref": "after-failure", "on": "2999-12-31", "amount": "1"});
                let more = Operation::from_json(&more.to_string()).map_err(|error| error.to_string())?;
                let answer = ledger.post(&more);
                let refused = matches!(&answer, Err(LedgerError::Journal(JournalError::Poisoned)));
                demand!(refused, "a ledger with a failed commit goes on: {answer:?}");
            }
        }
        self.come_back(error, pending)
    }

    /// The power goes: of what is not durable, chance keeps some.
    pub fn cut(&mut self, seed: u64) {
        let mut dice = Dice::new(seed);
        let percent = [0, 50, 50, 90, 100][(seed % 5) as usize];
        let kept: Vec<bool> = (0..self.disk.unsynced()).map(|_| dice.chance(percent)).collect();
        self.tally.add(FAULTS, "power cuts", 1);
        self.tally.add(
            FAULTS,
            "changes lost in power cuts",
            kept.iter().filter(|kept| !**kept).count() as u64,
        );
        self.move_to(self.disk.crash_keeping(&kept));
    }

    /// Goes on with another disk; the ledger on the old one is heard no more.
    pub fn move_to(&mut self, disk: Memory) {
        let disk = Arc::new(disk);
        self.device = Arc::new(Faulty::new(Arc::clone(&disk)));
        (self.ledger, self.armed) = (None, None);
        self.reader = Reader::new(disk.clone());
        self.disk = disk;
    }

    // ---- Posting --------------------------------------------------------------------------------------------

    pub fn post(&mut self, operation: &Value) -> Result<(), String> {
        let expected = match self.told.model.judge(operation) {
            Ok(Verdict::Known(sequence)) => Ok(Outcome::Replayed(sequence)),
            Ok(Verdict::Sound(..)) => Ok(Outcome::Recorded(self.told.len() + 1)),
            Err(code) => Err(code),
        };
        let Some(parsed) = self.parse(operation, expected)? else { return Ok(()) };
        match self.ledger()?.post(&parsed) {
            Ok(receipt) => self.acknowledged(operation, &parsed, &receipt, expected),
            Err(LedgerError::Rejected(rejection)) => self.rejected(operation, &rejection, expected),
            Err(error) => {
                let pending = if expected.is_ok() { vec![vec![operation.clone()]] } else { Vec::new() };
                self.failed(&error, pending)
            }
        }
    }

    /// The operation, if its text is one; otherwise the refusal is compared.
    fn parse(&mut self, operation: &Value, expected: Expected) -> Result<Option<Operation>, String> {
        match Operation::from_json(&operation.to_string()) {
            Ok(parsed) => Ok(Some(parsed)),
            Err(rejection) => self.rejected(operation, &rejection, expected).map(|()| None),
        }
    }

    fn rejected(
        &mut self,
        operation: &Value,
        rejection: &Rejection,
        expected: Expected,
    ) -> Result<(), String> {
        self.tally.add(ANSWERED, "rejections, code compared", 1);
        let code = rejection.code();
        demand!(expected == Err(code), "rejected as {code}, not {expected:?}: {operation}");
        Ok(())
    }

    fn acknowledged(
        &mut self,
        operation: &Value,
        parsed: &Operation,
        receipt: &Receipt,
        expected: Expected,
    ) -> Result<(), String> {
        let sequence = receipt.sequence.number();
        let outcome =
            if receipt.replayed { Outcome::Replayed(sequence) } else { Outcome::Recorded(sequence) };
        demand!(expected == Ok(outcome), "{outcome:?}, not {expected:?}: {operation}");
        demand!(receipt.reference == parsed.reference, "a receipt for {}: {operation}", receipt.reference);
        if receipt.replayed {
            self.tally.add(ANSWERED, "old receipts for retries", 1);
            let known = &mut self.told.entries[sequence as usize - 1];
            let found = Receipt { replayed: false, ..receipt.clone() };
            if let Some(first) = &known.receipt {
                demand!(*first == found, "another receipt than the first: {found:?}, not {first:?}");
            }
            let entry = record::decode(&known.record).map_err(|error| error.to_string())?;
            demand!(entry.recorded_at == receipt.recorded_at, "another instant: {receipt:?}");
            known.receipt = Some(found);
        } else {
            self.tally.add(ANSWERED, "entries acknowledged", 1);
            let bytes = self.reader.record(sequence).map_err(|error| error.to_string())?;
            let bytes = bytes.ok_or_else(|| format!("entry {sequence} was acknowledged and is not there"))?;
            let before = self.told.entries.last().and_then(|known| record::decode(&known.record).ok());
            let later = before.is_none_or(|before| before.recorded_at < receipt.recorded_at);
            demand!(later, "entry {sequence} was not recorded later than the one before");
            let known = known(operation.clone(), &bytes, Some(receipt.clone()))?;
            let entry = record::decode(&bytes).map_err(|error| error.to_string())?;
            demand!(entry.operation == *parsed, "entry {sequence} is not what was posted");
            self.told.learn(known)?;
        }
        let (size, root) = (receipt.tree_size, receipt.root);
        if let Some(expected) = self.told.root_after(size) {
            demand!(expected == root, "a receipt with another root over {size} entries");
        }
        demand!(size >= sequence, "a receipt of a tree of {size} for entry {sequence}");
        Ok(())
    }

    /// What the model expects of each, one after another; one that is refused is left out for those behind it. Those that
    /// are no operations at all are left out, once their refusal was compared.
    fn expect_all(&mut self, operations: &[Value], model: &mut Model) -> Result<Vec<Posted>, String> {
        let mut all = Vec::new();
        for operation in operations {
            let expected = model.post(operation);
            if let Some(parsed) = self.parse(operation, expected)? {
                all.push(Posted { operation: operation.clone(), parsed, expected });
            }
        }
        Ok(all)
    }

    fn batch(&mut self, operations: &[Value]) -> Result<(), String> {
        self.tally.add(TRIED, "batches, all or none", 1);
        let all = self.expect_all(operations, &mut self.told.model.clone())?;
        let parsed: Vec<Operation> = all.iter().map(|posted| posted.parsed.clone()).collect();
        let refused = refusals(&all);
        match self.ledger()?.post_batch(&parsed) {
            Ok(receipts) => {
                demand!(refused.is_empty(), "a batch was recorded in spite of {refused:?}");
                demand!(receipts.len() == all.len(), "{} receipts for {}", receipts.len(), all.len());
                self.all_acknowledged(&all, receipts.into_iter().map(Ok).collect())
            }
            Err(BatchError::Rejected(rejected)) => {
                let found: Vec<(usize, &str)> =
                    rejected.iter().map(|rejected| (rejected.index, rejected.rejection.code())).collect();
                demand!(found == refused, "of a batch {found:?} were rejected, not {refused:?}");
                self.tally.add(ANSWERED, "batches of which nothing was recorded", 1);
                self.unchanged()
            }
            Err(BatchError::Ledger(error)) => {
                // One that is refused keeps the others from being written at all.
                let pending = if refused.is_empty() { vec![fresh(&all)] } else { Vec::new() };
                self.failed(&error, pending)
            }
        }
    }

    fn each(&mut self, operations: &[Value]) -> Result<(), String> {
        self.tally.add(TRIED, "groups, each for itself", 1);
        let all = self.expect_all(operations, &mut self.told.model.clone())?;
        let parsed: Vec<Operation> = all.iter().map(|posted| posted.parsed.clone()).collect();
        match self.ledger()?.post_each(&parsed) {
            Ok(outcomes) => self.all_acknowledged(&all, outcomes),
            Err(error) => self.failed(&error, vec![fresh(&all)]),
        }
    }

    fn all_acknowledged(
        &mut self,
        all: &[Posted],
        outcomes: Vec<Result<Receipt, Rejection>>,
    ) -> Result<(), String> {
        for (Posted { operation, parsed, expected }, outcome) in all.iter().zip(outcomes) {
            match outcome {
                Ok(receipt) => self.acknowledged(operation, parsed, &receipt, *expected)?,
                Err(rejection) => self.rejected(operation, &rejection, *expected)?,
            }
        }
        let told = &self.told;
        self.ledger.as_ref().map_or(Ok(()), |ledger| {
            demand!(ledger.root() == told.root(), "another root than that of what was acknowledged");
            balances_agree(ledger.state(), &told.model).map(drop)
        })
    }

    /// Nothing was recorded: not in the ledger, and not in its journal.
    fn unchanged(&self) -> Result<(), String> {
        let Some(ledger) = &self.ledger else { return Ok(()) };
        demand!(ledger.root() == self.told.root(), "the root has changed although nothing was recorded");
        balances_agree(ledger.state(), &self.told.model)?;
        let last = Reader::new(self.disk.clone()).last().map_err(|error| error.to_string())?;
        let size = last.map_or(0, |block| block.tree_size);
        demand!(size == self.told.len(), "the journal has {size} entries, not {}", self.told.len());
        Ok(())
    }

    fn file(&mut self, blocks: &[Vec<Value>], keep: bool) -> Result<(), String> {
        self.tally.add(TRIED, if keep { "files, rehearsed and adopted" } else { "dry runs" }, 1);
        let overlay: Arc<dyn Storage> =
            Arc::new(Overlay::new(self.device.clone(), Arc::new(Memory::scratch())));
        let mut rehearsal = self.ledger()?.rehearsal(&overlay).map_err(|error| error.to_string())?;
        let mut model = self.told.model.clone();
        let (mut written, mut whole) = (Vec::new(), true);
        for block in blocks {
            let all = self.expect_all(block, &mut model)?;
            let parsed: Vec<Operation> = all.iter().map(|posted| posted.parsed.clone()).collect();
            let outcomes = rehearsal.post_each(&parsed).map_err(|error| format!("in a dry run: {error}"))?;
            for (Posted { operation, expected, .. }, outcome) in all.iter().zip(outcomes) {
                let found = outcome.as_ref().map_err(Rejection::code).map(|receipt| {
                    let sequence = receipt.sequence.number();
                    if receipt.replayed { Outcome::Replayed(sequence) } else { Outcome::Recorded(sequence) }
                });
                demand!(found == *expected, "a dry run says {found:?}, not {expected:?}: {operation}");
                whole &= found.is_ok();
            }
            written.push(fresh(&all));
        }
        balances_agree(rehearsal.state(), &model).map_err(|what| format!("in a dry run, {what}"))?;
        self.unchanged().map_err(|what| format!("a dry run has left a trace: {what}"))?;
        written.retain(|block| !block.is_empty());
        if !keep || !whole {
            return Ok(());
        }
        let mut told = 0;
        match self.ledger()?.adopt(&rehearsal, &mut |recorded| told = recorded) {
            Ok(()) => {
                demand!(self.ledger()?.root() == rehearsal.root(), "another root than rehearsed");
                self.adopted(&written.concat())
            }
            Err(error) => {
                // What was told of is acknowledged; of the rest, whole blocks may be there.
                let mut sure = Vec::new();
                while sure.len() < told as usize && !written.is_empty() {
                    sure.extend(written.remove(0));
                }
                self.adopted(&sure)?;
                // The state is behind: the ledger may not be looked at any more.
                if matches!(error, LedgerError::Journal(JournalError::NoSpace { .. })) {
                    self.close();
                }
                self.come_back(&error, written)
            }
        }
    }

    /// These are in the journal, without receipts.
    fn adopted(&mut self, operations: &[Value]) -> Result<(), String> {
        for operation in operations {
            let sequence = self.told.len() + 1;
            let bytes = self.reader.record(sequence).map_err(|error| error.to_string())?;
            let bytes = bytes.ok_or_else(|| format!("entry {sequence} was adopted and is not there"))?;
            self.told.learn(known(operation.clone(), &bytes, None)?)?;
            self.tally.add(ANSWERED, "entries acknowledged", 1);
        }
        Ok(())
    }

    fn retry(&mut self, nth: u64, altered: bool) -> Result<(), String> {
        if self.told.is_empty() {
            return Ok(());
        }
        let mut operation = self.told.entries[(nth % self.told.len()) as usize].operation.clone();
        if altered {
            operation["note"] = json!("another note");
        }
        self.tally.add(TRIED, if altered { "conflicting retries" } else { "retries" }, 1);
        self.post(&operation)
    }

    fn garble(&mut self, text: &str) -> Result<(), String> {
        self.tally.add(TRIED, "texts that are nearly operations", 1);
        match (Operation::from_json(text), serde_json::from_str::<Value>(text)) {
            (Ok(_), Err(error)) => Err(format!("read although it is no JSON ({error}): {text}")),
            // It may have become another operation, or the same written in another way.
            (Ok(_), Ok(value)) => {
                let written = value.to_string();
                if written == text { self.post(&value) } else { Ok(()) }
            }
            (Err(_), _) => Ok(()),
        }
    }

    // ---- Looking --------------------------------------------------------------------------------------------

    fn second_writer(&mut self) -> Result<(), String> {
        self.tally.add(TRIED, "second writers", 1);
        let code = self.open().map(drop).map_err(|error| error.code());
        demand!(code == Err("locked"), "a second writer is let in: {code:?}");
        Ok(())
    }

    fn read(&mut self, seed: u64) -> Result<(), String> {
        let storage: Arc<dyn Storage> = self.disk.clone();
        let looked = look(&storage, &self.told, seed).map_err(|what| format!("a reader: {what}"))?;
        self.tally.add(CHECKED, "reads beside the writer", looked);
        if self.told.is_empty() {
            return Ok(());
        }
        let sequence = 1 + seed % self.told.len();
        let known = &self.told.entries[sequence as usize - 1];
        let expected = record::decode(&known.record).map_err(|error| error.to_string())?;
        let Some(ledger) = &mut self.ledger else { return Ok(()) };
        self.tally.add(CHECKED, "entries asked of the writer", 2);
        let by_number = ledger.entry(Sequence::new(sequence)).map_err(|error| error.to_string())?;
        let by_name = ledger.entry_of(&expected.operation.reference).map_err(|error| error.to_string())?;
        demand!(by_number.as_ref() == Some(&expected), "entry {sequence} by its number is {by_number:?}");
        demand!(by_name.as_ref() == Some(&expected), "entry {sequence} by its name is {by_name:?}");
        Ok(())
    }

    /// A read that fails, or comes short, while the ledger is opened or looked at: an error, or the truth.
    fn read_fault(&mut self, nth: u64, fault: Fault, opening: bool) -> Result<(), String> {
        self.tally.add(FAULTS, if fault == Fault::Torn { "short reads" } else { "failing reads" }, 1);
        let refused = if opening {
            self.close();
            self.device.fail_once(Step::Read, nth, fault);
            let opened = self.open();
            self.device.heal();
            match opened {
                Ok(ledger) => self.opened(ledger).map(|()| None)?,
                Err(error) => Some(error),
            }
        } else {
            self.device.fail_once(Step::Read, nth, fault);
            let view = View::open(self.device.clone()).and_then(|view| view.state());
            self.device.heal();
            match view {
                Ok(standing) => {
                    let root = self.told.root();
                    demand!(standing.root == Some(root), "a failing read shows another root");
                    balances_agree(&standing.state, &self.told.model).map(|_| None)?
                }
                Err(error) => Some(error),
            }
        };
        if let Some(error) = refused {
            self.tally.add(REFUSED, error.code(), 1);
        }
        if self.ledger.is_none() {
            self.open_whole().map_err(|what| format!("after a read had failed, {what}"))?;
        }
        Ok(())
    }

    // ---- Mischief -------------------------------------------------------------------------------------------

    fn mischief(&mut self, mischief: Mischief) -> Result<(), String> {
        let name = format!("{mischief:?}");
        self.tally.add(FAULTS, name.split('(').next().unwrap_or_default(), 1);
        let disk = &self.disk;
        let pairs_now = disk.shelf_pairs();
        match mischief {
            Mischief::IndexGone => drop(disk.drop_shelf()),
            Mischief::IndexDamaged(seed) if !pairs_now.is_empty() => disk.alter_shelf(|pairs| {
                let mut dice = Dice::new(seed);
                let lone = dice.below(2 * pairs.len() as u64) as usize;
                let everywhere = lone >= pairs.len();
                for (nth, (key, value)) in pairs.iter_mut().enumerate() {
                    // One bit somewhere, or one in each value but the first that is read.
                    if nth == lone || everywhere && key != b"catalog" && !value.is_empty() {
                        let at = dice.below(value.len().max(1) as u64) as usize;
                        value.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << dice.below(8));
                    }
                }
            }),
            Mischief::IndexOld if !pairs_now.is_empty() => {
                let old = std::mem::replace(&mut self.old_shelf, pairs_now);
                disk.alter_shelf(|pairs| *pairs = old);
            }
            Mischief::IndexDamaged(_) | Mischief::IndexOld => {}
            Mischief::IndexForeign => {
                let foreign = foreign_index(self.told.len())?;
                drop(disk.shelf(ShelfAccess::Create));
                disk.alter_shelf(|pairs| *pairs = foreign);
            }
            Mischief::SnapshotsGone => self.remove_all("snapshots"),
            Mischief::TreeGone => self.remove_all("tree"),
            Mischief::SnapshotDamaged(seed) => self.flip_in("snapshots", seed),
            Mischief::TreeDamaged(seed) => self.flip_in("tree", seed),
            Mischief::NewestSnapshotGone => {
                if let Some(name) = disk.list("snapshots").unwrap_or_default().last() {
                    let _ = disk.remove(&format!("snapshots/{name}"));
                }
            }
        }
        Ok(())
    }

    fn remove_all(&self, folder: &str) {
        for name in self.disk.list(folder).unwrap_or_default() {
            let _ = self.disk.remove(&format!("{folder}/{name}"));
        }
    }

    fn flip_in(&self, folder: &str, seed: u64) {
        let mut dice = Dice::new(seed);
        let Some(name) = dice.pick(&self.disk.list(folder).unwrap_or_default()) else { return };
        let path = format!("{folder}/{name}");
        let bytes = self.disk.bytes(&path).unwrap_or_default();
        if !bytes.is_empty() {
            let at = dice.below(bytes.len() as u64) as usize;
            // Of a figure it makes another figure, so that it reads as well as before.
            let digit = bytes.iter().skip(at).position(u8::is_ascii_digit);
            let (at, bit) = digit.map_or((at, dice.below(8) as u8), |behind| (at + behind, 0));
            self.disk.flip(&path, at as u64, bit);
        }
    }
}

/// The index of another ledger with so many entries, or one.
fn foreign_index(entries: u64) -> Result<Pairs, String> {
    let disk = Arc::new(Memory::new());
    let clock = Box::new(ManualClock::new(BEGINNING_NS, 1000));
    let mut ledger = Ledger::create(disk.clone(), clock).map_err(|error| error.to_string())?;
    let found = json!({"op": "found", "ref": "foreign", "on": "2026-01-02", "currency": "Occ", "symbol": "O",
        "code": "OCC", "denominations": [1], "association": "Another", "reconversion_fee": "0",
        "fund": {"bank": "La Nef", "iban": "FR76"}});
    let interest = (1..entries).map(|nth| {
        json!({"op": "bank_interest", "ref": format!("foreign-{nth}"), "on": "2026-01-02", "amount": "1"})
    });
    for operation in std::iter::once(found).chain(interest) {
        let operation = Operation::from_json(&operation.to_string()).map_err(|error| error.to_string())?;
        ledger.post(&operation).map_err(|error| error.to_string())?;
    }
    ledger.settle();
    drop(ledger);
    Ok(disk.shelf_pairs())
}

/// An operation that was read, and what the model expects of it.
struct Posted {
    operation: Value,
    parsed: Operation,
    expected: Expected,
}

/// Those that are refused, by their place.
fn refusals(all: &[Posted]) -> Vec<(usize, &'static str)> {
    let refused = all.iter().enumerate();
    refused.filter_map(|(index, posted)| Some((index, posted.expected.err()?))).collect()
}

/// Those that are new entries.
fn fresh(all: &[Posted]) -> Vec<Value> {
    let fresh = all.iter().filter(|posted| matches!(posted.expected, Ok(Outcome::Recorded(_))));
    fresh.map(|posted| posted.operation.clone()).collect()
}

fn known(operation: Value, bytes: &[u8], receipt: Option<Receipt>) -> Result<Known, String> {
    let entry = record::decode(bytes).map_err(|error| format!("a record does not read: {error}"))?;
    let posted = Operation::from_json(&operation.to_string()).map_err(|error| error.to_string())?;
    demand!(entry.operation == posted, "entry {} is not {operation}", entry.sequence);
    Ok(Known { operation, record: bytes.to_vec(), receipt })
}

/// Looks at a whole ledger as a reader does, without its lock, and compares. Says how many things were compared.
pub fn look(storage: &Arc<dyn Storage>, told: &Told, seed: u64) -> Result<u64, String> {
    let text = |error: LedgerError| error.to_string();
    let mut dice = Dice::new(seed);
    let view = View::open(Arc::clone(storage)).map_err(text)?;
    let standing = view.state().map_err(text)?;
    demand!(standing.root == Some(told.root()), "another root over all entries");
    let mut compared = 2 + balances_agree(&standing.state, &told.model)?;
    if told.is_empty() {
        return Ok(compared);
    }
    let sequence = 1 + dice.below(told.len());
    let known = &told.entries[sequence as usize - 1];
    let expected = record::decode(&known.record).map_err(|error| error.to_string())?;
    let found = view.entry(Sequence::new(sequence)).map_err(text)?;
    demand!(found.as_ref() == Some(&expected), "entry {sequence} is {found:?}");
    let found = view.entry_of(&expected.operation.reference).map_err(text)?;
    demand!(found.as_ref() == Some(&expected), "entry {sequence} by its name is {found:?}");
    let missing = view.entry(Sequence::new(told.len() + 1)).map_err(text)?;
    demand!(missing.is_none(), "an entry behind the last: {missing:?}");
    compared += 3;
    match dice.below(5) {
        0 => {
            let standing = view.state_after(Sequence::new(sequence)).map_err(text)?;
            demand!(standing.root == told.root_after(sequence), "another root after entry {sequence}");
            compared += balances_agree(&standing.state, &told.model_after(sequence))?;
        }
        1 => {
            let filter = Filter { from_sequence: Some(Sequence::new(sequence)), ..Filter::default() };
            let mut next = sequence;
            let mut wrong = None;
            view.visit(&filter, |entry| {
                let known = told.entries.get(next as usize - 1);
                let bytes = record::encode(entry).ok();
                if known.map(|known| &known.record) != bytes.as_ref() {
                    wrong = Some(entry.sequence);
                }
                next += 1;
                std::ops::ControlFlow::Continue(())
            })
            .map_err(text)?;
            demand!(wrong.is_none() && next == told.len() + 1, "a list shows {wrong:?}, up to {next}");
            compared += next - sequence;
        }
        2 => {
            let block = view.last_block().map_err(text)?.ok_or("no last block")?;
            let mut tree = view.subtrees(block).map_err(text)?;
            let proof = inclusion(sequence - 1, told.len(), &mut tree).map_err(|error| error.to_string())?;
            let leaf = leaf_hash(&known.record);
            let proved = verify_inclusion(sequence - 1, told.len(), leaf, &proof, told.root());
            demand!(proved, "entry {sequence} is not proved");
            compared += 1;
        }
        3 => {
            let report = audit(storage, |_| {}).map_err(text)?;
            demand!(report.ok, "an audit finds {:?}", report.failure);
            demand!(
                (report.entries, report.root) == (told.len(), told.root()),
                "an audit of {} entries",
                report.entries
            );
            compared += report.entries;
        }
        _ => {}
    }
    Ok(compared)
}

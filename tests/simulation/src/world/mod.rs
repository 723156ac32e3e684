//! A world: a ledger on its disk, and everything it answers held against the model.

use std::sync::Arc;

use ledger_core::journal::{JournalError, Layout, Reader, Scan, Start, Verify, segment_path};
use ledger_core::storage::{Clock, Fault, Faulty, INDEX_FOLDER, ManualClock, Memory};
use ledger_core::{Ledger, LedgerError, Operation, Receipt, record};
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::index_files::IndexFiles;
use crate::model::{Outcome, Verdict};
use crate::plan::{After, Event, Mischief};
use crate::tally::{ANSWERED, CHECKED, FAULTS, REFUSED, TRIED, Tally};
use crate::told::{Known, Told, backed, balances_agree};

mod clock;
mod looking;
mod mischief;
mod posting;
mod rivals;

/// When all histories are recorded, to begin with: 2027-01-01T00:00Z.
const BEGINNING_NS: u64 = 1_798_761_600_000_000_000;

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
    old_index: IndexFiles,
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
            old_index: IndexFiles::new(),
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

    /// Waits for what is written in the background, if the ledger is open.
    pub fn settle(&mut self) {
        self.ledger.iter_mut().for_each(Ledger::settle);
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
        self.tell_the_day();
        match event {
            Event::Post(operation) => self.post(operation)?,
            Event::Batch(operations) => self.batch(operations)?,
            Event::Each(operations) => self.each(operations)?,
            Event::File { blocks, keep } => self.file(blocks, *keep)?,
            Event::Retry { nth, altered } => self.retry(*nth, *altered)?,
            Event::Garble(text) => self.garble(text)?,
            Event::Read(seed) => self.read(*seed)?,
            Event::SecondWriter => self.second_writer()?,
            Event::TwoWriters { why, newcomer_acts, first, late } => {
                self.two_writers(*why, *newcomer_acts, first, late)?;
            }
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
                    self.known_by_name()?;
                    let apart = (self.told.len() / 24).max(1);
                    for nth in (0..self.told.len()).step_by(apart as usize) {
                        self.retry(nth, false)?;
                    }
                }
            }
            Event::Clock(seconds) => {
                self.tally.add(FAULTS, "clock set", 1);
                let moved = i128::from(BEGINNING_NS) + i128::from(*seconds) * 1_000_000_000;
                self.clock.set(u64::try_from(moved).unwrap_or_default());
                self.ask_about_clock()?;
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
        self.ask_about_clock()?;
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
        let mut lost = 0;
        let kept = choices(&self.disk, seed, |_| {
            let kept = dice.chance(percent);
            lost += u64::from(!kept);
            kept
        });
        self.tally.add(FAULTS, "power cuts", 1);
        self.tally.add(FAULTS, "changes lost in power cuts", lost);
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
}

/// Which of the unsynced changes of a disk are kept: of those of the index chance decides by dice of its own, because how
/// many there are depends on its key, which is drawn anew in each run; of the others, by their number, `choose`.
pub fn choices(disk: &Memory, seed: u64, mut choose: impl FnMut(usize) -> bool) -> Vec<bool> {
    let (mut dice, mut number) = (Dice::new(seed ^ 0x1d3), 0);
    let of_index = disk.unsynced_in(INDEX_FOLDER).into_iter();
    let kept = of_index.map(|of_index| {
        if of_index {
            return dice.chance(50);
        }
        number += 1;
        choose(number - 1)
    });
    kept.collect()
}

fn known(operation: Value, bytes: &[u8], receipt: Option<Receipt>) -> Result<Known, String> {
    let entry = record::decode(bytes).map_err(|error| format!("a record does not read: {error}"))?;
    let posted = Operation::from_json(&operation.to_string()).map_err(|error| error.to_string())?;
    demand!(entry.operation == posted, "entry {} is not {operation}", entry.sequence);
    Ok(Known { operation, record: bytes.to_vec(), receipt })
}

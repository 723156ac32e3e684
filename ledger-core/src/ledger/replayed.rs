//! What a journal makes of an empty ledger when it is opened: the state, what its names are, and where it goes on.

use std::sync::Arc;

use super::{LedgerError, decode, replay};
use crate::index::{Names, Snapshot};
use crate::journal::{End, Evidence, JournalError, Layout, Reader, Recovery, ScannedBlock, Start, Writer};
use crate::state::State;
use crate::storage::Storage;

/// A journal that was read to its end.
pub struct Replayed {
    pub state: State,
    pub names: Names,
    pub reader: Reader,
    pub journal: Writer,
    pub recovery: Option<Recovery>,
}

impl Replayed {
    /// Reads the journal: up to the snapshot only the names in it, from there on everything.
    pub fn after(
        snapshot: Option<Snapshot>,
        storage: &Arc<dyn Storage>,
        layout: Layout,
        known_durable: u64,
    ) -> Result<Self, LedgerError> {
        let (mut state, start) = match snapshot {
            Some(snapshot) => {
                let start = snapshot.start();
                (snapshot.state, start)
            }
            None => (State::default(), Start::genesis()),
        };
        let (reader, mut names) = (Reader::new(Arc::clone(storage)), Names::default());
        let before = start.sequence() - 1;
        if before > 0 {
            note_names(&reader, before, &mut names)?;
        }
        let mut replay_block = |block: &ScannedBlock<'_>| -> Result<(), LedgerError> {
            reader.note_block(&block.commit());
            for (sequence, record) in block.numbered() {
                let entry = decode(sequence, record)?;
                replay(&mut state, &entry)?;
                names.note(&entry);
            }
            Ok(())
        };
        let (journal, recovery) =
            Writer::open_at(Arc::clone(storage), layout, start, known_durable, &mut replay_block)?;
        Ok(Self { state, names, reader, journal, recovery })
    }
}

/// Notes the names of the entries up to `last`, which were durable once, whatever is damaged now.
fn note_names(reader: &Reader, last: u64, names: &mut Names) -> Result<(), LedgerError> {
    let mut scan =
        reader.scan_from(1)?.ok_or(JournalError::CutOff { last_sequence: 0, known_durable: last })?;
    while scan.last_sequence() < last {
        let Some(block) = scan.next_block()? else {
            return Err(match scan.end()? {
                End::Clean(_) => {
                    JournalError::CutOff { last_sequence: scan.last_sequence(), known_durable: last }
                }
                End::Damaged { position, sequence, reason } => {
                    let evidence = Evidence::KnownDurable { sequence: last };
                    JournalError::Damaged { position, sequence, reason: Box::new(reason), evidence }
                }
            }
            .into());
        };
        reader.note_block(&block.commit());
        for (sequence, record) in block.numbered() {
            names.note(&decode(sequence, record)?);
        }
    }
    Ok(())
}

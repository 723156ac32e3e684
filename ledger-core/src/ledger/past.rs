//! The past: entries by number and by name, those committed and those staged in the batch at hand.

use super::replayed::{decoded, visit_durable};
use super::staged::Staged;
use super::{LedgerError, decode};
use crate::entry::Entry;
use crate::id::Reference;
use crate::index::{Index, names_of};
use crate::journal::Reader;
use crate::sequence::Sequence;

/// Looks entries up.
pub struct Past<'a> {
    pub index: &'a Index,
    pub reader: &'a Reader,
    pub staged: Option<&'a Staged>,
    /// The last committed entry; what stands behind it in the files is not the past.
    pub last: u64,
}

impl Past<'_> {
    /// An entry by its number.
    pub fn entry(&self, sequence: Sequence) -> Result<Option<Entry>, LedgerError> {
        if let Some(entry) = self.staged.and_then(|staged| staged.entry(sequence)) {
            return Ok(Some(entry.clone()));
        }
        let number = sequence.number();
        if !(1..=self.last).contains(&number) {
            return Ok(None);
        }
        self.reader
            .hint(number, || self.index.block_near(number).map(|mark| (mark.first_sequence, mark.position)));
        if let Some(entry) = self.reader.with_record(number, |bytes| decode(number, bytes))? {
            return entry.map(Some);
        }
        // It was durable, so something is wrong with the journal; reading up to it tells what.
        let mut found = None;
        visit_durable(self.reader, number, number, &mut |block| {
            found = decoded(block)?.into_iter().find(|entry| entry.sequence == sequence);
            Ok(())
        })?;
        Ok(found)
    }

    /// The entry that an operation with this reference made.
    pub fn entry_of(&self, reference: &Reference) -> Result<Option<Entry>, LedgerError> {
        Ok(self.entries_naming(reference)?.into_iter().find(|entry| entry.operation.reference == *reference))
    }

    /// The entries in which a name occurs as reference, slip or payable, the first first.
    pub fn entries_naming(&self, name: &Reference) -> Result<Vec<Entry>, LedgerError> {
        let mut found = Vec::new();
        for sequence in self.index.candidates(name)? {
            if let Some(entry) = self.entry(sequence)?
                && names_of(&entry).contains(&name)
            {
                found.push(entry);
            }
        }
        Ok(found)
    }
}

//! The past: entries by number and by name, those committed and those staged in the batch at hand.

use super::replayed::{decoded, visit_durable};
use super::staged::Staged;
use super::{LedgerError, decode};
use crate::entry::Entry;
use crate::field::BankLine;
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
        self.first_naming(reference, |entry| entry.operation.reference == *reference)
    }

    /// The first entry in which a name occurs and of which this holds. Those behind it, which may be long, are not read.
    pub fn first_naming(
        &self,
        name: &Reference,
        holds: impl Fn(&Entry) -> bool,
    ) -> Result<Option<Entry>, LedgerError> {
        for sequence in self.index.candidates(name)? {
            if let Some(entry) = self.entry(sequence)?
                && names_of(&entry).contains(&name)
                && holds(&entry)
            {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// The entries in which a name occurs as reference, slip or payable, the first first.
    pub fn entries_naming(&self, name: &Reference) -> Result<Vec<Entry>, LedgerError> {
        self.entries_among(self.index.candidates(name)?, |entry| names_of(entry).contains(&name))
    }

    /// The entries that were recorded for a line of the bank, the first first.
    pub fn entries_of_line(&self, line: &BankLine) -> Result<Vec<Entry>, LedgerError> {
        let of_line = |entry: &Entry| entry.operation.bank_line.as_ref() == Some(line);
        self.entries_among(self.index.candidates_of_line(line)?, of_line)
    }

    fn entries_among(
        &self,
        candidates: impl IntoIterator<Item = Sequence>,
        wanted: impl Fn(&Entry) -> bool,
    ) -> Result<Vec<Entry>, LedgerError> {
        let mut found = Vec::new();
        for sequence in candidates {
            found.extend(self.entry(sequence)?.filter(&wanted));
        }
        Ok(found)
    }
}

//! The walk over all blocks of a journal, each verified and every root computed, and how it ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::{FileFound, Finding};
use crate::entry::Entry;
use crate::journal::{
    End, Frontier, Hash, JOURNAL_FOLDER, JournalError, Position, Root, SEGMENT_SUFFIX, Scan, Start,
    StateHash, Verify, end_len, refusal, segment_path,
};
use crate::record;
use crate::storage::Storage;

/// The journal as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JournalFound {
    /// Its files.
    pub segments: Vec<FileFound>,
    /// The entries in whole blocks, from the first on.
    pub entries: u64,
    /// The blocks that hold them.
    pub blocks: u64,
    /// The Merkle root over them.
    pub root: Root,
    /// How it ends.
    pub end: Ending,
}

/// How a journal ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Ending {
    /// Behind the last block there is nothing but zeros.
    Clean {
        /// The segment's path.
        segment: String,
        /// Where the next block goes.
        offset: u64,
        /// Zeros laid out for the next blocks, in bytes.
        ahead_bytes: u64,
    },
    /// A writer is writing the next block.
    BeingWritten,
    /// Bytes that are no block, of which nothing shows that they were ever durable.
    Unfinished {
        /// The segment's path.
        segment: String,
        /// Where they begin.
        offset: u64,
        /// How many, up to the last that is not zero.
        bytes: u64,
    },
    /// Something that is refused, or could not be read.
    Refused,
}

/// What was learnt on the way.
#[derive(Debug, Default)]
pub struct Walked {
    /// The last entry that a block says was durable.
    pub durable_through: u64,
    /// The last entry in a whole block.
    pub entries: u64,
    /// The root and the end of each block that ends with one of the entries asked for.
    pub marks: BTreeMap<u64, (Root, Position)>,
    /// The root after each of the entries asked for.
    pub roots: BTreeMap<u64, Root>,
    /// The states whose hashes blocks name, by their last entry.
    pub named: BTreeMap<u64, StateHash>,
    /// The roots of all full subtrees of 256 leaves.
    pub bundles: Vec<Hash>,
}

/// Walks over the journal from its first byte and shows its entries; what is wrong goes to the findings.
pub fn walk(
    storage: &Arc<dyn Storage>,
    known_durable: u64,
    asked: &BTreeSet<u64>,
    writing: &impl Fn() -> bool,
    show: &mut dyn FnMut(&Entry),
    findings: &mut Vec<Finding>,
) -> (JournalFound, Walked) {
    let mut walked = Walked::default();
    let mut found = JournalFound {
        segments: segment_files(storage),
        entries: 0,
        blocks: 0,
        root: Frontier::new().root(),
        end: Ending::Refused,
    };
    let ended = follow(storage, known_durable, asked, writing, show, &mut found, &mut walked);
    walked.entries = found.entries;
    match ended {
        Ok(None) => {}
        Ok(Some(finding)) => findings.push(finding),
        // A snapshot of a journal that is gone says more than that there is none.
        Err(JournalError::NoJournal) if known_durable > 0 => {
            findings.push(Finding::Journal(JournalError::CutOff { last_sequence: 0, known_durable }));
        }
        Err(error) => findings.push(Finding::Journal(error)),
    }
    (found, walked)
}

fn follow(
    storage: &Arc<dyn Storage>,
    known_durable: u64,
    asked: &BTreeSet<u64>,
    writing: &impl Fn() -> bool,
    show: &mut dyn FnMut(&Entry),
    found: &mut JournalFound,
    walked: &mut Walked,
) -> Result<Option<Finding>, JournalError> {
    // Asked before the walk too: a writer that ends meanwhile may have finished what looked unfinished.
    let at_work = writing();
    let mut scan = Scan::new(Arc::clone(storage), Start::genesis(), Verify::Everything)?;
    let mut tree = Frontier::new();
    while let Some(block) = scan.next_block()? {
        let commit = block.commit();
        for &sequence in asked.range(block.block.header.first_sequence..commit.tree_size) {
            let mut part = tree.clone();
            let leaves = block.leaves.iter().zip(block.block.header.first_sequence..=sequence);
            leaves.for_each(|(leaf, _)| part.push_leaf(*leaf));
            walked.roots.insert(sequence, part.root());
        }
        tree.push_bundling(block.leaves.to_vec(), &mut walked.bundles);
        (found.entries, found.root, found.blocks) = (commit.tree_size, commit.root, found.blocks + 1);
        walked.durable_through = walked.durable_through.max(block.block.header.durable_through);
        walked.named.extend(commit.mark.named.map(|hash| (hash.sequence, hash)));
        // What an entry says is the audit's to judge.
        block.records().filter_map(|record| record::decode(record).ok()).for_each(|entry| show(&entry));
        if asked.contains(&commit.tree_size) {
            walked.marks.insert(commit.tree_size, (commit.root, commit.end()));
            walked.roots.insert(commit.tree_size, commit.root);
        }
    }
    let (position, sequence, reason) = match scan.end()? {
        End::Clean(_) if known_durable > found.entries => {
            return Err(JournalError::CutOff { last_sequence: found.entries, known_durable });
        }
        End::Clean(Position { segment, offset }) => {
            let segment = segment_path(segment);
            let len = storage.len(&segment).map_err(JournalError::io("measure", &segment))?;
            let ahead_bytes = len.unwrap_or(0).saturating_sub(offset);
            found.end = Ending::Clean { segment, offset, ahead_bytes };
            return Ok(None);
        }
        End::Damaged { position, sequence, reason } => (position, sequence, reason),
    };
    let refused = refusal(storage, position, sequence, &reason, known_durable)?;
    // What a writer was writing just now may be whole meanwhile, and vouched for by what it wrote behind it.
    if let End::Clean(_) = scan.end()? {
        found.end = Ending::BeingWritten;
        return Ok(None);
    }
    if let Some(error) = refused {
        return Err(error);
    }
    if at_work || writing() {
        found.end = Ending::BeingWritten;
        return Ok(None);
    }
    let bytes = end_len(storage, position)?;
    let (segment, offset) = (segment_path(position.segment), position.offset);
    found.end = Ending::Unfinished { segment, offset, bytes };
    Ok(Some(Finding::UnfinishedEnd { position, sequence, bytes, reason }))
}

/// The segments and their lengths; in a folder that is not in order, whatever could be one.
fn segment_files(storage: &Arc<dyn Storage>) -> Vec<FileFound> {
    let mut files = super::files(storage, JOURNAL_FOLDER);
    files.retain(|file| file.path.ends_with(SEGMENT_SUFFIX));
    files
}

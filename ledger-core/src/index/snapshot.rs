//! Snapshots: the state after some entry, as a plain file, so that a reader need not begin with the first entry.
//!
//! `snapshots/<sequence>.json` is two lines of JSON: what and how much, with the CRC-32 of the second line; and the
//! state in its canonical form. Snapshots are disposable, and anybody could have edited one: reading starts only from one
//! whose hash a block behind it names. Any other costs time and changes no answer.

use std::io::ErrorKind;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::journal::{
    Frontier, JournalError, Position, Root, SEGMENT_BYTES_MAX, Scan, Start, StateHash, Verify, segment_path,
    segments,
};
use crate::sequence::Sequence;
use crate::state::State;
use crate::storage::{Storage, read_whole};

/// The folder of the snapshots.
pub const SNAPSHOTS_FOLDER: &str = "snapshots";

/// The version of the file's form; another one is passed over.
const FORMAT: u32 = 2;

/// A snapshot of so many bytes may be of any journal.
const SHORT_BYTES: u64 = 16 << 20;

/// A longer one has at most so many bytes for each of the journal's.
const FOR_EACH_BYTE: u64 = 8;

/// Snapshots that the journal does not name and that are looked at before reading starts with the first entry. The newest
/// is not named yet, or another one; more are somebody's work.
const UNNAMED_MAX: u32 = 4;

/// The state after an entry, and where the journal goes on.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The state.
    pub state: State,
    /// The tree over the entries up to it.
    pub frontier: Frontier,
    /// Where the next block begins.
    pub position: Position,
}

/// Why a snapshot is of no use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// It could not be read or written.
    #[error("the snapshot {path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// How it failed.
        source: std::io::Error,
    },
    /// It is damaged or of another form.
    #[error("the snapshot {path} does not read: {reason}")]
    Invalid {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

/// A snapshot that is of no use. It changes no answer, and a repair sets it aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("the snapshot {path} is of no use: {reason}")]
pub struct BadSnapshot {
    /// Its file.
    pub path: String,
    /// What is wrong with it.
    pub reason: String,
}

impl BadSnapshot {
    /// A stable name, in `snake_case`.
    pub const CODE: &'static str = "bad_snapshot";

    /// One that does not read, for a reason.
    pub fn unreadable(path: String, reason: &str) -> Self {
        Self { path, reason: format!("it does not read: {reason}") }
    }
}

/// What a snapshot says of its journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outline {
    /// Its last entry.
    pub sequence: u64,
    /// The hash of the state that stands in its file.
    pub hash: StateHash,
    /// The Merkle root over its entries.
    pub root: Root,
    /// Where the next block begins.
    pub position: Position,
}

impl Outline {
    /// Holds it against the block that ends with its last entry, if there is one: the root and where it ends.
    ///
    /// # Errors
    /// Why it is of no use.
    pub fn fits(&self, block: Option<(Root, Position)>) -> Result<(), BadSnapshot> {
        if block == Some((self.root, self.position)) {
            Ok(())
        } else {
            Err(self.bad("it is of another journal"))
        }
    }

    /// Holds it against the hash of the state after its last entry.
    ///
    /// # Errors
    /// Why it is of no use.
    pub fn holds(&self, hash: StateHash) -> Result<(), BadSnapshot> {
        if hash == self.hash { Ok(()) } else { Err(self.bad("it holds another state than its entries make")) }
    }

    fn bad(&self, reason: &str) -> BadSnapshot {
        BadSnapshot { path: Snapshots::path_of(self.sequence), reason: reason.to_owned() }
    }
}

/// The first line of the file.
#[derive(Serialize, Deserialize)]
struct Heading {
    format: u32,
    sequence: Sequence,
    root: String,
    segment: u64,
    offset: u64,
    tree: Vec<String>,
    state_crc32: u32,
}

impl Snapshot {
    /// Its last entry.
    pub fn sequence(&self) -> Sequence {
        Sequence::new(self.frontier.size())
    }

    /// The Merkle root over its entries.
    pub fn root(&self) -> Root {
        self.frontier.root()
    }

    /// Where a scan goes on.
    pub fn start(&self) -> Start {
        Start::after(self.position, self.frontier.clone())
    }

    /// What it says of its journal.
    pub fn outline(&self) -> Outline {
        let (sequence, hash) = (self.sequence().number(), self.state.hash());
        Outline { sequence, hash, root: self.root(), position: self.position }
    }

    /// The file, and the hash of the state in it.
    fn to_bytes(&self) -> Result<(Vec<u8>, StateHash), serde_json::Error> {
        let state = self.state.canonical();
        let heading = Heading {
            format: FORMAT,
            sequence: self.sequence(),
            root: self.root().to_string(),
            segment: self.position.segment,
            offset: self.position.offset,
            tree: self.frontier.nodes().iter().map(|node| Root(*node).to_string()).collect(),
            state_crc32: crc32fast::hash(state.as_bytes()),
        };
        let hash = StateHash::of(self.sequence().number(), State::FORM, state.as_bytes());
        Ok((format!("{}\n{state}\n", serde_json::to_string(&heading)?).into_bytes(), hash))
    }
}

/// A snapshot's file, of which the state is not parsed yet.
struct Stored {
    heading: Heading,
    frontier: Frontier,
    state: String,
}

impl Stored {
    fn from_bytes(bytes: Vec<u8>) -> Result<Self, String> {
        let text = String::from_utf8(bytes).map_err(|error| error.to_string())?;
        let mut lines = text.lines();
        let (heading, state) = lines.next().zip(lines.next()).ok_or("it has not two lines")?;
        let heading: Heading = serde_json::from_str(heading).map_err(|error| error.to_string())?;
        if heading.format != FORMAT {
            return Err(format!("format {} is not known", heading.format));
        }
        if crc32fast::hash(state.as_bytes()) != heading.state_crc32 {
            return Err("its checksum is wrong".to_owned());
        }
        let nodes = heading.tree.iter().map(|node| node.parse::<Root>().map(|root| root.0));
        let nodes = nodes.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
        let frontier =
            Frontier::from_parts(heading.sequence.number(), nodes).map_err(|error| error.to_string())?;
        if frontier.root().to_string() != heading.root {
            return Err("its parts do not agree".to_owned());
        }
        let state = state.to_owned();
        Ok(Self { heading, frontier, state })
    }

    fn position(&self) -> Position {
        Position { segment: self.heading.segment, offset: self.heading.offset }
    }

    fn outline(&self) -> Outline {
        let (sequence, root, position) = (self.frontier.size(), self.frontier.root(), self.position());
        Outline { sequence, hash: self.hash(), root, position }
    }

    /// The hash of the state as it stands there.
    fn hash(&self) -> StateHash {
        StateHash::of(self.heading.sequence.number(), State::FORM, self.state.as_bytes())
    }

    /// Whether the journal names the hash of this state, in a block behind it.
    fn is_named(&self, storage: &Arc<dyn Storage>) -> Result<bool, JournalError> {
        let start = Start::after(self.position(), self.frontier.clone());
        let mut scan = Scan::new(Arc::clone(storage), start, Verify::Checksums)?;
        while let Some(block) = scan.next_block()? {
            if let Some(named) = block.block.mark.named.filter(|named| named.sequence == self.frontier.size())
            {
                return Ok(named == self.hash());
            }
        }
        Ok(false)
    }

    fn into_snapshot(self) -> Result<Snapshot, String> {
        let state: State = serde_json::from_str(&self.state).map_err(|error| error.to_string())?;
        if state.last_sequence() != Some(self.heading.sequence) {
            return Err("its parts do not agree".to_owned());
        }
        let position = self.position();
        Ok(Snapshot { state, frontier: self.frontier, position })
    }
}

/// The snapshots of a ledger.
#[derive(Clone, Debug)]
pub struct Snapshots {
    storage: Arc<dyn Storage>,
}

impl Snapshots {
    /// The snapshots in this storage; touches nothing.
    pub fn new(storage: Arc<dyn Storage>) -> Self {
        Self { storage }
    }

    pub(super) fn storage(&self) -> &Arc<dyn Storage> {
        &self.storage
    }

    /// The file of the snapshot of this entry.
    pub fn path_of(sequence: u64) -> String {
        format!("{SNAPSHOTS_FOLDER}/{sequence:020}.json")
    }

    /// The sequences of the files that can be seen, whether they read or not, the newest first.
    pub fn sequences(&self) -> Vec<u64> {
        self.listed().unwrap_or_default()
    }

    /// The same, or why they cannot be seen.
    ///
    /// # Errors
    /// Failures of the storage.
    pub fn listed(&self) -> Result<Vec<u64>, JournalError> {
        let names = self.storage.list(SNAPSHOTS_FOLDER);
        let names = names.map_err(JournalError::io("look into", SNAPSHOTS_FOLDER))?;
        let number = |name: &String| {
            let sequence = name.strip_suffix(".json").and_then(|digits| digits.parse().ok())?;
            (Self::path_of(sequence) == format!("{SNAPSHOTS_FOLDER}/{name}")).then_some(sequence)
        };
        let mut sequences: Vec<u64> = names.iter().filter_map(number).collect();
        sequences.sort_unstable_by(|a, b| b.cmp(a));
        Ok(sequences)
    }

    /// The newest snapshot of an entry up to `last` that the journal names and whose state `serves`.
    pub fn newest_named(&self, last: u64, serves: impl Fn(&State) -> bool) -> Option<Snapshot> {
        let sequences = self.sequences().into_iter().filter(|sequence| *sequence <= last);
        let mut unnamed = 0;
        for stored in sequences.filter_map(|sequence| self.stored(sequence).ok()) {
            if stored.is_named(&self.storage).unwrap_or(false) {
                match stored.into_snapshot() {
                    Ok(snapshot) if serves(&snapshot.state) => return Some(snapshot),
                    _ => {}
                }
            } else {
                unnamed += 1;
                if unnamed == UNNAMED_MAX {
                    return None;
                }
            }
        }
        None
    }

    /// The entry up to which all were durable, as the snapshots show; 0: none. One that the disk does not give may be whole,
    /// and counts by its name.
    ///
    /// # Errors
    /// Failures to see which there are.
    pub fn newest_sequence(&self) -> Result<u64, JournalError> {
        for sequence in self.listed()? {
            match self.read(sequence) {
                Err(SnapshotError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {}
                Ok(_) | Err(SnapshotError::Io { .. }) => return Ok(sequence),
                Err(_) => {}
            }
        }
        Ok(0)
    }

    /// Reads one snapshot, whether the journal names it or not.
    pub fn read(&self, sequence: u64) -> Result<Snapshot, SnapshotError> {
        let stored = self.stored(sequence)?;
        let hash = stored.hash();
        let canonical = |snapshot: Snapshot| {
            let same = snapshot.state.hash() == hash;
            if same { Ok(snapshot) } else { Err("its state is not in the canonical form".to_owned()) }
        };
        let snapshot = stored.into_snapshot().and_then(canonical);
        snapshot.map_err(|reason| SnapshotError::Invalid { path: Self::path_of(sequence), reason })
    }

    /// What a snapshot's file says of its journal; the state in it is not parsed.
    pub fn outline(&self, sequence: u64) -> Result<Outline, SnapshotError> {
        self.stored(sequence).map(|stored| stored.outline())
    }

    fn stored(&self, sequence: u64) -> Result<Stored, SnapshotError> {
        let path = Self::path_of(sequence);
        let bytes = self.bytes(&path).map_err(|source| match source.kind() {
            ErrorKind::FileTooLarge => {
                SnapshotError::Invalid { path: path.clone(), reason: source.to_string() }
            }
            _ => SnapshotError::Io { path: path.clone(), source },
        })?;
        let stored = Stored::from_bytes(bytes).and_then(|stored| {
            let named_after_it = stored.frontier.size() == sequence;
            if named_after_it {
                Ok(stored)
            } else {
                Err(format!("it is of entry {}", stored.frontier.size()))
            }
        });
        stored.map_err(|reason| SnapshotError::Invalid { path, reason })
    }

    fn bytes(&self, path: &str) -> std::io::Result<Vec<u8>> {
        let long = self.storage.len(path)?.is_some_and(|len| len > SHORT_BYTES);
        let bytes_max = if long { self.bytes_max()? } else { SHORT_BYTES };
        read_whole(&*self.storage, path, bytes_max)
    }

    /// The longest snapshot of this journal, in bytes: whatever stands in a state came from an entry, which is not many
    /// times shorter.
    fn bytes_max(&self) -> std::io::Result<u64> {
        let segments = segments(&*self.storage).map_err(std::io::Error::other)?;
        let len = |first| self.storage.len(&segment_path(first));
        let lens = segments.into_iter().map(len).collect::<std::io::Result<Vec<_>>>()?;
        let journal: u64 = lens.into_iter().flatten().map(|len| len.min(SEGMENT_BYTES_MAX)).sum();
        Ok(SHORT_BYTES + FOR_EACH_BYTE * journal)
    }

    /// Whether a snapshot is due when the last one is `newest` and the journal has reached `sequence`: after an eighth
    /// more entries, between 256 and 16,384, or as many as there are accounts, members and open items in the state
    /// (`weight`), so that writing them all costs little for each entry.
    pub fn is_due(newest: u64, sequence: u64, weight: usize) -> bool {
        let apart = (sequence / 8).clamp(256, 16_384).max(weight as u64);
        sequence.saturating_sub(newest) >= apart
    }

    /// Writes a snapshot of durable entries, whole or not at all, and thins out the older ones. Returns the hash of its
    /// state, for the journal to name.
    pub fn write(&self, snapshot: &Snapshot) -> Result<StateHash, SnapshotError> {
        let path = Self::path_of(snapshot.sequence().number());
        let (bytes, hash) = snapshot
            .to_bytes()
            .map_err(|error| SnapshotError::Invalid { path: path.clone(), reason: error.to_string() })?;
        self.place(&path, &bytes).map_err(|source| SnapshotError::Io { path, source })?;
        self.thin_out();
        Ok(hash)
    }

    fn place(&self, path: &str, bytes: &[u8]) -> std::io::Result<()> {
        let unfinished = format!("{path}.unfinished");
        if self.storage.len(&unfinished)?.is_some() {
            self.storage.remove(&unfinished)?;
        }
        self.storage.create(&unfinished)?;
        self.storage.write_at(&unfinished, 0, bytes)?;
        self.storage.sync(&unfinished)?;
        self.storage.rename(&unfinished, path)?;
        self.storage.sync_folder(SNAPSHOTS_FOLDER)
    }

    /// Keeps the newest snapshot, and of the others one for each doubling of the distance to it.
    fn thin_out(&self) {
        let sequences = self.sequences();
        let Some(&newest) = sequences.first() else { return };
        let octave = |sequence: u64| (newest - sequence).checked_ilog2();
        for pair in sequences.windows(2).filter(|pair| octave(pair[0]) == octave(pair[1])) {
            // Of two at about the same distance the older one is the better as-of start; a failure to remove is no loss.
            let _ = self.storage.remove(&Self::path_of(pair[0]));
        }
    }
}

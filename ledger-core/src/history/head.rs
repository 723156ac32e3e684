//! The head that the ledger's key signed last, which is kept beside the key. What is signed was made durable before, so it
//! vouches for the entries up to it. It counts where that key has signed it: a signature cannot be forged without the key.

use std::io::ErrorKind;
use std::sync::Arc;

use super::seen::{Seen, as_far_as_it_reads, is_written};
use crate::journal::{JournalError, Reader, leaf_hash};
use crate::signed::{Checkpoint, SignedNote, SigningKey, VerifyingKey};
use crate::storage::{NotAFile, OtherFile, Storage, read_whole};

/// The folder of the key.
pub const KEYS_FOLDER: &str = "keys";
/// The private half.
pub const PRIVATE_KEY_PATH: &str = "keys/checkpoint.key";
/// The public half.
pub const PUBLIC_KEY_PATH: &str = "keys/checkpoint.pub";
/// The checkpoint that the key signed last; one of no entries before it has signed any.
pub const HEAD_PATH: &str = "keys/checkpoint.last";

/// None of these files is longer.
const BYTES_MAX: u64 = 1 << 20;

/// The file of the head.
#[derive(Clone, Debug)]
pub enum Head {
    /// There is none, it is kept elsewhere, or this user may not see whether there is.
    Absent,
    /// The key has signed it.
    Signed(Checkpoint),
    /// It is no head that the key beside it has signed, and counts for nothing.
    Useless(String),
}

impl Head {
    /// The one in this storage.
    ///
    /// # Errors
    /// Failures of the disk: it may be of any entry.
    pub fn of(storage: &Arc<dyn Storage>) -> Result<Self, JournalError> {
        let text = match text(storage, HEAD_PATH)? {
            Text::Absent => return Ok(Self::Absent),
            Text::Useless(_) if is_elsewhere(storage) => return Ok(Self::Absent),
            Text::Useless(reason) => return Ok(Self::Useless(reason)),
            Text::Read(text) => text,
        };
        let note = SignedNote::parse(&text);
        let Some(key) = key(storage)? else {
            // The making of a key was interrupted: it has signed nothing.
            let checkpoint = note.and_then(|note| Checkpoint::parse(note.unverified_text()));
            let of_nothing = checkpoint.is_ok_and(|checkpoint| checkpoint.size == 0);
            let reason = "beside it is no key that could have signed it";
            return Ok(if of_nothing { Self::Absent } else { Self::Useless(reason.to_owned()) });
        };
        let opened = note.and_then(|note| Checkpoint::open(&note, &key));
        Ok(opened.map_or_else(|error| Self::Useless(error.to_string()), Self::Signed))
    }

    /// The checkpoint, if it is of any entries.
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        match self {
            Self::Signed(checkpoint) => Some(checkpoint).filter(|checkpoint| checkpoint.size > 0),
            Self::Absent | Self::Useless(_) => None,
        }
    }
}

/// What a file holds.
enum Text {
    Absent,
    Read(String),
    Useless(String),
}

fn text(storage: &Arc<dyn Storage>, path: &str) -> Result<Text, JournalError> {
    match read_whole(storage, path, BYTES_MAX) {
        Ok(bytes) => Ok(Text::Read(String::from_utf8_lossy(&bytes).into_owned())),
        // Another user's keys are not this user's to look at.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => {
            Ok(Text::Absent)
        }
        Err(error) if error.kind() == ErrorKind::FileTooLarge || NotAFile::in_error(&error).is_some() => {
            Ok(Text::Useless(error.to_string()))
        }
        Err(error) => Err(JournalError::io("read", path)(error)),
    }
}

/// Whether the folder of the key is a link: what stands behind one is not of this ledger.
fn is_elsewhere(storage: &Arc<dyn Storage>) -> bool {
    let others = storage.others("").unwrap_or_default();
    others.contains(&(KEYS_FOLDER.to_owned(), OtherFile::Link))
}

/// The public half of the key: as it is published, or else from the private half.
fn key(storage: &Arc<dyn Storage>) -> Result<Option<VerifyingKey>, JournalError> {
    if let Text::Read(public) = text(storage, PUBLIC_KEY_PATH)?
        && let Ok(key) = public.trim_end().parse()
    {
        return Ok(Some(key));
    }
    let Text::Read(private) = text(storage, PRIVATE_KEY_PATH)? else { return Ok(None) };
    Ok(SigningKey::from_private_text(private.trim_end()).ok().map(|key| key.verifying().clone()))
}

/// Compares a head that was signed with the journal beside it.
///
/// # Errors
/// Failures to read: they are no reason to think less of it.
pub fn seen_by(storage: &Arc<dyn Storage>, head: &Checkpoint) -> Result<Seen, JournalError> {
    let reader = Reader::new(Arc::clone(storage));
    match as_far_as_it_reads(reader.block_of(head.size))? {
        // In the middle of a block no root is at hand; the entries are there.
        Some(block) if block.tree_size > head.size => return Ok(Seen::This),
        Some(block) => return Ok(if block.root == head.root { Seen::This } else { Seen::Another }),
        None => {}
    }
    let same = match as_far_as_it_reads(reader.record(1))? {
        Some(first) => !head.origin.names_another_journal(&leaf_hash(&first)),
        None => is_written(storage),
    };
    Ok(if same { Seen::More } else { Seen::Another })
}

//! The catalog: the one value that says what of the shelf is the index. What it does not name is litter.

use serde::{Deserialize, Serialize};

use super::FirstBlock;
use super::error::IndexError;
use super::run::Extent;
use super::stored::{self, Pair};
use super::terms::TermHasher;
use crate::journal::{Frontier, Root};
use crate::storage::Shelf;

const KEY: &[u8] = b"catalog";

/// The version of all that stands on the shelf; another one is begun anew.
const FORMAT: u32 = 3;

/// What the index holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Catalog {
    format: u32,
    /// The key of the hashes.
    pub hasher: TermHasher,
    /// The last entry that it knows.
    pub reached: u64,
    /// The Merkle root there.
    pub root: Root,
    /// The first block of the journal.
    pub first: Option<FirstBlock>,
    /// The runs, the oldest first.
    pub runs: Vec<Extent>,
    /// Runs that are of no use any more, or not finished; values of them may be there.
    pub litter: Vec<u32>,
    /// The name of the next run; the first ones from here on may be litter too.
    pub next_run: u32,
}

impl Catalog {
    /// An index that knows nothing yet.
    pub fn empty() -> Self {
        Self {
            format: FORMAT,
            hasher: TermHasher::random(),
            reached: 0,
            root: Frontier::new().root(),
            first: None,
            runs: Vec::new(),
            litter: Vec::new(),
            next_run: 0,
        }
    }

    /// The catalog on a shelf.
    pub fn read(shelf: &dyn Shelf) -> Result<Self, IndexError> {
        let bytes = stored::need(shelf, KEY)?;
        let catalog: Self =
            serde_json::from_slice(&bytes).map_err(|_| IndexError::invalid("the catalog does not read"))?;
        if catalog.format != FORMAT {
            return Err(IndexError::invalid("its format is not known"));
        }
        let mut reached = 0;
        for run in &catalog.runs {
            if run.first != reached + 1 || run.last < run.first {
                return Err(IndexError::invalid("its runs do not follow one another"));
            }
            reached = run.last;
        }
        if reached == catalog.reached {
            Ok(catalog)
        } else {
            Err(IndexError::invalid("its runs end elsewhere"))
        }
    }

    /// The catalog as it goes on the shelf.
    pub fn to_pair(&self) -> Result<Pair, IndexError> {
        let bytes = serde_json::to_vec(self);
        let bytes = bytes.map_err(|_| IndexError::invalid("the catalog cannot be written"))?;
        Ok(stored::pair(KEY.to_vec(), bytes))
    }
}

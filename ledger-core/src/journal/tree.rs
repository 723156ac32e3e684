//! The Merkle tree of RFC 6962 over the stored records: a leaf is SHA-256(0x00 ‖ record), a node SHA-256(0x01 ‖ left ‖
//! right). It keeps no leaf, only the frontier: the roots of the full subtrees that the leaves so far make up.

use std::fmt;
use std::str::FromStr;

use super::lanes::{hash_each, hash_one, sha256};

/// A SHA-256 hash: of a leaf or of a node.
pub type Hash = [u8; 32];

/// What stands before the bytes of a leaf and of a node when they are hashed, so that neither passes for the other.
const LEAF: u8 = 0;
const NODE: u8 = 1;

/// Leaves for which it is not worth going through the levels.
const FEW: usize = 4;

/// The level of a bundle above the leaves.
pub(super) const BUNDLE_LEVEL: u32 = 8;
/// The leaves of a bundle: a full subtree whose root is kept beside the journal.
pub const BUNDLE_LEAVES: u64 = 1 << BUNDLE_LEVEL;

/// The hash of a leaf that holds `record`.
pub fn leaf_hash(record: &[u8]) -> Hash {
    hash_one(LEAF, record)
}

/// Appends the hashes of leaves that hold these records.
pub fn leaf_hashes<'a>(records: impl ExactSizeIterator<Item = &'a [u8]>, leaves: &mut Vec<Hash>) {
    hash_each(LEAF, records, leaves);
}

/// The hash of a node above `left` and `right`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    hash_one(NODE, [*left, *right].as_flattened())
}

/// The root of a tree; written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Root(pub [u8; 32]);

impl fmt::Display for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Root({self})")
    }
}

impl FromStr for Root {
    type Err = RootError;

    fn from_str(text: &str) -> Result<Self, RootError> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(RootError),
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let mut root = [0; 32];
        if pairs.len() != root.len() || !rest.is_empty() {
            return Err(RootError);
        }
        for (byte, [high, low]) in root.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Ok(Self(root))
    }
}

/// A text is not a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a root is 64 lower-case hexadecimal digits")]
pub struct RootError;

/// What must be kept of a tree to add leaves to it: its size, and the roots of the full subtrees, the largest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    /// One for each bit that is set in `size`.
    nodes: Vec<Hash>,
}

impl Frontier {
    /// The empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// A frontier as it was stored: the other way of [`size`](Self::size) and [`nodes`](Self::nodes).
    ///
    /// # Errors
    /// When a tree of this size has another number of full subtrees.
    pub fn from_parts(size: u64, nodes: Vec<Hash>) -> Result<Self, FrontierError> {
        if nodes.len() == size.count_ones() as usize {
            Ok(Self { size, nodes })
        } else {
            Err(FrontierError { size, expected: size.count_ones(), found: nodes.len() })
        }
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the full subtrees, the largest first.
    pub fn nodes(&self) -> &[Hash] {
        &self.nodes
    }

    /// Adds a leaf by its hash.
    pub fn push_leaf(&mut self, leaf: Hash) {
        self.push(leaf, &mut Vec::new());
    }

    fn push(&mut self, leaf: Hash, bundles: &mut Vec<Hash>) {
        let mut node = leaf;
        // Each full subtree at the end joins the one that the leaf has just completed.
        for below in 0..self.size.trailing_ones() {
            let left = self.nodes.pop();
            node = left.map_or(node, |left| node_hash(&left, &node));
            if below + 1 == BUNDLE_LEVEL {
                bundles.push(node);
            }
        }
        self.nodes.push(node);
        self.size += 1;
        self.check();
    }

    /// Adds leaves by their hashes, level by level: the nodes of a level are independent, so they are hashed together. A
    /// few leaves are added one after another.
    pub fn push_leaves(&mut self, leaves: Vec<Hash>) {
        self.push_bundling(leaves, &mut Vec::new());
    }

    /// The same; the roots of the bundles that become full are added to `bundles`.
    pub fn push_bundling(&mut self, leaves: Vec<Hash>, bundles: &mut Vec<Hash>) {
        if leaves.len() <= FEW {
            return leaves.into_iter().for_each(|leaf| self.push(leaf, bundles));
        }
        let mut height = 0;
        let (mut size, mut level) = (self.size, leaves);
        let mut lowest_first: Vec<Hash> = Vec::new();
        self.size += level.len() as u64;
        while size > 0 || !level.is_empty() {
            if height == BUNDLE_LEVEL {
                bundles.extend(&level);
            }
            if size % 2 == 1 {
                // The full subtree of this level comes before the nodes that the leaves make.
                level.splice(..0, self.nodes.pop());
            }
            let (pairs, odd) = level.as_chunks::<2>();
            lowest_first.extend(odd);
            let mut above = Vec::new();
            hash_each(NODE, pairs.iter().map(|pair| pair.as_flattened()), &mut above);
            (size, level, height) = (size / 2, above, height + 1);
        }
        self.nodes.extend(lowest_first.into_iter().rev());
        self.check();
    }

    fn check(&self) {
        let subtrees = self.size.count_ones() as usize;
        assert_eq!(self.nodes.len(), subtrees, "a full subtree for each bit of the size");
    }

    /// The root; that of the empty tree is the SHA-256 of nothing.
    pub fn root(&self) -> Root {
        let mut nodes = self.nodes.iter().rev();
        let Some(last) = nodes.next() else {
            return Root(sha256(b""));
        };
        Root(nodes.fold(*last, |right, left| node_hash(left, &right)))
    }
}

/// A stored frontier does not fit its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tree of size {size} has {expected} full subtrees, not {found}")]
pub struct FrontierError {
    /// The number of leaves.
    pub size: u64,
    /// How many hashes it needs.
    pub expected: u32,
    /// How many were given.
    pub found: usize,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition in RFC 6962, section 2.1, word for word.
    fn naive(records: &[Vec<u8>]) -> Hash {
        match records {
            [] => sha256(b""),
            [record] => leaf_hash(record),
            _ => {
                let (left, right) = records.split_at(records.len().next_power_of_two() / 2);
                node_hash(&naive(left), &naive(right))
            }
        }
    }

    fn frontier(records: &[Vec<u8>]) -> Frontier {
        let mut frontier = Frontier::new();
        for record in records {
            frontier.push_leaf(leaf_hash(record));
        }
        frontier
    }

    #[test]
    fn the_known_vectors_of_certificate_transparency() {
        let records: Vec<Vec<u8>> = vec![
            vec![],
            vec![0x00],
            vec![0x10],
            vec![0x20, 0x21],
            vec![0x30, 0x31],
            (0x40..0x44).collect(),
            (0x50..0x58).collect(),
            (0x60..0x70).collect(),
        ];
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        for (size, root) in roots.iter().enumerate() {
            assert_eq!(frontier(&records[..size]).root().to_string(), *root, "size {size}");
            assert_eq!(root.parse::<Root>().unwrap(), frontier(&records[..size]).root());
        }
    }

    #[test]
    fn a_root_is_read_strictly() {
        let digits = Frontier::new().root().to_string();
        for bad in
            [&digits[1..], &digits.to_uppercase(), &digits.replace('e', "g"), &format!("{digits}0"), ""]
        {
            assert_eq!(bad.parse::<Root>(), Err(RootError), "{bad}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn the_frontier_gives_the_root_of_the_definition(
            records in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..70),
        ) {
            let frontier = frontier(&records);
            prop_assert_eq!(frontier.root().0, naive(&records));
            let stored = Frontier::from_parts(frontier.size(), frontier.nodes().to_vec()).unwrap();
            prop_assert_eq!(stored, frontier.clone());
            for split in 0..=records.len() {
                let mut leaves = Vec::new();
                leaf_hashes(records[split..].iter().map(Vec::as_slice), &mut leaves);
                let mut both = super::tests::frontier(&records[..split]);
                both.push_leaves(leaves);
                prop_assert_eq!(&both, &frontier);
            }
            prop_assert!(Frontier::from_parts(frontier.size() * 2 + 1, frontier.nodes().to_vec()).is_err());
        }
    }
}

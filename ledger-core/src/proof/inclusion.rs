//! Inclusion: a record stands at its place in a tree of some size (RFC 9162, section 2.1.3).

use super::subtrees::{SubtreeSource, below, root_of};
use crate::journal::{Hash, Root, node_hash};

/// The proof that the leaf `index`, counted from 0, is in the tree of the first `size` leaves: the leaf's sibling first.
///
/// # Errors
/// Those of the source.
///
/// # Panics
/// If there is no such leaf.
pub fn inclusion<S: SubtreeSource>(index: u64, size: u64, source: &mut S) -> Result<Vec<Hash>, S::Error> {
    assert!(index < size, "a leaf of the tree");
    let (mut first, mut end) = (0, size);
    let mut proof = Vec::new();
    while end - first > 1 {
        let middle = first + below(end - first);
        if index < middle {
            proof.push(root_of(middle..end, source)?);
            end = middle;
        } else {
            proof.push(root_of(first..middle, source)?);
            first = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// Whether a proof shows that `leaf` is the leaf `index`, counted from 0, of the tree of `size` leaves with this root.
pub fn verify_inclusion(index: u64, size: u64, leaf: Hash, proof: &[Hash], root: Root) -> bool {
    if index >= size {
        return false;
    }
    // Where the node is in its level, and the last node there.
    let (mut place, mut last, mut node) = (index, size - 1, leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if place % 2 == 1 || place == last {
            node = node_hash(sibling, &node);
            while place % 2 == 0 && place != 0 {
                (place, last) = (place / 2, last / 2);
            }
        } else {
            node = node_hash(&node, sibling);
        }
        (place, last) = (place / 2, last / 2);
    }
    last == 0 && Root(node) == root
}

//! Consistency: a tree begins with all leaves of an older one (RFC 9162, section 2.1.4).

use super::subtrees::{SubtreeSource, below, root_of};
use crate::journal::{Frontier, Hash, Root, node_hash};

/// The proof that the tree of the first `new` leaves begins with that of the first `old`. It is empty when they are the
/// same, and when the old one is empty.
///
/// # Errors
/// Those of the source.
///
/// # Panics
/// If the old tree is the larger one.
pub fn consistency<S: SubtreeSource>(old: u64, new: u64, source: &mut S) -> Result<Vec<Hash>, S::Error> {
    assert!(old <= new, "a journal only grows");
    let (mut first, mut end) = (0, new);
    let mut proof = Vec::new();
    while old > first && old != end {
        let middle = first + below(end - first);
        if old <= middle {
            proof.push(root_of(middle..end, source)?);
            end = middle;
        } else {
            proof.push(root_of(first..middle, source)?);
            first = middle;
        }
    }
    if old > 0 && first > 0 {
        // What is left of the old tree is a subtree that its root does not tell.
        proof.push(root_of(first..end, source)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Whether a proof shows that the tree of `new` leaves with the root `new_root` begins with the tree of `old` leaves with
/// the root `old_root`.
pub fn verify_consistency(old: u64, new: u64, old_root: Root, new_root: Root, proof: &[Hash]) -> bool {
    if old > new {
        return false;
    }
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    if old == 0 {
        return proof.is_empty() && old_root == Frontier::new().root();
    }
    // A full subtree is proved by itself, and not sent.
    let whole = [old_root.0];
    let mut path = if old.is_power_of_two() { &whole[..] } else { &[] }.iter().chain(proof);
    let Some(&seed) = path.next() else { return false };
    let (mut place, mut last) = (old - 1, new - 1);
    while place % 2 == 1 {
        (place, last) = (place / 2, last / 2);
    }
    let (mut old_node, mut new_node) = (seed, seed);
    for node in path {
        if last == 0 {
            return false;
        }
        if place % 2 == 1 || place == last {
            old_node = node_hash(node, &old_node);
            new_node = node_hash(node, &new_node);
            while place % 2 == 0 && place != 0 {
                (place, last) = (place / 2, last / 2);
            }
        } else {
            new_node = node_hash(&new_node, node);
        }
        (place, last) = (place / 2, last / 2);
    }
    last == 0 && Root(old_node) == old_root && Root(new_node) == new_root
}

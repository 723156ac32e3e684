//! Proofs held against the definitions of RFC 6962, word for word, and against its known answers.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fmt::Write;

use data_encoding::HEXLOWER;
use proptest::prelude::*;

use super::*;
use crate::journal::{Frontier, Hash, Root, leaf_hash, node_hash};

/// MTH, PATH and PROOF of RFC 6962, section 2.1, as they stand there.
fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Frontier::new().root().0,
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&mth(left), &mth(right))
        }
    }
}

fn split(n: usize) -> usize {
    n.next_power_of_two() / 2
}

fn path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut path, last) = if m < k { (path(m, left), mth(right)) } else { (path(m - k, right), mth(left)) };
    path.push(last);
    path
}

fn subproof(m: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if whole { Vec::new() } else { vec![mth(leaves)] };
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut proof, last) = if m <= k {
        (subproof(m, left, whole), mth(right))
    } else {
        (subproof(m - k, right, false), mth(left))
    };
    proof.push(last);
    proof
}

struct Leaves<'a>(&'a [Hash]);

impl SubtreeSource for Leaves<'_> {
    type Error = Infallible;

    fn subtree(&mut self, level: u32, index: u64) -> Result<Hash, Infallible> {
        let (first, many) = (usize::try_from(index << level).unwrap(), 1 << level);
        Ok(mth(&self.0[first..first + many]))
    }
}

fn leaves(many: usize) -> Vec<Hash> {
    (0..many).map(|number| leaf_hash(&number.to_le_bytes())).collect()
}

fn hex(text: &str) -> Hash {
    HEXLOWER.decode(text.as_bytes()).unwrap().try_into().unwrap()
}

#[test]
fn the_known_answers_of_certificate_transparency() {
    // The eight inputs, roots and proofs with which the implementations of RFC 6962 have always been tested.
    let inputs: [&[u8]; 8] = [
        b"",
        b"\0",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let leaves = inputs.map(leaf_hash);
    let root = |size: u64| Root(root_at(size, &mut Leaves(&leaves)).unwrap()).to_string();
    assert_eq!(root(1), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    assert_eq!(root(2), "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
    assert_eq!(root(3), "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
    assert_eq!(root(8), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    let proof = inclusion(0, 8, &mut Leaves(&leaves)).unwrap();
    assert_eq!(
        proof,
        [
            hex("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"),
            hex("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"),
            hex("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"),
        ]
    );
    let proof = consistency(6, 8, &mut Leaves(&leaves)).unwrap();
    assert_eq!(
        proof,
        [
            hex("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"),
            hex("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
            hex("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
        ]
    );
}

#[test]
fn every_proof_of_small_trees_is_the_one_of_the_definition_and_verifies() {
    let all = leaves(40);
    for size in 1..=all.len() {
        let (tree, n) = (&all[..size], size as u64);
        let root = Root(mth(tree));
        assert_eq!(root_at(n, &mut Leaves(tree)).unwrap(), root.0);
        for (index, leaf) in tree.iter().enumerate() {
            let (proof, i) = (inclusion(index as u64, n, &mut Leaves(tree)).unwrap(), index as u64);
            assert_eq!(proof, path(index, tree));
            assert!(verify_inclusion(i, n, *leaf, &proof, root));
            // For another place it never serves.
            assert!((0..n).all(|other| other == i || !verify_inclusion(other, n, *leaf, &proof, root)));
            assert!(!verify_inclusion(n, n, *leaf, &proof, root));
        }
        for old in 1..=size {
            let m = old as u64;
            let proof = consistency(m, n, &mut Leaves(tree)).unwrap();
            assert_eq!(proof, subproof(old, tree, true));
            let old_root = Root(mth(&tree[..old]));
            assert!(verify_consistency(m, n, old_root, root, &proof));
            assert_eq!(verify_consistency(m, n, root, root, &proof), old == size);
        }
        assert!(verify_consistency(0, n, Frontier::new().root(), root, &[]));
        assert!(!verify_consistency(0, n, root, root, &[]));
        assert!(!verify_consistency(n + 1, n, root, root, &[]));
    }
}

/// All that one may do to a proof: change a hash, leave one out, put one in.
fn changed(proof: &[Hash], place: usize, bit: usize) -> Vec<Vec<Hash>> {
    let mut all = vec![[proof, &[[7; 32]]].concat(), [&[[7; 32]], proof].concat()];
    if !proof.is_empty() {
        let place = place % proof.len();
        let mut flipped = proof.to_vec();
        flipped[place][bit / 8] ^= 1 << (bit % 8);
        all.push(flipped);
        let mut shorter = proof.to_vec();
        shorter.remove(place);
        all.push(shorter);
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn proofs_verify_and_no_other_does(
        (size, index, old) in (1..700_usize).prop_flat_map(|size| (Just(size), 0..size, 1..=size)),
        (place, bit) in (0..64_usize, 0..256_usize),
    ) {
        let all = leaves(size);
        let (n, i, m) = (size as u64, index as u64, old as u64);
        let (root, old_root) = (Root(mth(&all)), Root(mth(&all[..old])));
        let included = inclusion(i, n, &mut Leaves(&all)).unwrap();
        prop_assert!(verify_inclusion(i, n, all[index], &included, root));
        prop_assert!(!verify_inclusion(i, n, [1; 32], &included, root));
        prop_assert!(included.len() <= 64 - (n - 1).leading_zeros() as usize);
        for proof in changed(&included, place, bit) {
            prop_assert!(!verify_inclusion(i, n, all[index], &proof, root));
        }
        let grown = consistency(m, n, &mut Leaves(&all)).unwrap();
        prop_assert!(verify_consistency(m, n, old_root, root, &grown));
        for proof in changed(&grown, place, bit) {
            prop_assert!(!verify_consistency(m, n, old_root, root, &proof));
        }
        if m < n {
            prop_assert!(!verify_consistency(m, n, root, root, &grown));
            prop_assert!(!verify_consistency(m, n, old_root, old_root, &grown));
        }
    }

    #[test]
    fn whatever_is_read_never_panics(text in "\\PC{0,200}", number in any::<[u64; 2]>(), proof in proptest::collection::vec(any::<[u8; 32]>(), 0..70)) {
        let root = Root([0; 32]);
        let _ = verify_inclusion(number[0], number[1], [0; 32], &proof, root);
        let _ = verify_consistency(number[0], number[1], root, root, &proof);
        let _ = (SignedNote::parse(&text), Checkpoint::parse(&text), text.parse::<VerifyingKey>());
        let _ = (SignedReceipt::read(&text, None), SignedGrowth::read(&text, None));
    }
}

fn key(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(name.parse().unwrap(), [seed; 32]).unwrap()
}

/// The text with each byte changed, in a few ways each.
fn each_byte_changed(text: &str) -> impl Iterator<Item = (usize, String)> {
    let bytes = text.as_bytes().to_vec();
    (0..bytes.len()).flat_map(move |place| {
        let bytes = bytes.clone();
        [1, 2, 4, 8, 16, 32, 64, 128, 0x2a, 0x7f].into_iter().filter_map(move |mask| {
            let mut bytes = bytes.clone();
            bytes[place] ^= mask;
            Some((place, String::from_utf8(bytes).ok()?))
        })
    })
}

#[test]
fn no_byte_of_a_checkpoint_can_be_changed() {
    let key = key("example.org/aiga", 7);
    let note = checkpoint(890, Root([0xab; 32]), &key).sign(&key).to_string();
    let open = |text: &str| Checkpoint::open(&SignedNote::parse(text)?, key.verifying());
    assert_eq!(open(&note).unwrap().size, 890);
    for (place, changed) in each_byte_changed(&note) {
        assert!(open(&changed).is_err(), "byte {place}: {changed:?}");
    }
    for end in 0..note.len() {
        assert!(note.get(..end).is_none_or(|cut| open(cut).is_err()), "cut at {end}");
    }
}

fn checkpoint(size: u64, root: Root, key: &SigningKey) -> Checkpoint {
    Checkpoint::new(key.verifying().name().clone(), size, root)
}

#[test]
fn a_checkpoint_tells_what_it_replaces_and_why() {
    let key = key("example.org/aiga", 7);
    let reason: crate::Text = "le disque de mars est perdu".parse().unwrap();
    let replaces = Some(Replaced { size: 9, root: Root([3; 32]), reason });
    let checkpoint = Checkpoint { replaces, ..checkpoint(8, Root([0xab; 32]), &key) };
    let text = checkpoint.text();
    assert!(text.ends_with("= le disque de mars est perdu\n") && text.lines().count() == 4, "{text}");
    let note = SignedNote::parse(&checkpoint.sign(&key).to_string()).unwrap();
    assert_eq!(Checkpoint::open(&note, key.verifying()).unwrap(), checkpoint);
    for (place, changed) in each_byte_changed(&note.to_string()) {
        let opened = SignedNote::parse(&changed).and_then(|note| Checkpoint::open(&note, key.verifying()));
        assert!(opened.is_err(), "byte {place}");
    }
    for line in
        ["", "replaces", "replaces 9", "anything", "replaces 9 AAAA reason", "replaces 09 AAAA reason"]
    {
        let text =
            format!("{}{line}\n", text.rsplitn(3, '\n').last().map(|rest| format!("{rest}\n")).unwrap());
        assert_eq!(Checkpoint::parse(&text), Err(ProofError::Checkpoint), "{text}");
    }
}

#[test]
fn a_note_is_believed_by_the_right_key_alone() {
    let (own, other) = (key("example.org/aiga", 7), key("example.org/aiga", 8));
    let note = checkpoint(1, Root([0; 32]), &own).sign(&own);
    assert!(matches!(note.verify(other.verifying()), Err(ProofError::OtherKey { .. })));
    let mut both = note.to_string();
    let second = SignedNote::sign(note.unverified_text().to_owned(), &other).to_string();
    write!(both, "{}", second.split("\n\n").nth(1).unwrap()).unwrap();
    let both = SignedNote::parse(&both).unwrap();
    assert!(both.verify(own.verifying()).is_ok() && both.verify(other.verifying()).is_ok());
    assert_eq!(both.signed_by().len(), 2);
    // A key of another name signs no checkpoint of this ledger.
    let text = Checkpoint::new("other".parse().unwrap(), 1, Root([0; 32])).text();
    let named_otherwise = SignedNote::sign(text, &own);
    assert!(matches!(Checkpoint::open(&named_otherwise, own.verifying()), Err(ProofError::Origin { .. })));
}

#[test]
fn keys_read_as_they_are_written_and_as_nothing_else() {
    let key = key("example.org/aiga", 7);
    let (public, private) = (key.verifying().to_string(), key.to_private_text());
    assert_eq!(public.parse::<VerifyingKey>().unwrap(), *key.verifying());
    assert_eq!(SigningKey::from_private_text(&private).unwrap().verifying(), key.verifying());
    assert!(!format!("{key:?}").contains(&private[private.len() - 20..]), "the seed is not shown");
    for (place, changed) in each_byte_changed(&public) {
        assert!(changed.parse::<VerifyingKey>().is_err(), "byte {place}: {changed}");
    }
    for name in ["", "two words", "a+b", "12345", "a\u{a0}b", &"x".repeat(129), "a\nb"] {
        assert!(name.parse::<KeyName>().is_err(), "{name:?}");
    }
    // A checkpoint must not begin as a statement does, nor a name look like another one.
    for name in ["aiga-coverage/1", "aiga-coverage/", "aiga-coverage/2/example.org"] {
        assert!(name.parse::<KeyName>().is_err(), "{name:?}");
    }
    for letter in
        ['\u{7}', '\u{7f}', '\u{85}', '\u{ad}', '\u{200b}', '\u{200e}', '\u{202e}', '\u{2067}', '\u{feff}']
    {
        assert!(format!("example{letter}.org/aiga").parse::<KeyName>().is_err(), "{letter:?}");
    }
    for name in
        ["aiga-ledger/0123456789abcdef", "aiga-coverage", "example.org/aïga", "example.org/aiga-coverage/1"]
    {
        assert!(name.parse::<KeyName>().is_ok(), "{name:?}");
    }
}

#[test]
fn a_statement_of_coverage_is_never_a_checkpoint() {
    let key = key("example.org/aiga", 7);
    let checkpoint = checkpoint(0, Frontier::new().root(), &key);
    let state = crate::State::default();
    let coverage = Coverage { checkpoint: checkpoint.clone(), figures: CoverageFigures::of(&state) };
    let note = SignedNote::parse(&coverage.sign(&key).to_string()).unwrap();
    assert!(Coverage::is_meant_by(&note));
    assert_eq!(Coverage::open(&note, key.verifying()).unwrap(), coverage);
    assert_eq!(coverage.check(&state), Ok(()));
    assert_eq!(Checkpoint::open(&note, key.verifying()), Err(ProofError::Checkpoint));
    let signed = checkpoint.sign(&key);
    assert_eq!(Coverage::open(&signed, key.verifying()), Err(ProofError::Coverage));
    for (place, changed) in each_byte_changed(&note.to_string()) {
        let opened = SignedNote::parse(&changed).and_then(|note| Coverage::open(&note, key.verifying()));
        assert!(opened.is_err(), "byte {place}");
    }
}

#[test]
fn every_code_is_listed_once() {
    let codes: BTreeSet<&str> = ProofError::CODES.iter().copied().collect();
    assert_eq!(codes.len(), ProofError::CODES.len());
    assert!(codes.contains(ProofError::Key.code()));
}

#[test]
fn a_note_of_a_hundred_signatures_is_read_and_one_more_is_named() {
    let signer = key("example.org/aiga", 7);
    let note = checkpoint(890, Root([0xab; 32]), &signer).sign(&signer).to_string();
    let line = note.lines().last().unwrap();
    for (signatures, said) in [(33, None), (100, None), (101, Some(101))] {
        let more = format!("{line}\n").repeat(signatures - 1);
        let read = SignedNote::parse(&format!("{note}{more}"));
        match said {
            None => assert!(read.unwrap().verify(signer.verifying()).is_ok(), "{signatures}"),
            Some(found) => {
                assert_eq!(read.unwrap_err(), ProofError::TooManySignatures { signatures: found, most: 100 });
            }
        }
    }
    let long = format!("{}\n{note}", "a".repeat(70_000));
    assert!(matches!(SignedNote::parse(&long), Err(ProofError::NoteTooLong { bytes_max: 65_536, .. })));
}

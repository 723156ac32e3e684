//! `read_proof`: guards against a proof that crashes its reader, that is believed under a key that never signed it, or that
//! can be written in two ways.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use ledger_core::journal::{Root, leaf_hash};
use ledger_core::proof::{
    Checkpoint, Coverage, KeyName, ProofError, SignedGrowth, SignedNote, SignedReceipt, SigningKey,
    VerifyingKey, growth_of, receipt_of, vouch,
};
use ledger_core::storage::Storage;
use ledger_core::{Sequence, record};

use crate::memory::bounded;
use crate::story::{Story, key, other_key, signer, view};

/// What the ledger's key has signed, and the proofs made of it.
pub struct Signed {
    key: SigningKey,
    other: VerifyingKey,
    texts: BTreeSet<String>,
    /// The files, by what they are.
    pub files: Vec<(String, String)>,
}

static SIGNED: LazyLock<Signed> = LazyLock::new(Signed::sign);

impl Signed {
    /// All of it; made once.
    pub fn get() -> &'static Self {
        &SIGNED
    }

    fn sign() -> Self {
        let (key, other) = (key(), other_key().verifying().clone());
        let storage: Arc<dyn Storage> = Arc::new(Story::get().storage());
        let view = view(&storage);
        let name = key.verifying().name();
        let (now, _) = crate::or_panic(vouch(&view, name.clone()), "vouching");
        let roots = [1, 5, 8, 256].map(|size| {
            let root = crate::or_panic(view.tree_of(size, |_| {}), "the tree").root();
            Checkpoint::new(name.clone(), size, root)
        });
        let mut files = vec![
            ("coverage".to_owned(), now.sign(&key).to_string()),
            ("key-public".to_owned(), key.verifying().to_string()),
            ("key-private".to_owned(), key.to_private_text()),
        ];
        let mut texts = BTreeSet::from([now.text(), now.checkpoint.text()]);
        for old in roots {
            texts.insert(old.text());
            let note = |checkpoint: &Checkpoint| checkpoint.sign(&key);
            let proof = crate::or_panic(growth_of(&view, &old, &now.checkpoint), "growth");
            let growth = SignedGrowth::new(note(&old), note(&now.checkpoint), proof, key.verifying().clone());
            let growth = crate::or_panic(growth, "growth");
            files.push((format!("checkpoint-{}", old.size), note(&old).to_string()));
            files.push((format!("growth-{}", old.size), growth.to_text()));
            let receipt = receipt_of(&view, Sequence::new(old.size), &signer());
            files.push((format!("receipt-{}", old.size), crate::or_panic(receipt, "a receipt").to_text()));
        }
        Self { key, other, texts, files }
    }
}

/// Reads the bytes as everything that is signed, and as a key; what is a text or a record is signed too, so that what lies
/// behind a signature is reached.
pub fn read_proof(bytes: &[u8]) {
    examine_record(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    examine_note(text);
    examine_text(text);
    examine_receipt(text);
    examine_growth(text);
    examine_keys(text);
}

fn told(error: &ProofError) {
    assert!(ProofError::CODES.contains(&error.code()) && !error.to_string().is_empty());
}

fn examine_note(text: &str) {
    let note = match bounded(text.len(), || SignedNote::parse(text)) {
        Ok(note) => note,
        Err(error) => return told(&error),
    };
    assert_eq!(note.to_string(), text, "a note is written in one way");
    is_believed_for_good_reason(&note);
    examine_text(note.unverified_text());
}

/// Nobody but the key has signed what verifies under it, and it has signed but these texts.
fn is_believed_for_good_reason(note: &SignedNote) {
    let Signed { key, other, texts, .. } = Signed::get();
    assert!(note.verify(other).is_err(), "a key that has signed nothing verifies {note}");
    if let Ok(text) = note.verify(key.verifying()) {
        assert!(texts.contains(text), "this was never signed, and verifies: {note}");
    }
}

/// Signs a text of whole lines, and opens it as what it may be.
fn examine_text(text: &str) {
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.text(), text, "a checkpoint is written in one way");
    }
    if !text.ends_with('\n') {
        return;
    }
    let key = &Signed::get().key;
    let note = SignedNote::sign(text.to_owned(), key);
    // A text with letters that no note may have, or too long, is not read again.
    if let Ok(read) = SignedNote::parse(&note.to_string()) {
        assert_eq!(read, note);
        assert_eq!(read.verify(key.verifying()), Ok(text));
    }
    match Checkpoint::open(&note, key.verifying()) {
        Ok(checkpoint) => assert_eq!(checkpoint.text(), text),
        Err(error) => told(&error),
    }
    match Coverage::open(&note, key.verifying()) {
        Ok(coverage) => {
            assert!(Coverage::is_meant_by(&note) && coverage.text() == text);
            let _ = coverage.check(&Story::get().state);
        }
        Err(error) => told(&error),
    }
}

fn examine_receipt(text: &str) {
    let receipt = match bounded(text.len(), || SignedReceipt::read(text, None)) {
        Ok(receipt) => receipt,
        Err(error) => return told(&error),
    };
    assert!(SignedReceipt::is_meant_by(text) && receipt.to_text() == text);
    is_believed_for_good_reason(receipt.note());
    assert_eq!(SignedReceipt::read(text, Some(receipt.key())).as_ref(), Ok(&receipt));
    assert!(SignedReceipt::read(text, Some(&Signed::get().other)).is_err(), "another key");
}

fn examine_growth(text: &str) {
    let growth = match bounded(text.len(), || SignedGrowth::read(text, None)) {
        Ok(growth) => growth,
        Err(error) => return told(&error),
    };
    assert_eq!(growth.to_text(), text);
    assert!(growth.older().size <= growth.newer().size);
    assert_eq!(SignedGrowth::read(text, Some(growth.key())).as_ref(), Ok(&growth));
    assert!(SignedGrowth::read(text, Some(&Signed::get().other)).is_err(), "another key");
}

fn examine_keys(text: &str) {
    if let Ok(key) = text.parse::<VerifyingKey>() {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(key) = SigningKey::from_private_text(text) {
        assert_eq!(key.to_private_text(), text);
    }
    if let Ok(name) = text.parse::<KeyName>() {
        let shown = crate::or_panic(SigningKey::from_seed(name, [9; 32]), "a name");
        assert_eq!(shown.verifying().to_string().parse().as_ref(), Ok(shown.verifying()));
    }
}

/// A record, as the first of a journal of one: its receipt reads again, and under no other root.
fn examine_record(bytes: &[u8]) {
    let Ok(mut entry) = record::decode(bytes) else { return };
    entry.sequence = Sequence::FIRST;
    let Ok(record) = record::encode(&entry) else { return };
    let key = &Signed::get().key;
    let receipt = |root| {
        let note = Checkpoint::new(key.verifying().name().clone(), 1, root).sign(key);
        SignedReceipt::new(record.clone(), Vec::new(), note, key.verifying().clone())
    };
    let right = crate::or_panic(receipt(Root(leaf_hash(&record))), "a receipt");
    assert_eq!(SignedReceipt::read(&right.to_text(), None).as_ref(), Ok(&right));
    assert!(receipt(Root(leaf_hash(bytes.split_last().map_or(bytes, |(_, rest)| rest)))).is_err());
}

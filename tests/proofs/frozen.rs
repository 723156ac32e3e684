//! Guards against a change of the program after which what somebody took home is no longer believed. These files were
//! written once and may never be made anew: another form is another format beside this one.

use ledger_core::proof::{Checkpoint, Coverage, SignedGrowth, SignedNote, SignedReceipt, VerifyingKey};

macro_rules! frozen {
    ($name:literal) => {
        include_str!(concat!("../data/proofs-v1/", $name))
    };
}

#[test]
fn what_was_taken_home_is_believed_for_ever() {
    let key: VerifyingKey = frozen!("key.pub").trim_end().parse().unwrap();
    let receipt = SignedReceipt::read(frozen!("receipt.json"), Some(&key)).unwrap();
    assert_eq!(receipt.entry().operation.reference.as_str(), "swap-000001");
    assert_eq!(receipt.entry().postings.iter().next().unwrap().cents(), 100_00);
    assert_eq!((receipt.entry().sequence.number(), receipt.checkpoint().size), (65, 891));
    let growth = SignedGrowth::read(frozen!("growth.json"), Some(&key)).unwrap();
    assert_eq!((growth.older().size, growth.newer().size), (890, 891));
    let note = SignedNote::parse(frozen!("checkpoint.txt")).unwrap();
    let checkpoint = Checkpoint::open(&note, &key).unwrap();
    assert_eq!(&checkpoint, growth.older());
    let note = SignedNote::parse(frozen!("checkpoint.txt.coverage")).unwrap();
    let coverage = Coverage::open(&note, &key).unwrap();
    assert_eq!((&coverage.checkpoint, coverage.figures.fund.deposit.cents()), (&checkpoint, 9_785_00));
}

//! Guards against two processes that record at once and lose, double or mix what they record, and against a reader that
//! sees what never was.

use std::io::Write;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::desk::Desk;
use super::text;

/// Operations that each poster records.
const EACH: u32 = 12;

/// Set when dropped, so that nobody waits for one who has failed.
struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Records one operation, again and again while another process has the ledger; how often that was.
fn insist(desk: &Desk, reference: &str) -> u32 {
    for refused in 0..10_000 {
        let charge = ["charge", "0.01", "--on", "2026-08-31", "--ref", reference, "--wait", "0"];
        let said = desk.aiga(&charge);
        if said.code == 0 {
            return refused;
        }
        said.fails(5, &["locked", "hint"]);
    }
    panic!("{reference} was never recorded");
}

#[test]
fn two_post_while_others_read_audit_and_back_up() {
    let desk = Desk::with_season();
    let done = AtomicBool::new(false);
    let refused: u32 = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (mut last, mut reads) = (890, 0);
            while !done.load(Ordering::Relaxed) {
                let status = desk.aiga(&["status", "--json"]).done().json();
                let audit = desk.aiga(&["audit", "--json"]).done().json();
                desk.aiga(&["doctor"]).done();
                let seen = [status["entries"].as_u64().unwrap(), audit["entries"].as_u64().unwrap()];
                assert!(last <= seen[0] && seen[0] <= seen[1], "{last}, then {seen:?}");
                (last, reads) = (seen[1], reads + 1);
            }
            reads
        });
        let keeper = scope.spawn(|| {
            let mut copies = 0;
            while !done.load(Ordering::Relaxed) {
                let copy = desk.path(&format!("copy-{copies}"));
                desk.aiga(&["backup", text(&copy)]).done();
                desk.aiga(&["audit", "--ledger", text(&copy)]).done();
                copies += 1;
            }
            copies
        });
        let desk = &desk;
        let post = |bureau: &'static str| {
            scope.spawn(move || (0..EACH).map(|n| insist(desk, &format!("{bureau}-{n}"))).sum::<u32>())
        };
        let ended = Done(&done);
        let posters = [post("ales"), post("florac")];
        let refused = posters.into_iter().map(|poster| poster.join().unwrap()).sum();
        drop(ended);
        assert!(reader.join().unwrap() > 0 && keeper.join().unwrap() > 0);
        refused
    });
    let audit = desk.aiga(&["audit", "--json"]).done().json();
    assert_eq!(audit["entries"], 890 + 2 * EACH, "each is there once");
    println!("{} operations by two processes, told {refused} times to wait", 2 * EACH);
}

/// Processes that record at once, and what each of them records.
const POSTERS: u32 = 6;
const POSTS: u32 = 40;

#[test]
fn six_who_record_at_once_wait_for_one_another_and_all_succeed() {
    let desk = Desk::with_season();
    thread::scope(|scope| {
        for poster in 0..POSTERS {
            let desk = &desk;
            scope.spawn(move || {
                for nth in 0..POSTS {
                    let reference = format!("charge-{poster}-{nth}");
                    // As long as the machine needs, which may have much else to do.
                    let charge =
                        ["charge", "0.01", "--on", "2026-08-31", "--ref", &reference, "--wait", "120"];
                    desk.aiga(&charge).done();
                }
            });
        }
    });
    let audit = desk.aiga(&["audit", "--json"]).done().json();
    assert_eq!(audit["entries"], 890 + POSTERS * POSTS);
}

#[test]
fn whoever_writes_the_input_slowly_keeps_nobody_waiting() {
    let desk = Desk::with_season();
    let mut slow = desk.command(&["post", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = slow.stdin.take().unwrap();
    input.write_all(br#"{"op":"bank_charge","ref":"slow","on":"2026-08-31","amount":"0.01"}"#).unwrap();
    for nth in 0..20 {
        let reference = format!("quick-{nth}");
        let charge = ["charge", "0.01", "--on", "2026-08-31", "--ref", &reference, "--wait", "0"];
        desk.aiga(&charge).done();
    }
    drop(input);
    assert!(slow.wait().unwrap().success());
    assert_eq!(desk.entries_and_root().0, 890 + 21);
}

//! Guards against an order of threads in which the queue of those who post together loses somebody, answers somebody
//! else, acts twice, or lets two act at once. The source of the queue is built here with loom in place of the threads
//! and locks of the system, and loom tries the orders one after another: every one with up to `PREEMPTIONS` switches
//! that nobody waited for.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use loom::thread;

use self::queue::Queue;

/// What the queue waits with.
mod sync {
    pub(super) use loom::sync::{Arc, Condvar, Mutex, MutexGuard};
}

#[path = "../../../ledger-core/src/ledger/queue.rs"]
mod queue;

/// Switches from one thread to another that had no need of it, in one order. Bugs of queues need one or two.
const PREEMPTIONS: usize = 3;

/// What becomes of an attempt to commit.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Lasts,
    Fails,
    Panics,
}

/// An operation: whose it is, and the how manyth of theirs.
type Asked = (usize, usize);

/// A journal in which a commit is one step that others may interrupt.
#[derive(Debug)]
struct Journal {
    /// The fates of the first commits; the others last.
    fates: Vec<Fate>,
    committing: loom::sync::atomic::AtomicBool,
    written: Mutex<Written>,
}

/// What can be seen of an order of threads. Loom does not look here: these locks are never waited for.
#[derive(Debug, Default)]
struct Written {
    attempts: usize,
    /// What each commit recorded.
    groups: Vec<Vec<Asked>>,
    /// Asked, answered: the sequence and how many were written when the poster began to ask.
    answers: Vec<(Asked, usize, usize)>,
    failures: usize,
}

impl Written {
    fn entries(&self) -> impl Iterator<Item = &Asked> {
        self.groups.iter().flatten()
    }
}

impl Journal {
    fn new(fates: &[Fate]) -> Self {
        let committing = loom::sync::atomic::AtomicBool::new(false);
        Self { fates: fates.to_vec(), committing, written: Mutex::default() }
    }

    fn written(&self) -> std::sync::MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a group and says the sequence of each.
    fn commit(&self, group: &[Asked]) -> Result<Vec<usize>, Fate> {
        assert!(!self.committing.swap(true, Ordering::SeqCst), "two commit at once");
        let mut written = self.written();
        let fate = self.fates.get(written.attempts).copied().unwrap_or(Fate::Lasts);
        written.attempts += 1;
        let before = written.entries().count();
        if fate == Fate::Lasts {
            written.groups.push(group.to_vec());
        }
        drop(written);
        assert!(self.committing.swap(false, Ordering::SeqCst), "two commit at once");
        match fate {
            Fate::Lasts => Ok((before..).take(group.len()).collect()),
            Fate::Fails => Err(fate),
            Fate::Panics => resume_unwind(Box::new(fate)),
        }
    }
}

/// Posts one operation after another, each until it is recorded, as whoever hears of a failure would.
fn post(queue: &Queue<Asked, usize>, journal: &Journal, poster: usize, each: usize, most: usize) {
    for nth in 0..each {
        let asked = (poster, nth);
        loop {
            let since = journal.written().entries().count();
            let ask = || queue.ask(asked, most, |group| journal.commit(group));
            // A panic of the commit is the leader's alone.
            let told = catch_unwind(AssertUnwindSafe(ask)).unwrap_or(Err(Fate::Panics));
            let mut written = journal.written();
            match told {
                Ok(sequence) => {
                    written.answers.push((asked, sequence, since));
                    break;
                }
                Err(_) => written.failures += 1,
            }
        }
    }
}

/// What all orders of threads came to.
#[derive(Debug, Default)]
struct Seen {
    fewest_commits: AtomicUsize,
    most_commits: AtomicUsize,
}

/// Tries every order in which posters can post.
fn try_all(posters: usize, each: usize, most: usize, fates: &'static [Fate]) -> Seen {
    let seen = Arc::new(Seen { fewest_commits: AtomicUsize::new(usize::MAX), ..Seen::default() });
    let told = Arc::clone(&seen);
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(PREEMPTIONS);
    model.check(move || {
        let queue = Arc::new(Queue::new());
        let journal = Arc::new(Journal::new(fates));
        let start = |poster| {
            let (queue, journal) = (Arc::clone(&queue), Arc::clone(&journal));
            thread::spawn(move || post(&queue, &journal, poster, each, most))
        };
        let others: Vec<_> = (1..posters).map(start).collect();
        post(&queue, &journal, 0, each, most);
        for other in others {
            other.join().unwrap();
        }

        let written = journal.written();
        let entries: Vec<Asked> = written.entries().copied().collect();
        assert_eq!(entries.len(), posters * each, "recorded once each: {written:?}");
        assert_eq!(entries.iter().collect::<BTreeSet<_>>().len(), posters * each, "{written:?}");
        for (asked, sequence, since) in &written.answers {
            assert_eq!(entries[*sequence], *asked, "somebody else's answer: {written:?}");
            assert!(sequence >= since, "before what was acknowledged when it was asked: {written:?}");
        }
        assert!(written.groups.iter().all(|group| (1..=most).contains(&group.len())), "{written:?}");
        let failed = fates.iter().take(written.attempts).filter(|fate| **fate != Fate::Lasts).count();
        assert_eq!(written.failures, failed, "each failure is told to one: {written:?}");

        told.fewest_commits.fetch_min(written.groups.len(), Ordering::Relaxed);
        told.most_commits.fetch_max(written.groups.len(), Ordering::Relaxed);
    });
    Arc::try_unwrap(seen).unwrap()
}

#[test]
fn in_every_order_of_three_posters_each_is_answered_once_and_some_share_a_commit() {
    let seen = try_all(3, 1, 8, &[]);
    assert_eq!(seen.most_commits.into_inner(), 3, "nobody waits for somebody to share with");
    assert_eq!(seen.fewest_commits.into_inner(), 1, "all who came in time share a commit");
}

#[test]
fn those_who_post_again_meet_those_who_wait() {
    try_all(2, 3, 8, &[]);
}

#[test]
fn a_group_that_takes_one_only_leaves_nobody_behind() {
    try_all(3, 1, 1, &[]);
}

#[test]
fn a_failure_is_told_to_one_and_the_others_ask_again() {
    try_all(3, 1, 8, &[Fate::Fails]);
    try_all(3, 1, 8, &[Fate::Lasts, Fate::Fails]);
    try_all(2, 2, 8, &[Fate::Fails, Fate::Fails]);
}

#[test]
fn a_panic_of_whoever_commits_leaves_nobody_waiting() {
    try_all(3, 1, 8, &[Fate::Panics]);
    try_all(2, 2, 8, &[Fate::Lasts, Fate::Panics]);
}

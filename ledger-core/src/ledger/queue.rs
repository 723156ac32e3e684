//! A queue of those who wait for the same thing. Whoever comes while one acts waits, and one of those who waited acts for
//! all of them: one acts at a time, and in the order in which they came.
//!
//! It knows nothing of ledgers, and waits with what `super::sync` names, so that a test can put it under a checker that
//! tries every order in which its threads can run.

use std::sync::PoisonError;

use super::sync::{Arc, Condvar, Mutex, MutexGuard};

/// Questions `Q` that wait for answers `A`.
#[derive(Debug)]
pub struct Queue<Q, A>(Mutex<Line<Q, A>>);

/// Who waits, in the order in which they came.
#[derive(Debug)]
struct Line<Q, A> {
    waiting: Vec<Arc<Request<Q, A>>>,
    /// Whether somebody acts just now, or was told to.
    led: bool,
}

/// A question that somebody waits with.
#[derive(Debug)]
struct Request<Q, A> {
    question: Q,
    turn: Mutex<Turn<A>>,
    changed: Condvar,
}

/// What somebody who waits is to do.
#[derive(Debug)]
enum Turn<A> {
    Wait,
    /// Act for all who wait.
    Lead,
    /// Nothing was done, for a reason that whoever led has: ask again.
    Again,
    Done(A),
}

impl<Q, A> Request<Q, A> {
    fn tell(&self, turn: Turn<A>) {
        *guard(&self.turn) = turn;
        self.changed.notify_one();
    }

    fn wait(&self) -> Turn<A> {
        let mut turn = guard(&self.turn);
        while matches!(*turn, Turn::Wait) {
            turn = self.changed.wait(turn).unwrap_or_else(PoisonError::into_inner);
        }
        std::mem::replace(&mut turn, Turn::Wait)
    }
}

impl<Q: Clone, A> Queue<Q, A> {
    /// Nobody waits.
    pub fn new() -> Self {
        Self(Mutex::new(Line { waiting: Vec::new(), led: false }))
    }

    /// Waits for the answer to a question, or acts for up to `most` who wait: `act` has an answer for each of their
    /// questions, or does nothing for a reason, which is told to the one who acted while the others ask again.
    pub fn ask<E>(
        &self,
        question: Q,
        most: usize,
        act: impl FnOnce(&[Q]) -> Result<Vec<A>, E>,
    ) -> Result<A, E> {
        let request = Arc::new(Request { question, turn: Mutex::new(Turn::Wait), changed: Condvar::new() });
        loop {
            let leads = {
                let mut line = guard(&self.0);
                line.waiting.push(Arc::clone(&request));
                !std::mem::replace(&mut line.led, true)
            };
            match if leads { Turn::Lead } else { request.wait() } {
                Turn::Done(answer) => return Ok(answer),
                Turn::Again | Turn::Wait => {}
                Turn::Lead => return self.lead(most, act),
            }
        }
    }

    /// Acts for those who wait, of whom the one who leads is the first.
    fn lead<E>(&self, most: usize, act: impl FnOnce(&[Q]) -> Result<Vec<A>, E>) -> Result<A, E> {
        let mut group = Group { queue: self, requests: Vec::new() };
        {
            let mut line = guard(&self.0);
            let count = line.waiting.len().min(most.max(1));
            group.requests.extend(line.waiting.drain(..count));
        }
        let questions: Vec<Q> = group.requests.iter().map(|request| request.question.clone()).collect();
        let mut answers = act(&questions)?;
        assert_eq!(answers.len(), questions.len(), "an answer for each");
        let others = answers.drain(1..).zip(group.requests.drain(1..));
        others.for_each(|(answer, request)| request.tell(Turn::Done(answer)));
        // The own one needs not be told.
        group.requests.clear();
        Ok(answers.remove(0))
    }
}

/// Those for whom somebody acts. However that ends, nobody of them waits in vain, and the next one leads.
struct Group<'a, Q, A> {
    queue: &'a Queue<Q, A>,
    requests: Vec<Arc<Request<Q, A>>>,
}

impl<Q, A> Drop for Group<'_, Q, A> {
    fn drop(&mut self) {
        self.requests.drain(..).for_each(|request| request.tell(Turn::Again));
        let mut line = guard(&self.queue.0);
        match line.waiting.first() {
            Some(next) => next.tell(Turn::Lead),
            None => line.led = false,
        }
    }
}

/// A panic elsewhere leaves a queue as it is.
fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! A fault: what is wrong with an entry.

use std::sync::Arc;

use crate::id::Reference;
use crate::journal::{Damage, Evidence, JournalError};
use crate::rejection::Rejection;
use crate::sequence::{RecordedAt, Sequence};
use crate::state::Imbalance;

/// The figures of a fault, for whoever tells it in another language than the reason is in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fact {
    /// Code and place say all of it.
    #[default]
    None,
    /// The rules did not allow it.
    Rejected(Box<Rejection>),
    /// Its reference is that of an earlier entry.
    Reference {
        /// The reference.
        name: Reference,
        /// The earlier entry.
        first: Sequence,
    },
    /// It was not recorded after the entry before.
    Instants {
        /// When it was recorded.
        recorded_at: RecordedAt,
        /// When the entry before was.
        before: RecordedAt,
    },
    /// Circulation, fund and obligation after it.
    Imbalance(Imbalance),
    /// The postings that are stored, and those that its operation makes.
    Postings {
        /// Those that are stored.
        stored: String,
        /// Those that its operation makes.
        made: String,
    },
    /// The state after this entry.
    State(Sequence),
    /// What is wrong with the bytes, and how it is known that they were once whole.
    Damage(Damage, Option<Evidence>),
    /// What the journal says.
    Journal(Told),
}

/// What the journal says. Two of them are the same if they read the same.
#[derive(Clone, Debug)]
pub struct Told(pub Arc<JournalError>);

impl PartialEq for Told {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_string() == other.0.to_string()
    }
}

impl Eq for Told {}

/// A code, a sentence, and the figures in it.
#[derive(Debug)]
pub struct Fault {
    pub code: &'static str,
    pub reason: String,
    pub fact: Box<Fact>,
}

impl Fault {
    pub fn new(code: &'static str, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into(), fact: Box::default() }
    }

    pub fn with(self, fact: Fact) -> Self {
        Self { fact: Box::new(fact), ..self }
    }

    pub fn rejected(rejection: &Rejection) -> Self {
        let reason = format!("it should not have been recorded: {rejection}");
        Self::new(rejection.code(), reason).with(Fact::Rejected(Box::new(rejection.clone())))
    }
}

impl From<JournalError> for Fault {
    fn from(error: JournalError) -> Self {
        Self::new(error.code(), error.to_string()).with(Fact::Journal(Told(Arc::new(error))))
    }
}

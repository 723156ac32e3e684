//! A fault: what is wrong with an entry.

use crate::rejection::Rejection;

/// A code and a sentence.
#[derive(Debug)]
pub struct Fault {
    pub code: &'static str,
    pub reason: String,
}

impl Fault {
    pub fn new(code: &'static str, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }

    pub fn rejected(rejection: &Rejection) -> Self {
        Self::new(rejection.code(), format!("it should not have been recorded: {rejection}"))
    }
}

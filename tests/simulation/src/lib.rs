//! Whole ledgers under faults, each from a seed.
//!
//! A ledger is driven over a simulated disk that keeps what is written apart from what is durable, and held against an
//! independent model of the rules. `README.md` beside says what is tried. Everything here is for tests alone.
//!
//! ```text
//! trial     all that is tried with one seed; what fails, shortened
//! life      a plan from beginning to end        plan      what happens in it, from a seed
//! cuts      a power cut at every step           decay     damage to a disk at rest
//! lies      a disk that says yes
//! world     a ledger on its disk, and what it answers, compared
//! survey    what a disk holds after damage      told      what was acknowledged
//! generate  operations from a seed              model     the rules, written a second time
//! tally     what was counted                    dice      chance
//! index_files  an index taken out, put back, spoilt
//! ```

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::enum_glob_use,
    reason = "the model counts in i128, its small numbers fit, and it names its forms shortly"
)]
#![allow(clippy::expect_used, reason = "what is for tests may fail")]

/// Gives up with a sentence unless something holds.
macro_rules! demand {
    ($holds:expr, $($sentence:tt)+) => {
        if !$holds {
            return Err(format!($($sentence)+));
        }
    };
}

mod cuts;
mod decay;
pub mod dice;
pub mod generate;
pub mod index_files;
mod lies;
mod life;
pub mod model;
mod plan;
mod survey;
pub mod tally;
mod told;
pub mod trial;
mod world;

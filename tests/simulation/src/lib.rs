//! Whole ledgers under faults, each from a seed.
//!
//! A ledger is driven over a simulated disk that keeps what is written apart from what is durable, and held against an
//! independent model of the rules. `README.md` beside says what is tried; everything here is for tests alone.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::missing_fields_in_debug,
    reason = "the model counts in i128, and its small numbers fit"
)]
#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "what is for tests may fail")]

pub mod dice;
pub mod generate;
pub mod model;

//! The program `aiga`, run as a person runs it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod command_line;
mod desk;
mod readme;
mod season;

//! Guards against: a statement of the bank that is said to agree and does not, a line or a movement that is in no class or in
//! two, a doubt that is guessed away, and a month whose lines depend on the order of the files.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod bank;
mod first_day;
mod later;
mod months;
mod season;
mod stories;

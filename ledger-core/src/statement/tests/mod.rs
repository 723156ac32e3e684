//! Guards the reading of statements.

mod accounts;
mod cut;
mod dialects;
mod refusals;
mod round;
mod season;
mod write;

//! Guards the reading of statements.

mod accounts;
mod build;
mod contradictions;
mod cut;
mod dialects;
mod letters;
mod profiles;
mod refusals;
mod round;
mod season;
mod valid;
mod variants;
mod write;

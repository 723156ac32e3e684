//! Guards the reading of statements.

mod season;

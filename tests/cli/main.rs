//! The program `aiga`, run as a person runs it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod backup;
mod closing;
mod command_line;
mod dates;
mod desk;
mod document;
mod exports_doc;
mod files;
mod french;
mod readme;
mod reconcile;
mod reconciliation_doc;
mod season;
mod statement;
mod unread_end;
mod words;

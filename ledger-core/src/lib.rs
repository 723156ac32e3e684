//! The core of a double-entry ledger for the bills and the guarantee fund of a local currency.
//!
//! In every committed state, to the cent: circulation (Ä) = guarantee fund (€) = what holders can claim. No bill
//! circulates without its euro, no entry is ever changed or removed, and an acknowledged entry is durable.
//!
//! The way of an operation: parse ([`Operation::from_json`]) → resolve → judge → postings → apply → encode → commit →
//! [`Receipt`]. Files import downwards only; the core reads no clock, file, environment or terminal outside
//! [`storage`].
#![deny(missing_docs)]

pub mod account;
pub mod accounting;
mod ahead;
mod as_text;
pub mod audit;
pub mod backup;
pub mod bills;
pub mod date;
pub mod diagnosis;
pub mod entry;
pub mod export;
pub mod field;
mod history;
mod iban;
pub mod id;
pub mod index;
pub mod journal;
mod json;
pub mod ledger;
pub mod limits;
pub mod money;
pub mod open_item;
pub mod operation;
mod pen;
pub mod proof;
pub mod query;
pub mod reconcile;
pub mod record;
pub mod rejection;
pub mod report;
mod resolved;
mod rules;
pub mod sequence;
mod signed;
pub mod state;
pub mod statement;
pub mod storage;
pub mod text;
pub mod view;

pub use account::Account;
pub use bills::{Bills, Denomination};
pub use date::Date;
pub use entry::{Entry, Posting, Postings, Receipt};
pub use id::{BureauId, MemberId, OperatorId, Reference};
pub use ledger::{BatchError, Ledger, LedgerError, SharedLedger};
pub use money::{Aigas, Euros, Rate};
pub use operation::{Act, Operation};
pub use rejection::Rejection;
pub use sequence::{RecordedAt, Sequence};
pub use state::State;
pub use text::Text;
pub use view::{UnreadEnd, View};

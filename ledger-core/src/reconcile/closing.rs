//! Closing: whether a period may be closed without a reason. The engine closes any period; who asks should know better.

use serde::Serialize;
use strum::IntoStaticStr;

use crate::date::Date;
use crate::state::State;

/// Why a period should not be closed unless somebody gives a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, IntoStaticStr, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
pub enum NotReady {
    /// No statement that agrees reaches so far.
    #[error("no statement was attested through {through}{}", so_far(*attested_through))]
    NotAttested {
        /// The last day of the period.
        through: Date,
        /// How far statements agree, if any does.
        attested_through: Option<Date>,
    },
    /// The day lies behind everything that the ledger knows, as a slip of the pen would.
    #[error("{through} lies after the last entry, which is of {latest}")]
    InTheFuture {
        /// The last day of the period.
        through: Date,
        /// The latest day of any entry and any attested statement.
        latest: Date,
    },
}

impl NotReady {
    /// The stable name of the refusal.
    pub fn code(self) -> &'static str {
        self.into()
    }
}

fn so_far(attested_through: Option<Date>) -> String {
    attested_through.map(|day| format!(", only through {day}")).unwrap_or_default()
}

/// Whether the period through this day is ready to be closed.
pub fn ready_to_close(state: &State, through: Date) -> Result<(), NotReady> {
    let attested_through = state.registers().attested().map(|attested| attested.through);
    if attested_through.is_some_and(|attested| attested >= through) {
        return Ok(());
    }
    match state.latest_on().max(attested_through) {
        Some(latest) if latest < through => Err(NotReady::InTheFuture { through, latest }),
        _ => Err(NotReady::NotAttested { through, attested_through }),
    }
}

//! Closing: whether a period may be closed without a reason. The engine closes any period; who asks should know better.

use serde::Serialize;
use strum::IntoStaticStr;

use crate::date::Date;
use crate::ledger::LedgerError;
use crate::money::Euros;
use crate::view::View;

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
    /// The statement agreed when it was attested; what was recorded since has moved the account before its last day.
    #[error(
        "the statement attested through {attested_through} closes with {} €, and by now the ledger has {} € there",
        .bank.grouped(),
        .ledger.grouped()
    )]
    NoLongerAgrees {
        /// The last day of the statement.
        attested_through: Date,
        /// Its balance.
        bank: Euros,
        /// The ledger's on that day.
        ledger: Euros,
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

/// Why the period through this day is not ready to be closed; none when it is.
pub fn ready_to_close(view: &View, through: Date) -> Result<Option<NotReady>, LedgerError> {
    let state = view.state()?.state;
    let attestation = state.registers().attested();
    let attested_through = attestation.map(|attested| attested.through);
    if let Some(attested) = attestation.filter(|attested| attested.through >= through) {
        let ledger = view.state_on(attested.through)?.state.bank_balance();
        let bank = attested.closing_balance;
        let attested_through = attested.through;
        return Ok((ledger != bank).then_some(NotReady::NoLongerAgrees { attested_through, bank, ledger }));
    }
    Ok(Some(match state.latest_on().max(attested_through) {
        Some(latest) if latest < through => NotReady::InTheFuture { through, latest },
        _ => NotReady::NotAttested { through, attested_through },
    }))
}

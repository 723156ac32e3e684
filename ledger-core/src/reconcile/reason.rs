//! Why something is unexplained, and what would record it.

use serde::Serialize;
use strum::IntoStaticStr;

use crate::date::Date;
use crate::id::Reference;
use crate::money::Euros;
use crate::sequence::Sequence;

/// Why a line or a movement is in no other class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[serde(tag = "code", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// A line: nothing in the ledger has its amount within the window, and its label names nothing.
    NothingLikeIt {
        /// The window.
        window_days: u16,
    },
    /// A line that names something of another amount.
    OtherAmount {
        /// What it names.
        names: Vec<Reference>,
        /// What the bank moved.
        bank: Euros,
        /// What the ledger holds for it.
        ledger: Euros,
        /// Whether the ledger has recorded it, or it waits for the bank.
        recorded: bool,
    },
    /// A line or a movement that several could stand for equally well.
    Ambiguous {
        /// Those, by reference or by line of the file.
        candidates: Vec<String>,
    },
    /// A line that something could stand for, which could stand for another line of that amount as well.
    Contested {
        /// What could stand for either.
        name: Reference,
    },
    /// A line whose words are those of interest or a charge, and whose amount is that of something which waits for the bank.
    WordsDiffer {
        /// What has its amount.
        name: Reference,
    },
    /// A line that names something that was settled before: by this entry.
    Settled {
        /// What it names.
        name: Reference,
        /// The entry that settled it.
        entry: Sequence,
    },
    /// A line that names something of a later day.
    TooEarly {
        /// What it names.
        name: Reference,
        /// The day from which it can be settled.
        from: Date,
    },
    /// A line whose fingerprint an entry carries, but with other amounts.
    BankLineDiffers {
        /// What the bank moved.
        bank: Euros,
        /// What the entries with its fingerprint moved.
        ledger: Euros,
    },
    /// A movement: no line of the statement shows it.
    NoLine,
    /// The statement does not begin where the ledger stands: the difference lies before its first day.
    OpeningDiffers {
        /// The balance with which the statement begins.
        bank: Euros,
        /// What the ledger says of the days before.
        ledger: Euros,
    },
    /// A line that names what another line is proposed for.
    Proposed {
        /// What it names.
        name: Reference,
    },
    /// A line that could be recorded, if its day did not lie in a closed period.
    Closed {
        /// The last day of the closed period.
        through: Date,
    },
    /// A line for which sums were not searched to the end: there were too many possibilities. Naming the slips helps.
    NotSearched,
}

impl Reason {
    /// Whether something could be explained in more than one way.
    pub fn is_doubt(&self) -> bool {
        matches!(self, Self::Ambiguous { .. } | Self::Contested { .. } | Self::WordsDiffer { .. })
    }

    /// What waits for the bank under the name that a line gives, with another amount than the line's.
    pub fn waiting(&self) -> Option<Euros> {
        match self {
            Self::OtherAmount { ledger, recorded: false, .. } => Some(*ledger),
            _ => None,
        }
    }

    /// The stable name of the reason.
    pub fn code(&self) -> &'static str {
        self.into()
    }
}

/// What would record a line, for the treasurer to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Suggestion {
    /// The bank credited less or more than the slips say: `aiga deposit` with `--short` or `--over`.
    Deposit {
        /// The slips.
        slips: Vec<Reference>,
        /// What the bank credited.
        amount: Euros,
        /// What is missing.
        #[serde(skip_serializing_if = "Option::is_none")]
        short: Option<Euros>,
        /// What is too much.
        #[serde(skip_serializing_if = "Option::is_none")]
        over: Option<Euros>,
        /// The bank's booking date.
        on: Date,
    },
}

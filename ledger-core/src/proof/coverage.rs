//! Statements of coverage: what circulated and what stood behind it as of a checkpoint, signed by itself, so that the
//! checkpoint stays what other programs know.

use data_encoding::BASE64;
use serde::Serialize;

use crate::money::{Aigas, Bill, Euro, Euros, Unit};
use crate::sequence::RecordedAt;
use crate::signed::{Checkpoint, ProofError, SignedNote, SigningKey, VerifyingKey};
use crate::state::{FundFigures, State};

/// The first line, which no checkpoint has: a checkpoint's second line is a number.
const HEADING: &str = "aiga-coverage/1";

/// Circulation and fund after the last entry of a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Size and root to which the figures belong.
    pub checkpoint: Checkpoint,
    /// The figures.
    pub figures: CoverageFigures,
}

/// The figures that are signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CoverageFigures {
    /// When the last of the entries was recorded: an instant in UTC.
    pub recorded_at: String,
    /// Ä in circulation.
    pub circulation: Aigas,
    /// Where the euros of the fund are.
    pub fund: FundFigures,
}

impl CoverageFigures {
    /// The figures of a state.
    pub fn of(state: &State) -> Self {
        let recorded_at: RecordedAt = state.recorded_at();
        Self { recorded_at: recorded_at.to_string(), circulation: state.circulation(), fund: state.fund() }
    }

    fn lines(&self) -> [(&'static str, String); 8] {
        let Self { recorded_at, circulation, fund } = self;
        let euros = |amount: Euros| format!("{amount} {}", Euro::CODE);
        [
            ("recorded", recorded_at.clone()),
            ("circulation", format!("{circulation} {}", Bill::CODE)),
            ("fund", euros(fund.total)),
            ("deposit", euros(fund.deposit)),
            ("tills", euros(fund.tills)),
            ("transit", euros(fund.transit)),
            ("receivable", euros(fund.receivable)),
            ("payable", euros(fund.payable)),
        ]
    }
}

impl Coverage {
    /// The lines that are signed.
    pub fn text(&self) -> String {
        let Checkpoint { origin, size, root, .. } = &self.checkpoint;
        let root = BASE64.encode(&root.0);
        let figures = self.figures.lines().map(|(name, value)| format!("{name} {value}\n")).concat();
        format!("{HEADING}\norigin {origin}\nsize {size}\nroot {root}\n{figures}")
    }

    /// Signs the statement of the ledger with this key.
    pub fn sign(&self, key: &SigningKey) -> SignedNote {
        SignedNote::sign(self.text(), key)
    }

    /// Whether a note is meant to be one; it may yet be none.
    pub fn is_meant_by(note: &SignedNote) -> bool {
        note.unverified_text().lines().next() == Some(HEADING)
    }

    /// What a signed note says, once this key has signed it.
    ///
    /// # Errors
    /// Those of [`SignedNote::verify`]; [`ProofError::Coverage`], [`ProofError::Origin`].
    pub fn open(note: &SignedNote, key: &VerifyingKey) -> Result<Self, ProofError> {
        let text = note.verify(key)?;
        let coverage = read(text).filter(|coverage| coverage.text() == text).ok_or(ProofError::Coverage)?;
        let (origin, name) = (&coverage.checkpoint.origin, key.name());
        if origin == name {
            return Ok(coverage);
        }
        Err(ProofError::Origin { origin: origin.to_string(), name: name.to_string() })
    }

    /// Holds the figures against those of the state after as many entries.
    ///
    /// # Errors
    /// [`ProofError::OtherFigure`], the first one.
    pub fn check(&self, state: &State) -> Result<(), ProofError> {
        let found = CoverageFigures::of(state).lines();
        let differs = self.figures.lines().into_iter().zip(found).find(|(signed, found)| signed != found);
        match differs {
            None => Ok(()),
            Some(((figure, signed), (_, found))) => Err(ProofError::OtherFigure { figure, signed, found }),
        }
    }
}

fn read(text: &str) -> Option<Coverage> {
    let mut lines = text.strip_prefix(HEADING)?.strip_prefix('\n')?.lines();
    let mut line = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
    let (origin, size, root) = (line("origin")?, line("size")?, line("root")?);
    let root = BASE64.decode(root.as_bytes()).ok()?.try_into().ok()?;
    let checkpoint = Checkpoint::new(origin.parse().ok()?, size.parse().ok()?, crate::journal::Root(root));
    let recorded_at = line("recorded")?.to_owned();
    let circulation = line("circulation")?.strip_suffix(Bill::CODE)?.trim_end().parse().ok()?;
    let mut euros =
        |name: &str| -> Option<Euros> { line(name)?.strip_suffix(Euro::CODE)?.trim_end().parse().ok() };
    let total = euros("fund")?;
    let fund = FundFigures {
        deposit: euros("deposit")?,
        tills: euros("tills")?,
        transit: euros("transit")?,
        receivable: euros("receivable")?,
        payable: euros("payable")?,
        total,
    };
    Some(Coverage { checkpoint, figures: CoverageFigures { recorded_at, circulation, fund } })
}

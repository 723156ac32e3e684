//! A suggestion as the command that records it.

use ledger_core::reconcile::Suggestion;

/// The command that records what is suggested.
pub fn of(suggestion: &Suggestion) -> String {
    match suggestion {
        Suggestion::Deposit { slips, amount, short, over, on } => {
            let slips: Vec<&str> = slips.iter().map(ledger_core::Reference::as_str).collect();
            let part = |flag: &str, part: &Option<ledger_core::Euros>| {
                part.map(|part| format!(" {flag} {part}")).unwrap_or_default()
            };
            let (slips, short, over) = (slips.join(" "), part("--short", short), part("--over", over));
            format!("aiga deposit {slips} --amount {amount}{short}{over} --on {on}")
        }
    }
}

//! A suggestion as the command that records it.

use ledger_core::reconcile::Suggestion;

/// The command that records what is suggested.
pub fn of(suggestion: &Suggestion) -> String {
    match suggestion {
        Suggestion::Deposit { slips, amount, short, over, on } => {
            let slips: Vec<&str> = slips.iter().map(ledger_core::Reference::as_str).collect();
            let mut command = format!("aiga deposit {} --amount {amount}", slips.join(" "));
            for (flag, part) in [("--short", short), ("--over", over)] {
                if let Some(part) = part {
                    command.push_str(&format!(" {flag} {part}"));
                }
            }
            format!("{command} --on {on}")
        }
    }
}

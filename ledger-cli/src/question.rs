//! Questions: what a person at a terminal is asked before something is recorded.

use std::fmt::Display;
use std::io;

use crate::error::CliError;
use crate::output::to_stderr_unended;

/// Asks on standard error, and reads whether the answer is a clear yes.
pub fn agreed(question: impl Display) -> Result<bool, CliError> {
    to_stderr_unended(question);
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(is_yes(&answer))
}

fn is_yes(answer: &str) -> bool {
    ["y", "yes", "o", "oui"].contains(&answer.trim().to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::is_yes;

    #[test]
    fn only_a_clear_yes_records() {
        for yes in ["y\n", "o\n", "Oui\n", " YES "] {
            assert!(is_yes(yes), "{yes}");
        }
        for no in ["", "\n", "n\n", "non", "yep", "0"] {
            assert!(!is_yes(no), "{no}");
        }
    }
}

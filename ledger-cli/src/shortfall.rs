//! How a shortfall is told: days on which something would have been below nothing, and the entry that made it so.

use ledger_core::Account;
use ledger_core::state::Shortfall;
use serde_json::{Value, json};

use crate::error::CliError;
use crate::lang::Lang;
use crate::output::{ALERT, Figures, Out};
use crate::say;

/// What is said of each in a list, before the rest is only counted.
const TOLD: usize = 10;

/// A sentence.
pub fn told(shortfall: &Shortfall, figures: &Figures) -> String {
    let Shortfall { account, from, through, lacks, bills, entry } = shortfall;
    let lang = figures.lang;
    let lacks = match account {
        Account::Bills(_) => figures.aigas(ledger_core::Aigas::from_cents(lacks.cents())),
        Account::Euros(_) => figures.euros(*lacks),
    };
    let bills = bills.as_ref().map(|bills| format!(" ({bills})")).unwrap_or_default();
    let from_day = figures.date(*from);
    match through {
        Some(through) if through == from => say!(
            lang,
            "{account} would have lacked {lacks}{bills} on {from_day}, by entry {entry}",
            "il aurait manqué {lacks}{bills} à {account} le {from_day}, du fait de l'écriture {entry}"
        ),
        Some(through) => {
            let through = figures.date(*through);
            say!(
                lang,
                "{account} would have lacked {lacks}{bills} from {from_day} to {through}, by entry {entry}",
                "il aurait manqué {lacks}{bills} à {account} du {from_day} au {through}, du fait de l'écriture {entry}"
            )
        }
        None => say!(
            lang,
            "{account} would have lacked {lacks}{bills} from {from_day} on, by entry {entry}",
            "il aurait manqué {lacks}{bills} à {account} à partir du {from_day}, du fait de l'écriture {entry}"
        ),
    }
}

/// For machines: the figures, with a code and the sentence.
pub fn to_json(shortfall: &Shortfall, figures: &Figures) -> Value {
    let mut json = json!(shortfall);
    json["code"] = json!("shortfall");
    json["message"] = json!(told(shortfall, figures));
    json
}

/// Tells of the days, whatever was recorded when.
pub fn list(shortfalls: &[Shortfall], figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    for shortfall in shortfalls.iter().take(TOLD) {
        out.line(out.paint(ALERT, told(shortfall, figures)))?;
    }
    match shortfalls.len().saturating_sub(TOLD) {
        0 => Ok(()),
        more => out.line(say!(figures.lang, "and {more} more", "et {more} de plus")),
    }
}

/// Tells of figures as of a day that cannot be.
pub fn flag(shortfalls: &[Shortfall], figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    if shortfalls.is_empty() {
        return Ok(());
    }
    out.line(out.paint(ALERT, cannot_be(figures.lang)))?;
    list(shortfalls, figures, out)
}

/// What is said above figures as of a day on which something is below nothing.
pub fn cannot_be(lang: Lang) -> &'static str {
    lang.of(
        "THESE FIGURES CANNOT HAVE BEEN: something was below nothing on that day",
        "CES CHIFFRES SONT IMPOSSIBLES : il manquait quelque chose ce jour-là",
    )
}

//! Amounts and days in French sentences.

use ledger_core::{Account, Aigas, Date, Euros};

use super::Lang;
use crate::output::Figures;

fn figures() -> Figures {
    Figures::new(Lang::Fr, "Ä")
}

pub fn euros(amount: Euros) -> String {
    figures().euros(amount)
}

pub fn aigas(amount: Aigas) -> String {
    figures().aigas(amount)
}

pub fn day(date: Date) -> String {
    figures().date(date)
}

/// What an account holds, in its unit.
pub fn amount_of(account: &Account, amount: Euros) -> String {
    match account {
        Account::Bills(_) => aigas(amount.at_par()),
        Account::Euros(_) => euros(amount),
    }
}

pub fn count(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}", figures().count(number.unsigned_abs()))
}

//! Amounts and days in French sentences.

use ledger_core::{Aigas, Date, Euros};

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

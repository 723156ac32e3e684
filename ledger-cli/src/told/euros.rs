//! Sentences about euros.

use ledger_core::account::EuroAccount;
use ledger_core::entry::Choice;
use ledger_core::field::Slips;
use ledger_core::operation::{
    BankCharge, BankInterest, Cover, Deposit, PayOut, Reclassify, Release, Remit, TopUp, WithdrawSurplus,
    WriteOff,
};
use ledger_core::{Entry, Euros};

use crate::output::Figures;
use crate::say;

pub(super) fn remitted(act: &Remit, figures: &Figures) -> String {
    let (bureau, amount, slip) = (&act.bureau, figures.euros(act.amount), &act.slip);
    say!(
        figures.lang,
        "{amount} of {bureau}'s till are on their way, slip {slip}.",
        "{amount} de la caisse ({bureau}) sont en route, bordereau {slip}."
    )
}

pub(super) fn deposited(act: &Deposit, figures: &Figures) -> String {
    let lang = figures.lang;
    let slips = act.slip.iter().chain(act.slips.iter().flat_map(Slips::as_slice));
    let slips = slips.map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let amount = figures.euros(act.amount);
    let mut parts = vec![say!(
        lang,
        "The bank credited {amount} for {slips}",
        "La banque a crédité {amount} pour {slips}"
    )];
    if let Some(short) = act.short.map(|amount| figures.euros(amount)) {
        parts.push(say!(lang, "{short} short", "il manque {short}"));
    }
    if let Some(over) = act.over.map(|amount| figures.euros(amount)) {
        parts.push(say!(lang, "{over} over", "{over} en trop"));
    }
    if let Some(charge) = act.charge.map(|amount| figures.euros(amount)) {
        parts.push(say!(lang, "{charge} kept as a charge", "{charge} de frais retenus"));
    }
    format!("{}.", parts.join(", "))
}

pub(super) fn paid_out(act: &PayOut, entry: &Entry, figures: &Figures) -> String {
    let fee = if let Choice::Fee(fee) = entry.choice { fee } else { Euros::ZERO };
    let settled = entry.postings.net_debit(&EuroAccount::Payable(act.payable.clone()));
    let (paid, kept, payable, lang) =
        (figures.euros(settled - fee), figures.euros(fee), &act.payable, figures.lang);
    let from = match &act.from_till {
        None => lang.of("from the bank", "par la banque").to_owned(),
        Some(bureau) => say!(lang, "from the till of {bureau}", "par la caisse de {bureau}"),
    };
    if fee.is_zero() {
        return say!(lang, "Pay {paid} for {payable}, {from}.", "Payer {paid} pour {payable}, {from}.");
    }
    say!(
        lang,
        "Pay {paid} for {payable}, {from}; the fee of {kept} is the association's.",
        "Payer {paid} pour {payable}, {from} ; les frais de {kept} sont à l'association."
    )
}

pub(super) fn released(act: &Release, entry: &Entry, figures: &Figures) -> String {
    let (payable, amount) = (&act.payable, figures.euros(entry.postings.net_debit(&EuroAccount::OwnBank)));
    say!(
        figures.lang,
        "{amount} owed under {payable} are the association's now.",
        "{amount} dus sous {payable} sont maintenant à l'association."
    )
}

pub(super) fn covered(act: &Cover, figures: &Figures) -> String {
    let (bureau, amount, slip) = (&act.bureau, figures.euros(act.amount), &act.slip);
    say!(
        figures.lang,
        "{bureau} pays {amount} of what is missing, slip {slip}.",
        "{bureau} paie {amount} de ce qui manque, bordereau {slip}."
    )
}

pub(super) fn written_off(act: &WriteOff, figures: &Figures) -> String {
    let (bureau, amount) = (&act.bureau, figures.euros(act.amount));
    say!(
        figures.lang,
        "The association pays {amount} missing at {bureau}.",
        "L'association prend à sa charge les {amount} qui manquent à {bureau}."
    )
}

pub(super) fn reclassified(act: &Reclassify, figures: &Figures) -> String {
    let (debit, credit, amount) = (&act.debit, &act.credit, figures.euros(act.amount));
    say!(
        figures.lang,
        "Reclassified {amount}: {debit} ← {credit}.",
        "Reclassement de {amount} : {debit} ← {credit}."
    )
}

pub(super) fn interest(act: &BankInterest, figures: &Figures) -> String {
    let amount = figures.euros(act.amount);
    say!(figures.lang, "The bank paid {amount} of interest.", "La banque a versé {amount} d'intérêts.")
}

pub(super) fn charge(act: &BankCharge, figures: &Figures) -> String {
    let amount = figures.euros(act.amount);
    say!(figures.lang, "The bank charged {amount}.", "La banque a prélevé {amount} de frais.")
}

pub(super) fn topped_up(act: &TopUp, figures: &Figures) -> String {
    let amount = figures.euros(act.amount);
    say!(
        figures.lang,
        "The association added {amount} of its own.",
        "L'association a apporté {amount} de fonds propres."
    )
}

pub(super) fn withdrawn(act: &WithdrawSurplus, figures: &Figures) -> String {
    let amount = figures.euros(act.amount);
    say!(
        figures.lang,
        "The association withdrew {amount} of its own.",
        "L'association a retiré {amount} de fonds propres."
    )
}

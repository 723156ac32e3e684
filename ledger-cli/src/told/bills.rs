//! Sentences about bills.

use ledger_core::account::EuroAccount;
use ledger_core::accounting::Books;
use ledger_core::entry::Choice;
use ledger_core::field::{Means, Paid};
use ledger_core::operation::{
    Count, DestroyBills, Exchange, Issue, PrintBills, Reconvert, ReturnBills, Supply, Swap,
};
use ledger_core::{BureauId, Entry, State};

use super::place;
use crate::output::Figures;
use crate::say;

pub(super) fn printed(act: &PrintBills, figures: &Figures) -> String {
    let bills = figures.bills_worth(&act.bills);
    say!(figures.lang, "Printed {bills}.", "Imprimé : {bills}.")
}

pub(super) fn destroyed(act: &DestroyBills, figures: &Figures) -> String {
    let (bills, place) = (figures.bills_worth(&act.bills), place(act.bureau.as_ref(), figures.lang));
    say!(figures.lang, "Destroyed {bills}, {place}.", "Détruit : {bills}, {place}.")
}

pub(super) fn supplied(act: &Supply, figures: &Figures) -> String {
    let (bills, bureau) = (figures.bills_worth(&act.bills), &act.bureau);
    say!(figures.lang, "Supplied {bureau} with {bills}.", "Livré à {bureau} : {bills}.")
}

pub(super) fn returned(act: &ReturnBills, figures: &Figures) -> String {
    let (bills, bureau) = (figures.bills_worth(&act.bills), &act.bureau);
    say!(figures.lang, "Back from {bureau}: {bills}.", "Rendu par {bureau} : {bills}.")
}

pub(super) fn issued(act: &Issue, figures: &Figures) -> String {
    let bills = figures.bills_worth(&act.bills);
    say!(figures.lang, "Issued {bills} from the vault.", "Émis depuis le coffre : {bills}.")
}

pub(super) fn swapped(act: &Swap, choice: &Choice, figures: &Figures) -> String {
    let bills = match (choice, &act.bills) {
        (Choice::Bills(chosen), _) => figures.bills_worth(chosen),
        (_, Some(given)) => figures.bills_worth(given),
        (_, None) => figures.lang.no_bills().to_owned(),
    };
    let (bureau, lang) = (&act.bureau, figures.lang);
    let paid = match &act.paid {
        Paid::By(Means::Cash) => lang.of("in cash", "en espèces").to_owned(),
        Paid::By(Means::Cheque) => lang.of("by cheque", "par chèque").to_owned(),
        Paid::By(Means::Card) => lang.of("by card", "par carte").to_owned(),
        Paid::By(Means::Transfer) => lang.of("by transfer", "par virement").to_owned(),
        Paid::Credit(payable) => say!(lang, "from what is owed under {payable}", "par l'avoir {payable}"),
    };
    say!(lang, "Hand out {bills}, at {bureau}, paid {paid}.", "Remettre {bills}, à {bureau}, payé {paid}.")
}

pub(super) fn exchanged(act: &Exchange, figures: &Figures) -> String {
    let Exchange { r#in, out, bureau } = act;
    let (taken, given) = (figures.bills(r#in), figures.bills_worth(out));
    let place = place(bureau.as_ref(), figures.lang);
    say!(figures.lang, "Exchanged {taken} for {given}, {place}.", "Échangé {taken} contre {given}, {place}.")
}

pub(super) fn reconverted(act: &Reconvert, entry: &Entry, figures: &Figures) -> String {
    let Reconvert { member, bills, bureau, .. } = act;
    let (bills, place) = (figures.bills_worth(bills), place(bureau.as_ref(), figures.lang));
    let rate = match entry.choice {
        Choice::Rate(rate) => figures.rate(rate),
        _ => "–".to_owned(),
    };
    let reference = &entry.operation.reference;
    say!(
        figures.lang,
        "{member} hands in {bills}, {place}; the fund owes it under {reference} (fee {rate}).",
        "{member} rend {bills}, {place} ; le fonds les doit (réf. {reference}, frais {rate})."
    )
}

pub(super) fn counted(act: &Count, entry: &Entry, state: &State, figures: &Figures) -> String {
    let (place, bills) = (place(act.bureau.as_ref(), figures.lang), figures.bills_worth(&act.bills));
    let lang = figures.lang;
    if entry.postings.is_empty() {
        return say!(
            lang,
            "Counted {place}: {bills}; the books agree.",
            "Compté {place} : {bills} ; le comptage concorde avec le registre."
        );
    }
    let bureau = act.bureau.clone().unwrap_or_else(BureauId::office);
    let receivable = EuroAccount::Receivable(bureau);
    let missing = entry.postings.net_debit(&receivable);
    let surplus = -entry.postings.net_debit(&EuroAccount::Payable(entry.operation.reference.clone()));
    let mut parts = vec![say!(
        lang,
        "Counted {place}: {bills}; the books were corrected",
        "Compté {place} : {bills} ; le registre a été corrigé"
    )];
    if missing.is_positive() {
        let (missing, owed) = (figures.euros(missing), figures.euros(state.euros(&receivable)));
        parts.push(say!(
            lang,
            "{missing} are missing, {owed} are owed to the fund in all",
            "il manque {missing}, {owed} sont dus au fonds en tout"
        ));
    }
    if missing.is_negative() {
        let repaid = figures.euros(-missing);
        parts.push(say!(
            lang,
            "{repaid} of what was missing turned up",
            "{repaid} de ce qui manquait sont retrouvés"
        ));
    }
    if surplus.is_positive() {
        let (surplus, reference) = (figures.euros(surplus), &entry.operation.reference);
        parts.push(say!(
            lang,
            "{surplus} too many, which the fund owes under {reference}",
            "{surplus} en trop, que le fonds doit (réf. {reference})"
        ));
    }
    format!("{}.", parts.join(lang.of("; ", " ; ")))
}

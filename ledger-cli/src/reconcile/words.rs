//! What a reconciliation comes to, and why something is unexplained, in sentences.

use ledger_core::reconcile::{Evidence, Reason, Side};
use ledger_core::{Euros, Reference};

use super::report::{Answer, Open, Proposed, Report};
use crate::lang::Lang;
use crate::output::Figures;
use crate::say;

/// The most names that a sentence lists.
const NAMES_MAX: usize = 5;

/// The answer, in a sentence.
pub fn answer(report: &Report, figures: &Figures) -> String {
    let lang = figures.lang;
    let account = report.bank.as_ref().map_or_else(
        || lang.of("The account", "Le compte").to_owned(),
        |bank| say!(lang, "The account at {bank}", "Le compte de {bank}"),
    );
    let counted = |operations: usize| figures.count(operations as u64);
    let operations = match report.answer() {
        Answer::AgreeOnceRecorded(all) | Answer::Refused(all) | Answer::NoBalance(all) => counted(all),
        _ => String::new(),
    };
    match report.answer() {
        Answer::Agree => {
            say!(lang, "{account} and the bills agree.", "{account} et les billets concordent.")
        }
        Answer::AgreeOnceRecorded(1) => say!(
            lang,
            "{account} and the bills agree once the operation proposed is recorded.",
            "{account} et les billets concordent, une fois enregistrée l'opération proposée."
        ),
        Answer::AgreeOnceRecorded(_) => say!(
            lang,
            "{account} and the bills agree once the {operations} operations proposed are recorded.",
            "{account} et les billets concordent, une fois enregistrées les {operations} opérations proposées."
        ),
        Answer::Left(left) => {
            let left = figures.euros(absolute(left));
            say!(lang, "{left} is left to explain.", "Il reste {left} à expliquer.")
        }
        Answer::SomeLeft => {
            let left = some_left(report, figures);
            if report.difference.is_some() {
                say!(
                    lang,
                    "The amounts agree, but this is left to explain: {left}.",
                    "Les montants concordent, mais il reste à expliquer : {left}."
                )
            } else {
                say!(
                    lang,
                    "This is left to explain: {left}; the statement tells no balance.",
                    "Il reste à expliquer : {left} ; le relevé n'indique pas de solde."
                )
            }
        }
        Answer::Refused(1) => say!(
            lang,
            "The ledger would refuse one of the operations proposed.",
            "Le registre refuserait une des opérations proposées."
        ),
        Answer::Refused(_) => say!(
            lang,
            "The ledger would refuse {operations} of the operations proposed.",
            "Le registre refuserait {operations} des opérations proposées."
        ),
        Answer::NoBalance(0) => say!(
            lang,
            "Every line is explained; the statement tells no balance.",
            "Toutes les lignes sont expliquées ; le relevé n'indique pas de solde."
        ),
        Answer::NoBalance(1) => say!(
            lang,
            "Every line is explained once the operation proposed is recorded; the statement tells no balance.",
            "Toutes les lignes sont expliquées, une fois enregistrée l'opération proposée ; le relevé n'indique pas de solde."
        ),
        Answer::NoBalance(_) => say!(
            lang,
            "Every line is explained once the {operations} operations proposed are recorded; the statement tells no balance.",
            "Toutes les lignes sont expliquées, une fois enregistrées les {operations} opérations proposées ; le relevé n'indique pas de solde."
        ),
    }
}

/// How many lines and entries are unexplained.
fn some_left(report: &Report, figures: &Figures) -> String {
    let lang = figures.lang;
    let lines = report.open_on(Side::Bank).filter(|open| open.line.is_some()).count();
    let entries = report.open_on(Side::Ledger).count();
    let opening = report.unexplained.len() - lines - entries;
    let told = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(one.to_owned()),
        count => Some(format!("{} {many}", figures.count(count as u64))),
    };
    let parts = [
        told(
            lines,
            lang.of("one line of the statement", "une ligne du relevé"),
            lang.of("lines of the statement", "lignes du relevé"),
        ),
        told(
            entries,
            lang.of("one entry of the ledger", "une écriture du registre"),
            lang.of("entries of the ledger", "écritures du registre"),
        ),
        told(opening, lang.opening(), lang.opening()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// On which side there is more, when something is left.
pub fn more_on(report: &Report, figures: &Figures) -> Option<String> {
    let Answer::Left(left) = report.answer() else { return None };
    let lang = figures.lang;
    let amount = figures.euros(absolute(left));
    let once = if report.proposed.is_empty() {
        ""
    } else {
        lang.of("Once the proposals are recorded, ", "Une fois les propositions enregistrées, ")
    };
    let told = if left > Euros::ZERO {
        say!(
            lang,
            "{once}the bank holds {amount} more than the ledger says.",
            "{once}la banque détient {amount} de plus que le registre."
        )
    } else {
        say!(
            lang,
            "{once}the bank holds {amount} less than the ledger says.",
            "{once}la banque détient {amount} de moins que le registre."
        )
    };
    Some(capital(&told))
}

/// An amount without its sign.
pub fn absolute(amount: Euros) -> Euros {
    if amount < Euros::ZERO { -amount } else { amount }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Why something is unexplained.
pub fn reason(reason: &Reason, figures: &Figures) -> String {
    let lang = figures.lang;
    match reason {
        Reason::NothingLikeIt { window_days } => say!(
            lang,
            "The label names nothing known, and nothing in the ledger has this amount within {window_days} days.",
            "Le libellé ne nomme rien de connu, et rien au registre n'a ce montant à {window_days} jours près."
        ),
        Reason::OtherAmount { names, bank, ledger, .. } => {
            let (names, bank, ledger) = (listed(names, lang), figures.euros(*bank), figures.euros(*ledger));
            say!(
                lang,
                "{names}: the bank has {bank}, the ledger {ledger}.",
                "{names} : la banque a {bank}, le registre {ledger}."
            )
        }
        Reason::Ambiguous { candidates } => {
            let candidates = listed(candidates, lang);
            say!(lang, "Several could be meant: {candidates}.", "Plusieurs sont possibles : {candidates}.")
        }
        Reason::Contested { name } => say!(
            lang,
            "{name} has this amount, and another line may be it just as well.",
            "{name} a ce montant, et une autre ligne peut aussi bien lui correspondre."
        ),
        Reason::WordsDiffer { name } => say!(
            lang,
            "The words are those of interest or a charge, and the amount is that of {name}.",
            "Le libellé est celui d'intérêts ou de frais, et le montant celui de {name}."
        ),
        Reason::Settled { name, entry } => say!(
            lang,
            "{name} was settled before, by entry {entry}.",
            "{name} est déjà réglé, par l'écriture {entry}."
        ),
        Reason::TooEarly { name, from } => {
            let from = figures.date(*from);
            say!(
                lang,
                "{name} cannot be settled before {from}.",
                "{name} ne peut pas être réglé avant le {from}."
            )
        }
        Reason::BankLineDiffers { bank, ledger } => {
            let (bank, ledger) = (figures.euros(*bank), figures.euros(*ledger));
            say!(
                lang,
                "Recorded for this very line with {ledger}; the bank has {bank}.",
                "Enregistré pour cette ligne même avec {ledger} ; la banque a {bank}."
            )
        }
        Reason::NoLine => {
            say!(lang, "No line of the statement shows it.", "Aucune ligne du relevé ne le montre.")
        }
        Reason::OpeningDiffers { bank, ledger } => {
            let (bank, ledger) = (figures.euros(*bank), figures.euros(*ledger));
            say!(
                lang,
                "The statement begins with {bank}; the ledger has {ledger} before. The difference lies before its first day.",
                "Le relevé commence avec {bank} ; le registre a {ledger} avant. L'écart est antérieur à son premier jour."
            )
        }
        Reason::Proposed { name } => {
            say!(lang, "{name} is proposed for another line.", "{name} est proposé pour une autre ligne.")
        }
        Reason::Closed { through } => {
            let through = figures.date(*through);
            say!(
                lang,
                "It could be recorded, but the period through {through} is closed.",
                "On pourrait l'enregistrer, mais la période est close jusqu'au {through}."
            )
        }
        Reason::NotSearched => say!(
            lang,
            "Too many sums are possible; name the slips or the references in the orders to the bank.",
            "Trop de sommes sont possibles ; nommez les bordereaux ou les références auprès de la banque."
        ),
        other => other.code().to_owned(),
    }
}

fn listed(names: &[impl ToString], lang: Lang) -> String {
    let mut listed: Vec<String> = names.iter().take(NAMES_MAX).map(ToString::to_string).collect();
    if names.len() > NAMES_MAX {
        let more = names.len() - NAMES_MAX;
        listed.push(say!(lang, "and {more} more", "et {more} de plus"));
    }
    listed.join(", ")
}

/// What is proposed, in a word and the names that it settles.
pub fn proposed(proposed: &Proposed, lang: Lang) -> String {
    let kind = match proposed.kind {
        "deposit" => lang.of("deposit", "dépôt"),
        "pay_out" => lang.of("pay-out", "paiement"),
        "bank_interest" => lang.of("interest", "intérêts"),
        _ => lang.of("charge", "frais"),
    };
    let names: Vec<String> = proposed.names.iter().map(Reference::to_string).collect();
    let told = format!("{kind} {}", names.join(" "));
    match guessed(proposed.by, lang) {
        Some(guessed) => format!("{told}, {guessed}"),
        None => told.trim_end().to_owned(),
    }
}

/// What tells that a line stands for something, where it is less than a name.
const fn guessed(by: Evidence, lang: Lang) -> Option<&'static str> {
    match by {
        Evidence::Amount => Some(lang.of("by its amount alone", "d'après le seul montant")),
        Evidence::Sum => Some(lang.of("by the sum of their amounts", "d'après la somme des montants")),
        _ => None,
    }
}

/// What something unexplained is called: the words of the bank, or the operation.
pub fn label(open: &Open, lang: Lang) -> String {
    let entry = open.entry.map(|entry| format!("#{entry} ")).unwrap_or_default();
    match open.label.as_str() {
        "" => lang.opening().to_owned(),
        label => format!("{entry}{label}"),
    }
}

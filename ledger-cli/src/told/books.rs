//! Sentences about the ledger as a whole, its bureaux and its members.

use ledger_core::entry::Choice;
use ledger_core::field::{MemberKind, Terms};
use ledger_core::operation::{
    AmendBureau, AmendMember, AttestStatement, CloseBureau, ClosePeriod, EnrolMember, Found, OpenBureau,
    RenewMember, Reverse, SetFee,
};
use ledger_core::state::{TakenBack, TakenBackKind};
use ledger_core::{Date, Entry, State, Text};

use crate::lang::Lang;
use crate::output::Figures;
use crate::say;

/// The terms of a bureau, in words.
pub fn terms_shown(terms: Terms, figures: &Figures) -> String {
    match terms {
        Terms::Prefunded => figures.lang.prefunded().to_owned(),
        Terms::Consignment { till_ceiling, deposit_within_days: days } => {
            let ceiling = figures.euros(till_ceiling);
            say!(
                figures.lang,
                "consignment, till up to {ceiling}, deposit within {days} days",
                "en consignation, caisse jusqu'à {ceiling}, à déposer en banque sous {days} jours"
            )
        }
    }
}

/// What kind of member, in words.
pub const fn kind_shown(kind: MemberKind, lang: Lang) -> &'static str {
    match kind {
        MemberKind::Individual => lang.individual(),
        MemberKind::Accepter => lang.accepter(),
    }
}

pub(super) fn founded(act: &Found, figures: &Figures) -> String {
    let Found { association, currency, symbol, denominations, fund, reconversion_fee, .. } = act;
    let faces: Vec<String> = denominations.iter().map(|face| face.to_string()).collect();
    let (faces, bank, fee) = (faces.join(", "), &fund.bank, figures.rate(*reconversion_fee));
    say!(
        figures.lang,
        "{association} founds its ledger: {currency}, bills of {faces} {symbol}, fund at {bank}, fee {fee}.",
        "{association} fonde son registre : {currency}, billets de {faces} {symbol}, fonds à {bank}, frais {fee}."
    )
}

pub(super) fn bureau_opened(act: &OpenBureau, figures: &Figures) -> String {
    let OpenBureau { bureau, name, terms, .. } = act;
    let terms = terms_shown(terms.unwrap_or(Terms::STRICT), figures);
    say!(
        figures.lang,
        "The bureau {bureau} ({name}) is open: {terms}.",
        "Le bureau {bureau} ({name}) est ouvert : {terms}."
    )
}

pub(super) fn bureau_amended(act: &AmendBureau, figures: &Figures) -> String {
    let AmendBureau { bureau, name, local_group, terms } = act;
    let texts = [name, local_group].into_iter().flatten().map(Text::to_string);
    let changes: Vec<String> = texts.chain(terms.map(|terms| terms_shown(terms, figures))).collect();
    let changes = changes.join(", ");
    say!(figures.lang, "The bureau {bureau} now: {changes}.", "Le bureau {bureau} désormais : {changes}.")
}

pub(super) fn bureau_closed(act: &CloseBureau, figures: &Figures) -> String {
    let bureau = &act.bureau;
    say!(figures.lang, "The bureau {bureau} is closed.", "Le bureau {bureau} est fermé.")
}

pub(super) fn member_enrolled(act: &EnrolMember, figures: &Figures) -> String {
    let lang = figures.lang;
    let (member, kind, until) = (&act.member, kind_shown(act.kind, lang), figures.date(act.valid_until));
    say!(lang, "Enrolled {member}, {kind}, until {until}.", "Inscrit : {member}, {kind}, jusqu'au {until}.")
}

pub(super) fn member_amended(act: &AmendMember, figures: &Figures) -> String {
    let AmendMember { member, kind, local_group, valid_until } = act;
    let kind = kind.map(|kind| kind_shown(kind, figures.lang).to_owned());
    let until = valid_until.map(|until| figures.date(until));
    let changes = [kind, local_group.as_ref().map(Text::to_string), until];
    let changes = changes.into_iter().flatten().collect::<Vec<_>>().join(", ");
    say!(figures.lang, "The member {member} now: {changes}.", "L'adhérent {member} désormais : {changes}.")
}

pub(super) fn member_renewed(act: &RenewMember, figures: &Figures) -> String {
    let (member, until) = (&act.member, figures.date(act.valid_until));
    say!(figures.lang, "Renewed {member} until {until}.", "Renouvelé : {member} jusqu'au {until}.")
}

pub(super) fn fee_set(act: &SetFee, on: Date, figures: &Figures) -> String {
    let (rate, on) = (figures.rate(act.reconversion_fee), figures.date(on));
    say!(
        figures.lang,
        "The reconversion fee is {rate} from {on} on.",
        "Les frais de reconversion sont de {rate} à partir du {on}."
    )
}

pub(super) fn reversed(act: &Reverse, entry: &Entry, state: &State, figures: &Figures) -> String {
    let by = entry.sequence;
    let entry = match &entry.choice {
        Choice::Reversal { entry, .. } => entry.to_string(),
        _ => act.entry.to_string(),
    };
    let reason = &act.reason;
    let undone = say!(
        figures.lang,
        "Entry {entry} is undone: {reason}.",
        "L'écriture {entry} est annulée : {reason}."
    );
    let taken_back = state.registers().closings().taken_back();
    match taken_back.iter().find(|taken| taken.by == by) {
        Some(taken) => format!("{undone} {}", open_again(taken, state, figures)),
        None => undone,
    }
}

/// Which days are open again, or attested no longer, by what was taken back.
fn open_again(taken: &TakenBack, state: &State, figures: &Figures) -> String {
    let (lang, registers) = (figures.lang, state.registers());
    let still = match taken.what {
        TakenBackKind::Closing => registers.closed_through(),
        TakenBackKind::Attestation => registers.attested().map(|attested| attested.through),
    };
    let to = figures.date(taken.through);
    let from = still.and_then(|still| Date::from_days_since_epoch(still.days_since_epoch() + 1).ok());
    let from = from.map(|from| figures.date(from));
    match (taken.what, from) {
        // It was closed, or attested, once more meanwhile.
        (TakenBackKind::Closing, Some(_)) if still >= Some(taken.through) => {
            say!(lang, "The period through {to} is closed.", "La période jusqu'au {to} est close.")
        }
        (TakenBackKind::Attestation, Some(_)) if still >= Some(taken.through) => {
            say!(lang, "A statement through {to} is attested.", "Un relevé jusqu'au {to} est attesté.")
        }
        (TakenBackKind::Closing, Some(from)) => say!(
            lang,
            "The days from {from} to {to} are open again.",
            "Les jours du {from} au {to} sont de nouveau ouverts."
        ),
        (TakenBackKind::Closing, None) => {
            say!(
                lang,
                "All days to {to} are open again.",
                "Tous les jours jusqu'au {to} sont de nouveau ouverts."
            )
        }
        (TakenBackKind::Attestation, Some(from)) => say!(
            lang,
            "No statement is attested any more for the days from {from} to {to}.",
            "Plus aucun relevé n'est attesté pour les jours du {from} au {to}."
        ),
        (TakenBackKind::Attestation, None) => say!(
            lang,
            "No statement is attested any more for the days to {to}.",
            "Plus aucun relevé n'est attesté pour les jours jusqu'au {to}."
        ),
    }
}

pub(super) fn attested(act: &AttestStatement, figures: &Figures) -> String {
    let (through, balance) = (figures.date(act.through), figures.euros(act.closing_balance));
    say!(
        figures.lang,
        "The statement through {through} agrees: {balance}.",
        "Le relevé jusqu'au {through} concorde : {balance}."
    )
}

pub(super) fn period_closed(act: &ClosePeriod, figures: &Figures) -> String {
    let through = figures.date(act.through);
    say!(figures.lang, "Closed through {through}.", "Clos jusqu'au {through}.")
}

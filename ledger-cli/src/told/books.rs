//! Sentences about the ledger as a whole, its bureaux and its members.

use ledger_core::entry::Choice;
use ledger_core::field::{MemberKind, Terms};
use ledger_core::operation::{
    AmendBureau, AmendMember, AttestStatement, CloseBureau, ClosePeriod, EnrolMember, Found, OpenBureau,
    RenewMember, Reverse, SetFee,
};
use ledger_core::{Date, Text};

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

pub(super) fn reversed(act: &Reverse, choice: &Choice, figures: &Figures) -> String {
    let entry = match choice {
        Choice::Reversal { entry, .. } => entry.to_string(),
        _ => act.entry.to_string(),
    };
    let reason = &act.reason;
    say!(figures.lang, "Entry {entry} is undone: {reason}.", "L'écriture {entry} est annulée : {reason}.")
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

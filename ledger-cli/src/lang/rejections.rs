//! The refusals that happen most, in French. The others are told in English, as the core tells them.

use ledger_core::rejection::Rejection as R;
use ledger_core::{Aigas, Date, Euros, Rejection};

use super::Lang;
use crate::output::Figures;

/// The refusal in French, where it is one of those that happen most.
pub fn french_rejection(rejection: &Rejection) -> Option<String> {
    let figures = Figures::new(Lang::Fr, "Ä");
    let euros = |amount: &Euros| figures.euros(*amount);
    let day = |date: &Date| figures.date(*date);
    let aigas = |amount: &Aigas| figures.aigas(*amount);
    Some(match rejection {
        R::MalformedJson { reason, column } => format!("ce n'est pas du JSON : {reason} (colonne {column})"),
        R::MissingField { field } => format!("il manque le champ « {field} »"),
        R::UnknownField { field, operation } => format!("« {operation} » n'a pas de champ « {field} »"),
        R::UnknownOperation { operation } => format!("il n'y a pas d'opération « {operation} »"),
        R::InvalidValue { field, expected, got } => {
            format!("le champ « {field} » vaut {got} ; attendu : {expected}")
        }
        R::NotPositive { field, got } => {
            format!("le champ « {field} » doit être plus grand que zéro ; reçu : {}", euros(got))
        }
        R::ReferenceConflict { reference, sequence, field } => {
            format!(
                "la référence {reference} est déjà celle de l'écriture {sequence}, où « {field} » diffère"
            )
        }
        R::ReferenceInUse { name, sequence } => {
            format!("le nom {name} a déjà servi dans l'écriture {sequence}")
        }
        R::NotFounded => "le registre est vide : la première opération est « found »".to_owned(),
        R::AlreadyFounded => "le registre est déjà fondé".to_owned(),
        R::PeriodClosed { on, closed_through } => {
            format!("le {} est dans une période close (close jusqu'au {})", day(on), day(closed_through))
        }
        R::UnknownDenomination { denomination } => format!("il n'existe pas de billet de {denomination} Ä"),
        R::UnknownBureau { bureau } => format!("il n'y a pas de bureau {bureau}"),
        R::BureauClosed { bureau } => format!("le bureau {bureau} est fermé"),
        R::UnknownMember { member } => format!("il n'y a pas d'adhérent {member}"),
        R::UnknownSlip { slip } => format!("il n'y a pas de bordereau {slip}"),
        R::AlreadyDeposited { slip, sequence } => {
            format!("le bordereau {slip} a déjà été déposé (écriture {sequence})")
        }
        R::UnknownPayable { payable } => format!("rien n'est dû sous {payable}"),
        R::PayableSettled { payable, sequence } => {
            format!("ce qui était dû sous {payable} est réglé (écriture {sequence})")
        }
        R::AmountMismatch { expected, actual } => format!(
            "les bordereaux font {} ; montant + manque + frais − excédent font {}",
            euros(expected),
            euros(actual)
        ),
        R::DatedBefore { on, consumed, consumed_on } => {
            format!("datée du {}, avant {consumed} du {}, dont elle dépend", day(on), day(consumed_on))
        }
        R::PeriodNotIncreasing { through, closed_through } => format!(
            "le registre est déjà clos jusqu'au {} ; une période finit plus tard, pas le {}",
            day(closed_through),
            day(through)
        ),
        R::InsufficientCirculation { denomination, held, asked } => {
            format!("le public a {held} billets de {denomination} Ä ; on ne peut pas en recevoir {asked}")
        }
        R::NotAnAccepter { member } => {
            format!("{member} n'est pas un professionnel ; les particuliers ne sont pas remboursés")
        }
        R::MembershipExpired { member, valid_until, on } => {
            format!("l'adhésion de {member} a pris fin le {}, avant le {}", day(valid_until), day(on))
        }
        R::InsufficientStock { bureau, denomination, held, asked } => {
            let place =
                bureau.as_ref().map_or_else(|| "le coffre".to_owned(), |id| format!("le bureau {id}"));
            format!("{place} a {held} billets de {denomination} Ä ; il en faut {asked}")
        }
        R::NoExactBills { bureau, amount } => {
            format!("les billets du bureau {bureau} ne font pas {} exactement", aigas(amount))
        }
        R::TillCeilingExceeded { bureau, ceiling, till } => format!(
            "la caisse ({bureau}) contiendrait {} ; ses conditions permettent {}",
            euros(till),
            euros(ceiling)
        ),
        R::InsufficientTill { bureau, held, asked } => {
            format!("la caisse ({bureau}) contient {} ; il en faut {}", euros(held), euros(asked))
        }
        R::OwnFundsInsufficient { held, asked } => format!(
            "les fonds propres de l'association en banque sont de {} ; il en faut {}",
            euros(held),
            euros(asked)
        ),
        R::BankInsufficient { held, asked } => {
            format!("le compte en banque contient {} ; il en faut {}", euros(held), euros(asked))
        }
        R::UnknownEntry { entry } => format!("il n'y a pas d'écriture {entry}"),
        _ => return None,
    })
}

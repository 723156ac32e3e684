//! The refusals in French.

use ledger_core::limits::{CHOSEN_MAX, Total};
use ledger_core::rejection::{Basis, Rejection as R};
use ledger_core::{Euros, Rejection};

use super::Lang;
use super::figures::{aigas, amount_of, count, day, euros};
use super::forms::{french_form, french_json_reason, french_value};

/// The refusal in this language.
pub fn rejection_in(lang: Lang, rejection: &Rejection) -> String {
    match lang {
        Lang::En => rejection.to_string(),
        Lang::Fr => french_rejection(rejection),
    }
}

fn french_rejection(rejection: &Rejection) -> String {
    let parts = [of_shape, of_what_is_known, of_memberships, of_money, of_bills_and_funds];
    parts.iter().find_map(|french| french(rejection)).unwrap_or_else(|| rejection.to_string())
}

/// What can be said without a ledger.
fn of_shape(rejection: &Rejection) -> Option<String> {
    Some(match rejection {
        R::MalformedJson { reason, column } => {
            format!("ce n'est pas du JSON : {} (colonne {column})", french_json_reason(reason))
        }
        R::DuplicateField { field } => format!("le champ « {field} » est donné deux fois"),
        R::UnknownOperation { operation } => format!("il n'y a pas d'opération « {operation} »"),
        R::MissingField { field } => format!("il manque le champ « {field} »"),
        R::UnknownField { field, operation } => format!("« {operation} » n'a pas de champ « {field} »"),
        R::InvalidValue { field, expected, got } => {
            format!("le champ « {field} » vaut {} ; attendu : {}", french_value(got), french_form(expected))
        }
        R::NotPositive { field, got } => {
            format!("le champ « {field} » doit être plus grand que zéro ; reçu : {}", euros(*got))
        }
        R::AmountTooLarge { field, got, most } if *most == CHOSEN_MAX => format!(
            "le champ « {field} » vaut {} ; le registre choisit les billets jusqu'à {} ; au-delà, indiquez-les dans « bills »",
            euros(*got),
            euros(*most)
        ),
        R::AmountTooLarge { field, got, most } => {
            let shown = |amount: Euros| {
                if Rejection::BILL_FIELDS.contains(field) { aigas(amount.at_par()) } else { euros(amount) }
            };
            let (got, most) = (shown(*got), shown(*most));
            format!("le champ « {field} » vaut {got} ; une opération ne porte pas plus de {most}")
        }
        R::EmptyBills { field } => format!("le champ « {field} » ne contient aucun billet"),
        R::ConflictingFields { field, other } => format!("les champs « {field} » et « {other} » s'excluent"),
        R::RepeatedSlip { slip } => format!("le bordereau {slip} est nommé deux fois"),
        R::UnequalExchange { taken, given } => format!(
            "{} de billets ont été remis et {} rendus ; un échange se fait à valeur égale",
            aigas(*taken),
            aigas(*given)
        ),
        R::NothingToAmend => "rien ne change : indiquez au moins un champ à modifier".to_owned(),
        R::ReclassifyNotAllowed { debit, credit } => {
            format!("{debit} ← {credit} n'est pas un reclassement que les règles permettent")
        }
        R::ReservedName { name } => {
            format!("« {name} » désigne l'association elle-même : aucun bureau ne peut s'appeler ainsi")
        }
        R::UnexpectedField { field } => format!("le champ « {field} » ne va pas avec cette opération"),
        _ => return None,
    })
}

/// The reference, the period, who and what there is.
fn of_what_is_known(rejection: &Rejection) -> Option<String> {
    Some(match rejection {
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
            format!("le {} est dans une période close (close jusqu'au {})", day(*on), day(*closed_through))
        }
        R::UnknownDenomination { denomination } => format!("il n'existe pas de billet de {denomination} Ä"),
        R::BureauExists { bureau } => format!("il y a déjà un bureau {bureau}"),
        R::WrongTerms { bureau, expected } => format!(
            "le bureau {bureau} a d'autres conditions ; il faut ici {}",
            match *expected {
                "a bureau on consignment" => "un bureau en consignation",
                "a prefunded bureau" => "un bureau préfinancé",
                other => other,
            }
        ),
        R::UnknownBureau { bureau } => format!("il n'y a pas de bureau {bureau}"),
        R::BureauClosed { bureau } => format!("le bureau {bureau} est fermé"),
        R::MemberExists { member } => format!("il y a déjà un adhérent {member}"),
        R::UnknownMember { member } => format!("il n'y a pas d'adhérent {member}"),
        R::UnknownSlip { slip } => format!("il n'y a pas de bordereau {slip}"),
        R::AlreadyDeposited { slip, sequence } => {
            format!("le bordereau {slip} a déjà été déposé (écriture {sequence})")
        }
        R::SlipClosed { slip, sequence } => {
            format!("le bordereau {slip} a été soldé par l'écriture {sequence}")
        }
        R::UnknownPayable { payable } => format!("rien n'est dû sous {payable}"),
        R::PayableSettled { payable, sequence } => {
            format!("ce qui était dû sous {payable} est réglé (écriture {sequence})")
        }
        R::CreditNotAllowed { payable } => {
            format!(
                "{payable} vient d'une reconversion : on le règle au professionnel, il ne paie rien d'autre"
            )
        }
        R::ReversalOfReversal { entry } => {
            format!("l'écriture {entry} est une annulation ; enregistrez plutôt l'opération à nouveau")
        }
        R::NothingToReverse { entry } => {
            format!("l'écriture {entry} n'a rien déplacé : il n'y a rien à annuler")
        }
        R::AlreadyReversed { entry, by } => {
            format!("l'écriture {entry} a été annulée par l'écriture {by}")
        }
        R::SlipsOfSeveralBureaux { first, other } => format!(
            "les bordereaux sont des bureaux {first} et {other} ; avec un manque ou un excédent, ils doivent être d'un seul"
        ),
        R::WrongBureau { slip, bureau, expected } => {
            format!("le bordereau {slip} est du bureau {expected}, pas de {bureau}")
        }
        R::AmountMismatch { expected, actual } => format!(
            "les bordereaux font {} ; montant + manque + frais − excédent font {}",
            euros(*expected),
            euros(*actual)
        ),
        R::DatedBefore { on, what, since } => format!(
            "datée du {}, avant ce sur quoi elle repose : {}, qui date du {}",
            day(*on),
            basis(what),
            day(*since)
        ),
        R::PeriodNotIncreasing { through, closed_through } => format!(
            "le registre est déjà clos jusqu'au {} ; une période finit plus tard, pas le {}",
            day(*closed_through),
            day(*through)
        ),
        R::PeriodNotOver { through, recorded_on } => format!(
            "le {} n'est pas passé : l'enregistrement est du {} (UTC), et une période close ou attestée doit être finie",
            day(*through),
            day(*recorded_on)
        ),
        R::NotTheLastClosing { entry, last } => {
            format!("l'écriture {entry} n'est pas la dernière clôture enregistrée ; c'est l'écriture {last}")
        }
        R::NotAnAccepter { member } => {
            format!("{member} n'est pas un professionnel ; les particuliers ne sont pas remboursés")
        }
        R::MembershipExpired { member, valid_until, on } => {
            format!("l'adhésion de {member} a pris fin le {}, avant le {}", day(*valid_until), day(*on))
        }
        R::UnknownEntry { entry } => format!("il n'y a pas d'écriture {entry}"),
        _ => return None,
    })
}

/// How long a membership lasts.
fn of_memberships(rejection: &Rejection) -> Option<String> {
    Some(match rejection {
        R::MembershipEndsBefore { member, valid_until, since } => format!(
            "l'adhésion de {member} a commencé le {} et ne peut pas finir avant, le {}",
            day(*since),
            day(*valid_until)
        ),
        R::RenewalShortens { member, valid_until, current } => format!(
            "l'adhésion de {member} court déjà jusqu'au {} ; un renouvellement ne finit pas plus tôt, le {}",
            day(*current),
            day(*valid_until)
        ),
        _ => return None,
    })
}

/// Debts, deposits and lines of the bank that are not what they are said to be.
fn of_money(rejection: &Rejection) -> Option<String> {
    Some(match rejection {
        R::CountNotPaidOut { payable } => format!(
            "{payable} est l'excédent d'un comptage ; on ne le verse à personne, car les particuliers ne sont pas remboursés"
        ),
        R::ReleasedTooEarly { payable, on, from } => format!(
            "{payable} est dû à un professionnel, qui peut le réclamer pendant cinq ans ; on peut y renoncer à partir du {}, pas le {}",
            day(*from),
            day(*on)
        ),
        R::ChargeTooLarge { charge, most } => format!(
            "des frais de {} dépassent la moitié des bordereaux ; ils sont de {} au plus",
            euros(*charge),
            euros(*most)
        ),
        R::OverTooLarge { over, most } => format!(
            "un excédent de {} dépasse dix fois les bordereaux ; il est de {} au plus",
            euros(*over),
            euros(*most)
        ),
        R::BankLineMismatch { date, amount, on, moved } => format!(
            "la ligne de banque est du {}, de {} ; ceci déplace {} le {}",
            day(*date),
            euros(*amount),
            euros(*moved),
            day(*on)
        ),
        R::BankLineInUse { sequence } => {
            format!("la ligne de banque est déjà celle de l'écriture {sequence}")
        }
        _ => return None,
    })
}

/// Bills, ceilings and funds.
fn of_bills_and_funds(rejection: &Rejection) -> Option<String> {
    Some(match rejection {
        R::InsufficientStock { bureau, denomination, held, asked } => {
            let place =
                bureau.as_ref().map_or_else(|| "le coffre".to_owned(), |id| format!("le bureau {id}"));
            let (held, asked) = (count(*held), count(*asked));
            format!("{place} a {held} billets de {denomination} Ä ; il en faut {asked}")
        }
        R::NoExactBills { bureau, amount, held } if held < amount => {
            let (held, amount) = (aigas(*held), aigas(*amount));
            format!("le bureau {bureau} a {held} de billets ; il en faut {amount}")
        }
        R::NoExactBills { bureau, amount, held } => {
            let (held, amount) = (aigas(*held), aigas(*amount));
            format!("le bureau {bureau} a {held} de billets, et aucun choix n'en fait {amount} exactement")
        }
        R::InsufficientCirculation { denomination, held, asked } => {
            let (held, asked) = (count(*held), count(*asked));
            format!("le public a {held} billets de {denomination} Ä ; on ne peut pas en recevoir {asked}")
        }
        R::FloatExceeded { bureau, held, counted } => format!(
            "le bureau {bureau} a acheté un fonds de billets de {} ; en compter {} y ajouterait des billets du public",
            aigas(*held),
            aigas(*counted)
        ),
        R::BureauNotEmpty { bureau, account, balance } => {
            let balance = amount_of(account, *balance);
            format!("{account} du bureau {bureau} est à {balance} ; il doit être vide")
        }
        R::TillCeilingExceeded { bureau, ceiling, till } => format!(
            "la caisse ({bureau}) contiendrait {} ; ses conditions permettent {}",
            euros(*till),
            euros(*ceiling)
        ),
        R::InsufficientTill { bureau, held, asked } => {
            format!("la caisse ({bureau}) contient {} ; il en faut {}", euros(*held), euros(*asked))
        }
        R::TransitExceeded { slip, held, asked } => {
            format!("le bordereau {slip} contient {} ; il en faut {}", euros(*held), euros(*asked))
        }
        R::ReceivableExceeded { bureau, held, asked } => {
            format!("{bureau} doit {} au fonds, et non {}", euros(*held), euros(*asked))
        }
        R::PayableExceeded { payable, held, asked } => {
            format!("sous {payable}, le fonds doit {}, et non {}", euros(*held), euros(*asked))
        }
        R::OwnFundsInsufficient { held, asked } => format!(
            "les fonds propres de l'association en banque sont de {} ; il en faut {}",
            euros(*held),
            euros(*asked)
        ),
        R::BankInsufficient { held, asked } => {
            format!("le compte en banque contient {} ; il en faut {}", euros(*held), euros(*asked))
        }
        R::BalanceTooLarge { account, balance, most } => format!(
            "{account} contiendrait {} ; un compte contient au plus {}",
            amount_of(account, *balance),
            amount_of(account, *most)
        ),
        R::TotalTooLarge { total, amount, most } => format!(
            "{} atteindraient {} ; un registre contient au plus {}",
            french_total(*total),
            total_in_unit(*total, *amount),
            total_in_unit(*total, *most)
        ),
        _ => return None,
    })
}

fn total_in_unit(total: Total, amount: Euros) -> String {
    if total == Total::Circulation { aigas(amount.at_par()) } else { euros(amount) }
}

fn french_total(total: Total) -> &'static str {
    match total {
        Total::Tills => "toutes les caisses ensemble",
        Total::Transit => "tous les bordereaux ensemble",
        Total::Receivable => "toutes les sommes dues au fonds",
        Total::Payable => "toutes les sommes que doit le fonds",
        Total::Bank => "les fonds au compte en banque",
        Total::Circulation => "les billets en circulation",
        Total::PaidOut => "les versements d'une même reconversion",
        Total::Moved => "les mouvements de toutes les écritures",
    }
}

/// On what an operation rests.
fn basis(what: &Basis) -> String {
    match what {
        Basis::Founding => "la fondation".to_owned(),
        Basis::Bureau(bureau) => format!("le bureau {bureau}"),
        Basis::Member(member) => format!("l'adhésion de {member}"),
        Basis::Slip(slip) => format!("le bordereau {slip}"),
        Basis::Payable(payable) => format!("la dette {payable}"),
        Basis::Entry(entry) => format!("l'écriture {entry}"),
    }
}

//! What happened, in a sentence, and what it left where it happened.

use ledger_core::account::{BillAccount, EuroAccount};
use ledger_core::accounting::Books;
use ledger_core::entry::Choice;
use ledger_core::field::{Means, MemberKind, Paid, Terms};
use ledger_core::operation::{
    AmendBureau, AmendMember, ClosePeriod, Count, Deposit, Exchange, Found, OpenBureau, PayOut, Reconvert, Reverse,
    Swap,
};
use ledger_core::{Account, Act, Bills, BureauId, Entry, Euros, State, Text};

use crate::lang::Lang;
use crate::output::Figures;
use crate::say;

/// What happened, in one sentence.
pub fn happened(entry: &Entry, state: &State, figures: &Figures) -> String {
    let lang = figures.lang;
    let euros = |amount: &Euros| figures.euros(*amount);
    let worth = |bills: &Bills| figures.bills_worth(bills);
    match &entry.operation.act {
        Act::Found(act) => founded(act, figures),
        Act::OpenBureau(OpenBureau { bureau, name, terms, .. }) => {
            let terms = terms_shown(terms.unwrap_or(Terms::STRICT), figures);
            say!(lang, "The bureau {bureau} ({name}) is open: {terms}.", "Le bureau {bureau} ({name}) est ouvert : {terms}.")
        }
        Act::AmendBureau(act) => bureau_amended(act, figures),
        Act::CloseBureau(act) => {
            let bureau = &act.bureau;
            say!(lang, "The bureau {bureau} is closed.", "Le bureau {bureau} est fermé.")
        }
        Act::EnrolMember(act) => {
            let (member, kind, until) = (&act.member, kind_shown(act.kind, lang), act.valid_until);
            say!(lang, "Enrolled {member}, {kind}, until {until}.", "Inscrit : {member}, {kind}, jusqu'au {until}.")
        }
        Act::AmendMember(act) => member_amended(act, lang),
        Act::RenewMember(act) => {
            let (member, until) = (&act.member, act.valid_until);
            say!(lang, "Renewed {member} until {until}.", "Renouvelé : {member} jusqu'au {until}.")
        }
        Act::SetFee(act) => {
            let (rate, on) = (act.reconversion_fee, entry.operation.on);
            say!(lang, "The reconversion fee is {rate} from {on} on.", "Les frais de reconversion sont de {rate} à partir du {on}.")
        }
        Act::PrintBills(act) => {
            let bills = worth(&act.bills);
            say!(lang, "Printed {bills}.", "Imprimé : {bills}.")
        }
        Act::DestroyBills(act) => {
            let (bills, place) = (worth(&act.bills), place(act.bureau.as_ref(), lang));
            say!(lang, "Destroyed {bills}, {place}.", "Détruit : {bills}, {place}.")
        }
        Act::Supply(act) => {
            let (bills, bureau) = (worth(&act.bills), &act.bureau);
            say!(lang, "Supplied {bureau} with {bills}.", "Livré à {bureau} : {bills}.")
        }
        Act::ReturnBills(act) => {
            let (bills, bureau) = (worth(&act.bills), &act.bureau);
            say!(lang, "Back from {bureau}: {bills}.", "Rendu par {bureau} : {bills}.")
        }
        Act::Issue(act) => {
            let bills = worth(&act.bills);
            say!(lang, "Issued {bills} from the vault.", "Émis depuis le coffre : {bills}.")
        }
        Act::Swap(act) => swapped(act, &entry.choice, figures),
        Act::Exchange(Exchange { r#in, out, bureau }) => {
            let (taken, given, place) = (figures.bills(r#in), worth(out), place(bureau.as_ref(), lang));
            say!(lang, "Exchanged {taken} for {given}, {place}.", "Échangé {taken} contre {given}, {place}.")
        }
        Act::Remit(act) => {
            let (bureau, amount, slip) = (&act.bureau, euros(&act.amount), &act.slip);
            say!(lang, "{amount} of {bureau}'s till are on their way, slip {slip}.", "{amount} de la caisse de {bureau} sont en route, bordereau {slip}.")
        }
        Act::Deposit(act) => deposited(act, figures),
        Act::Reconvert(act) => reconverted(act, entry, figures),
        Act::PayOut(act) => paid_out(act, entry, figures),
        Act::Release(act) => {
            let (payable, amount) = (&act.payable, euros(&entry.postings.net_debit(&EuroAccount::OwnBank)));
            say!(lang, "{amount} owed under {payable} are the association's now.", "{amount} dus sous {payable} sont maintenant à l'association.")
        }
        Act::Count(act) => counted(act, entry, state, figures),
        Act::Cover(act) => {
            let (bureau, amount, slip) = (&act.bureau, euros(&act.amount), &act.slip);
            say!(lang, "{bureau} pays {amount} of what is missing, slip {slip}.", "{bureau} paie {amount} de ce qui manque, bordereau {slip}.")
        }
        Act::WriteOff(act) => {
            let (bureau, amount) = (&act.bureau, euros(&act.amount));
            say!(lang, "The association pays {amount} missing at {bureau}.", "L'association paie {amount} manquants à {bureau}.")
        }
        Act::Reclassify(act) => {
            let (debit, credit, amount) = (&act.debit, &act.credit, euros(&act.amount));
            say!(lang, "Reclassified {amount}: {debit} ← {credit}.", "Reclassé {amount} : {debit} ← {credit}.")
        }
        Act::BankInterest(act) => {
            let amount = euros(&act.amount);
            say!(lang, "The bank paid {amount} of interest.", "La banque a versé {amount} d'intérêts.")
        }
        Act::BankCharge(act) => {
            let amount = euros(&act.amount);
            say!(lang, "The bank charged {amount}.", "La banque a prélevé {amount} de frais.")
        }
        Act::TopUp(act) => {
            let amount = euros(&act.amount);
            say!(lang, "The association added {amount} of its own.", "L'association a apporté {amount} de son argent.")
        }
        Act::WithdrawSurplus(act) => {
            let amount = euros(&act.amount);
            say!(lang, "The association withdrew {amount} of its own.", "L'association a retiré {amount} de son argent.")
        }
        Act::Reverse(act) => reversed(act, &entry.choice, lang),
        Act::AttestStatement(act) => {
            let (through, balance) = (act.through, euros(&act.closing_balance));
            say!(lang, "The statement through {through} agrees: {balance}.", "Le relevé jusqu'au {through} concorde : {balance}.")
        }
        Act::ClosePeriod(ClosePeriod { through, .. }) => {
            say!(lang, "Closed through {through}.", "Clos jusqu'au {through}.")
        }
    }
}

fn founded(act: &Found, figures: &Figures) -> String {
    let Found { association, currency, symbol, denominations, fund, reconversion_fee, .. } = act;
    let faces: Vec<String> = denominations.iter().map(|face| face.to_string()).collect();
    let (faces, bank) = (faces.join(", "), &fund.bank);
    say!(
        figures.lang,
        "{association} founds its ledger: {currency}, bills of {faces} {symbol}, fund at {bank}, fee {reconversion_fee}.",
        "{association} fonde son registre : {currency}, billets de {faces} {symbol}, fonds à {bank}, frais {reconversion_fee}."
    )
}

/// The terms of a bureau, in words.
pub fn terms_shown(terms: Terms, figures: &Figures) -> String {
    match terms {
        Terms::Prefunded => figures.lang.prefunded().to_owned(),
        Terms::Consignment { till_ceiling, deposit_within_days: days } => {
            let ceiling = figures.euros(till_ceiling);
            say!(
                figures.lang,
                "consignment, till up to {ceiling}, deposit within {days} days",
                "dépôt-vente, caisse jusqu'à {ceiling}, dépôt sous {days} jours"
            )
        }
    }
}

fn bureau_amended(act: &AmendBureau, figures: &Figures) -> String {
    let AmendBureau { bureau, name, local_group, terms } = act;
    let texts = [name, local_group].into_iter().flatten().map(Text::to_string);
    let changes: Vec<String> = texts.chain(terms.map(|terms| terms_shown(terms, figures))).collect();
    let changes = changes.join(", ");
    say!(figures.lang, "The bureau {bureau} now: {changes}.", "Le bureau {bureau} désormais : {changes}.")
}

/// What kind of member, in words.
pub const fn kind_shown(kind: MemberKind, lang: Lang) -> &'static str {
    match kind {
        MemberKind::Individual => lang.individual(),
        MemberKind::Accepter => lang.accepter(),
    }
}

fn member_amended(act: &AmendMember, lang: Lang) -> String {
    let AmendMember { member, kind, local_group, valid_until } = act;
    let kind = kind.map(|kind| kind_shown(kind, lang).to_owned());
    let changes = [kind, local_group.as_ref().map(Text::to_string), valid_until.map(|until| until.to_string())];
    let changes = changes.into_iter().flatten().collect::<Vec<_>>().join(", ");
    say!(lang, "The member {member} now: {changes}.", "L'adhérent {member} désormais : {changes}.")
}

fn place(bureau: Option<&BureauId>, lang: Lang) -> String {
    match bureau {
        Some(bureau) => say!(lang, "at {bureau}", "à {bureau}"),
        None => lang.vault().to_owned(),
    }
}

fn swapped(act: &Swap, choice: &Choice, figures: &Figures) -> String {
    let bills = match (choice, &act.bills) {
        (Choice::Bills(chosen), _) => figures.bills_worth(chosen),
        (_, Some(given)) => figures.bills_worth(given),
        (_, None) => String::new(),
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

fn deposited(act: &Deposit, figures: &Figures) -> String {
    let lang = figures.lang;
    let slips = act.slip.iter().chain(act.slips.iter().flat_map(|slips| slips.as_slice()));
    let (amount, slips) = (figures.euros(act.amount), slips.map(ToString::to_string).collect::<Vec<_>>().join(", "));
    let mut parts = vec![say!(lang, "The bank credited {amount} for {slips}", "La banque a crédité {amount} pour {slips}")];
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

fn reconverted(act: &Reconvert, entry: &Entry, figures: &Figures) -> String {
    let Reconvert { member, bills, bureau, .. } = act;
    let lang = figures.lang;
    let (bills, place) = (figures.bills_worth(bills), place(bureau.as_ref(), lang));
    let rate = match entry.choice {
        Choice::Rate(rate) => rate.to_string(),
        _ => String::new(),
    };
    let reference = &entry.operation.reference;
    say!(
        lang,
        "{member} hands in {bills}, {place}; the fund owes it under {reference} (fee {rate}).",
        "{member} rend {bills}, {place} ; le fonds le doit sous {reference} (frais {rate})."
    )
}

fn paid_out(act: &PayOut, entry: &Entry, figures: &Figures) -> String {
    let fee = if let Choice::Fee(fee) = entry.choice { fee } else { Euros::ZERO };
    let settled = entry.postings.net_debit(&EuroAccount::Payable(act.payable.clone()));
    let (paid, fee_shown, payable) = (figures.euros(settled - fee), figures.euros(fee), &act.payable);
    let (from, lang) = (act.from_till.as_ref(), figures.lang);
    let from = from.map_or_else(
        || lang.of("from the bank", "par la banque").to_owned(),
        |bureau| say!(lang, "from the till of {bureau}", "par la caisse de {bureau}"),
    );
    if fee.is_zero() {
        return say!(lang, "Pay {paid} for {payable}, {from}.", "Payer {paid} pour {payable}, {from}.");
    }
    say!(
        lang,
        "Pay {paid} for {payable}, {from}; the fee of {fee_shown} is the association's.",
        "Payer {paid} pour {payable}, {from} ; les frais de {fee_shown} sont à l'association."
    )
}

fn counted(act: &Count, entry: &Entry, state: &State, figures: &Figures) -> String {
    let (place, bills) = (place(act.bureau.as_ref(), figures.lang), figures.bills_worth(&act.bills));
    let lang = figures.lang;
    if entry.postings.is_empty() {
        return say!(lang, "Counted {place}: {bills}; the books agree.", "Compté {place} : {bills} ; le registre s'accorde.");
    }
    let bureau = act.bureau.clone().unwrap_or_else(BureauId::office);
    let owed = figures.euros(state.euros(&EuroAccount::Receivable(bureau)));
    say!(
        lang,
        "Counted {place}: {bills}; the books were corrected, {owed} are owed to the fund.",
        "Compté {place} : {bills} ; le registre a été corrigé, {owed} sont dus au fonds."
    )
}

fn reversed(act: &Reverse, choice: &Choice, lang: Lang) -> String {
    let entry = if let Choice::Reversal { entry, .. } = choice { entry.to_string() } else { act.entry.to_string() };
    let reason = &act.reason;
    say!(lang, "Entry {entry} is undone: {reason}.", "L'écriture {entry} est annulée : {reason}.")
}

/// What the accounts that the entry moved hold now; none when it moved nothing.
pub fn left(entry: &Entry, state: &State, figures: &Figures) -> Option<String> {
    let mut seen: Vec<Account> = Vec::new();
    for account in entry.postings.iter().flat_map(|posting| [posting.debit(), posting.credit()]) {
        if !seen.contains(&account) {
            seen.push(account);
        }
    }
    let shown: Vec<String> = seen.iter().filter_map(|account| holds(account, state, figures)).collect();
    (!shown.is_empty()).then(|| shown.join(" · "))
}

/// What an account holds, in words; none for those that only mirror others.
fn holds(account: &Account, state: &State, figures: &Figures) -> Option<String> {
    let lang = figures.lang;
    Some(match account {
        Account::Bills(bills) => {
            let amount = figures.aigas(state.bills(bills).value());
            match bills {
                BillAccount::Vault => say!(lang, "vault {amount}", "coffre {amount}"),
                BillAccount::Stock(bureau) => say!(lang, "bills at {bureau} {amount}", "billets à {bureau} {amount}"),
                BillAccount::Float(bureau) => say!(lang, "bills of {bureau} {amount}", "billets de {bureau} {amount}"),
                BillAccount::Public => say!(lang, "with the public {amount}", "chez le public {amount}"),
                BillAccount::Printed => return None,
            }
        }
        Account::Euros(euros) => {
            let amount = figures.euros(state.euros(euros));
            match euros {
                EuroAccount::Deposit => say!(lang, "deposit {amount}", "dépôt {amount}"),
                EuroAccount::Till(bureau) => till(bureau, &amount, state, figures),
                EuroAccount::Transit(slip) => say!(lang, "on its way under {slip} {amount}", "en route sous {slip} {amount}"),
                EuroAccount::Receivable(bureau) => say!(lang, "owed by {bureau} {amount}", "dû par {bureau} {amount}"),
                EuroAccount::Payable(payable) => say!(lang, "owed under {payable} {amount}", "dû sous {payable} {amount}"),
                EuroAccount::OwnBank => say!(lang, "the association's own at the bank {amount}", "argent propre en banque {amount}"),
                _ => return None,
            }
        }
    })
}

fn till(bureau: &BureauId, amount: &str, state: &State, figures: &Figures) -> String {
    let terms = state.registers().bureau(bureau).map(|bureau| bureau.terms);
    let Some(Terms::Consignment { till_ceiling, .. }) = terms else {
        return say!(figures.lang, "till of {bureau} {amount}", "caisse de {bureau} {amount}");
    };
    let ceiling = figures.euros(till_ceiling);
    say!(figures.lang, "till of {bureau} {amount} of {ceiling}", "caisse de {bureau} {amount} sur {ceiling}")
}

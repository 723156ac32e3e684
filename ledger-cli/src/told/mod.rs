//! What happened, in a sentence, and what it left where it happened.

mod bills;
mod books;
mod euros;

use ledger_core::account::{BillAccount, EuroAccount};
use ledger_core::accounting::Books;
use ledger_core::field::Terms;
use ledger_core::{Account, Act, BureauId, Entry, State};

pub use self::books::{kind_shown, terms_shown};
use crate::lang::Lang;
use crate::output::Figures;
use crate::say;

/// What happened, in one sentence.
pub fn happened(entry: &Entry, state: &State, figures: &Figures) -> String {
    match &entry.operation.act {
        Act::Found(act) => books::founded(act, figures),
        Act::OpenBureau(act) => books::bureau_opened(act, figures),
        Act::AmendBureau(act) => books::bureau_amended(act, figures),
        Act::CloseBureau(act) => books::bureau_closed(act, figures),
        Act::EnrolMember(act) => books::member_enrolled(act, figures),
        Act::AmendMember(act) => books::member_amended(act, figures),
        Act::RenewMember(act) => books::member_renewed(act, figures),
        Act::SetFee(act) => books::fee_set(act, entry.operation.on, figures),
        Act::PrintBills(act) => bills::printed(act, figures),
        Act::DestroyBills(act) => bills::destroyed(act, figures),
        Act::Supply(act) => bills::supplied(act, figures),
        Act::ReturnBills(act) => bills::returned(act, figures),
        Act::Issue(act) => bills::issued(act, figures),
        Act::Swap(act) => bills::swapped(act, &entry.choice, figures),
        Act::Exchange(act) => bills::exchanged(act, figures),
        Act::Remit(act) => euros::remitted(act, figures),
        Act::Deposit(act) => euros::deposited(act, figures),
        Act::Reconvert(act) => bills::reconverted(act, entry, figures),
        Act::PayOut(act) => euros::paid_out(act, entry, figures),
        Act::Release(act) => euros::released(act, entry, figures),
        Act::Count(act) => bills::counted(act, entry, state, figures),
        Act::Cover(act) => euros::covered(act, figures),
        Act::WriteOff(act) => euros::written_off(act, figures),
        Act::Reclassify(act) => euros::reclassified(act, figures),
        Act::BankInterest(act) => euros::interest(act, figures),
        Act::BankCharge(act) => euros::charge(act, figures),
        Act::TopUp(act) => euros::topped_up(act, figures),
        Act::WithdrawSurplus(act) => euros::withdrawn(act, figures),
        Act::Reverse(act) => books::reversed(act, entry, state, figures),
        Act::AttestStatement(act) => books::attested(act, figures),
        Act::ClosePeriod(act) => books::period_closed(act, figures),
    }
}

/// Where it happened.
fn place(bureau: Option<&BureauId>, lang: Lang) -> String {
    match bureau {
        Some(bureau) => say!(lang, "at {bureau}", "à {bureau}"),
        None => lang.in_the_vault().to_owned(),
    }
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
                BillAccount::Stock(bureau) => {
                    say!(lang, "bills at {bureau} {amount}", "billets à {bureau} {amount}")
                }
                BillAccount::Float(bureau) => {
                    say!(lang, "bills of {bureau} {amount}", "billets de {bureau} {amount}")
                }
                BillAccount::Public | BillAccount::Printed => return None,
            }
        }
        Account::Euros(euros) => {
            let amount = figures.euros(state.euros(euros));
            match euros {
                EuroAccount::Deposit => say!(lang, "deposit {amount}", "dépôt {amount}"),
                EuroAccount::Till(bureau) => till(bureau, &amount, state, figures),
                EuroAccount::Transit(_) if state.balance(account) == 0 => return None,
                EuroAccount::Transit(slip) => {
                    say!(lang, "on its way under {slip} {amount}", "en route sous {slip} {amount}")
                }
                EuroAccount::Receivable(bureau) => {
                    say!(lang, "owed by {bureau} {amount}", "dû par {bureau} {amount}")
                }
                EuroAccount::Payable(payable) => {
                    say!(lang, "owed under {payable} {amount}", "dû sous {payable} {amount}")
                }
                EuroAccount::OwnBank => say!(
                    lang,
                    "the association's own at the bank {amount}",
                    "fonds propres en banque {amount}"
                ),
                _ => return None,
            }
        }
    })
}

fn till(bureau: &BureauId, amount: &str, state: &State, figures: &Figures) -> String {
    let terms = state.registers().bureau(bureau).map(|bureau| *bureau.terms.latest());
    let Some(Terms::Consignment { till_ceiling, .. }) = terms else {
        return say!(figures.lang, "till of {bureau} {amount}", "caisse de {bureau} {amount}");
    };
    let ceiling = figures.euros(till_ceiling);
    say!(figures.lang, "till of {bureau} {amount} of {ceiling}", "caisse de {bureau} {amount} sur {ceiling}")
}

//! The two languages, and every text that a treasurer or a bureau reads, side by side.

mod audits;
mod expectations;
mod figures;
mod files;
mod forms;
mod hints;
mod journal;
mod proofs;
mod rejections;
mod settings;
mod statements;

pub use self::audits::{bad_snapshot_in, failure_in, french_line_reason};
pub use self::files::{french_file_kind, french_io_error};
pub use self::hints::hint;
pub use self::journal::{
    french_clock_doubt, french_damage, french_journal_error, french_ledger_error, french_lock_error,
};
pub use self::proofs::french_proof_error;
pub use self::rejections::rejection_in;
pub use self::settings::french_settings_reason;
pub use self::statements::{french_kind, french_not_ready, french_reconcile_error, french_statement_error};

/// A language of reports and messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Lang {
    /// French.
    Fr,
    /// English.
    En,
}

impl Lang {
    /// The language of the environment: the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set decides.
    pub fn of_environment() -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(std::env::var_os);
        let chosen = set.into_iter().find(|value| !value.is_empty());
        if chosen.is_some_and(|locale| locale.to_string_lossy().starts_with("fr")) {
            Self::Fr
        } else {
            Self::En
        }
    }

    /// The text of this language.
    pub const fn of(self, english: &'static str, french: &'static str) -> &'static str {
        match self {
            Self::En => english,
            Self::Fr => french,
        }
    }
}

/// A sentence with figures in it, in English and in French.
#[macro_export]
macro_rules! say {
    ($lang:expr, $english:literal, $french:literal) => {
        match $lang {
            $crate::lang::Lang::En => format!($english),
            $crate::lang::Lang::Fr => format!($french),
        }
    };
}

macro_rules! texts {
    ($($name:ident: $english:literal, $french:literal;)*) => {
        impl Lang {
            $(
                #[doc = $english]
                pub const fn $name(self) -> &'static str {
                    self.of($english, $french)
                }
            )*
        }
    };
}

texts! {
    error: "error:", "erreur :";
    warning: "warning:", "avertissement :";
    hint: "hint:", "conseil :";
    no_bills: "no bills", "aucun billet";
    now: "Now:", "À présent :";
    dry_run: "Dry run: nothing was recorded.", "Essai : rien n'a été enregistré.";

    in_circulation: "In circulation", "En circulation";
    with_the_public: "with the public", "chez le public";
    guarantee_fund: "Guarantee fund", "Fonds de garantie";
    in_floats: "bought by prefunded bureaux", "achetés (bureaux préfinancés)";
    deposit: "at the bank (deposit)", "en banque (dépôt)";
    tills: "in tills", "en caisse";
    transit: "on the way to the bank", "en route vers la banque";
    receivable: "missing, owed to the fund", "manquant, dû au fonds";
    payable: "less what the fund owes", "moins ce que doit le fonds";
    equal: "Circulation and fund agree to the cent.", "Circulation et fonds concordent au centime près.";
    differ: "CIRCULATION AND FUND DIFFER", "LA CIRCULATION ET LE FONDS DIFFÈRENT";
    bills_printed: "Bills printed", "Billets imprimés";
    in_the_vault: "in the vault", "au coffre";
    at_bureaux: "consigned to bureaux", "confiés aux bureaux";
    circulating: "in circulation", "en circulation";
    bank_balance: "Bank statement should show", "Solde attendu à la banque";
    of_which_fund: "deposit of the fund", "dépôt du fonds";
    of_which_own: "the association's own", "fonds propres de l'association";
    coverage: "Coverage by the bank", "Couverture par la banque";
    oldest_euro: "Oldest euro not yet deposited", "Plus ancien euro non déposé";
    owes_the_fund: "THE ASSOCIATION OWES THE FUND", "L'ASSOCIATION DOIT AU FONDS";
    bureaux: "Bureaux", "Bureaux de change";
    bureau: "bureau", "bureau";
    name: "name", "nom";
    group: "group", "groupe";
    terms: "terms", "conditions";
    bills_held: ">bills", ">billets";
    till: ">till", ">caisse";
    ceiling: ">ceiling", ">plafond";
    oldest: ">oldest euro", ">plus ancien euro";
    owes: ">owes", ">doit";
    prefunded: "prefunded", "préfinancé";
    closed: "closed", "fermé";
    overdue: "overdue by", "en retard de";
    slips: "On the way to the bank:", "En route vers la banque :";
    slip: "slip", "bordereau";
    amount: ">amount", ">montant";
    since: "since", "depuis";
    age: ">age", ">âge";
    payables: "Owed by the fund:", "Dû par le fonds :";
    reference: "ref", "réf.";
    closed_through: "Closed through", "Clos jusqu'au";
    attested_through: "Statement agreed through", "Relevé concordant jusqu'au";
    root: "Root", "Racine";
    entries: "entries", "écritures";
    as_of: "as of", "au";
    member: "member", "adhérent";
    kind: "kind", "type";
    valid_until: "valid until", "valable jusqu'au";
    individual: "individual", "particulier";
    accepter: "accepter", "professionnel";
    account: "account", "compte";
    balance: "balance", "solde";
    no_entries: "No entries.", "Aucune écriture.";
    audit_ok: "The journal verifies.", "Le journal est vérifié.";
    audit_failed: "THE JOURNAL DOES NOT VERIFY", "LE JOURNAL N'EST PAS INTÈGRE";
    denomination: ">bill", ">billet";
    count: ">count", ">nombre";
    value: ">value", ">valeur";

    date: "date", "date";
    label: "label", "libellé";
    references: "references", "références";
    balance_after: ">balance", ">solde";
    period: "period", "période";
    opening: "opening balance", "solde initial";
    closing: "closing balance", "solde final";
    lines: "lines", "lignes";
    at_the_bank: "Balance at the bank", "Solde en banque";
    in_the_ledger: "Balance of the ledger", "Solde du registre";
    difference: "Difference", "Différence";
    left_to_explain: "Left to explain", "Reste à expliquer";
    not_told: "not told", "non indiqué";
    proposed: "Proposed", "Proposé";
    unexplained_at_the_bank: "On the statement, unexplained by the ledger", "Sur le relevé, sans explication au registre";
    unexplained_in_the_ledger: "In the ledger, absent from the statement", "Au registre, absent du relevé";
    three_way: "Bank, fund and circulation", "Banque, fonds et circulation";
    underway: "Euros not yet at the bank", "Euros pas encore en banque";
    in_till: ">in the till", ">en caisse";
    in_transit: ">on the way", ">en route";
    credited_now: ">on this statement", ">sur ce relevé";
    oldest_left: "oldest euro", "plus ancien euro";
    deadline: ">deadline", ">délai";
    nothing_to_record: "There is nothing to record.", "Il n'y a rien à enregistrer.";
}

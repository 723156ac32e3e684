//! The names of accounts and of the currency in the books of other tools.
//!
//! Everything in Ä is under `equity`: bills are counted there and are no assets of the association.

use crate::account::{Account, BillAccount, EuroAccount};

/// The parts of an account's name, and the id at its end if it has one.
fn parts(account: &Account) -> (&'static [&'static str], Option<&str>) {
    match account {
        Account::Bills(BillAccount::Printed) => (&["equity", "bills", "printed"], None),
        Account::Bills(BillAccount::Vault) => (&["equity", "bills", "vault"], None),
        Account::Bills(BillAccount::Stock(id)) => (&["equity", "bills", "bureau"], Some(id.as_str())),
        Account::Bills(BillAccount::Float(id)) => (&["equity", "circulation", "bureau"], Some(id.as_str())),
        Account::Bills(BillAccount::Public) => (&["equity", "circulation", "public"], None),
        Account::Euros(EuroAccount::Deposit) => (&["assets", "fund", "deposit"], None),
        Account::Euros(EuroAccount::Till(id)) => (&["assets", "fund", "till"], Some(id.as_str())),
        Account::Euros(EuroAccount::Transit(id)) => (&["assets", "fund", "transit"], Some(id.as_str())),
        Account::Euros(EuroAccount::Receivable(id)) => (&["assets", "fund", "receivable"], Some(id.as_str())),
        Account::Euros(EuroAccount::Payable(id)) => (&["liabilities", "fund", "payable"], Some(id.as_str())),
        Account::Euros(EuroAccount::Obligation) => (&["liabilities", "obligation"], None),
        Account::Euros(EuroAccount::OwnBank) => (&["assets", "own", "bank"], None),
        Account::Euros(EuroAccount::OwnOperating) => (&["assets", "own", "operating"], None),
        Account::Euros(EuroAccount::OwnFees) => (&["income", "own", "fees"], None),
        Account::Euros(EuroAccount::OwnInterest) => (&["income", "own", "interest"], None),
        Account::Euros(EuroAccount::OwnGains) => (&["income", "own", "gains"], None),
        Account::Euros(EuroAccount::OwnCharges) => (&["expenses", "own", "charges"], None),
        Account::Euros(EuroAccount::OwnLosses) => (&["expenses", "own", "losses"], None),
    }
}

/// The account for hledger and Ledger, such as `assets:fund:till:florac`.
pub fn plain(account: &Account) -> String {
    let (parts, id) = parts(account);
    parts.iter().copied().chain(id).collect::<Vec<_>>().join(":")
}

/// The account for Beancount, such as `Assets:Fund:Till:Florac`.
pub fn capitalised(account: &Account) -> String {
    let (parts, id) = parts(account);
    let parts = parts.iter().map(|part| upper_first(part));
    parts.chain(id.map(component)).collect::<Vec<_>>().join(":")
}

fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().map(|first| first.to_ascii_uppercase()).chain(letters).collect()
}

/// An id as a part of a Beancount account: capital or digit first, then letters, digits and `-`. No two ids have the same.
///
/// A capital `Z` marks what cannot stand as it is: `ZZ` is a Z, `Zd` a dot, `Zu` an underscore, `Zm` a minus at the
/// beginning, `Zl` a small first letter and `Zc` a capital one that would be taken for the other. A small first letter
/// with a small one behind it is written large without a mark.
fn component(id: &str) -> String {
    let mut made = String::with_capacity(id.len() + 4);
    let second_is_small = id.as_bytes().get(1).is_some_and(u8::is_ascii_lowercase);
    for (place, letter) in id.chars().enumerate() {
        match letter {
            '.' => made.push_str("Zd"),
            '_' => made.push_str("Zu"),
            'Z' => made.push_str("ZZ"),
            '-' if place == 0 => made.push_str("Zm"),
            'a'..='y' if place == 0 && second_is_small => made.push(letter.to_ascii_uppercase()),
            'a'..='z' if place == 0 => made.extend(['Z', 'l', letter]),
            'A'..='Y' if place == 0 && second_is_small => made.extend(['Z', 'c', letter]),
            letter => made.push(letter),
        }
    }
    made
}

/// The euro.
pub const EURO: &str = "EUR";

/// The commodity of an account, where that of bills is called so.
pub fn unit_of<'c>(account: &Account, bills: &'c str) -> &'c str {
    if matches!(account, Account::Bills(_)) { bills } else { EURO }
}

/// The code of the currency as a commodity that every tool takes: capital letters, 2 to 24 of them; `LOCAL` where the
/// founding's code has none such.
pub fn commodity(code: Option<&str>) -> String {
    let code: String = code
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_alphabetic)
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    if (2..=24).contains(&code.len()) && code != EURO { code } else { "LOCAL".to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The id that a component was made from.
    fn id(component: &str) -> String {
        let mut letters = component.chars().peekable();
        let mut id = String::new();
        while let Some(letter) = letters.next() {
            let first = id.is_empty();
            match letter {
                'Z' => match letters.next() {
                    Some('d') => id.push('.'),
                    Some('u') => id.push('_'),
                    Some('m') => id.push('-'),
                    Some('Z') => id.push('Z'),
                    Some('l' | 'c') => id.extend(letters.next()),
                    other => panic!("{other:?} behind a mark in {component}"),
                },
                'A'..='Y' if first && letters.peek().is_some_and(char::is_ascii_lowercase) => {
                    id.push(letter.to_ascii_lowercase());
                }
                letter => id.push(letter),
            }
        }
        id
    }

    #[test]
    fn the_usual_ids_look_as_one_expects() {
        for (id, expected) in [
            ("florac", "Florac"),
            ("BORD-0057", "BORD-0057"),
            ("swap-000426", "Swap-000426"),
            ("a.b_c", "ZlaZdbZuc"),
            ("2026-01", "2026-01"),
            ("Florac", "ZcFlorac"),
            ("-", "Zm"),
        ] {
            assert_eq!(component(id), expected);
        }
    }

    #[test]
    fn a_commodity_is_letters_or_local() {
        for (code, expected) in
            [("AIGA", "AIGA"), ("Aïga 2", "AGA"), ("eur", "LOCAL"), ("Ä", "LOCAL"), ("", "LOCAL")]
        {
            assert_eq!(commodity(Some(code)), expected);
        }
    }

    proptest! {
        #[test]
        fn an_id_is_read_back_from_its_component(written in "[A-Za-z0-9._-]{1,64}|[zZaAlc._-]{1,4}") {
            let made = component(&written);
            let mut bytes = made.bytes();
            prop_assert!(bytes.next().is_some_and(|first| first.is_ascii_uppercase() || first.is_ascii_digit()));
            prop_assert!(bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
            prop_assert_eq!(id(&made), written);
        }
    }
}

//! What a statement says of its account, and whether it is the ledger's.

use std::fmt;

/// The account as the file names it: at least one of IBAN and number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct StatedAccount {
    /// The IBAN, without blanks.
    pub iban: Option<String>,
    /// The bank, as its national code.
    pub bank: Option<String>,
    /// The branch, as its national code.
    pub branch: Option<String>,
    /// The plain account number.
    pub number: Option<String>,
}

/// The shortest IBAN (Norway's), in letters.
const IBAN_LEN_MIN: usize = 15;
/// A French IBAN, in letters: country and check digits (4), bank (5), branch (5), number (11), key (2).
const FRENCH_IBAN_LEN: usize = 27;
/// With fewer letters two account numbers agree too easily.
const NUMBER_LEN_MIN: usize = 5;

impl StatedAccount {
    /// The account of this text, an IBAN or a plain number.
    pub(super) fn named(text: &str) -> Option<Self> {
        let name = Self::letters(text);
        match name.len() {
            0 => None,
            _ if is_iban(&name) => Some(Self { iban: Some(name), ..Self::default() }),
            _ => Some(Self { number: Some(name), ..Self::default() }),
        }
    }

    /// Whether it is the account of this IBAN; none when that cannot be told, as of a placeholder like `FR76`.
    pub fn matches(&self, iban: &str) -> Option<bool> {
        let asked = Self::letters(iban);
        if !is_iban(&asked) {
            return None;
        }
        if let Some(stated) = &self.iban {
            return Some(*stated == asked);
        }
        let number = self
            .number
            .as_deref()
            .filter(|number| number.len() >= NUMBER_LEN_MIN && number.bytes().any(|byte| byte != b'0'))?;
        let national = asked.get(4..)?;
        if !asked.starts_with("FR") || asked.len() != FRENCH_IBAN_LEN {
            return Some(national.contains(number.trim_start_matches('0')));
        }
        let part = |from: usize, to: usize| national.get(from..to).unwrap_or_default();
        let same = |stated: &str, part: &str| stated.trim_start_matches('0') == part.trim_start_matches('0');
        // Some banks tell the number with what stands before or behind it.
        let same_number = match number.len() {
            23 => same(number, national),
            21 => same(number, part(0, 21)),
            13 => same(number, part(10, 23)),
            _ => same(number, part(10, 21)),
        };
        let same_bank = self.bank.as_deref().filter(is_national).is_none_or(|bank| match bank.len() {
            10 => same(bank, part(0, 10)),
            _ => same(bank, part(0, 5)),
        });
        let same_branch =
            self.branch.as_deref().filter(is_national).is_none_or(|branch| same(branch, part(5, 10)));
        Some(same_number && same_bank && same_branch)
    }

    /// Capital letters and digits of a text, by which names of accounts are compared.
    pub(super) fn letters(text: &str) -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
    }

    /// Whether somebody who asks for this, an IBAN or a number, means this account.
    pub(super) fn is(&self, asked: &str) -> bool {
        if let Some(told) = self.matches(asked) {
            return told;
        }
        let asked = Self::letters(asked);
        let same = |number: &String| number.trim_start_matches('0') == asked.trim_start_matches('0');
        // A RIB is the bank, the branch, the number and two digits of its key.
        let national = Self::letters(&self.to_string());
        if asked.len() == FRENCH_IBAN_LEN - 4 && asked.get(..national.len()) == Some(national.as_str()) {
            return asked.len() - national.len() == 2;
        }
        let within = |iban: &String| asked.len() >= NUMBER_LEN_MIN && iban.contains(&asked);
        self.number.as_ref().is_some_and(same) || self.iban.as_ref().is_some_and(within)
    }
}

/// Whether it is a national code, and not a BIC or nothing but zeros, which tell nothing here.
fn is_national(code: &&str) -> bool {
    code.bytes().all(|byte| byte.is_ascii_digit()) && code.bytes().any(|byte| byte != b'0')
}

fn is_iban(letters: &str) -> bool {
    let bytes = letters.as_bytes();
    let country = bytes.iter().take(2).all(u8::is_ascii_uppercase);
    country && bytes.iter().skip(2).take(2).all(u8::is_ascii_digit) && bytes.len() >= IBAN_LEN_MIN
}

impl fmt::Display for StatedAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(iban) = &self.iban {
            return f.pad(iban);
        }
        let parts = [&self.bank, &self.branch, &self.number];
        f.pad(&parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IBAN: &str = "FR76 2157 0000 0100 0123 4567 870";

    fn numbered(bank: Option<&str>, branch: Option<&str>, number: &str) -> StatedAccount {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        StatedAccount {
            iban: None,
            bank: owned(bank),
            branch: owned(branch),
            number: Some(number.to_owned()),
        }
    }

    #[test]
    fn an_iban_contains_the_national_number() {
        for stated in [
            numbered(None, None, "00012345678"),
            numbered(None, None, "12345678"),
            numbered(Some("21570"), Some("00001"), "00012345678"),
            numbered(None, None, "21570000010001234567870"),
            numbered(Some("NEFSFR2L"), Some("00001"), "00012345678"),
            numbered(Some("NEFSFR2LXXX"), Some("00000"), "12345678"),
            numbered(Some("2157000001"), None, "00012345678"),
            StatedAccount::named("fr7621570000010001234567870").unwrap(),
        ] {
            assert_eq!(stated.matches(IBAN), Some(true), "{stated}");
            assert!(stated.is(IBAN), "{stated}");
        }
        assert!(numbered(None, None, "00012345678").is("12345678"));
        assert!(!numbered(None, None, "00012345678").is("2345678"));
        for stated in [
            numbered(None, None, "00012345679"),
            numbered(None, None, "2345678"),
            numbered(Some("42559"), None, "00012345678"),
            numbered(Some("21570"), Some("00002"), "00012345678"),
            StatedAccount::named("FR7621570000010001234567871").unwrap(),
        ] {
            assert_eq!(stated.matches(IBAN), Some(false), "{stated}");
        }
    }

    #[test]
    fn a_placeholder_tells_nothing() {
        let stated = numbered(None, None, "00012345678");
        for iban in ["FR76", "FR76...", "", "à demander"] {
            assert_eq!(stated.matches(iban), None, "{iban}");
        }
        assert_eq!(numbered(None, None, "12").matches(IBAN), None);
        assert_eq!(StatedAccount::default().matches(IBAN), None);
    }
}

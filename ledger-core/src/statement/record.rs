//! A record of CFONB 120: 120 letters, of which each column has its meaning.

use super::wording::{one_line, shown};
use super::{StatedAccount, StatementError, day};
use crate::date::Date;
use crate::limits::FIGURE_MAX_CENTS;
use crate::money::Euros;

/// A record, in letters.
pub(super) const RECORD_LEN: usize = 120;
/// What an amount needs of a record; banks cut off the blanks behind.
pub(super) const AMOUNT_END: usize = 104;
/// What a completing record needs.
const QUALIFIER_END: usize = 48;

/// What a DOS program puts behind the end of a file.
pub(super) const END_OF_FILE: char = '\u{1a}';

/// A record and where it stands.
pub(super) struct Record<'a> {
    pub line: u64,
    text: &'a str,
    pub code: &'a str,
}

impl<'a> Record<'a> {
    pub(super) fn of(line: u64, text: &'a str) -> Result<Self, StatementError> {
        let text = text.trim_end_matches(['\r', '\u{1a}']);
        let record = Self { line, text, code: text.get(..2).unwrap_or_default() };
        let needed = match record.code {
            "01" | "04" | "07" => AMOUNT_END,
            "05" => QUALIFIER_END,
            _ => {
                let (expected, found) = ("a record 01, 04, 05 or 07".to_owned(), shown(text));
                return Err(StatementError::Malformed { line, expected, found });
            }
        };
        let length = text.chars().count();
        let beyond = record.columns(RECORD_LEN, length);
        if length < needed {
            let expected = format!("a record of {RECORD_LEN} letters, and found {length}");
            return Err(StatementError::Truncated { line, expected });
        }
        if !beyond.trim().is_empty() {
            let expected = format!("a record of {RECORD_LEN} letters");
            let found = format!("{length} letters");
            return Err(StatementError::Malformed { line, expected, found });
        }
        Ok(record)
    }

    /// The letters from one column to before another, counted from 0.
    pub(super) fn columns(&self, from: usize, to: usize) -> &'a str {
        if self.text.is_ascii() {
            return self.text.get(from..to.min(self.text.len())).unwrap_or_default();
        }
        let at = |column: usize| self.text.char_indices().nth(column).map_or(self.text.len(), |(at, _)| at);
        self.text.get(at(from)..at(to)).unwrap_or_default()
    }

    pub(super) fn bad(&self, field: &str, expected: &str, found: &str) -> StatementError {
        let (field, expected) = (format!("{} {field}", self.code), expected.to_owned());
        StatementError::BadField { line: self.line, field, expected, found: shown(found) }
    }

    pub(super) fn account(&self) -> Result<StatedAccount, StatementError> {
        let part = |from, to| Some(one_line(self.columns(from, to))).filter(|part| !part.is_empty());
        let number = part(21, 32).ok_or_else(|| self.bad("account", "an account number", ""))?;
        Ok(StatedAccount { iban: None, bank: part(2, 7), branch: part(11, 16), number: Some(number) })
    }

    /// The currency; in records of balances some banks say nothing.
    pub(super) fn currency(&self) -> Option<&'a str> {
        Some(self.columns(16, 19)).filter(|currency| self.code == "04" || !currency.trim().is_empty())
    }

    /// Another currency than the euro.
    pub(super) fn wrong_currency(&self, found: &str) -> StatementError {
        StatementError::WrongCurrency { line: self.line, found: shown(found) }
    }

    pub(super) fn date(&self) -> Result<Date, StatementError> {
        let text = self.columns(34, 40);
        day::short(text).ok_or_else(|| self.bad("date", "a date as DDMMYY", text))
    }

    pub(super) fn value_date(&self) -> Result<Option<Date>, StatementError> {
        let text = self.columns(42, 48);
        if text.trim().is_empty() {
            return Ok(None);
        }
        day::short(text).map(Some).ok_or_else(|| self.bad("value date", "a date as DDMMYY, or blank", text))
    }

    /// The amount, whose last letter is a digit and the sign at once.
    pub(super) fn amount(&self) -> Result<Euros, StatementError> {
        let text = self.columns(90, AMOUNT_END);
        let expected = "13 digits and one of { A–I (plus) or } J–R (minus)";
        let digits = text.strip_suffix(|letter: char| letter.is_ascii());
        let (Some(digits), Some(&last)) = (digits, text.as_bytes().last()) else {
            return Err(self.bad("amount", expected, text));
        };
        let (digit, negative) = match last {
            b'{' => (0, false),
            b'A'..=b'I' => (last - b'A' + 1, false),
            b'}' => (0, true),
            b'J'..=b'R' => (last - b'J' + 1, true),
            _ => return Err(self.bad("amount", expected, text)),
        };
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.bad("amount", expected, text));
        }
        let units: i64 = digits.parse().map_err(|_| self.bad("amount", expected, text))?;
        let cents = self.cents(10 * units + i64::from(digit), text)?;
        Ok(Euros::from_cents(if negative { -cents } else { cents }))
    }

    /// Cents, from units with as many decimals as the record says.
    fn cents(&self, units: i64, text: &str) -> Result<i64, StatementError> {
        let factor = match self.columns(19, 20) {
            "0" => 100,
            "1" => 10,
            "2" => 1,
            " " if self.code != "04" => 1,
            "3" if units % 10 == 0 => return Ok(units / 10),
            "3" => return Err(self.bad("amount", "an amount in whole cents (it has 3 decimals)", text)),
            found => return Err(self.bad("decimals", "a digit from 0 to 3", found)),
        };
        let cents = units * factor;
        if cents > FIGURE_MAX_CENTS {
            return Err(self.bad("amount", "an amount of at most 10000000000000.00", text));
        }
        Ok(cents)
    }
}

/// Whether a line is a record by its code and shape: a bank's number, and a date or an amount where they belong.
pub(super) fn is_record(line: &str) -> bool {
    let letters: Vec<char> = line.chars().take(AMOUNT_END).collect();
    let column = |from: usize, to: usize| letters.get(from..to).unwrap_or_default();
    let code: String = column(0, 2).iter().collect();
    let is_code = ["01", "04", "05", "07"].contains(&code.as_str());
    let digits = |from: usize, to: usize| {
        let digits = column(from, to);
        !digits.is_empty() && digits.iter().all(char::is_ascii_digit)
    };
    let is_amount = digits(90, AMOUNT_END - 1)
        && letters.get(AMOUNT_END - 1).is_some_and(|last| matches!(last, '{' | '}' | 'A'..='R'));
    let separated = column(0, 48).iter().any(|letter| matches!(letter, ';' | ',' | '\t' | '"'));
    is_code
        && !separated
        && (digits(34, 40) || is_amount && column(2, 7).iter().all(char::is_ascii_alphanumeric))
}

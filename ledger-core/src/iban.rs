//! IBANs: whether a text is the number of a bank account, by ISO 13616: country, length and check digits.

/// What a person should have written.
pub const EXPECTED: &str =
    "a bank and an IBAN whose check digits are right, such as \"FR76 3000 6000 0112 3456 7890 189\"";

/// The length of an IBAN, for the countries of which the members of such a currency may have accounts; for others any length
/// that an IBAN can have is taken.
const LENGTHS: [(&str, usize); 37] = [
    ("AD", 24),
    ("AT", 20),
    ("BE", 16),
    ("BG", 22),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FR", 27),
    ("GB", 22),
    ("GI", 23),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IS", 26),
    ("IT", 27),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("VA", 22),
];
const LENGTH_MIN: usize = 15;
const LENGTH_MAX: usize = 34;

/// Whether a text is an IBAN. It may be written in groups, with single spaces between them, and its letters in either case.
pub fn is_iban(text: &str) -> bool {
    if text.starts_with(' ') || text.ends_with(' ') || text.contains("  ") {
        return false;
    }
    let letters: Vec<u8> =
        text.bytes().filter(|byte| *byte != b' ').map(|byte| byte.to_ascii_uppercase()).collect();
    let [c0, c1, d0, d1, ..] = *letters.as_slice() else { return false };
    let well_formed = [c0, c1].iter().all(u8::is_ascii_uppercase)
        && [d0, d1].iter().all(u8::is_ascii_digit)
        && letters.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let length =
        LENGTHS.iter().find(|(country, _)| country.as_bytes() == [c0, c1]).map(|(_, length)| *length);
    let long_enough =
        length.map_or((LENGTH_MIN..=LENGTH_MAX).contains(&letters.len()), |length| length == letters.len());
    well_formed && long_enough && remainder(&letters) == 1
}

/// What the number leaves when it is divided by 97, its first four characters last and letters as 10 to 35.
fn remainder(letters: &[u8]) -> u32 {
    let (first, rest) = letters.split_at(4);
    rest.iter().chain(first).fold(0, |rest, byte| {
        if byte.is_ascii_digit() {
            (rest * 10 + u32::from(byte - b'0')) % 97
        } else {
            (rest * 100 + u32::from(byte - b'A') + 10) % 97
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iban_has_the_length_of_its_country_and_right_check_digits() {
        for iban in [
            "FR7621570000010001234567870",
            "FR76 3000 6000 0112 3456 7890 189",
            "fr7630006000011234567890189",
            "DE02120300000000202051",
            "GB82 WEST 1234 5698 7654 32",
            "MT84MALT011000012345MTLCAST001S",
            // A country of which the length is not listed.
            "TR330006100519786457841326",
        ] {
            assert!(is_iban(iban), "{iban}");
        }
        for text in [
            "coucou",
            "",
            "FR76",
            "FR7621570000010001234567871",
            "FR762157000001000123456787",
            "FR76215700000100012345678700",
            "DE02 1203 0000 0000 2020 510",
            " FR7621570000010001234567870",
            "FR76  21570000010001234567870",
            "7621570000010001234567870FR",
            "FR76-2157-0000-0100-0123-4567-870",
            "ＦR7621570000010001234567870",
        ] {
            assert!(!is_iban(text), "{text}");
        }
    }
}

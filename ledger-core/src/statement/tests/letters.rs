//! Guards against: labels that are garbled because a header says other letters than there are.

use super::build::{HEADER, ofx_of_april, transaction};
use crate::statement::{How, Profile, StatementError, read};

fn label(bytes: &[u8], how: How<'_>) -> Result<String, StatementError> {
    read(bytes, how).map(|statement| statement.lines[0].label.clone())
}

fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(letter).unwrap()).collect()
}

#[test]
fn letters_of_utf_8_are_read_as_such_whatever_the_header_says() {
    let ofx = ofx_of_april(&transaction("20260410", "0.21", "<MEMO>INTÉRÊTS DÉBITEURS"), "");
    for header in [
        HEADER.to_owned(),
        HEADER.replace("USASCII\nCHARSET:1252", "UTF-8\nCHARSET:NONE"),
        HEADER.replace("1252", "ISO-8859-15"),
        HEADER.replace("1252", ""),
        HEADER.replace("USASCII", "UNICODE"),
    ] {
        let text = ofx.replace(HEADER, &header);
        assert_eq!(label(text.as_bytes(), How::default()).unwrap(), "INTÉRÊTS DÉBITEURS", "{header}");
        if !header.contains("UTF-8") && !header.contains("UNICODE") {
            assert_eq!(label(&latin(&text), How::default()).unwrap(), "INTÉRÊTS DÉBITEURS", "{header}");
        }
    }
    let csv = "Date;Date de valeur;Débit;Crédit;Libellé;Solde\n01/08/2026;;;1,00;Intérêts;1,00\n";
    let profile = include_str!("../profiles/credit-mutuel.toml").replace("\"auto\"", "\"windows-1252\"");
    let profile = Profile::from_toml(&profile).unwrap();
    let how = How { profile: Some(&profile), ..How::default() };
    assert_eq!(label(csv.as_bytes(), how).unwrap(), "Intérêts");
    assert_eq!(label(&latin(csv), how).unwrap(), "Intérêts");
}

#[test]
fn utf_8_in_which_a_letter_is_cut_is_refused_and_not_garbled() {
    let ofx = ofx_of_april(&transaction("20260410", "0.21", "<MEMO>INTÉRÊTS DÉBITEURS DU É"), "");
    let at = ofx.rfind('É').unwrap() + 1;
    let mut bytes = ofx.into_bytes();
    bytes.remove(at);
    let refusal = label(&bytes, How::default()).unwrap_err();
    assert_eq!(refusal.to_string(), "line 13: expected UTF-8, and found the byte 0xC3");
}

//! Signed notes (c2sp.org/signed-note) and their Ed25519 keys: a text, and below it who signed it.

use std::fmt;
use std::str::FromStr;

use data_encoding::{BASE64, HEXLOWER};
use ring::digest;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use super::error::ProofError;
use crate::journal::Hash;
use crate::text::{PRIVATE_KEY, hidden};

/// The type of signature: Ed25519 over the text.
const ED25519_TYPE: u8 = 1;
const KEY_ID_LEN: usize = 4;
const NAME_LEN_MAX: usize = 128;
const NOTE_LEN_MAX: usize = 65_536;
const SIGNATURES_MAX: usize = 100;
const SIGNED_BY: &str = "\u{2014} ";
/// How statements of coverage begin, and so no checkpoint does.
const RESERVED: &str = "aiga-coverage/";
/// How a name begins that a key has after a journal, and how many hexadecimal digits follow.
const OF_JOURNAL: &str = "aiga-ledger/";
const OF_JOURNAL_DIGITS: usize = 16;

/// The name of a key, which is also the origin of the checkpoints that it signs: something like
/// `example.org/aiga`, with no blank, no plus, no letter that does not show, not a number, and no heading of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyName(String);

impl FromStr for KeyName {
    type Err = ProofError;

    fn from_str(name: &str) -> Result<Self, ProofError> {
        let bad = |letter: char| letter.is_whitespace() || letter == '+' || hidden(letter) || unseen(letter);
        let number = name.bytes().all(|byte| byte.is_ascii_digit());
        if number || name.len() > NAME_LEN_MAX || name.contains(bad) || name.starts_with(RESERVED) {
            return Err(ProofError::KeyName { name: name.to_owned() });
        }
        Ok(Self(name.to_owned()))
    }
}

impl KeyName {
    /// The name after a journal's first leaf: each ledger has another first entry, which never changes.
    pub fn of_journal(first: &Hash) -> Self {
        let digits = HEXLOWER.encode(first);
        Self(format!("{OF_JOURNAL}{}", &digits[..OF_JOURNAL_DIGITS]))
    }

    /// Whether it is the name after another journal than the one with this first leaf. A name that somebody chose is of any.
    pub(crate) fn names_another_journal(&self, first: &Hash) -> bool {
        let digits = self.0.strip_prefix(OF_JOURNAL).unwrap_or_default();
        let after_one = digits.len() == OF_JOURNAL_DIGITS && HEXLOWER.decode(digits.as_bytes()).is_ok();
        after_one && *self != Self::of_journal(first)
    }
}

/// Whether a letter takes no room where it is shown: two names that look the same must be the same.
fn unseen(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The first four bytes of SHA-256(name ‖ 0a ‖ 01 ‖ public key).
fn key_id(name: &KeyName, public: &[u8; 32]) -> [u8; KEY_ID_LEN] {
    let named = [name.0.as_bytes(), b"\n", &[ED25519_TYPE], public].concat();
    let hash = digest::digest(&digest::SHA256, &named);
    *hash.as_ref().first_chunk().unwrap_or_else(|| unreachable!("a hash is longer"))
}

/// The public half of a key, as `name+id+base64`: what an association publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey {
    name: KeyName,
    public: [u8; 32],
}

impl VerifyingKey {
    /// The name.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// What stands before each of its signatures.
    pub fn id(&self) -> [u8; 4] {
        key_id(&self.name, &self.public)
    }

    /// The same as eight hexadecimal digits.
    pub fn id_hex(&self) -> String {
        HEXLOWER.encode(&self.id())
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = BASE64.encode(&[&[ED25519_TYPE], &self.public[..]].concat());
        write!(f, "{}+{}+{key}", self.name, self.id_hex())
    }
}

impl FromStr for VerifyingKey {
    type Err = ProofError;

    fn from_str(text: &str) -> Result<Self, ProofError> {
        let (name, id, public) = split_key(text).ok_or(ProofError::Key)?;
        let key = Self { name, public };
        if key.id() == id { Ok(key) } else { Err(ProofError::Key) }
    }
}

/// `name+id+base64(type ‖ 32 bytes)`.
fn split_key(text: &str) -> Option<(KeyName, [u8; KEY_ID_LEN], [u8; 32])> {
    let (name, rest) = text.split_once('+')?;
    let (id, key) = rest.split_once('+')?;
    let id = HEXLOWER.decode(id.as_bytes()).ok()?.try_into().ok()?;
    let key = of_base64(key)?;
    let (kind, key) = key.split_first()?;
    (*kind == ED25519_TYPE).then_some(())?;
    Some((name.parse().ok()?, id, key.try_into().ok()?))
}

/// The private half.
pub struct SigningKey {
    seed: [u8; 32],
    pair: Ed25519KeyPair,
    verifying: VerifyingKey,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.verifying)
    }
}

impl SigningKey {
    /// The key that these random bytes make.
    ///
    /// # Errors
    /// [`ProofError::Key`].
    pub fn from_seed(name: KeyName, seed: [u8; 32]) -> Result<Self, ProofError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| ProofError::Key)?;
        let public = pair.public_key().as_ref().try_into().map_err(|_| ProofError::Key)?;
        Ok(Self { seed, pair, verifying: VerifyingKey { name, public } })
    }

    /// Reads a private key from the text that [`to_private_text`](Self::to_private_text) gives.
    ///
    /// # Errors
    /// [`ProofError::Key`].
    pub fn from_private_text(text: &str) -> Result<Self, ProofError> {
        let key = text.strip_prefix(PRIVATE_KEY).and_then(split_key);
        let (name, id, seed) = key.ok_or(ProofError::Key)?;
        let key = Self::from_seed(name, seed)?;
        if key.verifying.id() == id { Ok(key) } else { Err(ProofError::Key) }
    }

    /// The private key as text: `PRIVATE+KEY+name+id+base64`.
    pub fn to_private_text(&self) -> String {
        let seed = BASE64.encode(&[&[ED25519_TYPE], &self.seed[..]].concat());
        format!("{PRIVATE_KEY}{}+{}+{seed}", self.verifying.name, self.verifying.id_hex())
    }

    /// The public half.
    pub fn verifying(&self) -> &VerifyingKey {
        &self.verifying
    }
}

/// A text with signatures. Nothing of it is to be believed before it is [verified](Self::verify).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<Signature>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Signature {
    name: KeyName,
    id: [u8; KEY_ID_LEN],
    bytes: Vec<u8>,
}

impl SignedNote {
    /// Signs a text, which ends its last line.
    pub fn sign(text: String, key: &SigningKey) -> Self {
        assert!(text.ends_with('\n'), "a text of whole lines");
        let VerifyingKey { name, .. } = &key.verifying;
        let bytes = key.pair.sign(text.as_bytes()).as_ref().to_vec();
        Self { text, signatures: vec![Signature { name: name.clone(), id: key.verifying.id(), bytes }] }
    }

    /// Reads a note, strictly: there is one way to write it.
    ///
    /// # Errors
    /// [`ProofError::Note`], [`ProofError::NoteTooLong`], [`ProofError::TooManySignatures`].
    pub fn parse(note: &str) -> Result<Self, ProofError> {
        let plain = !note.contains(|letter: char| letter < ' ' && letter != '\n');
        if !plain {
            return Err(ProofError::Note);
        }
        if note.len() > NOTE_LEN_MAX {
            return Err(ProofError::NoteTooLong { bytes: note.len(), bytes_max: NOTE_LEN_MAX });
        }
        let (text, lines) = note.rsplit_once("\n\n").ok_or(ProofError::Note)?;
        let lines = lines.strip_suffix('\n').ok_or(ProofError::Note)?;
        let signatures: Option<Vec<Signature>> = lines.split('\n').map(signature).collect();
        let signatures = signatures.ok_or(ProofError::Note)?;
        if signatures.len() > SIGNATURES_MAX {
            let (signatures, most) = (signatures.len(), SIGNATURES_MAX);
            return Err(ProofError::TooManySignatures { signatures, most });
        }
        Ok(Self { text: format!("{text}\n"), signatures })
    }

    /// The text, once this key has signed it.
    ///
    /// # Errors
    /// [`ProofError::OtherKey`] when it has not, [`ProofError::Signature`] when the signature is wrong.
    pub fn verify(&self, key: &VerifyingKey) -> Result<&str, ProofError> {
        let own = |signature: &&Signature| signature.name == key.name && signature.id == key.id();
        let mut own = self.signatures.iter().filter(own).peekable();
        if own.peek().is_none() {
            return Err(ProofError::OtherKey { key: key.to_string(), signed_by: self.signed_by() });
        }
        let public = UnparsedPublicKey::new(&ED25519, &key.public);
        if own.all(|signature| public.verify(self.text.as_bytes(), &signature.bytes).is_ok()) {
            Ok(&self.text)
        } else {
            Err(ProofError::Signature { key: key.to_string() })
        }
    }

    /// Its text, which nobody vouches for.
    pub fn unverified_text(&self) -> &str {
        &self.text
    }

    /// The keys that say to have signed it, as `name+id`.
    pub fn signed_by(&self) -> Vec<String> {
        let shown = |signature: &Signature| format!("{}+{}", signature.name, HEXLOWER.encode(&signature.id));
        self.signatures.iter().map(shown).collect()
    }
}

fn signature(line: &str) -> Option<Signature> {
    let (name, signature) = line.strip_prefix(SIGNED_BY)?.split_once(' ')?;
    let bytes = of_base64(signature)?;
    let (id, bytes) = bytes.split_first_chunk()?;
    Some(Signature { name: name.parse().ok()?, id: *id, bytes: bytes.to_vec() })
}

/// The bytes of a text in base64, as it is written: pieces with a padding each, one after another, are not.
fn of_base64(text: &str) -> Option<Vec<u8>> {
    let bytes = BASE64.decode(text.as_bytes()).ok()?;
    (BASE64.encode(&bytes) == text).then_some(bytes)
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|Signature { name, id, bytes }| {
            writeln!(f, "{SIGNED_BY}{name} {}", BASE64.encode(&[id, &bytes[..]].concat()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_or_a_key_in_two_pieces_of_base64_is_not_read() {
        let name: KeyName = "example.org/aiga".parse().unwrap();
        let key = SigningKey::from_seed(name, [7; 32]).unwrap();
        let in_pieces = |text: &str| {
            let bytes = BASE64.decode(text.as_bytes()).unwrap();
            BASE64.encode(&bytes[..4]) + &BASE64.encode(&bytes[4..])
        };
        let note = SignedNote::sign("a text\n".to_owned(), &key).to_string();
        let (before, signature) = note.trim_end().rsplit_once(' ').unwrap();
        assert_eq!(SignedNote::parse(&format!("{before} {signature}\n")).unwrap().to_string(), note);
        let pieces = format!("{before} {}\n", in_pieces(signature));
        assert_eq!(SignedNote::parse(&pieces), Err(ProofError::Note));
        let shown = key.verifying().to_string();
        let (before, public) = shown.rsplit_once('+').unwrap();
        let pieces = format!("{before}+{}", in_pieces(public));
        assert_eq!(pieces.parse::<VerifyingKey>(), Err(ProofError::Key));
    }
}

//! Names in labels: which items a bank's words name.
//!
//! Banks write in capitals and change signs, so letters and digits alone are compared, whatever their case and whatever stands
//! between them (`BORD 0058`). A name that could stand in any label, such as `12` or `florac`, counts only where the amount agrees.

use std::collections::HashMap;

use compact_str::CompactString;
use smallvec::SmallVec;

use crate::id::MemberId;
use crate::reconcile::item::Item;
use crate::statement::Line;

/// Words that may make up one name, at most.
const WORDS: usize = 6;

/// A name with fewer letters and digits could stand anywhere.
const TELLING: usize = 4;

/// A name of digits alone needs more of them.
const TELLING_DIGITS: usize = 6;

/// Items by what labels may call them.
#[derive(Debug, Default)]
pub(super) struct Names {
    items: HashMap<CompactString, SmallVec<[u32; 2]>>,
    members: HashMap<CompactString, SmallVec<[MemberId; 1]>>,
}

/// What a line names.
#[derive(Clone, Debug, Default)]
pub(super) struct Named {
    /// By names that hardly stand anywhere by chance.
    pub surely: SmallVec<[usize; 2]>,
    /// By others.
    pub perhaps: SmallVec<[usize; 2]>,
    /// Members, by their numbers.
    pub members: SmallVec<[MemberId; 1]>,
}

impl Names {
    /// The names of these items, and those members of a ledger whose numbers hardly stand anywhere by chance.
    pub fn of<'m>(items: &[Item], members: impl Iterator<Item = &'m MemberId>) -> Self {
        let mut names = Self::default();
        for member in members {
            let number = plain(member.as_str());
            if is_number_of_member(&number) {
                names.members.entry(number).or_default().push(member.clone());
            }
        }
        for (place, item) in (0..).zip(items) {
            for name in &item.names {
                let places = names.items.entry(plain(name.as_str())).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
        }
        names
    }

    /// What a line names, in its label and its references.
    pub fn in_line(&self, line: &Line) -> Named {
        let mut named = Named::default();
        for text in std::iter::once(&line.label).chain(&line.references) {
            let words: Vec<CompactString> = words(text).map(plain).collect();
            for first in 0..words.len() {
                let mut joined = CompactString::default();
                for word in words[first..].iter().take(WORDS) {
                    joined.push_str(word);
                    let members = self.members.get(&joined).into_iter().flatten();
                    named.members.extend(members.cloned());
                    for place in self.items.get(&joined).into_iter().flatten() {
                        let list = if is_telling(&joined) { &mut named.surely } else { &mut named.perhaps };
                        if !list.contains(&(*place as usize)) {
                            list.push(*place as usize);
                        }
                    }
                }
            }
        }
        named
    }
}

/// Letters and digits that stand together.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

/// Letters and digits alone, small.
fn plain(name: &str) -> CompactString {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// A letter and a digit, as in `A-008`, or as many digits as a telling name has.
fn is_number_of_member(plain: &str) -> bool {
    let digits = plain.bytes().filter(u8::is_ascii_digit).count();
    digits > 0 && (digits < plain.len() || digits >= TELLING_DIGITS)
}

fn is_telling(plain: &str) -> bool {
    let digits = plain.bytes().filter(u8::is_ascii_digit).count();
    plain.len() >= TELLING && digits > 0 && (digits < plain.len() || digits >= TELLING_DIGITS)
}

//! The names of fields, and the numbers by which the journal knows them.

/// The names, in the order of their numbers: the number of a field is its place here, from 1.
const NAMES: [&str; 46] = [
    "note",
    "operator",
    "bank_line",
    "currency",
    "symbol",
    "code",
    "denominations",
    "association",
    "fund",
    "reconversion_fee",
    "bureau",
    "name",
    "local_group",
    "terms",
    "member",
    "kind",
    "valid_until",
    "bills",
    "serials",
    "amount",
    "paid",
    "in",
    "out",
    "slip",
    "slips",
    "short",
    "over",
    "charge",
    "invoice",
    "payable",
    "from_till",
    "reason",
    "till",
    "debit",
    "credit",
    "entry",
    "statement",
    "through",
    "closing_balance",
    "forced_reason",
    "bank",
    "iban",
    "till_ceiling",
    "deposit_within_days",
    "date",
    "nth",
];

/// The name of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name(u8);

impl Name {
    /// The field of this name. It is looked up when the program is compiled, which fails when there is none.
    pub(crate) const fn of(name: &str) -> Self {
        let mut number = 0_u8;
        while (number as usize) < NAMES.len() {
            if same(NAMES[number as usize], name) {
                return Self(number + 1);
            }
            number += 1;
        }
        panic!("a field that has no number")
    }

    /// The field of this number in the journal.
    pub fn of_number(number: u8) -> Option<Self> {
        (1..=NAMES.len()).contains(&usize::from(number)).then_some(Self(number))
    }

    /// Its number in the journal.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The name as it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        NAMES[self.0 as usize - 1]
    }
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut place = 0;
    while place < one.len() {
        if one[place] != other[place] {
            return false;
        }
        place += 1;
    }
    true
}

//! Shape, the first stage: is this JSON value an operation at all?
//!
//! It looks at nothing but the value itself. What it returns holds the submitted fields in one canonical form
//! (amounts as cents, rates in ten-thousandths, bills without their zero counts), so that two ways of writing
//! the same thing compare equal when a reference comes a second time.

use super::{Bills, Code};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The largest amount an operation may carry, in cents.
const AMOUNT_CENTS_MAX: i128 = 10_000_000_000 * 100;

/// What a field must look like.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Id,
    Text,
    Date,
    /// Cents, more than zero.
    Amount,
    /// Cents, zero or more.
    Till,
    /// Cents, of either sign.
    SignedAmount,
    /// At least one bill.
    Bills,
    /// Bills, perhaps none.
    Inventory,
    Rate,
    Paid,
    Terms,
    MemberKind,
    Ids,
    Texts,
    Entry,
    Account,
    Denominations,
    FundAccount,
    Hash,
    BankLine,
}
use Form::*;

struct Field {
    name: &'static str,
    form: Form,
    required: bool,
}

const fn must(name: &'static str, form: Form) -> Field {
    Field { name, form, required: true }
}

const fn may(name: &'static str, form: Form) -> Field {
    Field { name, form, required: false }
}

const COMMON: &[Field] =
    &[must("ref", Id), must("on", Date), may("note", Text), may("operator", Id), may("bank_line", BankLine)];

/// The operations that move the bank account, so may name the line of the statement they stand for.
const MOVES_THE_BANK: &[&str] = &[
    "issue",
    "deposit",
    "pay_out",
    "reclassify",
    "bank_interest",
    "bank_charge",
    "top_up",
    "withdraw_surplus",
    "reverse",
];

/// The closed list of operations and the fields of each.
fn fields_of(kind: &str) -> Option<&'static [Field]> {
    Some(match kind {
        "found" => {
            &const {
                [
                    must("currency", Text),
                    must("symbol", Text),
                    must("code", Text),
                    must("denominations", Denominations),
                    must("association", Text),
                    must("fund", FundAccount),
                    must("reconversion_fee", Rate),
                ]
            }
        }
        "open_bureau" => {
            &const { [must("bureau", Id), must("name", Text), must("local_group", Text), may("terms", Terms)] }
        }
        "amend_bureau" => {
            &const { [must("bureau", Id), may("name", Text), may("local_group", Text), may("terms", Terms)] }
        }
        "close_bureau" => &const { [must("bureau", Id)] },
        "enrol_member" => {
            &const {
                [
                    must("member", Id),
                    must("kind", MemberKind),
                    must("local_group", Text),
                    must("valid_until", Date),
                ]
            }
        }
        "amend_member" => {
            &const {
                [
                    must("member", Id),
                    may("kind", MemberKind),
                    may("local_group", Text),
                    may("valid_until", Date),
                ]
            }
        }
        "renew_member" => &const { [must("member", Id), must("valid_until", Date)] },
        "set_fee" => &const { [must("reconversion_fee", Rate)] },
        "print_bills" => &const { [must("bills", Bills), may("serials", Texts)] },
        "destroy_bills" => &const { [must("bills", Bills), may("bureau", Id)] },
        "supply" | "return_bills" => &const { [must("bureau", Id), must("bills", Bills)] },
        "issue" => &const { [must("bills", Bills), may("member", Id)] },
        "swap" => {
            &const {
                [
                    must("bureau", Id),
                    may("bills", Bills),
                    may("amount", Amount),
                    must("paid", Paid),
                    may("member", Id),
                ]
            }
        }
        "exchange" => &const { [must("in", Bills), must("out", Bills), may("bureau", Id)] },
        "remit" | "cover" => &const { [must("bureau", Id), must("amount", Amount), must("slip", Id)] },
        "deposit" => {
            &const {
                [
                    may("slip", Id),
                    may("slips", Ids),
                    must("amount", Amount),
                    may("short", Amount),
                    may("over", Amount),
                    may("charge", Amount),
                ]
            }
        }
        "reconvert" => {
            &const { [must("member", Id), must("bills", Bills), may("bureau", Id), must("invoice", Text)] }
        }
        "pay_out" => &const { [must("payable", Id), may("amount", Amount), may("from_till", Id)] },
        "release" => &const { [must("payable", Id), must("reason", Text)] },
        "count" => &const { [may("bureau", Id), must("bills", Inventory), may("till", Till)] },
        "write_off" => &const { [must("bureau", Id), must("amount", Amount)] },
        "reclassify" => {
            &const {
                [
                    must("debit", Account),
                    must("credit", Account),
                    must("amount", Amount),
                    must("reason", Text),
                ]
            }
        }
        "bank_interest" | "bank_charge" | "top_up" | "withdraw_surplus" => {
            &const { [must("amount", Amount)] }
        }
        "reverse" => &const { [must("entry", Entry), must("reason", Text)] },
        "attest_statement" => {
            &const { [must("statement", Hash), must("through", Date), must("closing_balance", SignedAmount)] }
        }
        "close_period" => &const { [must("through", Date), may("forced_reason", Text)] },
        _ => return None,
    })
}

/// An operation whose shape is right, its fields in canonical form.
#[derive(Debug, Clone, PartialEq)]
pub struct Submitted {
    fields: Map<String, Value>,
}

impl Submitted {
    pub fn kind(&self) -> &str {
        self.text("op").expect("shape requires op")
    }

    pub fn reference(&self) -> &str {
        self.text("ref").expect("shape requires ref")
    }

    pub fn on(&self) -> &str {
        self.text("on").expect("shape requires on")
    }

    pub fn get(&self, field: &str) -> Option<&Value> {
        self.fields.get(field)
    }

    pub fn has(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    pub fn text(&self, field: &str) -> Option<&str> {
        self.get(field)?.as_str()
    }

    /// Zero where the field is absent.
    pub fn cents(&self, field: &str) -> i128 {
        self.get(field).and_then(Value::as_i64).unwrap_or(0).into()
    }

    /// None where the field is absent.
    pub fn bills(&self, field: &str) -> Bills {
        self.get(field).and_then(Value::as_object).map(bills_of).unwrap_or_default()
    }

    /// The payable that pays for a swap.
    pub fn credit(&self) -> Option<&str> {
        self.get("paid")?.get("credit")?.as_str()
    }

    /// The slips of a deposit, in the order given.
    pub fn slips(&self) -> Vec<&str> {
        match self.get("slips").and_then(Value::as_array) {
            Some(slips) => slips.iter().filter_map(Value::as_str).collect(),
            None => self.text("slip").into_iter().collect(),
        }
    }
}

/// Reads an operation. The order of the checks is the order of the codes in the rules.
pub fn read(operation: &Value) -> Result<Submitted, Code> {
    let object = operation.as_object().ok_or("malformed_json")?;
    let kind = object.get("op").ok_or("missing_field")?.as_str().ok_or("invalid_value")?;
    let own = fields_of(kind).ok_or("unknown_operation")?;
    let known = || COMMON.iter().chain(own);

    require(known().all(|field| !field.required || object.contains_key(field.name)), "missing_field")?;
    require(
        object.keys().all(|name| name == "op" || known().any(|field| field.name == name)),
        "unknown_field",
    )?;
    let mut fields = Map::from_iter([("op".to_owned(), json!(kind))]);
    for field in known() {
        if let Some(given) = object.get(field.name) {
            fields.insert(field.name.to_owned(), field.form.read(given).ok_or("invalid_value")?);
        }
    }
    let submitted = Submitted { fields };
    let given = |form| known().filter(move |field| field.form == form && object.contains_key(field.name));
    require(given(Amount).all(|field| submitted.cents(field.name) > 0), "not_positive")?;
    require(known().all(|field| size(field, &submitted) <= AMOUNT_CENTS_MAX), "amount_too_large")?;
    require(given(Bills).all(|field| !submitted.bills(field.name).is_empty()), "empty_bills")?;
    check_combination(&submitted)?;
    Ok(submitted)
}

/// What must hold between the fields of one operation.
fn check_combination(op: &Submitted) -> Result<(), Code> {
    let kind = op.kind();
    if kind == "swap" {
        require(!(op.has("bills") && op.has("amount")), "conflicting_fields")?;
        require(op.has("bills") || op.has("amount"), "missing_field")?;
    }
    if kind == "deposit" {
        require(!(op.has("slip") && op.has("slips")), "conflicting_fields")?;
        require(op.has("slip") || op.has("slips"), "missing_field")?;
        let slips = op.slips();
        require((1..slips.len()).all(|n| !slips[..n].contains(&slips[n])), "repeated_slip")?;
    }
    if kind == "exchange" {
        require(super::value(&op.bills("in")) == super::value(&op.bills("out")), "unequal_exchange")?;
    }
    if kind == "amend_bureau" {
        require(op.has("name") || op.has("local_group") || op.has("terms"), "nothing_to_amend")?;
    }
    if kind == "amend_member" {
        require(op.has("kind") || op.has("local_group") || op.has("valid_until"), "nothing_to_amend")?;
    }
    if kind == "reclassify" {
        let (debit, credit) = (op.text("debit").unwrap_or(""), op.text("credit").unwrap_or(""));
        require(may_reclassify(debit, credit, op.reference()), "reclassify_not_allowed")?;
    }
    require(!(kind == "open_bureau" && op.text("bureau") == Some("office")), "reserved_name")?;
    require(!op.has("bank_line") || MOVES_THE_BANK.contains(&kind), "unexpected_field")?;
    require(!(kind == "count" && op.has("till") && !op.has("bureau")), "unexpected_field")
}

/// The five pairs of accounts between which euros may be reclassified.
fn may_reclassify(debit: &str, credit: &str, reference: &str) -> bool {
    let debits = |prefix: &str| debit.starts_with(prefix);
    let credits = |prefix: &str| credit.starts_with(prefix);
    (debits("fund:receivable:") && credit == "fund:deposit")
        || (debit == "fund:deposit" && credit == format!("fund:payable:{reference}"))
        || (debits("fund:receivable:") && credits("fund:transit:"))
        || (debits("fund:payable:") && credits("fund:transit:"))
        || (debits("fund:payable:") && credits("fund:receivable:"))
}

pub fn require(holds: bool, code: Code) -> Result<(), Code> {
    if holds { Ok(()) } else { Err(code) }
}

/// How large the sum is that a field carries, in cents.
fn size(field: &Field, op: &Submitted) -> i128 {
    match field.form {
        Amount | Till | SignedAmount => op.cents(field.name).abs(),
        Bills | Inventory => super::value(&op.bills(field.name)),
        Terms => op.get("terms").and_then(|terms| terms["till_ceiling"].as_i64()).unwrap_or(0).into(),
        _ => 0,
    }
}

impl Form {
    /// The value in canonical form, if it has this form.
    fn read(self, given: &Value) -> Option<Value> {
        match self {
            Id => is_id(given.as_str()?).then(|| given.clone()),
            Text => is_text(given.as_str()?).then(|| given.clone()),
            Date => is_date(given.as_str()?).then(|| given.clone()),
            Amount | SignedAmount => Some(json!(cents(given.as_str()?)?)),
            Till => cents(given.as_str()?).filter(|till| *till >= 0).map(|till| json!(till)),
            Bills | Inventory => read_bills(given.as_object()?),
            Rate => read_rate(given.as_str()?),
            Paid => {
                if let Some(paid) = given.as_str() {
                    ["cash", "cheque", "card", "transfer"].contains(&paid).then(|| given.clone())
                } else {
                    let object = given.as_object()?;
                    (object.len() == 1 && is_id(object.get("credit")?.as_str()?)).then(|| given.clone())
                }
            }
            Terms => read_terms(given),
            MemberKind => ["individual", "accepter"].contains(&given.as_str()?).then(|| given.clone()),
            Ids => {
                let ids = given.as_array()?;
                (!ids.is_empty() && ids.iter().all(|id| id.as_str().is_some_and(is_id)))
                    .then(|| given.clone())
            }
            Texts => {
                given.as_array()?.iter().all(|text| text.as_str().is_some_and(is_text)).then(|| given.clone())
            }
            Entry => match given.as_u64() {
                Some(sequence) => (sequence >= 1).then(|| given.clone()),
                None => is_id(given.as_str()?).then(|| given.clone()),
            },
            Account => is_account(given.as_str()?).then(|| given.clone()),
            Denominations => {
                let list: Vec<u64> = given.as_array()?.iter().map(Value::as_u64).collect::<Option<_>>()?;
                let sound = (1..=64).contains(&list.len())
                    && list.iter().all(|d| (1..=1_000_000).contains(d))
                    && (1..list.len()).all(|n| !list[..n].contains(&list[n]));
                sound.then(|| given.clone())
            }
            FundAccount => {
                let fund = given.as_object()?;
                let sound = ["bank", "iban"].iter().all(|name| fund.get(*name).is_some_and(is_text_value));
                let iban = fund.get("iban").and_then(Value::as_str).is_some_and(is_iban);
                (fund.len() == 2 && sound && iban).then(|| given.clone())
            }
            Hash => {
                let hash = given.as_str()?;
                let of_nothing =
                    hash.bytes().all(|b| b == b'0') || hash.starts_with("e3b0c44298fc1c149afbf4c8");
                (!of_nothing
                    && hash.len() == 64
                    && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
                .then(|| given.clone())
            }
            BankLine => {
                let line = given.as_object()?;
                let date = line.get("date")?.as_str().filter(|date| is_date(date))?;
                let amount = cents(line.get("amount")?.as_str()?)?;
                let nth = line.get("nth")?.as_u64().filter(|nth| *nth >= 1)?;
                (line.len() == 3).then(|| json!({"date": date, "amount": amount, "nth": nth}))
            }
        }
    }
}

fn is_text_value(given: &Value) -> bool {
    given.as_str().is_some_and(is_text)
}

fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

fn is_text(text: &str) -> bool {
    (1..=500).contains(&text.len()) && !text.chars().any(invisible)
}

/// Letters that cannot be seen. What joins the parts of an emoji, or chooses one, is not looked at: the histories hold it in
/// its place only.
fn invisible(letter: char) -> bool {
    let code = u32::from(letter);
    let separators_and_formats = [
        0xad..=0xad,
        0x200b..=0x200c,
        0x200e..=0x200f,
        0x2028..=0x202e,
        0x2060..=0x206f,
        0xfdd0..=0xfdef,
        0xfeff..=0xfeff,
        0xe0000..=0xe0fff,
    ];
    letter.is_control() || separators_and_formats.iter().any(|codes| codes.contains(&code))
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [y, m, d] = parts[..] else { return false };
    if (y.len(), m.len(), d.len()) != (4, 2, 2) || !text.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
        return false;
    }
    let (Ok(year), Ok(month), Ok(day)) = (y.parse::<u32>(), m.parse::<u32>(), d.parse::<u32>()) else {
        return false;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1900..=2999).contains(&year) && (1..=last).contains(&day)
}

fn is_account(name: &str) -> bool {
    const PLAIN: &str = "bills:printed bills:vault circulation:public fund:deposit obligation own:bank \
         own:operating own:fees own:interest own:gains own:charges own:losses";
    const NAMED: &[&str] = &[
        "bills:bureau:",
        "circulation:bureau:",
        "fund:till:",
        "fund:transit:",
        "fund:receivable:",
        "fund:payable:",
    ];
    PLAIN.split_whitespace().any(|plain| plain == name)
        || NAMED.iter().any(|prefix| name.strip_prefix(prefix).is_some_and(is_id))
}

/// A decimal as a whole number of units of `10^-places`; more decimals than that are no decimal. Saturates.
fn decimal(text: &str, places: usize) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(part) || (digits.contains('.') && part.len() > places) {
        return None;
    }
    let joined = format!("{whole}{part:0<places$}");
    Some(sign * joined.parse::<i64>().unwrap_or(i64::MAX))
}

fn cents(text: &str) -> Option<i64> {
    decimal(text, 2)
}

/// A share between 0 and 1, in ten-thousandths.
fn read_rate(text: &str) -> Option<Value> {
    decimal(text, 4).filter(|rate| (0..=10_000).contains(rate)).map(|rate| json!(rate))
}

fn read_terms(given: &Value) -> Option<Value> {
    if given.as_str() == Some("prefunded") {
        return Some(given.clone());
    }
    let outer = given.as_object().filter(|outer| outer.len() == 1)?;
    let consignment = outer.get("consignment")?.as_object()?;
    if consignment.keys().any(|name| name != "till_ceiling" && name != "deposit_within_days") {
        return None;
    }
    let ceiling = match consignment.get("till_ceiling") {
        Some(ceiling) => cents(ceiling.as_str()?).filter(|ceiling| *ceiling >= 0)?,
        None => 0,
    };
    let days = match consignment.get("deposit_within_days") {
        Some(days) => days.as_u64()?,
        None => 30,
    };
    Some(json!({"till_ceiling": ceiling, "deposit_within_days": days}))
}

fn read_bills(given: &Map<String, Value>) -> Option<Value> {
    let mut bills = BTreeMap::new();
    for (name, count) in given {
        let canonical = name.bytes().all(|b| b.is_ascii_digit()) && !name.starts_with('0');
        let denomination: u64 =
            canonical.then(|| name.parse().ok())?.filter(|d| (1..=1_000_000).contains(d))?;
        let count = count.as_u64()?;
        if count > 0 {
            bills.insert(denomination.to_string(), count);
        }
    }
    Some(json!(bills))
}

fn bills_of(given: &Map<String, Value>) -> Bills {
    let number = |count: &Value| i128::from(count.as_u64().unwrap_or(0));
    given.iter().filter_map(|(name, count)| Some((name.parse().ok()?, number(count)))).collect()
}

/// Whether the check digits of an IBAN of France are right; histories have no others.
fn is_iban(text: &str) -> bool {
    let letters: String = text.chars().filter(|c| *c != ' ').collect();
    if letters.len() != 27
        || !letters.starts_with("FR")
        || !letters.chars().all(|c| c.is_ascii_alphanumeric())
    {
        return false;
    }
    let turned = format!("{}{}", &letters[4..], &letters[..4]);
    let digits: String =
        turned.chars().filter_map(|c| c.to_digit(36)).map(|value| value.to_string()).collect();
    digits.bytes().fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97) == 1
}

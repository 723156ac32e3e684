//! Operations: what a person did, as submitted, and the line of JSON that says it.

mod table;

use serde::Serialize;
use serde::ser::SerializeMap;

pub use self::table::*;
use crate::date::Date;
use crate::field::{BankLine, Field, ReadField};
use crate::id::{BureauId, MemberId, OperatorId, Reference};
use crate::json::{Json, JsonError};
use crate::rejection::Rejection;
use crate::text::Text;

/// What a person did, as submitted: the fields that every operation has, and the act itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The name of this operation, unique in the ledger: the idempotency key.
    pub reference: Reference,
    /// The civil date; for what moves the bank account, the bank's booking date.
    pub on: Date,
    /// A remark; no place for a person's name.
    pub note: Option<Text>,
    /// Who typed it; opaque.
    pub operator: Option<OperatorId>,
    /// The line of the bank's statement that this operation explains.
    pub bank_line: Option<BankLine>,
    /// What was done.
    pub act: Act,
}

impl Operation {
    /// Reads an operation from one line of JSON; every refusal names the field, what was expected and what came.
    pub fn from_json(line: &str) -> Result<Self, Rejection> {
        let json = Json::parse(line).map_err(|error| match error {
            JsonError::Twice(field) => Rejection::DuplicateField { field: shown(&field) },
            JsonError::Malformed { reason, column } => Rejection::MalformedJson { reason, column },
        })?;
        let Json::Object(fields) = json else {
            let expected = "an operation as an object".into();
            return Err(Rejection::InvalidValue { field: "op".into(), expected, got: json.to_string() });
        };
        let mut source = JsonFields { fields };
        let op: Text = source.need("op")?;
        let unknown = || Rejection::UnknownOperation { operation: shown(op.as_str()) };
        let schema = Act::schema(op.as_str()).ok_or_else(unknown)?;
        source.hold_against(op.as_str(), schema)?;
        let (reference, on) = (source.need("ref")?, source.need("on")?);
        let (note, operator) = (source.take("note")?, source.take("operator")?);
        let bank_line = source.take("bank_line")?;
        let act = Act::read(op.as_str(), &mut source)?.ok_or_else(unknown)?;
        Ok(Self { reference, on, note, operator, bank_line, act })
    }

    /// The first field in which this operation differs from another of the same reference: `op`, `on`, the
    /// act's own fields in the order of the table, `note`, `operator`, `bank_line`.
    pub fn first_difference(&self, other: &Self) -> Option<&'static str> {
        if self.act.name() != other.act.name() {
            return Some("op");
        }
        if self.on != other.on {
            return Some("on");
        }
        if self.act != other.act {
            return Some(first_differing_field(&self.act.fields(), &other.act.fields()));
        }
        let common = [
            ("note", self.note != other.note),
            ("operator", self.operator != other.operator),
            ("bank_line", self.bank_line != other.bank_line),
        ];
        common.into_iter().find(|&(_, differs)| differs).map(|(name, _)| name)
    }

    /// The bureau that the act names, if it names one.
    pub fn bureau(&self) -> Option<&BureauId> {
        match &self.act {
            Act::OpenBureau(OpenBureau { bureau, .. })
            | Act::AmendBureau(AmendBureau { bureau, .. })
            | Act::CloseBureau(CloseBureau { bureau })
            | Act::Supply(Supply { bureau, .. })
            | Act::ReturnBills(ReturnBills { bureau, .. })
            | Act::Swap(Swap { bureau, .. })
            | Act::Remit(Remit { bureau, .. })
            | Act::Cover(Cover { bureau, .. })
            | Act::WriteOff(WriteOff { bureau, .. }) => Some(bureau),
            Act::DestroyBills(DestroyBills { bureau, .. })
            | Act::Exchange(Exchange { bureau, .. })
            | Act::Reconvert(Reconvert { bureau, .. })
            | Act::Count(Count { bureau, .. })
            | Act::PayOut(PayOut { from_till: bureau, .. }) => bureau.as_ref(),
            _ => None,
        }
    }

    /// The member that the act names, if it names one.
    pub fn member(&self) -> Option<&MemberId> {
        match &self.act {
            Act::EnrolMember(EnrolMember { member, .. })
            | Act::AmendMember(AmendMember { member, .. })
            | Act::RenewMember(RenewMember { member, .. })
            | Act::Reconvert(Reconvert { member, .. }) => Some(member),
            Act::Issue(Issue { member, .. }) | Act::Swap(Swap { member, .. }) => member.as_ref(),
            _ => None,
        }
    }
}

fn first_differing_field(
    ours: &[(&'static str, &dyn Field)],
    theirs: &[(&'static str, &dyn Field)],
) -> &'static str {
    let mut pairs = ours.iter().zip(theirs);
    let differing =
        pairs.find(|(ours, theirs)| ours.0 != theirs.0 || ours.1.to_value() != theirs.1.to_value());
    match differing {
        Some((ours, _)) => ours.0,
        // One of the two ends here and the other has a field more.
        None => ours.get(theirs.len()).or(theirs.get(ours.len())).map_or("op", |(name, _)| name),
    }
}

struct JsonFields<'a> {
    fields: Vec<(std::borrow::Cow<'a, str>, Json<'a>)>,
}

/// A name as somebody wrote it, cut short and without anything that a terminal would obey.
fn shown(name: &str) -> String {
    name.escape_debug().take(64).collect()
}

/// The fields that every operation has, each with whether it is required.
const COMMON_FIELDS: [(&str, bool); 5] =
    [("ref", true), ("on", true), ("note", false), ("operator", false), ("bank_line", false)];

impl JsonFields<'_> {
    /// All that an operation needs is there, and nothing that it does not know.
    fn hold_against(&self, operation: &str, schema: &[(&'static str, bool)]) -> Result<(), Rejection> {
        let known = || COMMON_FIELDS.iter().chain(schema);
        let given = |name: &str| self.fields.iter().any(|(field, _)| field == name);
        if let Some((field, _)) = known().find(|(field, required)| *required && !given(field)) {
            return Err(Rejection::MissingField { field: (*field).into() });
        }
        match self.fields.iter().find(|(field, _)| !known().any(|(name, _)| name == field)) {
            Some((field, _)) => {
                let field = shown(field);
                Err(Rejection::UnknownField { field, operation: operation.into() })
            }
            None => Ok(()),
        }
    }
}

impl FieldSource for JsonFields<'_> {
    fn take<T: ReadField>(&mut self, name: &'static str) -> Result<Option<T>, Rejection> {
        let Some(place) = self.fields.iter().position(|(known, _)| known == name) else { return Ok(None) };
        let (_, json) = self.fields.remove(place);
        let read = T::from_json(&json).ok_or_else(|| Rejection::InvalidValue {
            field: name.into(),
            expected: T::EXPECTED.into(),
            got: json.to_string(),
        });
        read.map(Some)
    }
}

/// As the JSON that was, or could have been, submitted.
impl Serialize for Operation {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("op", self.act.name())?;
        map.serialize_entry("ref", &self.reference)?;
        map.serialize_entry("on", &self.on)?;
        for (name, field) in self.act.fields() {
            map.serialize_entry(name, &field.to_json())?;
        }
        if let Some(note) = &self.note {
            map.serialize_entry("note", note)?;
        }
        if let Some(operator) = &self.operator {
            map.serialize_entry("operator", operator)?;
        }
        if let Some(bank_line) = &self.bank_line {
            map.serialize_entry("bank_line", bank_line)?;
        }
        map.end()
    }
}

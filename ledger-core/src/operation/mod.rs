//! Operations: what a person did, as submitted, and the line of JSON that says it.

mod table;

use std::borrow::Cow;

use serde::Serialize;
use serde::ser::SerializeMap;
use smallvec::SmallVec;

pub use self::table::*;
use crate::date::Date;
use crate::field::{BankLine, Field, Name, ReadField};
use crate::id::{BureauId, MemberId, OperatorId, Reference};
use crate::json::{Json, JsonError};
use crate::rejection::Rejection;
use crate::text::{Text, without_keys};

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
        Self::from_value(&json)
    }

    /// Reads an operation from JSON that was parsed already.
    fn from_value(json: &Json<'_>) -> Result<Self, Rejection> {
        Self::read_json(json, Door::New)
    }

    /// Reads an operation that was recorded and exported. What a rule for new texts would refuse stands there for good.
    pub(crate) fn from_recorded(json: &Json<'_>) -> Result<Self, Rejection> {
        Self::read_json(json, Door::Recorded)
    }

    fn read_json(json: &Json<'_>, door: Door) -> Result<Self, Rejection> {
        let Json::Object(fields) = json else {
            let expected = "an operation as an object".into();
            return Err(Rejection::InvalidValue { field: "op".into(), expected, got: json.to_string() });
        };
        let op = fields.iter().find(|(field, _)| field == "op").map(|(_, json)| json);
        let op = op.ok_or_else(|| Rejection::MissingField { field: "op".into() })?;
        let known = |op| Some((op, Act::code_of_name(op)?, Act::schema(op)?));
        let Some((name, code, schema)) = op.as_text().and_then(known) else {
            let op: Text = read("op", op, door)?;
            return Err(Rejection::UnknownOperation { operation: shown(op.as_str()) });
        };
        let mut source = JsonFields::of(fields, name, schema, door)?;
        let (reference, on) = (source.need_named("ref")?, source.need_named("on")?);
        let (note, operator) = (source.take(NOTE)?, source.take(OPERATOR)?);
        let bank_line = source.take(BANK_LINE)?;
        let unknown = || Rejection::UnknownOperation { operation: name.into() };
        let act = Act::read(code, &mut source)?.ok_or_else(unknown)?;
        Ok(Self { reference, on, note, operator, bank_line, act })
    }

    /// Puts the fields that are present, but for the operation's name, reference and date: the act's own in the order of
    /// the table, then `note`, `operator` and `bank_line`.
    pub fn put_fields<'a, S: FieldSink<'a>>(&'a self, sink: &mut S) -> Result<(), S::Error> {
        self.act.put_fields(sink)?;
        if let Some(note) = &self.note {
            sink.put(NOTE, note)?;
        }
        if let Some(operator) = &self.operator {
            sink.put(OPERATOR, operator)?;
        }
        if let Some(bank_line) = &self.bank_line {
            sink.put(BANK_LINE, bank_line)?;
        }
        Ok(())
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

/// A name as somebody wrote it, cut short and without anything that a terminal would obey.
fn shown(name: &str) -> String {
    without_keys(name).escape_debug().take(64).collect()
}

/// The field `note`.
pub(crate) const NOTE: Name = Name::of("note");
/// The field `operator`.
pub(crate) const OPERATOR: Name = Name::of("operator");
/// The field `bank_line`.
pub(crate) const BANK_LINE: Name = Name::of("bank_line");

/// The fields that every operation has, each with whether it is required.
const COMMON_FIELDS: [(&str, bool); 5] =
    [("ref", true), ("on", true), ("note", false), ("operator", false), ("bank_line", false)];

/// Where an operation comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    /// Somebody wants it recorded.
    New,
    /// It was recorded, and is imported.
    Recorded,
}

fn read<T: ReadField>(name: &'static str, json: &Json<'_>, door: Door) -> Result<T, Rejection> {
    let read = match door {
        Door::New => T::from_json(json),
        Door::Recorded => T::from_recorded_json(json),
    };
    read.ok_or_else(|| Rejection::InvalidValue {
        field: name.into(),
        expected: T::EXPECTED.into(),
        got: T::wrong_in(json).unwrap_or_else(|| json.to_string()),
    })
}

/// The fields of a line of JSON, in the order in which an operation takes them: the common ones, then the act's own.
struct JsonFields<'j, 'a> {
    names: KnownFields,
    given: SmallVec<[Option<&'j Json<'a>>; 12]>,
    next: usize,
    door: Door,
}

/// The names of an operation's fields, each with whether it is required.
#[derive(Clone, Copy)]
struct KnownFields {
    own: &'static [(&'static str, bool)],
}

impl KnownFields {
    fn len(self) -> usize {
        COMMON_FIELDS.len() + self.own.len()
    }

    fn at(self, place: usize) -> (&'static str, bool) {
        match place.checked_sub(COMMON_FIELDS.len()) {
            None => COMMON_FIELDS[place],
            Some(own) => self.own[own],
        }
    }

    /// The place of a name. It is looked for from `start` on first: most lines give their fields in the order of the table.
    fn place(self, name: &str, start: usize) -> Option<usize> {
        (start..self.len()).chain(0..start).find(|&place| self.at(place).0 == name)
    }
}

impl<'j, 'a> JsonFields<'j, 'a> {
    /// All that an operation needs is there, and nothing that it does not know.
    fn of(
        fields: &'j [(Cow<'a, str>, Json<'a>)],
        operation: &str,
        own: &'static [(&'static str, bool)],
        door: Door,
    ) -> Result<Self, Rejection> {
        let names = KnownFields { own };
        let mut given: SmallVec<[Option<&'j Json<'a>>; 12]> = SmallVec::from_elem(None, names.len());
        let (mut start, mut unknown) = (0, None);
        for (field, json) in fields.iter().filter(|(field, _)| field != "op") {
            match names.place(field, start) {
                Some(place) => {
                    given[place] = Some(json);
                    start = place + 1;
                }
                None => unknown = unknown.or(Some(field)),
            }
        }
        let missing = |place: &usize| names.at(*place).1 && given[*place].is_none();
        if let Some(place) = (0..names.len()).find(missing) {
            return Err(Rejection::MissingField { field: names.at(place).0.into() });
        }
        match unknown {
            Some(field) => Err(Rejection::UnknownField { field: shown(field), operation: operation.into() }),
            None => Ok(Self { names, given, next: 0, door }),
        }
    }

    fn take_named<T: ReadField>(&mut self, name: &'static str) -> Result<Option<T>, Rejection> {
        debug_assert_eq!(self.names.at(self.next).0, name, "fields are taken in their order");
        let given = self.given[self.next];
        self.next += 1;
        given.map(|json| read(name, json, self.door)).transpose()
    }

    fn need_named<T: ReadField>(&mut self, name: &'static str) -> Result<T, Rejection> {
        self.take_named(name)?.ok_or_else(|| Rejection::MissingField { field: name.into() })
    }
}

impl FieldSource for JsonFields<'_, '_> {
    type Error = Rejection;
    fn take<T: ReadField>(&mut self, name: Name) -> Result<Option<T>, Rejection> {
        self.take_named(name.as_str())
    }
}

/// The fields of a JSON object that is being written.
struct JsonMap<M>(M);

impl<M: SerializeMap> FieldSink<'_> for JsonMap<M> {
    type Error = M::Error;
    fn put<F: Field>(&mut self, name: Name, field: &F) -> Result<(), M::Error> {
        self.0.serialize_entry(name.as_str(), &field.to_json())
    }
}

/// As the JSON that was, or could have been, submitted.
impl Serialize for Operation {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = JsonMap(serializer.serialize_map(None)?);
        map.0.serialize_entry("op", self.act.name())?;
        map.0.serialize_entry("ref", &self.reference)?;
        map.0.serialize_entry("on", &self.on)?;
        self.put_fields(&mut map)?;
        map.0.end()
    }
}

//! What split and join agree on: how each column of a record behaves when the record is cut.
//!
//! - *Head* columns stand in every part, so that each part is a record of its own.
//! - *Flow* columns begin in one part and go on in the next: Query, QueryResults, Fields.
//! - A head that alone is too large gives up its longest texts; those flow too, and `Spread` names them.

use crate::fault::Fault;
use crate::json::{Reader, Value};
use crate::tables::schema;

/// The most bytes of UTF-8 JSON that a record may have, its line feed not counted ("Known issues": the 3 KB limit).
pub const LIMIT: usize = 3_072;

/// How a column behaves when its record is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `Id`: one of its own for every part.
    Id,
    /// Short and of one value: stands in every part.
    Head,
    /// Text of any length: stands in every part as long as the head stays small.
    Text,
    /// `Spread`: which texts go on from part to part.
    Spread,
    /// `Query`: text that goes on.
    Query,
    /// `QueryResults`: ids, never cut.
    Results,
    /// `Fields`: JSON of names and values.
    Fields,
    /// `Part` and `PartCount`.
    Numbers,
}

/// How the column `key` behaves. A column that is not ours is kept like a short one.
pub fn role(key: &str) -> Role {
    match key {
        "Id" => Role::Id,
        "Spread" => Role::Spread,
        "Query" => Role::Query,
        "QueryResults" => Role::Results,
        "Fields" => Role::Fields,
        "Part" | "PartCount" => Role::Numbers,
        _ if schema::is_unbounded_text(key) => Role::Text,
        _ => Role::Head,
    }
}

/// One column of a record, as its JSON stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Name of the column.
    pub key: &'a str,
    /// Its value; for a text the content is what stands between the quotes.
    pub value: Value<'a>,
    /// The value as JSON text, quotes and all.
    pub raw: &'a str,
}

impl Entry<'_> {
    /// Bytes that the column takes in a record: `,"key":` and the value.
    pub fn cost(&self) -> usize {
        self.key.len() + r#","":"#.len() + self.raw.len()
    }

    /// Appends `"key":`.
    pub fn write_key(&self, out: &mut String) {
        for piece in ["\"", self.key, "\":"] {
            out.push_str(piece);
        }
    }
}

/// Reads a record into its columns, in the order in which they stand.
pub fn entries<'a>(record: &'a str, out: &mut Vec<Entry<'a>>) -> Result<(), Fault> {
    let mut reader = Reader::new(record);
    reader.object(|key, reader| {
        let key = key.as_plain().ok_or_else(|| reader.fault("a record's keys have no escapes"))?;
        reader.peek();
        let from = reader.offset();
        let value = reader.value()?;
        out.push(Entry { key, value, raw: record.get(from..reader.offset()).unwrap_or_default() });
        Ok(())
    })?;
    reader.finish()
}

/// The separator of ids in QueryResults.
pub const ID_SEPARATOR: &str = ", ";

/// How a value that is cut is carried on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carry {
    /// A string: each piece is a piece of its text.
    Text,
    /// Any other value: each piece is a piece of its JSON.
    Json,
}

impl Carry {
    /// Its name, in `Continues`.
    pub fn name(self) -> &'static str {
        match self {
            Carry::Text => "text",
            Carry::Json => "json",
        }
    }

    /// The kind with this name.
    pub fn find(name: &str) -> Option<Self> {
        [Carry::Text, Carry::Json].into_iter().find(|carry| carry.name() == name)
    }
}

/// Where a column stands among those of its profile; one that is not ours stands before `Part`.
pub fn position(key: &str, wire: bool) -> usize {
    let columns = if wire { schema::WIRE_COLUMNS } else { schema::COLUMNS };
    let find = |key: &str| columns.iter().position(|column| column.key == key);
    find(key).or_else(|| find("Part")).map_or(usize::MAX, |position| position * 2 + usize::from(find(key).is_some()))
}

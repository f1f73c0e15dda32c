//! Whether a record is what its columns promise: keys in their order, values of their types.

use actlog_guest::activity::UserType;
use actlog_guest::categorize::Category;
use actlog_guest::classify::ActivityKind;
use actlog_guest::tables::schema::{COLUMNS, ColumnType, WIRE_COLUMNS};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

/// A record: its keys in the order in which they stand.
pub struct Record(pub Vec<(String, Value)>);

impl Record {
    /// Reads a record with a reader that is not ours.
    pub fn read(line: &str) -> Self {
        serde_json::from_str(line).unwrap_or_else(|error| panic!("a record is JSON, but {error}: {line}"))
    }

    /// The value of a column; null where it is absent.
    pub fn get(&self, key: &str) -> &Value {
        self.0.iter().find(|(name, _)| name == key).map_or(&Value::Null, |(_, value)| value)
    }

    /// Fails where a column is out of its order, missing, unknown or of the wrong type. The columns that `Spread` names stand
    /// behind it, each in the parts that hold a piece of it.
    pub fn check(&self, wire: bool) {
        let columns = if wire { WIRE_COLUMNS } else { COLUMNS };
        let spread: Vec<&str> = self.get("Spread").as_str().map(|names| names.split(", ").collect()).unwrap_or_default();
        let (mut rest, mut pieces, mut open) = (columns.iter(), spread.iter(), false);
        for (key, value) in &self.0 {
            let column = columns.iter().find(|column| column.key == key).unwrap_or_else(|| panic!("{key} is no column"));
            assert!(fits(column.kind, value, wire), "{key} is no {}: {value}", column.kind.name());
            if spread.contains(&key.as_str()) {
                assert!(open && pieces.any(|name| name == key), "a piece of {key} stands out of order");
            } else {
                let before =
                    rest.by_ref().take_while(|column| column.key != key).find(|column| column.always && !spread.contains(&column.key));
                assert!(before.is_none(), "{key} is out of order, or {} before it is missing", before.map_or("", |column| column.key));
            }
            open = key == "Spread" || open && spread.contains(&key.as_str());
        }
        assert!(rest.all(|column| !column.always), "a column is missing");
        assert!(self.get("Part").as_u64() <= self.get("PartCount").as_u64());
    }
}

fn fits(kind: ColumnType, value: &Value, wire: bool) -> bool {
    match (kind, value) {
        (ColumnType::Guid, Value::String(text)) => is_guid(text),
        (ColumnType::Time, Value::String(text)) => is_time(text.strip_suffix(if wire { "" } else { "Z" }).unwrap_or_default()),
        (ColumnType::Name, Value::String(text)) => !text.is_empty() && !text.contains(char::is_control),
        (ColumnType::Text | ColumnType::Filter, Value::String(_)) => true,
        (ColumnType::UserType, Value::String(text)) => UserType::ALL.iter().any(|(_, name)| name == text),
        (ColumnType::Category, Value::String(text)) => Category::ALL.iter().any(|category| category.name() == text),
        (ColumnType::Activity, Value::String(text)) => ActivityKind::ALL.iter().any(|kind| kind.name() == text),
        (ColumnType::Guids, Value::String(text)) => text.is_empty() || text.split(", ").all(is_guid),
        (ColumnType::Fields, Value::String(text)) => serde_json::from_str(text).is_ok_and(|list| is_field_list(&list)),
        (ColumnType::FieldList, list) => is_field_list(list),
        (ColumnType::Keys, Value::String(text)) => {
            text.split(", ").all(|key| COLUMNS.iter().chain(WIRE_COLUMNS).any(|column| column.key == key))
        }
        (ColumnType::Flag, value) => *value == Value::Bool(true),
        (ColumnType::Number, Value::Number(number)) => number.is_u64(),
        (ColumnType::Count, Value::Number(number)) => number.as_u64().is_some_and(|number| number > 0),
        _ => false,
    }
}

fn is_guid(text: &str) -> bool {
    let form = text.bytes().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    });
    form && text.len() == 36
}

/// `2018-03-02T23:25:56`, with one to seven digits of a fraction or none.
fn is_time(text: &str) -> bool {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "1"));
    let form =
        seconds.bytes().zip(*b"0000-00-00T00:00:00").all(|(byte, form)| if form == b'0' { byte.is_ascii_digit() } else { byte == form });
    form && seconds.len() == 19
        && (1..=7).contains(&fraction.len())
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
        && !fraction.ends_with('0')
}

fn is_field_list(list: &Value) -> bool {
    list.as_array().is_some_and(|list| list.iter().all(is_field))
}

/// An object with a name and a value, or a piece of a value with the kind of value it is a piece of.
fn is_field(field: &Value) -> bool {
    let keys: Vec<&str> = field.as_object().map(|object| object.keys().map(String::as_str).collect()).unwrap_or_default();
    let piece = keys == ["Continues", "Name", "Value"]
        && field["Value"].is_string()
        && (field["Continues"] == "text" || field["Continues"] == "json");
    field["Name"].is_string() && (keys == ["Name", "Value"] || piece)
}

impl<'de> serde::Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Record;
            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Record(entries))
            }
        }
        deserializer.deserialize_map(Keys)
    }
}

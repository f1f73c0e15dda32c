//! TOML to JSON: the same keys, the same values. What JSON has no form for is refused.

use std::ops::Range;

use serde_json::{Map, Value as Json};
use toml_edit::{Item, TableLike, Value};

/// Something in the TOML text that has no place in settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Where it stands: a path as the filter writes them.
    pub path: String,
    /// The bytes of the text that it takes.
    pub span: Option<Range<usize>>,
    /// What is wrong with it.
    pub explanation: String,
}

/// The table as a JSON object.
///
/// # Errors
/// Every value that is a date or time, or a number that JSON cannot hold.
pub fn object(table: &dyn TableLike) -> Result<Json, Vec<Misfit>> {
    let mut misfits = Vec::new();
    let json = members(table, "", &mut misfits);
    if misfits.is_empty() { Ok(json) } else { Err(misfits) }
}

// Recursion is bounded: the TOML parser refuses what nests too deep.
fn members(table: &dyn TableLike, path: &str, misfits: &mut Vec<Misfit>) -> Json {
    let member = |(key, item): (&str, &Item)| (key.to_owned(), self::item(item, &super::place::under(path, key), misfits));
    Json::Object(table.iter().map(member).collect::<Map<_, _>>())
}

fn item(item: &Item, path: &str, misfits: &mut Vec<Misfit>) -> Json {
    match item {
        Item::None => Json::Null,
        Item::Value(value) => self::value(value, path, misfits),
        Item::Table(table) => members(table, path, misfits),
        Item::ArrayOfTables(tables) => {
            Json::Array(tables.iter().enumerate().map(|(at, table)| members(table, &format!("{path}[{at}]"), misfits)).collect())
        }
    }
}

fn value(value: &Value, path: &str, misfits: &mut Vec<Misfit>) -> Json {
    let mut misfit = |explanation: String| {
        misfits.push(Misfit { path: path.to_owned(), span: value.span(), explanation });
        Json::Null
    };
    match value {
        Value::String(text) => Json::from(text.value().as_str()),
        Value::Integer(number) => Json::from(*number.value()),
        Value::Boolean(flag) => Json::from(*flag.value()),
        Value::Float(number) => match serde_json::Number::from_f64(*number.value()) {
            Some(number) => Json::Number(number),
            None => misfit("no settings hold a number that is infinite or none".to_owned()),
        },
        Value::Datetime(time) => misfit(format!("no settings hold a date or time; put {} in quotes if it is a text", time.value())),
        Value::Array(array) => {
            Json::Array(array.iter().enumerate().map(|(at, value)| self::value(value, &format!("{path}[{at}]"), misfits)).collect())
        }
        Value::InlineTable(table) => members(table, path, misfits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn convert(text: &str) -> Result<Json, Vec<Misfit>> {
        object(toml_edit::Document::parse(text).unwrap().as_table())
    }

    #[test]
    fn object_each_kind_of_value() {
        let text = "a = 'x'\nb = [1, 2.5, true]\n[c.d]\ne = { f = 1 }\n[[g]]\nh = 1\n[[g]]\n";
        assert_eq!(convert(text).unwrap(), json!({"a": "x", "b": [1, 2.5, true], "c": {"d": {"e": {"f": 1}}}, "g": [{"h": 1}, {}]}));
    }

    #[test]
    fn object_what_json_cannot_hold_is_refused_all_at_once() {
        let misfits = convert("[a]\nb = 2024-01-01\n[[c]]\nd = [1, inf]\n").unwrap_err();
        let told: Vec<_> = misfits.iter().map(|misfit| (misfit.path.as_str(), misfit.span.clone())).collect();
        assert_eq!(told, [("a.b", Some(8..18)), ("c[0].d[1]", Some(33..36))]);
    }
}

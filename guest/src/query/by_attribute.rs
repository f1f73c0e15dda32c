//! A QueryByAttribute in JSON, as the `<filter>` element that says the same in FetchXML.

use super::condition;
use super::members::{pick, wrong_type};
use crate::fault::{Fault, Reason};
use crate::json::Value;

/// Appends the filter of the QueryByAttribute `json`: every one of its Attributes equals the value at the same position
/// of its Values, and is null where that value is null.
///
/// This is the column Query of the specification's schema. Without attributes nothing is appended. Attributes and values
/// that differ in number are refused (`BadQuery`), because nobody can tell which belong together. Faults carry their
/// place inside `json`; `out` is then left as it was.
pub fn filters(json: &str, out: &mut String) -> Result<(), Fault> {
    let len = out.len();
    query(json, out).inspect_err(|_| out.truncate(len))
}

fn query(json: &str, out: &mut String) -> Result<(), Fault> {
    let [attributes, values] = pick(json, ["Attributes", "Values"])?;
    let mut names = Vec::new();
    attributes.elements(|element| match element {
        Value::Text(name) => {
            names.push(name.decode());
            Ok(())
        }
        other => Err(wrong_type("a string", other)),
    })?;
    let mut names = names.into_iter();
    let from = out.len();
    out.push_str("<filter type=\"and\">");
    let empty = out.len();
    values.elements(|value| match names.next() {
        Some(name) => condition::write_equal(&name, value, out),
        None => Err(Fault::new(Reason::BadQuery, 0, "more values than attributes")),
    })?;
    if names.next().is_some() {
        return Err(attributes.inside(Fault::new(Reason::BadQuery, 0, "more attributes than values")));
    }
    if out.len() == empty {
        out.truncate(from);
    } else {
        out.push_str("</filter>");
    }
    Ok(())
}

//! The form in which records leave: what the caller's rendering makes of them, if it is the one that collectors know.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

/// Makes of a record, one JSON object as the store has it, what collectors are given. It must give the same for the same record.
pub(crate) type Render = Box<dyn Fn(&[u8]) -> Result<Vec<u8>, String> + Send + Sync>;

/// What every collector relies on. In the specification's own form `UserType` is a text, and there is neither of the others.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "what counts is that they are there and have these types")]
struct Wire<'a> {
    id: uuid::Uuid,
    organization_id: uuid::Uuid,
    record_type: u32,
    user_type: u32,
    #[serde(borrow)]
    workload: Cow<'a, str>,
    #[serde(borrow)]
    operation: Cow<'a, str>,
    #[serde(default)]
    creation_time: Option<IgnoredAny>,
}

/// Whether a record is in Office 365's wire form, which the profile `management-api` gives.
///
/// # Errors
/// What is wrong with it, for people.
pub fn check_wire_form(record: &[u8]) -> Result<(), String> {
    let text = std::str::from_utf8(record).map_err(|error| error.to_string())?;
    serde_json::from_str::<Wire<'_>>(text).map(drop).map_err(|error| error.to_string())
}

/// Renders a record and checks it.
pub(crate) fn form(render: &Render, record: &[u8]) -> Result<Vec<u8>, String> {
    let rendered = render(record)?;
    check_wire_form(&rendered)?;
    Ok(rendered)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPECIFIED: &str = include_str!("../../store/tests/records.ndjson");
    const WIRE: &str = include_str!("../../store/tests/records-wire.ndjson");

    #[test]
    fn check_wire_form_tells_the_profiles_apart() {
        for line in WIRE.lines() {
            assert_eq!(check_wire_form(line.as_bytes()), Ok(()), "{line}");
        }
        for line in SPECIFIED.lines().chain(["", "{}", "[]", "1", "\u{0}"]) {
            assert!(check_wire_form(line.as_bytes()).is_err(), "{line}");
        }
        let two = format!("{},{}", WIRE.lines().next().unwrap(), WIRE.lines().next().unwrap());
        assert!(check_wire_form(two.as_bytes()).is_err(), "nothing may stand behind a record");
    }
}

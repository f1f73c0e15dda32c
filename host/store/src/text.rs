//! Free text: whether a source record says something in its query or its fields, wherever it was split.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::page::Part;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Line<'a> {
    #[serde(borrow)]
    query: Option<Cow<'a, str>>,
    #[serde(borrow)]
    fields: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Field<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    #[serde(borrow)]
    continues: Option<Cow<'a, str>>,
}

/// Whether the parts of a source record, in their order, hold a text that is given in lower case.
pub(crate) fn holds(parts: &[Part], text: &str) -> bool {
    let mut queries = String::new();
    let mut fields = String::new();
    let mut open: Option<String> = None;
    for part in parts {
        let Ok(line) = serde_json::from_slice::<Line<'_>>(&part.bytes) else { continue };
        queries.extend(line.query.as_deref());
        let Some(raw) = line.fields else { continue };
        let inner = serde_json::from_str::<Cow<'_, str>>(raw.get()).unwrap_or(Cow::Borrowed(raw.get()));
        let Ok(list) = serde_json::from_str::<Vec<Field<'_>>>(&inner) else {
            fields.push_str(&inner);
            continue;
        };
        for field in list {
            if open.as_deref() != Some(&*field.name) {
                fields.push('\n');
                fields.push_str(&field.name);
                fields.push('\n');
            }
            let raw = field.value.map_or("", RawValue::get);
            match serde_json::from_str::<String>(raw) {
                Ok(value) => fields.push_str(&value),
                Err(_) => fields.push_str(raw),
            }
            open = field.continues.map(|_| field.name.into_owned());
        }
    }
    queries.to_lowercase().contains(text) || fields.to_lowercase().contains(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(number: u32, json: &str) -> Part {
        Part { seq: i64::from(number), id: uuid::Uuid::nil(), number, bytes: json.as_bytes().to_vec() }
    }

    #[test]
    fn holds_text_cut_between_parts_is_found() {
        let parts = [
            part(
                1,
                r#"{"Query":"<filter><condition attr","Fields":"[{\"Name\":\"notes\",\"Value\":\"Wien Mü\",\"Continues\":\"text\"}]"}"#,
            ),
            part(
                2,
                r#"{"Query":"ibute=\"x\"/></filter>",
                    "Fields":"[{\"Name\":\"notes\",\"Value\":\"NCHEN\"},{\"Name\":\"n\",\"Value\":4711}]"}"#,
            ),
        ];
        for text in ["attribute=\"x\"", "wien münchen", "4711", "notes"] {
            assert!(holds(&parts, text), "{text}");
        }
        for text in ["nchenn", "wien berlin", "continues"] {
            assert!(!holds(&parts, text), "{text}");
        }
    }

    #[test]
    fn holds_fields_as_a_list_are_read() {
        assert!(holds(&[part(1, r#"{"Fields":[{"Name":"a","Value":{"Id":"7","Name":"Jürgen"}}]}"#)], "jürgen"));
    }
}

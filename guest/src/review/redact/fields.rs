//! Fields: values of named fields, and texts inside of any.

use std::borrow::Cow;

use super::super::check::MIN_TEXT;
use super::super::fields::{Kind, Scalar, each_field, each_scalar};
use super::marks::Marks;
use super::patterns::Patterns;
use crate::json::write::{self, Level};
use crate::spans::Span;

/// The JSON of fields with the mark in place of the values of the fields `names`, and of every text of `patterns` inside the
/// other values; none where nothing changes. What the named fields held, and should be looked for elsewhere, is added to
/// `held`.
///
/// Inside a value, texts are looked for in every string, number and word, at any depth, keys of objects among them; one
/// that is no string becomes one.
pub fn redact(json: &str, names: &[&str], patterns: &Patterns<'_>, marks: &Marks, held: &mut Vec<String>) -> Option<String> {
    let mut edit = Edit { json, at: 0, out: String::new() };
    let read = each_field(json, |field| {
        let value = field.value.of(json);
        if names.iter().any(|name| name.eq_ignore_ascii_case(&field.name)) {
            let text = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
            if !text.is_some_and(|text| marks.is_one(text)) {
                hold(value, |text| held.extend((text.chars().count() >= MIN_TEXT).then(|| text.into_owned())));
                edit.put(field.value, marks.own());
            }
            return;
        }
        each_scalar(value, |scalar| {
            if let Some(replaced) = patterns.replace(&scalar.text, marks) {
                let span = Span { from: field.value.from + scalar.span.from, to: field.value.from + scalar.span.to };
                edit.put(span, &replaced);
            }
        });
    });
    debug_assert!(read.is_ok(), "rendered fields read back");
    edit.finish()
}

/// Hands the strings and numbers that a value holds to `one`, without those that only say what the others are: types, and
/// names of entities and attributes.
fn hold<'a>(value: &'a str, mut one: impl FnMut(Cow<'a, str>)) {
    let mut key: Cow<'a, str> = Cow::Borrowed("");
    // What stands under `Name` names an attribute where `Value` follows, and else a record: as much of the person as an id.
    let mut name = None;
    each_scalar(value, |Scalar { kind, text, .. }| {
        if let Some(name) = name.take().filter(|_| kind != Kind::Key || text != "Value") {
            one(name);
        }
        match (kind, &*key) {
            (Kind::Key, _) => key = text,
            (Kind::Word, _) | (Kind::Member, "LogicalName" | "__type") => {}
            (Kind::Member, "Name") => name = Some(text),
            (Kind::Member | Kind::Element, _) => one(text),
        }
    });
    name.into_iter().for_each(one);
}

/// JSON that is copied with some of its values replaced.
struct Edit<'j> {
    json: &'j str,
    /// Up to where it was copied.
    at: usize,
    out: String,
}

impl Edit<'_> {
    /// Puts the string `text` in place of the value at `span`, which stands after all that were replaced before.
    fn put(&mut self, span: Span, text: &str) {
        self.out.push_str(Span { from: self.at, to: span.from }.of(self.json));
        self.out.push('"');
        write::escaped(&mut self.out, text, Level::Record);
        self.out.push('"');
        self.at = span.to;
    }

    /// The JSON, unless nothing was replaced.
    fn finish(mut self) -> Option<String> {
        self.out.push_str(self.json.get(self.at..)?);
        (self.at > 0).then_some(self.out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: &str = "[redacted by r]";

    /// What becomes of one field, as its value, and what is to be looked for elsewhere.
    fn redacted(value: &str, names: &[&str], texts: &[&str]) -> (String, Vec<String>) {
        let json = format!(r#"[{{"Name":"n","Value":{value}}},{{"Name":"other","Value":0}}]"#);
        let mut held = Vec::new();
        let redacted = redact(&json, names, &Patterns::new(texts), &Marks::new("r", &["a".to_owned()]), &mut held).unwrap_or(json);
        serde_json::from_str::<serde_json::Value>(&redacted).expect("is JSON");
        let value =
            redacted.strip_prefix(r#"[{"Name":"n","Value":"#).and_then(|rest| rest.strip_suffix(r#"},{"Name":"other","Value":0}]"#));
        (value.expect("the rest is untouched").to_owned(), held)
    }

    #[test]
    fn redact_a_named_field_becomes_the_mark_and_tells_what_it_held() {
        let mark = format!("\"{MARK}\"");
        for (value, held) in [
            (r#""jane@contoso.com""#, &["jane@contoso.com"][..]),
            (r#""a\\\"b\n😀""#, &["a\\\"b\n😀"]),
            ("15551234567", &["15551234567"]),
            ("-1.50", &["-1.50"]),
            // Too short to be looked for.
            (r#""ab""#, &[]),
            (r#""😀é""#, &[]),
            ("12", &[]),
            (r#""""#, &[]),
            // Words say nothing.
            ("true", &[]),
            ("null", &[]),
            ("[]", &[]),
            (r#"["one",[22,333],{"k":"two"},"four",true]"#, &["one", "333", "two", "four"]),
            (
                r#"{"LogicalName":"contact","Id":"0a0d8709-711e-e811-a952-000d3a732d76","Name":"Jane"}"#,
                &["0a0d8709-711e-e811-a952-000d3a732d76", "Jane"],
            ),
            (r#"{"LogicalName":"task","Attributes":[{"Name":"subject","Value":"Call"},{"Name":"to","Value":null}]}"#, &["Call"]),
            (
                r#"{"__type":"Else:http://x","LogicalName":["kept"],"Name":{"a":"b-c"},"Name":"two","Name":"three"}"#,
                &["kept", "b-c", "two", "three"],
            ),
            // Partly redacted already: the rest shows as it stands.
            (r#""call [redacted by a] now""#, &["call [redacted by a] now"]),
        ] {
            let expected: Vec<String> = held.iter().map(ToString::to_string).collect();
            assert_eq!(redacted(value, &["x", "N"], &[]), (mark.clone(), expected), "{value}");
        }
        assert_eq!(
            redacted(r#""[redacted by a]""#, &["n"], &["red"]),
            (r#""[redacted by a]""#.to_owned(), vec![]),
            "it is redacted already"
        );
        assert_eq!(redacted(r#""jane""#, &["m"], &[]), (r#""jane""#.to_owned(), vec![]));
    }

    #[test]
    fn redact_a_text_goes_from_every_depth_and_the_rest_stays() {
        for (value, text, expected) in [
            (r#""say \"hi\" <&> 😀""#, "\"hi\" <", r#""say [redacted by r]&> 😀""#),
            ("15551234567", "5551", r#""1[redacted by r]234567""#),
            ("15551234567", "5552", "15551234567"),
            ("true", "rue", r#""t[redacted by r]""#),
            (r#"[1.0,"a",["xyz",{"k":"-xyz-"}],null]"#, "xyz", r#"[1.0,"a",["[redacted by r]",{"k":"-[redacted by r]-"}],null]"#),
            (r#"{"jane@x":{"jane@x":"jane@y"}}"#, "jane@x", r#"{"[redacted by r]":{"[redacted by r]":"jane@y"}}"#),
            // Across values there is no text.
            (r#"["ab","cd"]"#, "b\",\"c", r#"["ab","cd"]"#),
            // JSON and XML inside of a string.
            (r#""{\"mail\":\"j\\u00e9@x\"}""#, "jé@x", r#""{\"mail\":\"[redacted by r]\"}""#),
            (r#""<a b=\"&quot;x&quot;\"/>""#, "\"x\"", r#""<a b=\"[redacted by r]\"/>""#),
        ] {
            assert_eq!(redacted(value, &[], &[text]), (expected.to_owned(), vec![]), "{value}");
        }
    }

    #[test]
    fn redact_values_nested_deeper_than_any_stack() {
        let value = format!("{}\"xyz\"{}", "[".repeat(125), "]".repeat(125));
        let (redacted, _) = redacted(&value, &[], &["xyz"]);
        assert_eq!(redacted, value.replace("xyz", MARK));
    }
}

//! Reading the JSON of a source record's Fields.

use std::borrow::Cow;

use crate::fault::Fault;
use crate::json::{Reader, Text};
use crate::spans::Span;

/// One field.
pub(super) struct Field<'a> {
    /// Its name.
    pub name: Cow<'a, str>,
    /// Where its value stands, as JSON.
    pub value: Span,
}

/// Hands every field of `json`, an array of `Name` and `Value`, to `one`.
pub(super) fn each_field<'a>(json: &'a str, mut one: impl FnMut(Field<'a>)) -> Result<(), Fault> {
    Reader::new(json).array(|_, reader| {
        let (mut name, mut value) = (Text::default(), Span::default());
        reader.object(|key, reader| {
            if key.is("Name") {
                name = reader.string()?;
            } else {
                reader.peek();
                let from = reader.offset();
                reader.skip()?;
                value = Span { from, to: reader.offset() };
            }
            Ok(())
        })?;
        one(Field { name: name.decode(), value });
        Ok(())
    })
}

/// What kind of scalar one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The key of an object.
    Key,
    /// A string or number that belongs to the key before it.
    Member,
    /// A string or number in an array, or one that is the whole value.
    Element,
    /// `true`, `false` or `null`.
    Word,
}

/// A key, string, number or word inside a value.
pub(super) struct Scalar<'a> {
    /// What kind it is.
    pub kind: Kind,
    /// Where it stands, quotes and all.
    pub span: Span,
    /// What it says: of a string its text, of anything else its JSON.
    pub text: Cow<'a, str>,
}

/// Hands every scalar of `json`, a value that was rendered and so is good JSON without white space, to `one`, from front to
/// back. It keeps no account of how deep they stand, so that no depth can be too much.
pub(super) fn each_scalar<'a>(json: &'a str, mut one: impl FnMut(Scalar<'a>)) {
    let bytes = json.as_bytes();
    let (mut at, mut before) = (0, b'[');
    while let Some(&byte) = bytes.get(at) {
        let rest = json.get(at..).unwrap_or_default();
        let (len, text) = match byte {
            b'"' => {
                let mut reader = Reader::new(rest);
                match reader.string() {
                    Ok(text) => (reader.offset(), text.decode()),
                    Err(_) => return debug_assert!(false, "a rendered string reads back"),
                }
            }
            b'-' | b'0'..=b'9' | b'a'..=b'z' => {
                let len = rest.bytes().position(|byte| matches!(byte, b',' | b']' | b'}')).unwrap_or(rest.len());
                (len, Cow::Borrowed(rest.get(..len).unwrap_or_default()))
            }
            _ => {
                before = byte;
                at += 1;
                continue;
            }
        };
        let span = Span { from: at, to: at + len };
        at = span.to;
        let kind = match (byte, before, bytes.get(at)) {
            (_, _, Some(b':')) => Kind::Key,
            (b'a'..=b'z', ..) => Kind::Word,
            (_, b':', _) => Kind::Member,
            _ => Kind::Element,
        };
        one(Scalar { kind, span, text });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(json: &str) -> Vec<(String, String)> {
        let mut fields = Vec::new();
        each_field(json, |field| fields.push((field.name.into_owned(), field.value.of(json).to_owned()))).unwrap();
        fields
    }

    fn scalars(json: &str) -> Vec<(Kind, String, String)> {
        let mut scalars = Vec::new();
        each_scalar(json, |scalar| scalars.push((scalar.kind, scalar.span.of(json).to_owned(), scalar.text.into_owned())));
        scalars
    }

    #[test]
    fn each_field_gives_names_decoded_and_values_as_json() {
        assert_eq!(fields("[]"), []);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let json = r#"[{"Name":"a\"b","Value":"x\ny"},{"Name":"","Value":{"Name":[1]}},{"Name":"c","Value":null}]"#;
        assert_eq!(fields(json), [pair("a\"b", r#""x\ny""#), pair("", r#"{"Name":[1]}"#), pair("c", "null")]);
    }

    #[test]
    fn each_scalar_tells_keys_members_elements_and_words_apart() {
        let scalar = |kind, span: &str, text: &str| (kind, span.to_owned(), text.to_owned());
        assert_eq!(scalars("-1.5e3"), [scalar(Kind::Element, "-1.5e3", "-1.5e3")]);
        assert_eq!(scalars("null"), [scalar(Kind::Word, "null", "null")]);
        assert_eq!(scalars("[[],{}]"), []);
        let expected = [
            scalar(Kind::Key, r#""k\"""#, "k\""),
            scalar(Kind::Element, r#"":""#, ":"),
            scalar(Kind::Key, r#""n""#, "n"),
            scalar(Kind::Member, "7", "7"),
            scalar(Kind::Element, r#""e""#, "e"),
            scalar(Kind::Key, r#""t""#, "t"),
            scalar(Kind::Word, "true", "true"),
        ];
        assert_eq!(scalars(r#"{"k\"":[":",{"n":7},"e"],"t":true}"#), expected);
    }
}

//! What to mask in an activity.

use crate::{email, phone, strings};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Most targets of an answer. A record with more contacts than that has its fields masked whole; if even those are more, the
/// answer is refused and the record withheld, which is better than half a mask.
const MOST_TARGETS: usize = 256;

/// One thing to make unreadable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mask {
    /// The field with this name.
    Field(String),
    /// This text wherever it shows.
    Text(String),
}

/// What to mask in fields, given as names and values; a value is JSON. Each thing once.
///
/// Longer texts come first: of `joann@x.example` nothing must be left because `ann@x.example` was masked before it.
pub fn masks<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Mask> {
    let (mut names, mut whole, mut texts) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (name, value) in fields {
        for text in strings::values(value) {
            let numbers = phone::find(&text, phone::is_expected_in(name));
            for contact in email::find(&text).chain(numbers).filter_map(|range| text.get(range)) {
                names.insert(name);
                if contact.len() <= email::LONGEST {
                    texts.insert(contact.to_owned());
                } else {
                    whole.insert(name);
                }
            }
        }
    }
    if whole.len() + texts.len() > MOST_TARGETS {
        return names.into_iter().map(field).collect();
    }
    let mut texts: Vec<String> = texts.into_iter().collect();
    texts.sort_by_key(|text| Reverse(text.len()));
    whole.into_iter().map(field).chain(texts.into_iter().map(Mask::Text)).collect()
}

fn field(name: &str) -> Mask {
    Mask::Field(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(contact: &str) -> Mask {
        Mask::Text(contact.to_owned())
    }

    #[test]
    fn masks_of_fields_without_contacts_is_empty() {
        assert_eq!(masks([("name", r#""Contoso""#), ("revenue", "12345678"), ("parent", "null")].into_iter()), []);
    }

    #[test]
    fn masks_of_contacts_gives_each_once_and_longer_ones_first() {
        let fields = [
            ("emailaddress1", r#""ann@contoso.example""#),
            ("telephone1", r#""4255550100""#),
            ("description", r#""joann\u0040contoso.example, ann@contoso.example or +1 425 555 0100""#),
        ];
        let expected = [text("joann@contoso.example"), text("ann@contoso.example"), text("+1 425 555 0100"), text("4255550100")];
        assert_eq!(masks(fields.into_iter()), expected);
    }

    #[test]
    fn masks_inside_structures_looks_at_values_alone() {
        let fields = [("to", r#"[{"LogicalName":"contact","addressused":"ann@contoso.example"},{"key@contoso.example":1}]"#)];
        assert_eq!(masks(fields.into_iter()), [text("ann@contoso.example")]);
    }

    #[test]
    fn masks_of_absurd_address_is_the_whole_field() {
        let value = format!("\"{}@contoso.example\"", "a".repeat(1_000_000));
        assert_eq!(masks([("notes", value.as_str())].into_iter()), [field("notes")]);
    }

    #[test]
    fn masks_of_more_contacts_than_targets_is_their_fields() {
        let value: String = (0..=MOST_TARGETS).map(|number| format!("a{number}@contoso.example ")).collect();
        let value = format!("\"{value}\"");
        assert_eq!(
            masks([("notes", value.as_str()), ("name", "\"b\""), ("cc", "\"b@contoso.example\"")].into_iter()),
            [field("cc"), field("notes")]
        );
    }

    proptest! {
        #[test]
        fn masks_of_anything_are_in_it(value in r#"["\\u@a-c0-9.+ ,:{}\[\]-]{0,200}"#) {
            let texts: Vec<String> = strings::values(&value).map(|text| text.into_owned()).collect();
            for mask in masks([("x", value.as_str())].into_iter()) {
                let Mask::Text(contact) = mask else { continue };
                prop_assert!(texts.iter().any(|text| text.contains(&contact)));
            }
        }
    }
}

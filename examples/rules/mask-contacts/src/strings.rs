//! The texts in a field's value.
//!
//! A value is JSON: mostly one string, sometimes an object or a list. Where its strings stand can be seen without following its
//! structure, so nesting costs nothing.

use std::borrow::Cow;

/// All strings in `json` but the keys of its objects, decoded, in order. What is no JSON gives what looks like strings in it.
pub fn values(json: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let mut rest = json;
    std::iter::from_fn(move || {
        loop {
            let (_, opened) = rest.split_once('"')?;
            let (raw, after) = opened.split_at(length(opened));
            rest = after.strip_prefix('"').unwrap_or(after);
            if !rest.trim_start().starts_with(':') {
                return Some(decode(raw));
            }
        }
    })
}

/// Bytes up to the quote that ends the string, or up to the end.
fn length(opened: &str) -> usize {
    let mut escaped = false;
    let end = opened.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.unwrap_or(opened.len())
}

/// The text that `raw` stands for. Half a surrogate pair becomes U+FFFD, an unknown escape the character behind the backslash.
fn decode(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        let mut characters = escape.chars();
        rest = match characters.next() {
            Some('u') => code_point(characters.as_str(), &mut text),
            Some(character) => {
                text.push(named(character));
                characters.as_str()
            }
            None => "",
        };
    }
    text.push_str(rest);
    Cow::Owned(text)
}

fn named(character: char) -> char {
    match character {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        other => other,
    }
}

/// Reads what follows `\u`, appends its character and gives the rest.
fn code_point<'a>(digits: &'a str, text: &mut String) -> &'a str {
    let Some((high, rest)) = four_digits(digits) else {
        text.push(char::REPLACEMENT_CHARACTER);
        return digits;
    };
    if let Some((low, after)) = rest.strip_prefix("\\u").and_then(four_digits)
        && let Some(Ok(character)) = char::decode_utf16([high, low]).next()
        && character.len_utf16() == 2
    {
        text.push(character);
        return after;
    }
    text.push(char::from_u32(u32::from(high)).unwrap_or(char::REPLACEMENT_CHARACTER));
    rest
}

fn four_digits(text: &str) -> Option<(u16, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    // `from_str_radix` would take a sign.
    let value = digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16))?.ok()?;
    Some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(json: &str) -> Vec<String> {
        values(json).map(Cow::into_owned).collect()
    }

    #[test]
    fn values_of_one_string_gives_it() {
        assert_eq!(all(r#""Contoso""#), ["Contoso"]);
        assert_eq!(all(r#""""#), [""]);
    }

    #[test]
    fn values_of_number_or_null_gives_none() {
        assert_eq!(all("12345678"), [""; 0]);
        assert_eq!(all("null"), [""; 0]);
    }

    #[test]
    fn values_of_structure_gives_strings_and_no_keys() {
        assert_eq!(all(r#"[{"Name" : "a", "Ids":["b", {"k":"c"}]}, 1, "d"]"#), ["a", "b", "c", "d"]);
    }

    #[test]
    fn values_with_escapes_gives_decoded_text() {
        assert_eq!(all(r#""a\"b\\\u0040\n\/\ud83d\ude00""#), ["a\"b\\@\n/😀"]);
        assert_eq!(all(r#""\ud83dx \ude00 \u12 \u+123""#), ["\u{fffd}x \u{fffd} \u{fffd}12 \u{fffd}+123"]);
    }

    #[test]
    fn values_of_broken_json_gives_what_is_there() {
        assert_eq!(all(r#""open"#), ["open"]);
        assert_eq!(all(r#""ends in \"#), ["ends in "]);
        assert_eq!(all(r#""a"b"c"#), ["a", "c"]);
    }

    proptest! {
        #[test]
        fn values_of_any_text_as_json_gives_it_back(text in any::<String>()) {
            let quoted: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
            prop_assert_eq!(all(&format!("\"{quoted}\"")), vec![text]);
        }

        #[test]
        fn values_of_anything_comes_to_an_end(json in r#"["\\:u0-9a-d{}\[\], é]{0,200}"#) {
            let length: usize = values(&json).map(|text| text.chars().count()).sum();
            prop_assert!(length <= json.chars().count());
        }
    }
}

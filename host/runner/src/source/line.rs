//! What a line tells without its structure being looked at.

use memchr::memchr_iter;

/// Whether `byte` may stand between values: JSON's white space.
pub fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// `bytes` without the blanks at its end.
pub fn trim_end(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|&byte| !is_blank(byte)).map_or(0, |last| last + 1);
    &bytes[..end]
}

/// Whether a line that begins with `{` and ends with `}` may hold more than one value: a second value would have to begin
/// behind a `}`. False is certain; true may be the inside of a string.
pub fn may_hold_several(line: &[u8]) -> bool {
    memchr_iter(b'}', line).any(|at| {
        let next = line[at + 1..].iter().find(|&&byte| !is_blank(byte));
        next.is_some_and(|&byte| begins_value(byte))
    })
}

/// Whether a value that is open where a line ends could go on with `next`, the first byte that is not blank behind it.
pub fn goes_on(next: u8) -> bool {
    matches!(next, b',' | b'}' | b']')
}

/// Length of the string, number or literal at the front of `bytes`, where one stands there and what follows it on its line
/// is nothing, a separator that `in_array` allows, or another value. Anything else is the rest of something damaged.
pub fn scalar_len(bytes: &[u8], in_array: bool) -> Option<usize> {
    let len = match bytes.first()? {
        b'"' => string_len(bytes)?,
        _ => atom_len(bytes)?,
    };
    let rest = &bytes[len..];
    let blanks = rest.iter().position(|&byte| byte == b'\n' || !is_blank(byte)).unwrap_or(rest.len());
    let fits = match rest.get(blanks) {
        None | Some(b'\n' | b'{' | b'[') => true,
        Some(b',' | b']') => in_array,
        Some(&next) => blanks > 0 && begins_value(next),
    };
    fits.then_some(len)
}

/// Length of the literal or of what looks like a number.
fn atom_len(bytes: &[u8]) -> Option<usize> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let atom = &bytes[..bytes.iter().position(|byte| !is_part(byte)).unwrap_or(bytes.len())];
    let fits = matches!(atom, b"true" | b"false" | b"null") || matches!(atom.first()?, b'-' | b'0'..=b'9');
    fits.then_some(atom.len())
}

fn begins_value(byte: u8) -> bool {
    matches!(byte, b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n')
}

fn string_len(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr::memchr3(b'"', b'\\', b'\n', bytes.get(at..)?)?;
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' if bytes.get(at + 1) != Some(&b'\n') => at += 2,
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn may_hold_several_only_where_a_value_follows_a_brace() {
        for line in ["{}", r#"{"a":{"b":{}},"c":[{},{}]}"#, r#"{"a":"}<x>"}"#] {
            assert!(!may_hold_several(line.as_bytes()), "{line}");
        }
        for line in ["{}{}", "{} {}", r#"{}"x"{}"#, "{} 5 {}", r#"{"a":"}{"}"#, r#"{"a":"{x}"}"#] {
            assert!(may_hold_several(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn scalar_len_values_and_damage() {
        for (text, in_array, len) in [
            ("5", false, Some(1)),
            ("-1.5e+3 \n{", false, Some(7)),
            ("true {}", false, Some(4)),
            ("1 2", false, Some(1)),
            (r#""a\"b" {"#, false, Some(6)),
            ("1,2", true, Some(1)),
            ("1,2", false, None),
            (r#"ssage":"x"}"#, false, None),
            (r#""Message":"x"}"#, false, None),
            ("\"open", false, None),
            ("\"open\\\n\"", false, None),
            ("foo bar", false, None),
            ("}", false, None),
            ("\u{e9}", false, None),
        ] {
            assert_eq!(scalar_len(text.as_bytes(), in_array), len, "{text}");
        }
    }
}

//! Percent-decoding: exact, once, and to UTF-8 or not at all.

use std::borrow::Cow;

/// Decodes `%XX`. None where a `%` is followed by anything but two hexadecimal digits, or the bytes are no UTF-8.
pub fn decoded(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'%' {
            out.push(pair(bytes.get(at + 1..at + 3)?)?);
            at += 3;
        } else {
            out.push(byte);
            at += 1;
        }
    }
    String::from_utf8(out).ok().map(Cow::Owned)
}

/// Decodes the value of a query option: `+` is a space, as in every form.
pub fn decoded_option(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('+') {
        return decoded(text);
    }
    decoded(&text.replace('+', " ")).map(|decoded| Cow::Owned(decoded.into_owned()))
}

fn pair(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let [high, low] = digits else { return None };
    Some(digit(*high)? << 4 | digit(*low)?)
}

/// Decodes whatever can be decoded and leaves the rest: for asking what a careless server may have read.
pub fn loosely(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, bytes.get(at + 1..at + 3).and_then(pair)) {
            (b'%', Some(decoded)) => {
                out.push(decoded);
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoded_exactly_or_not_at_all() {
        assert_eq!(decoded("a%20b%C3%A9").as_deref(), Some("a bé"));
        assert_eq!(decoded("%2525").as_deref(), Some("%25"));
        assert_eq!(decoded("a+b").as_deref(), Some("a+b"));
        assert_eq!(decoded_option("a+b%2B").as_deref(), Some("a b+"));
        for bad in ["%", "%2", "%2g", "%+1", "%%41", "%C3", "%FF"] {
            assert_eq!(decoded(bad), None, "{bad}");
        }
        assert_eq!(loosely("%2e%zz%"), ".%zz%");
    }
}

//! Other ways to read a text: what it says to those who undo the escapes of XML, of URLs or of JSON in it.
//!
//! Queries are XML, URLs are percent-encoded, and values of fields hold either, and JSON too.

use crate::spans::Span;

/// A text without the escapes of one kind.
pub(super) struct Reading {
    /// What it says. No UTF-8 where the escapes make none.
    pub bytes: Vec<u8>,
    /// For each of these bytes, and for their end, where it stands in the text.
    at: Vec<usize>,
}

impl Reading {
    /// Where the bytes from `from` to `to` stand in the text.
    pub fn span(&self, from: usize, to: usize) -> Span {
        let at = |position: usize| self.at.get(position).copied().unwrap_or_default();
        Span { from: at(from), to: at(to) }
    }
}

/// What one escape stands for.
struct Escape {
    /// Bytes of the text that it takes.
    len: usize,
    /// The bytes that it stands for, in the first `width` places.
    bytes: [u8; 4],
    width: usize,
}

impl Escape {
    fn byte(len: usize, byte: u8) -> Self {
        Self { len, bytes: [byte, 0, 0, 0], width: 1 }
    }

    /// What is no character at all reads as U+FFFD.
    fn character(len: usize, code: u32) -> Self {
        let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        let mut bytes = [0; 4];
        Self { len, width: character.encode_utf8(&mut bytes).len(), bytes }
    }
}

/// A kind of escapes: the byte with which they begin, and how one is read.
type Kind = (u8, fn(&str) -> Option<Escape>);

const KINDS: [Kind; 3] = [(b'&', xml), (b'%', percent), (b'\\', json)];

/// Hands every reading of `text` that differs from the text itself to `one`.
pub(super) fn each(text: &str, mut one: impl FnMut(&Reading)) {
    if memchr::memchr3(KINDS[0].0, KINDS[1].0, KINDS[2].0, text.as_bytes()).is_none() {
        return;
    }
    for (begin, escape) in KINDS {
        if let Some(reading) = read(text, begin, escape) {
            one(&reading);
        }
    }
}

fn read(text: &str, begin: u8, escape: fn(&str) -> Option<Escape>) -> Option<Reading> {
    let bytes = text.as_bytes();
    memchr::memchr(begin, bytes)?;
    let mut reading = Reading { bytes: Vec::with_capacity(bytes.len()), at: Vec::with_capacity(bytes.len() + 1) };
    let (mut at, mut differs) = (0, false);
    while let Some(&byte) = bytes.get(at) {
        let found = if byte == begin { text.get(at..).and_then(escape) } else { None };
        differs |= found.is_some();
        let Escape { len, bytes, width } = found.unwrap_or(Escape::byte(1, byte));
        for byte in bytes.into_iter().take(width) {
            reading.bytes.push(byte);
            reading.at.push(at);
        }
        at += len;
    }
    reading.at.push(at);
    differs.then_some(reading)
}

/// `&amp;`, `&#64;` and `&#x40;`, as in XML.
fn xml(text: &str) -> Option<Escape> {
    const NAMED: [(&str, char); 5] = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&apos;", '\'')];
    if let Some((name, character)) = NAMED.into_iter().find(|(name, _)| text.starts_with(name)) {
        return Some(Escape::character(name.len(), u32::from(character)));
    }
    let number = text.strip_prefix("&#")?;
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    let count = digits.bytes().take_while(|&byte| char::from(byte).is_digit(radix)).count();
    digits.get(count..)?.strip_prefix(';')?;
    // Zeros may stand before the number, so that only its value can be too large.
    let code = digits
        .get(..count)?
        .chars()
        .filter_map(|digit| digit.to_digit(radix))
        .fold(0u32, |code, digit| code.saturating_mul(radix).saturating_add(digit));
    (count > 0).then(|| Escape::character(text.len() - digits.len() + count + 1, code))
}

/// `%40`, as in URLs.
fn percent(text: &str) -> Option<Escape> {
    let code = hex(text.get(1..3)?)?;
    Some(Escape::byte(3, u8::try_from(code).ok()?))
}

/// `\"` and `\u0040`, as in JSON.
fn json(text: &str) -> Option<Escape> {
    let code = match *text.as_bytes().get(1)? {
        byte @ (b'"' | b'\\' | b'/') => u32::from(byte),
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => u32::from('\n'),
        b'r' => u32::from('\r'),
        b't' => u32::from('\t'),
        b'u' => return json_unit(text),
        _ => return None,
    };
    Some(Escape::character(2, code))
}

/// `\u0040`, or two of them where they make one character.
fn json_unit(text: &str) -> Option<Escape> {
    let high = hex(text.get(2..6)?)?;
    let low = || hex(text.get(6..12)?.strip_prefix("\\u")?);
    match (high, low()) {
        (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => Some(Escape::character(12, 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00))),
        _ => Some(Escape::character(6, high)),
    }
}

/// The number that hexadecimal digits, and nothing else, make.
fn hex(digits: &str) -> Option<u32> {
    digits.chars().try_fold(0u32, |number, digit| Some(number * 16 + digit.to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every reading of `text`.
    fn readings(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        each(text, |reading| found.push(String::from_utf8_lossy(&reading.bytes).into_owned()));
        found
    }

    #[test]
    fn each_escape_reads_as_its_character() {
        for (text, expected) in [
            ("&amp;&lt;&gt;&quot;&apos;", "&<>\"'"),
            ("a&#64;b&#x40;c&#X40;d&#00064;", "a@b@c@d@"),
            ("&#xe9;&#8364;&#128512;", "é€😀"),
            ("&amp;lt;", "&lt;"),
            ("&#xd800;&#99999999999;&#x110000;", "\u{fffd}\u{fffd}\u{fffd}"),
            ("a%40b%C3%a9%F0%9F%98%80", "a@bé😀"),
            ("%25", "%"),
            ("%2540", "%40"),
            (r#"\"\\\/\b\f\n\r\tA"#, "\"\\/\u{8}\u{c}\n\r\tA"),
            (r"\u0041\u00e9\ud83d\ude00", "Aé😀"),
            (r"\ud83d\n\ude00", "\u{fffd}\n\u{fffd}"),
            (r"\ud83d\u0041", "\u{fffd}A"),
        ] {
            assert_eq!(readings(text), [expected], "{text}");
        }
    }

    #[test]
    fn each_what_is_no_escape_gives_no_reading() {
        for text in [
            "", "plain", "a & b", "&nbsp;", "&#;", "&#x;", "&#64", "&#-1;", "100%", "%4", "%zz", "%+1", "% 40", r"\", r"\x", r"\u12",
            r"\u+123", "é%é",
        ] {
            assert_eq!(readings(text), [""; 0], "{text}");
        }
        assert_eq!(readings("&amp; %41").len(), 2, "one reading for each kind");
    }

    #[test]
    fn span_says_where_the_bytes_stand() {
        each("aé&#x40;b", |reading| {
            assert_eq!(reading.bytes, "aé@b".as_bytes());
            let spans: Vec<Span> = (0..5).map(|at| reading.span(at, at + 1)).collect();
            let expected = [(0, 1), (1, 2), (2, 3), (3, 9), (9, 10)].map(|(from, to)| Span { from, to });
            assert_eq!(spans, expected);
            assert_eq!(reading.span(0, 5), Span { from: 0, to: 10 });
        });
    }

    proptest! {
        #[test]
        fn each_any_text_never_panics_and_spans_stand_in_it(text in "[&#x;a-f0-9%\\\\u\"é😀 ]{0,40}") {
            each(&text, |reading| {
                assert_eq!(reading.at.len(), reading.bytes.len() + 1);
                assert!(reading.at.is_sorted());
                assert_eq!(reading.at.last(), Some(&text.len()));
            });
        }
    }
}

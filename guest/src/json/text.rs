//! A JSON string as it came: borrowed, and decoded only by those who must look inside.

use std::borrow::Cow;

use super::write::{self, Level};

/// The content of a JSON string, between its quotes, still escaped as the sender wrote it.
///
/// Its escapes are known to be well formed. A lone surrogate, which JSON allows and UTF-8 cannot hold, decodes to
/// U+FFFD.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Text<'a> {
    raw: &'a str,
    escaped: bool,
}

impl<'a> Text<'a> {
    /// Text that holds no quote, backslash or control character, so that it reads the same escaped and plain.
    pub fn plain(raw: &'a str) -> Self {
        debug_assert_eq!(super::scan::plain_run_end(raw.as_bytes(), 0), raw.len());
        Self { raw, escaped: false }
    }

    /// Text that is already in JSON's escaped form; `escaped` tells whether any backslash is in it.
    pub(super) fn raw(raw: &'a str, escaped: bool) -> Self {
        Self { raw, escaped }
    }

    /// Whether there is no character in it.
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// The text itself. Borrows where nothing was escaped.
    pub fn decode(&self) -> Cow<'a, str> {
        if !self.escaped {
            return Cow::Borrowed(self.raw);
        }
        let mut decoded = String::with_capacity(self.raw.len());
        self.decode_into(&mut decoded);
        Cow::Owned(decoded)
    }

    /// Appends the text itself.
    pub fn decode_into(&self, out: &mut String) {
        if self.escaped { unescape(self.raw, out) } else { out.push_str(self.raw) }
    }

    /// Whether the text is `other`.
    pub fn is(&self, other: &str) -> bool {
        if self.escaped { self.decode() == other } else { self.raw == other }
    }

    /// The bytes between the quotes where they are the text itself, for matching keys without decoding.
    pub fn as_plain(&self) -> Option<&'a str> {
        (!self.escaped).then_some(self.raw)
    }

    /// The text as it came, still escaped: a slice of the event.
    pub fn as_raw(&self) -> &'a str {
        self.raw
    }

    /// Byte of the text as it came at which the text itself has its byte `decoded`. Where that byte is in the middle of an
    /// escape or character, the escape's or character's first byte.
    pub fn raw_offset(&self, decoded: usize) -> usize {
        let (mut rest, mut left) = (self.raw, decoded);
        loop {
            let plain = rest.find('\\').unwrap_or(rest.len());
            if left < plain || plain == rest.len() {
                return self.raw.len() - rest.len() + left.min(plain);
            }
            left -= plain;
            let Some((used, character)) = escape(&rest[plain + 1..]) else { return self.raw.len() };
            if left < character.len_utf8() {
                return self.raw.len() - rest.len() + plain;
            }
            left -= character.len_utf8();
            rest = rest.get(plain + 1 + used..).unwrap_or("");
        }
    }

    /// What stands before the first `mark`, still escaped.
    pub fn raw_until(&self, mark: char) -> &'a str {
        self.raw.split(mark).next().unwrap_or_default()
    }

    /// Appends the text in JSON's escaped form, without quotes. What came unescaped is copied.
    #[inline]
    pub fn write(&self, out: &mut String, level: Level) {
        if self.escaped {
            write::escaped(out, &self.decode(), level);
        } else {
            out.push_str(self.raw);
        }
    }
}

/// A JSON string that owns its content, for values that outlive the events (the settings).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnedText {
    raw: Box<str>,
    escaped: bool,
}

impl OwnedText {
    /// Keeps `text`, escaped once and for all.
    pub fn new(text: &str) -> Self {
        let mut raw = String::with_capacity(text.len());
        write::escaped(&mut raw, text, Level::Record);
        Self { escaped: raw.contains('\\'), raw: raw.into() }
    }

    /// Lends the text.
    pub fn as_text(&self) -> Text<'_> {
        Text { raw: &self.raw, escaped: self.escaped }
    }
}

/// Undoes JSON's escapes. `raw` was checked when it was read, so what does not fit is copied as it stands.
fn unescape(raw: &str, out: &mut String) {
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let Some((used, character)) = escape(&rest[at + 1..]) else { return };
        out.push(character);
        rest = rest.get(at + 1 + used..).unwrap_or("");
    }
    out.push_str(rest);
}

/// What the escape stands for whose backslash was just before `after`, and how many bytes of `after` it takes.
fn escape(after: &str) -> Option<(usize, char)> {
    let character = match after.bytes().next()? {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let (used, code) = match unit(after, 1) {
                high @ 0xd800..=0xdbff => match low_surrogate(after) {
                    Some(low) => (11, 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)),
                    None => (5, high),
                },
                other => (5, other),
            };
            return Some((used, char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)));
        }
        other => char::from(other),
    };
    Some((1, character))
}

/// The low surrogate that follows `uXXXX` in `escape`, if one does.
fn low_surrogate(escape: &str) -> Option<u32> {
    let next = escape.get(5..)?.strip_prefix("\\u")?;
    let low = unit(next, 0);
    (0xdc00..=0xdfff).contains(&low).then_some(low)
}

/// The four hexadecimal digits at `from`.
fn unit(text: &str, from: usize) -> u32 {
    text.get(from..from + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0xfffd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decode_each_escape_gives_its_character() {
        let text = Text::raw(r#"a\"b\\c\/d\be\ff\ng\rh\ti\u00e9\u0000"#, true);
        assert_eq!(text.decode(), "a\"b\\c/d\u{8}e\u{c}f\ng\rh\ti\u{e9}\0");
    }

    #[test]
    fn raw_offset_each_byte_of_the_text_finds_its_place() {
        let text = Text::raw(r#"a\"b\u00e9c\ud83d\ude00é"#, true);
        let found: Vec<usize> = (0..=text.decode().len()).map(|at| text.raw_offset(at)).collect();
        assert_eq!(found, [0, 1, 3, 4, 4, 10, 11, 11, 11, 11, 23, 24, 25]);
        assert_eq!(Text::plain("abc").raw_offset(2), 2);
        assert_eq!(text.raw_offset(1_000), 25);
    }

    #[test]
    fn decode_surrogates_pairs_join_and_lone_ones_are_replaced() {
        assert_eq!(Text::raw(r"\ud83d\ude00", true).decode(), "😀");
        assert_eq!(Text::raw(r"\ud83d", true).decode(), "\u{fffd}");
        assert_eq!(Text::raw(r"\ud83dx\ude00", true).decode(), "\u{fffd}x\u{fffd}");
        assert_eq!(Text::raw(r"\ud83d\ud83d\ude00", true).decode(), "\u{fffd}😀");
        assert_eq!(Text::raw(r"\ud83d\n", true).decode(), "\u{fffd}\n");
    }
}

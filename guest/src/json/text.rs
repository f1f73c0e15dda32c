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
        let escape = &rest[at + 1..];
        let Some(kind) = escape.bytes().next() else { return };
        let mut used = 1;
        match kind {
            b'b' => out.push('\u{8}'),
            b'f' => out.push('\u{c}'),
            b'n' => out.push('\n'),
            b'r' => out.push('\r'),
            b't' => out.push('\t'),
            b'u' => {
                used = 5;
                match unit(escape, 1) {
                    high @ 0xd800..=0xdbff => match low_surrogate(escape) {
                        Some(low) => {
                            used = 11;
                            let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                            out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                        }
                        None => out.push(char::REPLACEMENT_CHARACTER),
                    },
                    other => out.push(char::from_u32(other).unwrap_or(char::REPLACEMENT_CHARACTER)),
                }
            }
            other => out.push(char::from(other)),
        }
        rest = escape.get(used..).unwrap_or("");
    }
    out.push_str(rest);
}

/// The low surrogate that follows `uXXXX` in `escape`, if one does.
fn low_surrogate(escape: &str) -> Option<u32> {
    let next = escape.get(5..)?.strip_prefix("\\u")?;
    let low = unit(next, 0);
    (0xdc00..=0xdfff).contains(&low).then_some(low)
}

/// The four hexadecimal digits at `from`.
fn unit(text: &str, from: usize) -> u32 {
    text.get(from..from + 4)
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .unwrap_or(0xfffd)
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
    fn decode_surrogates_pairs_join_and_lone_ones_are_replaced() {
        assert_eq!(Text::raw(r"\ud83d\ude00", true).decode(), "😀");
        assert_eq!(Text::raw(r"\ud83d", true).decode(), "\u{fffd}");
        assert_eq!(Text::raw(r"\ud83dx\ude00", true).decode(), "\u{fffd}x\u{fffd}");
        assert_eq!(Text::raw(r"\ud83d\ud83d\ude00", true).decode(), "\u{fffd}😀");
        assert_eq!(Text::raw(r"\ud83d\n", true).decode(), "\u{fffd}\n");
    }
}

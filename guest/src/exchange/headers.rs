//! Header fields: names without case, and duplicates that agree or do not.

use super::Header;

/// Header fields that are looked at; those after are not.
pub const MAX_HEADERS: usize = 1_000;

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum One<'a> {
    /// It is not there.
    Absent,
    /// It is there, once or several times with the same value; white space around it is gone.
    Value(&'a str),
    /// It is there more than once, and the values differ.
    Several,
}

impl<'a> One<'a> {
    /// The value, where it is one.
    pub fn value(self) -> Option<&'a str> {
        match self {
            One::Value(value) => Some(value),
            One::Absent | One::Several => None,
        }
    }

    /// Whether it is there at all.
    pub fn is_there(self) -> bool {
        self != One::Absent
    }
}

/// The header fields of a request, an answer or a part.
#[derive(Clone, Debug, Default)]
pub struct Headers<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Headers<'a> {
    /// Those that a host gave.
    pub fn new(headers: &'a [Header]) -> Self {
        Self(headers.iter().take(MAX_HEADERS).map(|header| (&*header.name, header.value.trim_matches([' ', '\t']))).collect())
    }

    /// Adds the line of a header field, without its line end. None where it is none, or there are too many.
    pub fn push(&mut self, line: &'a str) -> Option<()> {
        let (name, value) = line.split_once(':')?;
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let bare = |byte: u8| byte == b'\t' || (byte >= 0x20 && byte != 0x7f);
        if name.is_empty() || !name.bytes().all(is_token) || !value.bytes().all(bare) || self.0.len() == MAX_HEADERS {
            return None;
        }
        self.0.push((name, value.trim_matches([' ', '\t'])));
        Some(())
    }

    /// The values of a header, in order.
    pub fn all(&self, name: &str) -> impl DoubleEndedIterator<Item = &'a str> {
        self.0.iter().filter(move |(given, _)| given.eq_ignore_ascii_case(name)).map(|&(_, value)| value)
    }

    /// What a header says that should stand once.
    pub fn one(&self, name: &str) -> One<'a> {
        let mut values = self.all(name);
        let Some(first) = values.next() else { return One::Absent };
        if values.all(|value| value == first) { One::Value(first) } else { One::Several }
    }

    /// Whether one of the comma-separated words of a header is `word`, perhaps with parameters after it. Words are
    /// compared without case.
    pub fn has_word(&self, name: &str, word: &str) -> bool {
        self.all(name).flat_map(|value| value.split(',')).any(|given| {
            let given = given.split(';').next().unwrap_or_default().trim();
            given.eq_ignore_ascii_case(word)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers<'a>(list: &[(&'a str, &'a str)]) -> Headers<'a> {
        Headers(list.to_vec())
    }

    #[test]
    fn one_names_have_no_case_and_duplicates_must_agree() {
        let found = headers(&[("If-Match", "*"), ("if-match", "*"), ("X", "1"), ("x", "2")]);
        assert_eq!(found.one("IF-MATCH"), One::Value("*"));
        assert_eq!(found.one("x"), One::Several);
        assert_eq!(found.one("y"), One::Absent);
    }

    #[test]
    fn has_word_lists_parameters_and_several_lines_count() {
        let found = headers(&[("Prefer", "return=representation, odata.track-changes"), ("prefer", "Odata.Continue-On-Error;x=1")]);
        assert!(found.has_word("Prefer", "odata.track-changes"));
        assert!(found.has_word("Prefer", "odata.continue-on-error"));
        assert!(!found.has_word("Prefer", "odata.track"));
    }

    #[test]
    fn push_what_is_no_field_is_refused() {
        let mut found = Headers::default();
        assert_eq!(found.push("A:\t1 "), Some(()));
        assert_eq!(found.one("a"), One::Value("1"));
        for bad in ["", "A", ": 1", " A: 1", "A : 1", "A: 1\nB: 2", "A: \u{7f}", "Ä: 1"] {
            assert_eq!(found.push(bad), None, "{bad:?}");
        }
    }
}

//! Texts that are looked for, and what is put in their place.

use memchr::memmem::{self, Finder};

use super::marks::Marks;
use super::readings;
use crate::guid::Guid;
use crate::query::is_xml_character;
use crate::spans::Span;

/// How many marks one text may get. With more hits than that it is redacted in whole: a short text that shows everywhere
/// would make it many times as long.
const MAX_MARKS: usize = 256;

/// Digits of a GUID.
const GUID_DIGITS: usize = 32;

/// Texts that are looked for, ready to be looked for in many places.
pub(super) struct Patterns<'p> {
    texts: Vec<Finder<'p>>,
    /// What XML makes of texts that hold characters which it cannot.
    in_xml: Vec<String>,
    /// Those that are GUIDs, in lower case with hyphens and as bare digits: their case does not count.
    guids: Vec<String>,
}

impl<'p> Patterns<'p> {
    /// Looks for `texts`, none of which is empty.
    pub fn new(texts: &[&'p str]) -> Self {
        let mut patterns = Self { texts: Vec::new(), in_xml: Vec::new(), guids: Vec::new() };
        for &text in texts.iter().filter(|text| !text.is_empty()) {
            patterns.texts.push(Finder::new(text));
            if let Some(guid) = Guid::parse(text) {
                let hyphenated = guid.to_string();
                patterns.guids.push(hyphenated.replace('-', ""));
                patterns.guids.push(hyphenated);
            } else if !text.chars().all(is_xml_character) {
                patterns.in_xml.push(text.chars().map(|c| if is_xml_character(c) { c } else { char::REPLACEMENT_CHARACTER }).collect());
            }
        }
        patterns
    }

    /// `text` with the mark in place of every hit; none where there is no hit.
    pub fn replace(&self, text: &str, marks: &Marks) -> Option<String> {
        let hits = self.hits(text, marks);
        if hits.len() > MAX_MARKS {
            return Some(marks.own().to_owned());
        }
        let last = hits.last()?.to;
        let mut replaced = String::with_capacity(text.len() + hits.len() * marks.own().len());
        let mut at = 0;
        for hit in hits {
            replaced.push_str(Span { from: at, to: hit.from }.of(text));
            replaced.push_str(marks.own());
            at = hit.to;
        }
        replaced.push_str(text.get(last..).unwrap_or_default());
        Some(replaced)
    }

    /// Where the texts show in `text`, in order and without overlaps. What shows inside a mark only is no hit; a hit that
    /// reaches into a mark takes all of it.
    pub fn hits(&self, text: &str, marks: &Marks) -> Vec<Span> {
        if self.texts.is_empty() {
            return Vec::new();
        }
        let mut hits = Vec::new();
        self.search(text.as_bytes(), |from, to| hits.push(Span { from, to }));
        readings::each(text, |reading| self.search(&reading.bytes, |from, to| hits.push(reading.span(from, to))));
        if hits.is_empty() {
            return hits;
        }
        let marks = marks.find(text);
        hits.retain_mut(|hit| spare(hit, &marks));
        merge(hits)
    }

    /// Hands from where to where each text stands in `bytes` to `hit`. Of equal texts that overlap each other only some: as
    /// much as is needed so that none is left.
    fn search(&self, bytes: &[u8], mut hit: impl FnMut(usize, usize)) {
        for finder in &self.texts {
            let len = finder.needle().len();
            finder.find_iter(bytes).for_each(|from| hit(from, from + len));
        }
        for text in &self.in_xml {
            memmem::find_iter(bytes, text).for_each(|from| hit(from, from + text.len()));
        }
        if !self.guids.is_empty() && bytes.len() >= GUID_DIGITS {
            let lower = bytes.to_ascii_lowercase();
            for guid in &self.guids {
                memmem::find_iter(&lower, guid).for_each(|from| hit(from, from + guid.len()));
            }
        }
    }
}

/// Widens a hit over the marks that it touches; false where it lies inside of one.
fn spare(hit: &mut Span, marks: &[Span]) -> bool {
    let touched = &marks[marks.partition_point(|mark| mark.to <= hit.from)..];
    let touched = &touched[..touched.partition_point(|mark| mark.from < hit.to)];
    if let [mark] = touched
        && mark.from <= hit.from
        && hit.to <= mark.to
    {
        return false;
    }
    if let [first, .., last] | [first @ last] = touched {
        hit.from = hit.from.min(first.from);
        hit.to = hit.to.max(last.to);
    }
    true
}

/// Puts hits in order and makes one of those that overlap or touch.
fn merge(mut hits: Vec<Span>) -> Vec<Span> {
    hits.sort_unstable_by_key(|hit| (hit.from, hit.to));
    hits.dedup_by(|later, first| {
        let one = later.from <= first.to;
        if one {
            first.to = first.to.max(later.to);
        }
        one
    });
    hits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn replaced(text: &str, texts: &[&str]) -> String {
        Patterns::new(texts).replace(text, &Marks::new("r", &[])).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn replace_each_case() {
        for (text, texts, expected) in [
            ("", &["abc"][..], ""),
            ("xabcx", &[], "xabcx"),
            ("xabx", &["abc"], "xabx"),
            ("xabcxabc", &["abc"], "x[redacted by r]x[redacted by r]"),
            ("ABC", &["abc"], "ABC"),
            // Hits that overlap or touch become one.
            ("xabcdx", &["abc", "bcd"], "x[redacted by r]x"),
            ("xabcabcx", &["abc"], "x[redacted by r]x"),
            ("aaaa", &["aaa"], "[redacted by r]a"),
            ("abcde", &["bcd", "abcde"], "[redacted by r]"),
            // Escapes go with what they stand for, and nothing else does.
            ("é&amp;&#64;&lt;b&gt;", &["&@<"], "é[redacted by r]b&gt;"),
            ("a%2fb%2Fc/d", &["b/c"], "a%2f[redacted by r]/d"),
            (r#"{"n":"J\u00e9 \"X\""}"#, &["Jé \"X\""], r#"{"n":"[redacted by r]"}"#),
            ("a&amp;b", &["&amp;"], "a[redacted by r]b"),
            // What XML cannot hold stands there as U+FFFD.
            ("a\u{fffd}b a\u{b}b", &["a\u{b}b"], "[redacted by r] [redacted by r]"),
            // A GUID is one whatever its case and form.
            ("{0A0D8709-711e-E811-A952-000D3A732D76}", &["0a0d8709-711E-e811-a952-000d3a732d76"], "{[redacted by r]}"),
            ("0A0D8709711EE811A952000D3A732D76", &["{0a0d8709-711e-e811-a952-000d3a732d76}"], "[redacted by r]"),
            ("%7B0a0d8709-711e-e811-a952-000D3A732D76%7d", &["{0A0D8709-711E-E811-A952-000D3A732D76}"], "%7B[redacted by r]%7d"),
        ] {
            assert_eq!(replaced(text, texts), expected, "{text}");
        }
    }

    #[test]
    fn replace_what_stands_in_a_mark_stays() {
        let marks = Marks::new("r", &["first".to_owned()]);
        for (text, texts, expected) in [
            ("[redacted by first]", &["first"][..], None),
            ("[redacted by first] first", &["first", "red", "act"], Some("[redacted by first] [redacted by r]")),
            ("[redacted by other]", &["other"], Some("[redacted by [redacted by r]]")),
            // What reaches into a mark takes all of it.
            ("a[redacted by first]bc", &["t]b"], Some("a[redacted by r]c")),
            ("[redacted by first]x[redacted by first]", &["]x["], Some("[redacted by r]")),
            ("[redacted by first][redacted by first]", &["]["], Some("[redacted by r]")),
        ] {
            assert_eq!(Patterns::new(texts).replace(text, &marks).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn replace_more_hits_than_marks_are_allowed_takes_all() {
        let most = "abc.".repeat(MAX_MARKS);
        assert_eq!(replaced(&most, &["abc"]), "[redacted by r].".repeat(MAX_MARKS));
        assert_eq!(replaced(&format!("{most}abc"), &["abc"]), "[redacted by r]");
    }

    proptest! {
        /// Whatever the texts: none is left outside of marks, and what was not hit stands there as before.
        #[test]
        fn replace_any_texts_none_is_left(text in "[ab&;é%#2\\]r ]{0,40}", texts in prop::collection::vec("[ab&;é%#2\\]r ]{3,5}", 1..4)) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let replaced = replaced(&text, &texts);
            let pieces: Vec<&str> = replaced.split("[redacted by r]").collect();
            prop_assert_eq!(pieces.len() == 1, replaced == text);
            let mut rest = text.as_str();
            for piece in pieces {
                prop_assert!(texts.iter().all(|one| !piece.contains(one)), "{:?} is left in {:?}", texts, replaced);
                let at = rest.find(piece);
                prop_assert!(at.is_some(), "{piece:?} was not there");
                rest = &rest[at.unwrap_or_default() + piece.len()..];
            }
        }
    }
}

//! Where framing begins again behind something broken.

use memchr::{memchr, memchr2};

use super::line::is_blank;

/// What a line break means for the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// What is broken ends with its line.
    End,
    /// A later line that begins with `{` or `[`, no further in than this column (from 1), begins the next event. Such a line
    /// is the next event of NDJSON and of pretty-printed values alike.
    BeginAt(u64),
}

/// Looks for the next place at which an event surely begins, piece by piece.
pub struct Resync {
    lines: Lines,
    /// Whether a `{` behind `},` counts too: in an array that is not laid out in lines nothing else shows where an element begins.
    braces: bool,
    /// Blanks since the last line break, while there was nothing else.
    margin: Option<u64>,
    brace: Brace,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Brace {
    None,
    Closed,
    Comma,
}

impl Resync {
    /// Begins in the middle of a line.
    pub fn new(lines: Lines) -> Self {
        Self { lines, braces: false, margin: None, brace: Brace::None }
    }

    /// From here on a `{` behind `},` counts, or does not.
    pub fn count_braces(&mut self, braces: bool) {
        self.braces = braces;
    }

    /// Byte of `bytes` at which framing goes on.
    pub fn feed(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            if self.margin.is_none() && self.brace == Brace::None {
                let rest = &bytes[at..];
                at += if self.braces { memchr2(b'\n', b'}', rest) } else { memchr(b'\n', rest) }?;
            }
            let byte = *bytes.get(at)?;
            if byte == b'\n' {
                match self.lines {
                    Lines::End => return Some(at),
                    Lines::BeginAt(_) => self.margin = Some(0),
                }
            } else if is_blank(byte) {
                self.margin = self.margin.map(|blanks| blanks + 1);
            } else if self.begins(byte) {
                return Some(at);
            }
            at += 1;
        }
        None
    }

    /// Goes on behind `bytes` wherever in them an event may seem to begin.
    pub fn pass(&mut self, mut bytes: &[u8]) {
        while let Some(at) = self.feed(bytes) {
            bytes = bytes.get(at + 1..).unwrap_or_default();
        }
    }

    /// Takes a byte that is not blank. True where an event begins with it.
    fn begins(&mut self, byte: u8) -> bool {
        let at_margin = match (self.lines, self.margin.take()) {
            (Lines::BeginAt(column), Some(blanks)) => matches!(byte, b'{' | b'[') && blanks < column,
            _ => false,
        };
        if at_margin || (byte == b'{' && self.brace == Brace::Comma) {
            return true;
        }
        self.brace = match (byte, self.brace) {
            (b'}', _) if self.braces => Brace::Closed,
            (b',', Brace::Closed) => Brace::Comma,
            _ => Brace::None,
        };
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(lines: Lines, braces: bool, text: &str) -> Option<usize> {
        let mut whole = Resync::new(lines);
        whole.count_braces(braces);
        let found = whole.feed(text.as_bytes());
        let mut pieces = Resync::new(lines);
        pieces.count_braces(braces);
        let by_byte = (0..text.len()).find(|&at| pieces.feed(&text.as_bytes()[at..=at]).is_some());
        assert_eq!(found, by_byte, "{text}");
        found
    }

    #[test]
    fn feed_line_rule_finds_the_next_line_that_is_not_further_in() {
        assert_eq!(find(Lines::BeginAt(1), false, "x\n  {\n{"), Some(6));
        assert_eq!(find(Lines::BeginAt(3), false, "x\n    {\n  {"), Some(10));
        assert_eq!(find(Lines::BeginAt(3), false, "x\n{"), Some(2));
        assert_eq!(find(Lines::BeginAt(1), false, "x\n\n[1]"), Some(3));
        assert_eq!(find(Lines::BeginAt(1), false, "{\nx{\n"), None);
    }

    #[test]
    fn feed_end_rule_finds_the_line_break() {
        assert_eq!(find(Lines::End, false, "x },{ y\nz"), Some(7));
    }

    #[test]
    fn feed_braces_finds_the_next_element() {
        assert_eq!(find(Lines::BeginAt(1), true, "x }, {"), Some(5));
        assert_eq!(find(Lines::BeginAt(1), true, "}}\n,\n {"), Some(6));
        assert_eq!(find(Lines::End, true, "x } {, },[ },{"), Some(13));
    }
}

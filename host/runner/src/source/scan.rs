//! The structure of one JSON value: where it ends, and whether it can end at all.
//!
//! Only what decides about the end is looked at: brackets, commas, colons and strings. Whether numbers, escapes and
//! characters are right is the filter's business.

use memchr::memchr3;

use super::flaw::Flaw;

/// How deep a value may nest, as for the filter.
pub const MAX_DEPTH: u32 = 128;

#[cfg(test)]
thread_local! {
    /// Bytes that were looked at, so that a test can tell how much work an input makes.
    pub static WORK: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// What came of the bytes that were fed.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// The value goes on.
    More,
    /// The value ended; so many of the fed bytes belong to it.
    Closed(usize),
    /// At this fed byte it is certain that the value is broken, so that its end cannot be known.
    Broken(usize, Flaw),
}

/// Looks at an object or array piece by piece, from its opening bracket on.
pub struct Scan {
    /// One bit a level, innermost lowest: whether it is an object.
    objects: u128,
    depth: u32,
    expect: Expect,
    inside: Inside,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Key,
    KeyOrEnd,
    Colon,
    Value,
    ValueOrEnd,
    CommaOrEnd,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    String,
    Escape,
    Atom,
}

impl Scan {
    /// Waits for the opening bracket.
    pub fn new() -> Self {
        Self { objects: 0, depth: 0, expect: Expect::Value, inside: Inside::Nothing }
    }

    /// Looks at the next bytes of the value.
    pub fn feed(&mut self, bytes: &[u8]) -> Step {
        let step = self.look_at(bytes);
        #[cfg(test)]
        WORK.set(
            WORK.get()
                + match &step {
                    Step::More => bytes.len(),
                    Step::Closed(at) | Step::Broken(at, _) => *at,
                } as u64,
        );
        step
    }

    fn look_at(&mut self, bytes: &[u8]) -> Step {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            match self.inside {
                Inside::Nothing => {}
                Inside::String => match self.string(bytes, at) {
                    Ok(next) => {
                        at = next;
                        continue;
                    }
                    Err(broken) => return broken,
                },
                Inside::Escape => {
                    // A line break is no escape: it breaks the string like any other.
                    self.inside = Inside::String;
                    at += usize::from(byte != b'\n');
                    continue;
                }
                Inside::Atom => {
                    if !is_delimiter(byte) {
                        at += 1;
                        continue;
                    }
                    self.inside = Inside::Nothing;
                }
            }
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => {}
                b'"' => match self.begin_string() {
                    Ok(()) => self.inside = Inside::String,
                    Err(flaw) => return Step::Broken(at, flaw),
                },
                _ => match self.token(byte) {
                    Ok(true) => return Step::Closed(at + 1),
                    Ok(false) => {}
                    Err(flaw) => return Step::Broken(at, flaw),
                },
            }
            at += 1;
        }
        Step::More
    }

    /// Passes over the inside of a string up to its end or to the end of what was fed.
    fn string(&mut self, bytes: &[u8], from: usize) -> Result<usize, Step> {
        let Some(found) = memchr3(b'"', b'\\', b'\n', &bytes[from..]) else { return Ok(bytes.len()) };
        let at = from + found;
        match bytes.get(at) {
            Some(b'"') => self.inside = Inside::Nothing,
            Some(b'\\') => self.inside = Inside::Escape,
            _ => return Err(Step::Broken(at, Flaw::not_json("a line break inside a string"))),
        }
        Ok(at + 1)
    }

    fn begin_string(&mut self) -> Result<(), Flaw> {
        self.expect = match self.expect {
            Expect::Key | Expect::KeyOrEnd => Expect::Colon,
            Expect::Value | Expect::ValueOrEnd => Expect::CommaOrEnd,
            Expect::Colon | Expect::CommaOrEnd => return Err(self.unexpected()),
        };
        Ok(())
    }

    /// Takes one byte that is neither blank nor in a string. True where it closed the value.
    fn token(&mut self, byte: u8) -> Result<bool, Flaw> {
        let in_object = self.objects & 1 == 1;
        match (byte, self.expect) {
            (b'{' | b'[', Expect::Value | Expect::ValueOrEnd) => {
                if self.depth == MAX_DEPTH {
                    return Err(Flaw::too_deep());
                }
                self.depth += 1;
                self.objects = (self.objects << 1) | u128::from(byte == b'{');
                self.expect = if byte == b'{' { Expect::KeyOrEnd } else { Expect::ValueOrEnd };
            }
            (b'}', Expect::KeyOrEnd | Expect::CommaOrEnd) if in_object => return Ok(self.close()),
            (b']', Expect::ValueOrEnd | Expect::CommaOrEnd) if !in_object => return Ok(self.close()),
            (b',', Expect::CommaOrEnd) => self.expect = if in_object { Expect::Key } else { Expect::Value },
            (b':', Expect::Colon) => self.expect = Expect::Value,
            (b'{' | b'[' | b'}' | b']' | b',' | b':', _) => return Err(self.unexpected()),
            (_, Expect::Value | Expect::ValueOrEnd) => {
                self.inside = Inside::Atom;
                self.expect = Expect::CommaOrEnd;
            }
            _ => return Err(self.unexpected()),
        }
        Ok(false)
    }

    fn close(&mut self) -> bool {
        self.objects >>= 1;
        self.depth -= 1;
        self.expect = Expect::CommaOrEnd;
        self.depth == 0
    }

    fn unexpected(&self) -> Flaw {
        let in_object = self.objects & 1 == 1;
        Flaw::not_json(match self.expect {
            Expect::Key | Expect::KeyOrEnd => "expected a key in quotes",
            Expect::Colon => "expected ':' after a key",
            Expect::Value | Expect::ValueOrEnd => "expected a value",
            Expect::CommaOrEnd if in_object => "expected ',' or '}'",
            Expect::CommaOrEnd => "expected ',' or ']'",
        })
    }
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'{' | b'}' | b'[' | b']' | b',' | b':' | b'"')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &str) -> Step {
        Scan::new().feed(text.as_bytes())
    }

    fn broken(text: &str) -> (usize, String) {
        match scan(text) {
            Step::Broken(at, flaw) => (at, flaw.explanation),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn feed_whole_values_finds_their_end() {
        for text in ["{}", "[]", r#"{"a":1}"#, r#"{"a":{"b":[1,2,{"c":"}"}]},"d":"\"}"}"#, "[ 1 , true,\n\"x\" , [ ] ]", r#"{"a":"\\"}"#] {
            assert_eq!(scan(&format!("{text} ,rest")), Step::Closed(text.len()), "{text}");
        }
    }

    #[test]
    fn feed_byte_by_byte_finds_the_same_end() {
        let text = r#"{"a":{"b":[1,2,{"c":"}\"\\"}]},"d":"x"} tail"#.as_bytes();
        let mut scan = Scan::new();
        let end = (0..text.len()).find(|&at| scan.feed(&text[at..=at]) == Step::Closed(1));
        assert_eq!(end.map(|at| at + 1), Some(text.len() - " tail".len()));
    }

    #[test]
    fn feed_open_values_goes_on() {
        for text in ["{", "{\"a", "{\"a\\", "{\"a\":", "{\"a\":1", "[1,", "[[]"] {
            assert_eq!(scan(text), Step::More, "{text}");
        }
    }

    #[test]
    fn feed_nonsense_names_the_byte() {
        assert_eq!(broken("{\"a\":\"x\ny\"}"), (7, "a line break inside a string".to_owned()));
        assert_eq!(broken("{\"a\":\"x\\\n"), (8, "a line break inside a string".to_owned()));
        assert_eq!(broken(r#"{"a":1 {"#), (7, "expected ',' or '}'".to_owned()));
        assert_eq!(broken(r#"{"a":[1}"#), (7, "expected ',' or ']'".to_owned()));
        assert_eq!(broken(r#"{"a" 1}"#), (5, "expected ':' after a key".to_owned()));
        assert_eq!(broken(r#"{"a":,"#), (5, "expected a value".to_owned()));
        assert_eq!(broken(r#"{"a":1,}"#), (7, "expected a key in quotes".to_owned()));
        assert_eq!(broken("{a:1}"), (1, "expected a key in quotes".to_owned()));
    }

    #[test]
    fn feed_at_the_depth_limit_closes_and_one_more_is_broken() {
        let nest = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(scan(&nest(128)), Step::Closed(256));
        assert_eq!(scan(&nest(129)), Step::Broken(128, Flaw::too_deep()));
    }
}

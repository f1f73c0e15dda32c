//! A pull reader that borrows from the event.

use super::scan::plain_run_end;
use super::text::Text;
use crate::fault::{Fault, Reason};

/// How many objects and arrays may stand inside each other. A real event needs about 20.
pub const MAX_DEPTH: u32 = 128;

/// One JSON value, looked at from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, digit for digit as it came: money and large whole numbers keep every digit.
    Number(&'a str),
    /// A string.
    Text(Text<'a>),
    /// A whole array, its content checked but not yet read.
    Array(&'a str),
    /// A whole object, its content checked but not yet read.
    Object(&'a str),
}

impl Value<'_> {
    /// What people call this kind of value.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Text(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }
    }
}

/// Reads one JSON text from front to back.
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

impl<'a> Reader<'a> {
    /// Begins at the front of `text`.
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// Byte at which the reader stands.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// The first byte of the next value, white space passed over.
    #[inline]
    pub fn peek(&mut self) -> Option<u8> {
        self.skip_space();
        self.byte()
    }

    /// Reads any value. Arrays and objects come as the text they span.
    #[inline]
    pub fn value(&mut self) -> Result<Value<'a>, Fault> {
        match self.peek() {
            Some(b'"') => self.string().map(Value::Text),
            Some(open @ (b'{' | b'[')) => {
                let from = self.at;
                self.skip_container()?;
                let span = &self.text[from..self.at];
                Ok(if open == b'{' { Value::Object(span) } else { Value::Array(span) })
            }
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            Some(b't') => self.literal("true").map(|()| Value::Bool(true)),
            Some(b'f') => self.literal("false").map(|()| Value::Bool(false)),
            Some(b'n') => self.literal("null").map(|()| Value::Null),
            Some(_) => Err(self.fault("expected a value")),
            None => Err(self.truncated()),
        }
    }

    /// Reads an object, handing each key to `member`, which must read exactly one value.
    #[inline]
    pub fn object(&mut self, mut member: impl FnMut(Text<'a>, &mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        self.open(b'{', "expected an object")?;
        if self.peek() == Some(b'}') {
            self.at += 1;
        } else {
            loop {
                let key = self.key()?;
                member(key, self)?;
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(b'}') => {
                        self.at += 1;
                        break;
                    }
                    Some(_) => return Err(self.fault("expected ',' or '}'")),
                    None => return Err(self.truncated()),
                }
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// Reads an array, handing each position to `element`, which must read exactly one value.
    #[inline]
    pub fn array(&mut self, mut element: impl FnMut(usize, &mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        self.open(b'[', "expected an array")?;
        if self.peek() == Some(b']') {
            self.at += 1;
        } else {
            for position in 0.. {
                element(position, self)?;
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(b']') => {
                        self.at += 1;
                        break;
                    }
                    Some(_) => return Err(self.fault("expected ',' or ']'")),
                    None => return Err(self.truncated()),
                }
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// Reads a string.
    #[inline]
    pub fn string(&mut self) -> Result<Text<'a>, Fault> {
        if self.peek() != Some(b'"') {
            return Err(self.fault("expected a string"));
        }
        let from = self.at + 1;
        let end = plain_run_end(self.text.as_bytes(), from);
        if self.text.as_bytes().get(end) == Some(&b'"') {
            self.at = end + 1;
            return Ok(Text::raw(&self.text[from..end], false));
        }
        self.at = end;
        self.escaped_string(from)
    }

    /// The rest of a string in which something other than plain content was met.
    fn escaped_string(&mut self, from: usize) -> Result<Text<'a>, Fault> {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at) {
                Some(b'"') => {
                    let span = &self.text[from..self.at];
                    self.at += 1;
                    return Ok(Text::raw(span, true));
                }
                Some(b'\\') => {
                    self.at += match bytes.get(self.at + 1) {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
                        Some(b'u') => match bytes.get(self.at + 2..self.at + 6) {
                            Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => 6,
                            Some(_) => return Err(self.fault("\\u needs four hexadecimal digits")),
                            None => return Err(self.truncated()),
                        },
                        Some(_) => return Err(self.fault("unknown escape in a string")),
                        None => return Err(self.truncated()),
                    };
                }
                Some(_) => return Err(self.fault("control character in a string; JSON wants it escaped")),
                None => return Err(self.truncated()),
            }
            self.at = plain_run_end(bytes, self.at);
        }
    }

    /// Passes over one value of any kind, checking it.
    #[inline]
    pub fn skip(&mut self) -> Result<(), Fault> {
        match self.peek() {
            Some(b'{' | b'[') => self.skip_container(),
            _ => self.value().map(|_| ()),
        }
    }

    /// Fails where anything but white space is left.
    pub fn finish(&mut self) -> Result<(), Fault> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.fault("expected the end of the event")),
        }
    }

    /// A fault of the JSON text at the place where the reader stands.
    pub fn fault(&self, explanation: &'static str) -> Fault {
        Fault::new(Reason::NotJson, self.at, explanation)
    }

    fn truncated(&self) -> Fault {
        self.fault("the event ends in the middle of a value")
    }

    fn key(&mut self) -> Result<Text<'a>, Fault> {
        match self.peek() {
            Some(b'"') => {}
            Some(_) => return Err(self.fault("expected a key in quotes")),
            None => return Err(self.truncated()),
        }
        let key = self.string()?;
        match self.peek() {
            Some(b':') => self.at += 1,
            Some(_) => return Err(self.fault("expected ':' after a key")),
            None => return Err(self.truncated()),
        }
        Ok(key)
    }

    fn open(&mut self, bracket: u8, expected: &'static str) -> Result<(), Fault> {
        match self.peek() {
            Some(byte) if byte == bracket => {}
            Some(_) => return Err(self.fault(expected)),
            None => return Err(self.truncated()),
        }
        self.deeper()?;
        self.at += 1;
        Ok(())
    }

    fn deeper(&mut self) -> Result<(), Fault> {
        if self.depth == MAX_DEPTH {
            return Err(Fault::new(Reason::TooDeep, self.at, "nested deeper than 128 levels"));
        }
        self.depth += 1;
        Ok(())
    }

    /// Passes over an object or array without recursion: one bit a level tells which of the two it is.
    fn skip_container(&mut self) -> Result<(), Fault> {
        let outside = self.depth;
        let mut objects = 0u128;
        loop {
            // A value is due.
            match self.peek() {
                Some(b'{') => {
                    self.deeper()?;
                    self.at += 1;
                    objects = (objects << 1) | 1;
                    if self.peek() != Some(b'}') {
                        self.key()?;
                        continue;
                    }
                }
                Some(b'[') => {
                    self.deeper()?;
                    self.at += 1;
                    objects <<= 1;
                    if self.peek() != Some(b']') {
                        continue;
                    }
                }
                _ => {
                    self.value()?;
                }
            }
            // A value is over: what follows closes containers or leads to the next value.
            loop {
                let in_object = objects & 1 == 1;
                match (self.peek(), in_object) {
                    (Some(b'}'), true) | (Some(b']'), false) => {
                        self.at += 1;
                        objects >>= 1;
                        self.depth -= 1;
                        if self.depth == outside {
                            return Ok(());
                        }
                    }
                    (Some(b','), true) => {
                        self.at += 1;
                        self.key()?;
                        break;
                    }
                    (Some(b','), false) => {
                        self.at += 1;
                        break;
                    }
                    (Some(_), true) => return Err(self.fault("expected ',' or '}'")),
                    (Some(_), false) => return Err(self.fault("expected ',' or ']'")),
                    (None, _) => return Err(self.truncated()),
                }
            }
        }
    }

    fn number(&mut self) -> Result<&'a str, Fault> {
        let from = self.at;
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        match self.byte() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.fault("expected a digit")),
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.some_digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits()?;
        }
        Ok(&self.text[from..self.at])
    }

    fn some_digits(&mut self) -> Result<(), Fault> {
        if !matches!(self.byte(), Some(b'0'..=b'9')) {
            return Err(self.fault("expected a digit"));
        }
        self.digits();
        Ok(())
    }

    fn digits(&mut self) {
        while matches!(self.byte(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn literal(&mut self, word: &'static str) -> Result<(), Fault> {
        if self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else {
            Err(self.fault("expected a value"))
        }
    }

    #[inline]
    fn skip_space(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn skip_all(text: &str) -> Result<(), Fault> {
        let mut reader = Reader::new(text);
        reader.skip()?;
        reader.finish()
    }

    #[test]
    fn skip_at_the_depth_limit_passes_and_one_more_fails() {
        let nest = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(skip_all(&nest(128)).is_ok());
        assert_eq!(skip_all(&nest(129)).expect_err("too deep").reason, Reason::TooDeep);
        assert_eq!(skip_all(&"[".repeat(100_000)).expect_err("too deep").reason, Reason::TooDeep);
        assert_eq!(skip_all(&"{\"a\":".repeat(100_000)).expect_err("too deep").reason, Reason::TooDeep);
    }

    #[test]
    fn value_faults_name_the_byte() {
        let fault = skip_all(r#"{"a":1,}"#).expect_err("a comma too many");
        assert_eq!((fault.reason, fault.offset), (Reason::NotJson, 7));
    }

    proptest! {
        /// Whatever serde_json takes we take, and the other way round, but for what is stricter there: the depth, numbers
        /// beyond f64 and lone surrogates.
        #[test]
        fn skip_agrees_with_serde_json(text in r#"[\[\]{},:"\\/0-9eE+.\-ntfalsrue ux\x00\n]{0,24}"#) {
            let theirs = serde_json::from_str::<serde_json::Value>(&text);
            match (&theirs, skip_all(&text)) {
                (Ok(_), Err(fault)) => prop_assert!(false, "we refuse {text:?}: {fault:?}"),
                (Err(error), Ok(())) => {
                    let said = error.to_string();
                    prop_assert!(said.contains("number out of range") || said.contains("surrogate") || said.contains("end of hex escape"), "we take {text:?}: {said}");
                }
                _ => {}
            }
        }
    }
}

//! The tokens of XML, read from front to back by hand: names, attributes, references, comments and the like.
//!
//! By hand, because a general pull reader finds where a tag ends but leaves names, characters and references to its
//! caller, who then has to read every tag a second time: measured on a query of 600 bytes, 1.2 µs against 0.5 µs here.

use std::borrow::Cow;

use super::chars::{self, NAME, NAME_START, OTHER, SPACE, TEXT, VALUE, is};

/// How many attributes one tag may have. FetchXML knows fewer than twenty; the bound keeps the search for repeated names
/// linear.
pub const MAX_ATTRIBUTES: usize = 64;

/// Why a query is refused, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryFault {
    /// Byte in the query text, from 0.
    pub offset: usize,
    /// One sentence for people.
    pub explanation: Cow<'static, str>,
}

impl QueryFault {
    /// A fault at byte `offset`.
    pub(crate) fn new(offset: usize, explanation: &'static str) -> Self {
        Self { offset, explanation: explanation.into() }
    }
}

/// How a start tag ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagEnd {
    /// `>`: the element has content and an end tag.
    Open,
    /// `/>`: the element is empty.
    Empty,
}

/// Stands somewhere in an XML text. What it reads it has checked.
pub struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// Names of the attributes of the tag that is being read.
    names: [&'a str; MAX_ATTRIBUTES],
}

impl<'a> Scanner<'a> {
    /// Begins at the front of `text`.
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, names: [""; MAX_ATTRIBUTES] }
    }

    /// Byte at which the scanner stands.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// What stands between byte `from` and the scanner.
    pub fn since(&self, from: usize) -> &'a str {
        self.text.get(from..self.at).unwrap_or_default()
    }

    /// What stands after the scanner.
    pub fn ahead(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next byte.
    #[inline]
    pub fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes over `expected` if it comes next.
    #[inline]
    pub fn eat(&mut self, expected: &str) -> bool {
        let found = self.text.as_bytes()[self.at..].starts_with(expected.as_bytes());
        if found {
            self.at += expected.len();
        }
        found
    }

    /// Passes over white space; tells whether there was any.
    #[inline]
    pub fn space(&mut self) -> bool {
        let from = self.at;
        self.run(SPACE);
        self.at > from
    }

    /// Reads a name. Colons are letters of it, as in XML without namespaces.
    #[inline]
    pub fn name(&mut self) -> Result<&'a str, QueryFault> {
        let from = self.at;
        match self.peek() {
            Some(byte) if is(byte, NAME_START) => self.at += 1,
            Some(0x80..) if self.character().is_some_and(chars::starts_name) => self.wide(),
            Some(_) => return Err(self.fault("expected a name")),
            None => return Err(self.truncated()),
        }
        loop {
            self.run(NAME);
            match self.peek() {
                Some(0x80..) if self.character().is_some_and(chars::continues_name) => self.wide(),
                _ => return Ok(self.since(from)),
            }
        }
    }

    /// Reads the attributes of a start tag, whose name has been read, and the end of the tag. Each name and value goes to
    /// `each`; the references in a value are not resolved.
    #[inline]
    pub fn attributes(&mut self, mut each: impl FnMut(&'a str, &'a str)) -> Result<TagEnd, QueryFault> {
        let mut count = 0;
        let mut marks = 0u64;
        loop {
            let spaced = self.space();
            match self.peek() {
                Some(b'>') => {
                    self.at += 1;
                    return Ok(TagEnd::Open);
                }
                Some(b'/') => {
                    self.at += 1;
                    return if self.eat(">") { Ok(TagEnd::Empty) } else { Err(self.expected("expected '>' after '/'")) };
                }
                Some(_) if !spaced => return Err(self.fault("expected white space, '/>' or '>' in a tag")),
                Some(_) => {}
                None => return Err(self.truncated()),
            }
            let from = self.at;
            let name = self.name()?;
            // One bit for each name tells apart nearly all of them; only where it is taken are the names compared.
            let mark = 1 << (mark_of(name) % 64);
            if marks & mark != 0 && self.names.iter().take(count).any(|&other| other == name) {
                return Err(QueryFault::new(from, "the tag has this attribute twice"));
            }
            marks |= mark;
            let Some(slot) = self.names.get_mut(count) else {
                return Err(QueryFault::new(from, "more than 64 attributes in one tag"));
            };
            *slot = name;
            count += 1;
            self.space();
            if !self.eat("=") {
                return Err(self.expected("expected '=' after the name of an attribute"));
            }
            self.space();
            each(name, self.value()?);
        }
    }

    /// Reads an attribute value in its quotes.
    #[inline]
    pub fn value(&mut self) -> Result<&'a str, QueryFault> {
        let quote = match self.peek() {
            Some(quote @ (b'"' | b'\'')) => quote,
            Some(_) => return Err(self.fault("expected an attribute value in quotes")),
            None => return Err(self.truncated()),
        };
        self.at += 1;
        let from = self.at;
        loop {
            self.run(VALUE);
            match self.peek() {
                Some(byte) if byte == quote => {
                    let value = self.since(from);
                    self.at += 1;
                    return Ok(value);
                }
                Some(b'"' | b'\'') => self.at += 1,
                Some(b'&') => self.reference()?,
                Some(b'<') => return Err(self.fault("'<' in an attribute value")),
                _ => self.rare()?,
            }
        }
    }

    /// Reads text up to the next markup or the end, with its references.
    #[inline]
    pub fn text(&mut self) -> Result<(), QueryFault> {
        loop {
            self.run(TEXT);
            match self.peek() {
                None | Some(b'<') => return Ok(()),
                Some(b'&') => self.reference()?,
                Some(b']') if self.text.as_bytes()[self.at..].starts_with(b"]]>") => return Err(self.fault("']]>' in text")),
                Some(b']') => self.at += 1,
                Some(_) => self.rare()?,
            }
        }
    }

    /// Reads `&name;` or `&#number;`. Only what needs no DOCTYPE is accepted.
    fn reference(&mut self) -> Result<(), QueryFault> {
        if ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;"].into_iter().any(|known| self.eat(known)) {
            return Ok(());
        }
        let from = self.at;
        let radix = if self.eat("&#x") {
            16
        } else if self.eat("&#") {
            10
        } else {
            return Err(self.fault("reference to an entity; only amp, lt, gt, quot, apos and character references are accepted"));
        };
        let digits = self.at;
        let mut code = 0u32;
        while let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(radix)) {
            code = code.saturating_mul(radix).saturating_add(digit);
            self.at += 1;
        }
        if self.at == digits || !self.eat(";") {
            return Err(self.expected("expected digits and ';' in a character reference"));
        }
        if !char::from_u32(code).is_some_and(chars::is_allowed) {
            return Err(QueryFault::new(from, "character reference to what XML forbids"));
        }
        Ok(())
    }

    /// Reads on up to and including `end`, which begins with `-`, `?` or `]`.
    pub fn up_to(&mut self, end: &str) -> Result<(), QueryFault> {
        loop {
            self.run(OTHER);
            if self.eat(end) {
                return Ok(());
            }
            match self.peek() {
                Some(b'-' | b'?' | b']') => self.at += 1,
                _ => self.rare()?,
            }
        }
    }

    /// A fault at the place where the scanner stands.
    pub fn fault(&self, explanation: &'static str) -> QueryFault {
        QueryFault::new(self.at, explanation)
    }

    /// The fault for a token that is absent, which may be because the text is over.
    pub fn expected(&self, explanation: &'static str) -> QueryFault {
        if self.at == self.text.len() { self.truncated() } else { self.fault(explanation) }
    }

    fn truncated(&self) -> QueryFault {
        self.fault("the XML ends in the middle of a tag, comment, section or reference")
    }

    /// Passes over the bytes of `class`.
    #[inline]
    fn run(&mut self, class: u8) {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(|&byte| is(byte, class)) {
            self.at += 1;
        }
    }

    fn character(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    /// Passes over one character of any width.
    fn wide(&mut self) {
        self.at += self.character().map_or(0, char::len_utf8);
    }

    /// Passes over a character that no run takes: the end, what is forbidden, or what only looks like it.
    #[cold]
    fn rare(&mut self) -> Result<(), QueryFault> {
        match self.character() {
            None => Err(self.truncated()),
            Some(character) if chars::is_allowed(character) => {
                self.wide();
                Ok(())
            }
            Some(_) => Err(self.fault("character that XML forbids")),
        }
    }
}

/// A number that differs for most names that stand in one tag.
#[inline]
fn mark_of(name: &str) -> usize {
    let bytes = name.as_bytes();
    let first = bytes.first().copied().map_or(0, usize::from);
    let last = bytes.last().copied().map_or(0, usize::from);
    first + last * 5 + bytes.len() * 7
}

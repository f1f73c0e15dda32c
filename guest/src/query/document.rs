//! A walk over an XML document, front to back, that hands out what it meets.
//!
//! What is not well formed, has a DOCTYPE, refers to an entity of its own, or nests deeper than [`MAX_DEPTH`] is refused.
//! Takes time in proportion to the document and memory that does not depend on it; nothing is expanded or resolved.

use super::markup::{QueryFault, Scanner, TagEnd};

/// How many elements may stand inside each other. FetchXML itself allows far fewer, and so do SOAP and CSDL.
pub const MAX_DEPTH: usize = 64;

/// What looks at a document. What it was handed before a fault was well formed so far.
pub trait Visitor<'a> {
    /// An element begins at byte `from`; `depth` others are around it.
    fn open(&mut self, from: usize, name: &'a str, depth: usize) -> Result<(), QueryFault>;

    /// An attribute of the element that was opened last; its references are not resolved.
    fn attribute(&mut self, _name: &'a str, _value: &'a str) {}

    /// A piece of the text of the innermost open element. `literal` text comes from a CDATA section; the references of
    /// other text are not resolved.
    fn text(&mut self, _text: &'a str, _literal: bool) {}

    /// The innermost open element is over: `whole` is all of it, with its tags.
    fn over(&mut self, depth: usize, whole: &'a str);
}

/// Walks over `xml`: elements side by side, each with its content. A byte-order mark and an XML declaration may come
/// first. Whether more than one outermost element may stand there is the visitor's to say.
pub fn walk<'a>(xml: &'a str, visitor: &mut impl Visitor<'a>) -> Result<(), QueryFault> {
    Walk { scanner: Scanner::new(xml), open: [""; MAX_DEPTH], starts: [0; MAX_DEPTH], depth: 0, any: false }.document(visitor)
}

/// One pass over a document.
struct Walk<'a> {
    scanner: Scanner<'a>,
    /// Names of the elements that are open, outermost first.
    open: [&'a str; MAX_DEPTH],
    /// Where each of them begins.
    starts: [usize; MAX_DEPTH],
    depth: usize,
    /// Whether there was any element.
    any: bool,
}

impl<'a> Walk<'a> {
    fn document(&mut self, visitor: &mut impl Visitor<'a>) -> Result<(), QueryFault> {
        self.scanner.eat("\u{feff}");
        self.declaration()?;
        loop {
            if self.depth > 0 {
                let from = self.scanner.offset();
                self.scanner.text()?;
                let text = self.scanner.since(from);
                if !text.is_empty() {
                    visitor.text(text, false);
                }
            } else {
                self.scanner.space();
            }
            let from = self.scanner.offset();
            if !self.scanner.eat("<") {
                break;
            }
            match self.scanner.peek() {
                Some(b'/') => self.end_tag(visitor)?,
                Some(b'!') => self.declared(from, visitor)?,
                Some(b'?') => self.instruction()?,
                _ => self.start_tag(from, visitor)?,
            }
        }
        match self.scanner.peek() {
            Some(_) => Err(self.scanner.fault("text outside of the elements")),
            None if self.depth > 0 => Err(self.scanner.fault("the XML ends while an element is open")),
            None if !self.any => Err(self.scanner.fault("XML without an element")),
            None => Ok(()),
        }
    }

    fn start_tag(&mut self, from: usize, visitor: &mut impl Visitor<'a>) -> Result<(), QueryFault> {
        let name = self.scanner.name()?;
        let (Some(slot), Some(start)) = (self.open.get_mut(self.depth), self.starts.get_mut(self.depth)) else {
            return Err(QueryFault::new(from, "nested deeper than 64 levels"));
        };
        (*slot, *start) = (name, from);
        self.any = true;
        visitor.open(from, name, self.depth)?;
        match self.scanner.attributes(|name, value| visitor.attribute(name, value))? {
            TagEnd::Open => self.depth += 1,
            TagEnd::Empty => visitor.over(self.depth, self.scanner.since(from)),
        }
        Ok(())
    }

    fn end_tag(&mut self, visitor: &mut impl Visitor<'a>) -> Result<(), QueryFault> {
        let from = self.scanner.offset();
        self.scanner.eat("/");
        let name = self.scanner.name()?;
        self.scanner.space();
        if !self.scanner.eat(">") {
            return Err(self.scanner.expected("expected '>' in an end tag"));
        }
        let depth = self.depth.checked_sub(1);
        if depth.and_then(|depth| self.open.get(depth)) != Some(&name) {
            return Err(QueryFault::new(from - 1, "end tag of an element that is not the one open here"));
        }
        self.depth -= 1;
        let start = self.starts.get(self.depth).copied().unwrap_or(from);
        visitor.over(self.depth, self.scanner.since(start));
        Ok(())
    }

    /// What begins with `<!`, at byte `from`.
    fn declared(&mut self, from: usize, visitor: &mut impl Visitor<'a>) -> Result<(), QueryFault> {
        if self.scanner.eat("!--") {
            self.scanner.up_to("--")?;
            return if self.scanner.eat(">") { Ok(()) } else { Err(self.scanner.expected("'--' in a comment")) };
        }
        if self.depth > 0 && self.scanner.eat("![CDATA[") {
            let from = self.scanner.offset();
            self.scanner.up_to("]]>")?;
            let content = self.scanner.since(from);
            visitor.text(content.strip_suffix("]]>").unwrap_or(content), true);
            return Ok(());
        }
        let is_doctype = self.scanner.eat("!DOCTYPE");
        let explanation = if is_doctype { "a DOCTYPE is not accepted" } else { "no comment, nor a section that may stand here" };
        Err(QueryFault::new(from, explanation))
    }

    /// A processing instruction; of no meaning here.
    fn instruction(&mut self) -> Result<(), QueryFault> {
        self.scanner.eat("?");
        let from = self.scanner.offset();
        if self.scanner.name()?.eq_ignore_ascii_case("xml") {
            return Err(QueryFault::new(from, "an XML declaration may stand at the front only"));
        }
        if self.scanner.eat("?>") {
            return Ok(());
        }
        if !self.scanner.space() {
            return Err(self.scanner.expected("expected white space or '?>' in a processing instruction"));
        }
        self.scanner.up_to("?>")
    }

    /// The XML declaration, if one comes next. The encoding it names is passed over: the text has been decoded already,
    /// and .NET writes `utf-16` before text of any encoding.
    fn declaration(&mut self) -> Result<(), QueryFault> {
        let begins = self.scanner.ahead().strip_prefix("<?xml").is_some_and(|after| after.starts_with([' ', '\t', '\n', '\r']));
        if !begins {
            return Ok(());
        }
        self.scanner.eat("<?xml");
        let mut spaced = false;
        for (name, required) in [("version", true), ("encoding", false), ("standalone", false)] {
            spaced |= self.scanner.space();
            if !(spaced && self.scanner.eat(name)) {
                if required {
                    return Err(self.scanner.expected("expected a version in the XML declaration"));
                }
                continue;
            }
            self.scanner.space();
            if !self.scanner.eat("=") {
                return Err(self.scanner.expected("expected '=' in the XML declaration"));
            }
            self.scanner.space();
            let from = self.scanner.offset();
            let value = self.scanner.value()?;
            let good = match name {
                "version" => value == "1.0",
                "standalone" => matches!(value, "yes" | "no"),
                _ => value.starts_with(|first: char| first.is_ascii_alphabetic()) && value.bytes().all(is_encoding_name),
            };
            if !good {
                return Err(QueryFault::new(from, "an XML declaration that is not accepted"));
            }
            spaced = false;
        }
        self.scanner.space();
        if self.scanner.eat("?>") { Ok(()) } else { Err(self.scanner.expected("expected '?>' after the XML declaration")) }
    }
}

fn is_encoding_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

//! The `<filter>` elements of a FetchXML query, as they were written.

use super::markup::{QueryFault, Scanner, TagEnd};

/// How many elements may stand inside each other. FetchXML itself allows far fewer.
pub const MAX_DEPTH: usize = 64;

/// Appends every outermost `<filter>` element of `xml` to `out`, byte for byte and in the order of the document.
///
/// This is the column Query of the specification's schema: "the Filter query parameters used while executing the
/// FetchXML". `xml` is a whole `<fetch>` document, a part of one such as `<entity>`, or one or more `<filter>` elements
/// side by side; a byte-order mark and an XML declaration may come first. Filters of linked entities count like any
/// other, and a filter inside a filter stays inside it. Names are compared as XML compares them, case and all, but for a
/// namespace prefix, which does not matter: `<x:filter>` is a filter and `<Filter>` is none.
///
/// XML that is well formed but has no filter appends nothing. What is not well formed, has a DOCTYPE, refers to an entity
/// of its own, or nests deeper than [`MAX_DEPTH`] is refused, and `out` is left as it was.
///
/// Takes time in proportion to `xml` and memory that does not depend on it; nothing is expanded or resolved.
pub fn filters(xml: &str, out: &mut String) -> Result<(), QueryFault> {
    let len = out.len();
    Walk::new(xml).document(out).inspect_err(|_| out.truncate(len))
}

/// One pass over a document.
struct Walk<'a> {
    scanner: Scanner<'a>,
    /// Names of the elements that are open, outermost first.
    open: [&'a str; MAX_DEPTH],
    depth: usize,
    /// Where the filter that is being passed over began, and at which depth.
    filter: Option<(usize, usize)>,
    /// Whether the outermost elements so far were all filters; none while there was no element.
    only_filters: Option<bool>,
}

impl<'a> Walk<'a> {
    fn new(xml: &'a str) -> Self {
        Self { scanner: Scanner::new(xml), open: [""; MAX_DEPTH], depth: 0, filter: None, only_filters: None }
    }

    fn document(&mut self, out: &mut String) -> Result<(), QueryFault> {
        self.scanner.eat("\u{feff}");
        self.declaration()?;
        loop {
            if self.depth > 0 {
                self.scanner.text()?;
            } else {
                self.scanner.space();
            }
            let from = self.scanner.offset();
            if !self.scanner.eat("<") {
                break;
            }
            match self.scanner.peek() {
                Some(b'/') => self.end_tag(out)?,
                Some(b'!') => self.declared(from)?,
                Some(b'?') => self.instruction()?,
                _ => self.start_tag(from, out)?,
            }
        }
        match self.scanner.peek() {
            Some(_) => Err(self.scanner.fault("text outside of the elements")),
            None if self.depth > 0 => Err(self.scanner.fault("the XML ends while an element is open")),
            None if self.only_filters.is_none() => Err(self.scanner.fault("XML without an element")),
            None => Ok(()),
        }
    }

    fn start_tag(&mut self, from: usize, out: &mut String) -> Result<(), QueryFault> {
        let name = self.scanner.name()?;
        let is_filter = name.strip_suffix("filter").is_some_and(|prefix| prefix.is_empty() || prefix.ends_with(':'));
        if self.depth == 0 {
            if self.only_filters.is_some_and(|all| !(all && is_filter)) {
                return Err(QueryFault::new(from, "a second outermost element; only filters may stand side by side"));
            }
            self.only_filters = Some(is_filter);
        }
        let Some(slot) = self.open.get_mut(self.depth) else {
            return Err(QueryFault::new(from, "nested deeper than 64 levels"));
        };
        *slot = name;
        if is_filter && self.filter.is_none() {
            self.filter = Some((from, self.depth));
        }
        match self.scanner.attributes()? {
            TagEnd::Open => self.depth += 1,
            TagEnd::Empty => self.element_over(out),
        }
        Ok(())
    }

    fn end_tag(&mut self, out: &mut String) -> Result<(), QueryFault> {
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
        self.element_over(out);
        Ok(())
    }

    /// The element at the present depth is over.
    fn element_over(&mut self, out: &mut String) {
        if let Some((from, depth)) = self.filter
            && depth == self.depth
        {
            out.push_str(self.scanner.since(from));
            self.filter = None;
        }
    }

    /// What begins with `<!`, at byte `from`.
    fn declared(&mut self, from: usize) -> Result<(), QueryFault> {
        if self.scanner.eat("!--") {
            self.scanner.up_to("--")?;
            return if self.scanner.eat(">") { Ok(()) } else { Err(self.scanner.expected("'--' in a comment")) };
        }
        if self.depth > 0 && self.scanner.eat("![CDATA[") {
            return self.scanner.up_to("]]>");
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

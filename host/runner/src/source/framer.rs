//! Framing: where one event ends and the next begins.
//!
//! A source is NDJSON, a row of JSON values in any layout, arrays of such (nested arrays are flattened), or dead letters. Between
//! events stand blanks, byte-order marks, and the brackets and commas of arrays. What begins with `{` is an event up to its
//! closing bracket; anything else is an event up to the end of its value or line, for the filter to reject.
//!
//! A value whose structure is broken ends where the next event surely begins (`resync.rs`), so that one damaged event never
//! takes its neighbours with it. Work is bounded: a byte is looked at once, and once more for each of the at most
//! [`super::scan::MAX_DEPTH`] values in which it stands that turn out to be broken.

use std::io;
use std::sync::Arc;

use super::brackets::Brackets;
use super::dead_letter::{Header, MAX_HEADER, PREFIX};
use super::event::{Content, Event, Origin};
use super::flaw::Flaw;
use super::line::is_blank;
use super::position::Position;
use super::spool::{Spool, Spooling};
use super::window::Window;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Cuts a source into events.
pub struct Framer {
    pub(super) window: Window,
    source: Arc<str>,
    /// Bytes of the largest event that is held.
    pub(super) limit: usize,
    pub(super) spooling: Spooling,
    pub(super) brackets: Brackets,
    letter: Option<Letter>,
    /// Bytes of the event that was given out last.
    given: usize,
    /// Column of the first character of the line on which the event begins.
    pub(super) column: u64,
    pub(super) lines: LineEnds,
    /// Why the source could not be read, while an event that it cut short is given out.
    pub(super) deferred: Option<io::Error>,
}

/// The dead letter that is being read.
struct Letter {
    source: Arc<str>,
    /// Where its first byte stands in this source, and where it stood in its own.
    from: Position,
    stood: Position,
    /// Brackets that were open around it.
    outside: Brackets,
}

/// What is known of the end of the line, so that a line is searched once however many events are on it.
#[derive(Default)]
pub(super) struct LineEnds {
    /// Byte of the source at which the line ends.
    pub(super) found: Option<u64>,
    /// Byte up to which there is no line break.
    pub(super) searched: u64,
}

/// What was found at the front of the window.
pub(super) enum Found {
    /// So many bytes are an event.
    Span(usize, Option<Flaw>),
    /// An event was passed over and spooled.
    Spooled(Position, Spool, Flaw),
    /// An array that was never closed began there.
    Unclosed(Position),
    /// What stood there was no event and is consumed.
    Nothing,
    /// The source ended.
    End,
}

impl Framer {
    /// Begins at the front of a source. Events over `limit` bytes are rejected as too large.
    pub fn new(window: Window, source: Arc<str>, limit: usize, spooling: Spooling) -> Self {
        Self {
            window,
            source,
            limit: limit.max(1),
            spooling,
            brackets: Brackets::default(),
            letter: None,
            given: 0,
            column: 1,
            lines: LineEnds::default(),
            deferred: None,
        }
    }

    /// The next event, or none at the end of the source.
    ///
    /// # Errors
    /// When the source cannot be read on, or an event cannot be spooled. What came before was given out already; what was
    /// read of an unfinished event comes with the next call, as a source that ended there.
    pub fn next_event(&mut self) -> io::Result<Option<Event<'_>>> {
        self.window.consume(std::mem::take(&mut self.given));
        if let Some(error) = self.deferred.take() {
            return Err(error);
        }
        let found = loop {
            match self.find()? {
                Found::Nothing => {}
                found => break found,
            }
        };
        Ok(match found {
            Found::Nothing | Found::End => None,
            Found::Span(len, flaw) => {
                self.given = len;
                let origin = self.origin(self.window.here());
                Some(Event { origin, content: Content::Held(&self.window.bytes()[..len]), flaw })
            }
            Found::Spooled(position, spool, flaw) => {
                Some(Event { origin: self.origin(position), content: Content::Spooled(spool), flaw: Some(flaw) })
            }
            Found::Unclosed(position) => {
                let flaw = Flaw::not_json("the array that begins here is never closed");
                Some(Event { origin: self.origin(position), content: Content::Held(b"["), flaw: Some(flaw) })
            }
        })
    }

    /// Whether the next event can most likely be found without waiting for the source.
    pub fn is_ready(&self) -> bool {
        self.window.holds_line(self.given)
    }

    fn find(&mut self) -> io::Result<Found> {
        let Some(byte) = self.skip_blanks()? else { return self.end() };
        if self.window.first_on_line() {
            self.column = self.window.here().column;
        }
        match byte {
            b'{' if self.enter_letter()? => Ok(Found::Nothing),
            b'{' => self.object(),
            b'[' | b']' | b',' => self.separators(),
            _ => self.other(),
        }
    }

    fn skip_blanks(&mut self) -> io::Result<Option<u8>> {
        loop {
            let bytes = self.window.bytes();
            let blanks = bytes.iter().position(|&byte| !is_blank(byte)).unwrap_or(bytes.len());
            let rest = &bytes[blanks..];
            let first = rest.first().copied();
            let is_mark = rest.starts_with(BYTE_ORDER_MARK);
            let may_be_mark = !rest.is_empty() && rest.len() < BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(rest);
            self.window.consume_blank(blanks);
            match first {
                _ if is_mark => self.window.consume_blank(BYTE_ORDER_MARK.len()),
                Some(byte) if !may_be_mark => return Ok(Some(byte)),
                other => {
                    if !self.window.more()? {
                        return Ok(other);
                    }
                }
            }
        }
    }

    /// The end of the source or of a dead letter.
    fn end(&mut self) -> io::Result<Found> {
        if let Some(opened) = self.brackets.take_unclosed() {
            return Ok(Found::Unclosed(opened));
        }
        self.lines = LineEnds::default();
        Ok(match self.letter.take() {
            None => Found::End,
            Some(letter) => {
                self.window.lift_fence();
                self.brackets = letter.outside;
                Found::Nothing
            }
        })
    }

    /// Passes over the header of a dead letter, if one stands here: what follows is framed as if it stood alone.
    fn enter_letter(&mut self) -> io::Result<bool> {
        if self.letter.is_some() || self.window.here().column != 1 {
            return Ok(false);
        }
        while self.window.bytes().len() < PREFIX.len() && self.window.more()? {}
        if !self.window.bytes().starts_with(PREFIX) {
            return Ok(false);
        }
        let Some(len) = self.line_len(MAX_HEADER)? else { return Ok(false) };
        let Some(header) = Header::read(&self.window.bytes()[..len]) else { return Ok(false) };
        self.window.consume_blank(len + 1);
        self.window.set_fence(header.bytes);
        let from = self.window.here();
        let outside = std::mem::take(&mut self.brackets);
        self.letter = Some(Letter { stood: header.position(), source: header.source.into(), from, outside });
        self.lines = LineEnds::default();
        Ok(true)
    }

    fn origin(&self, position: Position) -> Origin {
        match &self.letter {
            None => Origin { source: Arc::clone(&self.source), position },
            Some(letter) => Origin { source: Arc::clone(&letter.source), position: letter.stood_at(position) },
        }
    }
}

impl Letter {
    /// Where a byte of the letter stood in its own source.
    fn stood_at(&self, position: Position) -> Position {
        let line = position.line - self.from.line;
        let column = if line == 0 { self.stood.column.saturating_add(position.column - self.from.column) } else { position.column };
        let offset = self.stood.offset.saturating_add(position.offset - self.from.offset);
        Position { line: self.stood.line.saturating_add(line), column, offset }
    }
}

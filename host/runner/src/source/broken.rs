//! Where an event ends that is broken or too large.

use std::io;

use super::flaw::Flaw;
use super::framer::{Found, Framer};
use super::line::is_blank;
use super::position::Position;
use super::resync::{Lines, Resync};
use super::scan::{Scan, Step};
use super::spool::Spool;

impl Framer {
    /// An event that is over the limit and whole so far: it is spooled up to its end, whatever that takes.
    pub(super) fn oversize(&mut self, mut scan: Scan) -> io::Result<Found> {
        let from = self.window.here();
        let mut resync = Resync::new(Lines::BeginAt(self.column));
        resync.pass(&self.window.bytes()[..self.limit]);
        let braces = self.brackets.is_open() && !self.window.first_on_line();
        let mut spool = Spool::new(&self.spooling)?;
        let flaw = Flaw::too_large(self.limit);
        self.spool(&mut spool, self.limit)?;
        loop {
            let bytes = self.window.bytes();
            let seen = match scan.feed(bytes) {
                Step::Closed(len) => {
                    self.spool(&mut spool, len)?;
                    return Ok(Found::Spooled(from, spool, flaw));
                }
                Step::Broken(at, _) => {
                    resync.pass(&bytes[..at]);
                    resync.count_braces(braces);
                    self.spool(&mut spool, at)?;
                    return self.spool_rest(from, spool, resync, flaw);
                }
                Step::More => bytes.len(),
            };
            resync.pass(bytes);
            self.spool(&mut spool, seen)?;
            if !self.more_or_defer() {
                return Ok(Found::Spooled(from, spool, flaw));
            }
        }
    }

    /// An event that is broken at byte `noticed`: it ends where the next surely begins.
    pub(super) fn broken(&mut self, noticed: usize, flaw: Flaw) -> io::Result<Found> {
        let in_lines = self.window.first_on_line();
        let mut resync = Resync::new(Lines::BeginAt(self.column));
        if let Some(len) = resync.feed(&self.window.bytes()[..noticed]) {
            return Ok(self.damaged(len, Some(flaw)));
        }
        resync.count_braces(self.brackets.is_open() && !in_lines);
        self.up_to(noticed, resync, Some(flaw))
    }

    /// An event that goes on from byte `at` to where `resync` says.
    pub(super) fn up_to(&mut self, mut at: usize, mut resync: Resync, flaw: Option<Flaw>) -> io::Result<Found> {
        loop {
            let bytes = self.window.bytes();
            let seen = bytes.len().min(self.limit);
            if let Some(len) = resync.feed(&bytes[at..seen]) {
                return Ok(self.damaged(at + len, flaw));
            }
            at = seen;
            if at < bytes.len() {
                let from = self.window.here();
                let mut spool = Spool::new(&self.spooling)?;
                self.spool(&mut spool, at)?;
                let flaw = flaw.unwrap_or_else(|| Flaw::too_large(self.limit));
                return self.spool_rest(from, spool, resync, flaw);
            }
            if !self.window.more()? {
                return Ok(self.damaged(at, flaw));
            }
        }
    }

    /// The first `len` bytes, less the blanks and, in an array, the commas at their end.
    fn damaged(&mut self, len: usize, flaw: Option<Flaw>) -> Found {
        let in_array = self.brackets.is_open();
        self.brackets.doubt();
        let bytes = &self.window.bytes()[..len];
        let len = bytes.iter().rposition(|&byte| !(is_blank(byte) || (in_array && byte == b','))).map_or(1, |last| last + 1);
        // What was noticed behind the event is that it has no end.
        let has_no_end = |flaw: &Flaw| flaw.at >= len as u64;
        let flaw = flaw.map(|flaw| if has_no_end(&flaw) { Flaw::unfinished(len) } else { flaw });
        Found::Span(len, flaw)
    }

    fn spool_rest(&mut self, from: Position, mut spool: Spool, mut resync: Resync, flaw: Flaw) -> io::Result<Found> {
        self.brackets.doubt();
        loop {
            let found = resync.feed(self.window.bytes());
            let len = found.unwrap_or(self.window.bytes().len());
            self.spool(&mut spool, len)?;
            if found.is_some() || !self.more_or_defer() {
                return Ok(Found::Spooled(from, spool, flaw));
            }
        }
    }

    /// Reads on. A source that cannot be read ends here for the event at hand; the next call tells why.
    fn more_or_defer(&mut self) -> bool {
        self.window.more().unwrap_or_else(|error| {
            self.deferred = Some(error);
            false
        })
    }

    fn spool(&mut self, spool: &mut Spool, len: usize) -> io::Result<()> {
        spool.push(&self.window.bytes()[..len])?;
        self.window.consume(len);
        Ok(())
    }
}

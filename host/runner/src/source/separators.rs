//! The brackets and commas of arrays, between events.

use std::io;

use super::flaw::Flaw;
use super::framer::{Found, Framer};
use super::line;

impl Framer {
    /// Passes over the brackets and commas up to the next event, or to the end of the line.
    ///
    /// A comma outside an array is passed over too, so that a piece cut out of an array can be read. Where the rest of the
    /// line begins no event, the separators belong to that damaged rest.
    pub(super) fn separators(&mut self) -> io::Result<Found> {
        let end = self.run_len()?;
        let mut brackets = self.brackets.clone();
        let mut bad = None;
        let mut position = self.window.here();
        for (at, &byte) in self.window.bytes()[..end].iter().enumerate() {
            let fits = match byte {
                b'[' => brackets.open(position),
                b']' if brackets.is_doubtful() && self.comma_follows(at + 1, end) => true,
                b']' => brackets.close(),
                _ => true,
            };
            if !fits {
                bad = Some((at, if byte == b'[' { Flaw::too_deep() } else { Flaw::not_json("this ']' closes no array") }));
                break;
            }
            position = position.after(&[byte]);
        }
        if self.is_damaged(end, brackets.is_open())? {
            return self.other();
        }
        self.brackets = brackets;
        match bad {
            None => {
                self.window.consume(end);
                Ok(Found::Nothing)
            }
            Some((at, flaw)) => {
                self.brackets.doubt();
                self.window.consume(at);
                let len = line::trim_end(&self.window.bytes()[..end - at]).len();
                Ok(Found::Span(len, Some(flaw)))
            }
        }
    }

    /// Length of the run of separators and blanks, on this line and within the limit.
    fn run_len(&mut self) -> io::Result<usize> {
        let mut at = 0;
        loop {
            let bytes = self.window.bytes();
            let seen = bytes.len().min(self.limit);
            if let Some(end) = bytes[at..seen].iter().position(|byte| !matches!(byte, b'[' | b']' | b',' | b' ' | b'\t' | b'\r')) {
                return Ok(at + end);
            }
            at = seen;
            if at == self.limit || !self.window.more()? {
                return Ok(at);
            }
        }
    }

    /// Whether a broken element may have hidden the array to which the bracket before `from` belongs: a comma follows it.
    fn comma_follows(&self, from: usize, end: usize) -> bool {
        self.window.bytes()[from..end].iter().find(|&&byte| !line::is_blank(byte)) == Some(&b',')
    }

    /// Whether what follows the separators on their line is the rest of something damaged.
    fn is_damaged(&mut self, end: usize, in_array: bool) -> io::Result<bool> {
        // What stands beyond the limit is looked at on its own, as is the first byte of a byte-order mark.
        if end >= self.limit {
            return Ok(false);
        }
        while self.window.bytes().len() == end && self.window.more()? {}
        Ok(match self.window.bytes().get(end) {
            None | Some(b'\n' | b'{' | 0xef) => false,
            Some(_) => self.scalar_len(end, in_array)?.is_none(),
        })
    }
}

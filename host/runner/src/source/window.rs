//! What was read of a source and is not framed yet, and where in the source it stands.

use std::io::{self, ErrorKind, Read};

use super::line::is_blank;
use super::position::Position;

/// A sliding view of a source. It grows while an event is looked at and never holds more than that event and one read.
pub struct Window {
    reader: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    start: usize,
    /// How much one read asks for.
    chunk: usize,
    ended: bool,
    here: Position,
    /// Byte of the source at which input ends for now: the end of a dead letter.
    fence: Option<u64>,
    /// Whether only blanks stand before `here` on its line.
    clean: bool,
}

impl Window {
    /// Begins at the front of `reader`, which is asked for at most `chunk` bytes at a time.
    pub fn new(reader: Box<dyn Read + Send>, chunk: usize) -> Self {
        Self { reader, buffer: Vec::new(), start: 0, chunk: chunk.max(1), ended: false, here: Position::START, fence: None, clean: true }
    }

    /// What can be seen: everything that was read and not consumed, up to the fence.
    pub fn bytes(&self) -> &[u8] {
        let held = &self.buffer[self.start..];
        match self.fence {
            Some(fence) => &held[..held.len().min(usize::try_from(fence - self.here.offset).unwrap_or(usize::MAX))],
            None => held,
        }
    }

    /// Reads on. False where nothing more can be seen: the source or the fence is reached.
    pub fn more(&mut self) -> io::Result<bool> {
        let seen = self.bytes().len();
        let fenced = seen < self.buffer.len() - self.start || self.fence.is_some_and(|fence| fence - self.here.offset == seen as u64);
        if self.ended || fenced {
            return Ok(false);
        }
        // What is moved is never more than what was consumed, so each byte is moved once on average.
        if self.start >= self.buffer.len() - self.start {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        let filled = self.buffer.len();
        self.buffer.resize(filled + self.chunk, 0);
        let result = read_some(&mut *self.reader, &mut self.buffer[filled..]);
        self.buffer.truncate(filled + *result.as_ref().unwrap_or(&0));
        self.ended = !matches!(result, Ok(1..));
        result.map(|count| count > 0)
    }

    /// Goes on by `count` bytes that hold something.
    pub fn consume(&mut self, count: usize) {
        self.advance(count);
        self.clean &= count == 0;
    }

    /// Goes on by `count` bytes of white space (or a byte-order mark).
    pub fn consume_blank(&mut self, count: usize) {
        let line = self.here.line;
        self.advance(count);
        self.clean |= self.here.line > line;
    }

    fn advance(&mut self, count: usize) {
        let count = count.min(self.bytes().len());
        self.here = self.here.after(&self.buffer[self.start..self.start + count]);
        self.start += count;
    }

    /// Where the first byte that can be seen stands.
    pub fn here(&self) -> Position {
        self.here
    }

    /// Whether only blanks stand before [`Self::here`] on its line.
    pub fn first_on_line(&self) -> bool {
        self.clean
    }

    /// Lets input end for now at `count` bytes from here.
    pub fn set_fence(&mut self, count: u64) {
        self.fence = Some(self.here.offset.saturating_add(count));
    }

    /// Takes the fence away. False where none stood.
    pub fn lift_fence(&mut self) -> bool {
        self.fence.take().is_some()
    }

    /// Whether a whole line that is not blank was read behind the first `given` bytes, or everything was, so that looking
    /// at it does not wait for the source.
    pub fn holds_line(&self, given: usize) -> bool {
        let rest = self.buffer.get(self.start + given..).unwrap_or_default();
        let line = rest.iter().position(|&byte| !is_blank(byte)).map(|from| &rest[from..]);
        self.ended || line.is_some_and(|line| memchr::memchr(b'\n', line).is_some())
    }
}

fn read_some(reader: &mut dyn Read, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(into) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(text: &'static str, chunk: usize) -> Window {
        Window::new(Box::new(text.as_bytes()), chunk)
    }

    #[test]
    fn more_any_chunk_shows_everything_once() {
        for chunk in 1..8 {
            let mut window = window("abcdefghij", chunk);
            let mut seen = Vec::new();
            while window.more().unwrap() {
                let count = window.bytes().len().div_ceil(2);
                seen.extend_from_slice(&window.bytes()[..count]);
                window.consume(count);
            }
            seen.extend_from_slice(window.bytes());
            assert_eq!(seen, b"abcdefghij", "{chunk}");
        }
    }

    #[test]
    fn fence_hides_what_stands_behind_until_lifted() {
        let mut window = window("abcdef", 4);
        window.set_fence(3);
        while window.more().unwrap() {}
        assert_eq!(window.bytes(), b"abc");
        window.consume(3);
        assert!(!window.more().unwrap());
        assert!(window.lift_fence());
        while window.more().unwrap() {}
        assert_eq!(window.bytes(), b"def");
    }

    #[test]
    fn fence_beyond_the_end_is_no_harm() {
        let mut window = window("abc", 4);
        window.set_fence(u64::MAX);
        while window.more().unwrap() {}
        assert_eq!(window.bytes(), b"abc");
    }

    #[test]
    fn first_on_line_after_content_is_false_until_a_line_break() {
        let mut window = window("  {}  \n [", 64);
        assert!(window.more().unwrap());
        window.consume_blank(2);
        assert!(window.first_on_line());
        window.consume(2);
        assert!(!window.first_on_line());
        window.consume_blank(2);
        assert!(!window.first_on_line());
        window.consume_blank(2);
        assert!(window.first_on_line());
        assert_eq!((window.here().line, window.here().column, window.here().offset), (2, 2, 8));
    }
}

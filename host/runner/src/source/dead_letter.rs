//! The header line of a dead letter: what is known of an event that could not be used.
//!
//! A rejects file is a row of dead letters: the header as one line of JSON, then exactly `Bytes` bytes of the event as it
//! came, then a line feed.

use serde::{Deserialize, Serialize};

use super::position::Position;

/// What a header line begins with.
pub const PREFIX: &[u8] = b"{\"DeadLetter\":";

/// A header line is never longer; what is longer is an event.
pub const MAX_HEADER: usize = 64 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Line {
    dead_letter: Header,
}

/// What a header says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Header {
    /// File that the event came from, or `-` for standard input.
    pub source: String,
    /// Line of the event's first byte, from 1.
    pub line: u64,
    /// Byte in that line, from 1.
    pub column: u64,
    /// Byte in the source (after decompression), from 0.
    pub offset: u64,
    /// `rejected` or `faulted`.
    pub outcome: String,
    /// Why, as the summary names it.
    pub reason: String,
    /// Path of keys and positions in the event; empty for the event itself.
    pub place: String,
    /// Byte of the event at which it was noticed, from 0.
    pub at: u64,
    /// One sentence for people.
    pub explanation: String,
    /// How many bytes follow the header line.
    pub bytes: u64,
}

impl Header {
    /// Reads a header line, with or without its line feed. None where it is no header.
    pub fn read(line: &[u8]) -> Option<Self> {
        line.starts_with(PREFIX).then(|| serde_json::from_slice::<Line>(line).ok().map(|line| line.dead_letter))?
    }

    /// The header line, with its line feed.
    pub fn write(self) -> Vec<u8> {
        let mut line = serde_json::to_vec(&Line { dead_letter: self }).unwrap_or_default();
        line.push(b'\n');
        line
    }

    /// Where the event stood.
    pub fn position(&self) -> Position {
        Position { line: self.line, column: self.column, offset: self.offset }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header {
            source: "events.json".into(),
            line: 12,
            column: 1,
            offset: 3_400,
            outcome: "rejected".into(),
            reason: "wrong-type".into(),
            place: "InputParameters[0].value".into(),
            at: 33,
            explanation: "expected a string, \"found\" a number".into(),
            bytes: 120,
        }
    }

    #[test]
    fn read_what_was_written_gives_it_back() {
        let line = header().write();
        assert!(line.starts_with(PREFIX) && line.ends_with(b"\n"));
        assert_eq!(Header::read(&line), Some(header()));
    }

    #[test]
    fn read_what_is_no_header_gives_none() {
        for line in ["", "{}", r#"{"DeadLetter":5}"#, r#"{"DeadLetter":{"Bytes":3}}"#, r#" {"DeadLetter":{}}"#] {
            assert_eq!(Header::read(line.as_bytes()), None, "{line}");
        }
        let negative = String::from_utf8(header().write()).unwrap().replace(":120", ":-1");
        assert_eq!(Header::read(negative.as_bytes()), None);
    }
}

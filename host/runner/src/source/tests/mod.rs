//! Framing, tested as a whole.

mod damage;
mod layouts;
mod letters;
mod limits;
mod property;

use std::io::{self, Read};
use std::sync::Arc;

use super::event::Content;
use super::framer::Framer;
use super::spool::Spooling;
use super::window::Window;

/// One event, with what it needs to be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    text: Vec<u8>,
    offset: u64,
    line: u64,
    column: u64,
    source: String,
    reason: Option<&'static str>,
    spooled: bool,
}

/// Frames `input`, read in pieces of `chunk` bytes, holding events of up to `limit` bytes.
fn frame_with(input: &[u8], chunk: usize, limit: usize) -> Vec<Seen> {
    let reader: Box<dyn Read + Send> = Box::new(io::Cursor::new(input.to_vec()));
    let spooling = Spooling::Folder(std::env::temp_dir());
    let mut framer = Framer::new(Window::new(reader, chunk), Arc::from("in"), limit, spooling);
    let mut seen = Vec::new();
    while let Some(event) = framer.next_event().unwrap() {
        let spooled = matches!(event.content, Content::Spooled(_));
        let text = match event.content {
            Content::Held(bytes) => bytes.to_vec(),
            Content::Spooled(mut spool) => {
                let mut out = Vec::new();
                spool.copy_to(&mut out).unwrap();
                assert_eq!(out.len() as u64, spool.len());
                out
            }
        };
        let position = event.origin.position;
        seen.push(Seen {
            text,
            offset: position.offset,
            line: position.line,
            column: position.column,
            source: event.origin.source.to_string(),
            reason: event.flaw.map(|flaw| flaw.reason),
            spooled,
        });
    }
    seen
}

fn frame(input: &str) -> Vec<Seen> {
    let whole = frame_with(input.as_bytes(), 1 << 16, 1 << 20);
    for chunk in [1, 2, 3, 7] {
        assert_eq!(frame_with(input.as_bytes(), chunk, 1 << 20), whole, "chunks of {chunk}: {input}");
    }
    whole
}

/// The texts of the events, each with an exclamation mark in front where the runner rejects it.
fn texts(input: &str) -> Vec<String> {
    frame(input)
        .into_iter()
        .map(|seen| format!("{}{}", if seen.reason.is_some() { "!" } else { "" }, String::from_utf8_lossy(&seen.text)))
        .collect()
}

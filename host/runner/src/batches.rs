//! Batches: events of all sources, in order, as the filter takes them.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use actlog_engine::Batch;

use crate::budget::{Budget, Share};
use crate::interrupt::Interrupt;
use crate::source::event::{Content, Event, Origin};
use crate::source::feed::Waiting;
use crate::source::flaw::Flaw;
use crate::source::framer::Framer;
use crate::source::input::{self, ReadBytes, Source};
use crate::source::spool::{Spool, Spooling};
use crate::source::window::Window;

/// Events in a batch, and bytes after which it is full, whichever comes first.
const EVENTS: usize = 64;
const BYTES: usize = 256 * 1024;
/// Bytes on their way at once.
const BUDGET: usize = 128 * 1024 * 1024;
/// What one read of a source asks for.
const CHUNK: usize = 256 * 1024;

/// Where the events of a batch came from, and their bytes as they came.
#[derive(Debug)]
pub struct Tag {
    /// Events that the filter gets, by their position in the batch.
    pub sent: Vec<Sent>,
    /// Their bytes, one after the other.
    raw: Vec<u8>,
    /// Events that it does not get.
    pub refused: Vec<Refused>,
    _share: Share,
}

/// One event that goes to the filter.
#[derive(Debug)]
pub struct Sent {
    /// Where it came from.
    pub origin: Origin,
    start: usize,
    end: usize,
}

/// One event that the runner itself rejects.
#[derive(Debug)]
pub struct Refused {
    /// How many events of the batch stand before it.
    pub before: usize,
    /// Where it came from.
    pub origin: Origin,
    /// Its bytes.
    pub kept: Kept,
    /// Why.
    pub flaw: Flaw,
}

/// The bytes of an event, as they came.
#[derive(Debug)]
pub enum Kept {
    /// In memory.
    Bytes(Vec<u8>),
    /// Too large for that.
    Spool(Spool),
}

impl Tag {
    /// The bytes of an event, as they came.
    pub fn bytes(&self, sent: &Sent) -> &[u8] {
        self.raw.get(sent.start..sent.end).unwrap_or_default()
    }
}

/// What is needed to read sources.
#[derive(Clone, Debug)]
pub struct Reading {
    /// File names, `-` for standard input.
    pub inputs: Vec<String>,
    /// Bytes of the largest event that is filtered.
    pub max_event_bytes: usize,
    /// What becomes of the bytes of larger ones.
    pub spooling: Spooling,
    /// Counts what is read.
    pub read: ReadBytes,
    /// Stops reading.
    pub interrupt: Interrupt,
    /// Sources that could not be read (to their end), and why.
    pub failures: Failures,
}

/// Sources that could not be read, and why. Clones share the list.
#[derive(Clone, Debug, Default)]
pub struct Failures(Arc<Mutex<Vec<(String, io::Error)>>>);

impl Failures {
    fn add(&self, name: &str, error: io::Error) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((name.to_owned(), error));
    }

    /// Takes what was collected.
    pub fn take(&self) -> Vec<(String, io::Error)> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The source at hand.
struct Current {
    name: String,
    framer: Framer,
    waiting: Option<Waiting>,
}

impl Current {
    /// Whether the next event may have to be waited for.
    fn may_wait(&self) -> bool {
        self.waiting.as_ref().is_some_and(|waiting| !waiting.any() && !self.framer.is_ready())
    }
}

/// Reads the sources one after the other. One that cannot be read is noted and does not keep the others from being read.
pub struct Batches {
    reading: Reading,
    waiting: VecDeque<String>,
    current: Option<Current>,
    budget: Budget,
}

impl Batches {
    /// Begins with the first source.
    pub fn new(reading: Reading) -> Self {
        let waiting = reading.inputs.iter().cloned().collect();
        Self { reading, waiting, current: None, budget: Budget::new(BUDGET) }
    }

    /// Reads a text that this program brings along.
    pub fn of_text(name: &str, text: &'static str) -> Self {
        Self::of_bytes(name, text.as_bytes().to_vec(), text.len())
    }

    /// Reads what is in memory already. Events over `max_event_bytes` are rejected, and their bytes are not kept.
    pub fn of_bytes(name: &str, bytes: Vec<u8>, max_event_bytes: usize) -> Self {
        let mut batches = Self::new(Reading {
            inputs: Vec::new(),
            max_event_bytes,
            spooling: Spooling::Count,
            read: ReadBytes::default(),
            interrupt: Interrupt::default(),
            failures: Failures::default(),
        });
        batches.begin(name.to_owned(), Source { reader: Box::new(io::Cursor::new(bytes)), waiting: None });
        batches
    }

    fn begin(&mut self, name: String, source: Source) {
        let window = Window::new(source.reader, CHUNK);
        let framer = Framer::new(window, Arc::from(name.as_str()), self.reading.max_event_bytes, self.reading.spooling.clone());
        self.current = Some(Current { name, framer, waiting: source.waiting });
    }

    /// The source at hand, or the next one.
    fn open_next(&mut self) -> Option<()> {
        while self.current.is_none() {
            let name = self.waiting.pop_front()?;
            match input::open(&name, &self.reading.read, &self.reading.interrupt) {
                Ok(source) => self.begin(name, source),
                Err(error) => self.reading.failures.add(&name, error),
            }
        }
        Some(())
    }
}

impl Iterator for Batches {
    type Item = Batch<Tag>;

    fn next(&mut self) -> Option<Batch<Tag>> {
        let mut building = Building::default();
        while !building.is_full() && self.reading.interrupt.signal().is_none() && self.open_next().is_some() {
            let Some(current) = &mut self.current else { break };
            // What is there goes on its way before a source is waited for.
            if !building.is_empty() && current.may_wait() {
                break;
            }
            match current.framer.next_event() {
                Ok(Some(event)) => building.add(event),
                Ok(None) => self.current = None,
                // The rest of an unfinished event comes with the next call, unless the reading was only stopped.
                Err(_) if self.reading.interrupt.signal().is_some() => break,
                Err(error) => self.reading.failures.add(&current.name, error),
            }
        }
        building.finish(&self.budget)
    }
}

/// Adds an event as one line: a line break inside becomes a blank, so that offsets stay true.
pub fn on_one_line(event: &[u8], lines: &mut Vec<u8>) {
    let line = lines.len();
    lines.extend_from_slice(event);
    for at in memchr::memchr_iter(b'\n', event) {
        lines.get_mut(line + at).into_iter().for_each(|byte| *byte = b' ');
    }
    lines.push(b'\n');
}

#[derive(Default)]
struct Building {
    events: Vec<u8>,
    raw: Vec<u8>,
    sent: Vec<Sent>,
    refused: Vec<Refused>,
    /// Bytes of the refused events that are held.
    held: usize,
}

impl Building {
    fn is_full(&self) -> bool {
        self.sent.len() + self.refused.len() >= EVENTS || self.raw.len() + self.held >= BYTES
    }

    fn is_empty(&self) -> bool {
        self.sent.is_empty() && self.refused.is_empty()
    }

    fn add(&mut self, event: Event<'_>) {
        let Event { origin, content, flaw } = event;
        match (content, flaw) {
            (Content::Held(bytes), None) => {
                let start = self.raw.len();
                self.raw.extend_from_slice(bytes);
                self.sent.push(Sent { origin, start, end: self.raw.len() });
                on_one_line(bytes, &mut self.events);
            }
            (Content::Held(bytes), Some(flaw)) => {
                self.held += bytes.len();
                self.refused.push(Refused { before: self.sent.len(), origin, kept: Kept::Bytes(bytes.to_vec()), flaw });
            }
            (Content::Spooled(spool), flaw) => {
                let flaw = flaw.unwrap_or_else(|| Flaw::not_json("too large to be looked at"));
                self.refused.push(Refused { before: self.sent.len(), origin, kept: Kept::Spool(spool), flaw });
            }
        }
    }

    fn finish(self, budget: &Budget) -> Option<Batch<Tag>> {
        if self.is_empty() {
            return None;
        }
        let share = budget.take(self.events.len() + self.raw.len() + self.held);
        let tag = Tag { sent: self.sent, raw: self.raw, refused: self.refused, _share: share };
        Some(Batch { events: self.events, tag })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: String) -> Vec<Batch<Tag>> {
        Batches::of_text("in", text.leak()).collect()
    }

    #[test]
    fn batches_are_full_by_events_or_by_bytes() {
        let sizes = |batches: Vec<Batch<Tag>>| batches.iter().map(|batch| batch.tag.sent.len()).collect::<Vec<_>>();
        assert_eq!(sizes(all("{}\n".repeat(130))), [64, 64, 2]);
        let large = format!("{{\"a\":\"{}\"}}\n", "x".repeat(BYTES / 4));
        assert_eq!(sizes(all(large.repeat(9))), [4, 4, 1]);
        // Events that the filter does not get fill a batch too: their bytes are held.
        let broken = all(format!("{{\"a\" {}\n{{}}\n", "1".repeat(BYTES)));
        assert_eq!((broken[0].tag.refused.len(), broken.len()), (1, 2));
    }

    #[test]
    fn batches_put_each_event_on_one_line_and_keep_it_as_it_came() {
        let batches = all("{\r\n\"a\": 1\n}\n\n [{}]".to_owned());
        assert_eq!(batches[0].events, b"{\r \"a\": 1 }\n{}\n");
        let tag = &batches[0].tag;
        assert_eq!(tag.sent.iter().map(|sent| tag.bytes(sent)).collect::<Vec<_>>(), [b"{\r\n\"a\": 1\n}".as_slice(), b"{}"]);
    }
}

//! One event as it stands in a source.

use std::sync::Arc;

use super::flaw::Flaw;
use super::position::Position;
use super::spool::Spool;

/// Where an event came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// File name as the user gave it, or `-` for standard input.
    pub source: Arc<str>,
    /// The event's first byte.
    pub position: Position,
}

impl Origin {
    /// The source as messages name it.
    pub fn name(&self) -> &str {
        if &*self.source == super::input::DASH { "standard input" } else { &self.source }
    }
}

/// The bytes of an event, as they came.
#[derive(Debug)]
pub enum Content<'w> {
    /// In memory.
    Held(&'w [u8]),
    /// Too large for that.
    Spooled(Spool),
}

/// One event: every byte of a source that is neither blank nor punctuation of an array is in exactly one.
#[derive(Debug)]
pub struct Event<'w> {
    /// Where it came from.
    pub origin: Origin,
    /// Its bytes.
    pub content: Content<'w>,
    /// Why the runner rejects it. None: it is for the filter to judge.
    pub flaw: Option<Flaw>,
}

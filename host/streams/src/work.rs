//! What a worker is asked, and what it answers.

use std::fmt;
use std::future::Future;

use bytes::Bytes;

/// One event as it was taken in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Event {
    /// Its bytes, unchanged.
    pub bytes: Bytes,
    /// The number of its message in the stream of events.
    pub sequence: u64,
    /// Which try this is, from 1.
    pub attempt: u32,
}

/// One record, or one part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its Id: letters, digits, `-` and `_`, 128 at most. The same event must give the same ids each time.
    pub id: String,
    /// Its line, without the end of the line.
    pub line: Bytes,
}

/// What became of one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It gave these records.
    Recorded(Vec<Record>),
    /// It was left out on purpose.
    Excluded {
        /// The rule that left it out; none where the filter did.
        rule: Option<String>,
        /// Why: a word of the ledger.
        reason: String,
        /// The SDK message.
        message: String,
        /// The entity, where there is one.
        entity: Option<String>,
    },
    /// It cannot be used, now or later.
    Rejected(Why),
    /// The worker failed on it; it is tried again, and after the last try it is put to the rejects.
    Faulted(Why),
}

impl Outcome {
    /// Its records; none where it is another outcome.
    pub(crate) fn records(&self) -> &[Record] {
        if let Outcome::Recorded(records) = self { records } else { &[] }
    }
}

/// Where and why an event cannot be used, or what failed on it. It goes to the rejects beside the event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Why {
    /// A word for programs, such as `not-json`.
    pub reason: String,
    /// Where in the event, as a path; empty for the event itself.
    pub place: String,
    /// Byte of the event at which it was noticed, from 0.
    pub at: u64,
    /// One sentence for people.
    pub explanation: String,
}

impl Why {
    /// It concerns the event as a whole.
    pub fn new(reason: impl Into<String>, explanation: impl Into<String>) -> Self {
        Self { reason: reason.into(), explanation: explanation.into(), ..Self::default() }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Why { reason, place, explanation, .. } = self;
        if place.is_empty() { write!(f, "{reason}: {explanation}") } else { write!(f, "{reason} at {place}: {explanation}") }
    }
}

/// Turns events into outcomes: the filter, and what is around it.
pub trait Work: Send + Sync + 'static {
    /// Works a batch: one outcome for each event, in the same order.
    ///
    /// Another number of outcomes, a panic, or taking longer than `work-timeout-ms` counts as a fault of all of them; then they are
    /// tried one by one. What blocks belongs on a thread of its own (`tokio::task::spawn_blocking`): only a future that yields can be
    /// given up, and only then the servers can be told that the work goes on.
    fn work(&self, batch: Vec<Event>) -> impl Future<Output = Vec<Outcome>> + Send;

    /// An event has come to this end: it is written, and the servers were told to let the event go. Where they did not hear that, the
    /// event comes again and ends again, here or elsewhere; what it came to stands once all the same.
    fn ended(&self, outcome: &Outcome) {
        let _ = outcome;
    }
}

//! What a worker is asked, and what it answers.

use std::future::Future;

use bytes::Bytes;

/// One event as it was taken in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Event {
    /// Its bytes, unchanged.
    pub bytes: Bytes,
    /// Its number in the stream of events.
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
        /// Why: a word of the ledger.
        reason: String,
        /// The SDK message.
        message: String,
        /// The entity, where there is one.
        entity: Option<String>,
    },
    /// It cannot be used, now or later.
    Rejected {
        /// Where and why.
        reason: String,
    },
    /// The worker failed on it; it is tried again, and after the last try it is put to the rejects.
    Faulted {
        /// How.
        reason: String,
    },
}

/// Turns events into outcomes: the filter, and what is around it.
pub trait Work: Send + Sync + 'static {
    /// Works a batch: one outcome for each event, in the same order.
    ///
    /// Another number of outcomes, a panic, or taking longer than `work-timeout-ms` counts as a fault of all of them; then they are
    /// tried one by one. What blocks belongs on a thread of its own (`tokio::task::spawn_blocking`): only a future that yields can be
    /// given up, and only then the servers can be told that the work goes on.
    fn work(&self, batch: Vec<Event>) -> impl Future<Output = Vec<Outcome>> + Send;
}

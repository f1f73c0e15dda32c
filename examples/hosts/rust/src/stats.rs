//! What became of all that passed.

use std::sync::atomic::{AtomicU64, Ordering};

/// What became of all that passed. Once everything is filtered,
/// passed = unmapped + lost + recorded + excluded + rejected + faulted + failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Exchanges, and events that were submitted.
    pub passed: u64,
    /// Exchanges of which the given function made no event.
    pub unmapped: u64,
    /// Exchanges and events of which nothing is left: there was no place in the queue, or the given function panicked.
    pub lost: u64,
    /// Events that became records.
    pub recorded: u64,
    /// Events left out on purpose.
    pub excluded: u64,
    /// Events that are unusable; the sink has them.
    pub rejected: u64,
    /// Events on which the filter failed; the sink has them.
    pub faulted: u64,
    /// Events of batches that could not be filtered at all; the sink has them.
    pub failed: u64,
    /// Events that are counted above, but whose batch the sink did not take until the end: their records are gone too.
    pub unwritten: u64,
    /// Times that the sink failed. Each is tried again.
    pub sink_failures: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) passed: AtomicU64,
    pub(crate) unmapped: AtomicU64,
    pub(crate) lost: AtomicU64,
    pub(crate) recorded: AtomicU64,
    pub(crate) excluded: AtomicU64,
    pub(crate) rejected: AtomicU64,
    pub(crate) faulted: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) unwritten: AtomicU64,
    pub(crate) sink_failures: AtomicU64,
}

/// Adds to a counter.
pub(crate) fn count(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Ordering::Relaxed);
}

impl Counters {
    pub(crate) fn read(&self) -> Stats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            passed: read(&self.passed),
            unmapped: read(&self.unmapped),
            lost: read(&self.lost),
            recorded: read(&self.recorded),
            excluded: read(&self.excluded),
            rejected: read(&self.rejected),
            faulted: read(&self.faulted),
            failed: read(&self.failed),
            unwritten: read(&self.unwritten),
            sink_failures: read(&self.sink_failures),
        }
    }
}

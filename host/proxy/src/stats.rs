//! What has happened, counted.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::Serialize;

/// Powers of two of microseconds, up to a minute.
const BUCKETS: usize = 27;

/// Counters of a proxy. Each request is answered once: passed, recorded, in doubt, unrecorded or not.
#[derive(Debug, Default)]
pub struct Stats {
    pub(crate) requests: AtomicU64,
    pub(crate) passed: AtomicU64,
    pub(crate) journaled: AtomicU64,
    pub(crate) unrecorded: AtomicU64,
    pub(crate) outcomes_lost: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) busy: AtomicU64,
    pub(crate) rejected: AtomicU64,
    pub(crate) unreached: AtomicU64,
    pub(crate) unanswered: AtomicU64,
    pub(crate) abandoned: AtomicU64,
    pub(crate) cut: AtomicU64,
    pub(crate) recorded: AtomicU64,
    pub(crate) in_doubt: AtomicU64,
    pub(crate) early: AtomicU64,
    pub(crate) record_failures: AtomicU64,
    pub(crate) damaged: AtomicU64,
    pub(crate) intent: Histogram,
    pub(crate) outcome: Histogram,
}

/// The counters at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Snapshot {
    /// Requests that came.
    pub requests: u64,
    /// Requests that are not the API's, and were passed through.
    pub passed: u64,
    /// Requests to the API whose intent is durable.
    pub journaled: u64,
    /// Requests to the API that were passed without an intent, because the journal failed and the proxy fails open.
    pub unrecorded: u64,
    /// Exchanges whose intent is durable, and whose outcome could not be made so: recorded as in doubt.
    pub outcomes_lost: u64,
    /// Requests that were refused with 503 because the journal is full or fails.
    pub refused: u64,
    /// Requests that were refused with 503 because too many came at once.
    pub busy: u64,
    /// Requests that were refused as malformed, or over a limit. What is no HTTP at all is not counted.
    pub rejected: u64,
    /// Requests that could not be sent: 502, and the upstream saw nothing.
    pub unreached: u64,
    /// Requests that were sent and got no answer: 502 or 504.
    pub unanswered: u64,
    /// Requests whose client went away before they were whole; the upstream never got their last byte.
    pub abandoned: u64,
    /// Answers that were cut off on their way.
    pub cut: u64,
    /// Exchanges that the recorder took, those in doubt among them.
    pub recorded: u64,
    /// Exchanges that the recorder took, and of which nobody knows what the upstream did.
    pub in_doubt: u64,
    /// Exchanges that were handed out before they ended, because the journal needed the room.
    pub early: u64,
    /// Times that the recorder failed; it is asked again.
    pub record_failures: u64,
    /// Damaged places in the journal.
    pub damaged: u64,
    /// How long requests waited for their intent to be durable.
    pub intent: Waits,
    /// How long answers waited for their outcome to be durable.
    pub outcome: Waits,
}

/// What whoever carries requests counts; [`Snapshot`] says what each means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// Counts among [`Snapshot::requests`].
    Request,
    /// Counts among [`Snapshot::passed`].
    Passed,
    /// Counts among [`Snapshot::refused`].
    Refused,
    /// Counts among [`Snapshot::busy`].
    Busy,
    /// Counts among [`Snapshot::rejected`].
    Rejected,
    /// Counts among [`Snapshot::unreached`].
    Unreached,
    /// Counts among [`Snapshot::unanswered`].
    Unanswered,
    /// Counts among [`Snapshot::abandoned`].
    Abandoned,
    /// Counts among [`Snapshot::cut`].
    Cut,
}

/// How long something took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Waits {
    /// How many were measured.
    pub count: u64,
    /// The sum, in microseconds.
    pub total_us: u64,
    /// Half took no longer than this, in microseconds; the next power of two.
    pub p50_us: u64,
    /// 99 of 100 took no longer than this, in microseconds; the next power of two.
    pub p99_us: u64,
}

impl Stats {
    /// The counters now.
    pub fn snapshot(&self) -> Snapshot {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Snapshot {
            requests: get(&self.requests),
            passed: get(&self.passed),
            journaled: get(&self.journaled),
            unrecorded: get(&self.unrecorded),
            outcomes_lost: get(&self.outcomes_lost),
            refused: get(&self.refused),
            busy: get(&self.busy),
            rejected: get(&self.rejected),
            unreached: get(&self.unreached),
            unanswered: get(&self.unanswered),
            abandoned: get(&self.abandoned),
            cut: get(&self.cut),
            recorded: get(&self.recorded),
            in_doubt: get(&self.in_doubt),
            early: get(&self.early),
            record_failures: get(&self.record_failures),
            damaged: get(&self.damaged),
            intent: self.intent.waits(),
            outcome: self.outcome.waits(),
        }
    }

    /// Counts something that happened.
    pub fn happened(&self, what: Happened) {
        Self::count(match what {
            Happened::Request => &self.requests,
            Happened::Passed => &self.passed,
            Happened::Refused => &self.refused,
            Happened::Busy => &self.busy,
            Happened::Rejected => &self.rejected,
            Happened::Unreached => &self.unreached,
            Happened::Unanswered => &self.unanswered,
            Happened::Abandoned => &self.abandoned,
            Happened::Cut => &self.cut,
        });
    }

    pub(crate) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

#[derive(Debug, Default)]
pub(crate) struct Histogram {
    buckets: [AtomicU64; BUCKETS],
    total: AtomicU64,
}

impl Histogram {
    pub fn add(&self, time: Duration) {
        let us = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let bucket = (u64::BITS - us.leading_zeros()) as usize;
        Stats::count(&self.buckets[bucket.min(BUCKETS - 1)]);
        self.total.fetch_add(us, Ordering::Relaxed);
    }

    fn waits(&self) -> Waits {
        let counts: Vec<u64> = self.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed)).collect();
        let count: u64 = counts.iter().sum();
        let share = |percent: u64| {
            let mut left = (count * percent).div_ceil(100);
            let found = counts.iter().position(|n| {
                left = left.saturating_sub(*n);
                left == 0
            });
            if count == 0 { 0 } else { 1 << found.unwrap_or(BUCKETS - 1) }
        };
        Waits { count, total_us: self.total.load(Ordering::Relaxed), p50_us: share(50), p99_us: share(99) }
    }
}

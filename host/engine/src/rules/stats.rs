//! What rules did, in figures.

use crate::bindings::wit;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// What a rule did so far. It may be handed on to the next version of the rule.
#[derive(Debug, Default)]
pub struct RuleStats {
    batches: AtomicU64,
    activities: AtomicU64,
    tagged: AtomicU64,
    redacted: AtomicU64,
    dropped: AtomicU64,
    unreviewed: AtomicU64,
    withheld: AtomicU64,
    nanoseconds: AtomicU64,
}

/// What a rule did, at one moment. A batch that the filter itself failed on counts as often as it was tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleFigures {
    /// Batches that it was given.
    pub batches: u64,
    /// Activities that it was given.
    pub activities: u64,
    /// Activities that it tagged.
    pub tagged: u64,
    /// Activities of which it redacted something, or tried to.
    pub redacted: u64,
    /// Activities that it dropped.
    pub dropped: u64,
    /// Activities on which it failed and that were recorded unreviewed.
    pub unreviewed: u64,
    /// Activities on which it failed and that were withheld.
    pub withheld: u64,
    /// Time that it took, crossing over and back included.
    pub time: Duration,
}

impl RuleStats {
    /// The figures now.
    pub fn figures(&self) -> RuleFigures {
        RuleFigures {
            batches: self.batches.load(Relaxed),
            activities: self.activities.load(Relaxed),
            tagged: self.tagged.load(Relaxed),
            redacted: self.redacted.load(Relaxed),
            dropped: self.dropped.load(Relaxed),
            unreviewed: self.unreviewed.load(Relaxed),
            withheld: self.withheld.load(Relaxed),
            time: Duration::from_nanos(self.nanoseconds.load(Relaxed)),
        }
    }

    /// Counts a batch that the rule was asked about.
    pub(super) fn add(&self, decisions: &[wit::Decision], time: Duration) {
        self.batches.fetch_add(1, Relaxed);
        self.activities.fetch_add(decisions.len() as u64, Relaxed);
        self.nanoseconds.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Relaxed);
        for decision in decisions {
            let counter = match decision {
                wit::Decision::Answered(wit::Verdict::Keep) => continue,
                wit::Decision::Answered(wit::Verdict::Tag(_)) => &self.tagged,
                wit::Decision::Answered(wit::Verdict::Redact(_)) => &self.redacted,
                wit::Decision::Answered(wit::Verdict::Drop(_)) => &self.dropped,
                wit::Decision::Unreviewed => &self.unreviewed,
                wit::Decision::Withheld => &self.withheld,
            };
            counter.fetch_add(1, Relaxed);
        }
    }
}

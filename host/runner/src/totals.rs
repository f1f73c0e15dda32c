//! The account: how many events were read, and what became of them.

use actlog_engine::Outcome;
use serde::{Deserialize, Serialize};

/// How many events had each outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Totals {
    /// Events read.
    pub read: u64,
    /// Events that became records.
    pub recorded: u64,
    /// Records; more than `recorded` when some were split.
    pub records: u64,
    /// Events left out on purpose, by the filter or by a rule.
    pub excluded: u64,
    /// Events that are unusable.
    pub rejected: u64,
    /// Events on which the filter failed, or a rule, and that are withheld.
    pub faulted: u64,
}

impl Totals {
    /// Adds what became of the events of a batch that the filter saw.
    pub fn add(&mut self, outcome: &Outcome) {
        self.read += u64::from(outcome.read);
        self.recorded += u64::from(outcome.recorded);
        self.records += u64::from(outcome.parts);
        self.excluded += outcome.excluded_events();
        self.rejected += outcome.rejected.len() as u64;
        self.faulted += outcome.faulted.len() as u64;
    }

    /// Adds one event that the runner rejected.
    pub fn add_rejected(&mut self) {
        self.read += 1;
        self.rejected += 1;
    }

    /// Adds events for which the engine had no answer.
    pub fn add_faulted(&mut self, count: u64) {
        self.read += count;
        self.faulted += count;
    }

    /// Adds what somebody else counted.
    pub fn add_all(&mut self, other: &Totals) {
        self.read += other.read;
        self.recorded += other.recorded;
        self.records += other.records;
        self.excluded += other.excluded;
        self.rejected += other.rejected;
        self.faulted += other.faulted;
    }

    /// Adds events that became records elsewhere.
    pub fn add_recorded(&mut self, events: u64, records: u64) {
        self.read += events;
        self.recorded += events;
        self.records += records;
    }

    /// Adds one event that was left out elsewhere.
    pub fn add_excluded(&mut self) {
        self.read += 1;
        self.excluded += 1;
    }

    /// What came since `before`.
    pub fn since(&self, before: &Totals) -> Totals {
        Totals {
            read: self.read - before.read,
            recorded: self.recorded - before.recorded,
            records: self.records - before.records,
            excluded: self.excluded - before.excluded,
            rejected: self.rejected - before.rejected,
            faulted: self.faulted - before.faulted,
        }
    }

    /// Whether every event is accounted for.
    pub fn is_balanced(&self) -> bool {
        self.read == self.recorded + self.excluded + self.rejected + self.faulted
    }

    /// Whether any event could not be used.
    pub fn has_unusable(&self) -> bool {
        self.rejected + self.faulted > 0
    }
}

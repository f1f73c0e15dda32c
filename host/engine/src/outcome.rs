//! What became of a batch.

use crate::fault::Faulted;
use crate::reason::{ExclusionReason, RejectReason};
use crate::rules::{RuleDrop, RuleFault};

/// What became of a batch: each event is recorded, excluded, rejected or faulted, and never two of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Events seen; blank lines do not count.
    pub read: u32,
    /// Events that became records.
    pub recorded: u32,
    /// Records in `records`; more than `recorded` when some were split.
    pub parts: u32,
    /// Audit records as NDJSON, in the order of their events, each ended by a line feed.
    pub records: Vec<u8>,
    /// What was left out on purpose, counted, in order of first appearance.
    pub excluded: Vec<Exclusion>,
    /// What was unusable, in order.
    pub rejected: Vec<Rejection>,
    /// What the filter itself failed on, or a rule whose events are then withheld, in order.
    pub faulted: Vec<Faulted>,
    /// What rules left out, counted. It counts as excluded.
    pub dropped: Vec<RuleDrop>,
    /// Rules that failed, for the operator to know; the events are accounted for elsewhere.
    pub rule_faults: Vec<RuleFault>,
}

/// Events left out for one reason, counted by message and entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// Why.
    pub reason: ExclusionReason,
    /// The SDK message, as the event gave it.
    pub message: String,
    /// The entity, as the event gave it; empty where the event names none.
    pub entity: String,
    /// How many events of the batch; at least 1.
    pub count: u32,
}

/// One event that is unusable. Its bytes are the caller's to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Position of the event in the batch, from 0; blank lines do not count.
    pub index: u32,
    /// What kind of fault.
    pub reason: RejectReason,
    /// Where in the event, as a path such as `InputParameters[0].value`; empty for the event itself.
    pub place: String,
    /// Byte in the event at which the fault was noticed, from 0.
    pub offset: u32,
    /// One sentence for people; not to be parsed.
    pub explanation: String,
}

impl Outcome {
    /// Events left out on purpose, by the filter or by a rule.
    pub fn excluded_events(&self) -> u64 {
        let by_filter: u64 = self.excluded.iter().map(|exclusion| u64::from(exclusion.count)).sum();
        by_filter + self.dropped.iter().map(|dropped| u64::from(dropped.count)).sum::<u64>()
    }

    /// Whether every event is accounted for: read = recorded + excluded + rejected + faulted.
    ///
    /// It always is in what [`Filter::audit`](crate::Filter::audit) gives.
    pub fn is_balanced(&self) -> bool {
        let unusable = self.rejected.len() as u64 + self.faulted.len() as u64;
        u64::from(self.read) == u64::from(self.recorded) + self.excluded_events() + unusable
    }

    /// Adds what became of the events that follow in the same batch.
    pub(crate) fn append(&mut self, later: Outcome) {
        let base = self.read;
        self.read += later.read;
        self.recorded += later.recorded;
        self.parts += later.parts;
        self.records.extend_from_slice(&later.records);
        for exclusion in later.excluded {
            let same = |known: &&mut Exclusion| {
                known.reason == exclusion.reason && known.message == exclusion.message && known.entity == exclusion.entity
            };
            match self.excluded.iter_mut().find(same) {
                Some(known) => known.count += exclusion.count,
                None => self.excluded.push(exclusion),
            }
        }
        self.rejected.extend(later.rejected.into_iter().map(|rejection| Rejection { index: base + rejection.index, ..rejection }));
        for dropped in later.dropped {
            let same = |known: &&mut RuleDrop| RuleDrop { count: dropped.count, ..(*known).clone() } == dropped;
            match self.dropped.iter_mut().find(same) {
                Some(known) => known.count += dropped.count,
                None => self.dropped.push(dropped),
            }
        }
        for fault in later.rule_faults {
            match self.rule_faults.iter_mut().find(|known| known.rule == fault.rule && known.kind == fault.kind) {
                Some(known) => {
                    known.activities += fault.activities;
                    known.suspended |= fault.suspended;
                }
                None => self.rule_faults.push(fault),
            }
        }
        self.faulted.extend(later.faulted.into_iter().map(|faulted| Faulted { index: base + faulted.index, ..faulted }));
    }
}

//! What became of a batch.

use crate::guard::{free, item, read};
use crate::status::Status;
use crate::text::{Bytes, Kept, Text};

/// What became of a batch. It does not change, so threads may share it; the caller frees it.
pub struct Outcome {
    counts: Counts,
    records: Vec<u8>,
    excluded: Vec<(Kept, Kept, Kept, u32)>,
    rejected: Vec<KeptRejection>,
    faulted: Vec<(u32, Kept, Kept)>,
}

struct KeptRejection {
    index: u32,
    offset: u32,
    reason: Kept,
    place: Kept,
    explanation: Kept,
}

/// Each event is one of four, always: read = recorded + excluded + rejected + faulted.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events seen; blank lines do not count.
    pub read: u32,
    /// Events that became records.
    pub recorded: u32,
    /// Records; more than `recorded` when some were split.
    pub parts: u32,
    /// Events left out on purpose.
    pub excluded: u64,
    /// Events that are unusable.
    pub rejected: u32,
    /// Events on which the filter itself failed.
    pub faulted: u32,
}

/// Events left out for one reason, counted by message and entity. The texts belong to the outcome.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Exclusion {
    /// Why, in the contract's words, such as `excluded-message`.
    pub reason: Text,
    /// The SDK message, as the event gave it.
    pub message: Text,
    /// The entity, as the event gave it; empty where the event names none.
    pub entity: Text,
    /// How many events; at least 1.
    pub count: u32,
}

/// One event that is unusable: keep its bytes. The texts belong to the outcome.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Rejection {
    /// Position of the event in the batch, from 0; blank lines do not count.
    pub index: u32,
    /// Byte in the event at which the fault was noticed, from 0.
    pub offset: u32,
    /// What kind of fault, in the contract's words, such as `not-json`.
    pub reason: Text,
    /// Where in the event, such as `InputParameters[0].value`; empty for the event itself.
    pub place: Text,
    /// One sentence for people; not to be parsed.
    pub explanation: Text,
}

/// One event on which the filter failed: keep its bytes. The texts belong to the outcome.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Fault {
    /// Position of the event in the batch, from 0; blank lines do not count.
    pub index: u32,
    /// How it failed: `panic`, `memory-limit`, `stack-overflow`, `bad-answer`, `output-limit` or `trap`; later versions may know more.
    pub kind: Text,
    /// One sentence for people; not to be parsed.
    pub explanation: Text,
}

impl From<actlog_engine::Outcome> for Outcome {
    fn from(outcome: actlog_engine::Outcome) -> Self {
        let size = |items: usize| u32::try_from(items).unwrap_or(u32::MAX);
        let counts = Counts {
            read: outcome.read,
            recorded: outcome.recorded,
            parts: outcome.parts,
            excluded: outcome.excluded_events(),
            rejected: size(outcome.rejected.len()),
            faulted: size(outcome.faulted.len()),
        };
        // A filter of this library has no rules, so no rule dropped anything and none failed.
        debug_assert!(outcome.dropped.is_empty() && outcome.rule_faults.is_empty());
        let excluded = outcome.excluded.into_iter().map(|it| (it.reason.name().into(), it.message.into(), it.entity.into(), it.count));
        let rejected = outcome.rejected.into_iter().map(|it| KeptRejection {
            index: it.index,
            offset: it.offset,
            reason: it.reason.name().into(),
            place: it.place.into(),
            explanation: it.explanation.into(),
        });
        let faulted = outcome.faulted.into_iter().map(|it| (it.index, it.kind.name().into(), it.explanation.into()));
        Outcome { counts, excluded: excluded.collect(), rejected: rejected.collect(), faulted: faulted.collect(), records: outcome.records }
    }
}

/// Frees an outcome with all that was got from it. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_outcome_free(outcome: *mut Outcome) {
    unsafe { free(outcome) }
}

/// How many events became what. Without an outcome all are 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_outcome_counts(outcome: *const Outcome) -> Counts {
    unsafe { read(outcome, Counts::default(), |outcome| outcome.counts) }
}

/// The audit records as NDJSON, in the order of their events, each ended by a line feed. No NUL follows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_outcome_records(outcome: *const Outcome) -> Bytes {
    unsafe { read(outcome, Bytes::NONE, |outcome| Bytes::of(&outcome.records)) }
}

/// How many exclusions there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_outcome_exclusions(outcome: *const Outcome) -> usize {
    unsafe { read(outcome, 0, |outcome| outcome.excluded.len()) }
}

/// The exclusion at `position`, from 0, in order of first appearance.
///
/// Errors: ACTLOG_STATUS_OUT_OF_RANGE, ACTLOG_STATUS_BAD_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_outcome_exclusion(outcome: *const Outcome, position: usize, out: *mut Exclusion) -> Status {
    unsafe {
        item(outcome, out, |outcome| {
            let (reason, message, entity, count) = outcome.excluded.get(position)?;
            Some(Exclusion { reason: reason.text(), message: message.text(), entity: entity.text(), count: *count })
        })
    }
}

/// How many rejections there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_outcome_rejections(outcome: *const Outcome) -> usize {
    unsafe { read(outcome, 0, |outcome| outcome.rejected.len()) }
}

/// The rejection at `position`, from 0, in the order of the events.
///
/// Errors: ACTLOG_STATUS_OUT_OF_RANGE, ACTLOG_STATUS_BAD_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_outcome_rejection(outcome: *const Outcome, position: usize, out: *mut Rejection) -> Status {
    unsafe {
        item(outcome, out, |outcome| {
            let KeptRejection { index, offset, reason, place, explanation } = outcome.rejected.get(position)?;
            let (index, offset) = (*index, *offset);
            Some(Rejection { index, offset, reason: reason.text(), place: place.text(), explanation: explanation.text() })
        })
    }
}

/// How many faults there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_outcome_faults(outcome: *const Outcome) -> usize {
    unsafe { read(outcome, 0, |outcome| outcome.faulted.len()) }
}

/// The fault at `position`, from 0, in the order of the events.
///
/// Errors: ACTLOG_STATUS_OUT_OF_RANGE, ACTLOG_STATUS_BAD_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_outcome_fault(outcome: *const Outcome, position: usize, out: *mut Fault) -> Status {
    unsafe {
        item(outcome, out, |outcome| {
            let (index, kind, explanation) = outcome.faulted.get(position)?;
            Some(Fault { index: *index, kind: kind.text(), explanation: explanation.text() })
        })
    }
}

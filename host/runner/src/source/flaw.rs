//! What is wrong with an event that never reaches the filter.

use actlog_engine::RejectReason;

/// Reason of an event that is larger than the limit; the filter has no such reason, since it never sees such an event.
pub const TOO_LARGE: &str = "too-large";

/// Why the runner itself rejects an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Reason as files and summaries print it.
    pub reason: &'static str,
    /// Byte of the event at which it was noticed, from 0.
    pub at: u64,
    /// One sentence for people.
    pub explanation: String,
}

impl Flaw {
    /// The event is no JSON value; its structure shows that.
    pub fn not_json(explanation: &str) -> Self {
        Self { reason: RejectReason::NotJson.name(), at: 0, explanation: explanation.to_owned() }
    }

    /// The event has no end: it breaks off behind `len` bytes.
    pub fn unfinished(len: usize) -> Self {
        Self::not_json("the event ends in the middle of a value").noticed_at(len)
    }

    /// The event nests deeper than the filter follows.
    pub fn too_deep() -> Self {
        Self { reason: RejectReason::TooDeep.name(), at: 0, explanation: format!("nested deeper than {} levels", super::scan::MAX_DEPTH) }
    }

    /// The event is over `limit` bytes.
    pub fn too_large(limit: usize) -> Self {
        Self {
            reason: TOO_LARGE,
            at: limit as u64,
            explanation: format!("the event is over {limit} bytes; --max-event-bytes raises the limit"),
        }
    }

    /// The same flaw, noticed at byte `at`.
    #[must_use]
    pub fn noticed_at(self, at: usize) -> Self {
        Self { at: at as u64, ..self }
    }
}

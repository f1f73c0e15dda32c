//! Review: customers' rules look at a batch of activities, and say what else happens to each before it becomes a record.
//!
//! Rules act on the *source record, rendered and not yet split*, and not on the captured activity before it is rendered:
//!
//! - an event is decoded once, and nothing has to borrow from it from one call to the next;
//! - a batch that no rule changes costs next to nothing: the rendered text is copied once more and that is all;
//! - a redaction works on the very text that would be shown, so it reaches every place where a value shows.
//!
//! | file | what it does |
//! |---|---|
//! | [`capture`] | holds the batch: [`Capture::activities`] shows it, [`Capture::apply`] changes it, [`Capture::emit`] ends it |
//! | `item`, `fields` | one activity: its source record, what stands where in it, and what rules changed |
//! | [`columns`], [`interest`], [`view`] | which activities and which of their columns a rule sees |
//! | [`answer`], `check` | what a rule may say, and what is refused |
//! | `redact/` | takes texts out of the places where they show |
//! | [`outcome`] | what became of the batch, with the ledger of what rules dropped |
//!
//! The columns that rules add to a record are `Tags`, `Redacted` and `Unreviewed`: see [`crate::tables::columns`].

pub mod answer;
pub mod capture;
mod check;
pub mod columns;
mod fields;
pub mod interest;
mod item;
pub mod outcome;
mod redact;
#[cfg(test)]
mod tests;
pub mod view;

pub use answer::{AnswerError, Decision, Grant, Target, Verdict};
pub use capture::Capture;
pub use check::{MAX_NAME, MAX_REASON, MAX_TAG, MAX_TAGS, MAX_TARGETS, MAX_TEXT, MIN_TEXT};
pub use columns::{Column, Columns};
pub use interest::Interest;
pub use outcome::{ReviewedOutcome, RuleDrop, Withheld};
pub use view::{ActivityView, FieldView};

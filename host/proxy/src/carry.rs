//! What every way of carrying exchanges builds on, whoever carries them: this proxy, or a server that another proxy asks.
//!
//! Whoever carries an exchange makes an [`Intention`] of it when its head has come, tells it what passes, and waits for
//! [`make`](Intention::make) before the last byte of the request goes up and for [`outcome`](Intention::outcome) before the answer
//! goes down. A [`Keeper`] has the journal, and hands out what has ended.

pub use crate::answer::{Answer, BUSY, HEAD_TOO_LARGE, JOURNAL_FAILED, OUTCOME_LOST, RETRY_SECONDS, TARGET_TOO_LONG, TEXT};
pub use crate::headers::forward;
pub use crate::intention::{Intention, JournalFailed};
pub use crate::journal::{Head, How, Intent, Journal};
pub use crate::keeper::Keeper;

//! Errors, and whose they are.

use std::time::Duration;

/// The operator's settings cannot work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {why}")]
pub struct ConfigError {
    /// The key of the destination.
    pub key: &'static str,
    /// What is wrong with it. No secret stands in it.
    pub why: String,
}

/// Why records were not taken by one request. Whoever gave them still has them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Trouble {
    /// The receiver cannot be reached, does not answer in time, breaks off, or says that it cannot now.
    #[error("{why}")]
    Passing {
        /// What went wrong.
        why: String,
        /// How long the receiver asks to wait.
        after: Option<Duration>,
    },
    /// The request is too long for it.
    #[error("the receiver says that the request is too long (413)")]
    TooLarge,
    /// One of the records is none, or the receiver does not like one of them.
    #[error("the receiver refuses what was sent: {0}")]
    Content(String),
    /// The receiver refuses for another reason: who asks, where, or how.
    #[error("the receiver refuses: {0}")]
    Refused(String),
}

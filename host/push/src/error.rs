//! Errors, and whose they are.

/// The operator's settings cannot work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("push.otlp.{key}: {why}")]
pub struct ConfigError {
    /// The key below `[push.otlp]`.
    pub key: &'static str,
    /// What is wrong with it. No secret stands in it.
    pub why: String,
}

/// Why records were not handed on. Whoever gave them still has them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// One of them is no record; nothing was sent.
    #[error(transparent)]
    Record(#[from] crate::NotARecord),
    /// The collector refuses, and sending the same again would not help.
    #[error("the collector refuses: {status}{}{message}", if .message.is_empty() { "" } else { ": " })]
    Refused {
        /// The status of its answer.
        status: u16,
        /// What it said, the first 200 characters that can be shown.
        message: String,
    },
    /// What answers is no collector.
    #[error("the answer is not that of a collector: {0}")]
    NotACollector(String),
    /// It did not work for so long that it was given up.
    #[error("given up after {tries} tries: {why}")]
    GivenUp {
        /// How often it was tried.
        tries: u32,
        /// What went wrong the last time.
        why: String,
    },
}

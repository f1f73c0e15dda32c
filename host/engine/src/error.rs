//! Errors, and whose they are.

use crate::component::ComponentError;
use crate::fault::{Fault, FaultKind};
use crate::rules::RuleError;

/// Why a call of this crate failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The settings are not valid; at least one fault, and every fault that could be found.
    #[error("the settings are not valid: {}", list(.0))]
    Settings(Vec<SettingsError>),
    /// Records could not be joined.
    #[error(transparent)]
    Join(#[from] JoinError),
    /// The document is no `$metadata`.
    #[error("byte {offset} of the $metadata: {explanation}")]
    Metadata {
        /// Byte at which the fault was noticed, from 0.
        offset: u32,
        /// What is wrong; not to be parsed.
        explanation: String,
    },
    /// What was given is more than an instance can hold.
    #[error("{bytes} bytes are more than the filter can hold ({limit} bytes)")]
    TooLarge {
        /// Bytes given.
        bytes: usize,
        /// Bytes that would be refused no matter what stands in them.
        limit: usize,
    },
    /// The filter failed on something that is no event: settings, a question, records to join.
    #[error("{explanation} ({kind})")]
    Fault {
        /// How it failed.
        kind: FaultKind,
        /// One sentence for people.
        explanation: String,
    },
    /// The component cannot be used.
    #[error(transparent)]
    Component(#[from] ComponentError),
    /// A rule cannot be used.
    #[error("rule {rule}: {error}")]
    Rule {
        /// The name that the chain gives it.
        rule: String,
        /// Why not.
        error: RuleError,
    },
    /// This program or its system cannot run the filter.
    #[error("the filter cannot be run here: {0}")]
    Host(String),
    /// The code around the filter panicked in a worker thread: a bug of this crate.
    #[error("a worker of the engine panicked: {0}")]
    Panicked(String),
}

/// Who has to act on an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Blame {
    /// Whoever sent the event or the records.
    Event,
    /// The operator who wrote the settings.
    Settings,
    /// Whoever wrote the rule that runs behind the filter.
    Rule,
    /// The makers of the filter: please report it.
    Filter,
    /// The program that embeds the engine, or its system.
    Host,
}

impl Error {
    /// Whose error it is.
    pub fn blame(&self) -> Blame {
        match self {
            Error::Settings(_) => Blame::Settings,
            Error::Join(_) | Error::Metadata { .. } | Error::TooLarge { .. } => Blame::Event,
            Error::Fault { .. } | Error::Panicked(_) => Blame::Filter,
            Error::Rule { error, .. } => error.blame(),
            Error::Component(_) | Error::Host(_) => Blame::Host,
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Error::Fault { kind: fault.kind, explanation: fault.explanation }
    }
}

/// One thing that is wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}{}{explanation}", if .path.is_empty() { "" } else { ": " })]
pub struct SettingsError {
    /// Where, as a path such as `organizations[0].version`; empty for the document itself.
    pub path: String,
    /// What is wrong and what would be right; not to be parsed.
    pub explanation: String,
}

/// Why records could not be joined.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// Parts are absent.
    #[error("of the {part_count} parts of {correlation_id}, {} did not come: {missing:?}", .missing.len())]
    MissingParts {
        /// The source record's CorrelationId.
        correlation_id: String,
        /// PartCount of the source record.
        part_count: u32,
        /// Numbers that are missing, ascending, from 1; the first thousand at most.
        missing: Vec<u32>,
    },
    /// A line is no audit record of a known form.
    #[error("line {line}: {explanation}")]
    NotARecord {
        /// Line in the input, from 1.
        line: u32,
        /// What is wrong with it; not to be parsed.
        explanation: String,
    },
    /// Two records claim to be the same part but differ, or parts of one source record disagree.
    #[error("line {line}: {explanation}")]
    Conflict {
        /// Line in the input, from 1.
        line: u32,
        /// What is wrong with it; not to be parsed.
        explanation: String,
    },
}

fn list(errors: &[SettingsError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

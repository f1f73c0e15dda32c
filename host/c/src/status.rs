//! What a call came to.

/// What a call came to. Values keep their numbers; later versions may add some.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It went well.
    Ok = 0,
    /// An argument is NULL that must not be, is not aligned, or is not UTF-8 where it must be: a bug of the caller.
    BadArgument = 1,
    /// There is no item with this position.
    OutOfRange = 2,
    /// The settings are not valid: see actlog_error_settings.
    BadSettings = 3,
    /// Records cannot be joined, as parts did not come: see actlog_error_join.
    MissingParts = 4,
    /// Records cannot be joined, as a line is no record: see actlog_error_join.
    NotARecord = 5,
    /// Records cannot be joined, as they contradict each other: see actlog_error_join.
    Conflict = 6,
    /// What was given is larger than an instance may be.
    TooLarge = 7,
    /// The filter failed on something that is no event, such as an exchange. What it fails on in a batch is no error: see
    /// actlog_outcome_fault.
    FilterFailed = 8,
    /// The component cannot be used.
    BadComponent = 9,
    /// This machine cannot run the filter, or has no memory for it.
    Host = 10,
    /// The library failed inside: a bug, please report it. Handles stay usable.
    Panicked = 11,
    /// Another error, which this version of the header has no number for.
    Other = 12,
    /// The document is no `$metadata`: see actlog_error_metadata.
    BadMetadata = 13,
}

/// Who has to act on an error.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The program that calls, or its system.
    Host = 0,
    /// Whoever sent the events, the exchanges, the records or the `$metadata`.
    Event = 1,
    /// The operator who wrote the settings.
    Settings = 2,
    /// Whoever wrote a rule.
    Rule = 3,
    /// The makers of the filter: please report it.
    Filter = 4,
}

impl From<actlog_engine::Blame> for Blame {
    fn from(blame: actlog_engine::Blame) -> Self {
        match blame {
            actlog_engine::Blame::Host => Blame::Host,
            actlog_engine::Blame::Event => Blame::Event,
            actlog_engine::Blame::Settings => Blame::Settings,
            actlog_engine::Blame::Rule => Blame::Rule,
            actlog_engine::Blame::Filter => Blame::Filter,
        }
    }
}

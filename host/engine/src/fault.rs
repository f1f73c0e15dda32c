//! What goes wrong inside the filter, and inside a rule.

use std::fmt;
use wasmtime::Trap;

/// One event on which the filter itself failed, or a rule whose events are then withheld. Its bytes are the caller's to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faulted {
    /// Position of the event in the batch, from 0; blank lines do not count.
    pub index: u32,
    /// How it failed.
    pub kind: FaultKind,
    /// One sentence for people; not to be parsed.
    pub explanation: String,
    /// The rule that failed, by the name that the chain gives it; none where the filter itself did.
    pub rule: Option<String>,
}

/// How the filter or a rule failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// It gave up on something it holds to be impossible.
    Panic,
    /// It asked for more memory than its limit or the system allows.
    MemoryLimit,
    /// It called itself too deeply.
    StackOverflow,
    /// It broke the contract: what it answered cannot be.
    BadAnswer,
    /// A rule did not answer in its time.
    Deadline,
    /// A rule answered more than it may.
    OutputLimit,
    /// A rule did not give one verdict for each activity.
    WrongCount,
    /// A rule answered what its grant does not allow.
    NotGranted,
    /// A rule is not asked any more, because it kept failing.
    Suspended,
    /// It failed otherwise.
    Trap,
}

impl FaultKind {
    /// The name that files print, in kebab-case.
    pub fn name(self) -> &'static str {
        match self {
            FaultKind::Panic => "panic",
            FaultKind::MemoryLimit => "memory-limit",
            FaultKind::StackOverflow => "stack-overflow",
            FaultKind::BadAnswer => "bad-answer",
            FaultKind::Deadline => "deadline",
            FaultKind::OutputLimit => "output-limit",
            FaultKind::WrongCount => "wrong-count",
            FaultKind::NotGranted => "not-granted",
            FaultKind::Suspended => "suspended",
            FaultKind::Trap => "trap",
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A call that failed; the instance it was made on is dead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    pub(crate) explanation: String,
}

impl Fault {
    /// Names the error of a call, by its type. `refused`: memory was refused during the call, which the error itself does not tell.
    pub(crate) fn of(error: &wasmtime::Error, refused: bool) -> Self {
        if refused {
            return Self { kind: FaultKind::MemoryLimit, explanation: "the filter needs more memory than it may have".to_owned() };
        }
        let kind = match error.downcast_ref::<Trap>() {
            Some(Trap::UnreachableCodeReached) => FaultKind::Panic,
            Some(Trap::StackOverflow) => FaultKind::StackOverflow,
            Some(Trap::Interrupt) => FaultKind::Deadline,
            Some(_) => FaultKind::Trap,
            None => not_trapped(error),
        };
        Self { kind, explanation: format!("the filter failed: {}", error.root_cause()) }
    }

    /// The same, as what became of an event.
    pub(crate) fn at(self, index: u32) -> Faulted {
        Faulted { index, kind: self.kind, explanation: self.explanation, rule: None }
    }
}

/// A call that failed without a trap: what it gave does not have the contract's form, or is too much.
fn not_trapped(error: &wasmtime::Error) -> FaultKind {
    // The runtime has a type of its own for too much, which it does not show; for what has not the form it has texts, and the
    // standard library's errors of text.
    let form =
        error.is::<String>() || error.is::<&'static str>() || error.is::<std::str::Utf8Error>() || error.is::<std::string::FromUtf8Error>();
    if form { FaultKind::BadAnswer } else { FaultKind::OutputLimit }
}

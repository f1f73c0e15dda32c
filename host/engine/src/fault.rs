//! What goes wrong inside the filter.

use std::fmt;
use wasmtime::Trap;

/// One event on which the filter itself failed. Its bytes are the caller's to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faulted {
    /// Position of the event in the batch, from 0; blank lines do not count.
    pub index: u32,
    /// How the filter failed.
    pub kind: FaultKind,
    /// One sentence for people; not to be parsed.
    pub explanation: String,
}

/// How the filter failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// It gave up on something it holds to be impossible.
    Panic,
    /// It asked for more memory than [`Builder::memory_limit`](crate::Builder::memory_limit) or the system allows.
    MemoryLimit,
    /// It called itself too deeply.
    StackOverflow,
    /// It broke the contract: what it answered cannot be.
    BadAnswer,
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
    /// Names the error of a call. `refused`: memory was refused during the call, which the error itself does not tell.
    pub(crate) fn of(error: &wasmtime::Error, refused: bool) -> Self {
        if refused {
            return Self { kind: FaultKind::MemoryLimit, explanation: "the filter needs more memory than it may have".to_owned() };
        }
        let kind = match error.downcast_ref::<Trap>() {
            Some(Trap::UnreachableCodeReached) => FaultKind::Panic,
            Some(Trap::StackOverflow) => FaultKind::StackOverflow,
            _ => FaultKind::Trap,
        };
        Self { kind, explanation: format!("the filter failed: {}", error.root_cause()) }
    }

    /// The same, as what became of an event.
    pub(crate) fn at(self, index: u32) -> Faulted {
        Faulted { index, kind: self.kind, explanation: self.explanation }
    }
}

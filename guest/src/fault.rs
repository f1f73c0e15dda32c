//! What is wrong with an event: always the sender's fault, always with a place.

use std::borrow::Cow;
use std::fmt;

/// What kind of fault makes an event unusable (the contract's `reject-reason`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The event is not valid UTF-8.
    NotUtf8,
    /// The event is not one whole JSON object.
    NotJson,
    /// The event nests deeper than [`crate::json::MAX_DEPTH`].
    TooDeep,
    /// A key that the filter reads stands twice.
    DuplicateKey,
    /// A required key is absent, null or empty.
    MissingKey,
    /// A value has another JSON type than its column.
    WrongType,
    /// A value has the right JSON type but not the form of its column.
    BadValue,
    /// The query is not FetchXML that the filter accepts.
    BadQuery,
}

impl Reason {
    /// The name that ledgers and files print.
    pub fn name(self) -> &'static str {
        match self {
            Reason::NotUtf8 => "not-utf8",
            Reason::NotJson => "not-json",
            Reason::TooDeep => "too-deep",
            Reason::DuplicateKey => "duplicate-key",
            Reason::MissingKey => "missing-key",
            Reason::WrongType => "wrong-type",
            Reason::BadValue => "bad-value",
            Reason::BadQuery => "bad-query",
        }
    }
}

/// Why an event is rejected, and where in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Fault {
    inner: Box<Inner>,
}

/// The parts of a [`Fault`], behind one pointer so that the good path stays small.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inner {
    /// What kind of fault.
    pub reason: Reason,
    /// Byte in the event, from 0.
    pub offset: usize,
    /// Path of keys and positions; empty for the event itself.
    pub place: String,
    /// One sentence for people.
    pub explanation: Cow<'static, str>,
}

impl Fault {
    /// A fault at byte `offset`.
    pub fn new(reason: Reason, offset: usize, explanation: impl Into<Cow<'static, str>>) -> Self {
        Self { inner: Box::new(Inner { reason, offset, place: String::new(), explanation: explanation.into() }) }
    }

    /// Puts `key` before the place: called on the way out of an object.
    #[must_use]
    pub fn under(mut self, key: &str) -> Self {
        let separator = if self.place.is_empty() || self.place.starts_with('[') { "" } else { "." };
        self.inner.place = format!("{key}{separator}{}", self.place);
        self
    }

    /// Puts a position before the place: called on the way out of an array.
    #[must_use]
    pub fn at_position(self, position: usize) -> Self {
        self.under(&format!("[{position}]"))
    }

    /// Moves the fault by `base` bytes: what was read on its own began there.
    #[must_use]
    pub fn shifted(mut self, base: usize) -> Self {
        self.inner.offset += base;
        self
    }

    /// Moves the fault to where `place` says that its byte stands.
    #[must_use]
    pub fn moved(mut self, place: impl FnOnce(usize) -> usize) -> Self {
        self.inner.offset = place(self.inner.offset);
        self
    }
}

impl std::ops::Deref for Fault {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.inner
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.explanation)?;
        if !self.place.is_empty() {
            write!(f, " at {}", self.place)?;
        }
        write!(f, " (byte {})", self.offset)
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn under_and_at_position_build_a_path_from_inside_out() {
        let fault = Fault::new(Reason::BadValue, 5, "bad").under("Id").under("value").at_position(2).under("InputParameters");
        assert_eq!(fault.place, "InputParameters[2].value.Id");
    }
}

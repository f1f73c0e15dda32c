//! Saying something once that happens again and again.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long the same words are not repeated.
const QUIET: Duration = Duration::from_secs(30);

/// Remembers what was said last.
#[derive(Debug, Default)]
pub(crate) struct Seldom(Mutex<Option<(String, Instant)>>);

impl Seldom {
    /// Whether this is to be said now: it is new, or was not said for a while.
    pub fn is_due(&self, words: &str) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.as_ref().is_none_or(|(said, when)| said != words || when.elapsed() > QUIET);
        if due {
            *last = Some((words.to_owned(), Instant::now()));
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_said_once_and_something_else_at_once() {
        let seldom = Seldom::default();
        let said: Vec<_> = ["a", "a", "b", "b", "a"].iter().map(|words| seldom.is_due(words)).collect();
        assert_eq!(said, [true, false, true, false, true]);
    }
}

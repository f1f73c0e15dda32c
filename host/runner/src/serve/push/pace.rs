//! How far the store was when: from which follows how long the oldest record has waited that somebody does not have yet.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Notes that are kept. When there are more, every other one of the older half goes.
const MOST: usize = 2_000;

/// How far the store was when.
pub struct Pace(Mutex<Notes>);

struct Notes {
    newest: i64,
    /// Places and times, milliseconds since 1970, both in order.
    notes: VecDeque<(i64, i64)>,
}

impl Pace {
    /// Begins with a store that ends at this place. How long that has been there is not known: it counts from now.
    pub fn new(newest: i64) -> Self {
        Self(Mutex::new(Notes { newest, notes: VecDeque::from([(newest, actlog_store::now())]) }))
    }

    /// The store ends at this place now.
    pub fn note(&self, newest: i64, now: i64) {
        let mut notes = self.notes();
        if newest <= notes.newest {
            return;
        }
        notes.newest = newest;
        notes.notes.push_back((newest, now));
        if notes.notes.len() > MOST {
            let mut at = 0;
            notes.notes.retain(|_| {
                at += 1;
                // What is left stands for an earlier time, so that no age is told too short.
                at > MOST / 2 || at % 2 == 1
            });
        }
    }

    /// How many records are behind a place, and when the first of them was seen, milliseconds since 1970.
    pub fn behind(&self, passed: i64) -> (u64, Option<i64>) {
        let notes = self.notes();
        let count = u64::try_from(notes.newest - passed).unwrap_or(0);
        let at = notes.notes.partition_point(|(seq, _)| *seq <= passed);
        (count, notes.notes.get(at).map(|(_, time)| *time))
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_counts_and_says_since_when() {
        let pace = Pace::new(10);
        assert_eq!(pace.behind(10), (0, None));
        let begin = pace.behind(4).1.unwrap();
        pace.note(20, begin + 1_000);
        pace.note(20, begin + 2_000);
        pace.note(30, begin + 3_000);
        assert_eq!(pace.behind(4), (26, Some(begin)));
        assert_eq!(pace.behind(10), (20, Some(begin + 1_000)));
        assert_eq!(pace.behind(25), (5, Some(begin + 3_000)));
        assert_eq!(pace.behind(30), (0, None));
        // A cursor that is ahead of what was noted is no surprise.
        assert_eq!(pace.behind(31), (0, None));
    }

    #[test]
    fn notes_have_an_end() {
        let pace = Pace::new(0);
        for seq in 1..100_000 {
            pace.note(seq, seq * 1_000);
        }
        assert!(pace.notes().notes.len() <= MOST);
        assert_eq!(pace.behind(0).0, 99_999);
        assert_eq!(pace.behind(99_998).1, Some(99_999_000), "the newest ones are exact");
    }
}

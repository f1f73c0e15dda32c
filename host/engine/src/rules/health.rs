//! Whether a rule keeps failing.

/// Batches that are looked back on.
const LOOK_BACK: u32 = 100;

/// What became of the last batches of a rule, and whether it is suspended.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// A bit for each of the last batches, the newest lowest: set where the rule failed.
    last: u128,
    suspended: bool,
}

impl Health {
    /// Whether the rule is not asked any more.
    pub(super) fn is_suspended(&self) -> bool {
        self.suspended
    }

    /// Takes note of a batch. Says whether the rule is suspended from now on: it failed in `most` of its last hundred.
    pub(super) fn note(&mut self, failed: bool, most: u32) -> bool {
        self.last = (self.last << 1 | u128::from(failed)) & ((1 << LOOK_BACK) - 1);
        let suspended = failed && !self.suspended && self.last.count_ones() >= most.max(1);
        self.suspended |= suspended;
        suspended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After how many batches a rule is suspended that fails where `fails` says so.
    fn suspended_after(most: u32, fails: impl Fn(u32) -> bool) -> Option<u32> {
        let mut health = Health::default();
        (1..=1_000).find(|&batch| health.note(fails(batch), most))
    }

    #[test]
    fn note_rule_that_always_fails_is_suspended_after_as_many_batches() {
        assert_eq!(suspended_after(5, |_| true), Some(5));
        assert_eq!(suspended_after(1, |_| true), Some(1));
        assert_eq!(suspended_after(100, |_| true), Some(100));
    }

    #[test]
    fn note_rule_that_fails_now_and_then_is_not_suspended() {
        assert_eq!(suspended_after(5, |batch| batch % 25 == 0), None);
        assert_eq!(suspended_after(5, |batch| batch % 20 == 0), Some(100));
        assert_eq!(suspended_after(5, |_| false), None);
    }

    #[test]
    fn note_suspends_once() {
        let mut health = Health::default();
        assert!(health.note(true, 1) && health.is_suspended());
        assert!(!health.note(true, 1) && health.is_suspended());
    }
}

//! What became of a batch that rules reviewed, with the ledger of what they dropped.

use crate::pipeline::Outcome;

/// What became of a batch that rules reviewed: `read` = `recorded` + all counts of `excluded` and `dropped` + the number
/// of `rejected` and `withheld`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewedOutcome {
    /// What the filter itself did.
    pub outcome: Outcome,
    /// What rules left out, in the order of their names.
    pub dropped: Vec<RuleDrop>,
    /// What is withheld, in the order of the events.
    pub withheld: Vec<Withheld>,
}

/// Activities that a rule left out, counted by message and entity. The same four stand once in an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleDrop {
    /// Name of the rule.
    pub rule: String,
    /// The rule's reason.
    pub reason: String,
    /// The SDK message, as the event gave it.
    pub message: String,
    /// The entity, as the event gave it; empty where it names none.
    pub entity: String,
    /// How many; at least 1.
    pub count: u32,
}

impl RuleDrop {
    fn key(&self) -> (&str, &str, &str, &str) {
        (&self.rule, &self.reason, &self.message, &self.entity)
    }
}

/// An event that is withheld because a rule failed on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Withheld {
    /// Position of the event in the batch, from 0.
    pub index: u32,
    /// Name of the rule.
    pub rule: String,
}

/// Puts drops in order and adds up those of the same rule, reason, message and entity.
pub(super) fn add_up(dropped: &mut Vec<RuleDrop>) {
    dropped.sort_by(|one, other| one.key().cmp(&other.key()));
    dropped.dedup_by(|later, first| {
        let same = later.key() == first.key();
        if same {
            first.count += later.count;
        }
        same
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn add_up_the_same_four_stand_once() {
        let drop = |rule: &str, reason: &str, message: &str, entity: &str, count| RuleDrop {
            rule: rule.to_owned(),
            reason: reason.to_owned(),
            message: message.to_owned(),
            entity: entity.to_owned(),
            count,
        };
        let mut dropped = vec![
            drop("b", "r", "m", "e", 1),
            drop("a", "s", "m", "e", 1),
            drop("a", "r", "m", "e", 1),
            drop("a", "r", "n", "e", 1),
            drop("a", "r", "m", "", 1),
            drop("a", "r", "m", "e", 2),
            drop("b", "r", "m", "e", 1),
        ];
        add_up(&mut dropped);
        let expected = [
            drop("a", "r", "m", "", 1),
            drop("a", "r", "m", "e", 3),
            drop("a", "r", "n", "e", 1),
            drop("a", "s", "m", "e", 1),
            drop("b", "r", "m", "e", 2),
        ];
        assert_eq!(dropped, expected);
    }
}

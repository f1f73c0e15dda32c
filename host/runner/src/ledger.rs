//! The ledger: what was left out on purpose, counted by reason, message and entity, and that nothing else is missing.

use std::collections::BTreeMap;

use actlog_engine::rules::RuleDrop;
use actlog_engine::{Exclusion, ExclusionReason};
use serde::Serialize;

use crate::totals::Totals;

/// Different entries that are counted one by one; what comes after is counted together.
pub const MAX_ENTRIES: usize = 10_000;
/// Reason of what a newer worker left out for a reason that is not known here.
const UNKNOWN_REASON: &str = "unknown-reason";
/// Characters of a name that are kept.
pub const MAX_NAME: usize = 256;

/// Counts what was excluded.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: BTreeMap<(&'static str, String, String), u64>,
    reasons: BTreeMap<&'static str, u64>,
    beyond: u64,
    dropped: BTreeMap<[String; 4], u64>,
    rules: BTreeMap<String, u64>,
    dropped_beyond: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document<'l> {
    totals: &'l Totals,
    identity: &'static str,
    balanced: bool,
    /// Whether everything was read.
    complete: bool,
    excluded: Vec<Entry<'l>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    excluded_beyond: Option<Beyond>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dropped: Vec<Dropped<'l>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dropped_beyond: Option<Beyond>,
}

/// What a rule left out; it counts as excluded.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Dropped<'l> {
    rule: &'l str,
    reason: &'l str,
    message: &'l str,
    entity: &'l str,
    count: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry<'l> {
    reason: &'l str,
    message: &'l str,
    entity: &'l str,
    count: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Beyond {
    explanation: String,
    count: u64,
}

impl Ledger {
    /// Counts what a batch left out.
    pub fn add(&mut self, exclusions: &[Exclusion]) {
        for exclusion in exclusions {
            self.count(exclusion.reason.name(), &exclusion.message, &exclusion.entity, u64::from(exclusion.count));
        }
    }

    /// Counts one event that was left out elsewhere: by a rule, or by the filter for a reason of this name.
    pub fn add_named(&mut self, rule: Option<&str>, reason: &str, message: &str, entity: &str) {
        match rule {
            Some(rule) => self.add_dropped(&[RuleDrop {
                rule: rule.to_owned(),
                reason: reason.to_owned(),
                message: message.to_owned(),
                entity: entity.to_owned(),
                count: 1,
            }]),
            None => {
                let known = ExclusionReason::ALL.iter().map(|known| known.name()).find(|known| *known == reason);
                self.count(known.unwrap_or(UNKNOWN_REASON), message, entity, 1);
            }
        }
    }

    fn count(&mut self, reason: &'static str, message: &str, entity: &str, count: u64) {
        *self.reasons.entry(reason).or_default() += count;
        let key = (reason, clipped(message), clipped(entity));
        let full = self.entries.len() >= MAX_ENTRIES;
        match self.entries.get_mut(&key) {
            Some(known) => *known += count,
            None if full => self.beyond += count,
            None => {
                self.entries.insert(key, count);
            }
        }
    }

    /// Counts what rules left out of a batch.
    pub fn add_dropped(&mut self, dropped: &[RuleDrop]) {
        for RuleDrop { rule, reason, message, entity, count } in dropped {
            let count = u64::from(*count);
            *self.rules.entry(rule.clone()).or_default() += count;
            let key = [rule.clone(), clipped(reason), clipped(message), clipped(entity)];
            let full = self.dropped.len() >= MAX_ENTRIES;
            match self.dropped.get_mut(&key) {
                Some(known) => *known += count,
                None if full => self.dropped_beyond += count,
                None => {
                    self.dropped.insert(key, count);
                }
            }
        }
    }

    /// How many events were left out for each reason, and by each rule, the largest first.
    pub fn by_reason(&self) -> Vec<(String, u64)> {
        let reasons = self.reasons.iter().map(|(&reason, &count)| (reason.to_owned(), count));
        largest_first(reasons.chain(self.rules.iter().map(|(rule, &count)| (format!("rule {rule}"), count))))
    }

    /// What was counted one by one: reason, message and entity, in their order.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.entries.keys().map(|(reason, message, entity)| (*reason, message.as_str(), entity.as_str()))
    }

    /// The ledger as a JSON document.
    ///
    /// # Errors
    /// None that plain data can cause.
    pub fn document(&self, totals: &Totals, complete: bool) -> serde_json::Result<String> {
        let excluded = largest_first(self.entries.iter().map(|(key, &count)| (key, count)));
        let document = Document {
            totals,
            identity: "Read = Recorded + Excluded + Rejected + Faulted",
            balanced: totals.is_balanced(),
            complete,
            excluded: excluded.into_iter().map(|((reason, message, entity), count)| Entry { reason, message, entity, count }).collect(),
            excluded_beyond: beyond(self.beyond),
            dropped: largest_first(self.dropped.iter().map(|(key, &count)| (key, count)))
                .into_iter()
                .map(|([rule, reason, message, entity], count)| Dropped { rule, reason, message, entity, count })
                .collect(),
            dropped_beyond: beyond(self.dropped_beyond),
        };
        serde_json::to_string_pretty(&document).map(|text| text + "\n")
    }
}

fn beyond(count: u64) -> Option<Beyond> {
    let explanation = || format!("events of further messages and entities, after the first {MAX_ENTRIES} different ones");
    (count > 0).then(|| Beyond { explanation: explanation(), count })
}

/// The largest count first; equal counts in the order of their keys.
fn largest_first<K>(counts: impl Iterator<Item = (K, u64)>) -> Vec<(K, u64)> {
    let mut sorted: Vec<_> = counts.collect();
    sorted.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    sorted
}

fn clipped(name: &str) -> String {
    match name.char_indices().nth(MAX_NAME) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exclusion(message: &str, entity: &str, count: u32) -> Exclusion {
        Exclusion { reason: ExclusionReason::ExcludedMessage, message: message.into(), entity: entity.into(), count }
    }

    fn document(ledger: &Ledger) -> serde_json::Value {
        serde_json::from_str(&ledger.document(&Totals::default(), true).unwrap()).unwrap()
    }

    #[test]
    fn document_shows_the_largest_first() {
        let mut ledger = Ledger::default();
        ledger.add(&[exclusion("WhoAmI", "", 1), exclusion("RetrieveAttribute", "account", 2)]);
        ledger.add(&[exclusion("RetrieveAttribute", "account", 3), exclusion("FormatAddress", "", 1)]);
        let rows: Vec<_> = document(&ledger)["Excluded"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| format!("{} {} {}", row["Message"], row["Entity"], row["Count"]))
            .collect();
        assert_eq!(rows, ["\"RetrieveAttribute\" \"account\" 5", "\"FormatAddress\" \"\" 1", "\"WhoAmI\" \"\" 1"]);
        assert_eq!(ledger.by_reason(), [("excluded-message".to_owned(), 7)]);
        assert!(document(&ledger).get("ExcludedBeyond").is_none());
    }

    #[test]
    fn add_beyond_the_limit_counts_together() {
        let mut ledger = Ledger::default();
        for number in 0..MAX_ENTRIES + 5 {
            ledger.add(&[exclusion(&format!("Message{number}"), "", 2)]);
        }
        ledger.add(&[exclusion("Message0", "", 1)]);
        let document = document(&ledger);
        assert_eq!(document["Excluded"].as_array().unwrap().len(), MAX_ENTRIES);
        assert_eq!(document["Excluded"][0]["Count"], 3);
        assert_eq!(document["ExcludedBeyond"]["Count"], 10);
    }

    #[test]
    fn add_dropped_counts_by_rule_reason_message_and_entity() {
        let drop = |rule: &str, reason: &str, count| RuleDrop {
            rule: rule.to_owned(),
            reason: reason.to_owned(),
            message: "Retrieve".to_owned(),
            entity: "account".to_owned(),
            count,
        };
        let mut ledger = Ledger::default();
        ledger.add_dropped(&[drop("noise", "service", 1), drop("noise", "test", 1)]);
        ledger.add_dropped(&[drop("noise", "service", 2), drop("other", "service", 1)]);
        let document = document(&ledger);
        assert_eq!(
            document["Dropped"][0],
            serde_json::json!({"Rule": "noise", "Reason": "service", "Message": "Retrieve", "Entity": "account", "Count": 3})
        );
        assert_eq!((document["Dropped"].as_array().unwrap().len(), document.get("DroppedBeyond")), (3, None));
        assert_eq!(ledger.by_reason(), [("rule noise".to_owned(), 4), ("rule other".to_owned(), 1)]);
    }

    #[test]
    fn add_dropped_beyond_the_limit_counts_together() {
        let mut ledger = Ledger::default();
        for number in 0..MAX_ENTRIES + 5 {
            let (rule, reason) = ("noise".to_owned(), format!("reason {number}"));
            ledger.add_dropped(&[RuleDrop { rule, reason, message: String::new(), entity: String::new(), count: 1 }]);
        }
        let document = document(&ledger);
        assert_eq!((document["Dropped"].as_array().unwrap().len(), &document["DroppedBeyond"]["Count"]), (MAX_ENTRIES, &5.into()));
    }

    #[test]
    fn add_long_names_are_clipped() {
        let mut ledger = Ledger::default();
        ledger.add(&[exclusion(&"é".repeat(MAX_NAME), &"é".repeat(MAX_NAME + 1), 1)]);
        let row = &document(&ledger)["Excluded"][0];
        assert_eq!(row["Message"].as_str().unwrap().chars().count(), MAX_NAME);
        assert_eq!(row["Entity"].as_str().unwrap().chars().count(), MAX_NAME + 1);
    }
}

//! The ledger: what was left out on purpose, counted by reason, message and entity, and that nothing else is missing.

use std::collections::BTreeMap;

use actlog_engine::Exclusion;
use serde::Serialize;

use crate::totals::Totals;

/// Different entries that are counted one by one; what comes after is counted together.
pub const MAX_ENTRIES: usize = 10_000;
/// Characters of a name that are kept.
pub const MAX_NAME: usize = 256;

/// Counts what was excluded.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: BTreeMap<(&'static str, String, String), u64>,
    reasons: BTreeMap<&'static str, u64>,
    beyond: u64,
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
            let count = u64::from(exclusion.count);
            *self.reasons.entry(exclusion.reason.name()).or_default() += count;
            let key = (exclusion.reason.name(), clipped(&exclusion.message), clipped(&exclusion.entity));
            let full = self.entries.len() >= MAX_ENTRIES;
            match self.entries.get_mut(&key) {
                Some(known) => *known += count,
                None if full => self.beyond += count,
                None => {
                    self.entries.insert(key, count);
                }
            }
        }
    }

    /// How many events were left out for each reason, the largest first.
    pub fn by_reason(&self) -> Vec<(&'static str, u64)> {
        largest_first(self.reasons.iter().map(|(&reason, &count)| (reason, count)))
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
            excluded_beyond: (self.beyond > 0).then(|| Beyond {
                explanation: format!("events of further messages and entities, after the first {MAX_ENTRIES} different ones"),
                count: self.beyond,
            }),
        };
        serde_json::to_string_pretty(&document).map(|text| text + "\n")
    }
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
    use actlog_engine::ExclusionReason;

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
        assert_eq!(ledger.by_reason(), [("excluded-message", 7)]);
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
    fn add_long_names_are_clipped() {
        let mut ledger = Ledger::default();
        ledger.add(&[exclusion(&"é".repeat(MAX_NAME), &"é".repeat(MAX_NAME + 1), 1)]);
        let row = &document(&ledger)["Excluded"][0];
        assert_eq!(row["Message"].as_str().unwrap().chars().count(), MAX_NAME);
        assert_eq!(row["Entity"].as_str().unwrap().chars().count(), MAX_NAME + 1);
    }
}

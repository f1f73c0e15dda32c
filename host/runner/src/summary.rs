//! The summary of a run.

use std::time::Duration;

use serde::Serialize;

use crate::table::{aligned, thousands};
use crate::totals::Totals;

/// What a run came to.
#[derive(Debug)]
pub struct Summary {
    /// The account.
    pub totals: Totals,
    /// Events left out, by reason, the largest first.
    pub excluded: Vec<(&'static str, u64)>,
    /// Events that are unusable, by reason, the largest first.
    pub rejected: Vec<(String, u64)>,
    /// Events on which the filter failed, by kind, the largest first.
    pub faulted: Vec<(String, u64)>,
    /// How long it took.
    pub time: Duration,
    /// Whether everything was read.
    pub complete: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document<'s> {
    #[serde(flatten)]
    totals: &'s Totals,
    excluded_by_reason: Vec<Count<'s>>,
    rejected_by_reason: Vec<Count<'s>>,
    faulted_by_reason: Vec<Count<'s>>,
    balanced: bool,
    complete: bool,
    seconds: f64,
    events_per_second: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Count<'s> {
    reason: &'s str,
    count: u64,
}

impl Summary {
    /// For people.
    pub fn table(&self) -> String {
        let state = match (self.totals.is_balanced(), self.complete) {
            (false, _) => "THE ACCOUNT DOES NOT BALANCE: please report this",
            (true, false) => "every event that was read is accounted for; not everything was read",
            (true, true) => "every event is accounted for",
        };
        format!("{}\n{state} in {:.2} s, {} events/s", self.account(), self.time.as_secs_f64(), thousands(self.pace()))
    }

    /// The account alone.
    pub fn account(&self) -> String {
        let totals = &self.totals;
        let mut rows = vec![row("read", totals.read), ("recorded".into(), totals.recorded, records(totals))];
        rows.push(row("excluded", totals.excluded));
        rows.extend(self.excluded.iter().map(|(reason, count)| row(&format!("  {reason}"), *count)));
        rows.push(row("rejected", totals.rejected));
        rows.extend(self.rejected.iter().map(|(reason, count)| row(&format!("  {reason}"), *count)));
        rows.push(row("faulted", totals.faulted));
        rows.extend(self.faulted.iter().map(|(reason, count)| row(&format!("  {reason}"), *count)));
        aligned(&rows)
    }

    /// For programs: one line.
    ///
    /// # Errors
    /// None that plain data can cause.
    pub fn json(&self) -> serde_json::Result<String> {
        let excluded_by_reason = self.excluded.iter().map(|&(reason, count)| Count { reason, count }).collect();
        serde_json::to_string(&Document {
            totals: &self.totals,
            excluded_by_reason,
            rejected_by_reason: counts(&self.rejected),
            faulted_by_reason: counts(&self.faulted),
            balanced: self.totals.is_balanced(),
            complete: self.complete,
            seconds: (self.time.as_secs_f64() * 1e6).round() / 1e6,
            events_per_second: self.pace(),
        })
    }

    fn pace(&self) -> u64 {
        (self.totals.read as f64 / self.time.as_secs_f64().max(1e-6)).round() as u64
    }
}

fn row(name: &str, count: u64) -> (String, u64, String) {
    (name.to_owned(), count, String::new())
}

fn records(totals: &Totals) -> String {
    if totals.records == totals.recorded { String::new() } else { format!("as {} records", thousands(totals.records)) }
}

fn counts(by_reason: &[(String, u64)]) -> Vec<Count<'_>> {
    by_reason.iter().map(|(reason, count)| Count { reason, count: *count }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary() -> Summary {
        Summary {
            totals: Totals { read: 2_000, recorded: 1_900, records: 1_950, excluded: 60, rejected: 39, faulted: 1 },
            excluded: vec![("excluded-message", 50), ("read-auditing-off", 10)],
            rejected: vec![("not-json".into(), 39)],
            faulted: vec![("trap".into(), 1)],
            time: Duration::from_millis(500),
            complete: true,
        }
    }

    #[test]
    fn table_shows_the_account() {
        let expected = "\
read                 2,000
recorded             1,900  as 1,950 records
excluded                60
  excluded-message      50
  read-auditing-off     10
rejected                39
  not-json              39
faulted                  1
  trap                   1
every event is accounted for in 0.50 s, 4,000 events/s";
        assert_eq!(summary().table(), expected);
    }

    #[test]
    fn json_shows_the_account() {
        let json: serde_json::Value = serde_json::from_str(&summary().json().unwrap()).unwrap();
        assert_eq!((&json["Read"], &json["Balanced"], &json["EventsPerSecond"]), (&2_000.into(), &true.into(), &4_000.into()));
        assert_eq!(json["ExcludedByReason"][1]["Reason"], "read-auditing-off");
    }
}

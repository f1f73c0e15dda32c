//! The summary of a run.

use std::time::Duration;

use serde::Serialize;

use crate::rules::microseconds_each;
use crate::rules::set::RuleRow;
use crate::table::{Grid, aligned, thousands};
use crate::totals::Totals;

/// What a run came to.
#[derive(Debug)]
pub struct Summary {
    /// The account.
    pub totals: Totals,
    /// Events left out, by reason or rule, the largest first.
    pub excluded: Vec<(String, u64)>,
    /// Events that are unusable, by reason, the largest first.
    pub rejected: Vec<(String, u64)>,
    /// Events on which the filter or a rule failed, by kind, the largest first.
    pub faulted: Vec<(String, u64)>,
    /// What rules did.
    pub rules: Vec<RuleRow>,
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<Rule<'s>>,
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

/// What a rule did.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Rule<'s> {
    rule: &'s str,
    version: &'s str,
    reviewed: u64,
    tagged: u64,
    redacted: u64,
    dropped: u64,
    unreviewed: u64,
    withheld: u64,
    microseconds_each: f64,
}

impl<'s> Rule<'s> {
    fn of(row: &'s RuleRow) -> Self {
        let figures = &row.figures;
        Self {
            rule: &row.name,
            version: &row.version,
            reviewed: figures.activities,
            tagged: figures.tagged,
            redacted: figures.redacted,
            dropped: figures.dropped,
            unreviewed: figures.unreviewed,
            withheld: figures.withheld,
            microseconds_each: (microseconds_each(figures.time, figures.activities) * 1e3).round() / 1e3,
        }
    }

    /// A row of the table, and what stands above each column.
    fn cells(&self) -> [(&'static str, String); 8] {
        [
            ("rule", format!("{} {}", self.rule, self.version)),
            ("reviewed", thousands(self.reviewed)),
            ("tagged", thousands(self.tagged)),
            ("redacted", thousands(self.redacted)),
            ("dropped", thousands(self.dropped)),
            ("unreviewed", thousands(self.unreviewed)),
            ("withheld", thousands(self.withheld)),
            ("µs each", format!("{:.1}", self.microseconds_each)),
        ]
    }
}

impl Summary {
    /// For people.
    pub fn table(&self) -> String {
        let state = match (self.totals.is_balanced(), self.complete) {
            (false, _) => "THE ACCOUNT DOES NOT BALANCE: please report this",
            (true, false) => "every event that was read is accounted for; not everything was read",
            (true, true) => "every event is accounted for",
        };
        format!(
            "{}{}\n{state} in {:.2} s, {} events/s",
            self.account(),
            self.rules_table(),
            self.time.as_secs_f64(),
            thousands(self.pace())
        )
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

    /// What rules did, under the account; nothing without rules.
    fn rules_table(&self) -> String {
        let rows: Vec<_> = self.rules.iter().map(|row| Rule::of(row).cells()).collect();
        let Some(first) = rows.first() else { return String::new() };
        let mut grid = Grid::new(first.iter().map(|(heading, _)| *heading));
        (1..first.len()).for_each(|column| grid.numbers(column));
        rows.into_iter().for_each(|row| grid.row(row.map(|(_, cell)| cell)));
        format!("\n\n{}\n", grid.text())
    }

    /// For programs: one line.
    ///
    /// # Errors
    /// None that plain data can cause.
    pub fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string(&Document {
            totals: &self.totals,
            excluded_by_reason: counts(&self.excluded),
            rejected_by_reason: counts(&self.rejected),
            faulted_by_reason: counts(&self.faulted),
            rules: self.rules.iter().map(Rule::of).collect(),
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
    use actlog_engine::rules::RuleFigures;

    fn summary() -> Summary {
        Summary {
            totals: Totals { read: 2_000, recorded: 1_900, records: 1_950, excluded: 60, rejected: 39, faulted: 1 },
            excluded: vec![("excluded-message".into(), 50), ("read-auditing-off".into(), 10)],
            rejected: vec![("not-json".into(), 39)],
            faulted: vec![("trap".into(), 1)],
            rules: Vec::new(),
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
    fn table_shows_what_rules_did() {
        let figures = RuleFigures { activities: 2_000, tagged: 1_500, time: Duration::from_millis(3), ..RuleFigures::default() };
        let rules = vec![RuleRow { name: "bulk".into(), version: "1.2".into(), figures }];
        let table = Summary { rules, ..summary() }.table();
        let rows: Vec<Vec<&str>> = table.lines().rev().skip(2).take(2).map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows[0], ["bulk", "1.2", "2,000", "1,500", "0", "0", "0", "0", "1.5"]);
    }

    #[test]
    fn json_shows_the_account() {
        let json: serde_json::Value = serde_json::from_str(&summary().json().unwrap()).unwrap();
        assert_eq!((&json["Read"], &json["Balanced"], &json["EventsPerSecond"]), (&2_000.into(), &true.into(), &4_000.into()));
        assert_eq!(json["ExcludedByReason"][1]["Reason"], "read-auditing-off");
    }
}

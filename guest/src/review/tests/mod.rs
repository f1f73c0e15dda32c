//! Tests of a whole batch, from events to records.

mod answers;
mod emit;
mod order;
mod places;
mod views;

use serde_json::Value;

use super::{ActivityView, Capture, Columns, Decision, Grant, Interest, ReviewedOutcome, Target, Verdict};
use crate::join::join;
use crate::parts::LIMIT;
use crate::pipeline::Auditor;

/// The settings of the other profile.
const WIRE: &str = r#"{"record":{"profile":"management-api"}}"#;

const ORGANIZATION: &str = "7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10";

/// An event with a message, an entity and more columns, as JSON.
fn event(message: &str, entity: &str, more: &str) -> String {
    format!(r#"{{"Message":"{message}","EntityName":"{entity}","OrganizationId":"{ORGANIZATION}"{more}}}"#)
}

fn capture(settings: &str, events: &[String]) -> Capture {
    Auditor::open(settings).unwrap().capture(events.join("\n").as_bytes())
}

/// All activities with all columns, to be decided about next.
fn all(capture: &mut Capture) -> Vec<ActivityView> {
    capture.activities(&Interest::default(), Columns::ALL)
}

/// A grant for everything.
fn everything() -> Grant {
    Grant { may_drop: true, ..Grant::default() }
}

/// Lets `rule` say the same of every activity.
fn say(capture: &mut Capture, rule: &str, verdict: &Verdict) {
    let count = all(capture).len();
    let decisions = vec![Decision::Answered(verdict.clone()); count];
    capture.apply(rule, decisions, &everything()).unwrap();
}

fn redact(targets: &[Target]) -> Verdict {
    Verdict::Redact(targets.to_vec())
}

fn text(text: &str) -> Target {
    Target::Text(text.to_owned())
}

fn field(name: &str) -> Target {
    Target::Field(name.to_owned())
}

/// The source records of an outcome. Each part is one whole record within the limit, and they join.
fn records(outcome: &ReviewedOutcome) -> Vec<Value> {
    let records = &outcome.outcome.records;
    assert_eq!(records.lines().count() as u32, outcome.outcome.parts);
    for part in records.lines() {
        assert!(part.len() <= LIMIT, "{} bytes", part.len());
        serde_json::from_str::<Value>(part).expect("each part is JSON");
    }
    let joined = join(records.as_bytes()).expect("the parts join");
    let joined: Vec<Value> = joined.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(joined.len() as u32, outcome.outcome.recorded);
    joined
}

/// The one record of a capture.
fn record(mut capture: Capture) -> Value {
    let mut records = records(&capture.emit());
    assert_eq!(records.len(), 1);
    records.remove(0)
}

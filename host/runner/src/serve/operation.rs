//! What whoever runs the program wants to see at once: what became of the events and why, the rules, what moves records, and how long
//! things take. `/metrics` and the page show the same.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;

use super::flows::{Flow, FlowState};
use super::state::State;
use super::timings::Latency;
use super::vitals::Vitals;
use super::writer::MOST_WAITING;
use crate::account::Account;
use crate::rules::set::{RuleRow, RuleSet};
use crate::totals::Totals;

/// What became of the events, and how everything is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Operation {
    /// What became of the events.
    pub totals: Totals,
    /// Why events were not recorded, the most frequent reasons of each outcome first.
    pub reasons: Vec<Reason>,
    /// What the rules did.
    pub rules: Vec<RuleDoings>,
    /// Queues, receivers, collectors.
    pub flows: Vec<Flow>,
    /// How long things take.
    pub latencies: Vec<Took>,
    /// Why no events can be taken now; empty when they can.
    pub not_ready: Vec<String>,
}

/// How many events were not recorded for a reason.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Reason {
    /// `excluded`, `rejected` or `faulted`.
    pub outcome: &'static str,
    /// The reason.
    pub reason: String,
    /// How many.
    pub events: u64,
}

/// What a rule did to activities.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RuleDoings {
    /// Its name.
    pub rule: String,
    /// Its version.
    pub version: String,
    /// Activities that it saw.
    pub reviewed: u64,
    /// Those that it tagged.
    pub tagged: u64,
    /// Those in which it redacted something.
    pub redacted: u64,
    /// Those that it dropped.
    pub dropped: u64,
    /// Those on which it failed and that were recorded all the same.
    pub unreviewed: u64,
    /// Those on which it failed and that were withheld.
    pub withheld: u64,
}

/// How long something takes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Took {
    /// `intake`, `store` or `sink`.
    pub kind: &'static str,
    /// The figures.
    #[serde(flatten)]
    pub latency: Latency,
}

impl From<RuleRow> for RuleDoings {
    fn from(RuleRow { name, version, figures }: RuleRow) -> Self {
        Self {
            rule: name,
            version,
            reviewed: figures.activities,
            tagged: figures.tagged,
            redacted: figures.redacted,
            dropped: figures.dropped,
            unreviewed: figures.unreviewed,
            withheld: figures.withheld,
        }
    }
}

impl RuleDoings {
    /// What the rules did so far.
    pub fn all(rules: &Mutex<RuleSet>) -> Vec<Self> {
        let rows = rules.lock().unwrap_or_else(PoisonError::into_inner).rows();
        rows.into_iter().map(Self::from).collect()
    }
}

impl Operation {
    /// How a server is now. This may wait for a disk.
    pub fn now(state: &Arc<State>) -> Self {
        Self::of(&state.account, &state.rules, &state.vitals, vec![queue(state)], state.vitals.reasons(MOST_WAITING))
    }

    /// How something is that takes events in: `flows` are its own, before those that report to `vitals`.
    pub fn of(account: &Mutex<Account>, rules: &Mutex<RuleSet>, vitals: &Vitals, mut flows: Vec<Flow>, not_ready: Vec<String>) -> Self {
        let summary = account.lock().unwrap_or_else(PoisonError::into_inner).summary(Vec::new(), Duration::ZERO, false);
        let by_outcome = [("excluded", summary.excluded), ("rejected", summary.rejected), ("faulted", summary.faulted)];
        let reasons = by_outcome
            .into_iter()
            .flat_map(|(outcome, reasons)| reasons.into_iter().map(move |(reason, events)| Reason { outcome, reason, events }));
        let took = |kind| move |latency| Took { kind, latency };
        let latencies = vitals.intake.latencies().into_iter().map(took("intake"));
        let latencies = latencies.chain(vitals.commits.latencies().into_iter().map(took("store")));
        let latencies = latencies.chain(vitals.sinks.latencies().into_iter().map(took("sink")));
        flows.extend(vitals.flows.rows());
        Self {
            totals: summary.totals,
            reasons: reasons.collect(),
            rules: RuleDoings::all(rules),
            flows,
            latencies: latencies.collect(),
            not_ready,
        }
    }
}

/// The queue of those who wait for the disk.
fn queue(state: &State) -> Flow {
    let vitals = &state.vitals;
    let trouble = vitals.last_trouble();
    Flow {
        state: if trouble.is_some() { FlowState::Failing } else { FlowState::Ok },
        waiting: Some(vitals.waiting.load(Ordering::Relaxed) as u64),
        limit: Some(MOST_WAITING as u64),
        sent: vitals.written.load(Ordering::Relaxed),
        failed: vitals.unwritten.load(Ordering::Relaxed),
        last_error: trouble,
        oldest_age: vitals.oldest_waiting().map(|age| age.as_secs_f64()),
        ..Flow::new("store", "queue", "requests that wait for the disk", "requests")
    }
}

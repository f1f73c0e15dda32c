//! `/healthz`, `/readyz`, `/metrics` and `/api/operation` of what stands in the way of the traffic.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use actlog_proxy::journal::Journal;
use actlog_proxy::{Snapshot, Stats, Waits};
use axum::Json;
use axum::Router;
use axum::extract::State as With;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::registry::Registry;

use super::names::Names;
use super::told::Told;
use crate::account::Account;
use crate::rules::set::RuleSet;
use crate::serve::flows::{Flow, FlowState};
use crate::serve::metrics::{self, counter, counters, events, gauge};
use crate::serve::operation::Operation;
use crate::serve::{Vitals, health};
use crate::totals::Totals;

/// Of what the journal may hold, in hundredths, what makes it too full to be ready.
const TOO_FULL: u64 = 90;

/// What is told of.
pub struct Observed {
    /// Where exchanges wait.
    pub journal: Journal,
    /// What happened to requests.
    pub stats: Arc<Stats>,
    /// What exchanges came to.
    pub told: Arc<Told>,
    /// What became of their events.
    pub totals: Arc<Mutex<Totals>>,
    /// The same with reasons, where the filter runs here.
    pub account: Arc<Mutex<Account>>,
    /// The rules, where the filter runs here.
    pub rules: Arc<Mutex<RuleSet>>,
    /// The names of the upstream's tables.
    pub names: Arc<Names>,
    /// How the store is, where there is one here.
    pub vitals: Arc<Vitals>,
}

/// What is answered.
pub fn router(observed: Arc<Observed>) -> Router {
    let routes = Router::new().route("/healthz", get(health::alive)).route("/readyz", get(ready)).route("/metrics", get(counted));
    let routes = routes.route("/api/operation", get(async |With(observed): With<Arc<Observed>>| Json(observed.operation())));
    routes.with_state(observed)
}

async fn ready(With(observed): With<Arc<Observed>>) -> Response {
    health::readiness(&observed.reasons())
}

async fn counted(With(observed): With<Arc<Observed>>) -> Response {
    let mut registry = Registry::with_prefix("actlog");
    registry.register_collector(Box::new(Counted(observed)));
    let mut text = String::new();
    match prometheus_client::encoding::text::encode(&mut text, &registry) {
        Ok(()) => ([(header::CONTENT_TYPE, metrics::KIND)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

impl Observed {
    /// How it is now.
    fn operation(&self) -> Operation {
        let mut operation = Operation::of(&self.account, &self.rules, &self.vitals, vec![self.waiting()], self.reasons());
        // Where another server filters, only it knows the reasons.
        operation.totals = *self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        operation
    }

    /// The journal, as what stands before the slow.
    fn waiting(&self) -> Flow {
        let ((used, room), counts) = (self.journal.used(), self.stats.snapshot());
        let is_stuck = used.saturating_mul(100) >= room.saturating_mul(TOO_FULL);
        Flow {
            state: if is_stuck { FlowState::Failing } else { FlowState::Ok },
            waiting: Some(used),
            limit: Some(room),
            sent: counts.recorded,
            failed: counts.damaged,
            ..Flow::new("journal", "queue", "bytes of exchanges that wait to be recorded", "exchanges")
        }
    }

    /// Why no traffic should be sent here now; empty when it is ready.
    fn reasons(&self) -> Vec<String> {
        let mut reasons = self.vitals.reasons(usize::MAX);
        let (used, room) = self.journal.used();
        if used.saturating_mul(100) >= room.saturating_mul(TOO_FULL) {
            reasons.push(format!("the journal is nearly full: {used} of {room} bytes wait to be recorded"));
        }
        reasons
    }
}

struct Counted(Arc<Observed>);

impl fmt::Debug for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Counted")
    }
}

impl Collector for Counted {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let Observed { stats, told, names, .. } = &*self.0;
        let encoder = &mut encoder;
        requests(encoder, &stats.snapshot())?;
        let counts = told.counts();
        let label = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        counter(encoder, "exchanges", "Exchanges with the API that were told in events", counts.exchanges)?;
        let kinds = [
            ("in-doubt", counts.in_doubt),
            ("without-events", counts.without_events),
            ("event-missing", counts.event_missing),
            ("faulted", counts.faulted),
        ];
        counters(
            encoder,
            "exchanges_noted",
            "Exchanges of note: see actlog proxy",
            kinds.map(|(kind, count)| (label("kind", kind), count)),
        )?;
        let unknown = counts.unknown.iter().map(|(kind, count)| (label("kind", kind), *count));
        counters(encoder, "exchange_findings", "What could not be told of exchanges, by its kind", unknown)?;
        let operation = self.0.operation();
        events(encoder, &operation)?;
        metrics::flows(encoder, &operation.flows)?;
        gauge(encoder, "journal_entries", "Entries of the journal that wait", self.0.journal.waiting())?;
        gauge(encoder, "names_known", "1 when the names of the upstream's tables are known, 0 when not", u64::from(names.are_known()))?;
        gauge(encoder, "ready", "1 when traffic can be taken, 0 when not", u64::from(operation.not_ready.is_empty()))
    }
}

/// What happened to requests.
fn requests(encoder: &mut DescriptorEncoder<'_>, snapshot: &Snapshot) -> fmt::Result {
    let Snapshot { requests, passed, journaled, unrecorded, refused, busy, rejected, .. } = snapshot;
    let Snapshot { outcomes_lost, unreached, unanswered, abandoned, cut, early, record_failures, damaged, .. } = snapshot;
    let label = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    counter(encoder, "requests", "Requests that came", *requests)?;
    let ways = [
        ("passed", passed),
        ("journaled", journaled),
        ("unrecorded", unrecorded),
        ("refused", refused),
        ("busy", busy),
        ("rejected", rejected),
    ];
    counters(encoder, "requests_taken", "Requests by how they were taken", ways.map(|(way, count)| (label("way", way), *count)))?;
    let ends =
        [("unreached", unreached), ("unanswered", unanswered), ("abandoned", abandoned), ("cut", cut), ("outcome-lost", outcomes_lost)];
    counters(encoder, "requests_broken", "Requests that did not end well", ends.map(|(how, count)| (label("how", how), *count)))?;
    counter(encoder, "journal_early", "Exchanges recorded before they ended, because the journal needed the room", *early)?;
    counter(encoder, "journal_damaged", "Damaged places in the journal", *damaged)?;
    counter(encoder, "record_failures", "Times that exchanges could not be recorded, and were kept for the next time", *record_failures)?;
    for (name, help, waits) in [
        ("intent_seconds", "How long requests waited for their intent to be durable", &snapshot.intent),
        ("outcome_seconds", "How long answers waited for their outcome to be durable", &snapshot.outcome),
    ] {
        let Waits { p50_us, p99_us, .. } = waits;
        let shares = [("0.5", *p50_us), ("0.99", *p99_us)].map(|(share, us)| (label("quantile", share), us as f64 / 1e6));
        metrics::gauges(encoder, name, help, shares)?;
    }
    Ok(())
}

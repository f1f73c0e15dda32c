//! What is told of what stands in the way of the traffic.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use actlog_proxy::journal::Journal;
use actlog_proxy::{Snapshot, Stats, Waits};
use prometheus_client::encoding::DescriptorEncoder;

use super::names::Names;
use super::told::Told;
use crate::account::Account;
use crate::observed::Observed;
use crate::rules::set::RuleSet;
use crate::serve::Vitals;
use crate::serve::flows::{Flow, FlowState};
use crate::serve::metrics::{self, counter, counters, gauge};
use crate::serve::operation::Operation;
use crate::totals::Totals;

/// Of what the journal may hold, in hundredths, what makes it too full to be ready.
const TOO_FULL: u64 = 90;

/// What is told of.
pub struct Gateway {
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

impl Gateway {
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

impl Observed for Gateway {
    fn operation(&self) -> Operation {
        let mut operation = Operation::of(&self.account, &self.rules, &self.vitals, vec![self.waiting()], self.reasons());
        // Where another server filters, only it knows the reasons.
        operation.totals = *self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        operation
    }

    fn encode(&self, encoder: &mut DescriptorEncoder<'_>, operation: &Operation) -> fmt::Result {
        let Self { stats, told, names, journal, .. } = self;
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
        metrics::flows(encoder, &operation.flows)?;
        gauge(encoder, "journal_entries", "Entries of the journal that wait", journal.waiting())?;
        gauge(encoder, "names_known", "1 when the names of the upstream's tables are known, 0 when not", u64::from(names.are_known()))
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

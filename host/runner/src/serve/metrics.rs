//! `/metrics`: what became of the events, by outcome, reason and rule, and how the server is, as Prometheus reads it.

use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use super::state::State;
use super::writer::MOST_WAITING;
use crate::summary::Summary;

/// Names and values of labels.
pub type Labels = Vec<(String, String)>;

/// What `/metrics` answers is of this kind.
pub const KIND: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Everything that is counted, as text. `stored` is how many records and source records the store has.
///
/// # Errors
/// Never in practice: text is written to memory.
pub fn text(state: &Arc<State>, stored: (u64, u64)) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("actlog");
    let vitals = &state.vitals;
    registry.register("answer_seconds", "How long requests took, until their answer began", vitals.answered.clone());
    registry.register("store_commit_seconds", "How long commits of the store took", vitals.commits.clone());
    vitals.register(&mut registry);
    registry.register_collector(Box::new(Counted { state: state.clone(), stored }));
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry)?;
    Ok(text)
}

/// What is counted elsewhere, read when it is asked for.
struct Counted {
    state: Arc<State>,
    stored: (u64, u64),
}

impl fmt::Debug for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Counted")
    }
}

impl Collector for Counted {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let rows = self.state.rules.lock().unwrap_or_else(PoisonError::into_inner).rows();
        let summary = self.state.account.lock().unwrap_or_else(PoisonError::into_inner).summary(rows, Duration::ZERO, false);
        outcomes(&mut encoder, &summary)?;
        let waiting = self.state.vitals.waiting.load(Ordering::Relaxed) as u64;
        gauge(&mut encoder, "store_queue", "Requests that wait for the disk", waiting)?;
        gauge(&mut encoder, "store_queue_limit", "Requests that may wait for the disk", MOST_WAITING as u64)?;
        gauge(&mut encoder, "store_records", "Records in the store", self.stored.0)?;
        gauge(&mut encoder, "store_sources", "Source records in the store", self.stored.1)?;
        let ready = u64::from(self.state.vitals.reasons(MOST_WAITING).is_empty());
        gauge(&mut encoder, "ready", "1 when events can be taken, 0 when not", ready)
    }
}

/// What became of the events, by outcome, reason and rule.
///
/// # Errors
/// Never in practice.
pub fn outcomes(encoder: &mut DescriptorEncoder<'_>, summary: &Summary) -> fmt::Result {
    let totals = summary.totals;
    let label = |value: &str| vec![("outcome".to_owned(), value.to_owned())];
    let outcomes =
        [("recorded", totals.recorded), ("excluded", totals.excluded), ("rejected", totals.rejected), ("faulted", totals.faulted)];
    counter(encoder, "events_read", "Events that came in", totals.read)?;
    counters(encoder, "events", "Events by what became of them", outcomes.map(|(name, count)| (label(name), count)))?;
    counter(encoder, "records", "Records that were made of events", totals.records)?;
    let reasons = [("excluded", &summary.excluded), ("rejected", &summary.rejected), ("faulted", &summary.faulted)];
    let reasons = reasons.into_iter().flat_map(|(outcome, reasons)| {
        reasons
            .iter()
            .map(move |(reason, count)| (vec![("outcome".to_owned(), outcome.to_owned()), ("reason".to_owned(), reason.clone())], *count))
    });
    counters(encoder, "events_by_reason", "Events that were not recorded, by the reason", reasons)?;
    let effects = summary.rules.iter().flat_map(|row| {
        let figures = &row.figures;
        let effects = [
            ("reviewed", figures.activities),
            ("tagged", figures.tagged),
            ("redacted", figures.redacted),
            ("dropped", figures.dropped),
            ("unreviewed", figures.unreviewed),
            ("withheld", figures.withheld),
        ];
        effects.map(|(effect, count)| (vec![("rule".to_owned(), row.name.clone()), ("effect".to_owned(), effect.to_owned())], count))
    });
    counters(encoder, "rule_activities", "Activities by rule and what it did to them", effects)
}

/// A counter.
///
/// # Errors
/// Never in practice.
pub fn counter(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
    let counter = ConstCounter::new(value);
    counter.encode(encoder.encode_descriptor(name, help, None, counter.metric_type())?)
}

/// A counter, with a value for each set of labels.
///
/// # Errors
/// Never in practice.
pub fn counters(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    values: impl IntoIterator<Item = (Labels, u64)>,
) -> fmt::Result {
    let counter = ConstCounter::new(0u64);
    let mut metric = encoder.encode_descriptor(name, help, None, counter.metric_type())?;
    for (labels, value) in values {
        ConstCounter::new(value).encode(metric.encode_family(&labels)?)?;
    }
    Ok(())
}

/// A value that goes up and down.
///
/// # Errors
/// Never in practice.
pub fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
    let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
    gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)
}

/// A value that goes up and down, for each set of labels.
///
/// # Errors
/// Never in practice.
pub fn gauges(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, values: impl IntoIterator<Item = (Labels, u64)>) -> fmt::Result {
    let kind = ConstGauge::new(0i64).metric_type();
    let mut metric = encoder.encode_descriptor(name, help, None, kind)?;
    for (labels, value) in values {
        ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX)).encode(metric.encode_family(&labels)?)?;
    }
    Ok(())
}

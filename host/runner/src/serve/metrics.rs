//! `/metrics`: what became of the events, by outcome, reason and rule, and how the server is, as Prometheus reads it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use super::flows::{Flow, FlowState};
use super::operation::Operation;
use super::state::State;

/// Names and values of labels.
pub type Labels = Vec<(String, String)>;

/// What `/metrics` answers is of this kind.
pub const KIND: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Everything that is counted, as text. `stored` is how many records and source records the store has.
///
/// # Errors
/// Never in practice: text is written to memory.
pub fn text(state: &Arc<State>, operation: Operation, stored: (u64, u64)) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("actlog");
    let vitals = &state.vitals;
    registry.register("answer_seconds", "How long requests took, until their answer began", vitals.answered.clone());
    registry.register(
        "intake_seconds",
        "How long it took until events were durable, by where they came from",
        vitals.intake.family.clone(),
    );
    registry.register("store_commit_seconds", "How long commits of the store took", vitals.commits.family.clone());
    registry.register("sink_seconds", "How long receivers took to take records, by their names", vitals.sinks.family.clone());
    vitals.register(&mut registry);
    registry.register_collector(Box::new(Counted { operation, stored }));
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry)?;
    Ok(text)
}

/// What is counted elsewhere, read when it is asked for.
#[derive(Debug)]
struct Counted {
    operation: Operation,
    stored: (u64, u64),
}

impl Collector for Counted {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let Operation { flows, not_ready, .. } = &self.operation;
        let encoder = &mut encoder;
        events(encoder, &self.operation)?;
        self::flows(encoder, flows)?;
        gauge(encoder, "store_records", "Records in the store", self.stored.0)?;
        gauge(encoder, "store_sources", "Source records in the store", self.stored.1)?;
        gauge(encoder, "ready", "1 when events can be taken, 0 when not", u64::from(not_ready.is_empty()))
    }
}

/// What became of events, by outcome, reason and rule.
pub fn events(encoder: &mut DescriptorEncoder<'_>, operation: &Operation) -> fmt::Result {
    let Operation { totals, reasons, rules, .. } = operation;
    let outcomes =
        [("recorded", totals.recorded), ("excluded", totals.excluded), ("rejected", totals.rejected), ("faulted", totals.faulted)];
    counter(encoder, "events_read", "Events that came in", totals.read)?;
    let outcomes = outcomes.map(|(name, count)| (labels([("outcome", name)]), count));
    counters(encoder, "events", "Events by what became of them", outcomes)?;
    counter(encoder, "records", "Records that were made of events", totals.records)?;
    let reasons = reasons.iter().map(|it| (labels([("outcome", it.outcome), ("reason", &it.reason)]), it.events));
    counters(encoder, "events_by_reason", "Events that were not recorded, by the reason", reasons)?;
    let effects = rules.iter().flat_map(|rule| {
        let effects = [
            ("reviewed", rule.reviewed),
            ("tagged", rule.tagged),
            ("redacted", rule.redacted),
            ("dropped", rule.dropped),
            ("unreviewed", rule.unreviewed),
            ("withheld", rule.withheld),
        ];
        effects.map(|(effect, count)| (labels([("rule", &rule.rule), ("effect", effect)]), count))
    });
    counters(encoder, "rule_activities", "Activities by rule and what it did to them", effects)
}

/// Queues, receivers and collectors, whatever their names.
pub fn flows(encoder: &mut DescriptorEncoder<'_>, flows: &[Flow]) -> fmt::Result {
    // Prometheus refuses everything where two have the same labels.
    let mut seen = BTreeSet::new();
    let flows: Vec<(Labels, &Flow)> = flows
        .iter()
        .map(|flow| (labels([("name", &flow.name), ("kind", &flow.kind), ("detail", &flow.detail)]), flow))
        .filter(|(labels, _)| seen.insert(labels.clone()))
        .collect();
    let of = |value: fn(&Flow) -> Option<f64>| flows.iter().filter_map(move |(labels, flow)| Some((labels.clone(), value(flow)?)));
    let count = |value: fn(&Flow) -> u64| flows.iter().map(move |(labels, flow)| (labels.clone(), value(flow)));
    gauges(encoder, "flow_waiting", "What waits in a queue or for a receiver", of(|flow| flow.waiting.map(|count| count as f64)))?;
    gauges(encoder, "flow_limit", "How much may wait", of(|flow| flow.limit.map(|count| count as f64)))?;
    gauges(encoder, "flow_oldest_seconds", "How long the oldest of what waits has waited", of(|flow| flow.oldest_age))?;
    gauges(
        encoder,
        "flow_ok",
        "1 when all is well, 0 when it fails or is stopped",
        of(|flow| Some(if flow.state == FlowState::Ok { 1.0 } else { 0.0 })),
    )?;
    counters(encoder, "flow_sent", "What went through", count(|flow| flow.sent))?;
    counters(encoder, "flow_failed", "What did not go through, and will not", count(|flow| flow.failed))
}

fn labels<const N: usize>(pairs: [(&str, &str); N]) -> Labels {
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// A counter.
pub fn counter(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
    let counter = ConstCounter::new(value);
    counter.encode(encoder.encode_descriptor(name, help, None, counter.metric_type())?)
}

/// A counter, with a value for each set of labels.
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
pub fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
    let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
    gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)
}

/// A value that goes up and down, one for each set of labels.
pub fn gauges(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, values: impl IntoIterator<Item = (Labels, f64)>) -> fmt::Result {
    let gauge = ConstGauge::new(0.0);
    let mut metric = encoder.encode_descriptor(name, help, None, gauge.metric_type())?;
    for (labels, value) in values {
        ConstGauge::new(value).encode(metric.encode_family(&labels)?)?;
    }
    Ok(())
}

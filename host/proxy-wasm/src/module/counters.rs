//! What is counted, through the proxy's own metrics. All workers count together.

use proxy_wasm::hostcalls;
use proxy_wasm::types::MetricType;

/// A counter.
#[derive(Clone, Copy)]
pub struct Counter(u32);

impl Counter {
    fn named(name: &str) -> Self {
        Self(hostcalls::define_metric(MetricType::Counter, name).unwrap_or(u32::MAX))
    }

    /// Counts `more`.
    pub fn add(self, more: u64) {
        // A host without metrics loses nothing but these.
        let _ = hostcalls::increment_metric(self.0, i64::try_from(more).unwrap_or(i64::MAX));
    }
}

/// Every counter.
pub struct Counters {
    /// Requests to the API.
    pub requests: Counter,
    /// Events that `actlog serve` says are durable.
    pub recorded: Counter,
    /// Events that it says cannot be used.
    pub unusable: Counter,
    /// Events for which there was no room while they waited: they are lost.
    pub lost: Counter,
    /// Calls that were not answered well.
    pub calls_failed: Counter,
    /// Exchanges told without an answer.
    pub in_doubt: Counter,
    /// Requests that never went up, so that there is nothing to tell.
    pub unsent: Counter,
    /// Requests refused before they could have been carried out.
    pub refused: Counter,
    /// Answers held back because their events were not recorded.
    pub held_back: Counter,
    /// Exchanges that passed with events missing, or that may be.
    pub unrecorded: Counter,
}

impl Counters {
    /// Makes them known to the proxy.
    pub fn define() -> Self {
        Self {
            requests: Counter::named("actlog.requests"),
            recorded: Counter::named("actlog.events_recorded"),
            unusable: Counter::named("actlog.events_unusable"),
            lost: Counter::named("actlog.events_lost"),
            calls_failed: Counter::named("actlog.calls_failed"),
            in_doubt: Counter::named("actlog.in_doubt"),
            unsent: Counter::named("actlog.unsent"),
            refused: Counter::named("actlog.refused"),
            held_back: Counter::named("actlog.held_back"),
            unrecorded: Counter::named("actlog.unrecorded"),
        }
    }
}

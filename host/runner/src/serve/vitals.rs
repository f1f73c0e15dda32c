//! How the server is: whether it can take events, how many wait, how long things take. Written as it goes, read by `/readyz` and
//! `/metrics`.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::flows::Flows;
use super::timings::{Timings, histogram};

/// What commits are timed under.
pub const COMMIT: &str = "commit";

/// What a request was and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Answered {
    /// The address as it is routed, without what it is about.
    pub route: String,
    /// The method.
    pub method: String,
    /// The status.
    pub status: u16,
}

/// How the server is.
#[derive(Debug)]
pub struct Vitals {
    draining: AtomicBool,
    /// Requests that wait for the thread that writes.
    pub waiting: AtomicUsize,
    /// Why the last commit failed; none when it went well.
    trouble: Mutex<Option<String>>,
    /// Why other parts of the server cannot do their work.
    others: Mutex<BTreeMap<&'static str, String>>,
    /// Figures of parts that not every server has.
    figures: Mutex<Vec<Arc<dyn Collector>>>,
    /// How long requests took.
    pub answered: Family<Answered, Histogram>,
    /// How long it took from the arrival of events until they were durable, by where they came from.
    pub intake: Timings,
    /// How long commits took.
    pub commits: Timings,
    /// How long receivers took to take records, by their names.
    pub sinks: Timings,
    /// What else moves records.
    pub flows: Flows,
    /// Requests that were committed.
    pub written: AtomicU64,
    /// Requests that could not be: they must be sent again.
    pub unwritten: AtomicU64,
    /// When each of the waiting requests came.
    arrivals: Mutex<VecDeque<Instant>>,
}

impl Default for Vitals {
    fn default() -> Self {
        Self {
            draining: AtomicBool::default(),
            waiting: AtomicUsize::default(),
            trouble: Mutex::default(),
            others: Mutex::default(),
            figures: Mutex::default(),
            answered: Family::new_with_constructor(histogram),
            intake: Timings::default(),
            commits: Timings::default(),
            sinks: Timings::default(),
            flows: Flows::default(),
            written: AtomicU64::default(),
            unwritten: AtomicU64::default(),
            arrivals: Mutex::default(),
        }
    }
}

impl Vitals {
    /// No new requests are wanted: the server is about to end.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// How a commit ended.
    pub fn committed(&self, result: Result<(), String>) {
        *self.trouble() = result.err();
    }

    /// Why the last commit failed; none when it went well.
    pub fn last_trouble(&self) -> Option<String> {
        self.trouble().clone()
    }

    /// A request waits for the thread that writes.
    pub fn waits(&self) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        self.arrivals().push_back(Instant::now());
    }

    /// So many requests, those that came first, do not wait any more.
    pub fn taken(&self, requests: usize) {
        self.waiting.fetch_sub(requests, Ordering::Relaxed);
        let mut arrivals = self.arrivals();
        let gone = requests.min(arrivals.len());
        arrivals.drain(..gone);
    }

    /// A request does not wait after all, as there was no room.
    pub fn refused(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        self.unwritten.fetch_add(1, Ordering::Relaxed);
        self.arrivals().pop_back();
    }

    /// How long the first of the waiting requests has waited; none where none waits.
    pub fn oldest_waiting(&self) -> Option<Duration> {
        self.arrivals().front().map(Instant::elapsed)
    }

    fn arrivals(&self) -> MutexGuard<'_, VecDeque<Instant>> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How a part of the server is: why it cannot do its work, or none where it can.
    pub fn report(&self, part: &'static str, trouble: Option<String>) {
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        match trouble {
            Some(trouble) => others.insert(part, trouble),
            None => others.remove(part),
        };
    }

    /// Has `/metrics` tell the figures of one more part.
    pub fn add_figures(&self, figures: Arc<dyn Collector>) {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner).push(figures);
    }

    /// Registers the figures of those parts.
    pub fn register(&self, registry: &mut Registry) {
        for figures in self.figures.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            registry.register_collector(Box::new(Shared(figures.clone())));
        }
    }

    /// Why the server should not be sent anything now; empty when it is ready. `most_waiting` is how many requests may wait.
    pub fn reasons(&self, most_waiting: usize) -> Vec<String> {
        let mut reasons = Vec::new();
        if self.draining.load(Ordering::Relaxed) {
            reasons.push("it is about to end".to_owned());
        }
        if let Some(trouble) = &*self.trouble() {
            reasons.push(format!("the last commit failed: {trouble}"));
        }
        if self.waiting.load(Ordering::Relaxed) >= most_waiting {
            reasons.push("too many requests wait for the disk".to_owned());
        }
        reasons.extend(self.others.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|(part, why)| format!("{part}: {why}")));
        reasons
    }

    fn trouble(&self) -> MutexGuard<'_, Option<String>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A collector that others have, too.
#[derive(Debug)]
struct Shared(Arc<dyn Collector>);

impl Collector for Shared {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        self.0.encode(encoder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_come_and_go_with_what_causes_them() {
        let vitals = Vitals::default();
        assert_eq!(vitals.reasons(2), [""; 0]);
        vitals.committed(Err("the disk is full".to_owned()));
        vitals.waiting.store(2, Ordering::Relaxed);
        assert_eq!(vitals.reasons(2), ["the last commit failed: the disk is full", "too many requests wait for the disk"]);
        vitals.committed(Ok(()));
        vitals.waiting.store(1, Ordering::Relaxed);
        assert_eq!(vitals.reasons(2), [""; 0]);
        vitals.report("streams", Some("nobody answers".to_owned()));
        assert_eq!(vitals.reasons(2), ["streams: nobody answers"]);
        vitals.report("streams", None);
        vitals.drain();
        assert_eq!(vitals.reasons(2), ["it is about to end"]);
    }
}

//! How long things take: histograms for Prometheus, and the middle of the last ones for people.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use serde::Serialize;

/// Ends of the buckets of seconds: from a hundred microseconds to ten seconds.
const SECONDS: [f64; 16] = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
/// How many of the last ones people are shown something of.
const LAST: usize = 500;

/// An empty histogram of seconds.
pub fn histogram() -> Histogram {
    Histogram::new(SECONDS)
}

/// What takes time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Named {
    name: String,
}

/// How long things of one kind take, by their names. Names are those of settings and of this program: nobody else can add to them.
#[derive(Debug)]
pub struct Timings {
    /// For Prometheus.
    pub family: Family<Named, Histogram>,
    last: Mutex<BTreeMap<String, Last>>,
}

#[derive(Debug, Default)]
struct Last {
    count: u64,
    seconds: VecDeque<f64>,
}

/// The middle of the last ones.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Latency {
    /// What takes time.
    pub name: String,
    /// How often it was done.
    pub count: u64,
    /// Milliseconds that half of the last 500 took at most.
    pub median: f64,
    /// Milliseconds that 99 of 100 took at most.
    pub p99: f64,
    /// Milliseconds of the slowest of them.
    pub slowest: f64,
}

impl Default for Timings {
    fn default() -> Self {
        Self { family: Family::new_with_constructor(histogram), last: Mutex::default() }
    }
}

impl Timings {
    /// Something took so long.
    pub fn observe(&self, name: &str, took: Duration) {
        let seconds = took.as_secs_f64();
        self.family.get_or_create(&Named { name: name.to_owned() }).observe(seconds);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if !last.contains_key(name) {
            last.insert(name.to_owned(), Last::default());
        }
        let Some(last) = last.get_mut(name) else { return };
        last.count += 1;
        if last.seconds.len() == LAST {
            last.seconds.pop_front();
        }
        last.seconds.push_back(seconds);
    }

    /// The middle of the last ones, by their names.
    pub fn latencies(&self) -> Vec<Latency> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let latency = |(name, last): (&String, &Last)| {
            let mut sorted: Vec<f64> = last.seconds.iter().copied().collect();
            sorted.sort_by(f64::total_cmp);
            // The smallest one that so many of a hundred do not exceed.
            let of =
                |hundredths: usize| sorted.get((sorted.len() * hundredths).div_ceil(100).max(1) - 1).map_or(0.0, |seconds| seconds * 1e3);
            Latency { name: name.clone(), count: last.count, median: of(50), p99: of(99), slowest: of(100) }
        };
        last.iter().map(latency).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_are_of_the_last_ones() {
        let timings = Timings::default();
        assert_eq!(timings.latencies(), []);
        timings.observe("a", Duration::from_secs(9));
        for milliseconds in 1..=LAST as u64 {
            timings.observe("a", Duration::from_millis(milliseconds));
        }
        timings.observe("b", Duration::from_millis(3));
        let round = |value: f64| (value * 1e3).round() / 1e3;
        let shown: Vec<_> =
            timings.latencies().into_iter().map(|it| (it.name, it.count, round(it.median), round(it.p99), round(it.slowest))).collect();
        assert_eq!(shown, [("a".to_owned(), 501, 250.0, 495.0, 500.0), ("b".to_owned(), 1, 3.0, 3.0, 3.0)]);
    }
}

//! What the benchmarks share: options, one core, medians and reports.
//!
//! Figures are told, never judged: what a machine can do is not what a test should fail on.

mod report;

use std::time::Duration;

pub use report::{Cell, Report};

/// What the command line asks for. Cargo's own `--bench` is passed over.
#[derive(Clone, Debug)]
pub struct Options {
    /// Report as JSON (`--json`).
    pub json: bool,
    /// How often each contestant runs (`--rounds N`).
    pub rounds: usize,
    /// How many events (`--events N`).
    pub events: usize,
}

impl Options {
    /// Reads the command line; what it leaves out is as given here. Says how it is used, and ends, where it is wrong.
    pub fn read(rounds: usize, events: usize) -> Self {
        let mut options = Self { json: false, rounds, events };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut number =
                || words.next().and_then(|number| number.parse().ok()).filter(|&number| number > 0).unwrap_or_else(|| usage(&word));
            match word.as_str() {
                "--bench" => {}
                "--json" => options.json = true,
                "--rounds" => options.rounds = number(),
                "--events" => options.events = number(),
                _ => usage(&word),
            }
        }
        options
    }
}

fn usage(word: &str) -> ! {
    eprintln!("cannot use '{word}'; options: --json, --rounds NUMBER, --events NUMBER");
    std::process::exit(2)
}

/// Keeps this thread, and those it starts from now on, on one core, so that contestants do not differ by where they run.
/// Where that is not possible the benchmark runs all the same; `taskset -c 0 cargo bench` does it from outside.
pub fn pin_to_one_core() {
    #[cfg(target_os = "linux")]
    {
        use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
        let Ok(allowed) = sched_getaffinity(None) else { return };
        // The last one: interrupts mostly go to the first.
        if let Some(core) = (0..CpuSet::MAX_CPU).rev().find(|&core| allowed.is_set(core)) {
            let mut one = CpuSet::new();
            one.set(core);
            let _ = sched_setaffinity(None, &one);
        }
    }
}

/// The middle of the measured times; of an even number the lower of the two.
pub fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get((sorted.len().max(1) - 1) / 2).copied().unwrap_or_default()
}

/// Milliseconds of a time.
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

//! How fast the filter is: the component against the same code run natively, and against a plain serde pipeline.
//!
//! `cargo bench -p actlog-engine --bench throughput -- [--json] [--rounds N] [--events N]`
//!
//! All contestants get the same batches of 64 events on one core, taking turns in every round; a ratio is one of medians.
//! Before anything is timed, the records of all of them are compared.

#[expect(dead_code, reason = "each benchmark needs a part of it")]
mod harness;
#[path = "../../../guest/tests/plain/mod.rs"]
mod plain;

use std::hint::black_box;
use std::time::{Duration, Instant};

use actlog_engine::{Engine, Filter};
use actlog_generator::{Generator, Mix};
use actlog_guest::pipeline::Auditor;
use harness::{Cell, Options, Report, median};

const BATCH: usize = 64;
const SEED: u64 = 1;

/// The events of one mix, and whether the plain pipeline can read them: it knows SdkEvents only.
struct Load {
    name: &'static str,
    batches: Vec<Vec<u8>>,
    plain: bool,
}

impl Load {
    fn new(name: &'static str, mix: Mix, events: usize) -> Self {
        let events: Vec<String> = Generator::with_mix(SEED, mix).take(events).collect();
        Self { name, batches: events.chunks(BATCH).map(|batch| batch.join("\n").into_bytes()).collect(), plain: mix.remote == 0 }
    }

    fn events(&self) -> usize {
        self.batches.iter().map(|batch| batch.split(|&byte| byte == b'\n').count()).sum()
    }

    fn bytes(&self) -> usize {
        self.batches.iter().map(Vec::len).sum()
    }
}

/// One way of doing the job: a batch of events in, records out.
type Contestant<'c> = Box<dyn FnMut(&[u8]) -> Vec<u8> + 'c>;

/// The contestants for a load: native, component and, where it can, plain.
fn contestants<'c>(native: &'c Auditor, component: &'c Filter, load: &Load) -> Vec<Contestant<'c>> {
    let mut all: Vec<Contestant<'c>> = vec![
        Box::new(|events| native.audit(events).records.into_bytes()),
        Box::new(|events| component.audit(events).expect("the component answers").records),
    ];
    if load.plain {
        all.push(Box::new(|events| plain::audit(events).records));
    }
    all
}

fn assert_all_agree(contestants: &mut [Contestant<'_>], load: &Load) {
    for batch in &load.batches {
        let mut records = contestants.iter_mut().map(|contestant| contestant(batch));
        let first = records.next();
        assert!(records.all(|other| Some(other) == first), "{}: the contestants' records differ", load.name);
    }
}

/// The median time of each contestant for the whole load.
fn measure(contestants: &mut [Contestant<'_>], load: &Load, rounds: usize) -> Vec<Duration> {
    let mut times = vec![Vec::with_capacity(rounds); contestants.len()];
    for round in 0..rounds {
        for turn in 0..contestants.len() {
            // Each begins a round in its turn, so that none always runs after the same one.
            let place = (round + turn) % contestants.len();
            let begin = Instant::now();
            for batch in &load.batches {
                black_box(contestants[place](black_box(batch)));
            }
            times[place].push(begin.elapsed());
        }
    }
    times.iter().map(|times| median(times)).collect()
}

fn main() {
    let options = Options::read(15, 4096);
    harness::pin_to_one_core();
    let native = Auditor::open("").expect("the defaults are good settings");
    let engine = Engine::new().expect("the embedded component loads");
    let component = engine.filter("").expect("the defaults are good settings");
    let loads = [
        Load::new("default mix", Mix::DEFAULT, options.events),
        Load::new("SdkEvents", Mix::SDK_EVENTS, options.events),
        Load::new("reads", Mix::READS, options.events),
        Load::new("writes", Mix::WRITES, options.events),
        Load::new("RemoteExecutionContexts", Mix::REMOTE, options.events),
    ];
    let mut speeds = Report::new("throughput", &["load", "contestant", "events/s", "MB/s", "µs/event"]);
    let mut ratios = Report::new("throughput, ratios", &["load", "bytes/event", "component/native", "component/plain", "native/plain"]);
    for load in &loads {
        let mut contestants = contestants(&native, &component, load);
        assert_all_agree(&mut contestants, load);
        let times = measure(&mut contestants, load, options.rounds);
        let (events, bytes) = (load.events() as f64, load.bytes() as f64);
        for (name, time) in ["native", "component", "plain"].iter().zip(&times) {
            let seconds = time.as_secs_f64();
            speeds.row(vec![
                Cell::Name(load.name.to_owned()),
                Cell::Name((*name).to_owned()),
                Cell::Number(events / seconds, 0),
                Cell::Number(bytes / seconds / 1e6, 1),
                Cell::Number(seconds / events * 1e6, 2),
            ]);
        }
        // How many times as fast the one is as the other.
        let ratio = |one: usize, other: usize| match (times.get(one), times.get(other)) {
            (Some(one), Some(other)) => Cell::Number(other.as_secs_f64() / one.as_secs_f64(), 2),
            _ => Cell::None,
        };
        ratios.row(vec![Cell::Name(load.name.to_owned()), Cell::Number(bytes / events, 0), ratio(1, 0), ratio(1, 2), ratio(0, 2)]);
    }
    speeds.print(options.json);
    ratios.print(options.json);
}

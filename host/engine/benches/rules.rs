//! What customers' rules cost: the filter with a rule against the same filter without.
//!
//! `tests/rules/build && cargo bench -p actlog-engine --bench rules -- [--json] [--rounds N] [--events N]`
//!
//! All contestants get the same batches of 64 events on one core, taking turns in every round; a ratio is one of medians. A rule
//! that keeps everything shows the cost of asking; its records are compared with those without rules. *µs each* is the time in
//! the rule, crossing over and back included, for each activity that it saw; the rest of the cost is the filter's.

#[expect(dead_code, reason = "each benchmark needs a part of it")]
mod harness;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actlog_engine::rules::{Chain, Grant, Member, RuleLimits, RuleStats, Rules};
use actlog_engine::{Engine, Filter};
use actlog_generator::{Generator, Mix};
use harness::{Cell, Options, Report, median};

const BATCH: usize = 64;
const SEED: u64 = 1;

/// Rules as `tests/rules/build` makes them, and what they are.
const RULES: [(&str, &str); 5] = [
    ("keep-four", "keeps all, asks for four columns (Rust)"),
    ("keep-every", "keeps all, asks for every column (Rust)"),
    ("mask-contacts", "masks contacts (Rust)"),
    ("tag-bulk-reads", "tags bulk reads (JavaScript)"),
    ("drop-service-noise", "drops service noise (Python)"),
];

struct Contestant {
    name: &'static str,
    filter: Filter,
    stats: Arc<RuleStats>,
}

/// The filter without rules first, then with each rule that was built.
fn contestants(engine: &Engine) -> Vec<Contestant> {
    let filter = || engine.filter("").expect("the defaults are good settings");
    let mut all = vec![Contestant { name: "no rules", filter: filter(), stats: Arc::default() }];
    let rules = Rules::new().expect("rules can be run here");
    for (file, name) in RULES {
        let path = folder().join(file).with_extension("wasm");
        if !path.exists() {
            eprintln!("left out: {file}, which tests/rules/build makes");
            continue;
        }
        let limits = RuleLimits { deadline: Duration::from_secs(60), ..RuleLimits::default() };
        let rule = rules.load_file(&path, limits).unwrap_or_else(|error| panic!("{file} cannot be used: {error}"));
        let (filter, stats) = (filter(), Arc::new(RuleStats::default()));
        let grant = Grant::all_of(rule.manifest());
        let chain = Chain::new([Member::new(file, rule).grant(grant).stats(stats.clone())]).expect("it is granted all it asks for");
        filter.set_rules(chain);
        all.push(Contestant { name, filter, stats });
    }
    all
}

fn folder() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from).join("rules")
}

fn assert_keepers_change_nothing(contestants: &[Contestant], batches: &[Vec<u8>]) {
    for batch in batches {
        let records = |contestant: &Contestant| contestant.filter.audit(batch).expect("the component answers").records;
        let without = records(&contestants[0]);
        for keeper in contestants.iter().filter(|contestant| contestant.name.starts_with("keeps")) {
            assert!(records(keeper) == without, "{}: the records differ", keeper.name);
        }
    }
}

/// The median time of each contestant for the whole load.
fn measure(contestants: &[Contestant], batches: &[Vec<u8>], rounds: usize) -> Vec<Duration> {
    let mut times = vec![Vec::with_capacity(rounds); contestants.len()];
    for round in 0..rounds {
        for turn in 0..contestants.len() {
            let place = (round + turn) % contestants.len();
            let begin = Instant::now();
            for batch in batches {
                black_box(contestants[place].filter.audit(black_box(batch)).expect("the component answers"));
            }
            times[place].push(begin.elapsed());
        }
    }
    times.iter().map(|times| median(times)).collect()
}

fn main() {
    let options = Options::read(15, 4096);
    harness::pin_to_one_core();
    let engine = Engine::new().expect("the embedded component loads");
    let loads = [("default mix", Mix::DEFAULT), ("SdkEvents", Mix::SDK_EVENTS), ("reads", Mix::READS), ("writes", Mix::WRITES)];
    let mut report = Report::new("rules", &["load", "rule", "events/s", "throughput", "costs %", "reviewed %", "µs each"]);
    for (load, mix) in loads {
        let events: Vec<String> = Generator::with_mix(SEED, mix).take(options.events).collect();
        let batches: Vec<Vec<u8>> = events.chunks(BATCH).map(|batch| batch.join("\n").into_bytes()).collect();
        let contestants = contestants(&engine);
        assert_keepers_change_nothing(&contestants, &batches);
        let before: Vec<_> = contestants.iter().map(|contestant| contestant.stats.figures()).collect();
        let times = measure(&contestants, &batches, options.rounds);
        let without = times.first().copied().unwrap_or_default().as_secs_f64();
        for ((contestant, time), before) in contestants.iter().zip(&times).zip(before) {
            let seconds = time.as_secs_f64();
            let after = contestant.stats.figures();
            let reviewed = (after.activities - before.activities) as f64;
            let asking = (after.time - before.time).as_secs_f64() * 1e6 / reviewed.max(1.0);
            report.row(vec![
                Cell::Name(load.to_owned()),
                Cell::Name(contestant.name.to_owned()),
                Cell::Number(events.len() as f64 / seconds, 0),
                Cell::Number(without / seconds, 3),
                Cell::Number((1.0 - without / seconds) * 100.0, 1),
                Cell::Number(reviewed / options.rounds as f64 / events.len() as f64 * 100.0, 0),
                Cell::Number(asking, 2),
            ]);
        }
    }
    report.print(options.json);
}

//! What holds for every event, held against more than a hundred thousand generated ones.

#[path = "generated/columns.rs"]
mod columns;
#[path = "generated/hostile.rs"]
mod hostile;
#[path = "generated/promises.rs"]
mod promises;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use actlog_generator::{Generator, Mix};
use actlog_guest::pipeline::Auditor;
use promises::{Parts, check_joins, check_records, check_replays, check_results};

const WIRE: &str = r#"{"record": {"profile": "management-api"}}"#;

/// Events that have to be split, almost all of them.
const LARGE: Mix = Mix { large: 100, ..Mix::DEFAULT };

/// Every third event is damaged.
const DAMAGED: Mix = Mix { damaged: 30, ..Mix::DEFAULT };

/// Events of a seed that are looked at together.
const CHUNK: usize = 500;

/// Settings, mix and the number of chunks.
const PLAN: [(&str, Mix, usize); 6] =
    [("", LARGE, 1), (WIRE, LARGE, 1), ("", Mix::DEFAULT, 130), ("", Mix::REMOTE, 30), ("", DAMAGED, 20), (WIRE, Mix::DEFAULT, 20)];

/// What became of some events: read, recorded, records, excluded, rejected.
type Counts = [usize; 5];

#[test]
fn generated_events_hold_every_promise() {
    let jobs: Vec<(u64, &str, Mix)> = PLAN
        .iter()
        .flat_map(|&(settings, mix, chunks)| (0..chunks).map(move |_| (settings, mix)))
        .zip(1..)
        .map(|((settings, mix), seed)| (seed, settings, mix))
        .collect();
    let next = AtomicUsize::new(0);
    let all: Mutex<(Vec<u128>, Counts)> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(&(seed, settings, mix)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (ids, counts) = check(seed, settings, mix);
                    let mut all = all.lock().expect("no thread panicked");
                    all.0.extend(ids);
                    all.1 = std::array::from_fn(|at| all.1[at] + counts[at]);
                }
            });
        }
    });
    let (mut ids, [read, recorded, records, excluded, rejected]) = all.into_inner().expect("no thread panicked");
    assert!(read > 100_000 && read == recorded + excluded + rejected);
    assert!(
        recorded > 80_000 && records > recorded + 5_000 && excluded > 8_000 && rejected > 2_000,
        "{recorded} {records} {excluded} {rejected}"
    );
    assert_eq!(ids.len(), records);
    ids.sort_unstable();
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "every record has an id of its own");
}

/// Looks at one chunk in every way; gives the ids of its records.
fn check(seed: u64, settings: &str, mix: Mix) -> (Vec<u128>, Counts) {
    let auditor = Auditor::open(settings).expect("good settings");
    let events: Vec<String> = Generator::with_mix(seed, mix).take(CHUNK).collect();
    let alone: Vec<Parts> = events.iter().map(|event| Parts::of(&auditor, event)).collect();
    let ids = check_records(&alone, settings == WIRE);
    check_replays(&auditor, &events, &alone);
    check_joins(&alone);
    check_results(&events, &alone);
    let count = |what: fn(&Parts) -> usize| alone.iter().map(what).sum();
    let recorded = count(|parts| usize::from(parts.count > 0));
    (ids, [events.len(), recorded, count(|parts| parts.count), count(|parts| parts.excluded), count(|parts| parts.rejected)])
}

//! Filters a file in batches of 64 events on this thread: `rust-bench COMPONENT CACHE EVENTS.ndjson`.

use actlog_engine::{Cache, Engine};
use std::env::args_os;
use std::path::PathBuf;
use std::time::Instant;

const BATCH: usize = 64;
const ROUNDS: usize = 3;

fn main() {
    let [component, cache, events] =
        [1, 2, 3].map(|position| PathBuf::from(args_os().nth(position).expect("give a component, a folder and events")));
    let engine = Engine::builder().cache(Cache::Folder(cache)).component_file(component).build().expect("the component runs");
    let filter = engine.filter("").expect("the defaults");
    let text = std::fs::read(events).expect("the events");
    let mut begins: Vec<usize> =
        std::iter::once(0).chain(text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1)).collect();
    if begins.last() == Some(&text.len()) {
        begins.pop();
    }
    let ends = begins.iter().copied().skip(BATCH).step_by(BATCH).chain([text.len()]);
    let batches: Vec<&[u8]> = begins.iter().copied().step_by(BATCH).zip(ends).map(|(begin, end)| &text[begin..end]).collect();
    let (mut best, mut counts) = (f64::INFINITY, (0, 0));
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        counts = batches.iter().fold((0, 0), |(read, records), batch| {
            let outcome = filter.audit(batch).expect("an outcome");
            (read + u64::from(outcome.read), records + u64::from(outcome.parts))
        });
        best = best.min(begin.elapsed().as_secs_f64());
    }
    println!(r#"{{"host":"rust","events":{},"records":{},"seconds":{best:.6}}}"#, counts.0, counts.1);
}

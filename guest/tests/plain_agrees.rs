//! The filter and a plain pipeline that shares no code with it say the same, byte for byte.

mod plain;

use actlog_generator::{Generator, Mix};
use actlog_guest::pipeline::Auditor;

/// Runs both over `count` events in batches of 64 and gives how many events were recorded, in how many parts, and how
/// many were rejected.
fn compare(seed: u64, mix: Mix, count: usize) -> (u32, u32, usize) {
    let auditor = Auditor::open("").expect("the defaults are good settings");
    let events: Vec<String> = Generator::with_mix(seed, mix).take(count).collect();
    let mut total = (0, 0, 0);
    for batch in events.chunks(64) {
        let batch = batch.join("\n");
        let (ours, theirs) = (auditor.audit(batch.as_bytes()), plain::audit(batch.as_bytes()));
        let records = String::from_utf8(theirs.records).expect("JSON is UTF-8");
        for (line, (ours, theirs)) in ours.records.lines().zip(records.lines()).enumerate() {
            assert_eq!(ours, theirs, "seed {seed}, record {line} of the batch");
        }
        assert_eq!(ours.records, records);
        assert_eq!((ours.read, ours.recorded, ours.parts), (theirs.read, theirs.recorded, theirs.parts));
        let excluded: Vec<_> = ours.excluded.into_iter().map(|one| (one.message, one.entity, one.count)).collect();
        assert_eq!(excluded, theirs.excluded);
        let rejected: Vec<_> = ours.rejected.iter().map(|one| one.index).collect();
        assert_eq!(rejected, theirs.rejected);
        total = (total.0 + ours.recorded, total.1 + ours.parts, total.2 + rejected.len());
    }
    total
}

#[test]
fn plain_pipeline_sdk_events_give_the_same_records() {
    for seed in 1..=4 {
        let (recorded, parts, rejected) = compare(seed, Mix::SDK_EVENTS, 2000);
        assert!(recorded > 1700 && parts > recorded + 100, "{recorded} recorded in {parts} parts");
        assert_eq!(rejected, 0);
    }
}

#[test]
fn plain_pipeline_large_events_give_the_same_parts() {
    let (recorded, parts, _) = compare(5, Mix { large: 100, ..Mix::SDK_EVENTS }, 1000);
    assert!(parts > 2 * recorded, "{recorded} recorded in {parts} parts");
}

#[test]
fn plain_pipeline_damaged_events_are_rejected_by_both() {
    let (.., rejected) = compare(6, Mix { damaged: 30, ..Mix::SDK_EVENTS }, 2000);
    assert!((500..700).contains(&rejected), "{rejected} rejected");
}

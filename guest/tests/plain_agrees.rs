//! The filter and a plain pipeline that shares no code with it say the same, byte for byte.

mod plain;

use actlog_generator::{Generator, Mix};
use actlog_guest::pipeline::{Auditor, Outcome};

/// Runs both over a batch, which has to end alike, and gives the filter's outcome.
fn compare(batch: &str) -> Outcome {
    let auditor = Auditor::open("").expect("the defaults are good settings");
    let (ours, theirs) = (auditor.audit(batch.as_bytes()), plain::audit(batch.as_bytes()));
    let records = String::from_utf8(theirs.records).expect("JSON is UTF-8");
    for (ours, theirs) in ours.records.lines().zip(records.lines()) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours.records.len(), records.len());
    assert_eq!((ours.read, ours.recorded, ours.parts), (theirs.read, theirs.recorded, theirs.parts));
    let excluded: Vec<_> = ours.excluded.iter().map(|one| (one.message.clone(), one.entity.clone(), one.count)).collect();
    assert_eq!(excluded, theirs.excluded);
    let rejected: Vec<_> = ours.rejected.iter().map(|one| one.index).collect();
    assert_eq!(rejected, theirs.rejected);
    ours
}

/// The same over `count` generated events in batches of 64.
fn compare_generated(seed: u64, mix: Mix, count: usize) -> Vec<Outcome> {
    let events: Vec<String> = Generator::with_mix(seed, mix).take(count).collect();
    events.chunks(64).map(|batch| compare(&batch.join("\n"))).collect()
}

fn sum(outcomes: &[Outcome], number: impl Fn(&Outcome) -> usize) -> usize {
    outcomes.iter().map(number).sum()
}

#[test]
fn plain_pipeline_sdk_events_give_the_same_records() {
    for seed in 1..=4 {
        let outcomes = compare_generated(seed, Mix::SDK_EVENTS, 2000);
        let (recorded, parts) = (sum(&outcomes, |one| one.recorded as usize), sum(&outcomes, |one| one.parts as usize));
        assert!(recorded > 1700 && parts > recorded + 100, "{recorded} recorded in {parts} parts");
        assert_eq!(sum(&outcomes, |one| one.rejected.len()), 0);
    }
}

#[test]
fn plain_pipeline_large_events_give_the_same_parts() {
    let outcomes = compare_generated(5, Mix { large: 100, ..Mix::SDK_EVENTS }, 1000);
    let lines = |test: fn(&str) -> bool| sum(&outcomes, |one| one.records.lines().filter(|line| test(line)).count());
    assert!(lines(|line| line.contains("Continues")) > 500, "values that are cut");
    assert!(lines(|line| line.contains(r#""Query":"#) && !line.contains(r#""Part":1,"#)) > 100, "queries that are cut");
    assert!(lines(|line| line.contains(r#""QueryResults":"#) && !line.contains(r#""Part":1,"#)) > 500, "results over several parts");
}

#[test]
fn plain_pipeline_large_values_of_every_kind_are_cut_alike() {
    let long_text = format!("{}\\n\\\"{}\\\\ü€😀", "a\\tb".repeat(800), "😀ß".repeat(700));
    let numbers = (0..2000).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
    let values =
        [format!("\"{long_text}\""), format!("[{numbers}]"), format!("{{\"Deep\":[\"{long_text}\"]}}"), "[]".to_owned(), "\"\"".to_owned()];
    let fields: Vec<_> =
        values.iter().enumerate().map(|(number, value)| format!(r#"{{"Name":"column {number}","Value":{value}}}"#)).collect();
    let event = format!(
        r#"{{"EventId":"order 7","Message":"Update","OrganizationId":"7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10","Fields":[{}]}}"#,
        fields.join(",")
    );
    let outcome = compare(&event);
    assert!(outcome.parts > 8, "{} parts", outcome.parts);
    assert!(outcome.records.contains(r#"Continues\":\"text"#) && outcome.records.contains(r#"Continues\":\"json"#));
}

#[test]
fn plain_pipeline_damaged_events_are_rejected_by_both() {
    let outcomes = compare_generated(6, Mix { damaged: 30, ..Mix::SDK_EVENTS }, 2000);
    let rejected = sum(&outcomes, |one| one.rejected.len());
    assert!((500..700).contains(&rejected), "{rejected} rejected");
}

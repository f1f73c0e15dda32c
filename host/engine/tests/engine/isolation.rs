//! One event on which the filter fails harms no other, and no instance that failed is used again.

use super::common;
use actlog_engine::{Blame, Error, FaultKind, Outcome};
use proptest::prelude::*;
use std::sync::OnceLock;

/// What comes of a batch.
#[derive(Debug, Default, PartialEq)]
struct Sums {
    records: Vec<u8>,
    faulted: Vec<(u32, FaultKind)>,
    rejected: Vec<u32>,
    excluded: u64,
}

/// What the troublemaker makes of lines, written down independently of it and of the engine.
fn expected(lines: &[String]) -> Sums {
    let mut sums = Sums::default();
    for (index, line) in (0u32..).zip(lines.iter().filter(|line| !line.is_empty())) {
        match line.as_bytes()[0] {
            b'!' => sums.faulted.push((index, FaultKind::Panic)),
            b'~' => sums.faulted.push((index, FaultKind::StackOverflow)),
            b'=' => sums.faulted.push((index, FaultKind::BadAnswer)),
            b'?' => sums.rejected.push(index),
            b'-' => sums.excluded += 1,
            _ => sums.records.extend_from_slice(format!("{line}\n").as_bytes()),
        }
    }
    sums
}

fn sums(outcome: &Outcome) -> Sums {
    Sums {
        records: outcome.records.clone(),
        faulted: faults(outcome),
        rejected: outcome.rejected.iter().map(|rejection| rejection.index).collect(),
        excluded: outcome.excluded_events(),
    }
}

fn audit(events: &str) -> Outcome {
    static FILTER: OnceLock<actlog_engine::Filter> = OnceLock::new();
    FILTER.get_or_init(common::troublemaker).audit(events.as_bytes()).expect("an outcome")
}

fn faults(outcome: &Outcome) -> Vec<(u32, FaultKind)> {
    outcome.faulted.iter().map(|faulted| (faulted.index, faulted.kind)).collect()
}

#[test]
fn batch_with_one_culprit_of_each_kind_faults_it_alone() {
    for (culprit, kind) in [("!", FaultKind::Panic), ("~", FaultKind::StackOverflow), ("=", FaultKind::BadAnswer)] {
        let outcome = audit(&format!("one\n\n-\n{culprit}\n?\n-\ntwo"));
        assert_eq!(outcome.records, b"one\ntwo\n");
        assert_eq!(faults(&outcome), [(2, kind)]);
        assert_eq!(outcome.rejected.iter().map(|rejection| rejection.index).collect::<Vec<_>>(), [3]);
        assert_eq!((outcome.read, outcome.excluded.len(), outcome.excluded_events()), (6, 1, 2));
        assert!(!outcome.faulted[0].explanation.is_empty());
    }
}

#[test]
fn batch_of_one_culprit_faults_it() {
    let outcome = audit("!\n");
    assert_eq!((outcome.read, faults(&outcome)), (1, vec![(0, FaultKind::Panic)]));
}

#[test]
fn instance_that_failed_is_not_used_again() {
    let filter = common::troublemaker();
    filter.audit(b"one\n").expect("an outcome");
    filter.audit(b"!\n").expect("an outcome");
    assert_eq!(filter.explain(b"?").expect("an answer"), "0", "a fresh instance has seen no batch");
}

#[test]
fn explain_that_fails_is_an_error_of_the_filter_and_the_next_works() {
    let filter = common::troublemaker();
    let error = filter.explain(b"!").expect_err("it panics");
    assert!(matches!(error, Error::Fault { kind: FaultKind::Panic, .. }), "{error:?}");
    assert_eq!(error.blame(), Blame::Filter);
    assert_eq!(filter.explain(b"?").expect("an answer"), "0");
}

#[test]
fn settings_questions_and_joins_that_fail_are_errors_of_the_filter() {
    let engine = common::trouble_engine(1 << 20);
    let errors = [engine.filter("!").map(drop), engine.join(b"").map(drop), engine.catalog().map(drop), engine.record_schema().map(drop)];
    for error in errors {
        assert!(matches!(error, Err(Error::Fault { kind: FaultKind::Panic, .. })), "{error:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn batch_of_any_lines_accounts_for_each(lines in prop::collection::vec("[ab!~=?-][ab]{0,3}|[ab]{0,3}", 0..24)) {
        let outcome = audit(&lines.join("\n"));
        prop_assert!(outcome.is_balanced());
        prop_assert_eq!(sums(&outcome), expected(&lines));
    }
}

//! Memory: each limit obeyed, and violated with its own kind of fault.

use super::common;
use actlog_engine::{Blame, Error, FaultKind};

const MEBIBYTE: usize = 1 << 20;

#[test]
fn memory_within_the_limit_is_granted() {
    let batch = format!("{}\n", "x".repeat(2 * MEBIBYTE));
    let outcome = common::trouble_engine(100 * MEBIBYTE).filter("").expect("no settings").audit(batch.as_bytes()).expect("an outcome");
    assert_eq!((outcome.recorded, outcome.records.len()), (1, batch.len()));
}

#[test]
fn memory_beyond_the_limit_faults_the_event_by_name() {
    let filter = common::troublemaker();
    let outcome = filter.audit(b"one\n#\ntwo\n").expect("an outcome");
    assert_eq!(outcome.records, b"one\ntwo\n");
    let faulted: Vec<_> = outcome.faulted.iter().map(|faulted| (faulted.index, faulted.kind)).collect();
    assert_eq!(faulted, [(1, FaultKind::MemoryLimit)]);
    assert_eq!(filter.audit(b"three\n").expect("an outcome").records, b"three\n");
}

#[test]
fn memory_refused_but_not_needed_is_no_fault_and_does_not_name_a_later_one() {
    let filter = common::trouble_engine(50 * MEBIBYTE).filter("").expect("no settings");
    assert_eq!(filter.audit(b"+\n").expect("an outcome").recorded, 1, "80 MiB were asked for and not given");
    assert_eq!(filter.audit(b"!\n").expect("an outcome").faulted[0].kind, FaultKind::Panic);
}

#[test]
fn memory_of_a_giant_event_is_given_back() {
    let filter = common::troublemaker();
    let batches_of_the_next_instance = || filter.explain(b"?").expect("an answer");
    filter.audit(b"one\n").expect("an outcome");
    assert_eq!(batches_of_the_next_instance(), "1", "a small instance is used again");
    filter.audit(b"+\n").expect("an outcome");
    assert_eq!(batches_of_the_next_instance(), "0", "one of 80 MiB is not");
}

#[test]
fn memory_too_small_for_any_instance_is_the_hosts_error() {
    let error = common::trouble_engine(1000).filter("").expect_err("the filter starts with 64 KiB");
    assert!(matches!(error, Error::Host(_)), "{error:?}");
    assert_eq!(error.blame(), Blame::Host);
}

#[test]
fn batch_larger_than_an_instance_is_refused_before_the_call() {
    let filter = common::trouble_engine(MEBIBYTE).filter("").expect("no settings");
    let batch = vec![b'!'; MEBIBYTE];
    let error = filter.audit(&batch).expect_err("too large");
    assert!(matches!(error, Error::TooLarge { bytes, limit } if bytes == MEBIBYTE && limit == MEBIBYTE), "{error:?}");
    assert_eq!(error.blame(), Blame::Event);
    assert!(matches!(filter.explain(&batch), Err(Error::TooLarge { .. })));
}

#[test]
fn settings_larger_than_an_instance_are_the_operators_error() {
    let error = common::trouble_engine(MEBIBYTE).filter(&"!".repeat(MEBIBYTE)).expect_err("too large");
    assert!(matches!(&error, Error::Settings(errors) if errors.len() == 1 && errors[0].path.is_empty()), "{error:?}");
    assert_eq!(error.blame(), Blame::Settings);
}

#[test]
fn embedded_filter_with_an_event_too_large_for_its_memory_faults_it_alone() {
    let engine = actlog_engine::Engine::builder().cache(common::shared_cache()).memory_limit(16 * MEBIBYTE).build().expect("it runs");
    let filter = engine.filter("").expect("defaults");
    let giant = common::event("Create", 2).replace("account", &"x".repeat(15 * MEBIBYTE));
    let batch = [common::event("Retrieve", 1), giant, common::event("Retrieve", 3)].join("\n");
    let outcome = filter.audit(batch.as_bytes()).expect("an outcome");
    assert_eq!((outcome.read, outcome.recorded), (3, 2), "{:?}", outcome.rejected);
    assert_eq!((outcome.faulted[0].index, outcome.faulted[0].kind), (1, FaultKind::MemoryLimit));
}

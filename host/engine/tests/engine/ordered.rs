//! Many threads, one order.

use super::common;
use actlog_engine::{Batch, Filter};
use std::convert::Infallible;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Batches of growing and shrinking size, some of which fail; the tag is the batch's number.
fn batches(count: usize) -> impl Iterator<Item = Batch<usize>> + Send {
    (0..count).map(|tag| {
        let lines = (0..(tag * 37) % 60).map(|line| match (tag + line) % 23 {
            3 => "?".to_owned(),
            7 => "-".to_owned(),
            11 => "!".to_owned(),
            _ => format!("batch {tag} line {line} {}", "x".repeat(tag % 50)),
        });
        Batch { events: lines.collect::<Vec<_>>().join("\n").into_bytes(), tag }
    })
}

/// Everything that comes out, in the order it comes out.
fn run(filter: &Filter, jobs: usize, count: usize) -> String {
    let mut all = String::new();
    let flow = filter.audit_ordered(jobs, batches(count), |tag, outcome| {
        all.push_str(&format!("{tag}: {:?}\n", outcome.expect("an outcome")));
        ControlFlow::<Infallible>::Continue(())
    });
    assert_eq!(flow, ControlFlow::Continue(()));
    all
}

#[test]
fn outcomes_with_any_number_of_jobs_are_identical() {
    let filter = common::troublemaker();
    let one = run(&filter, 1, 200);
    assert_eq!(one.lines().count(), 200);
    for jobs in [0, 2, 8] {
        assert!(run(&filter, jobs, 200) == one, "{jobs} jobs");
    }
}

#[test]
fn embedded_filter_with_one_and_eight_jobs_gives_identical_bytes() {
    let filter = common::engine().filter("").expect("defaults");
    let records = |jobs| {
        let batches = (0..50).map(|tag| {
            let events = (0..20).map(|line| common::event(["Retrieve", "Create", "WhoAmI"][(tag + line) % 3], tag * 20 + line) + "\n");
            Batch { events: events.collect::<String>().into_bytes(), tag: () }
        });
        let mut records = Vec::new();
        let _ = filter.audit_ordered(jobs, batches, |(), outcome| {
            records.extend(outcome.expect("an outcome").records);
            ControlFlow::<Infallible>::Continue(())
        });
        records
    };
    let one = records(1);
    assert!(!one.is_empty());
    assert!(records(8) == one);
}

#[test]
fn no_batches_give_no_outcomes() {
    let filter = common::troublemaker();
    for jobs in [1, 4] {
        assert_eq!(run(&filter, jobs, 0), "");
    }
}

#[test]
fn break_ends_the_work_soon() {
    let filter = common::troublemaker();
    for jobs in [1, 2, 8] {
        let drawn = AtomicUsize::new(0);
        let endless = (0..).map(|tag: usize| {
            drawn.fetch_add(1, Ordering::Relaxed);
            Batch { events: b"line\n".to_vec(), tag }
        });
        let flow =
            filter.audit_ordered(jobs, endless, |tag, _| if tag == 10 { ControlFlow::Break("enough") } else { ControlFlow::Continue(()) });
        assert_eq!(flow, ControlFlow::Break("enough"));
        assert!(drawn.load(Ordering::Relaxed) <= 11 + 5 * jobs);
    }
}

#[test]
fn batches_drawn_but_not_handed_over_are_few() {
    let filter = common::troublemaker();
    for jobs in [1, 2, 8] {
        let drawn = AtomicUsize::new(0);
        let source = (0..300).map(|tag: usize| {
            drawn.fetch_add(1, Ordering::SeqCst);
            Batch { events: b"line\n".to_vec(), tag }
        });
        let mut most = 0;
        let _ = filter.audit_ordered(jobs, source, |tag, _| {
            // A slow consumer, so that the workers run ahead as far as they may.
            std::thread::sleep(std::time::Duration::from_micros(200));
            most = most.max(drawn.load(Ordering::SeqCst) - tag);
            ControlFlow::<Infallible>::Continue(())
        });
        assert!(most <= 5 * jobs, "{most} with {jobs} jobs");
    }
}

#[test]
fn panic_in_the_source_goes_on_in_the_caller() {
    let filter = common::troublemaker();
    for jobs in [1, 2, 8] {
        let source = batches(50).inspect(|batch| assert!(batch.tag != 20, "the source broke"));
        let mut seen = Vec::new();
        let panic = catch_unwind(AssertUnwindSafe(|| {
            filter.audit_ordered(jobs, source, |tag, _| {
                seen.push(tag);
                ControlFlow::<Infallible>::Continue(())
            })
        }));
        let panic = panic.expect_err("it panicked");
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"the source broke"));
        assert_eq!(seen, (0..20).collect::<Vec<_>>(), "what was drawn before is handed over");
    }
}

#[test]
fn panic_in_the_consumer_goes_on_in_the_caller() {
    let filter = common::troublemaker();
    for jobs in [1, 2, 8] {
        let flow = catch_unwind(AssertUnwindSafe(|| {
            filter.audit_ordered(jobs, batches(200), |tag, _| {
                assert!(tag < 5, "the consumer broke");
                ControlFlow::<Infallible>::Continue(())
            })
        }));
        assert!(flow.is_err());
    }
}

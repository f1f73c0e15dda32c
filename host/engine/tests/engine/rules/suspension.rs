//! A rule that keeps failing is not asked any more.

use super::builder::{Does, TestRule};
use super::*;
use actlog_engine::rules::OnFault;

fn failing() -> Rule {
    load(&TestRule::new().tags(b'T', "seen").on(b'X', Does::Traps))
}

const NEVER: [usize; 0] = [];

/// Audits a batch so many times: which of them said that the rule is suspended.
fn told(filter: &Filter, messages: &[&str], times: usize) -> Vec<usize> {
    let suspends = |_: &usize| audit(filter, messages).rule_faults.iter().any(|fault| fault.suspended);
    (0..times).filter(suspends).collect()
}

fn suspended(filter: &Filter) -> Vec<String> {
    filter.rules().suspended().map(str::to_owned).collect()
}

#[test]
fn rule_that_fails_five_times_is_suspended_and_it_is_told_once() {
    let filter = filter([member("bad", failing()), member("good", load(&TestRule::new()))]);
    assert_eq!(told(&filter, &["Xone"], 4), NEVER);
    assert_eq!(suspended(&filter), [""; 0]);
    assert_eq!(told(&filter, &["Xone"], 4), [0]);
    assert_eq!(suspended(&filter), ["bad"]);
}

#[test]
fn rule_is_suspended_after_as_many_batches_as_the_operator_says() {
    for (batches, last) in [(0, 0), (1, 0), (3, 2)] {
        let filter = filter([member("bad", failing()).suspend_after(batches)]);
        assert_eq!(told(&filter, &["Xone", "Xtwo", "Kept"], 6), [last], "a batch counts once");
    }
}

#[test]
fn faults_more_than_a_hundred_batches_ago_do_not_count() {
    let filter = filter([member("bad", failing()).suspend_after(2)]);
    for good in [99, 200] {
        assert_eq!(told(&filter, &["Xone"], 1), NEVER);
        assert_eq!(told(&filter, &["Kept"], good), NEVER);
    }
    assert_eq!(told(&filter, &["Xone"], 1), NEVER);
    assert_eq!(told(&filter, &["Kept"], 98), NEVER);
    assert_eq!(told(&filter, &["Xone"], 1), [0]);
}

#[test]
fn batches_without_anything_to_review_do_not_count() {
    let rule = load(&TestRule::new().on(b'X', Does::Traps).says(|said| said.entities = vec!["account"]));
    let filter = filter([member("bad", rule).suspend_after(2)]);
    let other = common::event("Update", 1).replace("account", "contact");
    assert_eq!(told(&filter, &["Xone"], 1), NEVER);
    for _ in 0..150 {
        filter.audit(other.as_bytes()).expect("an outcome");
    }
    assert_eq!(told(&filter, &["Xone"], 1), [0]);
}

#[test]
fn suspended_rule_that_withholds_withholds_everything_as_such() {
    let filter = filter([member("bad", failing()).on_fault(OnFault::Withhold).suspend_after(1)]);
    assert_eq!(faulted(&audit(&filter, &["Xone", "Tagged"])), [(0, FaultKind::Panic, "bad")]);
    let outcome = audit(&filter, &["Tagged", "WhoAmI", "Kept"]);
    assert_eq!(faulted(&outcome), [(0, FaultKind::Suspended, "bad"), (2, FaultKind::Suspended, "bad")]);
    assert_eq!(rule_faults(&outcome), [], "it was told before");
}

#[test]
fn suspended_rule_that_keeps_is_named_as_one_that_did_not_review() {
    let filter = filter([member("bad", failing()).on_fault(OnFault::Keep).suspend_after(1)]);
    assert_eq!(column(&audit(&filter, &["Xone", "Tagged"]), "Unreviewed"), ["bad", ""]);
    let outcome = audit(&filter, &["Tagged", "Kept"]);
    assert_eq!((column(&outcome, "Unreviewed"), column(&outcome, "Tags")), (texts(["bad", "bad"]), texts(["", ""])));
    assert_eq!((rule_faults(&outcome), faulted(&outcome)), (Vec::new(), Vec::new()));
}

#[test]
fn suspended_rule_does_not_stop_the_others() {
    let tags = member("tags", load(&TestRule::new().tags(b'T', "seen")));
    let filter = filter([member("bad", failing()).suspend_after(1), tags]);
    audit(&filter, &["Xone"]);
    assert_eq!(column(&audit(&filter, &["Tagged"]), "Tags"), ["seen"]);
}

#[test]
fn new_chain_with_the_same_rule_asks_again_and_a_clone_does_not() {
    let rule = failing();
    let with = || member("bad", rule.clone()).suspend_after(1);
    let filter = filter([with()]);
    audit(&filter, &["Xone"]);
    filter.set_rules(filter.rules());
    assert_eq!(column(&audit(&filter, &["Tagged"]), "Unreviewed"), ["bad"]);
    filter.set_rules(chain([with()]));
    assert_eq!(suspended(&filter), [""; 0]);
    assert_eq!(column(&audit(&filter, &["Tagged"]), "Tags"), ["seen"]);
}

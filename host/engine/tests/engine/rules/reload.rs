//! Rules that are replaced while batches are filtered: nothing is lost, nothing comes twice, and no batch is mixed.

use super::builder::TestRule;
use super::*;
use actlog_engine::{Cache, Start};
use std::collections::{BTreeSet, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;

const SWAPS: usize = 1_000;
/// Of so many swaps two load the rule anew.
const LOAD_EVERY: usize = 20;
/// After so many swaps a batch is waited for; odd, so that it is now the one version and now the other.
const WAIT_EVERY: usize = 5;
const EVENTS: usize = 16;

fn version(tag: &'static str) -> TestRule {
    TestRule::new().tags(b'T', tag).says(|said| said.version = tag.to_owned())
}

/// What the threads share.
#[derive(Default)]
struct Progress {
    end: AtomicBool,
    batches: AtomicUsize,
}

/// Audits batches until it is told to end; gives the tag of each.
fn audit_until_end(filter: &Filter, progress: &Progress, thread: usize) -> Vec<String> {
    let (mut tags, mut sent, mut seen) = (Vec::new(), 0, HashSet::new());
    while !progress.end.load(SeqCst) {
        let numbers = sent..sent + EVENTS;
        sent += EVENTS;
        let events: String = numbers.clone().map(|number| common::event("Tagged", thread << 32 | number) + "\n").collect();
        let outcome = filter.audit(events.as_bytes()).expect("an outcome");
        assert_eq!((outcome.read, outcome.recorded, outcome.rule_faults.len()), (EVENTS as u32, EVENTS as u32, 0));
        let expected: Vec<_> = numbers.map(|number| format!("e-{}", thread << 32 | number)).collect();
        assert_eq!(recorded(&outcome), expected);
        seen.extend(expected);
        let tag = column(&outcome, "Tags").remove(0);
        assert_eq!(column(&outcome, "Tags"), vec![tag.clone(); EVENTS], "one chain for the whole batch");
        tags.push(tag);
        progress.batches.fetch_add(1, SeqCst);
    }
    assert_eq!(seen.len(), sent);
    tags
}

#[test]
fn thousand_swaps_while_batches_are_filtered_lose_and_mix_nothing() {
    let components = ["v1", "v2"].map(|tag| version(tag).component());
    let rules = Rules::builder().cache(Cache::Folder(common::folder("rules-reload"))).build().expect("rules run here");
    let load = |component: &Vec<u8>| rules.load(component, RuleLimits::default()).expect("it is sound");
    let loaded = components.each_ref().map(load);
    let filter = filter([member("tags", loaded[0].clone())]);
    let progress = Progress::default();
    let audited = thread::scope(|scope| {
        let auditors = [1, 2].map(|thread| {
            let (filter, progress) = (&filter, &progress);
            scope.spawn(move || audit_until_end(filter, progress, thread))
        });
        for swap in 0..SWAPS {
            let which = (swap + 1) % 2;
            let rule = if swap % LOAD_EVERY < 2 { load(&components[which]) } else { loaded[which].clone() };
            assert!(swap % LOAD_EVERY >= 2 || *rule.start() == Start::Warm);
            filter.set_rules(chain([member("tags", rule)]));
            let before = progress.batches.load(SeqCst);
            let waits = || progress.batches.load(SeqCst) == before && !auditors.iter().any(thread::ScopedJoinHandle::is_finished);
            while swap % WAIT_EVERY == 0 && waits() {
                thread::yield_now();
            }
        }
        progress.end.store(true, SeqCst);
        auditors.map(|auditor| auditor.join().expect("no assertion failed")).concat()
    });
    let versions: BTreeSet<_> = audited.into_iter().collect();
    assert_eq!(versions.into_iter().collect::<Vec<_>>(), ["v1", "v2"], "both were asked, and nothing else");
    assert_eq!(column(&audit(&filter, &["Tagged"]), "Tags"), ["v1"], "the last swap counts");
}

#[test]
fn rules_taken_away_and_given_back_are_seen_by_the_next_batch() {
    let rule = load(&version("v1"));
    let filter = plain();
    for _ in 0..3 {
        filter.set_rules(chain([member("tags", rule.clone())]));
        assert_eq!(column(&audit(&filter, &["Tagged"]), "Tags"), ["v1"]);
        filter.set_rules(Chain::default());
        assert_eq!(audit(&filter, &["Tagged"]), audit(&plain(), &["Tagged"]));
    }
}

#[test]
fn rules_of_a_clone_of_the_filter_are_the_same() {
    let filter = plain();
    let clone = filter.clone();
    clone.set_rules(chain([member("tags", load(&version("v1")))]));
    assert_eq!(column(&audit(&filter, &["Tagged"]), "Tags"), ["v1"]);
    assert!(plain().rules().is_empty(), "another filter of the same engine has its own");
}

//! Customers' rules: what they may do, and that nothing they do harms anybody else.

mod builder;
mod chain;
mod hostile;
mod image;
mod layout;
mod loading;
mod random;
mod reload;
mod suspension;

use crate::common;
use actlog_engine::rules::{Chain, Grant, Member, Rule, RuleError, RuleLimits, Rules};
use actlog_engine::{FaultKind, Filter, Outcome};
use builder::TestRule;
use serde_json::Value;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// What loads the rules of all tests.
fn rules() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| Rules::builder().cache(common::shared_cache()).build().expect("rules run here"))
}

/// Limits for rules that loop for ever.
fn hasty() -> RuleLimits {
    RuleLimits { deadline: Duration::from_millis(300), ..RuleLimits::default() }
}

fn try_load(rule: &TestRule, limits: RuleLimits) -> Result<Rule, RuleError> {
    rules().load(&rule.component(), limits)
}

fn load(rule: &TestRule) -> Rule {
    try_load(rule, RuleLimits::default()).expect("a sound rule")
}

/// A rule in a chain, with all that it asks for granted.
fn member(name: &str, rule: Rule) -> Member {
    let grant = Grant::all_of(rule.manifest());
    Member::new(name, rule).grant(grant)
}

fn chain(members: impl IntoIterator<Item = Member>) -> Chain {
    Chain::new(members).expect("a sound chain")
}

/// The embedded filter with rules.
fn filter(members: impl IntoIterator<Item = Member>) -> Filter {
    let filter = plain();
    filter.set_rules(chain(members));
    filter
}

/// The embedded filter without rules.
fn plain() -> Filter {
    common::engine().filter("").expect("defaults")
}

/// An event for each message, numbered from 0.
fn batch(messages: &[&str]) -> String {
    messages.iter().enumerate().map(|(number, message)| common::event(message, number) + "\n").collect()
}

fn audit(filter: &Filter, messages: &[&str]) -> Outcome {
    let outcome = filter.audit(batch(messages).as_bytes()).expect("an outcome");
    assert!(outcome.is_balanced(), "{outcome:?}");
    outcome
}

/// The records of an outcome.
fn records(outcome: &Outcome) -> Vec<Value> {
    let lines = outcome.records.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).expect("a record is JSON")).collect()
}

/// A column of each record; empty where it has none.
fn column(outcome: &Outcome, name: &str) -> Vec<String> {
    records(outcome).iter().map(|record| record[name].as_str().unwrap_or_default().to_owned()).collect()
}

fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

/// The ids of the events that were recorded.
fn recorded(outcome: &Outcome) -> Vec<String> {
    column(outcome, "EventId")
}

/// What is withheld: index, kind, rule.
fn faulted(outcome: &Outcome) -> Vec<(u32, FaultKind, &str)> {
    outcome.faulted.iter().map(|faulted| (faulted.index, faulted.kind, faulted.rule.as_deref().unwrap_or_default())).collect()
}

/// Which rules failed: rule, kind, number of activities.
fn rule_faults(outcome: &Outcome) -> Vec<(&str, FaultKind, u32)> {
    outcome.rule_faults.iter().map(|fault| (fault.rule.as_str(), fault.kind, fault.activities)).collect()
}

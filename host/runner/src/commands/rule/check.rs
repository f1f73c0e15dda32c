//! `actlog rule check`

use std::time::Duration;

use actlog_engine::rules::{Chain, Manifest, Rule, RuleFault, RuleFigures, RuleStats};
use actlog_engine::{Engine, Start};
use actlog_generator::Generator;
use serde::Serialize;
use std::sync::Arc;

use crate::cli::RuleCheckArgs;
use crate::console::clean;
use crate::exit::End;
use crate::rules;
use crate::settings::load;
use crate::table::{Grid, thousands};

/// Events that a rule is timed with, and how many at once.
const EVENTS: usize = 6_400;
const BATCH: usize = 64;
/// Names that are shown of a long list.
const SHOWN: usize = 8;

/// What a check found.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Report<'r> {
    file: &'r str,
    name: &'r str,
    version: &'r str,
    bytes: usize,
    /// Whether its machine code was compiled, and not taken from the cache.
    compiled: bool,
    load_seconds: f64,
    messages: &'r [String],
    categories: &'r [&'static str],
    entities: &'r [String],
    columns: &'r [&'static str],
    tags: bool,
    redacts: bool,
    drops: bool,
    events: usize,
    reviewed: u64,
    microseconds_each: f64,
    faults: Vec<String>,
}

/// Loads a rule as a run would, tries it, and times it.
///
/// # Errors
/// When the rule cannot be used: why.
pub fn check(args: &RuleCheckArgs) -> anyhow::Result<End> {
    let rule = rules::load(&args.file)?;
    let (figures, faults) = timed(&rule)?;
    let manifest = rule.manifest();
    let report = Report {
        file: &args.file,
        name: &manifest.name,
        version: &manifest.version,
        bytes: rule.bytes(),
        compiled: *rule.start() != Start::Warm,
        load_seconds: seconds(rule.load_time()),
        messages: &manifest.messages,
        categories: &manifest.categories,
        entities: &manifest.entities,
        columns: &manifest.columns,
        tags: manifest.tags,
        redacts: manifest.redacts,
        drops: manifest.drops,
        events: EVENTS,
        reviewed: figures.activities,
        microseconds_each: (rules::microseconds_each(figures.time, figures.activities) * 1e3).round() / 1e3,
        faults: faults.iter().map(|fault| format!("{}: {}", fault.kind, fault.explanation)).collect(),
    };
    if args.json {
        super::super::print(&(serde_json::to_string_pretty(&report)? + "\n"))?;
    } else {
        super::super::print(&text(&report, manifest))?;
    }
    Ok(if report.faults.is_empty() { End::Done } else { End::Incomplete })
}

/// Lets it review made-up events, in batches as a run makes them.
fn timed(rule: &Rule) -> anyhow::Result<(RuleFigures, Vec<RuleFault>)> {
    let filter = load::defaults(&Engine::new()?, None)?;
    let (name, stats) = (rules::plain_name(rule), Arc::new(RuleStats::default()));
    filter.set_rules(Chain::new([rules::alone(rule, &name).stats(stats.clone())])?);
    let events: Vec<String> = Generator::new(1).take(EVENTS).collect();
    let mut faults = Vec::new();
    for batch in events.chunks(BATCH) {
        faults.extend(filter.audit(batch.join("\n").as_bytes())?.rule_faults);
    }
    Ok((stats.figures(), faults))
}

fn text(report: &Report<'_>, manifest: &Manifest) -> String {
    let mut grid = Grid::new(["Check", "Result"]);
    let mut row = |check: &str, result: String| grid.row([check.to_owned(), result]);
    row("rule", format!("{} {}", report.name, report.version));
    row("component", format!("{} bytes, imports nothing, fits the contract", thousands(report.bytes as u64)));
    let how = if report.compiled { "compiled" } else { "taken from the cache" };
    row("machine code", format!("{how} in {:.3} s", report.load_seconds));
    row("sees", sees(manifest));
    row("columns", if report.columns.is_empty() { "none".to_owned() } else { report.columns.join(", ") });
    row("may", may(manifest));
    row("tried with", format!("{} made-up events, of which it saw {}", thousands(report.events as u64), thousands(report.reviewed)));
    row("time", format!("{:.2} µs for each activity, in batches of {BATCH}", report.microseconds_each));
    match report.faults.split_first() {
        None => row("faults", "none".to_owned()),
        Some((first, others)) => {
            row("faults", first.clone());
            others.iter().take(SHOWN).for_each(|fault| row("", fault.clone()));
        }
    }
    grid.text() + "\n"
}

fn sees(manifest: &Manifest) -> String {
    let list = |what: &str, names: Vec<&str>| {
        let shown: Vec<_> = names.iter().take(SHOWN).map(|name| clean(name).into_owned()).collect();
        let more = names.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!names.is_empty()).then(|| format!("{what} {}{more}", shown.join(", ")))
    };
    let interest = [
        list("messages", manifest.messages.iter().map(String::as_str).collect()),
        list("categories", manifest.categories.clone()),
        list("entities", manifest.entities.iter().map(String::as_str).collect()),
    ];
    let interest: Vec<String> = interest.into_iter().flatten().collect();
    if interest.is_empty() { "every activity".to_owned() } else { interest.join("; ") }
}

fn may(manifest: &Manifest) -> String {
    let wants = [(manifest.tags, "tag"), (manifest.redacts, "redact"), (manifest.drops, "drop (needs may-drop in its grant)")];
    let wants: Vec<&str> = wants.into_iter().filter(|(wants, _)| *wants).map(|(_, name)| name).collect();
    if wants.is_empty() { "nothing but keep".to_owned() } else { wants.join(", ") }
}

fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e6
}

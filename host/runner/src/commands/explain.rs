//! `actlog explain`

use std::sync::Arc;

use actlog_engine::Engine;
use anyhow::Context;
use serde::Serialize;

use crate::cli::ExplainArgs;
use crate::console::{BAD, GOOD, HEAD, NOTE, clean};
use crate::exit::{End, usage};
use crate::inputs;
use crate::interrupt::Interrupt;
use crate::ordered::Value;
use crate::rules::effect::{Change, Comparison, Effect, Fate};
use crate::rules::set::RuleSet;
use crate::settings::load::{self, Settings};
use crate::settings::publish::publish;
use crate::source::event::Content;
use crate::source::flaw::Flaw;
use crate::source::framer::Framer;
use crate::source::input::{self, ReadBytes};
use crate::source::spool::Spooling;
use crate::source::window::Window;
use crate::table::{Grid, styled};

/// The largest event that is explained, in bytes.
const MAX_EVENT: usize = 16 * 1024 * 1024;
const CHUNK: usize = 64 * 1024;

/// Explains the one event of the input.
///
/// # Errors
/// When the input cannot be read or holds no event or several, the settings are not valid, or have no draft to show.
pub fn explain(args: &ExplainArgs) -> anyhow::Result<End> {
    inputs::check(std::slice::from_ref(&args.input))?;
    let document = match one_event(&args.input)? {
        (event, None) => explained(args, &event)?,
        (_, Some(flaw)) => refused(&flaw),
    };
    if args.json {
        return super::print(&(document.pretty()? + "\n"));
    }
    super::print(&text(&document)?)
}

/// The settings, or what they would be once their draft is published.
fn settings(args: &ExplainArgs, engine: &Engine) -> anyhow::Result<Option<Settings>> {
    let Some(file) = args.settings.as_deref() else { return Ok(None) };
    let settings = Settings::read(file)?;
    if !args.draft {
        return Ok(Some(settings));
    }
    settings.filter(engine, None)?;
    let published = publish(settings.text())?;
    if published.sections.is_empty() {
        return Err(usage(format!("{file} has no [draft]")));
    }
    Settings::parse(file, published.text).map(Some)
}

/// The filter's explanation, and what rules make of the event.
fn explained(args: &ExplainArgs, event: &[u8]) -> anyhow::Result<Value> {
    let engine = Engine::new()?;
    let settings = settings(args, &engine)?;
    let filter = || settings.as_ref().map_or_else(|| load::defaults(&engine, None), |settings| settings.filter(&engine, None));
    let without = filter()?;
    let no_json = "the filter's answer is no JSON; please report this";
    let document: Value = serde_json::from_str(&without.explain(event)?).context(no_json)?;
    let mut members: Vec<_> = document.members().iter().filter(|(key, _)| key != "draft").cloned().collect();
    if let Some(settings) = settings.as_ref().filter(|settings| !settings.rules().is_empty()) {
        let with = filter()?;
        with.set_rules(RuleSet::new().load(settings).map_err(|errors| settings.bad(&errors))?);
        if let Some(effect) = Comparison::new(&engine, without, with).effect(String::new(), event)? {
            let rules = serde_json::from_str(&serde_json::to_string(&Reviewed::of(&effect))?).context(no_json)?;
            members.push(("rules".to_owned(), rules));
        }
    }
    Ok(Value::Object(members))
}

/// What rules make of the event, in the explanation's words.
#[derive(Serialize)]
struct Reviewed<'e> {
    outcome: Fate,
    reason: &'e str,
    changes: Vec<Changed<'e>>,
}

#[derive(Serialize)]
struct Changed<'e> {
    column: &'e str,
    before: Option<&'e str>,
    after: Option<&'e str>,
}

impl<'e> Reviewed<'e> {
    fn of(effect: &'e Effect) -> Self {
        let changed =
            |change: &'e Change| Changed { column: &change.column, before: change.before.as_deref(), after: change.after.as_deref() };
        Self { outcome: effect.outcome, reason: &effect.reason, changes: effect.changes.iter().map(changed).collect() }
    }
}

/// What the filter would say of an event whose frame is broken, had it seen it.
fn refused(flaw: &Flaw) -> Value {
    let object = |members: [(&str, Value); 3]| Value::Object(members.map(|(key, value)| (key.to_owned(), value)).into());
    let text = |text: &str| Value::String(text.to_owned());
    let (decision, why) = (format!("rejected: {}", flaw.reason), format!("{}, byte {}", flaw.explanation, flaw.at));
    let stage = object([("stage", text("frame")), ("decision", text(&decision)), ("why", text(&why))]);
    object([("outcome", text("rejected")), ("reason", text(flaw.reason)), ("stages", Value::Array(vec![stage]))])
}

/// The event, on one line, and what is wrong with its frame.
fn one_event(input: &str) -> anyhow::Result<(Vec<u8>, Option<Flaw>)> {
    let cannot = || format!("cannot read {input}");
    let source = input::open(input, &ReadBytes::default(), &Interrupt::default()).with_context(cannot)?;
    let mut framer = Framer::new(Window::new(source.reader, CHUNK), Arc::from(input), MAX_EVENT, Spooling::Count);
    let event = framer.next_event().with_context(cannot)?.ok_or_else(|| usage(format!("{input} holds no event")))?;
    let bytes = match event.content {
        Content::Held(bytes) => bytes.iter().map(|&byte| if byte == b'\n' { b' ' } else { byte }).collect(),
        Content::Spooled(_) => Vec::new(),
    };
    let flaw = event.flaw;
    if framer.next_event().with_context(cannot)?.is_some() {
        return Err(usage(format!("{input} holds more than one event; explain takes one")));
    }
    Ok((bytes, flaw))
}

fn text(document: &Value) -> anyhow::Result<String> {
    let style = match document.text("outcome") {
        "recorded" => GOOD,
        "excluded" => NOTE,
        _ => BAD,
    };
    let reason = if document.text("reason").is_empty() { String::new() } else { format!(": {}", clean(document.text("reason"))) };
    let mut text = format!("{style}{}{style:#}{reason}\n\n{}\n", clean(document.text("outcome")), stages(document));
    let (records, sizes) = (document.list("records"), document.list("sizes"));
    for (at, record) in records.iter().enumerate() {
        let size = sizes.get(at).map(|size| format!(", {} bytes", shown(size))).unwrap_or_default();
        let heading = styled(&format!("Record {} of {}{size}", at + 1, records.len()), HEAD);
        let lines: Vec<String> = record.pretty()?.lines().map(|line| clean(line).into_owned()).collect();
        text.push_str(&format!("\n{heading}\n{}\n", lines.join("\n")));
    }
    if let Some(rules) = document.get("rules") {
        text.push_str(&format!("\n{}\n{}\n", styled("Rules", HEAD), reviewed(rules)));
    }
    Ok(text)
}

/// What rules make of the record above.
fn reviewed(rules: &Value) -> String {
    if rules.text("outcome") != "recorded" {
        return format!("{BAD}{}{BAD:#}: {}", clean(rules.text("outcome")), clean(rules.text("reason")));
    }
    if rules.list("changes").is_empty() {
        return "change nothing".to_owned();
    }
    let mut grid = Grid::new(["Column", "Without rules", "With rules"]);
    for change in rules.list("changes") {
        grid.row(["column", "before", "after"].map(|key| change.text(key).to_owned()));
    }
    grid.text()
}

/// Stage by stage; the checks of a stage stand under it.
fn stages(document: &Value) -> String {
    let mut grid = Grid::new(["Stage", "Decision", "Why"]);
    for stage in document.list("stages") {
        grid.row(["stage", "decision", "why"].map(|key| stage.get(key).map(shown).unwrap_or_default()));
        for check in stage.list("checks") {
            let passed = check.get("passed") == Some(&Value::Bool(true));
            grid.row([
                format!("  {}", check.text("check")),
                if passed { "passed" } else { "not passed" }.to_owned(),
                check.text("why").to_owned(),
            ]);
        }
    }
    grid.text()
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

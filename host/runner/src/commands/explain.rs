//! `actlog explain`

use std::sync::Arc;

use actlog_engine::{Engine, Filter};
use anyhow::Context;

use crate::cli::ExplainArgs;
use crate::console::{BAD, GOOD, HEAD, NOTE, clean};
use crate::exit::{End, usage};
use crate::inputs;
use crate::interrupt::Interrupt;
use crate::ordered::Value;
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
        (event, None) => explained(&filter(args)?, &event)?,
        (_, Some(flaw)) => refused(&flaw),
    };
    if args.json {
        return super::print(&(document.pretty()? + "\n"));
    }
    super::print(&text(&document)?)
}

/// A filter with the settings, or with what they would be once their draft is published.
fn filter(args: &ExplainArgs) -> anyhow::Result<Filter> {
    let engine = Engine::new()?;
    let Some(file) = args.settings.as_deref().filter(|_| args.draft) else { return load::filter(&engine, args.settings.as_deref()) };
    let settings = Settings::read(file)?;
    settings.filter(&engine, None)?;
    let published = publish(settings.text())?;
    if published.sections.is_empty() {
        return Err(usage(format!("{file} has no [draft]")));
    }
    Settings::parse(file, published.text)?.filter(&engine, None)
}

/// The filter's explanation, with the records as they would be written.
fn explained(filter: &Filter, event: &[u8]) -> anyhow::Result<Value> {
    let no_json = "the filter's answer is no JSON; please report this";
    let document: Value = serde_json::from_str(&filter.explain(event)?).context(no_json)?;
    let outcome = filter.audit(event)?;
    let lines = outcome.records.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    let records = lines.map(serde_json::from_slice).collect::<Result<Vec<Value>, _>>().context(no_json)?;
    let others = document.members().iter().filter(|(key, _)| key != "records" && key != "draft").cloned();
    Ok(Value::Object(others.chain([("records".to_owned(), Value::Array(records))]).collect()))
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
    Ok(text)
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

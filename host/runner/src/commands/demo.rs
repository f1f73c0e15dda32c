//! `actlog demo`: the examples of the specification, and a morning of an organization, through the real filter.

use std::ops::ControlFlow;
use std::time::Duration;

use actlog_engine::{Engine, Filter};

use crate::account::Account;
use crate::batches::Batches;
use crate::console::{Console, FAINT, HEAD, clean};
use crate::exit::End;
use crate::ordered::Value;
use crate::rejects::Rejects;
use crate::settings::load::Settings;
use crate::table::{Grid, paragraph, styled};

pub const EXAMPLES: &str = include_str!("../../demo/examples.ndjson");
pub const MORNING: &str = include_str!("../../demo/morning.ndjson");
pub const SETTINGS: &str = include_str!("../../demo/settings.toml");

/// What people see where a column is absent.
const ABSENT: &str = "N/A";

/// Names as the specification's examples print them, and the columns that carry them. ID is the id that the sender gave the event.
const EXAMPLE_ROWS: [(&str, &str); 10] = [
    ("ID", "EventId"),
    ("UserKey", "UserKey"),
    ("ClientIP", "ClientIP"),
    ("Operation", "Operation"),
    ("Date", "CreationTime"),
    ("EntityId", "EntityId"),
    ("EntityName", "EntityName"),
    ("Query", "Query"),
    ("QueryResults", "QueryResults"),
    ("ItemURL", "ItemUrl"),
];

/// The last rows of example 2 are without ItemURL.
const EXAMPLE_2_ROWS: usize = 9;

const EXAMPLE_3_COLUMNS: [(&str, &str); 4] =
    [("ID", "EventId"), ("EntityID", "EntityId"), ("EntityName", "EntityName"), ("Operation", "Operation")];

/// Prints the examples and the morning.
///
/// # Errors
/// When the filter cannot be run.
pub fn demo() -> anyhow::Result<End> {
    let settings = Settings::parse("the demo's settings", SETTINGS.to_owned())?;
    let filter = settings.filter(&Engine::new()?, None)?;
    let (records, ..) = audit(&filter, "examples.ndjson", EXAMPLES)?;
    super::print(&format!("{}\n{}", examples(&records), morning(&filter)?))
}

fn examples(records: &[Value]) -> String {
    let mut text = String::new();
    let titles = ["Logs generated when user reads an Account record", "Logs generated when user sees Account records in a Grid"];
    for (at, (title, rows)) in titles.iter().zip([EXAMPLE_ROWS.len(), EXAMPLE_2_ROWS]).enumerate() {
        let Some(record) = records.get(at) else { continue };
        text.push_str(&heading(&format!("Example {} – {title}", at + 1)));
        let mut grid = Grid::new(["Schema Name", "Value"]);
        for (name, column) in &EXAMPLE_ROWS[..rows] {
            grid.row([(*name).to_owned(), shown(record, column)]);
        }
        text.push_str(&format!("{}\n{}\n\n", grid.whole(), faint(&format!("record {}", record.text("Id")))));
    }
    text.push_str(&heading("Example 3 – List of messages logged when user converts a lead to opportunity"));
    let mut grid = Grid::new(EXAMPLE_3_COLUMNS.map(|(name, _)| name));
    grid.break_ids();
    for record in records.iter().skip(titles.len()) {
        grid.row(EXAMPLE_3_COLUMNS.map(|(_, column)| shown(record, column)));
    }
    let note = "ID is the id that the sender gave the event. The record's own Id is a UUIDv5 of organization, event and part: \
                whoever gets a record twice can tell.";
    text.push_str(&format!("{}\n{}\n", grid.whole(), paragraph(note).iter().map(|line| faint(line)).collect::<Vec<_>>().join("\n")));
    text
}

fn morning(filter: &Filter) -> anyhow::Result<String> {
    let (records, account, told) = audit(filter, "morning.ndjson", MORNING)?;
    let mut text = heading("A morning of an organization – events of both forms, as they come in");
    let mut grid = Grid::new(["Time", "User", "Operation", "Entity", "Category", "Part"]);
    for record in &records {
        let number = |key: &str| record.get(key).map(cell).unwrap_or_default();
        let part = if number("PartCount") == "1" { String::new() } else { format!("{} of {}", number("Part"), number("PartCount")) };
        let time = record.text("CreationTime").get(11..19).unwrap_or_default().to_owned();
        let user = record.text("UserUpn").split('@').next().unwrap_or_default().to_owned();
        grid.row([time, user, shown(record, "Operation"), shown(record, "EntityName"), shown(record, "Category"), part]);
    }
    text.push_str(&format!("{}\n\n", grid.whole()));

    text.push_str(&heading("Left out on purpose, and why"));
    let mut grid = Grid::new(["Reason", "Message", "Entity"]);
    for (reason, message, entity) in account.ledger.entries() {
        grid.row([reason, message, entity].map(|cell| if cell.is_empty() { ABSENT.to_owned() } else { cell.to_owned() }));
    }
    text.push_str(&format!("{}\n\n", grid.whole()));

    text.push_str(&heading("Not usable: where and why"));
    text.push_str(&format!("{}\n\n", told.join("\n")));
    text.push_str(&heading("The account"));
    text.push_str(&format!("{}\n\n", account.summary(Vec::new(), Duration::ZERO, true).account()));

    text.push_str(&heading("What to try next"));
    let next = [
        ("actlog run events.json > audit.ndjson", "your own events"),
        ("actlog explain event.json", "why one event is logged, or not"),
        ("actlog catalog", "what is logged and what is not"),
        ("actlog settings init", "decide what is logged"),
        ("actlog generate -n 1000 | actlog run", "a thousand made-up events"),
    ];
    for (command, what) in next {
        text.push_str(&format!("  {command:37}  {}\n", faint(what)));
    }
    Ok(text)
}

/// The records of a text, the account, and what was said about events that could not be used.
fn audit(filter: &Filter, name: &str, text: &'static str) -> anyhow::Result<(Vec<Value>, Account, Vec<String>)> {
    let (console, mut account) = (Console::keeping(), Account::new(Rejects::open(None)?));
    let mut records = Vec::new();
    let flow = filter.audit_ordered(1, Batches::of_text(name, text), |tag, outcome| match account.take(tag, outcome, &console) {
        Ok(bytes) => {
            records.extend(bytes);
            ControlFlow::Continue(())
        }
        Err(error) => ControlFlow::Break(error),
    });
    if let ControlFlow::Break(error) = flow {
        return Err(error);
    }
    let lines = records.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    let records = lines.map(serde_json::from_slice).collect::<Result<Vec<Value>, _>>()?;
    Ok((records, account, console.kept()))
}

fn heading(text: &str) -> String {
    format!("{}\n", styled(text, HEAD))
}

fn faint(text: &str) -> String {
    styled(text, FAINT)
}

/// A column as the specification's examples show it.
fn shown(record: &Value, column: &str) -> String {
    match record.text(column) {
        "" => ABSENT.to_owned(),
        time if column == "CreationTime" => date(time).unwrap_or_else(|| time.to_owned()),
        text => clean(text).into_owned(),
    }
}

fn cell(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// `2018-03-02T23:25:56` as `3/2/2018 11:25:56 PM`.
fn date(iso: &str) -> Option<String> {
    let number = |from: usize, to: usize| iso.get(from..to)?.parse::<u32>().ok();
    let (year, month, day, hour) = (number(0, 4)?, number(5, 7)?, number(8, 10)?, number(11, 13)?);
    let half = if hour < 12 { "AM" } else { "PM" };
    Some(format!("{month}/{day}/{year} {}:{} {half}", (hour + 11) % 12 + 1, iso.get(14..19)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_is_written_as_in_the_examples() {
        assert_eq!(date("2018-03-02T23:25:56").as_deref(), Some("3/2/2018 11:25:56 PM"));
        assert_eq!(date("2018-12-31T00:05:06Z").as_deref(), Some("12/31/2018 12:05:06 AM"));
        assert_eq!(date("2018-12-31T12:05:06.5").as_deref(), Some("12/31/2018 12:05:06 PM"));
        assert_eq!(date("noon"), None);
    }
}

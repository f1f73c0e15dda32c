//! `actlog report`

use actlog_store::{Reader, Report, Value};
use anyhow::Context;

use crate::cli::ReportArgs;
use crate::console::{Console, HEAD};
use crate::exit::{End, cannot_write, usage};
use crate::review::csv::Sheet;
use crate::review::question::Question;
use crate::review::reports::{self, Asked, Own};
use crate::review::{html, question};
use crate::settings::load::Settings;
use crate::source::input::DASH;
use crate::table::{Grid, styled, thousands};

/// Rows of a table for people.
const SHOWN: usize = 200;

/// Runs a report, or names all of them.
///
/// # Errors
/// When there is no such report, it needs something that is not given, or the store cannot be read.
pub fn report(args: &ReportArgs) -> anyhow::Result<End> {
    let own = own(args)?;
    let Some(name) = &args.name else { return list(&own) };
    let asked = Asked { user: args.user.as_deref(), record_ids: args.records.as_deref() };
    let kind = reports::kind(name, &asked, &own).map_err(usage)?;
    let range = Question { from: args.from.clone(), to: args.to.clone(), ..Question::default() };
    let query = range.query().map_err(usage)?;
    let reader = Reader::open(&args.store.store).with_context(|| format!("cannot read {}", args.store.store))?;
    let report = reader.report(&kind, query.from, query.to)?;
    if args.json {
        super::print(&(serde_json::to_string_pretty(&report)? + "\n"))
    } else if args.csv {
        let mut sheet = Sheet::new(std::io::stdout(), report.columns.iter().map(String::as_str))?;
        for row in &report.rows {
            sheet.row(row.iter().map(Value::to_text)).map_err(|error| cannot_write(DASH, error.into()))?;
        }
        sheet.finish().map(|()| End::Done).map_err(|error| cannot_write(DASH, error))
    } else if args.html {
        super::print(&html::page(&report, &question::range(&range), &question::now())?)
    } else {
        super::print(&text(&report))
    }
}

/// The customer's own reports; none where review is turned off.
fn own(args: &ReportArgs) -> anyhow::Result<Vec<Own>> {
    let Some(settings) = &args.settings else { return Ok(Vec::new()) };
    let settings = Settings::read(settings)?;
    let review = settings.review()?;
    if !review.search {
        return Err(usage("search is turned off in the settings ([review] search = false); records are kept all the same"));
    }
    Ok(review.own_reports())
}

fn list(own: &[Own]) -> anyhow::Result<End> {
    let mut grid = Grid::new(["Report", "What it tells", "Needs"]);
    for entry in reports::all(own) {
        let needs = entry.needs.iter().map(|need| if *need == "User" { "--user" } else { "--records" }).collect::<Vec<_>>().join(", ");
        let tells = if entry.description.starts_with("Preconfigured") { entry.title } else { entry.description };
        grid.row([entry.name, tells, needs]);
    }
    super::print(&(grid.text() + "\n"))
}

/// A report as a table for people.
pub fn text(report: &Report) -> String {
    let mut grid = Grid::new(report.columns.iter().cloned());
    for (at, _) in report.columns.iter().enumerate() {
        if report.rows.iter().any(|row| matches!(row.get(at), Some(Value::Number(_)))) {
            grid.numbers(at);
        }
    }
    let cell = |value: &Value| match value {
        Value::Number(number) => u64::try_from(*number).map_or_else(|_| number.to_string(), thousands),
        other => other.to_text(),
    };
    report.rows.iter().take(SHOWN).for_each(|row| grid.row(row.iter().map(cell)));
    if report.rows.is_empty() {
        return format!("{}\nnothing\n", styled(&report.title, HEAD));
    }
    if report.rows.len() > SHOWN {
        Console::plain().say(&format!("{} rows more; --csv and --json have all", thousands((report.rows.len() - SHOWN) as u64)));
    }
    format!("{}\n\n{}\n", styled(&report.title, HEAD), grid.fitted())
}

//! `actlog retain`

use actlog_store::{DEFAULT_DAYS, Options, Reader, ReportKind, Store, days_ago};
use anyhow::Context;
use serde::Serialize;

use super::report;
use crate::cli::RetainArgs;
use crate::console::Console;
use crate::exit::End;
use crate::settings::load::Settings;
use crate::table::thousands;

/// Records that go in one step.
const STEP: usize = 500;

/// What went, or would go.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Gone {
    days: u32,
    dry_run: bool,
    segments: u64,
    records: u64,
}

/// Deletes what is too old and tells what went.
///
/// # Errors
/// When the settings are not valid, or the store cannot be read or written.
pub fn retain(args: &RetainArgs) -> anyhow::Result<End> {
    let settings = args.settings.as_deref().map(Settings::read).transpose()?;
    let said = settings.as_ref().map(Settings::review).transpose()?.map_or(DEFAULT_DAYS, |review| review.retention_days);
    let days = args.days.unwrap_or(said);
    let before = days_ago(days);
    // A store that is not there is a mistake, and none is made.
    let reader = Reader::open(&args.store.store).with_context(|| format!("cannot read {}", args.store.store))?;
    let mut gone = Gone { days, dry_run: args.dry_run, segments: 0, records: 0 };
    if args.dry_run {
        (gone.segments, gone.records) = reader.due(before)?;
        return told(args, &gone, "would be deleted");
    }
    let began = actlog_store::now();
    let mut store = Store::open(&args.store.store, Options::default()).with_context(|| format!("cannot open {}", args.store.store))?;
    let waiting = Console::waiting("deleting what is too old");
    loop {
        let step = store.retain(before, STEP)?;
        gone.segments += step.segments;
        gone.records += step.records;
        waiting.tell(&format!("deleting what is too old: {} records", thousands(gone.records)));
        if !step.more {
            break;
        }
    }
    store.close()?;
    waiting.end();
    if gone.records > 0 && !args.json {
        super::print(&report::text(&reader.report(&ReportKind::Deletions, Some(began), None)?))?;
    }
    told(args, &gone, "deleted")
}

fn told(args: &RetainArgs, gone: &Gone, what: &str) -> anyhow::Result<End> {
    if args.json {
        return super::print(&(serde_json::to_string_pretty(gone)? + "\n"));
    }
    let [records, segments] = [gone.records, gone.segments].map(thousands);
    Console::plain().say(&format!("{records} records in {segments} segments, older than {} days, {what}", gone.days));
    Ok(End::Done)
}

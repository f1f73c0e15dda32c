//! `actlog search`

use std::io::Write;

use actlog_engine::Engine;
use actlog_store::{Cursor, Reader, Row, format_time};
use anyhow::Context;

use crate::cli::SearchArgs;
use crate::console::Console;
use crate::exit::{End, cannot_write, usage};
use crate::ordered::Value;
use crate::review::csv::{COLUMNS, Sheet};
use crate::review::{ocsf, source};
use crate::settings::load::Settings;
use crate::source::input::DASH;
use crate::table::Grid;

/// Rows of a table for people, where no limit is given.
const LISTED: u64 = 100;
/// Source records that are read at once.
const CHUNK: usize = 500;

/// Finds records and shows them.
///
/// # Errors
/// When a filter cannot be read, search is turned off, or the store cannot be read.
pub fn search(args: &SearchArgs) -> anyhow::Result<End> {
    if let Some(settings) = &args.settings {
        let settings = Settings::read(settings)?;
        if !settings.review()?.search {
            return Err(usage("search is turned off in the settings ([review] search = false); records are kept all the same"));
        }
    }
    let query = args.question.query().map_err(usage)?;
    let after: Option<Cursor> = args.after.as_deref().map(|text| text.parse().map_err(|error| usage(format!("{error}")))).transpose()?;
    let reader = Reader::open(&args.store.store).with_context(|| format!("cannot read {}", args.store.store))?;
    let engine = Engine::new()?;
    let (mut left, mut after, mut shown) =
        (args.limit.unwrap_or(if args.json || args.ocsf || args.csv { u64::MAX } else { LISTED }), after, Shown::new(args)?);
    loop {
        let page = reader.search(&query, CHUNK.min(usize::try_from(left).unwrap_or(usize::MAX)), after)?;
        left -= page.rows.len() as u64;
        shown.rows(&engine, &page.rows)?;
        after = page.next;
        if after.is_none() || left == 0 {
            break;
        }
    }
    shown.end(after)
}

/// Where answers go, in the form that was asked for.
enum Shown {
    Table(Grid, u64),
    Json { parts: bool },
    Ocsf,
    Csv(Box<Sheet<std::io::Stdout>>),
}

impl Shown {
    fn new(args: &SearchArgs) -> anyhow::Result<Self> {
        Ok(if args.csv {
            Self::Csv(Box::new(Sheet::new(std::io::stdout(), COLUMNS)?))
        } else if args.ocsf {
            Self::Ocsf
        } else if args.json {
            Self::Json { parts: args.parts }
        } else {
            Self::Table(Grid::new(["Time", "User", "Message", "Entity", "Category", "Record", "Results", "Tags"]), 0)
        })
    }

    fn rows(&mut self, engine: &Engine, rows: &[Row]) -> anyhow::Result<()> {
        let cannot = |error| cannot_write(DASH, error);
        match self {
            Self::Table(grid, count) => {
                *count += rows.len() as u64;
                rows.iter().for_each(|row| grid.row(cells(row)));
            }
            Self::Json { parts: true } => {
                let mut out = std::io::stdout().lock();
                rows.iter().try_for_each(|row| out.write_all(&row.to_ndjson())).map_err(cannot)?;
            }
            Self::Json { parts: false } => {
                let mut out = std::io::stdout().lock();
                for record in source::all_whole(engine, rows)? {
                    out.write_all((serde_json::to_string(&record)? + "\n").as_bytes()).map_err(cannot)?;
                }
            }
            Self::Ocsf => {
                let mut out = std::io::stdout().lock();
                for record in source::all_whole(engine, rows)? {
                    out.write_all(format!("{}\n", ocsf::event(&record)?).as_bytes()).map_err(cannot)?;
                }
            }
            Self::Csv(sheet) => {
                let records: Vec<Value> = source::all_whole(engine, rows)?;
                for record in &records {
                    sheet.record(record).map_err(|error| cannot(error.into()))?;
                }
            }
        }
        Ok(())
    }

    fn end(self, next: Option<Cursor>) -> anyhow::Result<End> {
        let console = Console::plain();
        match self {
            Self::Table(grid, 0) => {
                drop(grid);
                console.say("nothing was found");
            }
            Self::Table(grid, count) => {
                super::print(&(grid.fitted() + "\n"))?;
                console.say(&format!("{} found", crate::table::thousands(count)));
            }
            Self::Json { .. } | Self::Ocsf => {}
            Self::Csv(sheet) => sheet.finish().map_err(|error| cannot_write(DASH, error))?,
        }
        if let Some(next) = next {
            console.say(&format!("there are more: --after {next}"));
        }
        Ok(End::Done)
    }
}

/// What a list shows of a source record.
fn cells(row: &Row) -> [String; 8] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        row.time.map(format_time).unwrap_or_default(),
        text(&row.user),
        row.message.clone(),
        text(&row.entity),
        text(&row.category),
        row.entity_id.map(|id| id.to_string()).unwrap_or_default(),
        if row.results > 0 { row.results.to_string() } else { String::new() },
        text(&row.tags),
    ]
}

//! What searches go by, derived again from the records' bytes and compared.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};
use uuid::Uuid;

use super::VerifyReport;
use crate::error::Error;
use crate::record::{NAMES, Record};

/// How many rows the tables should have.
#[derive(Default)]
struct Totals {
    sources: i64,
    seen: i64,
    tags: i64,
}

pub(super) fn verify(connection: &Connection, report: &mut VerifyReport) -> Result<(), Error> {
    let mut totals = Totals::default();
    let mut statement = connection.prepare("SELECT DISTINCT source FROM record ORDER BY source")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        verify_source(connection, row.get(0)?, &mut totals, report)?;
    }
    for (table, expected) in [("source", totals.sources), ("seen", totals.seen), ("tag", totals.tags)] {
        let found: i64 = connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
        if found != expected {
            report.store_is(format!("the table {table} has {found} rows, and the records give {expected}"));
        }
    }
    Ok(())
}

fn verify_source(connection: &Connection, source: i64, totals: &mut Totals, report: &mut VerifyReport) -> Result<(), Error> {
    let mut statement = connection.prepare_cached("SELECT seq, id, bytes FROM record WHERE source = ? ORDER BY seq")?;
    let parts: Vec<(i64, Vec<u8>, Vec<u8>)> =
        statement.query_map([source], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect::<Result<_, _>>()?;
    let mut records = Vec::with_capacity(parts.len());
    for (seq, id, bytes) in &parts {
        match Record::read(bytes) {
            Ok(record) => {
                if record.id.as_bytes() != id.as_slice() {
                    report.record_is(*seq, Some(record.id), "its id in the table is not the one in its bytes");
                }
                records.push((*seq, record));
            }
            Err(why) => report.record_is(*seq, Uuid::from_slice(id).ok(), format!("it is no record: {why}")),
        }
    }
    let Some((seq, first)) = records.first() else { return Ok(()) };
    let mut wrong = |what: &str| report.record_is(*seq, Some(first.id), format!("the {what} that searches go by is not what it says"));
    totals.sources += 1;
    if records.iter().any(|(_, part)| (part.correlation, &part.names[0]) != (first.correlation, &first.names[0])) {
        wrong("source record");
    }
    let results: usize = records.iter().map(|(_, part)| part.results.len()).sum();
    for column in differing(connection, source, first, results)? {
        wrong(column);
    }
    let shown: BTreeSet<Uuid> = records.iter().flat_map(|(_, part)| part.shown()).collect();
    totals.seen += shown.len() as i64;
    let mut seen = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM seen WHERE id = ? AND time = ? AND source = ?)")?;
    for id in &shown {
        if !seen.query_row(params![id, first.time, source], |row| row.get::<_, bool>(0))? {
            wrong(&format!("shown record {id}"));
        }
    }
    let tags: BTreeSet<&str> = first.tags().collect();
    totals.tags += tags.len() as i64;
    let mut tagged = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM tag WHERE name = (SELECT no FROM name WHERE text = ?) AND time = ? AND source = ?)",
    )?;
    for tag in tags {
        if !tagged.query_row(params![tag, first.time, source], |row| row.get::<_, bool>(0))? {
            wrong(&format!("tag {tag}"));
        }
    }
    Ok(())
}

/// The columns of a source record that are not what its first part gives.
fn differing(connection: &Connection, source: i64, first: &Record<'_>, results: usize) -> Result<Vec<&'static str>, Error> {
    let names = NAMES.map(|column| format!("(SELECT text FROM name WHERE no = {column})")).join(", ");
    let sql =
        format!("SELECT {names}, time, correlation, entity_id, part_count, results, {} FROM source WHERE source = ?", NAMES.join(", "));
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([source])?;
    let Some(row) = rows.next()? else { return Ok(vec!["row"]) };
    let mut differing = Vec::new();
    for (position, column) in NAMES.iter().enumerate() {
        let found: Option<String> = row.get(position)?;
        let number: Option<i64> = row.get(NAMES.len() + 5 + position)?;
        if found.as_deref() != first.names[position].as_deref() || number.is_some() != found.is_some() {
            differing.push(*column);
        }
    }
    let at = NAMES.len();
    let (time, part_count, found): (i64, i64, i64) = (row.get(at)?, row.get(at + 3)?, row.get(at + 4)?);
    let (correlation, entity_id): (Vec<u8>, Option<Vec<u8>>) = (row.get(at + 1)?, row.get(at + 2)?);
    let checks = [
        ("time", time == first.time),
        ("correlation", correlation == first.correlation.as_bytes()),
        ("record id", entity_id.as_deref() == first.entity_id.as_ref().map(|id| id.as_bytes().as_slice())),
        ("number of parts", part_count == i64::from(first.part_count)),
        ("number of results", found == results as i64),
    ];
    differing.extend(checks.into_iter().filter(|(_, right)| !right).map(|(column, _)| column));
    Ok(differing)
}

//! What stands in the tables for a record: written here, and derived again by whoever checks.

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::error::Error;
use crate::names::Names;
use crate::record::Record;

/// That a source record showed a record: a row of `seen`.
pub(crate) type Shown = (Uuid, i64, i64);

/// What became of a record that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Stored,
    Known,
    Conflict,
}

/// Writes one record. What it shows goes to `shown`, for [`show`] to write in one sweep.
pub(crate) fn insert(
    connection: &Connection,
    names: &mut Names,
    seq: i64,
    record: &Record<'_>,
    bytes: &[u8],
    shown: &mut Vec<Shown>,
) -> Result<Outcome, Error> {
    let mut known = connection.prepare_cached("SELECT bytes = ?2 FROM record WHERE id = ?1")?;
    if let Some(same) = known.query_row(params![record.id, bytes], |row| row.get::<_, bool>(0)).optional()? {
        return Ok(if same { Outcome::Known } else { Outcome::Conflict });
    }
    let (source, time) = source(connection, names, seq, record)?;
    let mut insert = connection.prepare_cached("INSERT INTO record (seq, id, source, bytes) VALUES (?, ?, ?, ?)")?;
    insert.execute(params![seq, record.id, source, bytes])?;
    shown.extend(record.shown().map(|id| (id, time, source)));
    Ok(Outcome::Stored)
}

/// Writes what was shown, in the order of the table.
pub(crate) fn show(connection: &Connection, shown: &mut [Shown]) -> Result<(), Error> {
    shown.sort_unstable();
    let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO seen (id, time, source) VALUES (?, ?, ?)")?;
    for &mut (id, time, source) in shown {
        insert.execute(params![id, time, source])?;
    }
    Ok(())
}

/// The source record that a record belongs to, and its time; made if this is its first part.
fn source(connection: &Connection, names: &mut Names, seq: i64, record: &Record<'_>) -> Result<(i64, i64), Error> {
    if insert_source(connection, names, seq, record)? {
        return Ok((seq, record.time));
    }
    let organization = number(connection, names, record, 0)?;
    let mut find = connection.prepare_cached("SELECT source, time FROM source WHERE correlation = ? AND organization = ?")?;
    let (source, time) = find.query_row(params![record.correlation, organization], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut add = connection.prepare_cached("UPDATE source SET results = results + ? WHERE source = ?")?;
    add.execute(params![record.results.len() as i64, source])?;
    Ok((source, time))
}

/// Writes the row of a source record and its tags, unless there is one already.
pub(crate) fn insert_source(connection: &Connection, names: &mut Names, source: i64, record: &Record<'_>) -> Result<bool, Error> {
    let mut no = |column: usize| number(connection, names, record, column);
    let mut insert = connection.prepare_cached(
        "INSERT OR IGNORE INTO source (source, time, correlation, organization, message, category, activity, entity, entity_id, user, \
         user_id, caller, client_ip, result_status, tags, part_count, results) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    let inserted = insert.execute(params![
        source,
        record.time,
        record.correlation,
        no(0)?,
        no(1)?,
        no(2)?,
        no(3)?,
        no(4)?,
        record.entity_id,
        no(5)?,
        no(6)?,
        no(7)?,
        no(8)?,
        no(9)?,
        no(10)?,
        record.part_count,
        record.results.len() as i64,
    ])?;
    if inserted == 0 {
        return Ok(false);
    }
    for tag in record.tags() {
        let tag = names.number(connection, tag)?;
        let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO tag (name, time, source) VALUES (?, ?, ?)")?;
        insert.execute(params![tag, record.time, source])?;
    }
    Ok(true)
}

fn number(connection: &Connection, names: &mut Names, record: &Record<'_>, column: usize) -> Result<Option<i64>, Error> {
    record.names[column].as_deref().map(|text| names.number(connection, text)).transpose()
}

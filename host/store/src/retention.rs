//! Retention: segments whose time has come are deleted in small steps, and a signed tombstone says so.

use rusqlite::params;

use crate::error::Error;
use crate::record::{NAMES, Record};
use crate::rows;
use crate::seal::{self, Body, Content};
use crate::store::Store;
use crate::time::{self, DAY};

/// How long records are kept where nobody says otherwise.
pub const DEFAULT_DAYS: u32 = 90;

/// The columns of names that have no index.
const UNINDEXED: [&str; 2] = ["organization", "tags"];

/// What a step of retention did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retained {
    /// Segments for which a tombstone was written in this step.
    pub segments: u64,
    /// Records that were deleted in this step.
    pub records: u64,
    /// Whether there is more to delete: call again.
    pub more: bool,
}

/// The time before which records have been kept for `days`.
pub fn days_ago(days: u32) -> i64 {
    time::now() - i64::from(days) * DAY
}

impl Store {
    /// Deletes at most `step` records of segments that are all older than `before` (milliseconds since 1970). First a tombstone
    /// is sealed, then the records go, so that a deletion is proven even while it is going on. Call again while there is more.
    pub fn retain(&mut self, before: i64, step: usize) -> Result<Retained, Error> {
        if self.tail.len() > 0 && self.tail.newest < before {
            self.seal()?;
        }
        let step = i64::try_from(step.max(1)).unwrap_or(i64::MAX);
        let retained = self.change(|store| {
            let mut retained = Retained { segments: store.condemn(before)?, ..Retained::default() };
            while (retained.records as i64) < step {
                let Some((number, first, last)) = store.condemned()? else { break };
                let deleted = store.delete(first, last, step - retained.records as i64)?;
                retained.records += deleted;
                let left: bool =
                    store
                        .connection
                        .query_row("SELECT EXISTS (SELECT 1 FROM record WHERE seq BETWEEN ? AND ?)", [first, last], |row| row.get(0))?;
                if !left {
                    store.connection.execute("UPDATE seal SET manifest = NULL WHERE number = ?", [number as i64])?;
                }
            }
            retained.more = store.condemned()?.is_some();
            if retained.records > 0 && !retained.more {
                store.forget_names()?;
            }
            Ok(retained)
        })?;
        self.write_head()?;
        Ok(retained)
    }

    /// Seals the tombstone of all segments whose time has come.
    fn condemn(&mut self, before: i64) -> Result<u64, Error> {
        let mut tombstone: (Vec<u64>, u64, Vec<String>) = Default::default();
        let mut dead = std::collections::HashSet::new();
        for body in self.bodies()?.iter().rev() {
            match &body.content {
                Content::Tombstone { segments, .. } => dead.extend(segments.iter().copied()),
                Content::Segment { newest, count, hash, .. } if *newest < before && !dead.contains(&body.number) => {
                    tombstone.0.insert(0, body.number);
                    tombstone.1 += count;
                    tombstone.2.insert(0, hash.clone());
                }
                Content::Segment { .. } => {}
            }
        }
        let (segments, count, hashes) = tombstone;
        if segments.is_empty() {
            return Ok(0);
        }
        let number = segments.len() as u64;
        let hash = seal::segments_hash(hashes.iter().map(String::as_str));
        self.tail.write(&self.connection, self.id, &self.key, Content::Tombstone { before, segments, count, hash }, None)?;
        Ok(number)
    }

    /// A segment with a tombstone whose records are not all gone: its number, first and last place.
    fn condemned(&self) -> Result<Option<(u64, i64, i64)>, Error> {
        let mut statement = self.connection.prepare_cached("SELECT body FROM seal WHERE number = ? AND manifest IS NOT NULL")?;
        for body in self.bodies()?.iter().rev() {
            let Content::Tombstone { segments, .. } = &body.content else { continue };
            for number in segments {
                let mut rows = statement.query([*number as i64])?;
                let Some(row) = rows.next()? else { continue };
                if let Content::Segment { first, last, .. } = read(row)?.content {
                    return Ok(Some((*number, first, last)));
                }
            }
        }
        Ok(None)
    }

    fn bodies(&self) -> Result<Vec<Body>, Error> {
        let mut statement = self.connection.prepare_cached("SELECT body FROM seal ORDER BY number")?;
        let mut rows = statement.query([])?;
        let mut bodies = Vec::new();
        while let Some(row) = rows.next()? {
            bodies.push(read(row)?);
        }
        Ok(bodies)
    }

    fn delete(&mut self, first: i64, last: i64, limit: i64) -> Result<u64, Error> {
        let mut find =
            self.connection.prepare_cached("SELECT seq, source, bytes FROM record WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT ?")?;
        let found = find.query_map([first, last, limit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let records: Vec<(i64, i64, Vec<u8>)> = found.collect::<Result<_, _>>()?;
        drop(find);
        for (seq, source, bytes) in &records {
            let record = Record::read(bytes).map_err(|why| Error::Damaged(format!("record {seq}: {why}")))?;
            self.connection.prepare_cached("DELETE FROM record WHERE seq = ?")?.execute([seq])?;
            self.unlist(*source, &record)?;
        }
        Ok(records.len() as u64)
    }

    /// Takes a source record out of the tables, and puts what is left of it in again.
    fn unlist(&mut self, source: i64, gone: &Record<'_>) -> Result<(), Error> {
        let time: i64 = self.connection.query_row("SELECT time FROM source WHERE source = ?", [source], |row| row.get(0))?;
        let rest: Vec<Vec<u8>> = {
            let mut rest = self.connection.prepare_cached("SELECT bytes FROM record WHERE source = ? ORDER BY seq")?;
            rest.query_map([source], |row| row.get(0))?.collect::<Result<_, _>>()?
        };
        let damaged = |why| Error::Damaged(format!("a part of record {source}: {why}"));
        let rest: Vec<Record<'_>> = rest.iter().map(|bytes| Record::read(bytes).map_err(damaged)).collect::<Result<_, _>>()?;
        let mut unsee = self.connection.prepare_cached("DELETE FROM seen WHERE id = ? AND time = ? AND source = ?")?;
        for id in gone.shown().chain(rest.iter().flat_map(Record::shown)) {
            unsee.execute(params![id, time, source])?;
        }
        drop(unsee);
        for tag in gone.tags() {
            let tag = self.names.number(&self.connection, tag)?;
            let mut untag = self.connection.prepare_cached("DELETE FROM tag WHERE name = ? AND time = ? AND source = ?")?;
            untag.execute(params![tag, time, source])?;
        }
        self.connection.prepare_cached("DELETE FROM source WHERE source = ?")?.execute([source])?;
        let Some(first) = rest.first() else { return Ok(()) };
        rows::insert_source(&self.connection, &mut self.names, source, first)?;
        let results: usize = rest.iter().map(|record| record.results.len()).sum();
        self.connection.execute("UPDATE source SET results = ? WHERE source = ?", params![results as i64, source])?;
        let mut shown: Vec<rows::Shown> = rest.iter().flat_map(Record::shown).map(|id| (id, first.time, source)).collect();
        rows::show(&self.connection, &mut shown)
    }

    /// Deletes the names that no record has any more: they may be those of people.
    fn forget_names(&mut self) -> Result<(), Error> {
        self.names.forget();
        let indexed = NAMES.iter().filter(|column| !UNINDEXED.contains(column));
        let unused: Vec<String> =
            indexed.map(|column| format!("NOT EXISTS (SELECT 1 FROM source INDEXED BY source_{column} WHERE {column} = no)")).collect();
        let used: Vec<String> = UNINDEXED.iter().map(|column| format!("SELECT {column} FROM source WHERE {column} IS NOT NULL")).collect();
        let sql = format!(
            "DELETE FROM name WHERE NOT EXISTS (SELECT 1 FROM tag WHERE name = no) AND {} AND no NOT IN ({})",
            unused.join(" AND "),
            used.join(" UNION ")
        );
        self.connection.execute(&sql, [])?;
        Ok(())
    }
}

fn read(row: &rusqlite::Row<'_>) -> Result<Body, Error> {
    Body::read(row.get_ref(0)?.as_blob().unwrap_or_default()).map_err(Error::Damaged)
}

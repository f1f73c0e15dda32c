//! Blobs: which records belong together, and when they became available.

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::Book;
use crate::content_id::ContentId;
use crate::error::Error;
use crate::period::Period;

/// How far the clock may have been put back for blobs to go on counting from the last one.
const STEP_BACK: i64 = 300_000;

/// The records of a tenant from one place of the store to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) tenant: Uuid,
    pub(crate) first: i64,
    pub(crate) last: i64,
}

/// What was made available at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Blob {
    /// In the order of availability.
    pub(crate) number: i64,
    pub(crate) cut: Cut,
    /// When it became available, milliseconds since 1970.
    pub(crate) created: i64,
}

impl Blob {
    pub(crate) fn id(&self, feed: Uuid) -> ContentId {
        ContentId { created: self.created, number: self.number, tenant: self.cut.tenant, feed }
    }

    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let cut = Cut { tenant: row.get(1)?, first: row.get(2)?, last: row.get(3)? };
        Ok(Blob { number: row.get(0)?, cut, created: row.get(4)? })
    }
}

/// The columns that [`Blob::read`] reads.
pub(super) const COLUMNS: &str = "blob.number, blob.tenant, blob.first, blob.last, blob.created";

/// Whether a blob belongs to the subscription `?1`: it became available while the subscription was enabled.
pub(super) const OPEN: &str = "EXISTS (SELECT 1 FROM span WHERE span.subscription = ?1 \
     AND span.after < blob.number AND (span.upto IS NULL OR blob.number <= span.upto))";

/// The number of the blob that was made last; 0 before the first.
pub(super) fn newest(connection: &Connection) -> rusqlite::Result<i64> {
    let sequence = connection.query_row("SELECT seq FROM sqlite_sequence WHERE name = 'blob'", [], |row| row.get(0));
    Ok(sequence.optional()?.unwrap_or(0))
}

impl Book {
    /// The place of the last record that is in a blob or was left out.
    pub(crate) fn cut(&self) -> Result<i64, Error> {
        Ok(self.connection().query_row("SELECT seq FROM cut", [], |row| row.get(0))?)
    }

    /// How many records were left out so far, because they have not the form that collectors know.
    pub(crate) fn left_out(&self) -> Result<u64, Error> {
        Ok(self.connection().query_row("SELECT left_out FROM cut", [], |row| row.get::<_, i64>(0))? as u64)
    }

    /// Makes the records from behind `from` up to `to` available. All of it is kept or nothing, so that no record is ever in two
    /// blobs or in none.
    pub(crate) fn publish(&self, from: i64, to: i64, cuts: &[Cut], left_out: u64) -> Result<(), Error> {
        let mut connection = self.connection();
        let change = connection.transaction()?;
        let moved =
            change.execute("UPDATE cut SET seq = ?2, left_out = left_out + ?3 WHERE seq = ?1", params![from, to, left_out as i64])?;
        if moved != 1 {
            return Err(Error::Failed(format!("records behind {from} were made available twice")));
        }
        let last: Option<i64> = change.query_row("SELECT max(created) FROM blob", [], |row| row.get(0))?;
        let now = actlog_store::now();
        let created = last.filter(|last| (0..STEP_BACK).contains(&(last - now))).unwrap_or(now);
        let mut insert = change.prepare_cached("INSERT INTO blob (tenant, first, last, created) VALUES (?, ?, ?, ?)")?;
        for cut in cuts {
            insert.execute(params![cut.tenant, cut.first, cut.last, created])?;
        }
        drop(insert);
        Ok(change.commit()?)
    }

    /// What a subscription may have that became available in a stretch of time: at most `limit` blobs behind the number `after`.
    pub(crate) fn available(&self, subscription: i64, tenant: Uuid, period: Period, after: i64, limit: usize) -> Result<Vec<Blob>, Error> {
        let connection = self.connection();
        let sql = format!(
            "SELECT {COLUMNS} FROM blob INDEXED BY blob_created WHERE tenant = ?2 AND created >= ?3 AND created < ?4 AND number > ?5 \
             AND {OPEN} ORDER BY number LIMIT ?6"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let found = statement.query_map(params![subscription, tenant, period.start, period.end, after, limit as i64], Blob::read)?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// A blob that a subscription may have.
    pub(crate) fn blob(&self, subscription: i64, number: i64) -> Result<Option<Blob>, Error> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM blob WHERE number = ?2 AND {OPEN}"))?;
        Ok(statement.query_row([subscription, number], Blob::read).optional()?)
    }

    /// The number of the blob that was made last; 0 before the first.
    pub(crate) fn newest(&self) -> Result<i64, Error> {
        Ok(newest(&self.connection())?)
    }
}

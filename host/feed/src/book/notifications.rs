//! What webhooks were told, and whether they took it.

use rusqlite::params;

use super::Book;
use super::blobs::{Blob, COLUMNS};
use crate::error::Error;
use crate::period::Period;

/// That a webhook was told of a blob, or that it was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Notification {
    /// In the order in which they were sent.
    pub(crate) no: i64,
    pub(crate) blob: Blob,
    /// Milliseconds since 1970.
    pub(crate) sent: i64,
    pub(crate) success: bool,
}

impl Book {
    /// What a subscription's webhook was told of what became available in a stretch of time, at most `limit` behind `after`.
    pub(crate) fn notifications(&self, subscription: i64, period: Period, after: i64, limit: usize) -> Result<Vec<Notification>, Error> {
        let connection = self.connection();
        let sql = format!(
            "SELECT {COLUMNS}, notification.no, notification.sent, success FROM notification JOIN blob ON blob.number = notification.blob \
             WHERE subscription = ?1 AND created >= ?2 AND created < ?3 AND notification.no > ?4 ORDER BY notification.no LIMIT ?5"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let found = statement.query_map(params![subscription, period.start, period.end, after, limit as i64], |row| {
            Ok(Notification { blob: Blob::read(row)?, no: row.get(5)?, sent: row.get(6)?, success: row.get(7)? })
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }
}

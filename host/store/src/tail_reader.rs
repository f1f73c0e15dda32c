//! Reading records in the order in which they came, for whoever passes them on.

use uuid::Uuid;

use crate::error::Error;
use crate::identity;
use crate::reader::Reader;
use crate::seal::{Body, Content};

/// A record and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Its place in the store: the first record has 1, each later one more. Retention leaves gaps, and no place is used again.
    pub seq: i64,
    /// The `OrganizationId`.
    pub organization: Uuid,
    /// The record, one line without its line feed, as it came.
    pub bytes: Vec<u8>,
}

/// What a record and its organization are read with.
const PLACED: &str = "SELECT record.seq, name.text, record.bytes FROM record \
     JOIN source ON source.source = record.source JOIN name ON name.no = source.organization";

impl Reader {
    /// The records behind a place, at most `limit` of them, in the order in which they came. 0 is before the first.
    pub fn after(&self, seq: i64, limit: usize) -> Result<Vec<Placed>, Error> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.placed(&format!("{PLACED} WHERE record.seq > ?1 ORDER BY record.seq LIMIT ?2"), (seq, limit))
    }

    /// The records of one organization from a place to another one, both included.
    pub fn between(&self, organization: Uuid, first: i64, last: i64) -> Result<Vec<Placed>, Error> {
        let sql = format!("{PLACED} WHERE record.seq BETWEEN ?1 AND ?2 AND name.text = ?3 ORDER BY record.seq");
        self.placed(&sql, (first, last, organization.to_string()))
    }

    /// The place of the record that came last, even where retention has deleted it since; 0 where none came yet.
    pub fn newest(&self) -> Result<i64, Error> {
        let _snapshot = self.connection.unchecked_transaction()?;
        let kept: i64 = self.connection.query_row("SELECT coalesce(max(seq), 0) FROM record", [], |row| row.get(0))?;
        let mut bodies = self.connection.prepare_cached("SELECT body FROM seal ORDER BY number DESC")?;
        let mut rows = bodies.query([])?;
        while let Some(row) = rows.next()? {
            let body = Body::read(row.get_ref(0)?.as_blob().unwrap_or_default()).map_err(Error::Damaged)?;
            if let Content::Segment { last, .. } = body.content {
                return Ok(kept.max(last));
            }
        }
        Ok(kept)
    }

    /// The store's own id.
    pub fn store_id(&self) -> Result<Uuid, Error> {
        identity::store_id(&self.connection)?.ok_or_else(|| Error::Damaged("it has no id".to_owned()))
    }

    fn placed(&self, sql: &str, parameters: impl rusqlite::Params) -> Result<Vec<Placed>, Error> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(parameters)?;
        let mut placed = Vec::new();
        while let Some(row) = rows.next()? {
            let name = row.get_ref(1)?.as_str().unwrap_or_default();
            let organization = Uuid::try_parse(name).map_err(|_| Error::Damaged(format!("{name:?} is no organization")))?;
            placed.push(Placed { seq: row.get(0)?, organization, bytes: row.get(2)? });
        }
        Ok(placed)
    }
}

//! The records since the last seal, and the chain they will hang on.

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::error::Error;
use crate::hex;
use crate::key::Key;
use crate::record::Record;
use crate::seal::{self, Body, Content, ENTRY, FORMAT, Hash};
use crate::time;

/// Where the store ends. It is kept in memory, so that what is sealed is what was given and not what stands in the file since.
#[derive(Clone, Debug)]
pub(crate) struct Tail {
    /// How many seals there are; they are numbered from 1.
    pub(crate) seals: u64,
    /// The hash of the last one.
    pub(crate) hash: Hash,
    /// The first place of a record that is not sealed.
    first: i64,
    /// The manifest of these records.
    manifest: Vec<u8>,
    oldest: i64,
    /// The newest time among them.
    pub(crate) newest: i64,
}

impl Tail {
    /// Reads where the store ends.
    pub(crate) fn load(connection: &Connection) -> Result<Self, Error> {
        let last = connection.query_row("SELECT number, body, signature FROM seal ORDER BY number DESC LIMIT 1", [], |row| {
            let (body, signature): (Vec<u8>, Vec<u8>) = (row.get(1)?, row.get(2)?);
            Ok((row.get::<_, i64>(0)?, seal::seal_hash(&body, &signature)))
        });
        let (seals, hash) = last.optional()?.unwrap_or((0, [0; 32]));
        let mut tail = Tail { seals: seals as u64, hash, first: 1, manifest: Vec::new(), oldest: i64::MAX, newest: i64::MIN };
        let mut bodies = connection.prepare("SELECT body FROM seal ORDER BY number DESC")?;
        let mut rows = bodies.query([])?;
        while let Some(row) = rows.next()? {
            let body = Body::read(row.get_ref(0)?.as_blob().unwrap_or_default()).map_err(Error::Damaged)?;
            if let Content::Segment { last, .. } = body.content {
                tail.first = last + 1;
                break;
            }
        }
        let mut records = connection.prepare("SELECT seq, bytes FROM record WHERE seq >= ? ORDER BY seq")?;
        let mut rows = records.query([tail.first])?;
        while let Some(row) = rows.next()? {
            let (seq, bytes): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
            if seq != tail.next() {
                return Err(Error::Damaged(format!("record {} is missing", tail.next())));
            }
            let record = Record::read(&bytes).map_err(|why| Error::Damaged(format!("record {seq}: {why}")))?;
            tail.add(record.id, record.time, &bytes);
        }
        Ok(tail)
    }

    /// How many records are not sealed.
    pub(crate) fn len(&self) -> usize {
        self.manifest.len() / ENTRY
    }

    /// The place that the next record gets.
    pub(crate) fn next(&self) -> i64 {
        self.first + self.len() as i64
    }

    /// Adds the record at the place [`next`](Tail::next).
    pub(crate) fn add(&mut self, id: Uuid, time: i64, bytes: &[u8]) {
        let time = if time == time::NONE { time::now() } else { time };
        self.manifest.extend_from_slice(&seal::entry(id, self.next(), bytes));
        self.oldest = self.oldest.min(time);
        self.newest = self.newest.max(time);
    }

    /// Seals these records, if there are any.
    pub(crate) fn seal(&mut self, connection: &Connection, store: Uuid, key: &Key) -> Result<(), Error> {
        if self.manifest.is_empty() {
            return Ok(());
        }
        let content = Content::Segment {
            first: self.first,
            last: self.next() - 1,
            count: self.len() as u64,
            oldest: self.oldest,
            newest: self.newest,
            hash: hex::encode(&seal::hash(&self.manifest)),
        };
        self.write(connection, store, key, content, Some(&self.manifest.clone()))?;
        self.first = self.next();
        self.manifest.clear();
        (self.oldest, self.newest) = (i64::MAX, i64::MIN);
        Ok(())
    }

    /// Hangs a seal on the chain.
    pub(crate) fn write(
        &mut self,
        connection: &Connection,
        store: Uuid,
        key: &Key,
        content: Content,
        manifest: Option<&[u8]>,
    ) -> Result<(), Error> {
        let number = self.seals + 1;
        let previous = hex::encode(&self.hash);
        let body = Body { format: FORMAT, store, number, previous, time: time::now(), content }.to_bytes();
        let signature = key.sign(&body);
        let mut insert = connection.prepare_cached("INSERT INTO seal (number, body, signature, manifest) VALUES (?, ?, ?, ?)")?;
        insert.execute(params![number as i64, body, signature, manifest])?;
        self.seals = number;
        self.hash = seal::seal_hash(&body, &signature);
        Ok(())
    }
}

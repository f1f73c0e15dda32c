//! Answers: source records with all their parts, and the cursor that goes on from there.

use std::fmt;
use std::str::FromStr;

use rusqlite::{Connection, OptionalExtension};
use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::error::Error;
use crate::query::Place;
use crate::record::Record;
use crate::time;

/// One page of answers, the newest first.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The answers.
    pub rows: Vec<T>,
    /// Where the next page begins; none after the last. A page may be short, even empty, and still have a next one: when the
    /// answers are rare, a page ends after some amount of work, so that nobody waits for long.
    pub next: Option<Cursor>,
}

/// How many source records a search finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Count {
    /// How many were counted.
    pub found: u64,
    /// Whether these are all; there may be more where counting them would take long.
    pub exact: bool,
}

/// Where a page ended. It stays good while records come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor(pub(crate) Place);

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.0.0, self.0.1)
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let number = |digits: Option<&str>| digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()).map(|number| number as i64);
        match (text.len(), number(text.get(..16)), number(text.get(16..))) {
            (32, Some(time), Some(source)) => Ok(Cursor((time, source))),
            _ => Err(Error::Cursor(text.to_owned())),
        }
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A source record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number in the store.
    pub source: i64,
    /// When it happened, milliseconds since 1970, where the record says so.
    pub time: Option<i64>,
    /// The organization.
    pub organization: Uuid,
    /// What all its parts have in common.
    pub correlation: Uuid,
    /// The SDK message.
    pub message: String,
    /// The kind of access.
    pub category: Option<String>,
    /// Which of the nine activities.
    pub activity: Option<String>,
    /// The logical name of the entity.
    pub entity: Option<String>,
    /// The record that it is about.
    pub entity_id: Option<Uuid>,
    /// The user's principal name, or the next best that is known.
    pub user: Option<String>,
    /// The user's GUID.
    pub user_id: Option<Uuid>,
    /// The GUID of the user who acted for `user`, where it is another.
    pub caller: Option<Uuid>,
    /// The address of the user.
    pub client_ip: Option<String>,
    /// `Success` in most cases.
    pub result_status: Option<String>,
    /// Tags, each followed by a comma and a space but the last.
    pub tags: Option<String>,
    /// How many records came back, in the parts that are here.
    pub results: u64,
    /// How many parts there are to be.
    pub part_count: u32,
    /// The parts that are here, in their order.
    pub parts: Vec<Part>,
}

/// One record as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its place in the store.
    pub seq: i64,
    /// Its Id.
    pub id: Uuid,
    /// Which part of the source record it is, from 1.
    pub number: u32,
    /// Its bytes, without a line feed.
    pub bytes: Vec<u8>,
}

impl Row {
    /// All parts as NDJSON, as `join` takes them.
    pub fn to_ndjson(&self) -> Vec<u8> {
        self.parts.iter().flat_map(|part| part.bytes.iter().copied().chain([b'\n'])).collect()
    }

    /// Whether all parts are here.
    pub fn is_complete(&self) -> bool {
        (1..=self.part_count).all(|number| self.parts.iter().any(|part| part.number == number))
    }

    /// Reads a source record with its parts, `None` where there is none of this number.
    pub(crate) fn load(connection: &Connection, source: i64) -> Result<Option<Self>, Error> {
        let Some(mut row) = Self::head(connection, source)? else { return Ok(None) };
        row.parts = parts(connection, source)?;
        Ok(Some(row))
    }

    /// Reads a source record without its parts.
    pub(crate) fn head(connection: &Connection, source: i64) -> Result<Option<Self>, Error> {
        let mut statement = connection.prepare_cached(include_str!("row.sql"))?;
        let row = statement.query_row([source], |row| {
            let guid = |text: Option<String>| text.and_then(|text| Uuid::try_parse(&text).ok());
            Ok(Row {
                source,
                time: Some(row.get(0)?).filter(|time| *time != time::NONE),
                correlation: row.get(1)?,
                organization: guid(row.get(2)?).unwrap_or_default(),
                message: row.get(3)?,
                category: row.get(4)?,
                activity: row.get(5)?,
                entity: row.get(6)?,
                entity_id: row.get(7)?,
                user: row.get(8)?,
                user_id: guid(row.get(9)?),
                caller: guid(row.get(10)?),
                client_ip: row.get(11)?,
                result_status: row.get(12)?,
                tags: row.get(13)?,
                part_count: row.get(14)?,
                results: row.get::<_, i64>(15)?.max(0) as u64,
                parts: Vec::new(),
            })
        });
        Ok(row.optional()?)
    }
}

/// The parts of a source record, in their order.
pub(crate) fn parts(connection: &Connection, source: i64) -> Result<Vec<Part>, Error> {
    let mut statement = connection.prepare_cached("SELECT seq, id, bytes FROM record WHERE source = ? ORDER BY seq")?;
    let rows = statement.query_map([source], |row| Ok(Part { seq: row.get(0)?, id: row.get(1)?, number: 1, bytes: row.get(2)? }))?;
    let mut parts: Vec<Part> = rows.collect::<Result<_, _>>()?;
    for part in &mut parts {
        let damaged = |why| Error::Damaged(format!("record {}: {why}", part.seq));
        part.number = Record::read(&part.bytes).map_err(damaged)?.part;
    }
    parts.sort_by_key(|part| part.number);
    Ok(parts)
}

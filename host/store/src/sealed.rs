//! What seals tell besides proving: which segment holds a record, and what retention deleted.

use rusqlite::OptionalExtension;

use crate::error::Error;
use crate::reader::Reader;
use crate::reports::{Report, Series, Value};
use crate::seal::{Body, Content};
use crate::time::format_day;

/// A segment that holds a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The number of its seal, from 1.
    pub number: u64,
    /// When it was sealed, milliseconds since 1970.
    pub time: i64,
}

impl Reader {
    /// The segment that the record at a place in the store (`Part::seq`) is sealed in; none where it is not sealed yet.
    pub fn sealed(&self, seq: i64) -> Result<Option<Sealed>, Error> {
        let _snapshot = self.connection.unchecked_transaction()?;
        let last: i64 = self.connection.query_row("SELECT coalesce(max(number), 0) FROM seal", [], |row| row.get(0))?;
        // Segments follow one another as their records do; tombstones between them tell nothing of places.
        let (mut low, mut high) = (1, last + 1);
        while low < high {
            let middle = (low + high) / 2;
            match self.segment_from(middle, high)? {
                Some((number, first, last, time)) if (first..=last).contains(&seq) => return Ok(Some(Sealed { number, time })),
                Some((number, first, ..)) if first < seq => low = number as i64 + 1,
                _ => high = middle,
            }
        }
        Ok(None)
    }

    /// The first segment whose seal has a number from `number` until before `end`: its number, its places and its time.
    fn segment_from(&self, number: i64, end: i64) -> Result<Option<(u64, i64, i64, i64)>, Error> {
        for number in number..end {
            let mut statement = self.connection.prepare_cached("SELECT body FROM seal WHERE number = ?")?;
            let Some(body) = statement.query_row([number], |row| row.get::<_, Vec<u8>>(0)).optional()? else { continue };
            let body = Body::read(&body).map_err(Error::Damaged)?;
            if let Content::Segment { first, last, .. } = body.content {
                return Ok(Some((body.number, first, last, body.time)));
            }
        }
        Ok(None)
    }

    /// How many segments and records are all older than `before` (milliseconds since 1970): what retention would delete. What is
    /// not sealed yet is not among them.
    pub fn due(&self, before: i64) -> Result<(u64, u64), Error> {
        let mut statement = self.connection.prepare("SELECT body FROM seal ORDER BY number DESC")?;
        let mut rows = statement.query([])?;
        let (mut gone, mut due) = (std::collections::HashSet::new(), (0, 0));
        while let Some(row) = rows.next()? {
            let body = Body::read(row.get_ref(0)?.as_blob().unwrap_or_default()).map_err(Error::Damaged)?;
            match body.content {
                Content::Tombstone { segments, .. } => gone.extend(segments),
                Content::Segment { newest, count, .. } if newest < before && !gone.contains(&body.number) => {
                    due = (due.0 + 1, due.1 + count);
                }
                Content::Segment { .. } => {}
            }
        }
        Ok(due)
    }

    /// What retention deleted from one time until before another: a row for each deletion, from its sealed tombstone.
    pub(crate) fn deletions_report(&self, (from, to): (i64, i64)) -> Result<Report, Error> {
        let mut statement = self.connection.prepare("SELECT body FROM seal ORDER BY number")?;
        let mut rows = statement.query([])?;
        let mut spans = std::collections::BTreeMap::new();
        let mut report = Report {
            name: "deletions".to_owned(),
            title: "What retention deleted".to_owned(),
            columns: ["Deleted", "Older than", "Segments", "Records", "Oldest", "Newest", "Seal"].map(str::to_owned).to_vec(),
            rows: Vec::new(),
            series: Vec::new(),
        };
        let mut points: Vec<(String, i64)> = Vec::new();
        while let Some(row) = rows.next()? {
            let body = Body::read(row.get_ref(0)?.as_blob().unwrap_or_default()).map_err(Error::Damaged)?;
            match body.content {
                Content::Segment { oldest, newest, .. } => drop(spans.insert(body.number, (oldest, newest))),
                Content::Tombstone { before, segments, count, .. } if (from..to).contains(&body.time) => {
                    let gone = segments.iter().filter_map(|number| spans.get(number));
                    let oldest = gone.clone().map(|span| span.0).min().map_or(Value::None, Value::Time);
                    let newest = gone.map(|span| span.1).max().map_or(Value::None, Value::Time);
                    let numbers = [segments.len() as i64, count as i64].map(Value::Number);
                    let [segments, records] = numbers;
                    let seal = Value::Number(body.number as i64);
                    report.rows.push(vec![Value::Time(body.time), Value::Time(before), segments, records, oldest, newest, seal]);
                    let day = format_day(body.time);
                    match points.last_mut().filter(|point| point.0 == day) {
                        Some(point) => point.1 += count as i64,
                        None => points.push((day, count as i64)),
                    }
                }
                Content::Tombstone { .. } => {}
            }
        }
        report.series.push(Series { name: "Records deleted".to_owned(), points });
        Ok(report)
    }
}

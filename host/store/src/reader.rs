//! Readers: connections that only read, as many as are wanted, while the store is being written.

use std::path::Path;

use rusqlite::Connection;
use uuid::Uuid;

use crate::error::Error;
use crate::options::Options;
use crate::page::{Count, Cursor, Page, Row};
use crate::query::{Place, Plan, Query};
use crate::schema;
use crate::text;

/// The work that a page may cost: entries of an index looked at.
const WORK: u64 = 20_000;

/// Answers that a stream takes at a time.
const STREAMED: usize = 500;

/// A connection that only reads. Each call sees the store as it was when it began.
pub struct Reader {
    pub(crate) connection: Connection,
}

impl Reader {
    /// Opens a store for reading. Nothing needs to be known but the file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_with(path.as_ref(), Options::default().cache_kib)
    }

    /// Opens a store for reading, with a cache of its own size.
    pub fn open_with(path: &Path, cache_kib: u32) -> Result<Self, Error> {
        Ok(Reader { connection: schema::open_reader(path, cache_kib)? })
    }

    /// Finds source records, the newest first, at most `limit` of them, from where a page before ended.
    pub fn search(&self, query: &Query, limit: usize, after: Option<Cursor>) -> Result<Page<Row>, Error> {
        self.page(query, limit, after, WORK)
    }

    /// Everything that a search finds, one after the other and without a limit. It takes no more memory than a page.
    pub fn stream<'r>(&'r self, query: &'r Query) -> Stream<'r> {
        Stream { reader: self, query, rows: Vec::new().into_iter(), after: None, done: false }
    }

    /// How many source records a search finds, however long it takes.
    pub fn count(&self, query: &Query) -> Result<u64, Error> {
        self.counted(query, u64::MAX).map(|count| count.found)
    }

    /// How many source records a search finds, as far as they can be counted with the work that a page may cost.
    pub fn count_quickly(&self, query: &Query) -> Result<Count, Error> {
        self.counted(query, WORK)
    }

    fn counted(&self, query: &Query, work: u64) -> Result<Count, Error> {
        let _snapshot = self.connection.unchecked_transaction()?;
        let mut count = Count { found: 0, exact: true };
        let Some(plan) = Plan::new(&self.connection, query)? else { return Ok(count) };
        let mut spent = 0;
        plan.visit(&self.connection, plan.start, |place, matches| {
            if spent >= work {
                count.exact = false;
                return Ok(false);
            }
            spent += plan.work(matches);
            count.found += u64::from(matches && self.says(&plan, place)?);
            Ok(true)
        })?;
        Ok(count)
    }

    /// The source record that a correlation id stands for.
    pub fn source(&self, organization: Uuid, correlation: Uuid) -> Result<Option<Row>, Error> {
        let _snapshot = self.connection.unchecked_transaction()?;
        let mut statement = self
            .connection
            .prepare_cached("SELECT source FROM source WHERE correlation = ? AND organization = (SELECT no FROM name WHERE text = ?)")?;
        let mut rows = statement.query((correlation, organization.to_string()))?;
        match rows.next()? {
            Some(row) => Row::load(&self.connection, row.get(0)?),
            None => Ok(None),
        }
    }

    /// How many records and source records there are.
    pub fn size(&self) -> Result<(u64, u64), Error> {
        let sql = "SELECT (SELECT count(*) FROM record), (SELECT count(*) FROM source)";
        let (records, sources): (i64, i64) = self.connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok((records as u64, sources as u64))
    }

    fn page(&self, query: &Query, limit: usize, after: Option<Cursor>, work: u64) -> Result<Page<Row>, Error> {
        let limit = limit.max(1);
        let _snapshot = self.connection.unchecked_transaction()?;
        let mut page = Page { rows: Vec::new(), next: None };
        let Some(plan) = Plan::new(&self.connection, query)? else { return Ok(page) };
        let start = after.map_or(plan.start, |Cursor(place)| place.min(plan.start));
        let (mut found, mut spent, mut next): (Vec<Place>, u64, Option<Place>) = (Vec::new(), 0, None);
        let mut last = start;
        plan.visit(&self.connection, start, |place, matches| {
            if found.len() == limit || spent >= work {
                next = Some(last);
                return Ok(false);
            }
            last = place;
            spent += plan.work(matches);
            if matches && self.says(&plan, place)? {
                found.push(place);
            }
            Ok(true)
        })?;
        for (_, source) in found {
            page.rows.extend(Row::load(&self.connection, source)?);
        }
        page.next = next.map(Cursor);
        Ok(page)
    }

    pub(crate) fn says(&self, plan: &Plan, (_, source): Place) -> Result<bool, Error> {
        match &plan.text {
            Some(text) => Ok(text::holds(&crate::page::parts(&self.connection, source)?, text)),
            None => Ok(true),
        }
    }
}

/// Everything that a search finds.
pub struct Stream<'r> {
    reader: &'r Reader,
    query: &'r Query,
    rows: std::vec::IntoIter<Row>,
    after: Option<Cursor>,
    done: bool,
}

impl Iterator for Stream<'_> {
    type Item = Result<Row, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.rows.next() {
                return Some(Ok(row));
            }
            if self.done {
                return None;
            }
            match self.reader.page(self.query, STREAMED, self.after, u64::MAX) {
                Ok(page) => {
                    self.done = page.next.is_none();
                    self.after = page.next;
                    self.rows = page.rows.into_iter();
                }
                Err(error) => {
                    self.done = true;
                    return Some(Err(error));
                }
            }
        }
    }
}

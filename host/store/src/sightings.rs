//! Who saw a record.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::error::Error;
use crate::page::{Cursor, Page, Row};
use crate::query::Place;
use crate::reader::Reader;

/// In what a record was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// It was opened by itself.
    Single,
    /// It was one of the results of a query: a grid, a search, an export.
    Grid,
    /// Something was done to it: created, updated, deleted, shared.
    Changed,
}

impl How {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            How::Single => "single read",
            How::Grid => "grid",
            How::Changed => "changed",
        }
    }

    pub(crate) fn of(category: Option<&str>, is_subject: bool) -> Self {
        match category {
            _ if !is_subject => How::Grid,
            Some("Read" | "ReadMultiple") => How::Single,
            _ => How::Changed,
        }
    }
}

/// That a source record showed one or more of the records asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Which of the records asked for.
    pub ids: Vec<Uuid>,
    /// In what.
    pub how: How,
    /// User, time, message and all else: the source record.
    pub row: Row,
}

impl Reader {
    /// Who saw a record, the newest first.
    pub fn who_saw(&self, record: Uuid, limit: usize, after: Option<Cursor>) -> Result<Page<Sighting>, Error> {
        self.who_saw_any(&[record], limit, after)
    }

    /// Who saw any of some records, the newest first; a source record that showed several of them counts once.
    pub fn who_saw_any(&self, records: &[Uuid], limit: usize, after: Option<Cursor>) -> Result<Page<Sighting>, Error> {
        let limit = limit.max(1);
        let _snapshot = self.connection.unchecked_transaction()?;
        let Cursor(start) = after.unwrap_or(Cursor((i64::MAX, i64::MAX)));
        let mut found: BTreeMap<Place, Vec<Uuid>> = BTreeMap::new();
        let mut statement = self.connection.prepare_cached(
            "SELECT time, source FROM seen WHERE id = ?1 AND (time, source) < (?2, ?3) AND (time, source) >= (?4, ?5) \
             ORDER BY time DESC, source DESC LIMIT ?6",
        )?;
        let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        for id in records.iter().collect::<BTreeSet<_>>() {
            // What is older than enough answers of others does not have to be read.
            let floor = found.keys().rev().nth(limit).copied().unwrap_or((i64::MIN, i64::MIN));
            let mut rows = statement.query((id, start.0, start.1, floor.0, floor.1, wanted))?;
            while let Some(row) = rows.next()? {
                found.entry((row.get(0)?, row.get(1)?)).or_default().push(*id);
            }
        }
        let mut page = Page { rows: Vec::new(), next: None };
        for (count, (place, ids)) in found.into_iter().rev().enumerate() {
            if count == limit {
                break;
            }
            page.next = Some(Cursor(place));
            let Some(row) = Row::load(&self.connection, place.1)? else { continue };
            let how = How::of(row.category.as_deref(), row.entity_id.is_some_and(|id| ids.contains(&id)));
            page.rows.push(Sighting { ids, how, row });
        }
        let more = |Cursor(place): &Cursor| self.sees_before(records, *place);
        page.next = match page.next {
            Some(cursor) if more(&cursor)? => Some(cursor),
            _ => None,
        };
        Ok(page)
    }

    fn sees_before(&self, records: &[Uuid], place: Place) -> Result<bool, Error> {
        let mut statement =
            self.connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM seen WHERE id = ? AND (time, source) < (?, ?))")?;
        for id in records {
            if statement.query_row((id, place.0, place.1), |row| row.get(0))? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

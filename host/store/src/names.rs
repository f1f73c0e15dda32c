//! The dictionary: each name stands once in the store, and rows hold its number.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};

use crate::error::Error;

/// Names kept in memory at most.
const KEPT: usize = 50_000;

/// The numbers of names that were asked for lately.
#[derive(Default)]
pub(crate) struct Names(HashMap<Box<str>, i64>);

impl Names {
    /// The number of a name, which gets one if it has none.
    pub(crate) fn number(&mut self, connection: &Connection, text: &str) -> Result<i64, Error> {
        if let Some(&no) = self.0.get(text) {
            return Ok(no);
        }
        let mut find = connection.prepare_cached("SELECT no FROM name WHERE text = ?")?;
        let no = match find.query_row([text], |row| row.get(0)).optional()? {
            Some(no) => no,
            None => {
                connection.prepare_cached("INSERT INTO name (text) VALUES (?)")?.execute([text])?;
                connection.last_insert_rowid()
            }
        };
        if self.0.len() >= KEPT {
            self.0.clear();
        }
        self.0.insert(text.into(), no);
        Ok(no)
    }

    /// Forgets all: the store's dictionary may have lost some.
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }
}

/// Stands at the end of what is looked for: every name that begins like this.
const AND_MORE: char = '*';

/// Names that a beginning may stand for.
const MOST_BEGINNING: i64 = 10_000;

/// The numbers of a name in every spelling; upper and lower case of ASCII are the same. A star at its end stands for any ending.
pub(crate) fn spellings(connection: &Connection, text: &str) -> Result<Vec<i64>, Error> {
    if let Some(beginning) = text.strip_suffix(AND_MORE).filter(|beginning| !beginning.is_empty()) {
        let sql = "SELECT no FROM name WHERE text >= ?1 COLLATE NOCASE AND text < ?2 COLLATE NOCASE LIMIT ?3";
        let mut statement = connection.prepare_cached(sql)?;
        let numbers = statement.query_map((beginning, format!("{beginning}{}", char::MAX), MOST_BEGINNING), |row| row.get(0))?;
        return Ok(numbers.collect::<Result<_, _>>()?);
    }
    let mut statement = connection.prepare_cached("SELECT no FROM name WHERE text = ? COLLATE NOCASE")?;
    let numbers = statement.query_map([text], |row| row.get(0))?;
    Ok(numbers.collect::<Result<_, _>>()?)
}

//! Verification: whether a store still is what was sealed.

mod chain;
mod columns;
mod records;

use std::path::Path;

use rusqlite::Connection;
use serde::Serialize;
use uuid::Uuid;

use crate::error::Error;
use crate::head::{self, beside};
use crate::key::PublicKey;
use crate::{identity, schema};

/// Findings that are told at most; the rest is counted.
const TOLD: usize = 1_000;

/// What verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// The store's own id.
    pub store: Option<Uuid>,
    /// Whether nobody gave a public key, so that the store's own was believed. Who can write the store can replace that.
    pub own_key: bool,
    /// How many seals there are, tombstones too.
    pub seals: u64,
    /// How many tombstones.
    pub tombstones: u64,
    /// Records that are there and sealed.
    pub sealed: u64,
    /// Records that are there and not sealed yet. Nothing proves these.
    pub unsealed: u64,
    /// Records that retention deleted.
    pub deleted: u64,
    /// What is wrong, the first thousand.
    pub findings: Vec<Finding>,
    /// How much more is wrong.
    pub untold: u64,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where: the place of a record.
    pub seq: Option<i64>,
    /// The Id of the record.
    pub id: Option<Uuid>,
    /// The number of a seal.
    pub seal: Option<u64>,
    /// What, for people.
    pub what: String,
}

impl VerifyReport {
    /// Whether nothing is wrong.
    pub fn is_intact(&self) -> bool {
        self.findings.is_empty()
    }

    fn tell(&mut self, finding: Finding) {
        if self.findings.len() < TOLD {
            self.findings.push(finding);
        } else {
            self.untold += 1;
        }
    }

    fn store_is(&mut self, what: impl Into<String>) {
        self.tell(Finding { seq: None, id: None, seal: None, what: what.into() });
    }

    fn seal_is(&mut self, seal: u64, what: impl Into<String>) {
        self.tell(Finding { seq: None, id: None, seal: Some(seal), what: what.into() });
    }

    fn record_is(&mut self, seq: i64, id: Option<Uuid>, what: impl Into<String>) {
        self.tell(Finding { seq: Some(seq), id, seal: None, what: what.into() });
    }
}

/// Verifies a store whose head file stands beside it. Give the public key that was kept elsewhere; without one, the store's own
/// is believed, which only finds damage, not a forger. An error means that the file cannot even be read as a store.
pub fn verify(path: impl AsRef<Path>, key: Option<PublicKey>) -> Result<VerifyReport, Error> {
    let path = path.as_ref();
    verify_with(path, key, &beside(path, ".head"))
}

/// Verifies a store whose head file is elsewhere.
pub fn verify_with(path: &Path, key: Option<PublicKey>, head: &Path) -> Result<VerifyReport, Error> {
    let connection = schema::open_reader(path, crate::Options::default().cache_kib)?;
    let _snapshot = connection.unchecked_transaction()?;
    let mut report = VerifyReport { own_key: key.is_none(), ..VerifyReport::default() };
    structure(&connection, &mut report)?;
    report.store = identity::store_id(&connection)?;
    let recorded = identity::public_key(&connection)?;
    let (Some(id), Some(recorded)) = (report.store, recorded) else {
        report.store_is("it has no id or no public key");
        return Ok(report);
    };
    let key = key.unwrap_or(recorded);
    if key != recorded {
        report.store_is("the public key in the store is not the one given");
    }
    let chain = chain::verify(&connection, id, key, &mut report)?;
    records::verify(&connection, &chain, &mut report)?;
    columns::verify(&connection, &mut report)?;
    let contradiction = head::contradiction(head::read(head, key)?, id, report.seals, |number| identity::seal_hash(&connection, number))?;
    if let Some(explanation) = contradiction {
        report.store_is(format!("the head file: {explanation}"));
    }
    Ok(report)
}

/// Whether SQLite finds the file sound, indexes and all, and the tables are those that this program makes.
fn structure(connection: &Connection, report: &mut VerifyReport) -> Result<(), Error> {
    let mut statement = connection.prepare("PRAGMA integrity_check(100)")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let line: String = row.get(0)?;
        if line != "ok" {
            report.store_is(format!("SQLite: {line}"));
        }
    }
    if schema::is_sound(connection)? {
        indexes(connection, report)?;
    } else {
        report.store_is("its tables, indexes or triggers are not those that this program makes");
    }
    let strange: i64 = connection.query_row("SELECT count(*) FROM meta WHERE key NOT IN ('store', 'key')", [], |row| row.get(0))?;
    if strange > 0 {
        report.store_is("the table meta holds what is none of its own");
    }
    Ok(())
}

/// Whether each index can be read from end to end and has as many entries as its table; of an empty one, SQLite's own check does not
/// look at all bits.
fn indexes(connection: &Connection, report: &mut VerifyReport) -> Result<(), Error> {
    let mut statement = connection.prepare("SELECT name, tbl_name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")?;
    let names: Vec<(String, String)> = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    for (index, table) in names {
        let condition = if index == "source_caller" { "WHERE caller IS NOT NULL" } else { "" };
        let count = |how: &str| -> Result<i64, Error> {
            Ok(connection.query_row(&format!("SELECT count(*) FROM {table} {how} {condition}"), [], |row| row.get(0))?)
        };
        if count(&format!("INDEXED BY {index}"))? != count("NOT INDEXED")? {
            report.store_is(format!("the index {index} does not have an entry for each row"));
        }
    }
    Ok(())
}

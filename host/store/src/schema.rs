//! The tables, their version, and how a connection is set up.

use std::path::Path;
use std::sync::OnceLock;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

use crate::error::Error;

/// What says in the file's header that it is a store: `actl`.
pub(crate) const APPLICATION: i64 = 0x6163_746c;

/// The newest version of the tables, in the file's `user_version`.
pub const VERSION: i64 = 1;

/// What leads from each version to the next one.
const MIGRATIONS: [&str; VERSION as usize] = [include_str!("schema.sql")];

/// Opens the file for writing and brings its tables up to date.
pub(crate) fn open(path: &Path, cache_kib: u32, page_size: u32, max_bytes: Option<u64>) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.pragma_update(None, "page_size", page_size)?;
    let version = check(&connection, path)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "cache_size", -i64::from(cache_kib))?;
    connection.pragma_update(None, "temp_store", "file")?;
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    if let Some(bytes) = max_bytes {
        connection.pragma_update(None, "max_page_count", (bytes / u64::from(page_size)).max(1) as i64)?;
    }
    migrate(&mut connection, version)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Opens the file for reading only.
pub(crate) fn open_reader(path: &Path, cache_kib: u32) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if !path.exists() {
        return Err(Error::file(path, std::io::ErrorKind::NotFound.into()));
    }
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    if check(&connection, path)? != VERSION {
        return Err(Error::NotAStore(path.to_owned()));
    }
    connection.pragma_update(None, "cache_size", -i64::from(cache_kib))?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "temp_store", "file")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// What the database says of its tables, indexes and triggers: kind, name, table and statement, in the order of names.
fn statements(connection: &Connection) -> Result<Vec<[Value; 4]>, Error> {
    let mut statement = connection.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name")?;
    let rows = statement.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether these are the tables, indexes and triggers that this program makes, and no others.
pub(crate) fn is_sound(connection: &Connection) -> Result<bool, Error> {
    static EXPECTED: OnceLock<Vec<[Value; 4]>> = OnceLock::new();
    let expected = match EXPECTED.get() {
        Some(expected) => expected,
        None => {
            let mut sound = Connection::open_in_memory()?;
            migrate(&mut sound, 0)?;
            let expected = statements(&sound)?;
            EXPECTED.get_or_init(|| expected)
        }
    };
    Ok(statements(connection)? == *expected)
}

/// The version, 0 where the file is empty.
fn check(connection: &Connection, path: &Path) -> Result<i64, Error> {
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let version = match number("user_version") {
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) => {
            return Err(Error::NotAStore(path.to_owned()));
        }
        other => other?,
    };
    let application = number("application_id")?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION && (application, version, tables) != (0, 0, 0) {
        return Err(Error::NotAStore(path.to_owned()));
    }
    if version > VERSION {
        return Err(Error::TooNew { found: version, known: VERSION });
    }
    Ok(version)
}

fn migrate(connection: &mut Connection, version: i64) -> Result<(), Error> {
    if version == VERSION {
        return Ok(());
    }
    let transaction = connection.transaction()?;
    for step in MIGRATIONS.iter().skip(usize::try_from(version).unwrap_or_default()) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    Ok(transaction.commit()?)
}

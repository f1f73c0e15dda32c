//! Whose a store is: its id, its key, and who is writing to it.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use crate::error::Error;
use crate::key::{Key, PublicKey};
use crate::seal;

/// How often a lock is tried, ten milliseconds apart.
const LOCK_TRIES: u32 = 20;

/// The key that the store says is its own.
pub(crate) fn public_key(connection: &Connection) -> Result<Option<PublicKey>, Error> {
    let found: Option<Vec<u8>> = connection.query_row("SELECT value FROM meta WHERE key = 'key'", [], |row| row.get(0)).optional()?;
    found.map(|bytes| PublicKey::from_bytes(&bytes).ok_or_else(|| Error::Damaged("its public key is none".to_owned()))).transpose()
}

/// The store's own id.
pub(crate) fn store_id(connection: &Connection) -> Result<Option<Uuid>, Error> {
    Ok(connection.query_row("SELECT value FROM meta WHERE key = 'store'", [], |row| row.get(0)).optional()?)
}

/// The hash of a seal of the store.
pub(crate) fn seal_hash(connection: &Connection, number: u64) -> Result<Option<seal::Hash>, Error> {
    let hash = connection.query_row("SELECT body, signature FROM seal WHERE number = ?", [number as i64], |row| {
        Ok(seal::seal_hash(&row.get::<_, Vec<u8>>(0)?, &row.get::<_, Vec<u8>>(1)?))
    });
    Ok(hash.optional()?)
}

/// The store's own id, made if the store is new.
pub(crate) fn create(connection: &Connection, key: &Key) -> Result<Uuid, Error> {
    if let Some(id) = store_id(connection)? {
        return Ok(id);
    }
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::Random(error.to_string()))?;
    let id = uuid::Builder::from_random_bytes(bytes).into_uuid();
    let public = key.public().to_bytes();
    connection.execute("INSERT INTO meta (key, value) VALUES ('store', ?), ('key', ?)", (id, public))?;
    Ok(id)
}

/// Takes the lock of the one writer.
pub(crate) fn lock(path: &Path) -> Result<File, Error> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::PermissionDenied => Error::ReadOnly,
        _ => Error::file(path, error),
    })?;
    // A process that is being started may hold a copy of a lock that was just given up, for a moment.
    for _ in 0..LOCK_TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            Err(TryLockError::Error(error)) => return Err(Error::file(path, error)),
        }
    }
    Err(Error::Locked)
}

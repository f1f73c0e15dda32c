//! The feed's own file: what was made available, to whom, and what they were told. It survives the process.

mod blobs;
mod notifications;
mod subscriptions;
mod watched;

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};
use uuid::Uuid;

pub(crate) use blobs::{Blob, Cut};
pub(crate) use notifications::Notification;
pub(crate) use subscriptions::{Due, Subscription, Webhook};

use crate::clients::random;
use crate::error::Error;

/// What says in the file's header that it is a feed's: `actf`.
const APPLICATION: i64 = 0x6163_7466;
const VERSION: i64 = 1;

/// The feed's own file.
///
/// One connection is used by all, one after the other. What is listed counts on that: when somebody has been told what there is
/// up to now, nothing appears afterwards that counts as created before.
pub(crate) struct Book {
    connection: Mutex<Connection>,
    /// The feed's own id.
    pub(crate) id: Uuid,
    /// What tokens are signed with.
    pub(crate) secret: [u8; 32],
}

impl Book {
    /// Opens the file, and makes it where there is none, for this store. Nobody else may read it, and no other process use it.
    pub(crate) fn open(path: &Path, store: Uuid) -> Result<Self, Error> {
        private(path).map_err(|error| Error::File { path: path.to_owned(), error })?;
        let opening = |error| Error::opening(path, error);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags).map_err(opening)?;
        connection.busy_timeout(std::time::Duration::from_secs(2))?;
        connection.pragma_update(None, "locking_mode", "exclusive").map_err(opening)?;
        connection.pragma_update(None, "journal_mode", "wal").map_err(opening)?;
        connection.pragma_update(None, "synchronous", "full")?;
        let change = connection.transaction_with_behavior(TransactionBehavior::Exclusive).map_err(opening)?;
        let number = |pragma: &str| change.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
        let (application, version) = (number("application_id")?, number("user_version")?);
        let tables: i64 = change.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        match (application, version, tables) {
            (0, 0, 0) => {
                change.execute_batch(include_str!("../feed.sql"))?;
                change.execute("INSERT INTO cut (one, seq, left_out) VALUES (1, 0, 0)", [])?;
                let mut insert = change.prepare("INSERT INTO meta (key, value) VALUES (?, ?)")?;
                insert.execute(("feed", Uuid::new_v4()))?;
                insert.execute(("store", store))?;
                insert.execute(("secret", random::<32>()?))?;
                drop(insert);
                change.pragma_update(None, "application_id", APPLICATION)?;
                change.pragma_update(None, "user_version", VERSION)?;
            }
            (APPLICATION, VERSION, _) => {}
            (APPLICATION, newer, _) if newer > VERSION => return Err(Error::TooNew(newer)),
            _ => return Err(Error::NotAFeed(path.to_owned())),
        }
        change.commit()?;
        let meta = |key: &str| connection.query_row("SELECT value FROM meta WHERE key = ?", [key], |row| row.get::<_, Uuid>(0));
        let (id, expected) = (meta("feed")?, meta("store")?);
        if expected != store {
            return Err(Error::OtherStore { expected, found: store });
        }
        let secret = connection.query_row("SELECT value FROM meta WHERE key = 'secret'", [], |row| row.get(0))?;
        Ok(Book { connection: Mutex::new(connection), id, secret })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what nobody can ask for any more: what was created, sent or over before these times.
    pub(crate) fn forget(&self, blobs_before: i64, notifications_before: i64) -> Result<(), Error> {
        let mut connection = self.connection();
        let change = connection.transaction()?;
        change.execute("DELETE FROM blob WHERE created < ?", [blobs_before])?;
        change.execute("DELETE FROM notification WHERE sent < ?", [notifications_before])?;
        let oldest: Option<i64> = change.query_row("SELECT min(number) FROM blob", [], |row| row.get(0)).optional()?.flatten();
        if let Some(oldest) = oldest {
            change.execute("DELETE FROM span WHERE upto < ?", [oldest])?;
        }
        Ok(change.commit()?)
    }
}

#[cfg(unix)]
fn private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path).map(drop)
}

#[cfg(not(unix))]
fn private(path: &Path) -> std::io::Result<()> {
    OpenOptions::new().write(true).create(true).truncate(false).open(path).map(drop)
}

//! What can go wrong, each with what to do about it.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why a call of this crate failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The disk, or the limit of size that was set, is full. Nothing of the call was kept.
    #[error("the disk is full, or the store has reached its limit of size; nothing was stored")]
    Full,
    /// The file, or its folder, cannot be written.
    #[error("the store cannot be written: it is read-only")]
    ReadOnly,
    /// The database's own structure is broken.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// The file is something else.
    #[error("{0} is not a store of audit records")]
    NotAStore(PathBuf),
    /// Another process, or another `Store` of this one, writes to it.
    #[error("another process is writing to the store")]
    Locked,
    /// A newer version of this program wrote it.
    #[error("the store has version {found}, and this program knows versions up to {known}: a newer program wrote it")]
    TooNew {
        /// Version of the store.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// A line is no audit record. Nothing of the call was kept.
    #[error("line {line}: {explanation}; nothing was stored")]
    NotARecord {
        /// Line in what was given, from 1.
        line: usize,
        /// What is wrong with it.
        explanation: String,
    },
    /// The store was sealed with a key that is not there.
    #[error("the signing key {0} is missing, and the store was sealed with it")]
    KeyMissing(PathBuf),
    /// The key file holds no key, or anybody may read it.
    #[error("the signing key {path} cannot be used: {explanation}")]
    KeyUnusable {
        /// The key file.
        path: PathBuf,
        /// Why not.
        explanation: String,
    },
    /// The key is not the one that the store was sealed with.
    #[error("the signing key {0} is not the one that this store was sealed with")]
    KeyMismatch(PathBuf),
    /// The head file and the store contradict each other: seals were removed, or one of the two is an older copy.
    #[error("the head file {path} contradicts the store: {explanation}")]
    Head {
        /// The head file.
        path: PathBuf,
        /// How.
        explanation: String,
    },
    /// A cursor is none that this crate gave out.
    #[error("not a cursor: {0}")]
    Cursor(String),
    /// A question that cannot be asked.
    #[error("the query is not valid: {0}")]
    Query(String),
    /// A file could not be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The system gave no random bytes for a key.
    #[error("no random bytes for a key: {0}")]
    Random(String),
    /// Anything else that SQLite said.
    #[error("the database failed: {0}")]
    Database(rusqlite::Error),
}

impl Error {
    /// Whether the same call may succeed later without anybody having repaired anything.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Error::Full | Error::Locked)
    }

    pub(crate) fn file(path: &Path, error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull => Error::Full,
            std::io::ErrorKind::ReadOnlyFilesystem => Error::ReadOnly,
            _ => Error::File { path: path.to_owned(), error },
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Error::Full,
            Some(ErrorCode::ReadOnly) => Error::ReadOnly,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Locked,
            Some(ErrorCode::DatabaseCorrupt) => Error::Damaged(error.to_string()),
            Some(ErrorCode::NotADatabase) => Error::Damaged("it is not a database".to_owned()),
            _ => match error {
                rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::Utf8Error(..) => Error::Damaged(error.to_string()),
                other => Error::Database(other),
            },
        }
    }
}

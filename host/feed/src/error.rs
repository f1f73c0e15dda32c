//! Why a feed cannot be opened, or cannot go on.

use std::path::PathBuf;

use rusqlite::ErrorCode;
use uuid::Uuid;

/// Why a call of this crate failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store could not be read.
    #[error("the store: {0}")]
    Store(#[from] actlog_store::Error),
    /// The feed's own file could not be read or written.
    #[error("the feed's file: {0}")]
    Book(rusqlite::Error),
    /// Another process has the feed's file open.
    #[error("another process uses the feed's file {0}")]
    Locked(PathBuf),
    /// The file is something else.
    #[error("{0} is not a feed's file")]
    NotAFeed(PathBuf),
    /// The file was made by a newer version of this program.
    #[error("the feed's file has version {0}: a newer program wrote it")]
    TooNew(i64),
    /// The feed's file was made for another store.
    #[error("the feed's file belongs to store {expected}, and this is store {found}: give it the right store, or remove it")]
    OtherStore {
        /// The store it was made for.
        expected: Uuid,
        /// The store that was given.
        found: Uuid,
    },
    /// The store has fewer records than the feed has passed on: it is an older copy.
    #[error("the store ends at record {found}, and the feed has passed on up to record {passed}: the store is an older copy")]
    StoreBehind {
        /// The last record of the store.
        found: i64,
        /// The last record that was passed on.
        passed: i64,
    },
    /// None of the newest records has the form that collectors expect.
    #[error(
        "the records are not in the wire form that collectors expect (record {seq}: {why}); \
         set profile = \"management-api\" in the settings, or give the feed a rendering"
    )]
    NotWireForm {
        /// The place of one of them in the store.
        seq: i64,
        /// What is wrong with it.
        why: String,
    },
    /// An option makes no sense.
    #[error("{0}")]
    Option(String),
    /// A file could not be read or made.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A task of this program ended before it was done, or two did the same.
    #[error("{0}; please report this")]
    Failed(String),
    /// The system gave no random bytes.
    #[error("the system has no randomness: {0}")]
    Random(String),
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Error::Book(error)
    }
}

impl Error {
    /// What opening a file says, with the file.
    pub(crate) fn opening(path: &std::path::Path, error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Locked(path.to_owned()),
            Some(ErrorCode::NotADatabase) => Error::NotAFeed(path.to_owned()),
            _ => Error::Book(error),
        }
    }
}

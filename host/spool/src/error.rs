//! What can go wrong, each with what to do about it.

use std::io;
use std::path::{Path, PathBuf};

/// Why a call of this crate failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no room until something is acknowledged. Nothing was kept.
    #[error("the spool is full: {used} of {limit} bytes wait to be acknowledged")]
    Full {
        /// Bytes in use.
        used: u64,
        /// Bytes that may be used for this.
        limit: u64,
    },
    /// The payload is larger than a frame may be. Nothing was kept.
    #[error("a frame of {bytes} bytes is over the limit of {limit}")]
    TooLarge {
        /// Its length.
        bytes: usize,
        /// The longest that is taken.
        limit: usize,
    },
    /// Another process, or another `Spool` of this one, has the folder.
    #[error("{0} is in use by another process")]
    Locked(PathBuf),
    /// The options contradict themselves or the format.
    #[error("the spool's options cannot be used: {0}")]
    Options(&'static str),
    /// A newer version of this program wrote a file.
    #[error("{path} has version {found}, and this program knows versions up to {known}: a newer program wrote it")]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest version known here.
        known: u32,
    },
    /// A number was acknowledged that has not been given out.
    #[error("frame {number} cannot be acknowledged: the last one is {last}")]
    NotYet {
        /// What was acknowledged.
        number: u64,
        /// The last frame that is durable.
        last: u64,
    },
    /// A frame that was read before is no longer there.
    #[error("frame {0} is gone: it was acknowledged, or its file was damaged meanwhile")]
    Gone(u64),
    /// A file could not be read or written. Of an append: it may or may not come out again.
    #[error("{path}: {explanation}")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What kind of fault.
        kind: io::ErrorKind,
        /// What the system said.
        explanation: String,
    },
    /// The spool is being closed; the append may or may not have been kept.
    #[error("the spool is closed")]
    Closed,
}

impl Error {
    pub(crate) fn file(path: &Path, error: &io::Error) -> Self {
        Self::File { path: path.to_owned(), kind: error.kind(), explanation: error.to_string() }
    }
}

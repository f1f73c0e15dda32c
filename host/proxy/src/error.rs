//! What keeps a proxy from starting.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why a proxy cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting cannot be used.
    #[error("{setting}: {explanation}")]
    Setting {
        /// Which one.
        setting: &'static str,
        /// What is wrong with it and what would be right.
        explanation: String,
    },
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        error: io::Error,
    },
    /// A file of certificates or keys cannot be used.
    #[error("{path}: {explanation}")]
    Tls {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        explanation: String,
    },
    /// The journal cannot be opened.
    #[error("the journal: {0}")]
    Journal(#[from] actlog_spool::Error),
}

impl Error {
    /// A setting that cannot be used.
    pub fn setting(setting: &'static str, explanation: impl Into<String>) -> Self {
        Self::Setting { setting, explanation: explanation.into() }
    }
}

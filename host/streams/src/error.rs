//! Errors, and whose they are.

/// Why something could not even begin. What fails later is tried again until it works.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operator's settings cannot work.
    #[error("streams.{key}: {why}")]
    Config {
        /// The key below `[streams]`.
        key: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// A file or variable with a secret cannot be read. The secret is not in the message.
    #[error("streams.{key}: {what}: {why}")]
    Secret {
        /// The key below `[streams]`.
        key: &'static str,
        /// The file or variable.
        what: String,
        /// Why not.
        why: String,
    },
    /// The servers refused, or could not be asked.
    #[error("{doing}: {why}")]
    Server {
        /// What was tried.
        doing: String,
        /// What the server or the connection said.
        why: String,
    },
}

impl Error {
    pub(crate) fn server(doing: impl Into<String>, why: impl std::fmt::Display) -> Self {
        Error::Server { doing: doing.into(), why: why.to_string() }
    }
}

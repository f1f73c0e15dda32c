//! How a processor is to behave.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use actlog_proxy::{Error, JournalOptions, Limits, OnFailure};

/// Where Envoy finds the processor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// A TCP address. Port 0 takes a free one.
    Tcp(SocketAddr),
    /// A Unix socket. Its file is made anew; who may connect is up to the rights of its folder.
    Unix(PathBuf),
}

/// How a processor is to behave. [`Config::new`] has a default for the rest.
#[derive(Clone)]
pub struct Config {
    /// Where to listen.
    pub listen: Vec<Listen>,
    /// Whether addresses that other machines reach may be listened on. What comes has tokens in it, and is not encrypted.
    pub allow_remote: bool,
    /// Where exchanges are kept until they are recorded.
    pub journal: JournalOptions,
    /// What becomes of requests to the API that cannot be journaled.
    pub on_failure: OnFailure,
    /// How much of everything is taken. `connections` and `streams` are those of Envoy to the processor.
    pub limits: Limits,
    /// Bytes of a message of Envoy, 64 KiB to 64 MiB: a piece of a body, at most what Envoy buffers of a connection. A larger one
    /// ends the stream.
    pub message_bytes: usize,
    /// Whether a path (without its query) is the API's, so that the exchange is journaled. [`Paths`](actlog_proxy::Paths) is one.
    pub is_api: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

impl Config {
    /// A processor with a proxy's defaults: bodies kept up to 256 KiB, 1 GiB of journal on the disk, fail closed, and no path is the
    /// API's.
    pub fn new(listen: Listen, journal: PathBuf) -> Self {
        Self {
            listen: vec![listen],
            allow_remote: false,
            journal: JournalOptions::new(journal),
            on_failure: OnFailure::Closed,
            // Envoy keeps to the number of streams, and opens another connection beyond it.
            limits: Limits { streams: 1024, connections: 256, ..Limits::new() },
            message_bytes: 4 << 20,
            is_api: Arc::new(|_| false),
        }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.listen.is_empty() {
            return Err(Error::setting("listen", "at least one address"));
        }
        let remote = self.listen.iter().any(|listen| matches!(listen, Listen::Tcp(address) if !address.ip().to_canonical().is_loopback()));
        if remote && !self.allow_remote {
            return Err(Error::setting("listen", "an address of this machine only, or a Unix socket; allow_remote lifts that"));
        }
        if !(64 << 10..=64 << 20).contains(&self.message_bytes) {
            return Err(Error::setting("message_bytes", "64 KiB to 64 MiB"));
        }
        self.limits.check()?;
        self.journal.check(&self.limits)
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { listen, allow_remote, journal, on_failure, limits, message_bytes, is_api: _ } = self;
        f.debug_struct("Config")
            .field("listen", listen)
            .field("allow_remote", allow_remote)
            .field("journal", journal)
            .field("on_failure", on_failure)
            .field("limits", limits)
            .field("message_bytes", message_bytes)
            .finish_non_exhaustive()
    }
}

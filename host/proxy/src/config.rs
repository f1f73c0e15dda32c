//! How a proxy is to behave.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actlog_spool::{Durability, Options};
use hyper::Uri;
use hyper::http::uri::{Authority, Scheme};

use crate::answer::{self, Answer};
use crate::error::Error;

/// How a proxy is to behave. [`Config::new`] has a default for the rest.
#[derive(Clone)]
pub struct Config {
    /// Where to listen. Port 0 takes a free one.
    pub listen: Vec<SocketAddr>,
    /// The server's certificate; without it, clients speak plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Where requests go.
    pub upstream: Upstream,
    /// Which `Host` the upstream sees.
    pub host: HostHeader,
    /// What becomes of `X-Forwarded-*` and `Forwarded`.
    pub forwarded: Forwarded,
    /// The name that is put into `Via`, both ways; none leaves the header as it came.
    pub via: Option<String>,
    /// Where exchanges are kept until they are recorded.
    pub journal: JournalOptions,
    /// What becomes of requests to the API that cannot be journaled.
    pub on_failure: OnFailure,
    /// How much of everything is taken.
    pub limits: Limits,
    /// How long everything may take.
    pub timeouts: Timeouts,
    /// Whether a path (without its query) is the API's, so that the exchange is journaled. [`Paths`](crate::Paths) is one.
    pub is_api: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

/// A certificate and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// PEM: the server's certificate first, then those between it and the root.
    pub certificates: PathBuf,
    /// PEM: its private key.
    pub key: PathBuf,
}

/// Where requests go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// `http://host:port` or `https://host`, without a path.
    pub url: String,
    /// Which HTTP it speaks.
    pub http: UpstreamHttp,
    /// PEM: the certificates that its certificate must lead to; without it, those of the system.
    pub ca_file: Option<PathBuf>,
    /// Connections that are kept open without a request.
    pub idle_connections: usize,
    /// How long such a connection is kept. Less than the upstream keeps them, or requests meet a connection that is being closed.
    pub idle_time: Duration,
}

/// Which HTTP the upstream speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UpstreamHttp {
    /// HTTP/2 where TLS agrees on it, else HTTP/1.1.
    #[default]
    Auto,
    /// HTTP/1.1.
    Http1,
    /// HTTP/2, without asking.
    Http2,
}

/// Which `Host` the upstream sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HostHeader {
    /// Its own, out of its URL.
    #[default]
    Upstream,
    /// The client's. Needs [`UpstreamHttp::Http1`].
    Passed,
}

/// What becomes of `X-Forwarded-For`, `-Proto`, `-Host` and `Forwarded`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Forwarded {
    /// Set anew: what the client sent is dropped. Right where clients come directly.
    #[default]
    Replace,
    /// The client's address is added to `X-Forwarded-For`; the others are set where they are missing. Right behind another proxy.
    Append,
    /// Left as they came.
    Pass,
}

/// What becomes of requests to the API when the journal is full or fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// They are refused with 503, and nothing goes up. An answer whose outcome cannot be kept is held back: 500, without an
    /// invitation to ask again.
    #[default]
    Closed,
    /// They pass, unrecorded; they are counted, and a warning is logged.
    Open,
}

/// Where exchanges are kept until they are recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalOptions {
    /// The folder; made where it is not there.
    pub folder: PathBuf,
    /// What an entry survives before the exchange goes on.
    pub durability: Durability,
    /// Bytes on the disk altogether.
    pub limit_bytes: u64,
    /// Bytes of one file.
    pub segment_bytes: u64,
    /// Bytes of a body that are kept, at most 8 MiB. The body itself has no limit.
    pub body_bytes: usize,
}

/// How much of everything is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Headers of a request; more: 431.
    pub headers: usize,
    /// Bytes of a request's or an answer's head, 8 KiB to 1 MiB; a request with more: 431, an answer with much more: 502.
    pub head_bytes: usize,
    /// Bytes of path and query; more: 414 (431 where it is over `head_bytes`, too).
    pub target_bytes: usize,
    /// Requests at once; more: 503. Tunnels count.
    pub requests: usize,
    /// Connections at once; more wait to be accepted.
    pub connections: usize,
    /// Requests at once on one connection with HTTP/2.
    pub streams: u32,
}

/// How long everything may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// The TLS handshake of a client.
    pub handshake: Duration,
    /// A request's head, and the time between requests of a connection; then 408, or the end of the connection.
    pub head: Duration,
    /// Waiting for more of a body, or for somebody to take more of one.
    pub idle: Duration,
    /// A connection to the upstream.
    pub connect: Duration,
    /// The upstream's answer, from the end of the request on; then 504.
    pub answer: Duration,
    /// Silence in a tunnel.
    pub tunnel: Duration,
}

impl Config {
    /// A proxy with defaults: bodies kept up to 256 KiB, 1 GiB of journal on the disk, fail closed, and no path is the API's.
    pub fn new(listen: SocketAddr, upstream: &str, journal: PathBuf) -> Self {
        Self {
            listen: vec![listen],
            tls: None,
            upstream: Upstream {
                url: upstream.to_owned(),
                http: UpstreamHttp::Auto,
                ca_file: None,
                idle_connections: 64,
                idle_time: Duration::from_secs(30),
            },
            host: HostHeader::Upstream,
            forwarded: Forwarded::Replace,
            via: Some("actlog".to_owned()),
            journal: JournalOptions::new(journal),
            on_failure: OnFailure::Closed,
            limits: Limits::new(),
            timeouts: Timeouts {
                handshake: Duration::from_secs(10),
                head: Duration::from_secs(30),
                idle: Duration::from_secs(60),
                connect: Duration::from_secs(10),
                answer: Duration::from_secs(150),
                tunnel: Duration::from_secs(3600),
            },
            is_api: Arc::new(|_| false),
        }
    }

    /// Checks everything that can be checked without opening a file, and gives the upstream's scheme and authority.
    pub(crate) fn check(&self) -> Result<(Scheme, Authority), Error> {
        if self.listen.is_empty() {
            return Err(Error::setting("listen", "at least one address"));
        }
        if self
            .via
            .as_ref()
            .is_some_and(|via| via.is_empty() || !via.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)))
        {
            return Err(Error::setting("via", "a name of letters, digits, '-', '.' and '_'"));
        }
        self.limits.check()?;
        let Timeouts { handshake, head, idle, connect, answer, tunnel } = self.timeouts;
        if [handshake, head, idle, connect, answer, tunnel].iter().any(Duration::is_zero) {
            return Err(Error::setting("timeouts", "none of them is zero"));
        }
        self.journal.check(&self.limits)?;
        if self.host == HostHeader::Passed && self.upstream.http != UpstreamHttp::Http1 {
            return Err(Error::setting("host", "the client's Host can be passed on with HTTP/1.1 to the upstream only"));
        }
        let uri: Uri = self.upstream.url.parse().map_err(|error| Error::setting("upstream.url", format!("no URL: {error}")))?;
        if !matches!(uri.path_and_query().map(|path| path.as_str()), None | Some("" | "/")) {
            return Err(Error::setting("upstream.url", "without a path"));
        }
        let parts = uri.into_parts();
        match (parts.scheme, parts.authority) {
            (Some(scheme), Some(authority)) if scheme == Scheme::HTTP || scheme == Scheme::HTTPS => {
                if authority.as_str().contains('@') {
                    return Err(Error::setting("upstream.url", "without a user"));
                }
                Ok((scheme, authority))
            }
            _ => Err(Error::setting("upstream.url", "begins with http:// or https:// and a host")),
        }
    }
}

impl Limits {
    /// Those of a proxy.
    pub fn new() -> Self {
        Self { headers: 128, head_bytes: 64 << 10, target_bytes: 16 << 10, requests: 1024, connections: 4096, streams: 128 }
    }

    /// Checks that they can be used.
    ///
    /// # Errors
    /// Says which one cannot.
    pub fn check(&self) -> Result<(), Error> {
        if !(8 << 10..=1 << 20).contains(&self.head_bytes) {
            return Err(Error::setting("limits.head_bytes", "8 KiB to 1 MiB"));
        }
        if !(1..=10_000).contains(&self.headers) {
            return Err(Error::setting("limits.headers", "1 to 10,000"));
        }
        for (setting, value) in [
            ("limits.target_bytes", self.target_bytes),
            ("limits.requests", self.requests),
            ("limits.connections", self.connections),
            ("limits.streams", self.streams as usize),
        ] {
            if value == 0 || value > 1 << 24 {
                return Err(Error::setting(setting, "1 to 16,777,216"));
            }
        }
        Ok(())
    }

    /// Checks the lengths of a request's header names and values.
    ///
    /// # Errors
    /// With the answer to a request that is over a limit.
    pub fn check_headers(&self, lengths: impl Iterator<Item = (usize, usize)>) -> Result<(), Answer> {
        let (mut count, mut bytes) = (0, 0);
        for (name, value) in lengths {
            count += 1;
            bytes += name + value + 4;
        }
        if count > self.headers || bytes > self.head_bytes { Err(answer::HEAD_TOO_LARGE) } else { Ok(()) }
    }

    /// Checks a request's path and query.
    ///
    /// # Errors
    /// With the answer to a request that is over the limit.
    pub fn check_target(&self, target: &str) -> Result<(), Answer> {
        if target.len() > self.target_bytes { Err(answer::TARGET_TOO_LONG) } else { Ok(()) }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

impl JournalOptions {
    /// A journal of a GiB on the disk, with bodies kept up to 256 KiB.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, durability: Durability::Disk, limit_bytes: 1 << 30, segment_bytes: 16 << 20, body_bytes: 256 << 10 }
    }

    /// Checks that they can be used beside these limits.
    ///
    /// # Errors
    /// Says which one cannot.
    pub fn check(&self, limits: &Limits) -> Result<(), Error> {
        if self.body_bytes > 8 << 20 {
            return Err(Error::setting("journal.body_bytes", "at most 8 MiB"));
        }
        let least = 2 * (self.frame_bytes(limits) as u64 + 8192);
        if self.segment_bytes < least {
            return Err(Error::setting("journal.segment_bytes", format!("at least {least}, which two entries may need")));
        }
        Ok(())
    }

    /// Bytes of the largest entry: both bodies' heads, or the heads of a request.
    fn frame_bytes(&self, limits: &Limits) -> usize {
        2 * self.body_bytes + 2 * limits.head_bytes + (64 << 10)
    }

    pub(crate) fn spool(&self, limits: &Limits) -> Options {
        let Self { durability, limit_bytes, segment_bytes, .. } = *self;
        // What has begun must be able to end: an eighth is for outcomes.
        let reserve_bytes = limit_bytes.saturating_sub(2 * segment_bytes) / 8;
        Options { durability, segment_bytes, limit_bytes, reserve_bytes, frame_bytes: self.frame_bytes(limits) }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { listen, tls, upstream, host, forwarded, via, journal, on_failure, limits, timeouts, is_api: _ } = self;
        f.debug_struct("Config")
            .field("listen", listen)
            .field("tls", tls)
            .field("upstream", upstream)
            .field("host", host)
            .field("forwarded", forwarded)
            .field("via", via)
            .field("journal", journal)
            .field("on_failure", on_failure)
            .field("limits", limits)
            .field("timeouts", timeouts)
            .finish_non_exhaustive()
    }
}

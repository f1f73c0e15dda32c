//! How a feed is set up.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use crate::error::Error;

/// Bytes that an answer may have: there are collectors that read no more than this.
pub(crate) const MOST_BYTES: usize = 1 << 20;

/// How a feed is set up; the default is right for most.
#[derive(Clone, Debug)]
pub struct Options {
    /// The feed's own file. Default: the store's name with `.feed`.
    pub file: Option<PathBuf>,
    /// Where collectors reach this server, `https://audit.example` for one, for the URLs that they are given. Default: `http://`
    /// and the `Host` that they asked for.
    pub public_url: Option<String>,
    /// Records that a blob has at most; it never has more than 2,000.
    pub blob_records: usize,
    /// Bytes that a blob has at most, up to 1 MiB. A single record that has more is a blob of its own.
    pub blob_bytes: usize,
    /// How long a record waits at most before it is made available.
    pub cut_every: Duration,
    /// Entries on a page of a list.
    pub page: usize,
    /// Requests a minute for each tenant.
    pub requests_per_minute: NonZeroU32,
    /// How long a token is good.
    pub token_life: Duration,
    /// Who starts a subscription for the first time is given what became available before that and is not expired.
    pub backlog: bool,
    /// Open a store although none of its newest records is in the wire form: those are left out, and what comes will be in it.
    pub mixed: bool,
    /// How webhooks are called.
    pub webhooks: Webhooks,
}

/// How webhooks are called.
#[derive(Clone, Debug)]
pub struct Webhooks {
    /// Let webhooks be in private networks and on this machine, by https. Otherwise they must be in the public Internet.
    pub allow_private: bool,
    /// Let webhooks on this machine be called by http.
    pub allow_http_loopback: bool,
    /// The certificates, PEM, that a webhook's certificate must come from. Default: those of the system.
    pub roots: Option<PathBuf>,
    /// How long a call may take.
    pub timeout: Duration,
    /// Calls at the same time: so many that tell what is new, and so many that validate.
    pub concurrency: usize,
    /// How long it is waited after the first failure; each further one doubles it, up to an hour.
    pub retry: Duration,
    /// Failures in a row after which a webhook is disabled.
    pub most_failures: u32,
    /// Entries in one notification.
    pub batch: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            file: None,
            public_url: None,
            blob_records: 500,
            blob_bytes: 1_000_000,
            cut_every: Duration::from_secs(5),
            page: 200,
            requests_per_minute: const { NonZeroU32::new(2_000).unwrap() },
            token_life: Duration::from_secs(3_600),
            backlog: true,
            mixed: false,
            webhooks: Webhooks::default(),
        }
    }
}

impl Default for Webhooks {
    fn default() -> Self {
        Webhooks {
            allow_private: false,
            allow_http_loopback: false,
            roots: None,
            timeout: Duration::from_secs(10),
            concurrency: 8,
            retry: Duration::from_secs(10),
            most_failures: 16,
            batch: 50,
        }
    }
}

impl Options {
    /// Checks what can be checked before anything begins.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let wrong = |what: &str| Err(Error::Option(what.to_owned()));
        if self.blob_records == 0 || !(1_024..=MOST_BYTES).contains(&self.blob_bytes) {
            return wrong("a blob needs at least one record, and between 1,024 bytes and 1 MiB");
        }
        if !(1..=1_000).contains(&self.page) {
            return wrong("a page has from 1 to 1,000 entries");
        }
        if !(1..=1_000).contains(&self.webhooks.batch) || self.webhooks.concurrency == 0 || self.webhooks.most_failures == 0 {
            return wrong("a notification has from 1 to 1,000 entries; webhooks need at least one call at a time and one try");
        }
        let Some(url) = &self.public_url else { return Ok(()) };
        match url.parse::<axum::http::Uri>() {
            Ok(uri) if uri.host().is_some() && matches!(uri.scheme_str(), Some("http" | "https")) && uri.query().is_none() => Ok(()),
            _ => wrong(&format!("'{url}' cannot be the public URL: it needs http or https, a host, and no query")),
        }
    }
}

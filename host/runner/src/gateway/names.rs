//! The names of the upstream's tables: its `$metadata`, fetched at the start, now and then, and when a table is met that it did not
//! have. They are kept beside the journal, so that a restart does not have to wait for them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actlog_engine::Engine;
use anyhow::{Context, bail};
use serde_json::Value as Json;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};
use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::translating::Translating;
use crate::output;

/// Bytes of a `$metadata` that are read.
const MOST_BYTES: u64 = 128 << 20;
/// How long a request for it may take: a large organization has some 20 MB.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often it is fetched again.
const REFRESH: Duration = Duration::from_secs(3600);
/// The least time between two requests, however many unknown tables are met.
const PAUSE: Duration = Duration::from_secs(60);
/// How long to wait after a failure; it doubles up to the second.
const DELAYS: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(300)];
/// How long exchanges wait in the journal for the first names.
const FIRST: Duration = Duration::from_secs(60);

/// Where the names come from.
pub struct Origin {
    /// The whole URL.
    pub url: String,
    /// A file with a bearer token for it, read each time.
    pub token: Option<PathBuf>,
    /// PEM: certificates to trust instead of the system's.
    pub ca: Option<PathBuf>,
    /// Where they are kept.
    pub kept: PathBuf,
}

/// Whether there are names, and who asks for newer ones.
#[derive(Default)]
pub struct Names {
    known: AtomicBool,
    wanted: Notify,
    since: Option<Instant>,
}

impl Names {
    /// Names that somebody else knows, or nobody wants.
    pub fn settled() -> Self {
        Self { known: AtomicBool::new(true), ..Self::default() }
    }

    /// Names that are fetched; `known` when there are some from before.
    pub fn fetched(known: bool) -> Self {
        Self { known: AtomicBool::new(known), wanted: Notify::new(), since: Some(Instant::now()) }
    }

    /// Whether exchanges should still wait for them.
    pub fn is_awaited(&self) -> bool {
        !self.known.load(Ordering::Relaxed) && self.since.is_some_and(|since| since.elapsed() < FIRST)
    }

    /// Whether there are some.
    pub fn are_known(&self) -> bool {
        self.known.load(Ordering::Relaxed)
    }

    /// A table was met that they do not have.
    pub fn ask(&self) {
        self.wanted.notify_one();
    }
}

/// Names that an earlier run kept.
pub fn kept(file: &Path) -> Option<Json> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

/// Names out of a file with a `$metadata` document.
///
/// # Errors
/// When it cannot be read, or is none.
pub fn of_file(engine: &Engine, file: &Path) -> anyhow::Result<Json> {
    let named = || format!("cannot take the names out of {}", file.display());
    let csdl = fs::read(file).with_context(named)?;
    Ok(serde_json::from_str(&engine.metadata(&csdl).with_context(named)?)?)
}

/// Fetches the names again and again. Does not end.
pub async fn keep(names: Arc<Names>, origin: Origin, engine: Engine, translating: Translating) {
    let origin = Arc::new(origin);
    let mut delay = DELAYS[0];
    loop {
        let (from, with, into) = (origin.clone(), engine.clone(), translating.clone());
        let done = tokio::task::spawn_blocking(move || renew(&from, &with, &into)).await;
        let next = match done.unwrap_or_else(|_| Err(anyhow::anyhow!("it panicked"))) {
            Ok(changed) => {
                if changed || !names.are_known() {
                    tracing::info!(url = origin.url, "the names of the upstream's tables are known");
                }
                names.known.store(true, Ordering::Relaxed);
                delay = DELAYS[0];
                REFRESH
            }
            Err(error) => {
                let known = if names.are_known() { "those from before go on" } else { "records have no table names until it can" };
                tracing::warn!(url = origin.url, "the $metadata cannot be read, {known}: {error:#}");
                let waited = delay;
                delay = (delay * 2).min(DELAYS[1]);
                waited
            }
        };
        let until = Instant::now() + next;
        sleep(PAUSE.min(next)).await;
        tokio::select! {
            () = sleep_until(until) => {}
            () = names.wanted.notified() => {}
        }
    }
}

/// Fetches, keeps and uses the names; whether they are others than before.
fn renew(origin: &Origin, engine: &Engine, translating: &Translating) -> anyhow::Result<bool> {
    let names = engine.metadata(&fetch(origin)?)?;
    let changed = translating.set_names(serde_json::from_str(&names)?)?;
    if changed {
        output::write_file(&origin.kept.to_string_lossy(), names.as_bytes())?;
    }
    Ok(changed)
}

fn fetch(origin: &Origin) -> anyhow::Result<Vec<u8>> {
    let mut request = agent(origin.ca.as_deref(), PATIENCE)?.get(&origin.url).header("Accept", "application/xml");
    if let Some(file) = &origin.token {
        let token = fs::read_to_string(file).with_context(|| format!("cannot read the token in {}", file.display()))?;
        request = request.header("Authorization", format!("Bearer {}", token.trim()));
    }
    let mut answer = request.call()?;
    if !answer.status().is_success() {
        bail!("the upstream answered {}", answer.status());
    }
    Ok(answer.body_mut().with_config().limit(MOST_BYTES).read_to_vec()?)
}

/// A client for requests of our own. It follows no redirects: a token goes where the operator said, and nowhere else.
///
/// # Errors
/// When the certificates cannot be read.
pub fn agent(ca: Option<&Path>, patience: Duration) -> anyhow::Result<Agent> {
    let roots = match ca {
        None => RootCerts::PlatformVerifier,
        Some(file) => RootCerts::from(certificates(file)?),
    };
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(patience))
        .tls_config(TlsConfig::builder().root_certs(roots).build())
        .build();
    Ok(config.into())
}

fn certificates(file: &Path) -> anyhow::Result<Vec<Certificate<'static>>> {
    let pem = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let items: Result<Vec<_>, _> = parse_pem(&pem).collect();
    let items = items.with_context(|| format!("{} is no PEM", file.display()))?;
    let found: Vec<_> = items.into_iter().filter_map(|item| if let PemItem::Certificate(one) = item { Some(one) } else { None }).collect();
    if found.is_empty() {
        bail!("{} holds no certificate", file.display());
    }
    Ok(found)
}

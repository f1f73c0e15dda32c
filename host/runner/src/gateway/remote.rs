//! Sends events to an `actlog serve`.

use std::path::PathBuf;
use std::time::Duration;

use actlog_proxy::RecordError;
use anyhow::Context;
use serde::Deserialize;
use ureq::Agent;
use ureq::http::StatusCode;

use super::names::agent;
use crate::exit::usage;
use crate::totals::Totals;

/// How long a request may take: longer than the server's disk may.
const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes of an answer that are read.
const ANSWER_BYTES: u64 = 1 << 20;

/// An `actlog serve`, and how to be let in.
#[derive(Clone)]
pub struct Remote {
    agent: Agent,
    url: String,
    token: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(flatten)]
    totals: Totals,
}

impl Remote {
    /// `url` is the server's, such as `https://actlog.example:7300`; `token` a file with an ingester's token, which is read each time,
    /// so that it can be changed.
    ///
    /// # Errors
    /// When the URL is none, or the certificates cannot be read.
    pub fn new(url: &str, token: Option<PathBuf>, ca: Option<&std::path::Path>) -> anyhow::Result<Self> {
        let base = url.trim_end_matches('/');
        let host = base.strip_prefix("http://").or_else(|| base.strip_prefix("https://"));
        if host.is_none_or(|host| host.is_empty() || host.contains(['/', '?', '#', '@'])) {
            return Err(usage(format!("{url}: a URL such as https://actlog.example:7300, without a path")));
        }
        Ok(Self { agent: agent(ca, PATIENCE)?, url: format!("{base}/events"), token })
    }

    /// Sends events; they are durable there when this is done.
    ///
    /// # Errors
    /// When they are not.
    pub async fn take(&self, events: Vec<u8>) -> Result<Totals, RecordError> {
        let remote = self.clone();
        let sent = tokio::task::spawn_blocking(move || remote.send(&events)).await;
        sent.unwrap_or_else(|_| Err(anyhow::anyhow!("the request panicked")))
            .map_err(|error| RecordError(format!("{}: {error:#}", self.url)))
    }

    fn send(&self, events: &[u8]) -> anyhow::Result<Totals> {
        let mut request = self.agent.post(&self.url).header("Content-Type", "application/x-ndjson");
        if let Some(file) = &self.token {
            let token = std::fs::read_to_string(file).with_context(|| format!("cannot read the token in {}", file.display()))?;
            request = request.header("Authorization", format!("Bearer {}", token.trim()));
        }
        let mut answer = request.send(events)?;
        let status = answer.status();
        let text = answer.body_mut().with_config().limit(ANSWER_BYTES).read_to_string()?;
        match status {
            // Bad events are kept there; the others are durable.
            StatusCode::OK | StatusCode::BAD_REQUEST => {
                let answer: Answer = serde_json::from_str(&text).context("the answer is not that of an actlog serve")?;
                Ok(answer.totals)
            }
            _ => anyhow::bail!("{status}: {}", text.trim().chars().take(200).collect::<String>()),
        }
    }
}

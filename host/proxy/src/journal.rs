//! The journal: what is about to be asked, and what was answered, kept durably in a spool.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use actlog_spool::{Append, Error, Options, Recovery, Spool};
use hyper::header::HOST;
use hyper::http::request;
use hyper::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use uuid::Uuid;

pub use crate::capture::Head;
use crate::going::Going;
use crate::headers;
use crate::pump::Pump;
use crate::secrets;
use crate::stats::Stats;

/// The form of the entries; the first byte of each.
const FORMAT: u8 = 1;
/// The longest method, scheme or authority that is kept whole.
const MAX_WORD_BYTES: usize = 1024;

/// Where intents and outcomes are kept until they are recorded.
#[derive(Clone)]
pub struct Journal {
    spool: Spool,
    lost: mpsc::UnboundedSender<Uuid>,
    stats: Arc<Stats>,
}

/// What is about to be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    pub(crate) id: Uuid,
    pub(crate) began: i64,
    pub(crate) client: SocketAddr,
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) scheme: String,
    pub(crate) authority: String,
    pub(crate) headers: Vec<(String, serde_bytes::ByteBuf)>,
    pub(crate) body: Head,
}

/// How the upstream answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub id: Uuid,
    pub status: u16,
    pub headers: Vec<(String, serde_bytes::ByteBuf)>,
}

/// How an exchange ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct End {
    pub id: Uuid,
    pub how: How,
    /// The request's body, where its intent had to be kept before it had ended.
    pub request: Option<Head>,
    pub response: Head,
}

/// How an exchange ended, as far as whoever carried it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum How {
    /// The whole answer went down.
    Whole,
    /// The answer was cut off.
    Cut,
    /// No answer came.
    NoAnswer,
    /// Nothing of the request went up: as if it had never come.
    NotSent,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Entry {
    Intent(Intent),
    Outcome(Outcome),
    End(End),
    /// A process has opened the journal: what is open before this will never end.
    Opened,
}

impl Journal {
    /// Opens the journal of a folder; blocks. What earlier runs left is handed out by the pump, which is to be run.
    ///
    /// # Errors
    /// When another process has it, or its files cannot be used.
    pub fn open(folder: &Path, options: Options, body_bytes: usize, stats: Arc<Stats>) -> Result<(Self, Pump, Recovery), Error> {
        let (spool, reader, recovery) = Spool::open(folder, options)?;
        let (lost, told) = mpsc::unbounded_channel();
        if let Err(error) = spool.append_reserved(Entry::Opened.to_bytes()).wait() {
            // Then what earlier runs left open is found when all that they wrote has been read.
            tracing::warn!(%error, "the journal cannot be written");
        }
        let pump = Pump::new(spool.clone(), reader, told, recovery.last, body_bytes, stats.clone());
        Ok((Self { spool, lost, stats }, pump, recovery))
    }

    /// Whether there is no room to begin another exchange whose intent has `bytes` bytes.
    pub fn is_full_for(&self, bytes: usize) -> bool {
        self.spool.is_full_for(bytes)
    }

    /// Entries that wait: of exchanges that have not ended, or were not recorded yet.
    pub fn waiting(&self) -> u64 {
        self.spool.last().saturating_sub(self.spool.acknowledged())
    }

    /// Bytes that wait to be recorded, and how many there may be.
    pub fn used(&self) -> (u64, u64) {
        (self.spool.used(), self.spool.room())
    }

    /// Makes an intent durable. Only then may the last byte of the request go up.
    ///
    /// # Errors
    /// When it cannot be; it may be handed out as in doubt all the same.
    pub async fn begin(&self, intent: Intent) -> Result<Begun, Error> {
        let now = std::time::Instant::now();
        let open = Open { id: intent.id, lost: self.lost.clone(), done: false };
        let append = self.spool.append(Entry::Intent(intent).to_bytes());
        // Goes on even if nobody waits any more: the pump can be told that nobody will say how it ended only when the intent is there.
        let (open, kept) = Going::new(async move {
            let kept = append.await;
            (open, kept)
        })
        .await;
        kept?;
        self.stats.intent.add(now.elapsed());
        Ok(Begun { journal: self.clone(), open })
    }

    fn complete(&self, entry: &Entry) -> Append {
        self.spool.append_reserved(entry.to_bytes())
    }
}

/// An exchange that has begun. Dropped before it ended, it is in doubt, and handed out as that.
pub struct Begun {
    journal: Journal,
    open: Open,
}

/// Somebody has to say how this ended. Dropped before that, the pump is told.
struct Open {
    id: Uuid,
    lost: mpsc::UnboundedSender<Uuid>,
    done: bool,
}

impl Begun {
    /// Makes the outcome durable. Only then may the answer go down.
    ///
    /// # Errors
    /// When it cannot be.
    pub async fn outcome(&self, status: StatusCode, headers: &HeaderMap) -> Result<(), Error> {
        // What is for one hop says nothing about the answer, and each server in between has its own.
        let mut lasting = headers.clone();
        headers::remove_hop(&mut lasting);
        let headers = wrapped(secrets::kept_headers(&lasting));
        let now = std::time::Instant::now();
        self.journal.complete(&Entry::Outcome(Outcome { id: self.open.id, status: status.as_u16(), headers })).await?;
        self.journal.stats.outcome.add(now.elapsed());
        Ok(())
    }

    /// Says how it ended. Where that cannot be kept, it is handed out with what is known.
    pub(crate) async fn end(mut self, how: How, request: Option<Head>, response: Head) {
        match self.journal.complete(&Entry::End(End { id: self.open.id, how, request, response })).await {
            Ok(_) => self.open.done = true,
            Err(error) => tracing::warn!(id = %self.open.id, %error, "the end of an exchange cannot be kept"),
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if !self.done {
            // Without a pump there is nobody to tell; the next run finds it in the journal.
            let _ = self.lost.send(self.id);
        }
    }
}

impl Intent {
    /// An intent, with a new id and the time that it is. `request` is as it goes up; `target`, `authority` and `scheme` as the
    /// client gave them. Secrets are reduced here.
    pub fn new(request: &request::Parts, client: SocketAddr, target: &str, scheme: &str, authority: &str) -> Self {
        let mut headers = secrets::kept_headers(&request.headers);
        headers.retain(|(name, _)| name != HOST.as_str());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            id: Uuid::now_v7(),
            began: i64::try_from(now.as_millis()).unwrap_or(i64::MAX),
            client,
            method: word(request.method.as_str()),
            target: secrets::kept_target(target),
            scheme: word(scheme),
            authority: word(authority),
            headers: wrapped(headers),
            body: Head::of(&request.headers),
        }
    }

    /// About how many bytes it takes up, without its body.
    pub fn bytes(&self) -> usize {
        let headers: usize = self.headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
        128 + self.method.len() + self.target.len() + self.authority.len() + headers
    }
}

impl Entry {
    fn to_bytes(&self) -> Vec<u8> {
        // Into memory, and of types that can always be written.
        postcard::to_extend(self, vec![FORMAT]).unwrap_or_default()
    }

    /// Reads an entry; `None` where it is none of this form.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (format, rest) = bytes.split_first()?;
        (*format == FORMAT).then(|| postcard::from_bytes(rest).ok()).flatten()
    }
}

fn wrapped(headers: Vec<(String, Vec<u8>)>) -> Vec<(String, serde_bytes::ByteBuf)> {
    headers.into_iter().map(|(name, value)| (name, serde_bytes::ByteBuf::from(value))).collect()
}

fn word(text: &str) -> String {
    text.chars().take(MAX_WORD_BYTES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn entries_of_any_bytes_are_read_or_not(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            Entry::read(&[&[FORMAT], bytes.as_slice()].concat());
        }
    }
}

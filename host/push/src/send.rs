//! Sending records until a receiver has taken them.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use flate2::{Compression as Level, write::GzEncoder};
use jiff::Timestamp;
use prost::Message;
use serde_json::{Map, Value};

use crate::http::Http;
use crate::{Compression, ConfigError, Destination, Form, OnRefusal, Protocol, Trouble, ocsf, otlp};

/// The way to a receiver. Cheap to clone; connections are kept and shared.
#[derive(Clone)]
pub struct Sender {
    destination: Arc<Destination>,
    http: Arc<Http>,
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sender").field("endpoint", &self.destination.endpoint).finish_non_exhaustive()
    }
}

/// What became of records that were sent: each is in one of these numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivered {
    /// Records that the receiver took.
    pub records: u64,
    /// Records that it did not take and that must not be sent again. It does not say which.
    pub refused: u64,
    /// What it said of those, or a warning.
    pub message: String,
    /// Records that were left out, because the receiver refuses them and the settings say so.
    pub skipped: Vec<Skipped>,
}

/// A record that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Which of those that were given, from 0.
    pub index: usize,
    /// What the receiver said.
    pub why: String,
}

/// Hears what happens while records are sent.
pub trait Listener: Sync {
    /// A request was answered, and its records are taken.
    fn answered(&self, took: Duration);
    /// A request failed, for the `tries`th time; it is tried again.
    fn failed(&self, trouble: &Trouble, tries: u32);
}

impl Sender {
    /// Reads what the settings name; nothing is sent yet.
    ///
    /// # Errors
    /// When a key cannot work, or a file or variable that it names cannot be used.
    pub fn new(destination: Destination) -> Result<Self, ConfigError> {
        destination.validate()?;
        Ok(Self { http: Arc::new(Http::new(&destination)?), destination: Arc::new(destination) })
    }

    /// Where it goes to.
    pub fn destination(&self) -> &Destination {
        &self.destination
    }

    /// Sends records, one line of JSON each, and returns when the receiver has answered for all of them: it never gives up. Where it
    /// is dropped before, some of the first may have been taken.
    pub async fn send(&self, lines: &[Bytes], listener: &dyn Listener) -> Delivered {
        let mut delivered = Delivered::default();
        let (mut done, mut most) = (0, self.destination.batch);
        while done < lines.len() {
            let batch = &lines[done..lines.len().min(done + most)];
            match self.until_taken(batch, listener).await {
                Ok(part) => {
                    done += batch.len();
                    // After a long request, or a bad record, the next ones may have room for more.
                    most = (most * 2).min(self.destination.batch);
                    delivered.records += part.records;
                    delivered.refused += part.refused;
                    if delivered.message.is_empty() {
                        delivered.message = part.message;
                    }
                }
                Err(_) if batch.len() > 1 => most = batch.len() / 2,
                Err(trouble) => {
                    delivered.skipped.push(Skipped { index: done, why: trouble.to_string() });
                    done += 1;
                }
            }
        }
        delivered
    }

    /// Tries until the records are taken. An error says that fewer are to be sent, or where it is only one, that it is to be left out.
    async fn until_taken(&self, lines: &[Bytes], listener: &dyn Listener) -> Result<Delivered, Trouble> {
        let skips = self.destination.on_refusal == OnRefusal::Skip;
        let mut tries = 0;
        loop {
            tries += 1;
            let trouble = match self.attempt(lines, listener).await {
                Ok(delivered) => return Ok(delivered),
                Err(trouble @ Trouble::TooLarge) if lines.len() > 1 || skips => return Err(trouble),
                Err(trouble @ Trouble::Content(_)) if skips => return Err(trouble),
                Err(trouble) => trouble,
            };
            listener.failed(&trouble, tries);
            tokio::time::sleep(self.wait(tries, &trouble)).await;
        }
    }

    async fn attempt(&self, lines: &[Bytes], listener: &dyn Listener) -> Result<Delivered, Trouble> {
        let body = self.body(lines)?;
        let began = Instant::now();
        let partial = self.http.post(body).await?;
        listener.answered(began.elapsed());
        let refused = u64::try_from(partial.rejected_log_records).unwrap_or(0).min(lines.len() as u64);
        let message: String = partial.error_message.chars().filter(|c| !c.is_control()).take(200).collect();
        Ok(Delivered { records: lines.len() as u64 - refused, refused, message, skipped: Vec::new() })
    }

    fn body(&self, lines: &[Bytes]) -> Result<Bytes, Trouble> {
        let now = Timestamp::now();
        let no_record = |index: usize, why: &dyn std::fmt::Display| Trouble::Content(format!("line {index} is no record: {why}"));
        let shaped: Vec<Bytes>;
        let bodies = match self.destination.form {
            Form::Record => None,
            Form::Ocsf => {
                let event = |(index, line): (usize, &Bytes)| match serde_json::from_slice::<Map<String, Value>>(line) {
                    Ok(record) => Ok(Bytes::from(ocsf(&record, now).to_string())),
                    Err(error) => Err(no_record(index, &error)),
                };
                shaped = lines.iter().enumerate().map(event).collect::<Result<_, _>>()?;
                Some(shaped.as_slice())
            }
        };
        let plain = match self.destination.protocol {
            Protocol::Otlp => {
                let request = otlp::request(lines, bodies, now).map_err(|error| no_record(error.index, &error.why))?;
                request.encode_to_vec()
            }
            Protocol::Ndjson => bodies.unwrap_or(lines).iter().flat_map(|line| line.iter().copied().chain([b'\n'])).collect(),
        };
        if self.destination.compression == Compression::None {
            return Ok(plain.into());
        }
        let mut gzip = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Level::fast());
        let packed = gzip.write_all(&plain).and_then(|()| gzip.finish());
        // Writing to memory does not fail.
        Ok(packed.unwrap_or_default().into())
    }

    /// The receiver's wish counts, up to the limit; a refusal waits the longest, since only people can help; otherwise twice as long
    /// each time. Less up to a half by chance, so that not all who wait come back at once.
    fn wait(&self, tries: u32, trouble: &Trouble) -> Duration {
        let most = Duration::from_millis(self.destination.max_retry_ms);
        let whole = match trouble {
            Trouble::Passing { after: Some(after), .. } => return (*after).min(most),
            Trouble::Passing { after: None, .. } => {
                Duration::from_millis(self.destination.retry_ms).saturating_mul(1 << (tries - 1).min(20)).min(most)
            }
            Trouble::TooLarge | Trouble::Content(_) | Trouble::Refused(_) => most,
        };
        whole.mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

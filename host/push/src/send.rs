//! Sending records until a collector has taken them.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use flate2::{Compression as Level, write::GzEncoder};
use jiff::Timestamp;
use prost::Message;

use crate::http::{Http, Trouble};
use crate::otlp::request;
use crate::{Compression, ConfigError, OtlpConfig, SendError};

/// The way to a collector. Cheap to clone; connections are kept and shared.
#[derive(Clone)]
pub struct Otlp {
    pub(crate) config: Arc<OtlpConfig>,
    http: Arc<Http>,
}

impl std::fmt::Debug for Otlp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Otlp").field("endpoint", &self.config.endpoint).finish_non_exhaustive()
    }
}

/// What a collector took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivered {
    /// Records that it took.
    pub records: u64,
    /// Records that it did not take and must not be sent again. It does not say which.
    pub refused: u64,
    /// What it said of those, or a warning.
    pub message: String,
}

impl Otlp {
    /// Reads what the settings name; nothing is sent yet.
    pub fn new(config: OtlpConfig) -> Result<Self, ConfigError> {
        config.validate()?;
        Ok(Self { http: Arc::new(Http::new(&config)?), config: Arc::new(config) })
    }

    /// Sends records, one line of JSON each, and returns when the collector has answered for all of them. Tries until then, or until
    /// `give-up-ms`; after an error, some of the first may have been taken.
    pub async fn send(&self, lines: &[Bytes]) -> Result<Delivered, SendError> {
        // All are looked at before any is sent.
        request(lines, Timestamp::now())?;
        let mut delivered = Delivered::default();
        let mut left: Vec<&[Bytes]> = lines.chunks(self.config.batch).rev().collect();
        while let Some(batch) = left.pop() {
            match self.batch(batch).await? {
                Some(part) => {
                    delivered.records += part.records;
                    delivered.refused += part.refused;
                    if delivered.message.is_empty() {
                        delivered.message = part.message;
                    }
                }
                None => {
                    let (first, second) = batch.split_at(batch.len() / 2);
                    left.extend([second, first]);
                }
            }
        }
        Ok(delivered)
    }

    /// `None`: it is too long for the collector, and can be halved.
    async fn batch(&self, lines: &[Bytes]) -> Result<Option<Delivered>, SendError> {
        let body = self.body(lines)?;
        let begin = Instant::now();
        let mut tries = 0;
        loop {
            tries += 1;
            let (why, after) = match self.http.post(body.clone()).await {
                Ok(partial) => {
                    let refused = u64::try_from(partial.rejected_log_records).unwrap_or(0).min(lines.len() as u64);
                    let message: String = partial.error_message.chars().filter(|c| !c.is_control()).take(200).collect();
                    if refused > 0 || !message.is_empty() {
                        tracing::warn!("otlp: the collector refused {refused} of {} records: {message}", lines.len());
                    }
                    return Ok(Some(Delivered { records: lines.len() as u64 - refused, refused, message }));
                }
                Err(Trouble::TooLarge) if lines.len() > 1 => return Ok(None),
                Err(Trouble::TooLarge) => return Err(SendError::Refused { status: 413, message: "one record is too long for it".into() }),
                Err(Trouble::Never(error)) => return Err(error),
                Err(Trouble::Again { why, after }) => (why, after),
            };
            let wait = self.wait(tries, after);
            let limit = Duration::from_millis(self.config.give_up_ms);
            if !limit.is_zero() && begin.elapsed() + wait > limit {
                return Err(SendError::GivenUp { tries, why });
            }
            tracing::warn!("otlp: {} records are not taken yet (try {tries}): {why}", lines.len());
            tokio::time::sleep(wait).await;
        }
    }

    fn body(&self, lines: &[Bytes]) -> Result<Bytes, SendError> {
        let message = request(lines, Timestamp::now())?.encode_to_vec();
        if self.config.compression == Compression::None {
            return Ok(message.into());
        }
        let mut gzip = GzEncoder::new(Vec::with_capacity(message.len() / 4), Level::fast());
        let packed = gzip.write_all(&message).and_then(|()| gzip.finish());
        // Writing to memory does not fail.
        Ok(packed.unwrap_or_default().into())
    }

    /// The collector's wish counts, up to the limit; otherwise twice as long each time, less up to a half by chance.
    fn wait(&self, tries: u32, asked: Option<Duration>) -> Duration {
        let most = Duration::from_millis(self.config.max_retry_ms);
        match asked {
            Some(asked) => asked.min(most),
            None => {
                let whole = Duration::from_millis(self.config.retry_ms).saturating_mul(1 << (tries - 1).min(20)).min(most);
                whole.mul_f64(0.5 + fastrand::f64() / 2.0)
            }
        }
    }
}

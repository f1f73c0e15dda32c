//! Taking messages from a consumer, in bounded batches.

use std::time::Duration;

use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::{PullConsumer, pull};
use bytes::Bytes;
use futures_util::StreamExt;

use crate::hold::{Place, delivered};
use crate::{Link, backoff, pack};

/// How long to wait at the servers for a first message.
const PATIENCE: Duration = Duration::from_secs(2);

/// Messages that are taken at first, when it is not known yet how many events are in one.
const FIRST: usize = 16;

/// One delivery of one message.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub place: Place,
    pub bytes: Bytes,
    pub sequence: u64,
    pub times: u64,
    pub message: Message,
}

impl Delivery {
    /// The events of a message of EVENTS.
    pub fn events(&self) -> Vec<Bytes> {
        pack::events(&self.bytes, self.message.headers.as_ref())
    }
}

/// A consumer from which batches are taken. Nothing is taken ahead of time, so nothing waits here while others could work it.
pub(crate) struct Source {
    link: Link,
    stream: String,
    consumer: String,
    handle: Option<PullConsumer>,
    failures: usize,
    /// How many messages to take at once, so that they hold about as many events as the settings say.
    most: usize,
}

impl Source {
    pub fn new(link: &Link, stream: String, consumer: &str) -> Self {
        Self { link: link.clone(), stream, consumer: consumer.to_owned(), handle: None, failures: 0, most: FIRST.min(link.config.batch) }
    }

    /// The next batch. Empty where nothing came for a while, or nothing could be asked; then the time to wait has passed already.
    pub async fn next(&mut self) -> Vec<Delivery> {
        match self.take().await {
            Ok(batch) => {
                self.failures = 0;
                batch
            }
            Err(why) => {
                self.handle = None;
                self.failures += 1;
                tracing::warn!("streams: nothing can be taken from {} (try {}): {why}", self.stream, self.failures);
                tokio::time::sleep(backoff::wait(self.failures, Duration::from_millis(100), Duration::from_secs(5))).await;
                Vec::new()
            }
        }
    }

    async fn take(&mut self) -> Result<Vec<Delivery>, String> {
        if self.handle.is_none() {
            let found = self.link.context.get_consumer_from_stream::<pull::Config, _, _>(&self.consumer, &self.stream).await;
            self.handle = Some(found.map_err(|error| error.to_string())?);
        }
        let Some(consumer) = &self.handle else { return Ok(Vec::new()) };
        let config = &self.link.config;
        let ready = consumer.fetch().max_messages(self.most).messages().await.map_err(|e| e.to_string())?;
        let batch = self.collect(ready, config.answer()).await?;
        if !batch.is_empty() {
            let events: usize = batch.iter().map(|delivery| delivery.events().len()).sum();
            self.most = (config.batch * batch.len() / events.max(1)).clamp(1, config.batch);
            return Ok(batch);
        }
        let patient = consumer.batch().max_messages(1).expires(PATIENCE).messages();
        self.collect(patient.await.map_err(|e| e.to_string())?, PATIENCE + config.answer()).await
    }

    /// What arrives until the servers say that it is all, or fall silent. What was taken before an error is worked all the same.
    async fn collect(&self, mut arriving: pull::Batch, silence: Duration) -> Result<Vec<Delivery>, String> {
        let mut batch = Vec::new();
        loop {
            let trouble = match tokio::time::timeout(silence, arriving.next()).await {
                Ok(None) => break,
                Ok(Some(Ok(message))) => {
                    let (Some(place), Some((sequence, times))) = (Place::of(&message), delivered(&message)) else { continue };
                    batch.push(Delivery { place, bytes: message.payload.clone(), sequence, times, message });
                    continue;
                }
                Ok(Some(Err(error))) => error.to_string(),
                Err(_) => "no answer".to_owned(),
            };
            if batch.is_empty() {
                return Err(trouble);
            }
            tracing::debug!("streams: a batch of {} ended early: {trouble}", self.stream);
            break;
        }
        Ok(batch)
    }
}

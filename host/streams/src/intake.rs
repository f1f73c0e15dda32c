//! Giving events to the stream, for whoever takes them in from senders.

use std::sync::Arc;

use async_nats::jetstream::context::PublishError;
use async_nats::jetstream::message::PublishMessage;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream;

use crate::counts::add;
use crate::names::event_key;
use crate::put::{Trouble, is_full, sorted};
use crate::{Count, Link, pack};

/// The way into EVENTS. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Intake {
    link: Arc<Link>,
    count: Arc<Count>,
}

/// What became of a request's events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// How many stand in the stream, those included that stood there before.
    pub events: u64,
    /// How many of them were sent within `dedupe-window-ms` before.
    pub doubles: u64,
}

/// Why a request's events are not taken. The sender should send all of them again, except for [`IntakeError::TooLarge`]; what the
/// stream has already does no harm.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IntakeError {
    /// One event is longer than the settings allow. Nothing of the request was taken.
    #[error("event {index} has {bytes} bytes; {limit} at most")]
    TooLarge {
        /// Which, from 0.
        index: usize,
        /// Its length.
        bytes: usize,
        /// The longest.
        limit: usize,
    },
    /// The stream is full: the workers are behind.
    #[error("the stream of events is full: {0}")]
    Full(String),
    /// The servers do not answer, or not all.
    #[error("the stream of events cannot be reached: {0}")]
    Unavailable(String),
}

impl Intake {
    /// An intake on a connection.
    pub fn new(link: Link) -> Self {
        Self { link: Arc::new(link), count: Arc::default() }
    }

    /// What it and its clones have done so far.
    pub fn count(&self) -> Arc<Count> {
        self.count.clone()
    }

    /// Puts events into the stream, and returns when a quorum of servers has all of them. It waits for each answer `answer-ms` at the
    /// longest and does not try again: that is the sender's to do.
    pub async fn publish(&self, events: Vec<Bytes>) -> Result<Accepted, IntakeError> {
        let limit = self.link.config.max_event_bytes;
        if let Some((index, event)) = events.iter().enumerate().find(|(_, event)| event.len() > limit) {
            return Err(IntakeError::TooLarge { index, bytes: event.len(), limit });
        }
        let at_once = self.link.config.publishes_at_once;
        let packs = pack::pack(events, self.link.config.events_per_message, limit);
        let mut answers = stream::iter(packs.into_iter().map(|(first, pack)| self.one(first, pack))).buffer_unordered(at_once);
        let mut accepted = Accepted::default();
        while let Some(answer) = answers.next().await {
            let (events, again) = answer?;
            let doubles = if again { events } else { 0 };
            accepted.events += events as u64;
            accepted.doubles += doubles as u64;
            add(&self.count.accepted, events);
            add(&self.count.accepted_again, doubles);
        }
        Ok(accepted)
    }

    /// How many events it was, and whether they stood there before.
    async fn one(&self, index: usize, pack: Vec<Bytes>) -> Result<(usize, bool), IntakeError> {
        let events = pack.len();
        let (payload, lengths) = pack::joined(pack);
        let bytes = payload.len();
        let mut publish =
            PublishMessage::build().message_id(event_key(&payload)).expected_stream(self.link.names.events_stream()).payload(payload);
        if let Some(lengths) = lengths {
            publish = publish.header(pack::LENGTHS, lengths);
        }
        let answer = match self.link.context.send_publish(self.link.names.events_subject(), publish).await {
            Ok(answer) => answer.await,
            Err(error) => Err(error),
        };
        answer.map(|ack| (events, ack.duplicate)).map_err(|error| refused(index, bytes, self.link.config.max_event_bytes, &error))
    }
}

fn refused(index: usize, bytes: usize, limit: usize, error: &PublishError) -> IntakeError {
    match sorted(error) {
        Trouble::Never(_) => IntakeError::TooLarge { index, bytes, limit },
        Trouble::Later(why) if is_full(error) => IntakeError::Full(why),
        Trouble::Later(why) => IntakeError::Unavailable(why),
    }
}

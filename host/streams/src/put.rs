//! Writing a message to a lane so that it stands there once.

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::header::IntoHeaderName;
use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{LastRawMessageErrorKind, Stream};
use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use crate::counts::add;
use crate::{Count, Lane, Link, Why, backoff};

/// The header with a message's id.
pub(crate) const MESSAGE_ID: &str = "Nats-Msg-Id";
/// Headers of a reject: what became of the event, and why.
pub(crate) const OUTCOME: &str = "Actlog-Outcome";
pub(crate) const REASON: &str = "Actlog-Reason";
pub(crate) const PLACE: &str = "Actlog-Place";
pub(crate) const AT: &str = "Actlog-At";
pub(crate) const EXPLANATION: &str = "Actlog-Explanation";
pub(crate) const TRIES: &str = "Actlog-Tries";
pub(crate) const SEQUENCE: &str = "Actlog-Sequence";

/// What is to be written.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub lane: Lane,
    pub id: String,
    pub bytes: Bytes,
    pub headers: HeaderMap,
}

impl Message {
    pub fn new(lane: Lane, id: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self { lane, id: id.into(), bytes: bytes.into(), headers: HeaderMap::new() }
    }
    /// Adds a header; what could end it early is replaced, and it is cut after a thousand bytes.
    pub fn header(mut self, name: impl IntoHeaderName, value: &str) -> Self {
        let mut clean: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        clean.truncate(clean.floor_char_boundary(1_000));
        self.headers.insert(name, clean);
        self
    }
    /// Adds what stands beside a reject; [`crate::Kept::reject`] reads it.
    pub fn why(self, outcome: &str, why: &Why) -> Self {
        self.header(OUTCOME, outcome)
            .header(REASON, &why.reason)
            .header(PLACE, &why.place)
            .header(AT, &why.at.to_string())
            .header(EXPLANATION, &why.explanation)
    }
}

/// Why a message is not written.
#[derive(Debug)]
pub(crate) enum PutError {
    /// Told to stop before it was certain.
    Stopped,
    /// The servers will never take it.
    Never(String),
}

/// Writes a message and returns when it certainly stands in its stream, on a quorum of servers. Tries for as long as it takes.
pub(crate) async fn put(link: &Link, message: Message, count: &Count, stop: &CancellationToken) -> Result<(), PutError> {
    let mut failures = 0;
    loop {
        let tried = tokio::select! {
            biased;
            () = stop.cancelled() => return Err(PutError::Stopped),
            tried = once(link, &message) => tried,
        };
        match tried {
            Ok(Stands::New) => {
                if message.lane == Lane::Records {
                    add(&count.records, 1);
                }
                return Ok(());
            }
            Ok(Stands::Before { same }) => {
                add(&count.doubles, 1);
                if !same {
                    add(&count.differing, 1);
                    tracing::warn!("streams: {} stands in {} with other bytes", message.id, link.names.stream(message.lane));
                }
                return Ok(());
            }
            Err(Trouble::Never(why)) => return Err(PutError::Never(why)),
            Err(Trouble::Later(why)) => {
                failures += 1;
                add(&count.publish_again, 1);
                if link.said.is_due(&why) {
                    tracing::warn!("streams: messages cannot be written yet, such as {} (try {failures}): {why}", message.id);
                }
                tokio::select! {
                    () = stop.cancelled() => return Err(PutError::Stopped),
                    () = tokio::time::sleep(backoff::wait(failures, Duration::from_millis(50), Duration::from_secs(5))) => {}
                }
            }
        }
    }
}

enum Stands {
    New,
    Before { same: bool },
}

/// Why something did not work, and whether to try it again.
pub(crate) enum Trouble {
    Later(String),
    Never(String),
}

impl<E: std::error::Error> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Later(error.to_string())
    }
}

async fn once(link: &Link, message: &Message) -> Result<Stands, Trouble> {
    let stream = link.names.stream(message.lane);
    let mut publish = PublishMessage::build()
        .payload(message.bytes.clone())
        .headers(message.headers.clone())
        .message_id(&message.id)
        .expected_stream(&stream);
    let apart = link.config.apart(message.lane);
    let subject = if apart {
        publish = publish.expected_last_subject_sequence(0);
        link.names.subject(message.lane, &message.id)
    } else {
        link.names.shared_subject(message.lane)
    };
    let answer = match link.context.send_publish(subject.clone(), publish).await {
        Ok(answer) => answer.await,
        Err(error) => Err(error),
    };
    match answer {
        // The server says so only of a message that a quorum has.
        Ok(ack) if ack.duplicate => Ok(Stands::Before { same: true }),
        Ok(_) => Ok(Stands::New),
        Err(error) if apart && says_there_is_one(&error) => read_back(link, &stream, &subject, message).await,
        Err(error) => Err(sorted(&error)),
    }
}

/// The other one may still be on its way between the servers, and be lost. Only what can be read from the leader stands.
async fn read_back(link: &Link, stream: &str, subject: &str, message: &Message) -> Result<Stands, Trouble> {
    let stream: Stream<()> = link.context.get_stream_no_info(stream).await?;
    match stream.get_last_raw_message_by_subject(subject).await {
        Ok(found) => Ok(Stands::Before { same: found.payload == message.bytes }),
        Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => {
            Err(Trouble::Later("another of this id was on its way and is not there".into()))
        }
        Err(error) => Err(error.into()),
    }
}

fn code(error: &PublishError) -> Option<ErrorCode> {
    use std::error::Error;
    error.source()?.downcast_ref::<async_nats::jetstream::Error>().map(async_nats::jetstream::Error::error_code)
}

fn says_there_is_one(error: &PublishError) -> bool {
    error.kind() == PublishErrorKind::WrongLastSequence
        || matches!(code(error), Some(ErrorCode::STREAM_WRONG_LAST_SEQUENCE_CONSTANT | ErrorCode::STREAM_DUPLICATE_MESSAGE_CONFLICT))
}

/// Whether trying again can help.
pub(crate) fn sorted(error: &PublishError) -> Trouble {
    let never = error.kind() == PublishErrorKind::MaxPayloadExceeded
        || matches!(code(error), Some(ErrorCode::STREAM_MESSAGE_EXCEEDS_MAXIMUM | ErrorCode::STREAM_HEADER_EXCEEDS_MAXIMUM));
    if never { Trouble::Never(error.to_string()) } else { Trouble::Later(error.to_string()) }
}

/// Whether the stream refuses because it is full.
pub(crate) fn is_full(error: &PublishError) -> bool {
    matches!(code(error), Some(ErrorCode::STREAM_STORE_FAILED | ErrorCode::INSUFFICIENT_RESOURCES))
}

//! Fast ingest: a run of records that the servers acknowledge together, which costs them and us far less than one answer each (NATS 2.14
//! and newer; ADR-50).
//!
//! Nothing depends on a run. It counts only where the one answer to its last record says that all of it stands; otherwise its records are
//! put one by one, and those that stand already are known by their Id.

use std::sync::atomic::Ordering;

use async_nats::header::{HeaderMap, HeaderValue, NATS_EXPECTED_STREAM, NATS_MESSAGE_ID};
use async_nats::jetstream::{self, ErrorCode};
use futures_util::StreamExt;
use serde::Deserialize;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::counts::add;
use crate::put::Trouble;
use crate::{Config, Count, Lane, Link, Record};

/// Fewer records are put one by one: a run has to be subscribed to and let go again.
const LEAST: usize = 8;
/// Most records in a run, and how many the servers may leave without an answer.
const MOST: usize = 500;

/// What a message is in its run; the servers read it from the subject for the answer.
const START: u8 = 0;
const APPEND: u8 = 1;
const COMMIT: u8 = 2;

/// Writes records, as long as all goes well, and says how many of them certainly stand on a quorum of servers: the first so many. All
/// others may stand or not.
pub(crate) async fn put_first(link: &Link, records: &[&Record], count: &Count, stop: &CancellationToken) -> usize {
    let mut standing = 0;
    if !link.ingests() {
        return standing;
    }
    for run in records.chunks(most(&link.config)).filter(|run| run.len() >= LEAST) {
        let tried = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            tried = once(link, run) => tried,
        };
        let why = match tried {
            Ok(()) => {
                standing += run.len();
                continue;
            }
            Err(Trouble::Never(why)) => {
                if !link.one_by_one.swap(true, Ordering::Relaxed) {
                    tracing::info!("streams: records are written one by one, which is slower; `actlog streams setup` may help: {why}");
                }
                break;
            }
            Err(Trouble::Later(why)) => why,
        };
        add(&count.publish_again, 1);
        tracing::debug!("streams: a run of records is written one by one now: {why}");
        break;
    }
    add(&count.records, standing);
    add(&count.in_runs, standing);
    standing
}

/// As many as may wait for an answer, shared among the batches.
fn most(config: &Config) -> usize {
    (config.publishes_at_once / config.batches_at_once).clamp(1, MOST)
}

/// Sends a run and returns when all of it stands.
async fn once(link: &Link, run: &[&Record]) -> Result<(), Trouble> {
    let inbox = link.client.new_inbox();
    let mut answers = link.client.subscribe(format!("{inbox}.>")).await?;
    let (stream, subject) = (link.names.stream(Lane::Records), link.names.shared_subject(Lane::Records));
    for (record, number) in run.iter().zip(1..) {
        let operation = match number {
            last if last == run.len() => COMMIT,
            1 => START,
            _ => APPEND,
        };
        let answer = format!("{inbox}.{MOST}.fail.{number}.{operation}.$FI");
        let mut headers = HeaderMap::new();
        headers.insert(NATS_MESSAGE_ID, HeaderValue::from(record.id.as_str()));
        headers.insert(NATS_EXPECTED_STREAM, HeaderValue::from(stream.as_str()));
        link.client.publish_with_reply_and_headers(subject.clone(), answer, headers, record.line.clone()).await?;
    }
    // A new leader says how far it is, again and again; only what goes on is worth more patience.
    let (mut far, mut until) = (0, Instant::now() + link.config.answer());
    loop {
        let Ok(Some(answer)) = timeout_at(until, answers.next()).await else {
            return Err(Trouble::Later(format!("no answer after {far} of {}", run.len())));
        };
        let answer: Answer = serde_json::from_slice(&answer.payload)?;
        match answer {
            Answer { kind: Some(kind), seq, .. } if kind == "ack" && seq > far => {
                (far, until) = (seq, Instant::now() + link.config.answer())
            }
            // That one is missing or cannot be taken, among others; the end is still to come.
            Answer { kind: Some(_), .. } => {}
            Answer { error: Some(error), .. } if is_never(&error) => return Err(Trouble::Never(error.to_string())),
            Answer { error: Some(error), .. } => return Err(error.into()),
            Answer { batch: Some(batch), count: Some(count), .. } if inbox.ends_with(&batch) => {
                let short = || Trouble::Later(format!("it ended after {count} of {}", run.len()));
                return if count == run.len() { Ok(()) } else { Err(short()) };
            }
            Answer { .. } => return Err(Trouble::Later("the answer is about something else".into())),
        }
    }
}

/// What the servers say of a run, while it is written and at its end.
#[derive(Deserialize)]
struct Answer {
    /// Not at the end.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// With the kind `ack`: up to which message all stand.
    #[serde(default)]
    seq: u64,
    error: Option<jetstream::Error>,
    /// At the end: the last part of the inbox.
    batch: Option<String>,
    /// At the end: up to which message it came.
    count: Option<usize>,
}

fn is_never(error: &jetstream::Error) -> bool {
    matches!(error.error_code(), ErrorCode::BATCH_PUBLISH_DISABLED | ErrorCode::BATCH_PUBLISH_INVALID_PATTERN)
}

//! `POST /events` where others filter: what is answered with 200 stands in the stream of events, on a quorum of its servers.

use std::sync::PoisonError;

use actlog_streams::{Intake, IntakeError};
use axum::Json;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::ingest::{Ingest, MOST_NAMED, Unusable, refused};
use super::reply::Refusal;
use crate::batches::{Batches, Tag};
use crate::console::Console;

/// What became of the events of a request.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    /// Events of the request.
    read: u64,
    /// Events that stand in the stream.
    accepted: u64,
    /// Of those, such as were sent a short while before.
    accepted_before: u64,
    /// Events that are none: they are in the file of rejects.
    rejected: u64,
    /// Why: the first hundred.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unusable: Vec<Unusable>,
}

impl Ingest {
    /// Gives the events of a request to the stream, and waits until they stand there. What is no event stays here.
    pub(super) async fn give(&self, intake: &Intake, source: String, body: Vec<u8>) -> Response {
        let most_bytes = self.most_bytes;
        let framed = tokio::task::spawn_blocking(move || Batches::of_bytes(&source, body, most_bytes).map(|batch| batch.tag).collect());
        let Ok(tags): Result<Vec<Tag>, _> = framed.await else { return Refusal::failed("the events were not read").into_response() };
        let events: Vec<Bytes> = tags.iter().flat_map(|tag| tag.sent.iter().map(|sent| Bytes::copy_from_slice(tag.bytes(sent)))).collect();
        match intake.publish(events).await {
            Ok(accepted) => self.given(tags, accepted.events, accepted.doubles),
            Err(error @ IntakeError::TooLarge { index, .. }) => {
                let sent = tags.iter().flat_map(|tag| &tag.sent).nth(index).map(|sent| sent.origin.position.line);
                let line = sent.map_or_else(String::new, |line| format!("line {line}: "));
                Refusal::too_large(format!("{line}{error}; nothing was taken")).into_response()
            }
            Err(error) => Refusal::unavailable(error.to_string()).into_response(),
        }
    }

    /// Keeps what is no event, and answers.
    fn given(&self, tags: Vec<Tag>, accepted: u64, accepted_before: u64) -> Response {
        let (mut account, console) = (self.account.lock().unwrap_or_else(PoisonError::into_inner), Console::keeping());
        let mut unusable = Vec::new();
        for tag in tags {
            unusable.extend(refused(&tag));
            if let Err(error) = account.take_refused(tag, &console) {
                return Refusal::unavailable(format!("events that cannot be used are not kept: {error:#}")).into_response();
            }
        }
        if !unusable.is_empty()
            && let Err(error) = account.rejects.sync()
        {
            return Refusal::unavailable(format!("events that cannot be used are not kept: {error:#}")).into_response();
        }
        let rejected = unusable.len() as u64;
        unusable.truncate(MOST_NAMED);
        let status = if rejected > 0 { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        (status, Json(Answer { read: accepted + rejected, accepted, accepted_before, rejected, unusable })).into_response()
    }
}

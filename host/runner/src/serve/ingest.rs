//! `POST /events`: NDJSON, or what Dataverse's webhook posts, unchanged. What is answered with 200 is durable.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use actlog_engine::{Batch, Error, Outcome};
use actlog_streams::Intake;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::current::InForce;
use super::reply::Refusal;
use super::vitals::Vitals;
use super::writer::Writer;
use crate::account::Account;
use crate::batches::{Batches, Refused, Tag};
use crate::console::Console;
use crate::totals::Totals;

/// Events that cannot be used and are named in an answer.
pub(super) const MOST_NAMED: usize = 100;

/// Takes events in.
#[derive(Clone)]
pub struct Ingest {
    from: &'static str,
    in_force: InForce,
    writer: Writer,
    pub(super) account: Arc<Mutex<Account>>,
    vitals: Arc<Vitals>,
    pub(super) most_bytes: usize,
    /// Where events go instead, for others to filter.
    intake: Option<Intake>,
}

/// What became of the events of a request.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Taken {
    /// How many events had each outcome.
    #[serde(flatten)]
    pub totals: Totals,
    /// Why events cannot be used: the first hundred.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unusable: Vec<Unusable>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Unusable {
    line: u64,
    column: u64,
    reason: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    place: String,
    explanation: String,
}

impl Ingest {
    /// Filters with the settings in force, writes with `writer`, and counts in `account` and `vitals`; events over `most_bytes` are
    /// rejected. `from` is what events are timed under.
    pub fn new(
        from: &'static str,
        in_force: InForce,
        writer: Writer,
        account: Arc<Mutex<Account>>,
        vitals: Arc<Vitals>,
        most_bytes: usize,
    ) -> Self {
        Self { from, in_force, writer, account, vitals, most_bytes, intake: None }
    }

    /// Gives events to streams from now on, and filters none.
    pub fn hand_over(&mut self, intake: Intake) {
        self.intake = Some(intake);
    }

    /// Takes the events of a request, and answers when they are durable.
    pub async fn take(self, source: String, body: Vec<u8>) -> Response {
        if let Some(intake) = &self.intake {
            return self.give(intake, source, body).await;
        }
        match self.keep(source, body).await {
            Ok(taken) => {
                let status = if taken.totals.rejected > 0 { StatusCode::BAD_REQUEST } else { StatusCode::OK };
                (status, Json(taken)).into_response()
            }
            Err(refusal) => refusal.into_response(),
        }
    }

    /// Filters events, waits until their records are durable, and only then counts them.
    ///
    /// # Errors
    /// When they are not durable: they must be given again.
    pub async fn keep(&self, source: String, body: Vec<u8>) -> Result<Taken, Refusal> {
        let began = Instant::now();
        let filter = self.in_force.get().filter.clone();
        let most_bytes = self.most_bytes;
        let filtered = tokio::task::spawn_blocking(move || {
            let batches = Batches::of_bytes(&source, body, most_bytes);
            batches.map(|Batch { events, tag }| (tag, filter.audit(&events))).collect::<Vec<_>>()
        });
        let Ok(filtered) = filtered.await else { return Err(Refusal::failed("the filter was not run")) };
        let records = filtered.iter().flat_map(|(_, outcome)| outcome.iter().flat_map(|outcome| outcome.records.iter().copied())).collect();
        self.append(records).await?;
        let taken = self.account(filtered)?;
        self.vitals.intake.observe(self.from, began.elapsed());
        Ok(taken)
    }

    /// Makes records durable.
    ///
    /// # Errors
    /// When they are not: they must be sent again.
    pub async fn append(&self, records: Vec<u8>) -> Result<(), Refusal> {
        if records.is_empty() {
            return Ok(());
        }
        self.writer.append(records).await.map_err(|error| Refusal::unavailable(error.to_string()))
    }

    /// Counts what is durable, and keeps what cannot be used.
    fn account(&self, filtered: Vec<(Tag, Result<Outcome, Error>)>) -> Result<Taken, Refusal> {
        let mut unusable = Vec::new();
        let (mut account, console) = (self.account.lock().unwrap_or_else(PoisonError::into_inner), Console::keeping());
        let before = account.totals;
        for (tag, outcome) in filtered {
            name(&tag, &outcome, &mut unusable);
            if let Err(error) = account.take(tag, outcome, &console) {
                return Err(Refusal::unavailable(format!("events that cannot be used are not kept: {error:#}")));
            }
        }
        if let Err(error) = account.rejects.sync() {
            return Err(Refusal::unavailable(format!("events that cannot be used are not kept: {error:#}")));
        }
        Ok(Taken { totals: account.totals.since(&before), unusable })
    }
}

/// Names what is refused before any filter sees it.
pub(super) fn refused(tag: &Tag) -> Vec<Unusable> {
    let unusable = |refused: &Refused| Unusable {
        line: refused.origin.position.line,
        column: refused.origin.position.column,
        reason: refused.flaw.reason.to_owned(),
        place: String::new(),
        explanation: refused.flaw.explanation.to_string(),
    };
    tag.refused.iter().map(unusable).collect()
}

/// Names what cannot be used.
fn name(tag: &Tag, outcome: &Result<Outcome, Error>, unusable: &mut Vec<Unusable>) {
    let of = |index: u32, reason: &str, place: &str, explanation: &str| {
        let position = tag.sent.get(index as usize).map(|sent| &sent.origin.position);
        Unusable {
            line: position.map_or(0, |position| position.line),
            column: position.map_or(0, |position| position.column),
            reason: reason.to_owned(),
            place: place.to_owned(),
            explanation: explanation.to_owned(),
        }
    };
    let mut all = refused(tag);
    match outcome {
        Ok(outcome) => {
            all.extend(outcome.rejected.iter().map(|it| of(it.index, it.reason.name(), &it.place, &it.explanation)));
            all.extend(outcome.faulted.iter().map(|it| of(it.index, it.kind.name(), "", &it.explanation)));
        }
        Err(error) => all.extend((0..tag.sent.len()).map(|index| of(index as u32, "engine", "", &error.to_string()))),
    }
    let left = MOST_NAMED.saturating_sub(unusable.len());
    unusable.extend(all.into_iter().take(left));
}

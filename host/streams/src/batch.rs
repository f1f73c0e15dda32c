//! What a worker does with one batch: asks for the outcomes, writes them, and only then lets the events go.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::counts::add;
use crate::fetch::Delivery;
use crate::hold::Hold;
use crate::names::{event_key, is_id};
use crate::put::{Message, PutError, SEQUENCE, TRIES, put};
use crate::{Count, Event, Lane, Link, Outcome, Why, Work, tries};

/// What all batches of a worker share.
pub(crate) struct Shared<W> {
    pub link: Link,
    pub work: Arc<W>,
    pub count: Arc<Count>,
    /// No new batch, and no new event alone.
    pub stop: CancellationToken,
    /// Nothing more, at once.
    pub abort: CancellationToken,
}

impl<W> Clone for Shared<W> {
    fn clone(&self) -> Self {
        Self {
            link: self.link.clone(),
            work: self.work.clone(),
            count: self.count.clone(),
            stop: self.stop.clone(),
            abort: self.abort.clone(),
        }
    }
}

impl<W: Work> Shared<W> {
    /// Works a batch to its end, or to the moment when it is told to stop; what is not at its end then comes again.
    pub async fn batch(&self, batch: Vec<Delivery>) {
        add(&self.count.taken, batch.len());
        let _hold = Hold::new(&self.link, batch.iter().map(|delivery| delivery.place.clone()).collect());
        let (fresh, suspects): (Vec<_>, Vec<_>) = batch.into_iter().partition(|delivery| delivery.times == 1);
        if !fresh.is_empty() {
            let events = fresh.iter().map(|delivery| event(delivery, 1)).collect();
            let outcomes = self.ask(events).await;
            join_all(fresh.iter().zip(&outcomes).map(|(delivery, outcome)| self.settle(delivery, outcome, 1))).await;
        }
        // Whoever had these before may have died of one of them, so each is tried alone and nobody else suffers.
        for delivery in suspects {
            if self.stop.is_cancelled() {
                delivery.place.again(&self.link, None).await;
                continue;
            }
            if let Err(PutError::Never(why)) = self.alone(&delivery).await {
                tracing::error!("streams: event {} stays in the stream: {why}", delivery.sequence);
            }
        }
    }

    async fn alone(&self, delivery: &Delivery) -> Result<(), PutError> {
        let key = event_key(&delivery.bytes);
        let before = tries::note(&self.link, &key, &self.abort).await?;
        // The first try was in a batch, and nothing was noted of it.
        let attempt = before.saturating_add(2);
        if attempt > self.link.config.max_tries {
            let explanation = format!("tried {} times, and each time the worker ended before there was an outcome", attempt - 1);
            return self.give_up(delivery, &key, &Why::new("worker-ended", explanation), attempt - 1).await;
        }
        let outcome = self.ask(vec![event(delivery, attempt)]).await.pop();
        if let Some(outcome) = outcome {
            if !matches!(outcome, Outcome::Faulted(_)) {
                tries::forget(&self.link, &key).await;
            }
            self.settle(delivery, &outcome, attempt).await;
        }
        Ok(())
    }

    /// One outcome for each event, whatever the work does.
    async fn ask(&self, events: Vec<Event>) -> Vec<Outcome> {
        let number = events.len();
        let all = |explanation: String| vec![Outcome::Faulted(Why::new("worker", explanation)); number];
        let work = self.work.clone();
        let mut task = AbortOnDrop(tokio::spawn(async move { work.work(events).await }));
        let limit = self.link.config.work_timeout_ms;
        match tokio::time::timeout(Duration::from_millis(limit), &mut task.0).await {
            Ok(Ok(outcomes)) if outcomes.len() == number => outcomes.into_iter().map(with_ids).collect(),
            Ok(Ok(outcomes)) => all(format!("the worker gave {} outcomes for {number} events", outcomes.len())),
            Ok(Err(_)) => all("the worker panicked".into()),
            Err(_) => all(format!("the worker did not answer within {limit} ms")),
        }
    }

    /// Writes what an event came to, and lets it go. Where that does not succeed it stays, and comes again.
    async fn settle(&self, delivery: &Delivery, outcome: &Outcome, attempt: u32) {
        let key = || event_key(&delivery.bytes);
        let written = match outcome {
            Outcome::Recorded(records) => {
                let all = records.iter().map(|record| self.put(Message::new(Lane::Records, &record.id, record.line.clone())));
                match join_all(all).await.into_iter().collect::<Result<Vec<()>, _>>() {
                    Ok(_) => {
                        add(&self.count.recorded, 1);
                        Ok(Settled::Done)
                    }
                    // It would be the same the next time.
                    Err(PutError::Never(why)) => {
                        add(&self.count.faulted, 1);
                        let why = Why::new("record-refused", format!("the servers refuse a record of it: {why}"));
                        self.give_up(delivery, &key(), &why, attempt).await.map(|()| Settled::Told)
                    }
                    Err(stopped) => Err(stopped),
                }
            }
            Outcome::Excluded { rule, reason, message, entity } => {
                add(&self.count.excluded, 1);
                let key = key();
                let line = json!({ "Event": key, "Rule": rule, "Reason": reason, "Message": message, "Entity": entity });
                self.put(Message::new(Lane::Ledger, key.as_str(), line.to_string())).await.map(|()| Settled::Done)
            }
            Outcome::Rejected(why) => {
                add(&self.count.rejected, 1);
                self.put(reject(delivery, &key(), "rejected", why, attempt)).await.map(|()| Settled::Done)
            }
            Outcome::Faulted(why) => self.fault(delivery, &key(), why, attempt).await,
        };
        match written {
            Ok(Settled::Done) => {
                delivery.place.done(&self.link, &self.count).await;
                self.work.ended(outcome);
            }
            Ok(Settled::Told) | Err(PutError::Stopped) => {}
            Err(PutError::Never(why)) => tracing::error!("streams: event {} stays in the stream: {why}", delivery.sequence),
        }
    }

    /// Another try after a while, or the rejects after the last.
    async fn fault(&self, delivery: &Delivery, key: &str, why: &Why, attempt: u32) -> Result<Settled, PutError> {
        add(&self.count.faulted, 1);
        if attempt >= self.link.config.max_tries {
            self.give_up(delivery, key, why, attempt).await?;
            return Ok(Settled::Told);
        }
        tracing::warn!("streams: event {} failed (try {attempt}): {why}", delivery.sequence);
        let wait = self.link.config.retry().saturating_mul(1 << attempt.saturating_sub(1).min(10));
        delivery.place.again(&self.link, Some(wait)).await;
        Ok(Settled::Told)
    }

    async fn give_up(&self, delivery: &Delivery, key: &str, why: &Why, tries: u32) -> Result<(), PutError> {
        tracing::error!("streams: event {} is put to the rejects after {tries} tries: {why}", delivery.sequence);
        self.put(reject(delivery, key, "faulted", why, tries)).await?;
        add(&self.count.given_up, 1);
        delivery.place.done(&self.link, &self.count).await;
        self.work.ended(&Outcome::Faulted(why.clone()));
        tries::forget(&self.link, key).await;
        Ok(())
    }

    async fn put(&self, message: Message) -> Result<(), PutError> {
        put(&self.link, message, &self.count, &self.abort).await
    }
}

/// A record without an id that can be one is a fault of who made it.
fn with_ids(outcome: Outcome) -> Outcome {
    match &outcome {
        Outcome::Recorded(records) => match records.iter().find(|record| !is_id(&record.id)) {
            Some(record) => Outcome::Faulted(Why::new("record-id", format!("{:?} cannot be the Id of a record", record.id))),
            None => outcome,
        },
        _ => outcome,
    }
}

enum Settled {
    /// Written; it can go.
    Done,
    /// The servers were told already.
    Told,
}

fn event(delivery: &Delivery, attempt: u32) -> Event {
    Event { bytes: delivery.bytes.clone(), sequence: delivery.sequence, attempt }
}

fn reject(delivery: &Delivery, key: &str, outcome: &str, why: &Why, tries: u32) -> Message {
    Message::new(Lane::Rejects, key, delivery.bytes.clone())
        .why(outcome, why)
        .header(TRIES, &tries.to_string())
        .header(SEQUENCE, &delivery.sequence.to_string())
}

struct AbortOnDrop<T>(tokio::task::JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

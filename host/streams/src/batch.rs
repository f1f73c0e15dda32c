//! What a worker does with one batch: asks for the outcomes, writes them, and only then lets the events go.

use std::slice;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use serde_json::json;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::counts::add;
use crate::fetch::Delivery;
use crate::hold::Hold;
use crate::names::{event_key, is_id};
use crate::put::{Message, PutError, SEQUENCE, TRIES, put};
use crate::{Count, Event, Lane, Link, Outcome, Record, Why, Work, ingest, tries};

/// Events that the work is asked about at once.
const ASKED_AT_ONCE: usize = 256;

/// What all batches of a worker share.
pub(crate) struct Shared<W> {
    pub link: Link,
    pub work: Arc<W>,
    pub count: Arc<Count>,
    /// Held by whoever tries alone what another may have died of: if this process dies, only that one is to blame.
    pub turn: Arc<Mutex<()>>,
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
            turn: self.turn.clone(),
            stop: self.stop.clone(),
            abort: self.abort.clone(),
        }
    }
}

impl<W: Work> Shared<W> {
    /// Works a batch to its end, or to the moment when it is told to stop; what is not at its end then comes again.
    pub async fn batch(&self, batch: Vec<Delivery>) {
        add(&self.count.taken, batch.iter().map(|delivery| delivery.events().len()).sum());
        let _hold = Hold::new(&self.link, batch.iter().map(|delivery| delivery.place.clone()).collect());
        let (fresh, suspects): (Vec<_>, Vec<_>) = batch.into_iter().partition(|delivery| delivery.times == 1);
        self.together(&fresh, 1).await;
        // Whoever had these before may have died of one of them, so each is tried alone and nobody else suffers.
        for delivery in suspects {
            if self.stop.is_cancelled() {
                delivery.place.again(&self.link, None).await;
                continue;
            }
            if let Err(PutError::Never(why)) = self.alone(&delivery).await {
                stays(&delivery, &why);
            }
        }
    }

    /// Works the events of all these messages at once.
    async fn together(&self, deliveries: &[Delivery], attempt: u32) {
        let events: Vec<Event> = deliveries.iter().flat_map(|delivery| events(delivery, attempt)).collect();
        let mut outcomes = Vec::with_capacity(events.len());
        for events in events.chunks(ASKED_AT_ONCE) {
            outcomes.extend(self.ask(events.to_vec()).await);
        }
        let records: Vec<&Record> = outcomes.iter().flat_map(Outcome::records).collect();
        let mut standing = ingest::put_first(&self.link, &records, &self.count, &self.abort).await;
        let mut outcomes = outcomes.iter().map(|outcome| (outcome, left(outcome, &mut standing)));
        join_all(deliveries.iter().map(|delivery| {
            let events = delivery.events();
            let outcomes: Vec<_> = outcomes.by_ref().take(events.len()).collect();
            async move {
                let writing =
                    events.iter().zip(outcomes).map(|(event, (outcome, left))| self.write(delivery, event, outcome, left, attempt));
                let written = join_all(writing).await.into_iter().collect();
                self.finish(delivery, written).await;
            }
        }))
        .await;
    }

    /// Works the events of one message: first all of them, and where that was tried before, one by one.
    async fn alone(&self, delivery: &Delivery) -> Result<(), PutError> {
        let all = delivery.events();
        // The first try was in a batch, and nothing was noted of it.
        let mut tried = 1;
        if all.len() > 1 {
            tried += 1;
            let _turn = self.turn.lock().await;
            if tries::note(&self.link, &event_key(&delivery.bytes), &self.abort).await? == 0 {
                self.together(slice::from_ref(delivery), tried).await;
                return Ok(());
            }
        }
        let mut written = Vec::with_capacity(all.len());
        for event in &all {
            if self.stop.is_cancelled() {
                delivery.place.again(&self.link, None).await;
                return Ok(());
            }
            let _turn = self.turn.lock().await;
            let key = event_key(event);
            let before = tries::note(&self.link, &key, &self.abort).await?;
            let attempt = before.saturating_add(tried + 1);
            let (outcome, attempt) = if before > 0 && attempt > self.link.config.max_tries {
                let explanation = format!("tried {} times, and each time the worker ended before there was an outcome", attempt - 1);
                (Some(Outcome::Faulted(Why::new("worker-ended", explanation))), attempt - 1)
            } else {
                let event = Event { bytes: event.clone(), sequence: delivery.sequence, attempt };
                (self.ask(vec![event]).await.pop(), attempt)
            };
            let Some(outcome) = outcome else { continue };
            if !matches!(outcome, Outcome::Faulted(_)) {
                tries::forget(&self.link, &key).await;
            }
            written.push(self.write(delivery, event, &outcome, outcome.records(), attempt).await);
        }
        if self.finish(delivery, written.into_iter().collect()).await {
            for key in all.iter().chain((all.len() > 1).then_some(&delivery.bytes)).map(|bytes| event_key(bytes)) {
                tries::forget(&self.link, &key).await;
            }
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

    /// Writes what an event came to, of its records those that are `left`. A fault is written only after the last try.
    async fn write(
        &self,
        delivery: &Delivery,
        event: &Bytes,
        outcome: &Outcome,
        left: &[Record],
        attempt: u32,
    ) -> Result<Written, PutError> {
        match outcome {
            Outcome::Recorded(_) => {
                let all = left.iter().map(|record| self.put(Message::new(Lane::Records, &record.id, record.line.clone())));
                match join_all(all).await.into_iter().collect::<Result<Vec<()>, _>>() {
                    Ok(_) => add(&self.count.recorded, 1),
                    // It would be the same the next time.
                    Err(PutError::Never(why)) => {
                        add(&self.count.faulted, 1);
                        let why = Why::new("record-refused", format!("the servers refuse a record of it: {why}"));
                        return self.give_up(delivery, event, why, attempt).await;
                    }
                    Err(stopped) => return Err(stopped),
                }
            }
            Outcome::Excluded { rule, reason, message, entity } => {
                add(&self.count.excluded, 1);
                let key = event_key(event);
                let line = json!({ "Event": key, "Rule": rule, "Reason": reason, "Message": message, "Entity": entity });
                self.put(Message::new(Lane::Ledger, key.as_str(), line.to_string())).await?;
            }
            Outcome::Rejected(why) => {
                add(&self.count.rejected, 1);
                self.put(reject(delivery, event, "rejected", why, attempt)).await?;
            }
            Outcome::Faulted(why) => {
                add(&self.count.faulted, 1);
                if attempt >= self.link.config.max_tries {
                    return self.give_up(delivery, event, why.clone(), attempt).await;
                }
                tracing::warn!("streams: event {} failed (try {attempt}): {why}", delivery.sequence);
                return Ok(Written::Again(self.link.config.retry().saturating_mul(1 << attempt.saturating_sub(1).min(10))));
            }
        }
        Ok(Written::Ended(outcome.clone()))
    }

    async fn give_up(&self, delivery: &Delivery, event: &Bytes, why: Why, tries: u32) -> Result<Written, PutError> {
        tracing::error!("streams: event {} is put to the rejects after {tries} tries: {why}", delivery.sequence);
        self.put(reject(delivery, event, "faulted", &why, tries)).await?;
        Ok(Written::Ended(Outcome::Faulted(why)))
    }

    /// Lets a message go when all its events are at their end; then true. Otherwise it stays, and comes again.
    async fn finish(&self, delivery: &Delivery, written: Result<Vec<Written>, PutError>) -> bool {
        match written {
            Ok(written) => {
                let waits = written.iter().filter_map(|written| if let Written::Again(wait) = written { Some(*wait) } else { None });
                if let Some(wait) = waits.max() {
                    delivery.place.again(&self.link, Some(wait)).await;
                    return false;
                }
                delivery.place.done(&self.link, &self.count).await;
                for written in &written {
                    if let Written::Ended(outcome) = written {
                        // Counted here, as an event beside others may be given up more than once.
                        add(&self.count.given_up, usize::from(matches!(outcome, Outcome::Faulted(_))));
                        self.work.ended(outcome);
                    }
                }
                return true;
            }
            Err(PutError::Stopped) => {}
            Err(PutError::Never(why)) => stays(delivery, &why),
        }
        false
    }

    async fn put(&self, message: Message) -> Result<(), PutError> {
        put(&self.link, message, &self.count, &self.abort).await
    }
}

/// The records of an outcome that do not stand yet, where the first `standing` of all do; its own are taken from that number.
fn left<'a>(outcome: &'a Outcome, standing: &mut usize) -> &'a [Record] {
    let records = outcome.records();
    let (stand, left) = records.split_at(records.len().min(*standing));
    *standing -= stand.len();
    left
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

enum Written {
    /// It came to this, and that stands.
    Ended(Outcome),
    /// Another try after a while.
    Again(Duration),
}

fn stays(delivery: &Delivery, why: &str) {
    tracing::error!("streams: event {} stays in the stream: {why}", delivery.sequence);
}

fn events(delivery: &Delivery, attempt: u32) -> impl Iterator<Item = Event> {
    let sequence = delivery.sequence;
    delivery.events().into_iter().map(move |bytes| Event { bytes, sequence, attempt })
}

fn reject(delivery: &Delivery, event: &Bytes, outcome: &str, why: &Why, tries: u32) -> Message {
    Message::new(Lane::Rejects, event_key(event), event.clone())
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

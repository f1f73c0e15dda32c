//! Takes messages out of a lane and has them kept.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;

use crate::counts::add;
use crate::fetch::{Delivery, Source};
use crate::hold::Hold;
use crate::put::{AT, EXPLANATION, MESSAGE_ID, Message, OUTCOME, PLACE, PutError, REASON, SEQUENCE, put};
use crate::{Config, Count, Counts, Error, Lane, Link, Why, backoff};

/// One message of a lane.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Kept {
    /// The record's Id, or the event's key; see [`Lane`].
    pub id: String,
    /// The record's line, the event, or the ledger's line.
    pub bytes: Bytes,
    /// Its number in the stream of its lane.
    pub sequence: u64,
    /// Of a reject: what became of the event, and why.
    pub reject: Option<Reject>,
}

/// What stands beside an event in the rejects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reject {
    /// `rejected`; `faulted` after the last try; `record-refused` for a record that a sink can never keep.
    pub outcome: String,
    /// Why.
    pub why: Why,
    /// The number of the event's message in the stream of events; none for a record.
    pub sequence: Option<u64>,
}

/// Where messages are kept for good.
pub trait Keep: Send + Sync + 'static {
    /// Keeps a batch, and returns when all of it is durable. The same message can come again, in this batch or another: one whose id is
    /// there already is to be dropped, and counts as kept. After a failure the whole batch comes again.
    fn keep(&self, batch: Vec<Kept>) -> impl Future<Output = Result<(), KeepError>> + Send;
}

/// Why a batch is not kept.
#[derive(Clone, Debug, thiserror::Error)]
pub enum KeepError {
    /// It can be tried again: the disk is full, the store is busy.
    #[error("{0}")]
    Later(String),
    /// One of them will never be kept; the others come again without it.
    #[error("message {index} of the batch can never be kept: {reason}")]
    Never {
        /// Which, from 0.
        index: usize,
        /// Why.
        reason: String,
    },
}

/// Takes a lane's messages out for one of its readers.
#[derive(Debug)]
pub struct Sink {
    link: Link,
    lane: Lane,
    name: String,
    count: Arc<Count>,
}

impl Sink {
    /// Takes messages out until told to stop. `name` is one of the settings' `sinks`.
    pub async fn run(config: Config, lane: Lane, name: &str, keep: impl Keep, stop: CancellationToken) -> Result<Counts, Error> {
        let sink = Sink::new(Link::open(config).await?, lane, name)?;
        let counts = sink.take(keep, stop).await;
        sink.link.close().await;
        Ok(counts)
    }

    /// A sink on a connection that is there.
    pub fn new(link: Link, lane: Lane, name: &str) -> Result<Self, Error> {
        if !link.config.sinks.iter().any(|sink| sink == name) {
            return Err(Error::Config { key: "sinks", why: format!("there is no sink {name:?}") });
        }
        Ok(Self { link, lane, name: name.to_owned(), count: Arc::default() })
    }

    /// What it has done so far.
    pub fn count(&self) -> Arc<Count> {
        self.count.clone()
    }

    /// As [`Sink::run`]; the connection stays open.
    pub async fn take(&self, keep: impl Keep, stop: CancellationToken) -> Counts {
        let keep = Arc::new(keep);
        let mut source = Source::new(&self.link, self.link.names.stream(self.lane), &self.name);
        loop {
            let batch = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                batch = source.next() => batch,
            };
            if !batch.is_empty() {
                self.batch(&keep, batch, &stop).await;
            }
        }
        self.count.now()
    }

    /// Tries until all of a batch is kept. Told to stop, the try that is under way is the last.
    async fn batch(&self, keep: &Arc<impl Keep>, mut batch: Vec<Delivery>, stop: &CancellationToken) {
        add(&self.count.taken, batch.len());
        let _hold = Hold::new(&self.link, batch.iter().map(|delivery| delivery.place.clone()).collect());
        let mut failures = 0;
        while !batch.is_empty() {
            match self.once(keep, &batch).await {
                Ok(()) => {
                    add(&self.count.kept, batch.len());
                    join_all(batch.iter().map(|delivery| delivery.place.done(&self.link, &self.count))).await;
                    return;
                }
                Err(KeepError::Never { index, reason }) if index < batch.len() => {
                    if self.refuse(&batch[index], &reason, stop).await.is_err() {
                        return;
                    }
                    batch.remove(index);
                }
                Err(error) => {
                    failures += 1;
                    add(&self.count.keep_again, 1);
                    tracing::warn!("streams: {} could not be kept (try {failures}): {error}", self.link.names.stream(self.lane));
                    tokio::select! {
                        () = stop.cancelled() => return,
                        () = tokio::time::sleep(backoff::wait(failures, Duration::from_millis(50), Duration::from_secs(5))) => {}
                    }
                }
            }
        }
    }

    async fn once(&self, keep: &Arc<impl Keep>, batch: &[Delivery]) -> Result<(), KeepError> {
        let messages = batch.iter().map(kept).collect();
        let keep = keep.clone();
        let mut task = tokio::spawn(async move { keep.keep(messages).await });
        let limit = self.link.config.keep_timeout_ms;
        match tokio::time::timeout(Duration::from_millis(limit), &mut task).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(KeepError::Later("the store panicked".into())),
            Err(_) => {
                task.abort();
                Err(KeepError::Later(format!("no answer within {limit} ms")))
            }
        }
    }

    /// A record that can never be kept goes to the rejects. A reject or ledger line stays in its stream, and is passed over.
    async fn refuse(&self, delivery: &Delivery, reason: &str, stop: &CancellationToken) -> Result<(), PutError> {
        let message = kept(delivery);
        tracing::error!("streams: {} can never be kept: {reason}", message.id);
        if self.lane == Lane::Records {
            let why = Why::new("not-a-record", reason);
            let reject = Message::new(Lane::Rejects, message.id, message.bytes).why("record-refused", &why);
            if let Err(error) = put(&self.link, reject, &self.count, stop).await {
                if let PutError::Never(why) = &error {
                    tracing::error!("streams: it stays in the stream: {why}");
                }
                return Err(error);
            }
        }
        add(&self.count.refused, 1);
        delivery.place.done(&self.link, &self.count).await;
        Ok(())
    }
}

fn kept(delivery: &Delivery) -> Kept {
    let headers = delivery.message.headers.as_ref();
    let header = |name: &str| headers.and_then(|headers| headers.get(name)).map(|value| value.as_str().to_owned());
    let reject = header(OUTCOME).map(|outcome| Reject {
        outcome,
        why: Why {
            reason: header(REASON).unwrap_or_default(),
            place: header(PLACE).unwrap_or_default(),
            at: header(AT).and_then(|at| at.parse().ok()).unwrap_or_default(),
            explanation: header(EXPLANATION).unwrap_or_default(),
        },
        sequence: header(SEQUENCE).and_then(|sequence| sequence.parse().ok()),
    });
    let id = header(MESSAGE_ID).unwrap_or_default();
    Kept { id, bytes: delivery.bytes.clone(), sequence: delivery.sequence, reject }
}

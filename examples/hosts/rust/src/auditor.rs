//! The way from exchanges to the sink: a queue of bounded size, and one task behind it.

use crate::event::SdkEvent;
use crate::sink::Sink;
use crate::stats::{Counters, Stats, count};
use crate::worker::{self, Item, Task};
use actlog_engine::Filter;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{self, OwnedPermit, Sender};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

/// What happens to an exchange when the queue is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// It waits until there is a place, before it reaches the service: nothing is done that is not audited.
    #[default]
    Wait,
    /// It passes unaudited, and [`Stats::lost`] counts it.
    Pass,
}

/// Takes events. Clones share one queue.
#[derive(Clone, Debug)]
pub struct Auditor {
    queue: Sender<Item>,
    counters: Arc<Counters>,
    overflow: Overflow,
}

/// The task behind the queue.
#[derive(Debug)]
pub struct Worker {
    task: JoinHandle<()>,
    closing: watch::Sender<bool>,
    counters: Arc<Counters>,
}

/// How an [`Auditor`] is to be made.
#[derive(Clone, Debug)]
pub struct Builder {
    filter: Filter,
    queue: usize,
    batch: usize,
    linger: Duration,
    patience: Duration,
    overflow: Overflow,
}

/// A place in the queue. What is in it arrives even when the queue is closed meanwhile.
pub(crate) struct Place {
    permit: Option<OwnedPermit<Item>>,
    counters: Arc<Counters>,
}

impl Auditor {
    /// An auditor for a filter: a queue of 4,096 events, batches of 64 at most.
    pub fn builder(filter: Filter) -> Builder {
        let (linger, patience) = (Duration::from_millis(20), Duration::from_secs(30));
        Builder { filter, queue: 4_096, batch: 64, linger, patience, overflow: Overflow::default() }
    }

    /// Audits an event that did not pass a layer.
    pub async fn submit(&self, event: &SdkEvent) {
        self.place().await.fill(Some(event));
    }

    /// Waits until all events that are in the queue now were taken by the sink.
    pub async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        if self.queue.send(Item::Flush(done)).await.is_ok() {
            let _ = flushed.await;
        }
    }

    /// What became of all that passed until now.
    pub fn stats(&self) -> Stats {
        self.counters.read()
    }

    /// A place for what is about to happen.
    pub(crate) async fn place(&self) -> Place {
        let queue = self.queue.clone();
        let permit = match self.overflow {
            Overflow::Wait => queue.reserve_owned().await.ok(),
            Overflow::Pass => queue.try_reserve_owned().ok(),
        };
        count(&self.counters.passed, 1);
        Place { permit, counters: self.counters.clone() }
    }
}

impl Place {
    /// Puts in what became of it; none where it made no event.
    pub(crate) fn fill(self, event: Option<&SdkEvent>) {
        let Some(event) = event else { return count(&self.counters.unmapped, 1) };
        match (self.permit, serde_json::to_vec(event)) {
            (Some(permit), Ok(event)) => drop(permit.send(Item::Event(event))),
            _ => count(&self.counters.lost, 1),
        }
    }

    /// Says that what was to come in is lost.
    pub(crate) fn lose(self) {
        count(&self.counters.lost, 1);
    }
}

impl Worker {
    /// Takes no more events, writes those that are here, among them those of requests that are still being answered, and ends.
    ///
    /// What the sink does not take in the builder's patience is gone; [`Stats::unwritten`] counts it.
    pub async fn close(self) -> Stats {
        self.closing.send_replace(true);
        let _ = self.task.await;
        self.counters.read()
    }
}

impl Builder {
    /// Events that may wait, those of requests that are being answered included; at least 1.
    #[must_use]
    pub fn queue(mut self, events: usize) -> Self {
        self.queue = events.max(1);
        self
    }

    /// Events in a batch at most; at least 1.
    #[must_use]
    pub fn batch(mut self, events: usize) -> Self {
        self.batch = events.max(1);
        self
    }

    /// How long an event waits for others, so that they make a batch.
    #[must_use]
    pub fn linger(mut self, time: Duration) -> Self {
        self.linger = time;
        self
    }

    /// How long a sink that fails is tried again once the worker is closed; before that, it is tried for ever.
    #[must_use]
    pub fn patience(mut self, time: Duration) -> Self {
        self.patience = time;
        self
    }

    /// What happens when the queue is full.
    #[must_use]
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// Starts the task, in the runtime of the caller.
    pub fn start(self, sink: impl Sink) -> (Auditor, Worker) {
        let Self { filter, queue, batch, linger, patience, overflow } = self;
        let (queue, events) = mpsc::channel(queue);
        let (closing, closed) = watch::channel(false);
        let counters = Arc::new(Counters::default());
        let task = Task { filter, events, closed, counters: counters.clone(), batch, linger, patience };
        let task = tokio::spawn(worker::run(task, sink));
        (Auditor { queue, counters: counters.clone(), overflow }, Worker { task, closing, counters })
    }
}

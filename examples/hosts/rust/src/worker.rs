//! The task behind the queue: gathers batches, filters them, and gives them to the sink.

use crate::sink::{Audited, Kept, Sink, Why};
use crate::stats::{Counters, count};
use actlog_engine::{Filter, Outcome};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep, timeout_at};

/// First pause after the sink failed; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(50);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What stands in the queue.
#[derive(Debug)]
pub(crate) enum Item {
    /// An event as JSON, one line.
    Event(Vec<u8>),
    /// Somebody waits until all before it is written.
    Flush(oneshot::Sender<()>),
}

/// What the task has.
pub(crate) struct Task {
    pub(crate) filter: Filter,
    pub(crate) events: Receiver<Item>,
    pub(crate) closed: watch::Receiver<bool>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) batch: usize,
    pub(crate) linger: Duration,
    pub(crate) patience: Duration,
}

/// Runs until the queue is closed and empty.
pub(crate) async fn run(mut task: Task, mut sink: impl Sink) {
    let mut deadline = None;
    while let Some(first) = task.next().await {
        let (events, flushed) = task.gather(first).await;
        if !events.is_empty() {
            let audited = task.filter(events).await;
            task.write(&mut sink, audited, &mut deadline).await;
        }
        if let Some(flushed) = flushed {
            let _ = flushed.send(());
        }
    }
}

impl Task {
    /// The next item. Closing closes the queue; what has a place in it still comes.
    async fn next(&mut self) -> Option<Item> {
        tokio::select! {
            biased;
            true = closed(&mut self.closed), if !self.events.is_closed() => {
                self.events.close();
            }
            item = self.events.recv() => return item,
        }
        self.events.recv().await
    }

    /// A batch, and who waits for it.
    async fn gather(&mut self, first: Item) -> (Vec<Vec<u8>>, Option<oneshot::Sender<()>>) {
        let mut events = Vec::new();
        let until = Instant::now() + self.linger;
        let mut item = Some(first);
        loop {
            match item {
                Some(Item::Event(event)) => events.push(event),
                Some(Item::Flush(flushed)) => return (events, Some(flushed)),
                None => return (events, None),
            }
            if events.len() >= self.batch {
                return (events, None);
            }
            item = timeout_at(until, self.events.recv()).await.unwrap_or_default();
        }
    }

    /// Filters a batch on a thread where that may take its time.
    async fn filter(&self, events: Vec<Vec<u8>>) -> Audited {
        let (filter, lines) = (self.filter.clone(), events.join(&b'\n'));
        let outcome = match tokio::task::spawn_blocking(move || filter.audit(&lines)).await {
            Ok(Ok(outcome)) => Ok(outcome),
            Ok(Err(error)) => Err(error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let counters = &self.counters;
        match outcome {
            Ok(outcome) => {
                count(&counters.recorded, outcome.recorded.into());
                count(&counters.excluded, outcome.excluded_events());
                count(&counters.rejected, outcome.rejected.len() as u64);
                count(&counters.faulted, outcome.faulted.len() as u64);
                audited(outcome, events)
            }
            Err(why) => {
                count(&counters.failed, events.len() as u64);
                let number = events.len();
                let kept = events.into_iter().map(|event| Kept { event, why: Why::Failed(why.clone()) }).collect();
                Audited { kept, events: number, ..Audited::default() }
            }
        }
    }

    /// Gives a batch to the sink until it takes it, or there is no more time for that.
    async fn write(&mut self, sink: &mut impl Sink, batch: Audited, deadline: &mut Option<Instant>) {
        let mut pause = PAUSE;
        while sink.write(&batch).await.is_err() {
            count(&self.counters.sink_failures, 1);
            let closing = *self.closed.borrow();
            if closing {
                let deadline = *deadline.get_or_insert_with(|| Instant::now() + self.patience);
                if Instant::now() >= deadline {
                    return count(&self.counters.unwritten, batch.events as u64);
                }
                pause = pause.min(deadline.saturating_duration_since(Instant::now()));
            }
            tokio::select! {
                () = sleep(pause) => {}
                true = closed(&mut self.closed), if !closing => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// Waits until the worker is closed. False where its handle is gone: then the queue ends with the last auditor.
async fn closed(closed: &mut watch::Receiver<bool>) -> bool {
    closed.wait_for(|closed| *closed).await.is_ok()
}

/// What the sink gets.
fn audited(outcome: Outcome, mut events: Vec<Vec<u8>>) -> Audited {
    let number = events.len();
    let mut take = |index: u32| usize::try_from(index).ok().and_then(|index| events.get_mut(index)).map(std::mem::take).unwrap_or_default();
    let mut kept: Vec<Kept> = Vec::new();
    for rejection in outcome.rejected {
        kept.push(Kept { event: take(rejection.index), why: Why::Rejected(rejection) });
    }
    for faulted in outcome.faulted {
        kept.push(Kept { event: take(faulted.index), why: Why::Faulted(faulted) });
    }
    Audited { records: outcome.records, excluded: outcome.excluded, kept, events: number }
}

//! Takes events, has them worked, and writes what they come to.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::batch::Shared;
use crate::fetch::Source;
use crate::names::WORKERS;
use crate::{Config, Count, Counts, Error, Link, Work};

/// One worker. Any number of them, on any machines, share the events among themselves.
#[derive(Debug)]
pub struct Worker {
    link: Link,
    count: Arc<Count>,
}

impl Worker {
    /// Works until told to stop, and then finishes what was begun, for `drain-ms` at the longest.
    ///
    /// Fails only where nothing can begin: settings that cannot work, secrets that cannot be read. Servers that are not there, or
    /// streams that are not set up, are waited for.
    pub async fn run(config: Config, work: impl Work, stop: CancellationToken) -> Result<Counts, Error> {
        let worker = Worker::new(Link::open(config).await?);
        let counts = worker.work(work, stop).await;
        worker.link.close().await;
        Ok(counts)
    }

    /// A worker on a connection that is there.
    pub fn new(link: Link) -> Self {
        Self { link, count: Arc::default() }
    }

    /// What it has done so far.
    pub fn count(&self) -> Arc<Count> {
        self.count.clone()
    }

    /// As [`Worker::run`]; the connection stays open.
    pub async fn work(&self, work: impl Work, stop: CancellationToken) -> Counts {
        let abort = CancellationToken::new();
        let shared = Shared {
            link: self.link.clone(),
            work: Arc::new(work),
            count: self.count.clone(),
            turn: Arc::default(),
            stop: stop.clone(),
            abort: abort.clone(),
        };
        let mut source = Source::new(&self.link, self.link.names.events_stream(), WORKERS);
        let places = Arc::new(Semaphore::new(self.link.config.batches_at_once));
        let mut batches = JoinSet::new();
        loop {
            let next = async {
                let place = places.clone().acquire_owned().await.ok()?;
                Some((place, source.next().await))
            };
            // Told to stop while a batch arrives: what was given out and not worked comes again after ack-wait-ms.
            let Some((place, batch)) = (tokio::select! {
                biased;
                () = stop.cancelled() => None,
                next = next => next,
            }) else {
                break;
            };
            if !batch.is_empty() {
                let shared = shared.clone();
                batches.spawn(async move {
                    shared.batch(batch).await;
                    drop(place);
                });
            }
            while batches.try_join_next().is_some() {}
        }
        let finish = async { while batches.join_next().await.is_some() {} };
        if tokio::time::timeout(self.link.config.drain(), finish).await.is_err() {
            tracing::warn!("streams: not everything was finished in time; the servers give it to another worker");
            abort.cancel();
            batches.shutdown().await;
        }
        self.count.now()
    }
}

//! The one thread that writes to the store. Requests that wait together are committed together; each is answered only when its
//! records are durable.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use actlog_store::{Store, days_ago};
use tokio::sync::oneshot;

use super::current::InForce;
use super::vitals::{COMMIT, Vitals};

/// Requests that may wait.
pub const MOST_WAITING: usize = 256;
/// Bytes that are committed together.
const MOST_BYTES: usize = 8 << 20;

/// Records that are deleted at once, the pause before more are, and how often it is looked whether any are too old. A step holds up
/// those who write for some 20 ms.
const RETAIN_STEP: usize = 50;
const RETAIN_PAUSE: Duration = Duration::from_millis(20);
const RETAIN_EVERY: Duration = Duration::from_secs(3_600);

/// Whether the records of a request are durable; why not.
type Answer = Result<(), NotWritten>;

struct Job {
    records: Vec<u8>,
    answer: oneshot::Sender<Answer>,
}

/// Hands records to the thread that writes. Clones share it.
#[derive(Clone)]
pub struct Writer {
    jobs: SyncSender<Job>,
    vitals: Arc<Vitals>,
}

/// Why records were not written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWritten {
    /// Too many wait already.
    #[error("too many requests wait for the disk")]
    Full,
    /// A line is no audit record. None of them is written.
    #[error("line {line} is no audit record: {explanation}")]
    NotARecord {
        /// Which, from 1.
        line: usize,
        /// What is wrong with it.
        explanation: String,
    },
    /// The store cannot take them; why.
    #[error("the records are not durable: {0}")]
    Failed(String),
}

impl Writer {
    /// Starts the thread, which also deletes what is older than the settings in force say; it ends, and seals the store, when the
    /// last writer is gone.
    ///
    /// # Errors
    /// When the system has no more threads.
    pub fn start(store: Store, in_force: InForce, vitals: Arc<Vitals>) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (sender, jobs) = sync_channel(MOST_WAITING);
        let seen = vitals.clone();
        let thread = thread::Builder::new().name("actlog-store".to_owned()).spawn(move || write(store, &jobs, &in_force, &seen))?;
        Ok((Self { jobs: sender, vitals }, thread))
    }

    /// Writes records; they are durable when this is done.
    ///
    /// # Errors
    /// When they are not.
    pub async fn append(&self, records: Vec<u8>) -> Result<(), NotWritten> {
        let (answer, written) = oneshot::channel();
        self.vitals.waits();
        self.jobs.try_send(Job { records, answer }).map_err(|error| {
            self.vitals.refused();
            match error {
                TrySendError::Full(_) => NotWritten::Full,
                TrySendError::Disconnected(_) => NotWritten::Failed("the store is closed".to_owned()),
            }
        })?;
        match written.await {
            Ok(answer) => answer,
            Err(_) => Err(NotWritten::Failed("the store is closed".to_owned())),
        }
    }
}

fn write(mut store: Store, jobs: &Receiver<Job>, in_force: &InForce, vitals: &Vitals) {
    let mut due = Instant::now();
    loop {
        if Instant::now() >= due {
            due = retain(&mut store, in_force.get().retention_days);
        }
        let first = match jobs.recv_timeout(due.saturating_duration_since(Instant::now())) {
            Ok(job) => job,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => break,
        };
        let mut all = first.records.clone();
        let mut together = vec![first];
        while all.len() < MOST_BYTES {
            let Ok(job) = jobs.try_recv() else { break };
            all.extend_from_slice(&job.records);
            together.push(job);
        }
        vitals.taken(together.len());
        let began = Instant::now();
        let written = store.append(&all);
        vitals.commits.observe(COMMIT, began.elapsed());
        vitals.committed(written.as_ref().map(drop).map_err(ToString::to_string));
        for job in together {
            let answer = match &written {
                Ok(_) => Ok(()),
                // One of them may be to blame: each for itself.
                Err(_) => store.append(&job.records).map(drop).map_err(not_written),
            };
            let count = if answer.is_ok() { &vitals.written } else { &vitals.unwritten };
            count.fetch_add(1, Ordering::Relaxed);
            // Whoever asked may have gone; the records stay.
            let _ = job.answer.send(answer);
        }
    }
    if let Err(error) = store.close() {
        tracing::error!("the store is not sealed to its end: {error}");
    }
}

fn not_written(error: actlog_store::Error) -> NotWritten {
    match error {
        actlog_store::Error::NotARecord { line, explanation } => NotWritten::NotARecord { line, explanation },
        other => NotWritten::Failed(other.to_string()),
    }
}

/// Deletes a little of what is too old, and says when to go on.
fn retain(store: &mut Store, days: u32) -> Instant {
    match store.retain(days_ago(days), RETAIN_STEP) {
        Ok(retained) => {
            if retained.records > 0 {
                tracing::info!(records = retained.records, days, "deleted what is older than the settings say");
            }
            Instant::now() + if retained.more { RETAIN_PAUSE } else { RETAIN_EVERY }
        }
        Err(error) => {
            tracing::error!("what is too old cannot be deleted: {error}");
            Instant::now() + RETAIN_EVERY
        }
    }
}

//! One receiver: reads what it does not have yet, sends it, and takes note when it is taken.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actlog_push::{Delivered, Listener, Sender, Trouble};
use actlog_store::{Placed, Reader};
use bytes::Bytes;

use super::cursors::Cursors;
use super::pace::Pace;
use super::status::Status;
use crate::console::clean;
use crate::serve::vitals::Vitals;

/// How often it is looked whether there are new records.
const GLANCE: Duration = Duration::from_millis(250);
/// How long it is waited when something of our own failed.
pub const PAUSE: Duration = Duration::from_secs(5);
/// KiB that a connection to the store caches.
pub const CACHE_KIB: u32 = 4 << 10;
/// Tries after which a failure is told in the log again: the first, and then fewer and fewer.
fn is_told(tries: u32) -> bool {
    tries.is_power_of_two()
}

/// Hands the records of a store on to one receiver.
pub struct Worker {
    pub name: String,
    pub sender: Sender,
    pub store: PathBuf,
    pub cursors: Arc<Cursors>,
    pub status: Arc<Status>,
    pub pace: Arc<Pace>,
    pub vitals: Arc<Vitals>,
}

/// Records that were read, and the place up to which there are no others.
struct Read {
    records: Vec<Placed>,
    upto: i64,
    /// Where the store ended before they were read.
    newest: i64,
}

impl Worker {
    /// Goes on for as long as it is polled.
    pub async fn run(self) {
        let mut reader = None;
        loop {
            match self.next(&mut reader).await {
                Ok(true) => {}
                Ok(false) => tokio::time::sleep(GLANCE).await,
                Err(error) => {
                    let why = format!("{error:#}");
                    tracing::error!("push.{}: {why}", self.name);
                    self.status.trouble(Some(why));
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Hands the next records on; whether there were any.
    async fn next(&self, kept: &mut Option<Reader>) -> anyhow::Result<bool> {
        let passed = match self.cursors.of(&self.name) {
            Some(passed) => passed,
            None => self.begin(kept).await?,
        };
        self.status.at(passed);
        let batch = self.sender.destination().batch;
        let read = self.ask(kept, move |reader| {
            // Looked at first: what comes in between is read or left for the next time, and never passed over.
            let newest = reader.newest()?;
            let records = reader.after(passed, batch)?;
            let upto = records.last().map_or(newest, |last| last.seq);
            Ok(Read { records, upto, newest })
        });
        let Read { records, upto, newest } = read.await?;
        self.pace.note(newest.max(upto), actlog_store::now());
        if upto <= passed {
            self.status.trouble(None);
            return Ok(false);
        }
        let missed = (upto - passed) as u64 - records.len() as u64;
        if missed > 0 {
            tracing::error!("push.{}: retention deleted {missed} records before they were taken", self.name);
        }
        let lines: Vec<Bytes> = records.into_iter().map(|record| record.bytes.into()).collect();
        let delivered = self.sender.send(&lines, self).await;
        self.tell(&delivered, &lines);
        self.pass(upto).await?;
        self.status.handed(delivered.records, delivered.refused + delivered.skipped.len() as u64 + missed);
        self.status.at(upto);
        self.status.trouble(None);
        Ok(true)
    }

    /// Where a new receiver begins: before the first record that there is, or behind the last.
    async fn begin(&self, kept: &mut Option<Reader>) -> anyhow::Result<i64> {
        let backlog = self.sender.destination().backlog;
        let begin = self.ask(kept, move |reader| {
            let newest = reader.newest()?;
            let first = if backlog { reader.after(0, 1)?.first().map(|record| record.seq - 1) } else { None };
            Ok(first.unwrap_or(newest))
        });
        let begin = begin.await?;
        self.pass(begin).await?;
        Ok(begin)
    }

    async fn pass(&self, seq: i64) -> anyhow::Result<()> {
        loop {
            let (cursors, name) = (self.cursors.clone(), self.name.clone());
            let Err(error) = tokio::task::spawn_blocking(move || cursors.pass(&name, seq)).await? else { return Ok(()) };
            // What was taken is not sent again for it, as long as this program goes on.
            let why = format!("how far it is cannot be kept: {error:#}");
            tracing::error!("push.{}: {why}", self.name);
            self.status.trouble(Some(why));
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Asks the store, on a thread that may wait.
    async fn ask<T: Send + 'static>(
        &self,
        kept: &mut Option<Reader>,
        question: impl FnOnce(&Reader) -> Result<T, actlog_store::Error> + Send + 'static,
    ) -> anyhow::Result<T> {
        let (store, reader) = (self.store.clone(), kept.take());
        let asked = tokio::task::spawn_blocking(move || {
            let reader = match reader {
                Some(reader) => reader,
                None => Reader::open_with(&store, CACHE_KIB)?,
            };
            // A connection on which something failed is not used again.
            let answer = question(&reader)?;
            Ok::<_, actlog_store::Error>((reader, answer))
        });
        let (reader, answer) = asked.await??;
        *kept = Some(reader);
        Ok(answer)
    }

    /// Tells of records that the receiver will not have.
    fn tell(&self, delivered: &Delivered, lines: &[Bytes]) {
        if delivered.refused > 0 || !delivered.message.is_empty() {
            let (refused, said) = (delivered.refused, clean(&delivered.message));
            tracing::error!("push.{}: the receiver took {} records and refused {refused}: {said}", self.name, delivered.records);
        }
        for skipped in &delivered.skipped {
            let id = lines.get(skipped.index).and_then(|line| serde_json::from_slice::<serde_json::Value>(line).ok());
            let id = id.as_ref().and_then(|record| record["Id"].as_str()).unwrap_or("?");
            tracing::error!("push.{}: record {} was left out: {}", self.name, clean(id), clean(&skipped.why));
        }
    }
}

impl Listener for Worker {
    fn answered(&self, took: Duration) {
        self.vitals.sinks.observe(&self.name, took);
        self.status.trouble(None);
    }

    fn failed(&self, trouble: &Trouble, tries: u32) {
        if is_told(tries) {
            tracing::warn!("push.{}: try {tries}: {}", self.name, clean(&trouble.to_string()));
        }
        self.status.trouble(Some(trouble.to_string()));
    }
}

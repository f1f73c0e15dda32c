//! The journal and its pump, together: opened before anything is carried, stopped after all of it.

use std::sync::Arc;
use std::time::Duration;

use actlog_spool::Recovery;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::config::{JournalOptions, Limits};
use crate::error::Error;
use crate::journal::Journal;
use crate::pump::Recorder;
use crate::stats::Stats;

/// How long the recorder has, at the end, to take what is there.
const LAST_RECORDS: Duration = Duration::from_secs(5);

/// A journal whose pump runs. Dropping it lets it run; [`stop`](Self::stop) ends it.
pub struct Keeper {
    journal: Journal,
    stats: Arc<Stats>,
    recovery: Recovery,
    stop: CancellationToken,
    pump: JoinHandle<()>,
}

impl Keeper {
    /// Opens the journal, and begins to hand exchanges to `recorder`.
    ///
    /// # Errors
    /// When the journal is in use, or its files cannot be used.
    pub async fn open<R: Recorder>(options: &JournalOptions, limits: &Limits, recorder: R) -> Result<Self, Error> {
        let stats = Arc::new(Stats::default());
        let (folder, spool, body_bytes) = (options.folder.clone(), options.spool(limits), options.body_bytes);
        let opened = {
            let stats = stats.clone();
            tokio::task::spawn_blocking(move || Journal::open(&folder, spool, body_bytes, stats)).await
        };
        let (journal, pump, recovery) = opened.map_err(|_| actlog_spool::Error::Closed)??;
        for damage in &recovery.damage {
            tracing::error!(path = %damage.path.display(), bytes = ?damage.bytes, lost = ?damage.lost, "the journal is damaged");
            Stats::count(&stats.damaged);
        }
        let stop = CancellationToken::new();
        let pump = tokio::spawn({
            let stop = stop.clone();
            async move { pump.run(&recorder, stop).await }
        });
        Ok(Self { journal, stats, recovery, stop, pump })
    }

    /// The journal.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The counters.
    pub fn stats(&self) -> &Arc<Stats> {
        &self.stats
    }

    /// What was found in the journal.
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// Hands out what is there, as far as the recorder takes it within five seconds, and stops. Everything that was begun must have
    /// ended, or been dropped, before.
    pub async fn stop(self) {
        self.stop.cancel();
        let mut pump = self.pump;
        if timeout(LAST_RECORDS, &mut pump).await.is_err() {
            pump.abort();
            let _ = pump.await;
        }
    }
}

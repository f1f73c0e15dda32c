//! Hands the records of the store on to the receivers that the settings name, each at its own pace: a task for each reads what comes
//! after its cursor, sends it, and moves the cursor when it is taken. Intake never waits for any of them.

mod cursors;
mod pace;
mod status;
mod worker;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actlog_push::Sender;
use actlog_store::Reader;
use anyhow::{Context, bail};
use tokio::sync::watch;
use tokio::task::JoinSet;

use cursors::Cursors;
use pace::Pace;
use status::Status;
use worker::Worker;

use super::flows::Flow;
use super::vitals::Vitals;

/// How often it is noted how far the store is.
const NOTE_EVERY: Duration = Duration::from_secs(1);

/// The receivers that the settings name, ready to be sent to.
pub type Receivers = Vec<(String, Sender)>;

/// Tells the task that hands records on which receivers there are.
#[derive(Clone)]
pub struct Push {
    receivers: watch::Sender<Arc<Receivers>>,
}

impl Push {
    /// Begins with these receivers.
    pub fn new(receivers: Receivers) -> Self {
        Self { receivers: watch::Sender::new(Arc::new(receivers)) }
    }

    /// From now on records go to these receivers. One that has the name of another goes on where that one was.
    pub fn set(&self, receivers: Receivers) {
        self.receivers.send_replace(Arc::new(receivers));
    }

    /// Makes ready what hands records on, and reports it.
    ///
    /// # Errors
    /// When the store or the file of cursors cannot be read, or they do not belong together.
    pub fn open(&self, store: &Path, vitals: &Arc<Vitals>) -> anyhow::Result<Pushing> {
        let reader = Reader::open(store).with_context(|| format!("cannot read {}", store.display()))?;
        let newest = reader.newest()?;
        let cursors = Cursors::open(store, reader.store_id()?)?;
        if let Some((name, passed)) = cursors.furthest().filter(|(_, passed)| *passed > newest) {
            bail!("the store ends at record {newest}, and push.{name} has handed on up to record {passed}: the store is an older copy");
        }
        let pushing = Pushing {
            receivers: self.receivers.subscribe(),
            store: store.to_owned(),
            cursors: Arc::new(cursors),
            pace: Arc::new(Pace::new(newest)),
            statuses: Arc::default(),
            vitals: vitals.clone(),
        };
        let (statuses, pace) = (pushing.statuses.clone(), pushing.pace.clone());
        vitals.flows.add(move || flows(&statuses, &pace));
        Ok(pushing)
    }
}

type Statuses = Arc<Mutex<Vec<Arc<Status>>>>;

fn flows(statuses: &Statuses, pace: &Pace) -> Vec<Flow> {
    statuses.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|status| status.flow(pace)).collect()
}

/// Hands records on.
pub struct Pushing {
    receivers: watch::Receiver<Arc<Receivers>>,
    store: PathBuf,
    cursors: Arc<Cursors>,
    pace: Arc<Pace>,
    statuses: Statuses,
    vitals: Arc<Vitals>,
}

impl Pushing {
    /// Goes on for as long as it is polled. What is on its way when it is dropped is sent again the next time.
    pub async fn run(mut self) {
        tokio::spawn(noted(self.store.clone(), Arc::downgrade(&self.pace)));
        loop {
            let receivers = self.receivers.borrow_and_update().clone();
            let mut tasks = JoinSet::new();
            let mut statuses = Vec::new();
            for (name, sender) in receivers.iter() {
                let before = self.status(name);
                let status = Arc::new(Status::new(name, &sender.destination().endpoint, before.as_deref()));
                statuses.push(status.clone());
                let worker = Worker {
                    name: name.clone(),
                    sender: sender.clone(),
                    store: self.store.clone(),
                    cursors: self.cursors.clone(),
                    status,
                    pace: self.pace.clone(),
                    vitals: self.vitals.clone(),
                };
                tasks.spawn(worker.run());
            }
            *self.statuses.lock().unwrap_or_else(PoisonError::into_inner) = statuses;
            // Workers do not end by themselves; one that panicked is told of and begun anew.
            let changed = tokio::select! {
                changed = self.receivers.changed() => changed.is_ok(),
                Some(ended) = tasks.join_next() => {
                    tracing::error!("handing records on ended early and is begun anew: {ended:?}");
                    tokio::time::sleep(worker::PAUSE).await;
                    true
                }
            };
            // Two for one cursor would send everything twice.
            tasks.shutdown().await;
            if !changed {
                return;
            }
        }
    }

    fn status(&self, name: &str) -> Option<Arc<Status>> {
        self.statuses.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|status| status.name() == name).cloned()
    }
}

/// Notes how far the store is, for as long as anybody wants to know.
async fn noted(store: PathBuf, pace: std::sync::Weak<Pace>) {
    let mut kept = None;
    loop {
        tokio::time::sleep(NOTE_EVERY).await;
        let Some(pace) = pace.upgrade() else { return };
        let (store, reader) = (store.clone(), kept.take());
        let looked = tokio::task::spawn_blocking(move || {
            let reader = match reader {
                Some(reader) => reader,
                None => Reader::open_with(&store, worker::CACHE_KIB)?,
            };
            let newest = reader.newest()?;
            Ok::<_, actlog_store::Error>((reader, newest))
        });
        // Where it cannot be read, the workers say so.
        if let Ok(Ok((reader, newest))) = looked.await {
            pace.note(newest, actlog_store::now());
            kept = Some(reader);
        }
    }
}

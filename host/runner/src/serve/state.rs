//! What every answer needs.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use actlog_engine::Engine;
use actlog_store::Reader;

use super::current::InForce;
use super::ingest::Ingest;
use super::own::Own;
use super::reply::Refusal;
use super::vitals::Vitals;
use crate::account::Account;
use crate::review::question;
use crate::rules::set::RuleSet;

/// Connections that are kept for the next question.
const MOST_IDLE: usize = 8;
/// KiB that each of them caches.
const CACHE_KIB: u32 = 16 << 10;

/// What every answer needs.
pub struct State {
    /// Joins records.
    pub engine: Engine,
    /// Takes events in.
    pub ingest: Ingest,
    /// Records what is asked.
    pub own: Own,
    /// What became of the events so far.
    pub account: Arc<Mutex<Account>>,
    /// The rules in force.
    pub rules: Arc<Mutex<RuleSet>>,
    /// What the settings say.
    pub in_force: InForce,
    /// How the server is.
    pub vitals: Arc<Vitals>,
    /// The store.
    pub store: PathBuf,
    /// Where events are sent to.
    pub events_url: String,
    /// When this began.
    pub since: String,
    readers: Mutex<Vec<Reader>>,
}

impl State {
    /// Brings together what answers need.
    #[expect(clippy::too_many_arguments, reason = "each is one thing that answers need, and all are named in one place")]
    pub fn new(
        engine: Engine,
        ingest: Ingest,
        own: Own,
        account: Arc<Mutex<Account>>,
        rules: Arc<Mutex<RuleSet>>,
        in_force: InForce,
        vitals: Arc<Vitals>,
        store: PathBuf,
        events_url: String,
    ) -> Self {
        let (since, readers) = (question::now(), Mutex::default());
        Self { engine, ingest, own, account, rules, in_force, vitals, store, events_url, since, readers }
    }

    /// Asks the store, on a thread that may wait.
    pub async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        question: impl FnOnce(&State, &Reader) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let state = self.clone();
        let asked = tokio::task::spawn_blocking(move || {
            let idle = state.idle().pop();
            let reader = match idle {
                Some(reader) => reader,
                None => Reader::open_with(&state.store, CACHE_KIB).map_err(|error| Refusal::failed(error.to_string()))?,
            };
            let answer = question(&state, &reader);
            let mut idle = state.idle();
            if idle.len() < MOST_IDLE {
                idle.push(reader);
            }
            answer
        });
        asked.await.unwrap_or_else(|_| Err(Refusal::failed("the question could not be answered; please report this")))
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Reader>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

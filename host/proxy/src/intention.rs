//! One exchange's part of the journal: what has been made durable of it, and what happens when that fails.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::{HeaderMap, StatusCode};
use uuid::Uuid;

use crate::config::OnFailure;
use crate::journal::{Begun, Head, How, Intent, Journal};
use crate::stats::Stats;

/// The journal took nothing, and requests that cannot be journaled are to be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal failed")]
pub struct JournalFailed;

/// One exchange's part of the journal. Of one that is not journaled, nothing happens. Dropped before it ended, the exchange is in
/// doubt when its intent was made, and else as if it had never come.
pub struct Intention {
    journal: Journal,
    on_failure: OnFailure,
    stats: Arc<Stats>,
    limit: usize,
    id: Option<Uuid>,
    request: Mutex<Head>,
    state: tokio::sync::Mutex<State>,
}

enum State {
    /// Nothing is in the journal yet.
    Waiting(Box<Intent>),
    /// The intent is durable. The second is whether that was before the request had ended.
    Begun(Begun, bool),
    /// The journal failed, or nobody waited until it had the intent.
    Failed,
    /// Nothing more is to be put into the journal.
    Done,
}

impl Intention {
    /// `intent` is `None` for an exchange that is not journaled.
    pub fn new(journal: Journal, on_failure: OnFailure, stats: Arc<Stats>, limit: usize, intent: Option<Intent>) -> Self {
        let id = intent.as_ref().map(|intent| intent.id);
        let request = intent.as_ref().map(|intent| intent.body.clone()).unwrap_or_default();
        let state = intent.map_or(State::Done, |intent| State::Waiting(Box::new(intent)));
        Self { journal, on_failure, stats, limit, id, request: Mutex::new(request), state: tokio::sync::Mutex::new(state) }
    }

    /// Whether anything is kept of it.
    pub fn is_journaled(&self) -> bool {
        self.id.is_some()
    }

    /// The exchange's id; `None` where nothing is kept of it.
    pub fn id(&self) -> Option<Uuid> {
        self.id
    }

    /// Whether the request is to be refused before anything of it goes up: there would be no room for its intent.
    pub async fn is_hopeless(&self, length: Option<u64>) -> bool {
        let State::Waiting(intent) = &*self.state.lock().await else { return false };
        let body = length.map_or(self.limit, |length| self.limit.min(usize::try_from(length).unwrap_or(usize::MAX)));
        self.on_failure == OnFailure::Closed && self.journal.is_full_for(intent.bytes() + body)
    }

    /// More of the request's body has come; how much altogether.
    pub fn passed(&self, data: &[u8]) -> u64 {
        let mut request = self.request();
        request.push(data, self.limit);
        request.passed
    }

    /// The request's body has ended.
    pub fn request_ended(&self) {
        self.request().ended = true;
    }

    /// Makes the intent durable, when it is not yet.
    ///
    /// # Errors
    /// When that fails, or failed before, and requests that cannot be journaled are to be refused.
    pub async fn make(&self) -> Result<(), JournalFailed> {
        let mut state = self.state.lock().await;
        match &*state {
            State::Waiting(_) => {}
            State::Failed if self.on_failure == OnFailure::Closed => return Err(JournalFailed),
            State::Begun(..) | State::Failed | State::Done => return Ok(()),
        }
        let State::Waiting(mut intent) = std::mem::replace(&mut *state, State::Failed) else { return Ok(()) };
        intent.body = self.request().clone();
        let early = !intent.body.ended;
        match self.journal.begin(*intent).await {
            Ok(begun) => {
                *state = State::Begun(begun, early);
                Stats::count(&self.stats.journaled);
                Ok(())
            }
            Err(error) => match self.on_failure {
                OnFailure::Closed => {
                    tracing::error!(%error, "the journal fails; the request is refused");
                    Err(JournalFailed)
                }
                OnFailure::Open => {
                    tracing::warn!(%error, "the journal fails; the request passes unrecorded");
                    Stats::count(&self.stats.unrecorded);
                    Ok(())
                }
            },
        }
    }

    /// Makes the outcome durable.
    ///
    /// # Errors
    /// When that fails, and answers that cannot be journaled are to be refused.
    pub async fn outcome(&self, status: StatusCode, headers: &HeaderMap) -> Result<(), JournalFailed> {
        let mut state = self.state.lock().await;
        let State::Begun(begun, _) = &*state else { return Ok(()) };
        let Err(error) = begun.outcome(status, headers).await else { return Ok(()) };
        // Dropping what has begun tells the pump that it is in doubt.
        *state = State::Done;
        Stats::count(&self.stats.outcomes_lost);
        match self.on_failure {
            OnFailure::Closed => {
                tracing::error!(%error, "the journal fails; the answer is held back and the exchange is in doubt");
                Err(JournalFailed)
            }
            OnFailure::Open => {
                tracing::warn!(%error, "the journal fails; the answer passes and the exchange is in doubt");
                Ok(())
            }
        }
    }

    /// Says how the exchange ended. Nothing waits for this to be durable but the caller.
    pub async fn end(&self, how: How, response: Head) {
        let state = std::mem::replace(&mut *self.state.lock().await, State::Done);
        if let State::Begun(begun, early) = state {
            let request = early.then(|| self.request().clone());
            begun.end(how, request, response).await;
        }
    }

    // A head is whole after each statement.
    fn request(&self) -> MutexGuard<'_, Head> {
        self.request.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

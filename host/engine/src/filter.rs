//! A filter: the engine with an operator's settings, and its idle instances.

use crate::engine::Engine;
use crate::error::Error;
use crate::idle::Idle;
use crate::instance::Auditor;
use crate::isolate;
use crate::outcome::Outcome;
use crate::rules::{Chain, Tally};
use std::sync::{Arc, PoisonError, RwLock};

/// The audit filter with its settings. Clones share it, and so may threads: each call takes an instance of its own.
#[derive(Clone)]
pub struct Filter {
    shared: Arc<Shared>,
}

struct Shared {
    engine: Engine,
    settings: String,
    idle: Idle<Auditor>,
    rules: RwLock<Chain>,
}

impl Filter {
    /// Checks the settings by making the first instance.
    pub(crate) fn new(engine: Engine, settings: &str) -> Result<Self, Error> {
        let first = engine.auditor(settings)?;
        let idle = Idle::new(engine.most_idle());
        let shared = Shared { engine, settings: settings.to_owned(), idle, rules: RwLock::default() };
        let filter = Self { shared: Arc::new(shared) };
        filter.put_back(first);
        Ok(filter)
    }

    /// Filters a batch of events: NDJSON, one event a line.
    ///
    /// A bad event is no error, see [`Outcome::rejected`]; nor is one on which the filter fails, see [`Outcome::faulted`].
    ///
    /// # Errors
    /// [`Error::TooLarge`] when the batch is larger than an instance may be, [`Error::Host`] when no instance can be made.
    pub fn audit(&self, events: &[u8]) -> Result<Outcome, Error> {
        self.shared.engine.check_size(events)?;
        // One chain for the whole batch: rules change between batches.
        let (rules, mut tally) = (self.rules(), Tally::default());
        let mut outcome = match self.attempt(events, &rules, &mut tally)? {
            Ok(outcome) => outcome,
            Err(fault) => isolate::one_by_one(events, fault, |event| self.attempt(event, &rules, &mut tally))?,
        };
        debug_assert!(outcome.is_balanced(), "events got lost: {outcome:?}");
        rules.note(&tally, &mut outcome.rule_faults);
        Ok(outcome)
    }

    /// Lets these rules review what the batches from now on hold, instead of those before. A batch that is being filtered is
    /// finished with the rules that it began with. The empty chain is no rules.
    pub fn set_rules(&self, rules: Chain) {
        *self.shared.rules.write().unwrap_or_else(PoisonError::into_inner) = rules;
    }

    /// The rules in force.
    pub fn rules(&self) -> Chain {
        self.shared.rules.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tells what is decided about one event and why, stage by stage, as a JSON document.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when the event is larger than an instance may be, [`Error::Fault`] when the filter fails on it,
    /// [`Error::Host`] when no instance can be made.
    pub fn explain(&self, event: &[u8]) -> Result<String, Error> {
        self.shared.engine.check_size(event)?;
        let mut auditor = self.take()?;
        let explanation = auditor.explain(event)?;
        self.put_back(auditor);
        Ok(explanation)
    }

    /// Filters once, without a second try.
    fn attempt(&self, events: &[u8], rules: &Chain, tally: &mut Tally) -> Result<isolate::Attempt, Error> {
        let mut auditor = self.take()?;
        let attempt = if rules.is_empty() { auditor.audit(events) } else { auditor.review(events, rules, tally) };
        if attempt.is_ok() {
            self.put_back(auditor);
        }
        Ok(attempt)
    }

    /// An idle instance, or a new one.
    fn take(&self) -> Result<Auditor, Error> {
        let idle = self.shared.idle.take();
        idle.map_or_else(|| self.shared.engine.auditor(&self.shared.settings), Ok)
    }

    /// Keeps an instance whose last call went well.
    fn put_back(&self, auditor: Auditor) {
        if auditor.is_worth_keeping() {
            self.shared.idle.put_back(auditor);
        }
    }
}

impl std::fmt::Debug for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Filter").field("engine", &self.shared.engine).field("idle", &self.shared.idle).finish_non_exhaustive()
    }
}

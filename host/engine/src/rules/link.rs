//! One rule of a chain: asks it about the activities of a batch, and decides where it fails.

use super::error::RuleError;
use super::grant::{Grant, OnFault};
use super::health::Health;
use super::loader::{Compiled, Rule, beyond};
use super::reviewer::Reviewer;
use super::stats::RuleStats;
use crate::bindings::wit;
use crate::fault::{Fault, FaultKind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Instances that wait for the next batch.
const MOST_IDLE: usize = 16;
/// Longest name.
const MOST_NAME: usize = 64;

/// A rule with its name, its grant and its state.
pub(super) struct Link {
    pub(super) name: String,
    pub(super) grant: wit::Grant,
    pub(super) on_fault: OnFault,
    pub(super) stats: Arc<RuleStats>,
    compiled: Arc<Compiled>,
    suspend_after: u32,
    idle: Mutex<Vec<Reviewer>>,
    health: Mutex<Health>,
}

/// What came of asking about some activities.
pub(super) struct Asked {
    /// One for each activity.
    pub(super) decisions: Vec<wit::Decision>,
    /// Which of them are faults, and why; ascending.
    pub(super) faults: Vec<(usize, Fault)>,
    /// How the rule failed on all of them together, where it did not on any alone.
    pub(super) together: Option<Fault>,
    /// Whether it was not asked, because it is suspended.
    pub(super) suspended: bool,
}

impl Asked {
    /// Whether the rule failed in any way.
    pub(super) fn has_failed(&self) -> bool {
        !self.faults.is_empty() || self.together.is_some()
    }
}

impl Link {
    pub(super) fn new(
        name: &str,
        rule: &Rule,
        grant: &Grant,
        on_fault: Option<OnFault>,
        suspend_after: u32,
        stats: Arc<RuleStats>,
    ) -> Result<Self, RuleError> {
        let sound = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if name.is_empty() || name.len() > MOST_NAME || !name.bytes().all(sound) {
            return Err(RuleError::Name(name.to_owned()));
        }
        let manifest = rule.manifest();
        grant.check(manifest)?;
        Ok(Self {
            name: name.to_owned(),
            grant: grant.to_wit(),
            on_fault: on_fault.unwrap_or_else(|| OnFault::default_for(manifest)),
            stats,
            compiled: rule.compiled.clone(),
            suspend_after,
            idle: Mutex::default(),
            health: Mutex::default(),
        })
    }

    pub(super) fn interest(&self) -> &wit::Interest {
        &self.compiled.said.interest
    }

    pub(super) fn columns(&self) -> wit::Columns {
        self.compiled.said.columns
    }

    pub(super) fn is_suspended(&self) -> bool {
        lock(&self.health).is_suspended()
    }

    /// Takes note of a batch; says whether the rule is suspended from now on.
    pub(super) fn note(&self, failed: bool) -> bool {
        lock(&self.health).note(failed, self.suspend_after)
    }

    /// What is put down for an activity on which the rule failed.
    pub(super) fn failed(&self) -> wit::Decision {
        match self.on_fault {
            OnFault::Keep => wit::Decision::Unreviewed,
            OnFault::Withhold => wit::Decision::Withheld,
        }
    }

    /// Asks the rule. A batch on which it fails is asked again, activity by activity, so that one does not harm the others; all
    /// of that again has the time of one batch, and each activity half of what is left of it.
    pub(super) fn ask(&self, activities: &[wit::Activity]) -> Asked {
        let decisions = Vec::with_capacity(activities.len());
        let mut asked = Asked { decisions, faults: Vec::new(), together: None, suspended: self.is_suspended() };
        if asked.suspended {
            let fault = Fault { kind: FaultKind::Suspended, explanation: "it is suspended, because it kept failing".to_owned() };
            activities.iter().for_each(|_| self.put(&mut asked, Err(fault.clone())));
            return asked;
        }
        match self.attempt(activities, self.compiled.image.until()) {
            Ok(verdicts) => verdicts.into_iter().for_each(|verdict| self.put(&mut asked, Ok(verdict))),
            Err(fault) if activities.len() == 1 => self.put(&mut asked, Err(fault)),
            Err(fault) => self.one_by_one(activities, fault, &mut asked),
        }
        asked
    }

    fn one_by_one(&self, activities: &[wit::Activity], fault: Fault, asked: &mut Asked) {
        let until = self.compiled.image.until();
        for activity in activities {
            let left = until.saturating_duration_since(Instant::now());
            let answer = if !left.is_zero() {
                // One that never ends leaves time for those behind it.
                let until = Instant::now() + left / 2;
                self.attempt(std::slice::from_ref(activity), until).map(|mut verdicts| verdicts.pop().unwrap_or(wit::Verdict::Keep))
            } else {
                Err(fault.clone())
            };
            self.put(asked, answer);
        }
        if asked.faults.is_empty() {
            asked.together = Some(fault);
        }
    }

    /// Puts down an answer or a fault for the next activity.
    fn put(&self, asked: &mut Asked, answer: Result<wit::Verdict, Fault>) {
        let answer = answer.and_then(|verdict| if self.compiled.manifest.covers(&verdict) { Ok(verdict) } else { Err(beyond(&verdict)) });
        match answer {
            Ok(verdict) => asked.decisions.push(wit::Decision::Answered(verdict)),
            Err(fault) => {
                asked.faults.push((asked.decisions.len(), fault));
                asked.decisions.push(self.failed());
            }
        }
    }

    /// Asks once.
    fn attempt(&self, activities: &[wit::Activity], until: Instant) -> Result<Vec<wit::Verdict>, Fault> {
        let idle = lock(&self.idle).pop();
        let mut reviewer = idle.map_or_else(|| self.compiled.start(until), Ok)?;
        let verdicts = reviewer.review(&self.compiled.image, activities, until)?;
        if reviewer.is_worth_keeping(&self.compiled.image) {
            let mut idle = lock(&self.idle);
            if idle.len() < MOST_IDLE {
                idle.push(reviewer);
            }
        }
        Ok(verdicts)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Poisoned by a panic of another batch: what is locked here is whole at all times.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

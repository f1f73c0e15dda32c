//! Rules in their order: a later one sees what an earlier one did.

use super::error::RuleError;
use super::fault::{RuleDrop, RuleFault};
use super::grant::{Grant, OnFault};
use super::link::{Asked, Link};
use super::loader::Rule;
use super::stats::RuleStats;
use crate::bindings::wit;
use crate::error::Error;
use crate::fault::{Fault, FaultKind, Faulted};
use crate::instance::Capture;
use std::sync::Arc;
use std::time::Instant;

/// Batches of its last hundred in which a rule may fail before it is suspended.
const SUSPEND_AFTER: u32 = 5;
/// Answers of a batch that are singled out because they are bad; with more, none of the batch is believed.
const MOST_BAD: usize = 64;

/// Rules in the order in which they are asked. The empty chain is no rules. Clones share it, and with it the state of its rules.
#[derive(Clone, Default)]
pub struct Chain {
    links: Arc<[Arc<Link>]>,
}

/// One rule of a chain: who it is to the operator, and what it may do.
#[derive(Clone, Debug)]
pub struct Member {
    name: String,
    rule: Rule,
    grant: Grant,
    on_fault: Option<OnFault>,
    suspend_after: u32,
    stats: Arc<RuleStats>,
}

impl Member {
    /// A rule under the name that records and ledgers show, with nothing granted.
    pub fn new(name: impl Into<String>, rule: Rule) -> Self {
        let (grant, stats) = (Grant::default(), Arc::default());
        Self { name: name.into(), rule, grant, on_fault: None, suspend_after: SUSPEND_AFTER, stats }
    }

    /// What it may do.
    #[must_use]
    pub fn grant(mut self, grant: Grant) -> Self {
        self.grant = grant;
        self
    }

    /// What happens where it fails; [`OnFault::default_for`] its manifest if not said.
    #[must_use]
    pub fn on_fault(mut self, on_fault: OnFault) -> Self {
        self.on_fault = Some(on_fault);
        self
    }

    /// In how many of its last hundred batches it may fail before it is suspended; 5 if not said, at least 1.
    #[must_use]
    pub fn suspend_after(mut self, batches: u32) -> Self {
        self.suspend_after = batches;
        self
    }

    /// Counts in `stats`, which may be those of the rule that this one replaces.
    #[must_use]
    pub fn stats(mut self, stats: Arc<RuleStats>) -> Self {
        self.stats = stats;
        self
    }
}

impl Chain {
    /// Puts rules in an order.
    ///
    /// # Errors
    /// [`Error::Rule`] for the first that has a name which is not valid or stands twice, or that wants more than its grant.
    pub fn new(members: impl IntoIterator<Item = Member>) -> Result<Self, Error> {
        let mut links: Vec<Arc<Link>> = Vec::new();
        for Member { name, rule, grant, on_fault, suspend_after, stats } in members {
            let twice = links.iter().any(|link| link.name == name);
            let link =
                if twice { Err(RuleError::Name(name.clone())) } else { Link::new(&name, &rule, &grant, on_fault, suspend_after, stats) };
            links.push(Arc::new(link.map_err(|error| Error::Rule { rule: name, error })?));
        }
        Ok(Self { links: links.into() })
    }

    /// Whether there are no rules.
    pub fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    /// Names of the rules that are suspended, because they kept failing.
    pub fn suspended(&self) -> impl Iterator<Item = &str> {
        self.links.iter().filter(|link| link.is_suspended()).map(|link| link.name.as_str())
    }

    /// Lets every rule review what a capture holds, and makes the records.
    ///
    /// The error is the filter's; a rule's own is in what is given back.
    pub(crate) fn review(&self, capture: &mut Capture<'_>, tally: &mut Tally) -> Result<Reviewed, Fault> {
        let mut reviewed = Reviewed::default();
        let mut faults = Vec::new();
        for (at, link) in self.links.iter().enumerate() {
            let activities = capture.activities(link.interest(), link.columns())?;
            if activities.is_empty() {
                continue;
            }
            let begin = Instant::now();
            let mut asked = link.ask(&activities);
            let time = begin.elapsed();
            apply(link, capture, &mut asked)?;
            link.stats.add(&asked.decisions, time);
            if !asked.suspended {
                tally.note(at, asked.has_failed());
                reviewed.tell(link, &asked);
            }
            if link.on_fault == OnFault::Withhold {
                // In the order of the events, as the capture gives back what is withheld.
                faults.push((link.name.as_str(), asked.faults.into_iter().map(|(_, fault)| fault)));
            }
        }
        let outcome = capture.emit()?;
        for withheld in outcome.withheld {
            let known = faults.iter_mut().find(|(rule, _)| *rule == withheld.rule).and_then(|(_, faults)| faults.next());
            let Fault { kind, explanation } = known.ok_or_else(|| lost("it withholds what nobody asked it to"))?;
            reviewed.withheld.push(Faulted { index: withheld.index, kind, explanation, rule: Some(withheld.rule) });
        }
        reviewed.dropped = outcome.dropped.into_iter().map(RuleDrop::from).collect();
        reviewed.outcome = Some(outcome.outcome);
        Ok(reviewed)
    }

    /// Takes note of a batch, once, however often it was tried: a rule that keeps failing is suspended, and its fault says so.
    pub(crate) fn note(&self, tally: &Tally, faults: &mut [RuleFault]) {
        for (link, failed) in tally.0.iter().filter_map(|&(at, failed)| Some((self.links.get(at)?, failed))) {
            if link.note(failed)
                && let Some(fault) = faults.iter_mut().find(|fault| fault.rule == link.name)
            {
                fault.suspended = true;
            }
        }
    }
}

/// Which rules of a chain were asked about a batch, by position, and whether they failed.
#[derive(Debug, Default)]
pub(crate) struct Tally(Vec<(usize, bool)>);

impl Tally {
    fn note(&mut self, at: usize, failed: bool) {
        match self.0.iter_mut().find(|(known, _)| *known == at) {
            Some((_, known)) => *known |= failed,
            None => self.0.push((at, failed)),
        }
    }
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.links.iter().map(|link| &link.name)).finish()
    }
}

/// What a chain made of a batch.
#[derive(Default)]
pub(crate) struct Reviewed {
    /// What the filter made of it.
    pub(crate) outcome: Option<wit::Outcome>,
    /// What rules left out.
    pub(crate) dropped: Vec<RuleDrop>,
    /// What is withheld because a rule failed.
    pub(crate) withheld: Vec<Faulted>,
    /// Rules that failed.
    pub(crate) faults: Vec<RuleFault>,
}

impl Reviewed {
    /// Puts down how a rule failed, once for each kind.
    fn tell(&mut self, link: &Link, asked: &Asked) {
        let first = self.faults.len();
        for (fault, activities) in asked.faults.iter().map(|(_, fault)| (fault, 1)).chain(asked.together.iter().map(|fault| (fault, 0))) {
            match self.faults[first..].iter_mut().find(|known| known.kind == fault.kind) {
                Some(known) => known.activities += activities,
                None => self.faults.push(RuleFault {
                    rule: link.name.clone(),
                    kind: fault.kind,
                    explanation: fault.explanation.clone(),
                    activities,
                    on_fault: link.on_fault,
                    suspended: false,
                }),
            }
        }
    }
}

/// Hands the decisions over. An answer that the filter does not take is the rule's fault, and the others are tried again.
fn apply(link: &Link, capture: &mut Capture<'_>, asked: &mut Asked) -> Result<(), Fault> {
    if asked.decisions.iter().all(|decision| matches!(decision, wit::Decision::Answered(wit::Verdict::Keep))) {
        // Nothing changes, and the next question replaces this one.
        return Ok(());
    }
    let mut bad = 0;
    while let Err(error) = capture.apply(&link.name, &asked.decisions, &link.grant)? {
        let (position, kind, explanation) = match error {
            wit::AnswerError::BadAnswer((position, explanation)) => (position, FaultKind::BadAnswer, explanation),
            wit::AnswerError::NotGranted((position, explanation)) => (position, FaultKind::NotGranted, explanation),
            wit::AnswerError::WrongCount(_) => return Err(lost("it lost count of a rule's activities")),
        };
        bad += 1;
        let fault = Fault { kind, explanation };
        let all = bad > MOST_BAD;
        let range = if all { 0..asked.decisions.len() } else { position as usize..position as usize + 1 };
        let mut changed = false;
        for at in range {
            let Some(decision) = asked.decisions.get_mut(at) else { continue };
            if matches!(decision, wit::Decision::Answered(_)) {
                *decision = link.failed();
                let place = asked.faults.partition_point(|&(known, _)| known < at);
                asked.faults.insert(place, (at, fault.clone()));
                changed = true;
            }
        }
        if !changed {
            return Err(lost("it does not take what the host decided"));
        }
    }
    Ok(())
}

/// The filter broke its contract.
fn lost(explanation: &str) -> Fault {
    Fault { kind: FaultKind::BadAnswer, explanation: format!("the filter failed: {explanation}") }
}

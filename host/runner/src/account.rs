//! Accounting: what became of each event, batch by batch.

use std::collections::BTreeMap;
use std::time::Duration;

use actlog_engine::{Error, Outcome, Rejection};
use anyhow::bail;

use crate::batches::{Refused, Sent, Tag};
use crate::console::Console;
use crate::ledger::Ledger;
use crate::rejects::{Keep, Rejects, Unusable};
use crate::summary::Summary;
use crate::totals::Totals;

/// Reason of events for which the engine had no answer at all.
const ENGINE: &str = "engine";
const REJECTED: &str = "rejected";
const FAULTED: &str = "faulted";

/// What became of the events so far.
pub struct Account {
    /// How many had each outcome.
    pub totals: Totals,
    /// What was left out on purpose.
    pub ledger: Ledger,
    /// What could not be used.
    pub rejects: Rejects,
    reasons: BTreeMap<(&'static str, String), u64>,
}

impl Account {
    /// Begins with nothing.
    pub fn new(rejects: Rejects) -> Self {
        Self { totals: Totals::default(), ledger: Ledger::default(), rejects, reasons: BTreeMap::new() }
    }

    /// Takes what became of a batch and gives its records.
    ///
    /// # Errors
    /// When the rejects file cannot be written, or the filter and this program count differently.
    pub fn take(&mut self, mut tag: Tag, result: Result<Outcome, Error>, console: &Console) -> anyhow::Result<Vec<u8>> {
        let (outcome, no_answer) = match result {
            Ok(outcome) => (outcome, None),
            Err(error) => (Outcome::default(), Some(error.to_string())),
        };
        if no_answer.is_some() {
            self.totals.add_faulted(tag.sent.len() as u64);
        } else if outcome.read as usize != tag.sent.len() || !outcome.is_balanced() {
            bail!("the filter was given {} events and accounts for {} of them; please report this", tag.sent.len(), outcome.read);
        }
        self.totals.add(&outcome);
        self.ledger.add(&outcome.excluded);
        let mut refused = std::mem::take(&mut tag.refused).into_iter().peekable();
        let mut rejected = outcome.rejected.iter().peekable();
        let mut faulted = outcome.faulted.iter().peekable();
        for (index, sent) in tag.sent.iter().enumerate() {
            while let Some(refused) = refused.next_if(|refused| refused.before <= index) {
                self.refuse(refused, console)?;
            }
            while let Some(rejection) = rejected.next_if(|rejection| rejection.index as usize == index) {
                self.reject(rejection, sent, &tag, console)?;
            }
            while let Some(fault) = faulted.next_if(|fault| fault.index as usize == index) {
                self.fault(fault.kind.name(), &fault.explanation, sent, &tag, console)?;
            }
            if let Some(explanation) = &no_answer {
                self.fault(ENGINE, explanation, sent, &tag, console)?;
            }
        }
        for refused in refused {
            self.refuse(refused, console)?;
        }
        Ok(outcome.records)
    }

    /// What it comes to.
    pub fn summary(&self, time: Duration, complete: bool) -> Summary {
        let by_reason = |outcome: &str| {
            let reasons = self.reasons.iter().filter(|((of, _), _)| *of == outcome);
            let mut counts: Vec<_> = reasons.map(|((_, reason), &count)| (reason.clone(), count)).collect();
            counts.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
            counts
        };
        Summary {
            totals: self.totals,
            excluded: self.ledger.by_reason(),
            rejected: by_reason(REJECTED),
            faulted: by_reason(FAULTED),
            time,
            complete,
        }
    }

    fn refuse(&mut self, mut refused: Refused, console: &Console) -> anyhow::Result<()> {
        self.totals.add_rejected();
        let Refused { origin, flaw, kept, .. } = &mut refused;
        let unusable = Unusable { origin, outcome: REJECTED, reason: flaw.reason, place: "", at: flaw.at, explanation: &flaw.explanation };
        *self.reasons.entry((REJECTED, flaw.reason.to_owned())).or_default() += 1;
        self.rejects.add(&unusable, &mut Keep::Kept(kept), console)
    }

    fn reject(&mut self, rejection: &Rejection, sent: &Sent, tag: &Tag, console: &Console) -> anyhow::Result<()> {
        let Rejection { reason, place, offset, explanation, .. } = rejection;
        let reason = reason.name();
        let unusable = Unusable { origin: &sent.origin, outcome: REJECTED, reason, place, at: u64::from(*offset), explanation };
        *self.reasons.entry((REJECTED, reason.to_owned())).or_default() += 1;
        self.rejects.add(&unusable, &mut Keep::Bytes(tag.bytes(sent)), console)
    }

    fn fault(&mut self, reason: &str, explanation: &str, sent: &Sent, tag: &Tag, console: &Console) -> anyhow::Result<()> {
        let unusable = Unusable { origin: &sent.origin, outcome: FAULTED, reason, place: "", at: 0, explanation };
        *self.reasons.entry((FAULTED, reason.to_owned())).or_default() += 1;
        self.rejects.add(&unusable, &mut Keep::Bytes(tag.bytes(sent)), console)
    }
}

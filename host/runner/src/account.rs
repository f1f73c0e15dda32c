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
        self.rejects.flush()?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use actlog_engine::{Batch, FaultKind, Faulted, RejectReason};

    use crate::batches::Batches;

    /// Two events for the filter, with one in front and one behind that it does not get.
    const EVENTS: &str = "{\"a\":\n{\"b\":1}\n{\n\"c\": 2\n}\n{\"d\"";

    fn batch() -> Batch<Tag> {
        let mut batches = Batches::of_text("in", EVENTS);
        let batch = batches.next().unwrap();
        assert!(batches.next().is_none());
        batch
    }

    fn account(result: impl FnOnce(&[u8]) -> Result<Outcome, Error>) -> (Account, Vec<String>) {
        let (mut account, console) = (Account::new(Rejects::open(None).unwrap()), Console::keeping());
        let batch = batch();
        account.take(batch.tag, result(&batch.events), &console).unwrap();
        (account, console.kept())
    }

    #[test]
    fn take_tells_everything_in_the_order_of_the_source() {
        let (account, told) = account(|events| {
            assert_eq!(events, b"{\"b\":1}\n{ \"c\": 2 }\n");
            let rejected =
                Rejection { index: 0, reason: RejectReason::MissingKey, place: "Message".into(), offset: 6, explanation: "gone".into() };
            let faulted = Faulted { index: 1, kind: FaultKind::MemoryLimit, explanation: "too much".into() };
            Ok(Outcome { read: 2, rejected: vec![rejected], faulted: vec![faulted], ..Outcome::default() })
        });
        assert_eq!(
            told,
            [
                "in:1:6: not-json: the event ends in the middle of a value",
                "in:2:7: missing-key at Message: gone",
                "in:3:1: memory-limit: too much",
                "in:6:5: not-json: the event ends in the middle of a value",
            ]
        );
        assert_eq!(account.totals, Totals { read: 4, rejected: 3, faulted: 1, ..Totals::default() });
        let summary = account.summary(Duration::ZERO, true);
        assert_eq!(
            (summary.rejected, summary.faulted),
            (vec![("not-json".into(), 2), ("missing-key".into(), 1)], vec![("memory-limit".into(), 1)])
        );
    }

    #[test]
    fn take_without_an_answer_every_event_is_faulted() {
        let (account, told) = account(|_| Err(Error::Host("no memory".into())));
        assert_eq!(account.totals, Totals { read: 4, rejected: 2, faulted: 2, ..Totals::default() });
        assert!(account.totals.is_balanced());
        assert_eq!(told[1], "in:2:1: engine: the filter cannot be run here: no memory");
    }

    #[test]
    fn take_an_answer_that_counts_differently_is_an_error() {
        let (mut account, batch) = (Account::new(Rejects::open(None).unwrap()), batch());
        assert!(account.take(batch.tag, Ok(Outcome { read: 1, recorded: 1, ..Outcome::default() }), &Console::keeping()).is_err());
    }
}

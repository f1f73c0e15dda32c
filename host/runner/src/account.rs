//! Accounting: what became of each event, batch by batch.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use actlog_engine::rules::{OnFault, RuleFault};
use actlog_engine::{Error, Faulted, Outcome, Rejection};
use anyhow::bail;

use crate::batches::{Refused, Sent, Tag};
use crate::console::{Console, clean};
use crate::ledger::Ledger;
use crate::rejects::{Keep, Rejects, Unusable};
use crate::rules::set::RuleRow;
use crate::source::event::Origin;
use crate::source::position::Position;
use crate::summary::Summary;
use crate::totals::Totals;

/// Reason of events for which the engine had no answer at all.
pub const ENGINE: &str = "engine";
const REJECTED: &str = "rejected";
const FAULTED: &str = "faulted";
/// Faults of one rule that are told one by one.
const MOST_TOLD: u32 = 3;

/// What became of the events so far.
pub struct Account {
    /// How many had each outcome.
    pub totals: Totals,
    /// What was left out on purpose.
    pub ledger: Ledger,
    /// What could not be used.
    pub rejects: Rejects,
    reasons: BTreeMap<(&'static str, String), u64>,
    /// How often each rule's faults were told.
    told: BTreeMap<String, u32>,
}

impl Account {
    /// Begins with nothing.
    pub fn new(rejects: Rejects) -> Self {
        Self { totals: Totals::default(), ledger: Ledger::default(), rejects, reasons: BTreeMap::new(), told: BTreeMap::new() }
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
        self.ledger.add_dropped(&outcome.dropped);
        self.tell_faults(&outcome.rule_faults, console);
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
                self.fault(fault, sent, &tag, console)?;
            }
            if let Some(explanation) = &no_answer {
                self.no_answer(explanation, sent, &tag, console)?;
            }
        }
        for refused in refused {
            self.refuse(refused, console)?;
        }
        self.rejects.flush()?;
        Ok(outcome.records)
    }

    /// Takes what the runner itself rejects of a batch that somebody else filters.
    ///
    /// # Errors
    /// When the rejects file cannot be written.
    pub fn take_refused(&mut self, tag: Tag, console: &Console) -> anyhow::Result<()> {
        tag.refused.into_iter().try_for_each(|refused| self.refuse(refused, console))
    }

    /// Counts what an event on streams came to.
    pub fn ended(&mut self, outcome: &actlog_streams::Outcome) {
        use actlog_streams::Outcome;
        match outcome {
            Outcome::Recorded(records) => self.recorded(1, records.len() as u64),
            Outcome::Excluded { rule, reason, message, entity } => {
                self.excluded(rule.as_deref(), reason, message, entity.as_deref().unwrap_or_default());
            }
            Outcome::Rejected(why) => {
                self.totals.add_rejected();
                *self.reasons.entry((REJECTED, why.reason.clone())).or_default() += 1;
            }
            Outcome::Faulted(why) => {
                self.totals.add_faulted(1);
                *self.reasons.entry((FAULTED, why.reason.clone())).or_default() += 1;
            }
        }
    }

    /// Counts events that are recorded, and their records.
    pub fn recorded(&mut self, events: u64, records: u64) {
        self.totals.add_recorded(events, records);
    }

    /// Counts an event that was left out elsewhere: by a rule, or by the filter.
    pub fn excluded(&mut self, rule: Option<&str>, reason: &str, message: &str, entity: &str) {
        self.totals.add_excluded();
        self.ledger.add_named(rule, reason, message, entity);
    }

    /// Keeps a reject that came out of streams. Its line is the event's number in `stream`, or the reject's own where that is not known.
    ///
    /// # Errors
    /// When the rejects file cannot be written.
    pub fn keep_reject(&mut self, stream: &Arc<str>, kept: &actlog_streams::Kept, console: &Console) -> anyhow::Result<()> {
        let reject = kept.reject.clone().unwrap_or_default();
        let outcome = if reject.outcome == REJECTED { REJECTED } else { FAULTED };
        let why = reject.why;
        if outcome == REJECTED {
            self.totals.add_rejected()
        } else {
            self.totals.add_faulted(1)
        }
        *self.reasons.entry((outcome, why.reason.clone())).or_default() += 1;
        let position = Position { line: reject.sequence.unwrap_or(kept.sequence), ..Position::START };
        let origin = Origin { source: stream.clone(), position };
        let unusable =
            Unusable { origin: &origin, outcome, reason: &why.reason, place: &why.place, at: why.at, explanation: &why.explanation };
        self.rejects.add(&unusable, &mut Keep::Bytes(&kept.bytes), console)
    }

    /// What it comes to.
    pub fn summary(&self, rules: Vec<RuleRow>, time: Duration, complete: bool) -> Summary {
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
            rules,
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

    fn fault(&mut self, fault: &Faulted, sent: &Sent, tag: &Tag, console: &Console) -> anyhow::Result<()> {
        let explanation = match &fault.rule {
            Some(rule) => Cow::from(format!("rule {rule}: {}", fault.explanation)),
            None => Cow::from(&fault.explanation),
        };
        *self.reasons.entry((FAULTED, reason_of(fault))).or_default() += 1;
        self.keep_faulted(fault.kind.name(), &explanation, sent, tag, console)
    }

    fn no_answer(&mut self, explanation: &str, sent: &Sent, tag: &Tag, console: &Console) -> anyhow::Result<()> {
        *self.reasons.entry((FAULTED, ENGINE.to_owned())).or_default() += 1;
        self.keep_faulted(ENGINE, explanation, sent, tag, console)
    }

    fn keep_faulted(&mut self, reason: &str, explanation: &str, sent: &Sent, tag: &Tag, console: &Console) -> anyhow::Result<()> {
        let unusable = Unusable { origin: &sent.origin, outcome: FAULTED, reason, place: "", at: 0, explanation };
        self.rejects.add(&unusable, &mut Keep::Bytes(tag.bytes(sent)), console)
    }

    fn tell_faults(&mut self, faults: &[RuleFault], console: &Console) {
        self.faults_to_tell(faults).iter().for_each(|told| console.note(told));
    }

    /// What the operator is to be told about rules that failed: a few times, and always when one is suspended.
    pub fn faults_to_tell(&mut self, faults: &[RuleFault]) -> Vec<String> {
        let mut all = Vec::new();
        for RuleFault { rule, kind, explanation, activities, on_fault, suspended } in faults {
            let told = self.told.entry(rule.clone()).or_default();
            if *suspended {
                *told = told.saturating_add(1);
                all.push(format!(
                    "rule {rule} is suspended, because it keeps failing: {} ({kind}); to have it asked again, write its file or the settings anew",
                    clean(explanation)
                ));
            } else if *told < MOST_TOLD {
                *told += 1;
                let fate = match on_fault {
                    OnFault::Keep => "recorded unreviewed",
                    OnFault::Withhold => "withheld",
                };
                let events = match activities {
                    0 => "on a batch, but on none of its events alone".to_owned(),
                    1 => format!("1 event is {fate}"),
                    more => format!("{more} events are {fate}"),
                };
                all.push(format!("rule {rule} failed: {} ({kind}); {events}", clean(explanation)));
            }
        }
        all
    }
}

/// Why an event faulted, as the summary names it.
pub fn reason_of(fault: &Faulted) -> String {
    let kind = fault.kind.name();
    fault.rule.as_deref().map_or_else(|| kind.to_owned(), |rule| format!("rule {rule}: {kind}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actlog_engine::{Batch, FaultKind, RejectReason};

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
            let faulted = Faulted { index: 1, kind: FaultKind::MemoryLimit, explanation: "too much".into(), rule: None };
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
        let summary = account.summary(Vec::new(), Duration::ZERO, true);
        assert_eq!(
            (summary.rejected, summary.faulted),
            (vec![("not-json".into(), 2), ("missing-key".into(), 1)], vec![("memory-limit".into(), 1)])
        );
    }

    #[test]
    fn take_what_a_rule_withheld_names_the_rule() {
        let (account, told) = account(|_| {
            let fault = |index| Faulted { index, kind: FaultKind::Deadline, explanation: "too slow".into(), rule: Some("mask".into()) };
            let told = |suspended| RuleFault {
                rule: "mask".into(),
                kind: FaultKind::Deadline,
                explanation: "too slow".into(),
                activities: 2,
                on_fault: OnFault::Withhold,
                suspended,
            };
            let rule_faults = vec![told(false), told(false), told(false), told(false), told(true)];
            Ok(Outcome { read: 2, faulted: vec![fault(0), fault(1)], rule_faults, ..Outcome::default() })
        });
        assert_eq!(account.summary(Vec::new(), Duration::ZERO, true).faulted, [("rule mask: deadline".to_owned(), 2)]);
        let notes: Vec<_> = told.iter().filter(|line| line.contains("note:")).collect();
        assert_eq!(notes.len(), MOST_TOLD as usize + 1, "{told:?}");
        assert!(notes[0].contains("rule mask failed: too slow (deadline); 2 events are withheld"), "{notes:?}");
        assert!(notes[3].contains("rule mask is suspended"), "{notes:?}");
        assert!(told.contains(&"in:2:1: deadline: rule mask: too slow".to_owned()), "{told:?}");
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

//! The batch between the filter and its records (the contract's `capture`).

use super::answer::{AnswerError, Decision, Grant, Verdict};
use super::check::check;
use super::columns::Columns;
use super::interest::{Interest, Selection};
use super::item::{Item, add};
use super::outcome::{ReviewedOutcome, RuleDrop, Withheld, add_up};
use super::redact::redact;
use super::view::ActivityView;
use crate::identity;
use crate::pipeline::{Outcome, Sink, Source};
use crate::settings::Profile;
use crate::spans::{Place, Span, Spans};
use crate::split;

/// A batch for rules to review. Rules come one after another, and a later one sees what an earlier one did.
pub struct Capture {
    profile: Profile,
    /// The source records, one after another.
    text: String,
    /// The identities of the events, one after another.
    identities: String,
    /// What stands where in the record that is being rendered.
    spans: Spans,
    /// What is to be recorded, in the order of the events.
    items: Vec<Item>,
    /// Positions of the items that the rule sees whose decisions come next.
    selected: Vec<usize>,
    outcome: Outcome,
    dropped: Vec<RuleDrop>,
    withheld: Vec<Withheld>,
}

impl Capture {
    /// A batch without events; `bytes` of them are to come.
    pub(crate) fn new(profile: Profile, bytes: usize) -> Self {
        Self {
            profile,
            text: String::with_capacity(bytes),
            identities: String::new(),
            spans: Spans::default(),
            items: Vec::new(),
            selected: Vec::new(),
            outcome: Outcome::default(),
            dropped: Vec::new(),
            withheld: Vec::new(),
        }
    }

    /// The activities that match `interest`, in the order of the events, with `columns` only. The next [`Capture::apply`]
    /// is about these. What was dropped or withheld is no longer among them.
    pub fn activities(&mut self, interest: &Interest, columns: Columns) -> Vec<ActivityView> {
        let Self { text, items, selected, .. } = self;
        let selection = Selection::new(interest);
        let takes = |item: &Item| {
            item.live && selection.takes(item.facts.category, || item.name(text, Place::Message), || item.name(text, Place::EntityName))
        };
        selected.clear();
        selected.extend(items.iter().enumerate().filter(|(_, item)| takes(item)).map(|(position, _)| position));
        selected.iter().filter_map(|&position| items.get(position)).map(|item| ActivityView::of(item, text, columns)).collect()
    }

    /// Applies what `rule` said of the activities of the last [`Capture::activities`], one decision each, in order. They
    /// are then done with: without asking again, no decision is expected.
    ///
    /// # Errors
    /// None of the decisions is applied, and the activities still wait for theirs.
    pub fn apply(&mut self, rule: &str, decisions: Vec<Decision>, grant: &Grant) -> Result<(), AnswerError> {
        check(rule, &decisions, grant, self.selected.len())?;
        let Self { text, items, selected, dropped, withheld, .. } = self;
        for (position, decision) in selected.drain(..).zip(decisions) {
            let Some(item) = items.get_mut(position) else { continue };
            match decision {
                Decision::Answered(Verdict::Keep) => {}
                Decision::Answered(Verdict::Tag(tags)) => tags.iter().for_each(|tag| add(&mut item.changes().tags, tag)),
                Decision::Answered(Verdict::Redact(targets)) => redact(item, text, rule, &targets),
                Decision::Answered(Verdict::Drop(reason)) => {
                    item.live = false;
                    let name = |place| item.name(text, place).into_owned();
                    let (message, entity) = (name(Place::Message), name(Place::EntityName));
                    dropped.push(RuleDrop { rule: rule.to_owned(), reason, message, entity, count: 1 });
                }
                Decision::Unreviewed => add(&mut item.changes().unreviewed, rule),
                Decision::Withheld => {
                    item.live = false;
                    withheld.push(Withheld { index: item.index, rule: rule.to_owned() });
                }
            }
        }
        Ok(())
    }

    /// Splits what is left into records, in the order of the events, and ends the batch: a second call gives an empty
    /// outcome. Where no rule changed anything, the records are those of [`crate::pipeline::Auditor::audit`], byte for byte.
    pub fn emit(&mut self) -> ReviewedOutcome {
        let batch = std::mem::replace(self, Self::new(self.profile, 0));
        let Self { profile, text, identities, items, mut outcome, mut dropped, mut withheld, .. } = batch;
        let mut scratch = String::new();
        outcome.records.reserve(text.len() + items.len());
        for item in items.iter().filter(|item| item.live) {
            let begin = outcome.records.len();
            item.write(&text, profile, &mut outcome.records);
            let event = item.identity.of(&identities);
            let id_of = |part| identity::part_id(item.facts.organization, event, part, &mut scratch);
            outcome.parts += split::split(&mut outcome.records, begin, id_of);
            outcome.recorded += 1;
        }
        add_up(&mut dropped);
        withheld.sort_unstable();
        ReviewedOutcome { outcome, dropped, withheld }
    }
}

impl Sink for Capture {
    fn desk(&mut self) -> (&mut String, Option<&mut Spans>) {
        self.spans = Spans::default();
        (&mut self.text, Some(&mut self.spans))
    }

    fn take(&mut self, begin: usize, source: Source<'_, '_>, _scratch: &mut String) {
        let from = self.identities.len();
        self.identities.push_str(&source.activity.identity);
        let identity = Span { from, to: self.identities.len() };
        let record = Span { from: begin, to: self.text.len() };
        self.items.push(Item::new(&source, record, self.spans, identity));
    }

    fn outcome(&mut self) -> &mut Outcome {
        &mut self.outcome
    }
}

//! Which answer of a batch belongs to which request: by order, and in change sets by Content-ID.

use std::collections::BTreeMap;

use super::message::{self, Message, Part};
use super::multipart;
use super::{MAX_PARTS, boundary};
use crate::exchange::desk::{Desk, Outcome, Response};
use crate::exchange::finding::Kind;
use crate::exchange::headers::One;

/// What came back for the parts of a batch, in order.
pub struct Answers<'a> {
    parts: std::vec::IntoIter<(&'a [u8], bool)>,
    /// What is known of parts without an answer.
    rest: Rest,
    /// Whether parts behind a failed one are done all the same.
    continues: bool,
    /// Whether all answers came, so that what has none was not done.
    complete: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Rest {
    /// Nothing.
    Unknown,
    /// They were not done: an earlier one failed, or the whole batch.
    NotDone(Option<u16>),
}

impl<'a> Answers<'a> {
    /// Takes the answer to a batch apart. `asked` is how many parts the batch had.
    pub fn of(desk: &mut Desk<'_>, outcome: &'a Outcome<'a>, asked: usize, continues: bool) -> Self {
        let none = |rest| Self { parts: Vec::new().into_iter(), rest, continues, complete: false };
        let response = match outcome {
            Outcome::Answered(response) => response,
            Outcome::InDoubt | Outcome::NotDone(_) => return none(Rest::Unknown),
        };
        // A failed batch may still bring answers: of what was done before it failed.
        let rest = if (400..=499).contains(&response.status) { Rest::NotDone(Some(response.status)) } else { Rest::Unknown };
        let Ok(boundary) = boundary(&response.headers) else {
            if outcome.success().is_some() {
                desk.find(
                    Kind::NoAnswer,
                    "response.headers.Content-Type",
                    "the answer to the batch is not multipart/mixed, so that its parts are in doubt",
                );
            }
            return none(rest);
        };
        if response.headers.one("Content-Encoding").value().is_some_and(|coding| !coding.eq_ignore_ascii_case("identity")) {
            desk.find(
                Kind::BodyUnreadable,
                "response.body",
                "the answer has a Content-Encoding, which the host has to undo, header and all",
            );
            return none(Rest::Unknown);
        }
        let parts = multipart::split(response.body.bytes, &boundary, MAX_PARTS);
        if parts.doubt.is_some()
            || parts.list.len() + usize::from(parts.unfinished.is_some()) > asked + usize::from(parts.unfinished.is_some())
        {
            desk.find(Kind::NoAnswer, "response.body", "the answer to the batch cannot be told apart, or has more parts than the batch");
            return none(Rest::Unknown);
        }
        let complete = response.body.whole && parts.unfinished.is_none();
        if !complete {
            desk.find(Kind::BodyCut, "response.body", "only the head of the answer came, or was read; parts behind it are in doubt");
        }
        let list: Vec<_> = parts.list.into_iter().map(|part| (part, true)).chain(parts.unfinished.map(|part| (part, false))).collect();
        Self { parts: list.into_iter(), rest: Rest::Unknown, continues, complete }
    }

    /// What became of the next part.
    pub fn next(&mut self, desk: &mut Desk<'_>, content_id: One<'_>) -> Outcome<'a> {
        let Some((part, whole)) = self.parts.next() else { return self.none(desk) };
        match message::read(part, whole, 1) {
            Part::Message(message) if agrees(message.content_id, content_id) => self.answered(desk, &message),
            Part::Message(_) => {
                desk.find(Kind::NoAnswer, "response.headers.Content-ID", "the answer at this place has another Content-ID");
                Outcome::InDoubt
            }
            Part::Set(_) | Part::Bad(_) => {
                desk.find(Kind::NoAnswer, "response.body", "what stands in place of this request's answer is none");
                Outcome::InDoubt
            }
        }
    }

    /// What became of the requests of the next part, a change set: one outcome for each Content-ID.
    pub fn next_set(&mut self, desk: &mut Desk<'_>, ids: &[One<'_>]) -> Vec<Outcome<'a>> {
        let all = |outcome: Outcome<'a>| vec![outcome; ids.len()];
        let Some((part, whole)) = self.parts.next() else { return all(self.none(desk)) };
        match message::read(part, whole, MAX_PARTS) {
            // One answer for the whole set: it failed, and nothing of it was done.
            Part::Message(message) => match self.answered(desk, &message) {
                Outcome::Answered(response) if response.status >= 400 => all(Outcome::NotDone(Some(response.status))),
                Outcome::Answered(response) if ids.len() == 1 => all(Outcome::Answered(response)),
                _ => {
                    desk.find(Kind::NoAnswer, "response.body", "one answer for a change set of several requests, and it is no failure");
                    all(Outcome::InDoubt)
                }
            },
            Part::Set(set) if set.doubt.is_none() && set.unfinished.is_none() && set.beyond == 0 => {
                let mut answers: Vec<(One<'_>, Outcome<'a>)> = Vec::new();
                for part in set.list {
                    match message::read(part, true, 1) {
                        Part::Message(message) => answers.push((message.content_id, self.answered(desk, &message))),
                        Part::Set(_) | Part::Bad(_) => answers.push((One::Absent, Outcome::InDoubt)),
                    }
                }
                self.matched(desk, ids, answers)
            }
            Part::Set(_) | Part::Bad(_) => {
                desk.find(Kind::NoAnswer, "response.body", "what stands in place of this change set's answer is none");
                all(Outcome::InDoubt)
            }
        }
    }

    /// Gives each request of a set its answer.
    fn matched(&mut self, desk: &mut Desk<'_>, ids: &[One<'_>], answers: Vec<(One<'_>, Outcome<'a>)>) -> Vec<Outcome<'a>> {
        let failed = answers.iter().find_map(|(_, outcome)| match outcome {
            Outcome::Answered(response) if response.status >= 400 => Some(response.status),
            _ => None,
        });
        if let Some(status) = failed {
            self.failed();
            return vec![Outcome::NotDone(Some(status)); ids.len()];
        }
        let mut by_id: BTreeMap<&str, Option<usize>> = BTreeMap::new();
        for (position, (id, _)) in answers.iter().enumerate() {
            if let Some(id) = id.value() {
                by_id.entry(id).and_modify(|known| *known = None).or_insert(Some(position));
            }
        }
        let in_order = answers.len() == ids.len();
        let mut missing = false;
        let outcomes = ids
            .iter()
            .enumerate()
            .map(|(position, id)| {
                let named = id.value().and_then(|id| by_id.get(id).copied().flatten());
                let placed = answers.get(position).filter(|(given, _)| in_order && agrees(*given, *id)).map(|(_, outcome)| outcome);
                let outcome = named.and_then(|at| answers.get(at)).map(|(_, outcome)| outcome).or(placed);
                missing |= outcome.is_none();
                outcome.cloned().unwrap_or(Outcome::InDoubt)
            })
            .collect();
        if missing {
            desk.find(Kind::NoAnswer, "response.body", "the answers of a change set do not match its requests");
        }
        outcomes
    }

    fn answered(&mut self, desk: &mut Desk<'_>, message: &Message<'a>) -> Outcome<'a> {
        let Some(response) = message.response() else {
            desk.find(Kind::NoAnswer, "response.body", "a part whose first line is no status of HTTP/1.1");
            return Outcome::InDoubt;
        };
        if response.status >= 400 {
            self.failed();
        }
        Outcome::Answered(Response { ..response })
    }

    /// A part failed: without odata.continue-on-error those behind it are not done.
    fn failed(&mut self) {
        if !self.continues && self.complete {
            self.rest = Rest::NotDone(None);
        }
    }

    /// What is known of a part without an answer.
    fn none(&self, desk: &mut Desk<'_>) -> Outcome<'a> {
        match self.rest {
            Rest::NotDone(status) => Outcome::NotDone(status),
            Rest::Unknown => {
                if self.complete {
                    desk.find(Kind::NoAnswer, "response.body", "no answer came for this part of the batch");
                }
                Outcome::InDoubt
            }
        }
    }
}

/// Whether two Content-IDs may be of one request: where both are there they must be the same.
fn agrees(one: One<'_>, other: One<'_>) -> bool {
    match (one, other) {
        (One::Value(one), One::Value(other)) => one == other,
        (One::Several, _) | (_, One::Several) => false,
        _ => true,
    }
}

//! `$batch`: many requests in one, some of them in change sets that are done or undone as a whole.

mod answers;
mod message;
mod multipart;

use std::collections::BTreeMap;

use answers::Answers;
use message::{Message, Part};

use super::desk::{Desk, Outcome, Request};
use super::finding::Kind;
use super::headers::{Headers, One};
use super::identity;
use super::media;
use super::messages::Method;
use super::path::{self, Target};
use super::resource::Referred;
use super::web_api;

/// Requests that a batch may have.
pub const MAX_PARTS: usize = 1_000;

/// Tells a batch: each of its requests by its own row of the table.
pub fn translate(desk: &mut Desk<'_>, request: &Request<'_>, outcome: &Outcome<'_>) {
    if Method::parse(request.method) != Some(Method::Post) {
        return desk.find(Kind::Unsupported, "method", "a batch is posted");
    }
    let boundary = match boundary(&request.headers) {
        Ok(boundary) => boundary,
        Err(why) => return desk.find(Kind::BadBatch, "request.headers.Content-Type", why),
    };
    if !request.body.whole {
        desk.find(Kind::EventsCut, "request.body", "only the head of the batch came, or was read; requests behind it are not told");
    }
    let parts = multipart::split(request.body.bytes, &boundary, MAX_PARTS);
    if let Some(why) = parts.doubt {
        desk.find(Kind::BadBatch, "request.body", why);
    }
    if parts.unfinished.is_some() && request.body.whole {
        desk.find(Kind::BadBatch, "request.body", "the batch ends before its closing delimiter");
    }
    let continues = request.headers.has_word("Prefer", "odata.continue-on-error");
    let mut answers = Answers::of(desk, outcome, parts.list.len() + usize::from(parts.unfinished.is_some()), continues);
    let mut batch = Batch { headers: &request.headers, position: 0, too_many: parts.beyond > 0 };
    let last = parts.unfinished.filter(|_| parts.doubt.is_none()).map(|part| (part, false));
    for (part, whole) in parts.list.into_iter().map(|part| (part, true)).chain(last) {
        batch.part(desk, part, whole, &mut answers);
    }
    if batch.too_many {
        desk.turn_to(0);
        desk.find(Kind::BadBatch, "request.body", "more than 1,000 requests, which the API refuses; those beyond are not told");
    }
}

/// The boundary that a content type names.
fn boundary(headers: &Headers<'_>) -> Result<String, &'static str> {
    let One::Value(content_type) = headers.one("Content-Type") else { return Err("a batch without a Content-Type, or with several") };
    if !media::essence(content_type).eq_ignore_ascii_case("multipart/mixed") {
        return Err("a batch that is not multipart/mixed");
    }
    media::parameter(content_type, "boundary").filter(|boundary| multipart::is_boundary(boundary)).ok_or("no boundary that MIME allows")
}

/// A batch on its way.
struct Batch<'r> {
    headers: &'r Headers<'r>,
    /// Position of the last request, from 1.
    position: u32,
    too_many: bool,
}

impl<'r> Batch<'r> {
    /// Turns to the next request; false where it is one too many.
    fn next(&mut self, desk: &mut Desk<'_>) -> bool {
        if self.position as usize == MAX_PARTS {
            self.too_many = true;
            return false;
        }
        self.position += 1;
        desk.turn_to(self.position);
        true
    }

    /// One part of the batch: a request, or a change set.
    fn part(&mut self, desk: &mut Desk<'_>, part: &[u8], whole: bool, answers: &mut Answers<'_>) {
        match message::read(part, whole, MAX_PARTS) {
            Part::Message(message) => {
                if self.next(desk) {
                    let outcome = answers.next(desk, message.content_id);
                    self.request(desk, &message, &outcome, None);
                }
            }
            Part::Set(set) => {
                if let Some(why) = set.doubt {
                    desk.find(Kind::BadBatch, "request.body", why);
                }
                if set.unfinished.is_some() && whole {
                    desk.find(Kind::BadBatch, "request.body", "a change set ends before its closing delimiter");
                }
                self.too_many |= set.beyond > 0;
                let last = set.unfinished.filter(|_| set.doubt.is_none()).map(|part| (part, false));
                self.change_set(desk, set.list.into_iter().map(|part| (part, true)).chain(last), answers);
            }
            Part::Bad(why) => {
                if self.next(desk) {
                    // Its answer is passed over, so that those behind keep theirs.
                    answers.next(desk, One::Absent);
                    desk.find(Kind::BadBatch, "request.body", why);
                }
            }
        }
    }

    fn change_set<'b>(&mut self, desk: &mut Desk<'_>, parts: impl Iterator<Item = (&'b [u8], bool)>, answers: &mut Answers<'_>) {
        let mut messages: Vec<Result<Message<'b>, &'static str>> = Vec::new();
        for (part, whole) in parts {
            messages.push(match message::read(part, whole, 1) {
                Part::Message(message) => Ok(message),
                Part::Set(_) => Err("a change set inside another"),
                Part::Bad(why) => Err(why),
            });
        }
        let ids: Vec<One<'_>> = messages.iter().map(|message| message.as_ref().map_or(One::Absent, |message| message.content_id)).collect();
        let outcomes = answers.next_set(desk, &ids);
        let mut times: BTreeMap<&str, u32> = BTreeMap::new();
        for id in ids.iter().filter_map(|id| id.value()) {
            *times.entry(id).or_default() += 1;
        }
        let mut referred = Referred::new();
        for (message, outcome) in messages.iter().zip(outcomes) {
            if !self.next(desk) {
                return;
            }
            match message {
                Ok(message) => {
                    if message.line.0 == "GET" {
                        desk.find(Kind::BadBatch, "request.body", "a GET in a change set, which the API refuses");
                    }
                    let made = self.request(desk, message, &outcome, Some(&referred));
                    if let Some(id) = message.content_id.value() {
                        let once = times.get(id) == Some(&1);
                        if !once {
                            desk.find(
                                Kind::Conflict,
                                "request.headers.Content-ID",
                                "stands twice in the change set; references to it are not resolved",
                            );
                        }
                        referred.insert(id.to_owned(), made.filter(|_| once));
                    }
                }
                Err(why) => desk.find(Kind::BadBatch, "request.body", *why),
            }
        }
    }

    fn request<'n>(
        &self,
        desk: &mut Desk<'n>,
        message: &Message<'_>,
        outcome: &Outcome<'_>,
        referred: Option<&Referred<'n>>,
    ) -> Option<super::resource::Record<'n>> {
        let Some((request, target)) = message.request() else {
            desk.find(Kind::BadBatch, "request.body", "a part whose first line is no request of HTTP/1.1");
            return None;
        };
        let (segments, query) = match path::locate_part(target, desk.settings) {
            Target::Api { segments, query } => (segments, query),
            Target::Outside | Target::Soap => {
                desk.find(Kind::Unsupported, "path", "a part of a batch that does not go to the Web API");
                return None;
            }
            Target::Ambiguous(why) => {
                desk.find(Kind::AmbiguousPath, "path", why);
                return None;
            }
            Target::Unsupported(why) => {
                desk.find(Kind::Unsupported, "path", why);
                return None;
            }
        };
        if segments.first().is_some_and(|first| first.name == "$batch") {
            desk.find(Kind::BadBatch, "path", "a batch inside a batch, which the API refuses");
            return None;
        }
        let own = identity::of_part(&request.headers, self.headers, &desk.caller.clone(), desk);
        let batch_caller = std::mem::replace(&mut desk.caller, own);
        let made = web_api::translate(desk, &request, outcome, &segments, query, referred);
        desk.caller = batch_caller;
        made
    }
}

//! One HTTP stream: its exchange is watched, told, and held until it is recorded.

use std::rc::Rc;

use actlog_guest::exchange::{Kind, Translation};
use log::{error, info};
use proxy_wasm::hostcalls;
use proxy_wasm::traits::{Context, HttpContext};
use proxy_wasm::types::{Action, BufferType, MapType};

use super::host;
use super::shared::{IfNot, Shared};
use crate::id;
use crate::watched::{Standing, Watched};

/// How far a stream is.
enum Stage {
    /// It is not of the API, or is told, or was answered here: it passes.
    Passing,
    /// An exchange that is not told yet.
    Watching(Box<Watched>),
}

/// A stream.
pub struct Stream {
    id: u32,
    shared: Option<Rc<Shared>>,
    stage: Stage,
    /// Bytes of the answer that the proxy holds, and that were looked at already.
    held: usize,
    /// Whether the answer's header fields are held with it.
    holds_headers: bool,
    /// Whether something of this stream may be in the outbox, or its call be under way.
    told: bool,
}

impl Stream {
    /// One of which nothing came yet.
    pub fn new(id: u32, shared: Option<Rc<Shared>>) -> Self {
        Self { id, shared, stage: Stage::Passing, held: 0, holds_headers: false, told: false }
    }

    fn begin(&mut self, shared: &Shared, is_whole: bool) -> Action {
        let connection = host::number(&["connection", "id"]).unwrap_or(0);
        let mut watched = Watched::begin(
            id::exchange(&shared.instance, shared.began, connection, self.id),
            hostcalls::get_current_time().ok().and_then(id::iso),
            host::text(&["source", "address"]),
            host::headers(MapType::HttpRequestHeaders),
            &shared.config.limits,
            &shared.budget,
        );
        match watched.standing(&shared.config.translator) {
            Standing::Outside => return Action::Continue,
            Standing::Api => shared.counters.requests.add(1),
            Standing::Unclear(kind) => {
                shared.counters.requests.add(1);
                if shared.config.is_closed() {
                    return refuse_untold(shared, kind);
                }
                shared.counters.unrecorded.add(1);
                return Action::Continue;
            }
        }
        host::show(watched.id());
        host::ask_for_plain_answers();
        if shared.config.is_closed() && shared.is_down() {
            shared.counters.refused.add(1);
            host::answer(503, "Nothing can be recorded at the moment; the request was not passed on.\n");
            return Action::Pause;
        }
        let action = if is_whole { end_request(shared, &mut watched) } else { Action::Continue };
        if action == Action::Continue {
            self.stage = Stage::Watching(Box::new(watched));
        }
        action
    }

    /// Tells the exchange, and holds the stream until it is recorded, where that is asked for.
    fn tell(&mut self, shared: &Shared, if_not: IfNot) -> Action {
        let Stage::Watching(mut watched) = std::mem::replace(&mut self.stage, Stage::Passing) else { return Action::Continue };
        let Some(Translation { events, count, .. }) = told(shared, &mut watched) else { return Action::Continue };
        drop(watched);
        if !shared.config.is_closed() {
            if !shared.put(events, count, None) {
                shared.counters.unrecorded.add(1);
            }
            self.told = true;
            shared.send(Some(self.id));
            return Action::Continue;
        }
        if !shared.put(events, count, Some((self.id, if_not))) {
            if if_not == IfNot::LetGo {
                return Action::Continue;
            }
            shared.hold_back(if_not);
            return Action::Pause;
        }
        self.told = true;
        shared.send(Some(self.id));
        Action::Pause
    }

    fn if_not(&self) -> IfNot {
        if self.holds_headers { IfNot::Refuse } else { IfNot::Reset }
    }

    /// The stream is over. What was not told is told now, and nobody waits for it.
    fn finish(&mut self) {
        let Some(shared) = self.shared.clone() else { return };
        let Stage::Watching(mut watched) = std::mem::replace(&mut self.stage, Stage::Passing) else { return };
        let may_be_done = watched.status().is_some() || (watched.request.has_ended() && host::has_gone_up());
        if !may_be_done {
            shared.counters.unsent.add(1);
        } else if let Some(Translation { events, count, .. }) = told(&shared, &mut watched) {
            // A call in this stream's name would end with it: the next tick sends them.
            shared.put(events, count, None);
        }
    }
}

/// The request has come to its end: its last byte goes up only if all of it can be told.
fn end_request(shared: &Shared, watched: &mut Watched) -> Action {
    watched.request.end();
    if !shared.config.is_closed() {
        return Action::Continue;
    }
    match Watched::missing(&watched.tell(&shared.config.translator)) {
        Some(kind) => refuse_untold(shared, kind),
        None => Action::Continue,
    }
}

/// Refuses a request that would be carried out without all of its events being known.
fn refuse_untold(shared: &Shared, kind: Kind) -> Action {
    shared.counters.refused.add(1);
    info!("a request is refused: {}", kind.name());
    host::answer(403, &format!("This request cannot be recorded, so that it was not passed on: {}.\n", kind.name()));
    Action::Pause
}

/// Tells an exchange, and counts it; none where it has no event.
fn told(shared: &Shared, watched: &mut Watched) -> Option<Translation> {
    let translation = watched.tell(&shared.config.translator);
    if Watched::missing(&translation).is_some() {
        shared.counters.unrecorded.add(1);
    }
    if watched.status().is_none() {
        shared.counters.in_doubt.add(1);
    }
    (translation.count > 0).then_some(translation)
}

impl Context for Stream {
    fn on_http_call_response(&mut self, call: u32, _headers: usize, body_size: usize, _trailers: usize) {
        if let Some(shared) = &self.shared {
            shared.answered(call, Some(self.id), self.id, body_size);
        }
    }

    fn on_done(&mut self) -> bool {
        self.finish();
        if let Some(shared) = self.shared.as_ref().filter(|_| self.told) {
            shared.gone(self.id);
        }
        true
    }
}

impl HttpContext for Stream {
    fn on_http_request_headers(&mut self, _count: usize, is_whole: bool) -> Action {
        let Some(shared) = self.shared.clone() else {
            error!("actlog: a request is refused: the module has no valid configuration");
            host::answer(500, "The audit module of this proxy has no valid configuration; the request was not passed on.\n");
            return Action::Pause;
        };
        self.begin(&shared, is_whole)
    }

    fn on_http_request_body(&mut self, size: usize, is_end: bool) -> Action {
        let (Some(shared), Stage::Watching(watched)) = (self.shared.clone(), &mut self.stage) else { return Action::Continue };
        let room = watched.request.kept.room(size);
        let ends = watched.request.add(&host::bytes(BufferType::HttpRequestBody, 0, room), size, is_end);
        let action = if ends { end_request(&shared, watched) } else { Action::Continue };
        if action == Action::Pause {
            self.stage = Stage::Passing;
        }
        action
    }

    fn on_http_request_trailers(&mut self, _count: usize) -> Action {
        let (Some(shared), Stage::Watching(watched)) = (self.shared.clone(), &mut self.stage) else { return Action::Continue };
        let action = if watched.request.has_ended() { Action::Continue } else { end_request(&shared, watched) };
        if action == Action::Pause {
            self.stage = Stage::Passing;
        }
        action
    }

    fn on_http_response_headers(&mut self, _count: usize, is_whole: bool) -> Action {
        let (Some(shared), Stage::Watching(watched)) = (self.shared.clone(), &mut self.stage) else { return Action::Continue };
        if !host::is_the_upstreams() {
            if watched.request.has_ended() && host::has_gone_up() {
                return self.tell(&shared, IfNot::LetGo);
            }
            shared.counters.unsent.add(1);
            self.stage = Stage::Passing;
            return Action::Continue;
        }
        watched.begin_answer(host::headers(MapType::HttpResponseHeaders));
        if is_whole || watched.is_endless() {
            if is_whole {
                watched.answer.end();
            }
            return self.tell(&shared, IfNot::Refuse);
        }
        self.holds_headers = shared.config.is_closed() && shared.config.limits.held_bytes > 0;
        if self.holds_headers { Action::Pause } else { Action::Continue }
    }

    fn on_http_response_body(&mut self, size: usize, is_end: bool) -> Action {
        let Some(shared) = self.shared.clone() else { return Action::Continue };
        let Stage::Watching(watched) = &mut self.stage else {
            return if shared.waits(self.id) { Action::Pause } else { Action::Continue };
        };
        if watched.status().is_none() {
            return Action::Continue;
        }
        // What the proxy held stands before what came now.
        let coming = size.saturating_sub(self.held);
        let room = watched.answer.kept.room(coming);
        let ends = watched.answer.add(&host::bytes(BufferType::HttpResponseBody, self.held, room), coming, is_end);
        self.held = 0;
        if ends {
            let if_not = self.if_not();
            return self.tell(&shared, if_not);
        }
        self.holds_headers &= size < shared.config.limits.held_bytes;
        if self.holds_headers {
            self.held = size;
            return Action::Pause;
        }
        Action::Continue
    }

    fn on_http_response_trailers(&mut self, _count: usize) -> Action {
        let Some(shared) = self.shared.clone() else { return Action::Continue };
        let Stage::Watching(watched) = &mut self.stage else {
            return if shared.waits(self.id) { Action::Pause } else { Action::Continue };
        };
        watched.answer.end();
        let if_not = self.if_not();
        self.tell(&shared, if_not)
    }

    fn on_log(&mut self) {
        self.finish();
    }
}

//! What all streams of a worker share: the configuration, the outbox, the counters.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use log::{error, info, warn};
use proxy_wasm::hostcalls;
use proxy_wasm::types::{BufferType, MapType};

use super::counters::Counters;
use super::host;
use crate::config::Config;
use crate::kept::Budget;
use crate::outbox::{Outbox, Verdict};
use crate::reply::{self, Reply};

/// How often the proxy calls [`Shared::tick`]. It is also the clock of the outbox, which no change of the time of day moves.
pub const TICK: Duration = Duration::from_millis(50);

/// What becomes of a stream that waits, when its events are not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfNot {
    /// Nothing of the answer has gone down: an error goes down instead.
    Refuse,
    /// Some of it has: the stream is cut off.
    Reset,
    /// It is the proxy's own answer, which says that nothing was done: it goes down.
    LetGo,
}

/// What is shared.
pub struct Shared {
    /// The configuration.
    pub config: Config,
    /// What is counted.
    pub counters: Counters,
    /// Memory for bodies.
    pub budget: Budget,
    /// When this module began, since 1970.
    pub began: Duration,
    /// The name of the proxy.
    pub instance: String,
    outbox: RefCell<Outbox>,
    waiting: RefCell<BTreeMap<u32, IfNot>>,
    ticks: Cell<u64>,
    ails: Cell<bool>,
}

impl Shared {
    /// Begins with an empty outbox.
    pub fn new(config: Config, counters: Counters, began: Duration) -> Self {
        let own = || host::property(&["xds", "node", "id"]).or_else(|| host::property(&["node", "id"])).unwrap_or_default();
        let instance = if config.instance.is_empty() { crate::id::instance(&own()) } else { config.instance.clone() };
        let outbox = Outbox::new(config.limits.waiting_bytes, config.patience_ms);
        let budget = Budget::new(config.limits.kept_bytes);
        Self {
            config,
            counters,
            budget,
            began,
            instance,
            outbox: RefCell::new(outbox),
            waiting: RefCell::default(),
            ticks: Cell::new(0),
            ails: Cell::new(false),
        }
    }

    fn now(&self) -> u64 {
        let millis = TICK.as_millis() as u64;
        self.ticks.get() * millis
    }

    /// Whether events are not being taken, so that what cannot be recorded must not begin.
    pub fn is_down(&self) -> bool {
        self.outbox.borrow().is_down()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.outbox.borrow().is_empty()
    }

    /// Whether a stream waits for its events to be recorded.
    pub fn waits(&self, stream: u32) -> bool {
        self.waiting.borrow().contains_key(&stream)
    }

    /// Takes the events of an exchange; false where there is no room for them. `waits`: the stream that waits for them.
    pub fn put(&self, events: String, count: u32, waits: Option<(u32, IfNot)>) -> bool {
        let taken = self.outbox.borrow_mut().put(events, count, waits.map(|(stream, _)| stream), self.now());
        if taken {
            self.waiting.borrow_mut().extend(waits);
        } else {
            self.counters.lost.add(count.into());
            error!("{count} events are lost: limits.waiting-bytes of them wait already");
        }
        taken
    }

    /// A stream has ended.
    pub fn gone(&self, stream: u32) {
        self.waiting.borrow_mut().remove(&stream);
        self.outbox.borrow_mut().gone(stream);
    }

    /// Time goes on.
    pub fn tick(&self) {
        self.ticks.set(self.ticks.get() + 1);
        let now = self.now();
        let overdue = self.outbox.borrow_mut().overdue(now);
        self.send(None);
        self.carry_out(&overdue);
    }

    /// Sends what is to be sent, in the name of a stream or of the module.
    pub fn send(&self, by: Option<u32>) {
        loop {
            let Some(batch) = self.outbox.borrow_mut().batch(self.now()) else { return };
            let serve = &self.config.serve;
            let token = format!("Bearer {}", serve.token);
            let mut headers = vec![
                (":method", "POST"),
                (":path", serve.path.as_str()),
                (":authority", serve.authority.as_str()),
                ("content-type", "application/x-ndjson"),
            ];
            if !serve.token.is_empty() {
                headers.push(("authorization", &token));
            }
            let timeout = Duration::from_millis(serve.timeout_ms.into());
            match hostcalls::dispatch_http_call(&serve.cluster, headers, Some(batch.body.as_bytes()), Vec::new(), timeout) {
                Ok(call) => self.outbox.borrow_mut().sent(call, batch, by),
                Err(status) => {
                    let count = batch.count;
                    self.outbox.borrow_mut().not_sent(batch, self.now());
                    self.ail(&format!("{count} events cannot be sent to cluster '{}': {status:?}", serve.cluster));
                }
            }
        }
    }

    /// `actlog serve` answered a call that `by` made, or nobody did. What is answered then goes on.
    pub fn answered(&self, call: u32, by: Option<u32>, context: u32, body_size: usize) {
        let Some(count) = self.outbox.borrow().events_of(call) else { return };
        let headers = host::headers(MapType::HttpCallResponseHeaders);
        let status =
            headers.iter().find(|(name, _)| name == ":status").and_then(|(_, value)| std::str::from_utf8(value).ok()?.parse().ok());
        let status = status.unwrap_or(0);
        let body = host::bytes(BufferType::HttpCallResponseBody, 0, body_size.min(reply::MOST));
        let reply = Reply::of(status, &body, count);
        let change = self.outbox.borrow_mut().answered(call, reply, self.now());
        self.counters.recorded.add(change.recorded);
        self.counters.unusable.add(change.unusable);
        match reply {
            Reply::Recorded if self.ails.replace(false) => info!("actlog serve takes events again"),
            Reply::Recorded => {}
            Reply::Unusable if change.unusable > 0 => {
                error!("actlog serve cannot use {} events (status {status}); it keeps them in its file of rejects", change.unusable);
            }
            Reply::Unusable => {}
            Reply::Again => {
                let what = if status == 0 { "gave no answer".to_owned() } else { format!("answered {status}") };
                self.ail(&format!("actlog serve {what} to {count} events; they are sent again"));
            }
        }
        self.send(by);
        self.carry_out(&change.verdicts);
        let _ = hostcalls::set_effective_context(context);
    }

    /// Something is wrong with `actlog serve`: told loudly once, until it is well again.
    fn ail(&self, what: &str) {
        self.counters.calls_failed.add(1);
        if self.ails.replace(true) { info!("{what}") } else { warn!("{what}") }
    }

    fn carry_out(&self, verdicts: &[Verdict]) {
        for &verdict in verdicts {
            let (Verdict::Recorded(stream) | Verdict::Failed(stream)) = verdict;
            let Some(if_not) = self.waiting.borrow_mut().remove(&stream) else { continue };
            if hostcalls::set_effective_context(stream).is_err() {
                continue;
            }
            match (verdict, if_not) {
                (Verdict::Recorded(_), _) | (_, IfNot::LetGo) => {
                    let _ = hostcalls::resume_http_response();
                }
                (Verdict::Failed(_), if_not) => self.hold_back(if_not),
            }
        }
    }

    /// The stream in effect is not answered as done.
    pub fn hold_back(&self, if_not: IfNot) {
        self.counters.held_back.add(1);
        error!("an answer is held back: its events are not recorded");
        if if_not == IfNot::Refuse {
            // Not 503: that invites to ask again, and the request may have been carried out.
            host::answer(500, "This request could not be recorded; it may have been carried out.\n");
        } else {
            let _ = hostcalls::reset_http_response();
        }
    }
}

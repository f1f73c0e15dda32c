//! Events that wait for `actlog serve`, and who waits for them.
//!
//! One telling of an exchange is a job. Jobs that wait together are sent together, so that many exchanges need few calls. A job
//! stays until `actlog serve` says that its events are durable, or that they cannot be used; whoever waits for it is told so, or
//! loses patience. Ids make it harmless to send a job twice.
//!
//! Knows no proxy: it is given the time, and says what is to be sent.

use std::collections::{BTreeMap, VecDeque};

use crate::reply::Reply;

/// Calls at once.
pub const MOST_CALLS: usize = 4;
/// Bytes of a call, unless a single job is larger.
pub const CALL_BYTES: usize = 1 << 20;
/// What a job costs beside its events, about.
const JOB_BYTES: usize = 128;
/// The first pause after a failed call, and the longest: each is twice as long as the one before.
const PAUSE_MS: u64 = 100;
const LONGEST_PAUSE_MS: u64 = 2_000;

/// Who waits for a job: a stream of the proxy.
pub type Waiter = u32;
/// A call that is under way.
pub type Call = u32;
/// The number of a job.
pub type Id = u64;

struct Job {
    events: String,
    count: u32,
    waiter: Option<(Waiter, u64)>,
    /// Sent on its own, because something that was sent together with it could not be used.
    alone: bool,
}

impl Job {
    fn bytes(&self) -> usize {
        self.events.len() + JOB_BYTES
    }
}

/// What is to be sent in one call.
#[derive(Debug, PartialEq, Eq)]
pub struct Batch {
    /// The jobs in it.
    pub jobs: Vec<Id>,
    /// Their events, as NDJSON.
    pub body: String,
    /// How many events.
    pub count: u64,
}

struct Sent {
    jobs: Vec<Id>,
    count: u64,
    /// The stream that made the call: it ends with it.
    by: Option<Waiter>,
}

/// What a waiter is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The events are durable.
    Recorded(Waiter),
    /// They are not, as far as anybody knows.
    Failed(Waiter),
}

/// What changed, for whoever counts.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Who is to be told.
    pub verdicts: Vec<Verdict>,
    /// Events that became durable.
    pub recorded: u64,
    /// Events that were given up: they cannot be used.
    pub unusable: u64,
}

/// Everything that waits.
pub struct Outbox {
    jobs: BTreeMap<Id, Job>,
    queue: VecDeque<Id>,
    calls: BTreeMap<Call, Sent>,
    bytes: usize,
    most_bytes: usize,
    patience_ms: u64,
    next: Id,
    failures: u32,
    paused_until: u64,
    /// Somebody lost patience since the last call that was answered well.
    down: bool,
}

impl Outbox {
    /// An empty one that holds `most_bytes` and lets nobody wait for longer than `patience_ms`.
    pub fn new(most_bytes: usize, patience_ms: u32) -> Self {
        Self {
            jobs: BTreeMap::new(),
            queue: VecDeque::new(),
            calls: BTreeMap::new(),
            bytes: 0,
            most_bytes,
            patience_ms: patience_ms.into(),
            next: 0,
            failures: 0,
            paused_until: 0,
            down: false,
        }
    }

    /// Takes a job in; false where there is no room for it.
    pub fn put(&mut self, events: String, count: u32, waiter: Option<Waiter>, now: u64) -> bool {
        let job = Job { events, count, waiter: waiter.map(|waiter| (waiter, now + self.patience_ms)), alone: false };
        if self.bytes + job.bytes() > self.most_bytes {
            return false;
        }
        self.bytes += job.bytes();
        self.jobs.insert(self.next, job);
        self.queue.push_back(self.next);
        self.next += 1;
        true
    }

    /// Whether `actlog serve` has not taken events for so long that somebody lost patience, and still does not.
    pub fn is_down(&self) -> bool {
        self.down && !self.jobs.is_empty()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// What is to be sent now; call [`sent`](Self::sent) or [`not_sent`](Self::not_sent) with it.
    pub fn batch(&mut self, now: u64) -> Option<Batch> {
        // While calls fail, one at a time finds out whether that is over.
        let most = if self.failures > 0 { 1 } else { MOST_CALLS };
        if self.calls.len() >= most || now < self.paused_until {
            return None;
        }
        let mut batch = Batch { jobs: Vec::new(), body: String::new(), count: 0 };
        while let Some(job) = self.queue.front().and_then(|id| self.jobs.get(id)) {
            let fits = batch.body.len() + job.events.len() <= CALL_BYTES && !job.alone;
            if !batch.jobs.is_empty() && !fits {
                break;
            }
            batch.jobs.extend(self.queue.pop_front());
            batch.body.push_str(&job.events);
            batch.count += u64::from(job.count);
            if job.alone {
                break;
            }
        }
        (!batch.jobs.is_empty()).then_some(batch)
    }

    /// A batch is on its way, sent by a stream or by nobody in particular.
    pub fn sent(&mut self, call: Call, batch: Batch, by: Option<Waiter>) {
        self.calls.insert(call, Sent { jobs: batch.jobs, count: batch.count, by });
    }

    /// A batch could not even be sent.
    pub fn not_sent(&mut self, batch: Batch, now: u64) {
        self.again(batch.jobs, now);
    }

    /// How many events a call has; none where it is not known any more.
    pub fn events_of(&self, call: Call) -> Option<u64> {
        self.calls.get(&call).map(|sent| sent.count)
    }

    /// A call was answered.
    pub fn answered(&mut self, call: Call, reply: Reply, now: u64) -> Change {
        let mut change = Change::default();
        let Some(sent) = self.calls.remove(&call) else { return change };
        match reply {
            Reply::Again => self.again(sent.jobs, now),
            Reply::Unusable if sent.jobs.len() > 1 => {
                // One of them is to blame: each for itself.
                for &id in &sent.jobs {
                    if let Some(job) = self.jobs.get_mut(&id) {
                        job.alone = true;
                    }
                }
                self.requeue(sent.jobs);
            }
            Reply::Recorded | Reply::Unusable => {
                (self.failures, self.paused_until, self.down) = (0, 0, false);
                for job in sent.jobs.iter().filter_map(|id| self.jobs.remove(id)) {
                    self.bytes -= job.bytes();
                    let (sum, verdict): (_, fn(Waiter) -> Verdict) = match reply {
                        Reply::Recorded => (&mut change.recorded, Verdict::Recorded),
                        _ => (&mut change.unusable, Verdict::Failed),
                    };
                    *sum += u64::from(job.count);
                    change.verdicts.extend(job.waiter.map(|(waiter, _)| verdict(waiter)));
                }
            }
        }
        change
    }

    /// Who has waited too long. Their jobs stay.
    pub fn overdue(&mut self, now: u64) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        for job in self.jobs.values_mut() {
            if let Some((waiter, _)) = job.waiter.take_if(|(_, until)| *until <= now) {
                verdicts.push(Verdict::Failed(waiter));
                self.down = true;
            }
        }
        verdicts
    }

    /// A stream has ended: it waits no more, and its calls are cut off.
    pub fn gone(&mut self, stream: Waiter) {
        for job in self.jobs.values_mut() {
            job.waiter.take_if(|(waiter, _)| *waiter == stream);
        }
        let cut: Vec<Call> = self.calls.iter().filter(|(_, sent)| sent.by == Some(stream)).map(|(&call, _)| call).collect();
        for call in cut {
            if let Some(sent) = self.calls.remove(&call) {
                self.requeue(sent.jobs);
            }
        }
    }

    fn again(&mut self, jobs: Vec<Id>, now: u64) {
        let pause = PAUSE_MS.checked_shl(self.failures).unwrap_or(LONGEST_PAUSE_MS).min(LONGEST_PAUSE_MS);
        self.failures = (self.failures + 1).min(16);
        self.paused_until = now + pause;
        self.requeue(jobs);
    }

    /// Puts jobs back to the front, in their order.
    fn requeue(&mut self, jobs: Vec<Id>) {
        jobs.into_iter().rev().for_each(|id| self.queue.push_front(id));
    }
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;

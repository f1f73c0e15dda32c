//! The order of the stages. Nothing else knows it.
//!
//! decode → directory → categorize, classify → gate → capture → record (with its fields) → split
//!
//! Categorization goes before the gate, because the gate's switches are by kind of access. Customers' rules come in between
//! record and split ([`crate::review`]): [`Auditor::audit`] splits each record at once, [`Auditor::capture`] keeps them.

use crate::activity::Activity;
use crate::capture::{self, capture};
use crate::categorize::categorize;
use crate::classify::classify;
use crate::decode::decode;
use crate::directory;
use crate::fault::{Fault, Reason};
use crate::gate::{ExclusionReason, gate};
use crate::identity;
use crate::record::{self, Verdicts};
use crate::review::Capture;
use crate::settings::{Policy, Settings, SettingsError, Which};
use crate::spans::Spans;
use crate::split;
use crate::subject::Subject;
use crate::tables::social;

/// What became of a batch: `read` = `recorded` + all counts of `excluded` + the number of `rejected`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Events seen.
    pub read: u32,
    /// Events that became records.
    pub recorded: u32,
    /// Records in `records`.
    pub parts: u32,
    /// Audit records as NDJSON, in the order of their events.
    pub records: String,
    /// What was left out on purpose, in order of first appearance.
    pub excluded: Vec<Exclusion>,
    /// What was unusable, in order.
    pub rejected: Vec<Rejection>,
}

/// Events left out for one reason, counted by message and entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// Why.
    pub reason: ExclusionReason,
    /// The SDK message.
    pub message: String,
    /// The entity; empty where the event names none.
    pub entity: String,
    /// How many events.
    pub count: u32,
}

/// One event that is unusable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Position of the event in the batch, from 0.
    pub index: u32,
    /// What is wrong, and where.
    pub fault: Fault,
}

/// The filter with its settings.
pub struct Auditor {
    pub(crate) policy: Policy,
    pub(crate) draft: Option<Policy>,
}

impl Auditor {
    /// Reads settings, one JSON document; the empty string means the defaults.
    pub fn open(settings: &str) -> Result<Self, Vec<SettingsError>> {
        let settings = Settings::parse(settings)?;
        let draft = settings.draft.as_ref().map(|_| Policy::of(&settings, Which::Draft));
        Ok(Self { policy: Policy::of(&settings, Which::Published), draft })
    }

    /// Filters a batch of events, NDJSON.
    pub fn audit(&self, events: &[u8]) -> Outcome {
        self.audit_with(&self.policy, events)
    }

    /// The same with other settings: what a draft would do.
    pub(crate) fn audit_with(&self, policy: &Policy, events: &[u8]) -> Outcome {
        let outcome = Outcome { records: String::with_capacity(events.len()), ..Outcome::default() };
        Batch::new(policy, Split(outcome)).run(events).0
    }

    /// Filters a batch of events up to where customers' rules come in.
    pub fn capture(&self, events: &[u8]) -> Capture {
        Batch::new(&self.policy, Capture::new(self.policy.profile(), events.len())).run(events)
    }
}

/// Where the source records of a batch go.
pub(crate) trait Sink {
    /// The text that the next record is appended to, and where it is noted what stands where in it.
    fn desk(&mut self) -> (&mut String, Option<&mut Spans>);

    /// Takes the record that stands on the desk from byte `begin` to the end.
    fn take(&mut self, begin: usize, source: Source<'_, '_>, scratch: &mut String);

    /// Where the counts of the batch go.
    fn outcome(&mut self) -> &mut Outcome;
}

/// What a source record was rendered from.
pub(crate) struct Source<'s, 'a> {
    /// Position of the event in the batch, from 0.
    pub index: u32,
    /// The event, with all that the stages added.
    pub activity: &'s Activity<'a>,
    /// What the deciding stages said of it.
    pub verdicts: Verdicts,
}

/// Splits every record as soon as it is rendered.
struct Split(Outcome);

impl Sink for Split {
    #[inline]
    fn desk(&mut self) -> (&mut String, Option<&mut Spans>) {
        (&mut self.0.records, None)
    }

    #[inline]
    fn take(&mut self, begin: usize, source: Source<'_, '_>, scratch: &mut String) {
        let organization = identity::organization(source.activity);
        let id_of = |part| identity::part_id(organization, &source.activity.identity, part, scratch);
        self.0.parts += split::split(&mut self.0.records, begin, id_of);
        self.0.recorded += 1;
    }

    fn outcome(&mut self) -> &mut Outcome {
        &mut self.0
    }
}

/// How many entries of the exclusions are looked through for one to add to.
const RECENT: usize = 64;

/// A byte-order mark, which some senders put before an event.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// From where to where the lines stand that hold an event. Blank lines and byte-order marks are none of them.
fn lines(events: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let ends = memchr::memchr_iter(b'\n', events).chain(std::iter::once(events.len()));
    ends.scan(0, |from, to| Some((std::mem::replace(from, to + 1), to))).filter_map(|(from, to)| {
        let line = events.get(from..to)?;
        let from = if line.starts_with(MARK) { from + MARK.len() } else { from };
        let blank = events.get(from..to)?.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
        (!blank).then_some((from, to))
    })
}

/// Buffers that are kept from one event to the next.
#[derive(Default)]
struct Scratch {
    capture: capture::Scratch,
    text: String,
}

struct Batch<'a, S> {
    policy: &'a Policy,
    sink: S,
    activity: Activity<'a>,
    scratch: Scratch,
}

impl<'a, S: Sink> Batch<'a, S> {
    fn new(policy: &'a Policy, sink: S) -> Self {
        Self { policy, sink, activity: Activity::default(), scratch: Scratch::default() }
    }

    fn run(mut self, events: &'a [u8]) -> S {
        match std::str::from_utf8(events) {
            Ok(text) => lines(text.as_bytes()).for_each(|(from, to)| self.event(&text[from..to])),
            Err(_) => lines(events).for_each(|(from, to)| match std::str::from_utf8(&events[from..to]) {
                Ok(event) => self.event(event),
                Err(error) => self.not_utf8(error.valid_up_to()),
            }),
        }
        self.sink
    }

    fn event(&mut self, event: &'a str) {
        let index = self.next();
        match self.stages(event, index) {
            Ok(Ok(())) => {}
            Ok(Err(reason)) => self.exclude(reason),
            Err(fault) => self.sink.outcome().rejected.push(Rejection { index, fault }),
        }
    }

    /// Counts one more event and gives its position.
    fn next(&mut self) -> u32 {
        let read = &mut self.sink.outcome().read;
        *read += 1;
        *read - 1
    }

    /// The way of one event: a record, an exclusion or a fault.
    fn stages(&mut self, event: &'a str, index: u32) -> Result<Result<(), ExclusionReason>, Fault> {
        let activity = &mut self.activity;
        decode(event, activity)?;
        directory::complete(activity, self.policy);
        let (message, entity) = (activity.message.decode(), activity.entity_name.map(|name| name.decode()).unwrap_or_default());
        let subject = subject(activity, &message, &entity);
        if let Err(reason) = gate(&subject, activity, self.policy) {
            return Ok(Err(reason));
        }
        let verdicts = Verdicts { category: subject.category, kind: classify(&subject), social: subject.social };
        identity::settle(activity);
        capture(activity, verdicts.category, &mut self.scratch.capture)?;
        let text = &mut self.scratch.text;
        let (out, spans) = self.sink.desk();
        let begin = out.len();
        record::render(activity, verdicts, self.policy.profile(), out, text, spans).inspect_err(|_| out.truncate(begin))?;
        self.sink.take(begin, Source { index, activity, verdicts }, text);
        Ok(Ok(()))
    }

    fn exclude(&mut self, reason: ExclusionReason) {
        let message = self.activity.message.decode();
        let entity = self.activity.entity_name.map(|name| name.decode()).unwrap_or_default();
        // Looking back a bounded way keeps a batch of any size linear; an entry may then stand twice, and is added up by the reader.
        let excluded = &mut self.sink.outcome().excluded;
        let recent = excluded.iter_mut().rev().take(RECENT);
        let known = recent.into_iter().find(|known| known.reason == reason && known.message == message && known.entity == entity);
        match known {
            Some(known) => known.count += 1,
            None => excluded.push(Exclusion { reason, message: message.into_owned(), entity: entity.into_owned(), count: 1 }),
        }
    }

    fn not_utf8(&mut self, offset: usize) {
        let fault = Fault::new(Reason::NotUtf8, offset, "not valid UTF-8");
        let index = self.next();
        self.sink.outcome().rejected.push(Rejection { index, fault });
    }
}

/// What the deciding stages look at.
pub(crate) fn subject<'s>(activity: &Activity<'_>, message: &'s str, entity: &'s str) -> Subject<'s> {
    let social = activity.workload.is_some_and(|workload| social::is_social_workload(&workload.decode()));
    let category = match social.then(|| social::lookup(entity, message)).flatten() {
        Some(action) => action.category,
        None => categorize(message),
    };
    let sets_state = activity.fields.iter().any(|field| field.name.is("statecode") || field.name.is("statuscode"));
    Subject { message, entity, category, user_type: activity.user_type, social, sets_state }
}

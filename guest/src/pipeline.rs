//! The order of the stages. Nothing else knows it.
//!
//! decode → directory → categorize, classify → gate → capture → record (with its fields) → split
//!
//! Categorization goes before the gate, because the gate's switches are by kind of access.

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
use crate::settings::{Policy, Settings, SettingsError, Which};
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
        let mut batch = Batch { policy, outcome: Outcome::default(), activity: Activity::default(), scratch: Scratch::default() };
        batch.outcome.records.reserve(events.len());
        match std::str::from_utf8(events) {
            Ok(text) => lines(text.as_bytes()).for_each(|(from, to)| batch.event(&text[from..to])),
            Err(_) => lines(events).for_each(|(from, to)| match std::str::from_utf8(&events[from..to]) {
                Ok(event) => batch.event(event),
                Err(error) => batch.not_utf8(error.valid_up_to()),
            }),
        }
        batch.outcome
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

struct Batch<'a> {
    policy: &'a Policy,
    outcome: Outcome,
    activity: Activity<'a>,
    scratch: Scratch,
}

impl<'a> Batch<'a> {
    fn event(&mut self, event: &'a str) {
        let index = self.outcome.read;
        self.outcome.read += 1;
        let begin = self.outcome.records.len();
        match self.stages(event) {
            Ok(Ok(parts)) => {
                self.outcome.recorded += 1;
                self.outcome.parts += parts;
            }
            Ok(Err(reason)) => self.exclude(reason),
            Err(fault) => {
                self.outcome.records.truncate(begin);
                self.outcome.rejected.push(Rejection { index, fault });
            }
        }
    }

    /// The way of one event: records, an exclusion or a fault.
    fn stages(&mut self, event: &'a str) -> Result<Result<u32, ExclusionReason>, Fault> {
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
        let (out, text) = (&mut self.outcome.records, &mut self.scratch.text);
        let begin = out.len();
        record::render(activity, verdicts, self.policy.profile(), out, text)?;
        let organization = identity::organization(activity);
        Ok(Ok(split::split(out, begin, |part| identity::part_id(organization, &activity.identity, part, text))))
    }

    fn exclude(&mut self, reason: ExclusionReason) {
        let message = self.activity.message.decode();
        let entity = self.activity.entity_name.map(|name| name.decode()).unwrap_or_default();
        // Looking back a bounded way keeps a batch of any size linear; an entry may then stand twice, and is added up by the reader.
        let recent = self.outcome.excluded.iter_mut().rev().take(RECENT);
        let known = recent.into_iter().find(|known| known.reason == reason && known.message == message && known.entity == entity);
        match known {
            Some(known) => known.count += 1,
            None => self.outcome.excluded.push(Exclusion { reason, message: message.into_owned(), entity: entity.into_owned(), count: 1 }),
        }
    }

    fn not_utf8(&mut self, offset: usize) {
        let fault = Fault::new(Reason::NotUtf8, offset, "not valid UTF-8");
        self.outcome.rejected.push(Rejection { index: self.outcome.read, fault });
        self.outcome.read += 1;
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

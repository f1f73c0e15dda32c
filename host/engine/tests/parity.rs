//! The filter says the same natively and as a component, to the byte: whatever the events and the settings, however the
//! events are batched, on however many threads.

#[path = "../../../tests/case_file.rs"]
mod case_file;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::LazyLock;

use actlog_engine::{Batch, Cache, Engine, Error, Filter, JoinError};
use actlog_generator::{Generator, Mix};
use actlog_guest::explain::explain;
use actlog_guest::join::join;
use actlog_guest::pipeline::Auditor;
use case_file::{Given, JoinFailure, Shown};

/// The embedded filter; its machine code is kept where the other tests keep theirs.
static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let cache = Cache::Folder(Path::new(env!("CARGO_TARGET_TMPDIR")).join("shared-cache"));
    Engine::builder().cache(cache).build().expect("the embedded filter runs")
});

/// Events in a batch, and threads.
const WAYS: [(usize, usize); 6] = [(1, 1), (7, 1), (64, 1), (1, 8), (7, 8), (64, 8)];

/// All that an outcome says, in words that both sides have.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    counts: [u32; 3],
    excluded: Vec<(&'static str, String, String, u32)>,
    rejected: Vec<(u32, &'static str, String, u64, String)>,
    records: String,
}

impl From<actlog_guest::pipeline::Outcome> for Seen {
    fn from(outcome: actlog_guest::pipeline::Outcome) -> Self {
        let rejected = outcome.rejected.into_iter().map(|it| {
            let fault = &*it.fault;
            (it.index, fault.reason.name(), fault.place.clone(), fault.offset as u64, fault.explanation.to_string())
        });
        Seen {
            counts: [outcome.read, outcome.recorded, outcome.parts],
            rejected: rejected.collect(),
            excluded: outcome.excluded.into_iter().map(|it| (it.reason.name(), it.message, it.entity, it.count)).collect(),
            records: outcome.records,
        }
    }
}

impl From<actlog_engine::Outcome> for Seen {
    fn from(outcome: actlog_engine::Outcome) -> Self {
        assert_eq!(outcome.faulted, [], "the filter never fails");
        let rejected = outcome.rejected.into_iter();
        Seen {
            counts: [outcome.read, outcome.recorded, outcome.parts],
            rejected: rejected.map(|it| (it.index, it.reason.name(), it.place, u64::from(it.offset), it.explanation)).collect(),
            excluded: outcome.excluded.into_iter().map(|it| (it.reason.name(), it.message, it.entity, it.count)).collect(),
            records: String::from_utf8(outcome.records).expect("records are text"),
        }
    }
}

impl Seen {
    fn shown(self) -> Shown {
        let rejected = self.rejected.into_iter().map(|(index, reason, place, offset, _)| (index, reason, place, offset)).collect();
        Shown { counts: self.counts, excluded: self.excluded, rejected, joined: joined(&self.records), records: self.records }
    }
}

/// What the component joins.
fn joined(records: &str) -> Result<String, JoinFailure> {
    match ENGINE.join(records.as_bytes()) {
        Ok(joined) => Ok(String::from_utf8(joined).expect("records are text")),
        Err(Error::Join(JoinError::MissingParts { correlation_id, part_count, missing })) => {
            Err(JoinFailure::MissingParts(correlation_id, missing, part_count))
        }
        Err(Error::Join(JoinError::NotARecord { line, explanation })) => Err(JoinFailure::NotARecord(line, explanation)),
        Err(Error::Join(JoinError::Conflict { line, explanation })) => Err(JoinFailure::Conflict(line, explanation)),
        Err(error) => panic!("join failed, and not because of the records: {error}"),
    }
}

/// Cuts events into batches of `size` lines.
fn batches(events: &[u8], size: usize) -> Vec<Vec<u8>> {
    let lines: Vec<&[u8]> = events.split_inclusive(|&byte| byte == b'\n').collect();
    lines.chunks(size).map(<[&[u8]]>::concat).collect()
}

/// Filters batches on both sides and compares.
fn compare(name: &str, auditor: &Auditor, filter: &Filter, events: &[u8]) {
    for size in [1, 7, 64] {
        let batches = batches(events, size);
        let native: Vec<Seen> = batches.iter().map(|batch| auditor.audit(batch).into()).collect();
        for (_, jobs) in WAYS.into_iter().filter(|way| way.0 == size) {
            let mut turn = native.iter();
            let tagged = batches.iter().enumerate().map(|(tag, events)| Batch { events: events.clone(), tag });
            let flow = filter.audit_ordered(jobs, tagged, |tag, outcome| {
                let seen = Seen::from(outcome.expect("an outcome"));
                assert_eq!(Some(&seen), turn.next(), "{name}, batch {tag} of {size} events, {jobs} jobs");
                ControlFlow::<()>::Continue(())
            });
            assert!(flow.is_continue() && turn.next().is_none(), "{name}: every batch has its turn");
        }
    }
    let records = auditor.audit(events).records;
    if let Ok(joined) = join(records.as_bytes()) {
        assert_eq!(ENGINE.join(records.as_bytes()).expect("joins as well"), joined.into_bytes(), "{name}");
    }
}

#[test]
fn cases_each_gives_the_same_natively_and_as_a_component() {
    for case in case_file::all() {
        let (settings, events) = match &case.given {
            Given::Filter { settings, events } => (settings, events),
            Given::Join(parts) => {
                case.check(&case_file::joined(&joined(parts)));
                continue;
            }
        };
        let auditor = match Auditor::open(settings) {
            Ok(auditor) => auditor,
            Err(native) => {
                let Err(Error::Settings(errors)) = ENGINE.filter(settings) else { panic!("{}: refused natively only", case.name()) };
                let native: Vec<(&str, &str)> = native.iter().map(|error| (error.path.as_str(), error.explanation.as_str())).collect();
                let errors: Vec<(&str, &str)> = errors.iter().map(|error| (error.path.as_str(), error.explanation.as_str())).collect();
                assert_eq!(errors, native, "{}", case.name());
                case.check(&case_file::settings_errors(errors.into_iter()));
                continue;
            }
        };
        let filter = ENGINE.filter(settings).expect("settings that are good natively");
        let whole = Seen::from(filter.audit(events.as_bytes()).expect("an outcome"));
        case.check(&whole.shown().text());
        compare(&case.name(), &auditor, &filter, events.as_bytes());
        for event in events.lines() {
            let explanation = filter.explain(event.as_bytes()).expect("an explanation");
            assert_eq!(explanation, explain(&auditor, event.as_bytes()), "{}", case.name());
        }
    }
}

#[test]
fn generated_events_give_the_same_natively_and_as_a_component() {
    let wire = r#"{"record": {"profile": "management-api"}, "entities": {"default": {"single-record": false}}}"#;
    let damaged = Mix { damaged: 30, ..Mix::DEFAULT };
    let large = Mix { large: 100, ..Mix::DEFAULT };
    let plan = [
        ("", Mix::DEFAULT, 1_500),
        ("", Mix::REMOTE, 500),
        ("", damaged, 500),
        ("", large, 100),
        (wire, Mix::DEFAULT, 1_000),
        (wire, large, 100),
    ];
    for (seed, (settings, mix, count)) in (1..).zip(plan) {
        let events: String = Generator::with_mix(seed, mix).take(count).map(|event| event + "\n").collect();
        let auditor = Auditor::open(settings).expect("good settings");
        let filter = ENGINE.filter(settings).expect("good settings");
        compare(&format!("seed {seed}"), &auditor, &filter, events.as_bytes());
    }
}

#[test]
fn bytes_that_are_no_text_give_the_same_natively_and_as_a_component() {
    let good = &Generator::new(1).next().expect("endless").into_bytes()[..];
    let bad = [b"{\"Message\":\"\xff\"}", &b"\0"[..], b"\xed\xa0\x80", b"\xef\xbb\xbf", b"{\"Message\":\"A\xc3", b"\xef\xbb\xbf{}"];
    let lines: Vec<&[u8]> = bad.iter().flat_map(|bad| [good, bad]).collect();
    let auditor = Auditor::open("").expect("the defaults are good settings");
    let filter = ENGINE.filter("").expect("the defaults are good settings");
    compare("no text", &auditor, &filter, &lines.join(&b'\n'));
}

//! The promises that are held against events and what became of them.

use actlog_guest::guid::Guid;
use actlog_guest::join::join;
use actlog_guest::pipeline::{Auditor, Outcome};
use actlog_guest::split::split;
use serde_json::Value;

use crate::columns::Record;

/// The most bytes that a record may have ("Known issues"); a copy of its own, so that a change of the filter's shows.
const LIMIT: usize = 3_072;

/// Sizes of the batches in which events are filtered once more, over and over; of every other one also backwards.
const BATCHES: [usize; 6] = [64, 7, 1, 200, 2, 31];

/// What became of one event, filtered alone.
pub struct Parts {
    /// Its records, each with a line feed.
    pub records: String,
    /// How many there are.
    pub count: usize,
    /// Whether it was left out.
    pub excluded: usize,
    /// Whether it was unusable.
    pub rejected: usize,
}

impl Parts {
    /// Filters one event alone.
    pub fn of(auditor: &Auditor, event: &str) -> Self {
        let outcome = auditor.audit(event.as_bytes());
        check_counts(&outcome, 1);
        Self { count: outcome.parts as usize, excluded: excluded(&outcome), rejected: outcome.rejected.len(), records: outcome.records }
    }
}

fn excluded(outcome: &Outcome) -> usize {
    outcome.excluded.iter().map(|exclusion| exclusion.count as usize).sum()
}

/// read = recorded + excluded + rejected, and there are as many records as the outcome says.
pub fn check_counts(outcome: &Outcome, read: usize) {
    assert_eq!(outcome.read as usize, read);
    assert_eq!(read, outcome.recorded as usize + excluded(outcome) + outcome.rejected.len());
    assert_eq!(outcome.records.lines().count(), outcome.parts as usize);
    assert!(outcome.parts >= outcome.recorded && (outcome.recorded > 0 || outcome.parts == 0));
    assert!(outcome.records.is_empty() || outcome.records.ends_with('\n'));
}

/// No record is over the limit, and each is what its columns promise. Gives their ids. Of the records that were never split
/// one in eight is read, since reading costs more than all else.
pub fn check_records(all: &[Parts], wire: bool) -> Vec<u128> {
    let mut ids = Vec::new();
    for (position, parts) in all.iter().enumerate() {
        for line in parts.records.lines() {
            assert!(line.len() <= LIMIT, "{} bytes: {line}", line.len());
            let id = line.strip_prefix(r#"{"Id":""#).and_then(|rest| Guid::parse(rest.get(..36)?));
            ids.push(id.expect("a record begins with its id").0);
            if parts.count > 1 || position % 8 == 0 {
                Record::read(line).check(wire);
            }
        }
    }
    ids
}

/// A replay gives the same bytes, whatever stands beside an event and in whatever order they come.
pub fn check_replays(auditor: &Auditor, events: &[String], alone: &[Parts]) {
    let (mut from, mut sizes) = (0, BATCHES.iter().enumerate().cycle());
    while from < events.len() {
        let (position, size) = sizes.next().expect("endless");
        let to = events.len().min(from + size);
        check_replay(auditor, events[from..to].iter(), alone[from..to].iter());
        if position % 2 == 1 {
            check_replay(auditor, events[from..to].iter().rev(), alone[from..to].iter().rev());
        }
        from = to;
    }
}

fn check_replay<'e>(auditor: &Auditor, events: impl Iterator<Item = &'e String>, alone: impl Iterator<Item = &'e Parts> + Clone) {
    let batch: Vec<&str> = events.map(String::as_str).collect();
    let outcome = auditor.audit(batch.join("\n").as_bytes());
    check_counts(&outcome, batch.len());
    let rejected: Vec<usize> = alone.clone().enumerate().filter(|(_, parts)| parts.rejected > 0).map(|(position, _)| position).collect();
    assert_eq!(outcome.rejected.iter().map(|rejection| rejection.index as usize).collect::<Vec<_>>(), rejected);
    assert_eq!(excluded(&outcome), alone.clone().map(|parts| parts.excluded).sum::<usize>());
    let mut rest = outcome.records.as_str();
    for parts in alone {
        rest = rest.strip_prefix(&parts.records).expect("the records are those of the event filtered alone");
    }
    assert_eq!(rest, "");
}

/// Joining gives one record for each event that was recorded; splitting that again gives the same parts.
pub fn check_joins(all: &[Parts]) {
    let records: String = all.iter().map(|parts| parts.records.as_str()).collect();
    let joined = join(records.as_bytes()).expect("joins");
    let mut sources = joined.lines();
    for parts in all.iter().filter(|parts| parts.count > 0) {
        let source = sources.next().expect("a source record for each event");
        if parts.count == 1 {
            assert_eq!(format!("{source}\n"), parts.records);
            continue;
        }
        assert!(source.len() > LIMIT && source.ends_with(r#","Part":1,"PartCount":1}"#), "{source}");
        let ids: Vec<Guid> = parts.records.lines().map(|line| Guid::parse(&line[7..43]).expect("an id")).collect();
        let mut again = source.to_owned();
        assert_eq!(split(&mut again, 0, |part| ids[part as usize - 1]) as usize, parts.count);
        assert!(again == parts.records, "split again, the parts are\n{again}and were\n{}", parts.records);
    }
    assert_eq!(sources.next(), None);
}

/// The ids in QueryResults are the event's own: none cut, repeated or lost. Held against all that was split, and a part of
/// the others.
pub fn check_results(events: &[String], all: &[Parts]) {
    for (position, (event, parts)) in events.iter().zip(all).enumerate() {
        if parts.count > 1 || parts.count == 1 && position % 16 == 0 {
            let event: Value = serde_json::from_str(event).expect("what was recorded is JSON");
            let records = parts.records.lines().map(Record::read);
            let texts: Vec<Value> = records.map(|record| record.get("QueryResults").clone()).filter(|text| !text.is_null()).collect();
            let found = texts.iter().flat_map(|text| text.as_str().expect("a string").split(", ")).filter(|id| !id.is_empty());
            assert_eq!(found.collect::<Vec<_>>(), results_of(&event), "{event}");
        }
    }
}

/// The ids that an event names, each once; for an export that brings none, the record that it was told to export.
fn results_of(event: &Value) -> Vec<&str> {
    let parameters = |key: &str| event[key].as_array().into_iter().flatten().map(|parameter| &parameter["value"]);
    let rows = parameters("OutputParameters").filter_map(|value| value["Entities"].as_array()).flatten();
    let own = event["QueryResults"].as_array().into_iter().flatten();
    let mut ids: Vec<&Value> = own.chain(rows.map(|row| &row["Id"])).collect();
    if ids.is_empty() && event["MessageName"].as_str().is_some_and(|message| message.starts_with("Export")) {
        ids.extend(parameters("InputParameters").map(|value| &value["Id"]));
    }
    let mut once: Vec<&str> = Vec::new();
    for id in ids.into_iter().filter_map(Value::as_str) {
        if !once.contains(&id) {
            once.push(id);
        }
    }
    once
}

//! Runs every case file natively. The engine's parity test runs the same files through the component.

#[path = "../../tests/case_file.rs"]
mod case_file;

use actlog_guest::join::{JoinError, join};
use actlog_guest::pipeline::Auditor;
use case_file::{Given, JoinFailure, Shown};

#[test]
fn cases_each_gives_what_its_file_expects() {
    for case in case_file::all() {
        let found = match &case.given {
            Given::Filter { settings, events } => filtered(&case.name(), settings, events),
            Given::Join(parts) => case_file::joined(&joined(parts)),
        };
        case.check(&found);
    }
}

fn filtered(name: &str, settings: &str, events: &str) -> String {
    let auditor = match Auditor::open(settings) {
        Ok(auditor) => auditor,
        Err(errors) => return case_file::settings_errors(errors.iter().map(|error| (error.path.as_str(), error.explanation.as_str()))),
    };
    let outcome = auditor.audit(events.as_bytes());
    let excluded: u32 = outcome.excluded.iter().map(|exclusion| exclusion.count).sum();
    assert_eq!(outcome.read, outcome.recorded + excluded + outcome.rejected.len() as u32, "{name}: the counts add up");
    Shown {
        counts: [outcome.read, outcome.recorded, outcome.parts],
        excluded: outcome.excluded.into_iter().map(|it| (it.reason.name(), it.message, it.entity, it.count)).collect(),
        rejected: outcome
            .rejected
            .into_iter()
            .map(|it| (it.index, it.fault.reason.name(), it.fault.place.clone(), it.fault.offset as u64))
            .collect(),
        joined: joined(&outcome.records),
        records: outcome.records,
    }
    .text()
}

fn joined(records: &str) -> Result<String, JoinFailure> {
    join(records.as_bytes()).map_err(|error| match error {
        JoinError::MissingParts { correlation_id, part_count, missing } => JoinFailure::MissingParts(correlation_id, missing, part_count),
        JoinError::NotARecord(bad) => JoinFailure::NotARecord(bad.line, bad.explanation),
        JoinError::Conflict(bad) => JoinFailure::Conflict(bad.line, bad.explanation),
    })
}

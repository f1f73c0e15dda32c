//! Runs every case file natively. The engine's parity test runs the same files through the component.

#[path = "../../tests/case_file.rs"]
mod case_file;

use actlog_guest::pipeline::Auditor;
use case_file::Shown;

#[test]
fn cases_each_gives_what_its_file_expects() {
    for case in case_file::all() {
        let found = match Auditor::open(&case.settings) {
            Err(errors) => case_file::settings_errors(errors.iter().map(|error| (error.path.as_str(), error.explanation.as_str()))),
            Ok(auditor) => {
                let outcome = auditor.audit(case.events.as_bytes());
                let excluded: u32 = outcome.excluded.iter().map(|exclusion| exclusion.count).sum();
                assert_eq!(outcome.read, outcome.recorded + excluded + outcome.rejected.len() as u32, "{}: the counts add up", case.name());
                Shown {
                    counts: [outcome.read, outcome.recorded, outcome.parts],
                    excluded: outcome.excluded.into_iter().map(|it| (it.reason.name(), it.message, it.entity, it.count)).collect(),
                    rejected: outcome
                        .rejected
                        .into_iter()
                        .map(|it| (it.index, it.fault.reason.name(), it.fault.place.clone(), it.fault.offset as u64))
                        .collect(),
                    records: outcome.records,
                }
                .text()
            }
        };
        case.check(&found);
    }
}

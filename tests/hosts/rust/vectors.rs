//! Runs every vector on one component file: `rust-vectors COMPONENT CACHE`.

#[path = "../../case_file.rs"]
mod case_file;

use actlog_engine::{Cache, Engine, Error, JoinError};
use case_file::{Given, JoinFailure, Shown};
use std::env::args_os;
use std::path::PathBuf;

fn main() {
    let [component, cache] = [1, 2].map(|position| PathBuf::from(args_os().nth(position).expect("give a component and a folder")));
    let engine = Engine::builder().cache(Cache::Folder(cache)).component_file(component).build().expect("the component runs");
    let cases = case_file::all();
    for case in &cases {
        case.check(&match &case.given {
            Given::Filter { settings, events } => filtered(&engine, &case.name(), settings, events.as_bytes()),
            Given::Join(parts) => case_file::joined(&joined(&engine, parts.as_bytes())),
        });
    }
    println!("{}", cases.len());
}

fn filtered(engine: &Engine, name: &str, settings: &str, events: &[u8]) -> String {
    let filter = match engine.filter(settings) {
        Ok(filter) => filter,
        Err(Error::Settings(errors)) => {
            return case_file::settings_errors(errors.iter().map(|error| (error.path.as_str(), error.explanation.as_str())));
        }
        Err(error) => panic!("{name}: {error}"),
    };
    let outcome = filter.audit(events).expect("an outcome");
    assert_eq!(outcome.faulted, [], "{name}: the filter never fails");
    Shown {
        counts: [outcome.read, outcome.recorded, outcome.parts],
        excluded: outcome.excluded.into_iter().map(|it| (it.reason.name(), it.message, it.entity, it.count)).collect(),
        rejected: outcome.rejected.into_iter().map(|it| (it.index, it.reason.name(), it.place, u64::from(it.offset))).collect(),
        joined: joined(engine, &outcome.records),
        records: String::from_utf8(outcome.records).expect("records are text"),
    }
    .text()
}

fn joined(engine: &Engine, records: &[u8]) -> Result<String, JoinFailure> {
    match engine.join(records) {
        Ok(joined) => Ok(String::from_utf8(joined).expect("records are text")),
        Err(Error::Join(JoinError::MissingParts { correlation_id, part_count, missing })) => {
            Err(JoinFailure::MissingParts(correlation_id, missing, part_count))
        }
        Err(Error::Join(JoinError::NotARecord { line, explanation })) => Err(JoinFailure::NotARecord(line, explanation)),
        Err(Error::Join(JoinError::Conflict { line, explanation })) => Err(JoinFailure::Conflict(line, explanation)),
        Err(error) => panic!("join failed, and not because of the records: {error}"),
    }
}

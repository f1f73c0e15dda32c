//! Explain tells what audit does: for every event of every case, the same outcome, the same reason, the same records.

#[path = "../../tests/case_file.rs"]
#[allow(dead_code, reason = "only the events of the cases are of use here")]
mod case_file;

use actlog_guest::explain::explain;
use actlog_guest::pipeline::Auditor;
use case_file::Given;
use serde_json::Value;
use serde_json::value::RawValue;

#[test]
fn explain_every_event_of_the_cases_agrees_with_audit() {
    let mut seen = [0; 3];
    for case in case_file::all() {
        let Given::Filter { settings, events } = &case.given else { continue };
        let Ok(auditor) = Auditor::open(settings) else { continue };
        for event in events.lines().filter(|line| !line.trim_matches('\u{feff}').trim().is_empty()) {
            let outcome = auditor.audit(event.as_bytes());
            let text = explain(&auditor, event.as_bytes());
            let explanation: Value = serde_json::from_str(&text).expect("JSON");
            let expected = match (outcome.excluded.first(), outcome.rejected.first()) {
                (Some(exclusion), _) => ("excluded", Some(exclusion.reason.name())),
                (_, Some(rejection)) => ("rejected", Some(rejection.fault.reason.name())),
                _ => ("recorded", None),
            };
            let found = (explanation["outcome"].as_str().expect("outcome"), explanation["reason"].as_str());
            assert_eq!(found, expected, "{}: {event}", case.name());
            seen[["recorded", "excluded", "rejected"].iter().position(|outcome| *outcome == found.0).expect("known")] += 1;

            let stages = explanation["stages"].as_array().expect("stages");
            match expected {
                ("excluded", Some(reason)) => {
                    let gate = stages.last().expect("a stage");
                    assert_eq!((&gate["stage"], &gate["decision"]), (&Value::from("gate"), &Value::from(reason)));
                    assert!(
                        gate["checks"].as_array().expect("checks").iter().any(|check| check["passed"] == false),
                        "a failed check says why"
                    );
                }
                ("rejected", Some(reason)) if std::str::from_utf8(event.as_bytes()).is_ok() => {
                    assert_eq!(stages.last().expect("a stage")["decision"], format!("rejected: {reason}"), "{}: {event}", case.name());
                }
                _ => {}
            }

            #[derive(serde::Deserialize)]
            struct Records<'t> {
                #[serde(borrow)]
                records: Vec<&'t RawValue>,
            }
            let records: Records<'_> = serde_json::from_str(&text).expect("records");
            let records: String = records.records.iter().map(|record| format!("{record}\n")).collect();
            assert_eq!(records, outcome.records, "{}: the records stand there as they are", case.name());
        }
    }
    assert!(seen.iter().all(|&count| count > 20), "cases of every outcome were asked: {seen:?}");
}

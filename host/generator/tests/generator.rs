//! What users of the generator may rely on.

use actlog_generator::{Generator, Mix};
use serde_json::Value;

/// FNV-1a over the events and their line feeds.
fn checksum(events: impl Iterator<Item = String>) -> u64 {
    events.fold(0xcbf2_9ce4_8422_2325, |hash, event| {
        event.bytes().chain([b'\n']).fold(hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    })
}

fn parsed(mix: Mix, count: usize) -> Vec<Value> {
    Generator::with_mix(42, mix).take(count).map(|event| serde_json::from_str(&event).expect("an event is JSON")).collect()
}

fn share(events: &[Value], test: impl Fn(&Value) -> bool) -> f64 {
    events.iter().filter(|event| test(event)).count() as f64 / events.len() as f64
}

fn message(event: &Value) -> &str {
    event["Message"].as_str().or(event["MessageName"].as_str()).expect("every event has a message")
}

#[test]
fn events_of_a_seed_never_change() {
    assert_eq!(checksum(Generator::new(1).take(1000)), 4_555_344_360_021_873_665, "default mix");
    assert_eq!(checksum(Generator::sdk_events(1).take(1000)), 588_855_981_035_245_797, "SdkEvents");
}

#[test]
fn events_of_two_seeds_differ() {
    assert_ne!(Generator::new(1).next(), Generator::new(2).next());
}

#[test]
fn default_mix_has_the_documented_shares_and_sizes() {
    let events = parsed(Mix::DEFAULT, 5000);
    let near = |share: f64, expected: f64| (share - expected).abs() < 0.03;
    let writes = share(&events, |event| ["Create", "Update"].contains(&message(event)));
    let unlogged = share(&events, |event| {
        [
            "WhoAmI",
            "RetrieveMetadataChanges",
            "RetrieveEntityChanges",
            "RetrieveProvisionedLanguages",
            "LocalTimeFromUtcTime",
            "RetrieveFilteredForms",
            "RetrieveAttribute",
            "FormatAddress",
        ]
        .contains(&message(event))
    });
    assert!(near(writes, 0.30), "writes {writes}");
    assert!(near(unlogged, 0.10), "unlogged {unlogged}");
    let remote = share(&events, |event| event.get("MessageName").is_some());
    assert!(near(remote, 0.20), "remote {remote}");
    for mix in [Mix::DEFAULT, Mix::SDK_EVENTS] {
        let size = Generator::with_mix(42, mix).take(5000).map(|event| event.len()).sum::<usize>() / 5000;
        assert!((1000..2000).contains(&size), "{mix:?}: {size} bytes on average");
    }
}

#[test]
fn sdk_events_fields_and_results_are_in_range_and_of_every_type() {
    let events = parsed(Mix { large: 0, ..Mix::SDK_EVENTS }, 3000);
    let (mut types, mut fullest, mut longest) = (std::collections::BTreeSet::new(), 0, 0);
    for event in &events {
        assert!(event["EventId"].is_string());
        if let Some(fields) = event["Fields"].as_array() {
            assert!((5..=40).contains(&fields.len()));
            fullest = fullest.max(fields.len());
            types.extend(fields.iter().map(|field| match &field["Value"] {
                Value::Null => "null",
                Value::Bool(_) => "boolean",
                Value::Number(number) if number.is_f64() => "fraction",
                Value::Number(_) => "whole",
                Value::String(_) => "string",
                Value::Array(_) => "array",
                Value::Object(_) => "object",
            }));
        }
        if let Some(results) = event["QueryResults"].as_array() {
            assert!((5..=250).contains(&results.len()));
            longest = longest.max(results.len());
            assert!(event["Query"].as_str().is_some_and(|query| query.contains("<filter")));
        }
    }
    assert!(fullest > 35 && longest > 200, "{fullest} fields, {longest} results at most");
    assert_eq!(types.len(), 7, "{types:?}");
}

#[test]
fn remote_mix_gives_nothing_but_contexts() {
    let events = parsed(Mix::REMOTE, 500);
    assert!(events.iter().all(|event| event.get("Message").is_none() && event["OperationId"].is_string()));
    assert!(share(&events, |event| event["ParentContext"].is_object()) > 0.05);
}

#[test]
fn large_events_are_over_the_limit_of_a_record() {
    let large = Mix { large: 100, ..Mix::SDK_EVENTS };
    for event in Generator::with_mix(3, large).take(500).filter(|event| event.contains("QueryResults") || event.contains("Fields")) {
        assert!(event.len() > 3600, "{}", event.len());
    }
}

#[test]
fn damaged_events_are_no_events_any_more() {
    let damaged = Mix { damaged: 100, ..Mix::DEFAULT };
    for event in Generator::with_mix(3, damaged).take(1000) {
        let sound = serde_json::from_str::<Value>(&event).is_ok();
        let missing = event.contains("\"Massage\":");
        let guid = event.contains("\"OrganizationId\":\"x");
        let twice = event.starts_with("{\"Message\":\"Retrieve\",") || event.starts_with("{\"MessageName\":\"Retrieve\",");
        assert!(!sound || missing || guid || twice, "{event}");
    }
}

//! The embedded filter through the engine: settings, questions, threads.

use super::common;
use actlog_engine::{Blame, Engine, Error, ExclusionReason, Filter, JoinError, RejectReason};
use serde_json::Value;
use sha2::{Digest, Sha256};

fn filter() -> Filter {
    common::engine().filter("").expect("the defaults are valid")
}

#[test]
fn audit_of_a_mixed_batch_accounts_for_each_event() {
    let batch = [&common::event("Retrieve", 1), "", "not json", &common::event("WhoAmI", 2), &common::event("Create", 3), ""].join("\n");
    let outcome = filter().audit(batch.as_bytes()).expect("an outcome");
    assert_eq!((outcome.read, outcome.recorded, outcome.parts), (4, 2, 2));
    assert_eq!((outcome.rejected[0].index, outcome.rejected[0].reason), (1, RejectReason::NotJson));
    assert_eq!((outcome.excluded[0].reason, outcome.excluded[0].message.as_str()), (ExclusionReason::ExcludedMessage, "WhoAmI"));
    assert!(outcome.is_balanced());
    let records: Vec<Value> =
        outcome.records.split_inclusive(|byte| *byte == b'\n').map(|record| serde_json::from_slice(record).expect("JSON")).collect();
    assert_eq!(records.iter().map(|record| record["Message"].as_str().expect("text")).collect::<Vec<_>>(), ["Retrieve", "Create"]);
}

#[test]
fn audit_of_nothing_gives_nothing() {
    for nothing in [&b""[..], b"\n", b" \n\r\n\t\n"] {
        assert_eq!(filter().audit(nothing).expect("an outcome"), actlog_engine::Outcome::default());
    }
}

#[test]
fn settings_that_are_no_json_are_refused() {
    let error = common::engine().filter("{").expect_err("not JSON");
    assert!(matches!(&error, Error::Settings(errors) if !errors.is_empty()), "{error:?}");
    assert_eq!(error.blame(), Blame::Settings);
}

#[test]
fn settings_with_an_unknown_key_are_refused_by_its_path() {
    let error = common::engine().filter(r#"{"swiches": {}}"#).expect_err("misspelt");
    let Error::Settings(errors) = &error else { panic!("{error:?}") };
    assert!(errors.iter().any(|error| error.path.contains("swiches") || error.explanation.contains("swiches")), "{errors:?}");
    assert!(error.to_string().contains("swiches"), "{error}");
}

#[test]
fn explain_gives_a_json_document_with_stages() {
    let answer = filter().explain(common::event("Retrieve", 1).as_bytes()).expect("an answer");
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    assert!(answer["stages"].is_array(), "{answer}");
}

#[test]
fn questions_are_answered_with_json_documents() {
    let engine = common::engine();
    for answer in [engine.catalog(), engine.settings_schema(), engine.event_schema(), engine.record_schema()] {
        let answer: Value = serde_json::from_str(&answer.expect("an answer")).expect("JSON");
        assert!(answer.as_object().is_some_and(|object| !object.is_empty()));
    }
}

#[test]
fn join_of_records_that_were_never_split_gives_them_back() {
    let records = filter().audit(common::event("Retrieve", 1).as_bytes()).expect("an outcome").records;
    assert_eq!(common::engine().join(&records).expect("joined"), records);
    assert_eq!(common::engine().join(b"").expect("joined"), b"");
}

#[test]
fn join_of_something_else_is_the_senders_error() {
    let error = common::engine().join(b"not a record\n").expect_err("no record");
    assert!(matches!(&error, Error::Join(JoinError::NotARecord { line: 1, .. })), "{error:?}");
    assert_eq!(error.blame(), Blame::Event);
}

#[test]
fn filter_shared_by_threads_gives_each_the_same() {
    fn shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    shared::<Engine>(common::engine());
    let filter = filter();
    shared(&filter);
    let batch: String = (0..64).map(|number| common::event("Retrieve", number) + "\n").collect();
    let expected = filter.audit(batch.as_bytes()).expect("an outcome");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            let filter = filter.clone();
            let (batch, expected) = (&batch, &expected);
            scope.spawn(move || {
                for _ in 0..20 {
                    assert!(filter.audit(batch.as_bytes()).expect("an outcome") == *expected);
                }
            });
        }
    });
}

#[test]
fn component_digest_is_the_sha256_of_the_component() {
    let engine = common::engine();
    let other = common::trouble_engine(1 << 20);
    assert_eq!(engine.component_digest(), <[u8; 32]>::from(Sha256::digest(engine.component_bytes())));
    assert_ne!(engine.component_digest(), other.component_digest());
}

#[test]
fn idle_instances_are_kept_as_many_as_told() {
    // The troublemaker tells how many batches its instance has seen.
    for (most, expected) in [(0, "0"), (1, "1")] {
        let builder = Engine::builder().cache(common::shared_cache()).idle_instances(most);
        let engine = builder.component(common::troublemaker_component(common::CONTRACT)).build().expect("it fits the contract");
        let filter = engine.filter("").expect("it has no settings");
        filter.audit(b"one\n").expect("an outcome");
        assert_eq!(filter.explain(b"?").expect("an answer"), expected, "{most} idle");
    }
}

//! Events that nobody would send, made at random: nothing panics, every event is accounted for, and what is recorded keeps
//! every promise.

use actlog_generator::{Generator, Mix};
use actlog_guest::explain::explain;
use actlog_guest::pipeline::Auditor;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::sync::LazyLock;

use crate::promises::{Parts, check_counts, check_joins, check_records, check_replays};

/// Settings under which every stage has something to do.
const SETTINGS: &str = r#"{
    "record": {"profile": "management-api"},
    "entities": {"contact": {"auditing": false}},
    "exclusions": {"messages": ["Delete"], "system-noise": true},
    "users": [{"id": "20000000-0000-4000-8000-000000000001", "upn": "ann@contoso.com", "type": "Admin"}],
    "draft": {"record": {"profile": "activity-logging"}}
}"#;

static AUDITORS: LazyLock<[(Auditor, bool); 2]> = LazyLock::new(|| {
    let open = |settings| Auditor::open(settings).expect("good settings");
    [(open(""), false), (open(SETTINGS), true)]
});

/// Good events of both forms, some of them large.
static GOOD: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mix = |seed, mix| Generator::with_mix(seed, mix).take(150);
    mix(1, Mix::DEFAULT).chain(mix(2, Mix::REMOTE)).chain(mix(3, Mix { large: 30, ..Mix::DEFAULT })).collect()
});

/// How many events there are in a batch: lines that are not blank, a byte-order mark at their front not counted.
fn events_in(batch: &[u8]) -> usize {
    let lines = batch.split(|&byte| byte == b'\n').map(|line| line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line));
    lines.filter(|line| !line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))).count()
}

/// Filters bytes that may be anything.
fn check_bytes(batch: &[u8]) {
    for (auditor, wire) in &*AUDITORS {
        let outcome = auditor.audit(batch);
        check_counts(&outcome, events_in(batch));
        for rejection in &outcome.rejected {
            assert!(rejection.fault.offset <= batch.len(), "byte {} of {}", rejection.fault.offset, batch.len());
        }
        let parts = Parts { count: outcome.parts as usize, excluded: 0, rejected: 0, records: outcome.records };
        check_records(&[parts], *wire);
        serde_json::from_str::<serde_json::Value>(&explain(auditor, batch)).expect("an explanation is JSON");
    }
}

/// Filters events, each of which is one line.
fn check_events(events: &[String]) {
    for (auditor, wire) in &*AUDITORS {
        let alone: Vec<Parts> = events.iter().map(|event| Parts::of(auditor, event)).collect();
        check_records(&alone, *wire);
        check_replays(auditor, events, &alone);
        // Events of the same identity are one event, of whose records nobody can tell which belong together.
        alone.into_iter().for_each(|parts| check_joins(&[parts]));
    }
}

/// Every key that means something in an event, and one that does not.
#[rustfmt::skip]
const KEYS: &[&str] = &[
    "Message", "MessageName", "OrganizationId", "EventId", "CreationTime", "OperationCreatedOn", "EntityName", "PrimaryEntityName",
    "EntityId", "PrimaryEntityId", "UserId", "InitiatingUserId", "UserUpn", "UserKey", "UserType", "ClientIP", "CorrelationId",
    "OperationId", "RequestId", "Fields", "Query", "QueryResults", "InputParameters", "OutputParameters", "OwningExtension", "Workload",
    "InstanceUrl", "UserAgent", "Else",
];

/// Every key that means something inside a value, and one that does not.
#[rustfmt::skip]
const INNER: &[&str] = &[
    "Name", "Value", "key", "value", "__type", "__value", "Attributes", "Id", "LogicalName", "Entities", "EntityName", "RelatedEntities",
    "KeyAttributes", "Query", "Criteria", "Conditions", "Operator", "AttributeName", "Values", "Filters", "LinkEntities", "LinkCriteria",
    "FilterOperator", "Continues", "Else", r"\u0056alue",
];

/// Values of one word that some stage looks for.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "null", "true", "false", "0", "-0", "7", "1e400", "123456789012345678901234567890", r#""""#, r#""x""#, r#""none""#, r#""account""#,
    r#""contact""#, r#""Retrieve""#, r#""RetrieveMultiple""#, r#""Update""#, r#""ExportToWord""#, r#""CreateMultiple""#, r#""WhoAmI""#,
    r#""Target""#, r#""EntityMoniker""#, r#""State""#, r#""Query""#, r#""QuerySet""#, r#""Targets""#, r#""Ids""#, r#""MSE""#,
    r#""20000000-0000-4000-8000-000000000001""#, r#""{20000000-0000-4000-8000-00000000000A}""#,
    r#""00000000-0000-0000-0000-000000000000""#, r#""\/Date(1520033156000)\/""#, r#""2018-03-02T23:25:56Z""#, r#""Entity:x""#,
    r#""EntityReference:x""#, r#""EntityCollection:x""#, r#""QueryExpression:x""#, r#""QueryByAttribute:x""#, r#""FetchExpression:x""#,
    r#""<filter a=\"1\" />""#, r#""<fetch""#, r#""\ud800\u0000\"\\é😀""#, r#""https://contoso.crm.dynamics.com/""#,
];

fn object(keys: &'static [&'static str], value: BoxedStrategy<String>, sizes: std::ops::Range<usize>) -> BoxedStrategy<String> {
    vec((select(keys), value), sizes)
        .prop_map(|members| {
            format!("{{{}}}", members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect::<Vec<_>>().join(","))
        })
        .boxed()
}

fn value() -> BoxedStrategy<String> {
    let long =
        (select(&["x", "é", "\\\"", "\\u0001", "😀"]), 0..4_000usize).prop_map(|(unit, count)| format!("\"{}\"", unit.repeat(count)));
    prop_oneof![20 => select(WORDS).prop_map(str::to_owned), 1 => long]
        .prop_recursive(5, 40, 6, |inner| {
            prop_oneof![
                2 => vec(inner.clone(), 0..5).prop_map(|elements| format!("[{}]", elements.join(","))),
                3 => object(INNER, inner.boxed(), 0..6),
            ]
        })
        .boxed()
}

/// An event of which only the two required keys are sure, or not even they.
fn event() -> BoxedStrategy<String> {
    const REQUIRED: &[&str] = &[
        r#""Message":"RetrieveMultiple","OrganizationId":"7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10""#,
        r#""MessageName":"RetrieveMultiple","OrganizationId":"7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10""#,
        r#""MessageName":"Update","OrganizationId":"7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10""#,
    ];
    let pair = (select(&["Target", "Targets", "EntityMoniker", "State", "Query", "QuerySet", "Ids", "BusinessEntity"]), value());
    let pairs = vec(pair.prop_map(|(key, value)| format!(r#"{{"key":"{key}","value":{value}}}"#)), 0..4);
    let lists =
        (select(&["InputParameters", "OutputParameters"]), pairs).prop_map(|(key, pairs)| format!(r#""{key}":[{}]"#, pairs.join(",")));
    let members = vec((select(KEYS), value()).prop_map(|(key, value)| format!("\"{key}\":{value}")), 0..5);
    prop_oneof![
        1 => object(KEYS, value(), 0..12),
        1 => value(),
        6 => (select(REQUIRED), lists, members).prop_map(|(required, lists, members)| {
            format!("{{{}}}", [vec![required.to_owned(), lists], members].concat().join(","))
        }),
    ]
    .boxed()
}

/// One change of the bytes of an event.
#[derive(Clone, Debug)]
enum Change {
    Set(Index, u8),
    Delete(Index, usize),
    Insert(Index, Vec<u8>),
    Repeat(Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    const PIECES: &[&[u8]] = &[b"\n", b"\\", b"\"", b"\0", b"\xff", b"{", b"[", b",", b"\xef\xbb\xbf", b"\xed\xa0\x80"];
    let bytes = prop_oneof![vec(any::<u8>(), 1..4), select(PIECES).prop_map(<[u8]>::to_vec)];
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (any::<Index>(), 1..40usize).prop_map(|(at, len)| Change::Delete(at, len)),
        (any::<Index>(), bytes).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (any::<Index>(), 1..60usize).prop_map(|(at, len)| Change::Repeat(at, len)),
    ]
}

fn changed(event: &str, changes: &[Change]) -> Vec<u8> {
    let mut bytes = event.as_bytes().to_vec();
    for change in changes.iter().filter(|_| !event.is_empty()) {
        let end = |at: usize, len: usize, bytes: &[u8]| bytes.len().min(at + len);
        match change {
            _ if bytes.is_empty() => {}
            Change::Set(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Change::Delete(at, len) => {
                let at = at.index(bytes.len());
                bytes.drain(at..end(at, *len, &bytes));
            }
            Change::Insert(at, inserted) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, inserted.iter().copied());
            }
            Change::Repeat(at, len) => {
                let at = at.index(bytes.len());
                let piece = bytes[at..end(at, *len, &bytes)].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn audit_events_of_any_structure_keep_every_promise(events in vec(event(), 1..6)) {
        check_events(&events);
    }

    #[test]
    fn audit_changed_events_are_all_accounted_for(events in vec((any::<Index>(), vec(change(), 0..4)), 1..4)) {
        let events: Vec<Vec<u8>> = events.iter().map(|(at, changes)| changed(&GOOD[at.index(GOOD.len())], changes)).collect();
        check_bytes(&events.join(&b'\n'));
    }

    #[test]
    fn audit_any_bytes_are_all_accounted_for(bytes in vec(prop_oneof![any::<u8>(), select(&b"{}[]\",:\\n\n\r \x00\xef\xbb\xbf"[..])], 0..300)) {
        check_bytes(&bytes);
    }
}

#[test]
fn audit_bytes_that_are_no_text_are_rejected_and_nothing_else_is() {
    let good = r#"{"Message":"Retrieve","OrganizationId":"7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10"}"#;
    let bad: [(&[u8], &str, usize); 5] = [
        (b"{\"Message\":\"Retr\xffieve\"}", "not-utf8", 16),
        (b"\xed\xa0\x80", "not-utf8", 0),
        (b"{\"Message\":\"A\xc3", "not-utf8", 13),
        (b"{\"Message\":\"a\0b\"}", "not-json", 13),
        (b"\0", "not-json", 0),
    ];
    for (bytes, reason, offset) in bad {
        let batch = [good.as_bytes(), bytes, good.as_bytes()].join(&b'\n');
        let outcome = Auditor::open("").expect("the defaults are good settings").audit(&batch);
        check_counts(&outcome, 3);
        assert_eq!(outcome.recorded, 2);
        let found = &outcome.rejected[0];
        assert_eq!((found.index, found.fault.reason.name(), found.fault.offset), (1, reason, offset), "{bytes:?}");
    }
}

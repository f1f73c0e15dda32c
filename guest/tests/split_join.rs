//! Split and join, for any record: no part is over the limit, each is a record of its own, no id is cut, repeated or
//! lost, and joining gives back the source record to the byte.

use std::collections::BTreeSet;

use actlog_guest::activity::{Activity, Field, Form};
use actlog_guest::guid::Guid;
use actlog_guest::identity::part_id;
use actlog_guest::join::{JoinError, join};
use actlog_guest::json::{OwnedText, Reader};
use actlog_guest::parts::LIMIT;
use actlog_guest::record::{Verdicts, render};
use actlog_guest::settings::Profile;
use actlog_guest::spans::Spans;
use actlog_guest::split::split;
use actlog_guest::{categorize, classify};
use proptest::prelude::*;

const ORGANIZATION: Guid = Guid(0x7d2c_3f2e_0e9a_4f7a_9e2f_3f3c_1b7a_1d10);

/// What a record is made of.
#[derive(Clone, Debug, Default)]
struct Content {
    texts: Vec<String>,
    fields: Option<Vec<(String, serde_json::Value)>>,
    query: Option<String>,
    results: Option<Vec<u128>>,
    /// What customers' rules added: Tags, Redacted, Unreviewed.
    rules: [Option<String>; 3],
    wire: bool,
}

/// The columns of [`Content::rules`].
const RULES: [&str; 3] = ["Tags", "Redacted", "Unreviewed"];

/// The source record of `content`, and its parts as NDJSON.
fn source_and_parts(content: &Content) -> (String, String) {
    let texts: Vec<OwnedText> = content.texts.iter().map(|text| OwnedText::new(text)).collect();
    let text = |at: usize| texts.get(at).map(OwnedText::as_text);
    let fields = content.fields.clone().unwrap_or_default();
    let names: Vec<OwnedText> = fields.iter().map(|(name, _)| OwnedText::new(name)).collect();
    let values: Vec<String> = fields.iter().map(|(_, value)| value.to_string()).collect();
    let activity = Activity {
        message: actlog_guest::json::Text::plain("Update"),
        identity: "50e01c88-2e43-4005-8be8-9ceb172e2e90".to_owned(),
        organization_id: Some(ORGANIZATION),
        entity_id: Some(Guid(7)),
        user_agent: text(0),
        instance_url: text(1),
        entity_name: text(2),
        user_upn: text(3),
        client_ip: text(4),
        service_name: text(5),
        organization_name: text(6),
        fields: names
            .iter()
            .zip(&values)
            .map(|(name, value)| Field { name: name.as_text(), value: Reader::new(value).value().expect("JSON"), form: Form::SdkEvent })
            .collect(),
        has_fields: content.fields.is_some(),
        query: content.query.clone().unwrap_or_default(),
        has_query: content.query.is_some(),
        results: content.results.iter().flatten().copied().map(Guid).collect(),
        has_results: content.results.is_some(),
        ..Activity::default()
    };
    let verdicts = Verdicts { category: categorize::categorize("Update"), kind: classify::ActivityKind::ALL[0], social: false };
    let profile = if content.wire { Profile::ManagementApi } else { Profile::ActivityLogging };
    let (mut source, mut scratch, mut spans) = (String::new(), String::new(), Spans::default());
    render(&activity, verdicts, profile, &mut source, &mut scratch, Some(&mut spans)).expect("renders");
    let columns = RULES.iter().zip(&content.rules).filter_map(|(key, text)| Some((key, text.as_deref()?)));
    let columns: String = columns.map(|(key, text)| format!(",\"{key}\":{}", serde_json::Value::from(text))).collect();
    source.insert_str(spans.seam, &columns);
    let mut out = "before\n".to_owned();
    out.push_str(&source);
    let count = split(&mut out, "before\n".len(), |part| part_id(ORGANIZATION, &activity.identity, part, &mut scratch));
    let parts = out.strip_prefix("before\n").expect("what stood before is untouched").to_owned();
    assert_eq!(parts.lines().count() as u32, count);
    (source, parts)
}

fn check(content: &Content) {
    let (source, parts) = source_and_parts(content);
    let mut ids = BTreeSet::new();
    let mut results = Vec::new();
    let count = parts.lines().count();
    for (position, part) in parts.lines().enumerate() {
        assert!(part.len() <= LIMIT, "part {} has {} bytes", position + 1, part.len());
        let record: serde_json::Value = serde_json::from_str(part).expect("each part is JSON");
        assert_eq!(record["Part"], position + 1);
        assert_eq!(record["PartCount"], count);
        assert!(ids.insert(record["Id"].as_str().expect("Id").to_owned()), "each part has an id of its own");
        for (key, text) in RULES.iter().zip(&content.rules) {
            let spread = record["Spread"].as_str().is_some_and(|keys| keys.split(", ").any(|spread| spread == *key));
            assert!(spread || record.get(key).and_then(serde_json::Value::as_str) == text.as_deref(), "each part has all of {key}");
        }
        if let Some(text) = record.get("QueryResults") {
            let text = text.as_str().expect("a string");
            results.extend(text.split(", ").filter(|id| !id.is_empty()).map(|id| Guid::parse(id).expect("whole ids").0));
        }
        match record.get("Fields") {
            Some(serde_json::Value::String(text)) => {
                drop(serde_json::from_str::<Vec<serde_json::Value>>(text).expect("Fields are JSON in every part"))
            }
            Some(other) => assert!(other.is_array()),
            None => {}
        }
    }
    assert_eq!(results, content.results.clone().unwrap_or_default(), "ids neither cut, repeated nor lost");
    assert_eq!(count == 1, source.len() <= LIMIT, "split only what must be");
    let joined = join(parts.as_bytes()).expect("joins");
    assert!(joined == format!("{source}\n"), "join undoes split\n{source}\n{joined}");
    let backwards: Vec<&str> = parts.lines().rev().flat_map(|line| [line, line]).collect();
    assert_eq!(join(backwards.join("\n").as_bytes()).expect("joins in any order, twice"), joined);
    if count > 1 {
        let missing: Vec<&str> = parts.lines().skip(1).collect();
        match join(missing.join("\n").as_bytes()) {
            Err(JoinError::MissingParts { missing, part_count, .. }) => assert_eq!((missing, part_count as usize), (vec![1], count)),
            other => panic!("a missing part is noticed: {other:?}"),
        }
    }
}

/// Text of a chosen length in which everything that needs an escape occurs, and characters of every width.
fn text(max: usize) -> impl Strategy<Value = String> {
    let unit = prop_oneof![
        4 => "[a-z ]{1,40}",
        1 => Just("\"\\\"\\".to_owned()),
        1 => Just("\n\r\t\u{8}\u{c}\0\u{1f}".to_owned()),
        1 => Just("é€😀\u{10ffff}\u{fffd}".to_owned()),
        1 => any::<char>().prop_map(String::from),
    ];
    (proptest::collection::vec(unit, 1..8), 0..max).prop_map(|(units, len)| {
        let mut text = String::new();
        for unit in units.iter().cycle() {
            if text.len() >= len {
                break;
            }
            text.push_str(unit);
        }
        text
    })
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![8 => "[a-z_]{1,20}".boxed(), 1 => Just("\"\\".repeat(128)).boxed(), 1 => Just("n".repeat(256)).boxed()]
}

fn value(max: usize) -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        text(max).prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from)
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            proptest::collection::btree_map("[a-z\"\n]{1,6}", inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

fn content() -> impl Strategy<Value = Content> {
    let longest = prop_oneof![3 => Just(60usize), 1 => Just(600), 1 => Just(5_000)];
    longest.prop_flat_map(|max| {
        (
            proptest::collection::vec(text(max).prop_filter("present", |text| !text.is_empty()), 0..8),
            proptest::option::of(proptest::collection::vec((name(), value(max)), 0..12)),
            proptest::option::of(text(max)),
            proptest::option::of(proptest::collection::btree_set(1u128.., 0..300).prop_map(|ids| ids.into_iter().collect())),
            proptest::array::uniform3(proptest::option::of(text(max))),
            any::<bool>(),
        )
            .prop_map(|(texts, fields, query, results, rules, wire)| Content { texts, fields, query, results, rules, wire })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn split_any_record_parts_fit_and_join_gives_it_back(content in content()) {
        check(&content);
    }

    /// Every size around the limit, one byte at a time.
    #[test]
    fn split_near_the_limit_is_exact(padding in 0usize..3_000, tail in "[\"\\\\é😀\n]{0,3}", wire in any::<bool>()) {
        let text = format!("{}{tail}", "x".repeat(padding));
        check(&Content { query: Some(text.clone()), results: Some(vec![1, 2]), wire, ..Content::default() });
        check(&Content { fields: Some(vec![("n".to_owned(), text.into())]), wire, ..Content::default() });
    }

    #[test]
    fn join_any_bytes_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = join(&bytes);
    }

    /// Records that were tampered with may join or not, but never panic.
    #[test]
    fn join_damaged_parts_never_panics(content in content(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let (_, parts) = source_and_parts(&content);
        let mut bytes = parts.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = join(&bytes);
    }
}

#[test]
fn split_ten_thousand_ids() {
    check(&Content { results: Some((1..=10_000).collect()), ..Content::default() });
}

#[test]
fn split_one_value_of_five_megabytes() {
    for wire in [false, true] {
        check(&Content {
            fields: Some(vec![("description".to_owned(), "a\"😀\u{1}".repeat(700_000).into())]), wire, ..Content::default()
        });
        check(&Content { fields: Some(vec![("list".to_owned(), vec!["\"quoted\"\n"; 500_000].into())]), wire, ..Content::default() });
    }
}

#[test]
fn split_fixed_columns_that_alone_are_over_the_limit() {
    for len in [1_000, 2_900, 3_000, 3_072, 10_000, 1_000_000] {
        check(&Content { texts: vec!["\"😀".repeat(len / 6), "u".repeat(len), "e".repeat(256)], ..Content::default() });
        check(&Content {
            texts: vec!["a".repeat(len); 7],
            fields: Some(vec![]),
            query: Some(String::new()),
            results: Some(vec![]),
            rules: std::array::from_fn(|_| Some("r".repeat(len))),
            wire: true,
        });
    }
}

#[test]
fn split_columns_of_rules_stand_in_every_part() {
    for wire in [false, true] {
        let rules = ["bulk, é\"", "mask, next", "broken"].map(|text| Some(text.to_owned()));
        let content = Content { results: Some((1..=200).collect()), rules, wire, ..Content::default() };
        check(&content);
        let (_, parts) = source_and_parts(&content);
        assert!(parts.lines().count() > 2);
        assert!(parts.lines().all(|part| part.contains(r#","Tags":"bulk, é\"","Redacted":"mask, next","Unreviewed":"broken","#)));
    }
}

#[test]
fn join_parts_that_disagree_are_a_conflict() {
    let (_, parts) = source_and_parts(&Content { query: Some("q".repeat(5_000)), ..Content::default() });
    let other = parts.replace("\"Operation\":\"Update\"", "\"Operation\":\"Delete\"");
    let mixed: Vec<&str> = parts.lines().take(1).chain(other.lines().skip(1)).collect();
    assert!(matches!(join(mixed.join("\n").as_bytes()), Err(JoinError::Conflict(_))));
    let changed = format!("{parts}{}", parts.lines().next().expect("a part").replace("qq\"", "qQ\""));
    assert!(matches!(join(changed.as_bytes()), Err(JoinError::Conflict(_))));
    assert!(matches!(join(b"{\"Part\":1}"), Err(JoinError::NotARecord(_))));
    assert_eq!(join(b"\n \n"), Ok(String::new()));
}

//! Rules that say anything at all: nothing of what they redact is left, the counts add up, and nothing panics.

#[path = "generated/columns.rs"]
mod columns;

use actlog_generator::{Generator, Mix};
use actlog_guest::guid::Guid;
use actlog_guest::join::join;
use actlog_guest::parts::LIMIT;
use actlog_guest::pipeline::Auditor;
use actlog_guest::review::{AnswerError, Capture, Columns, Decision, Grant, Interest, ReviewedOutcome, Target, Verdict};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

const WIRE: &str = r#"{"record":{"profile":"management-api"}}"#;

/// Stands in place of marks before texts are looked for; no text has it.
const BLANK: &str = "\u{10ffff}";

/// A way to write a character of a text somewhere else.
#[derive(Clone, Copy, Debug)]
enum Spelling {
    Plain,
    Decimal,
    Hexadecimal,
    Percent,
    Unicode,
}

/// Writes `text` for XML, each character in one of its spellings.
fn in_xml(text: &str, spellings: &[Spelling]) -> String {
    let mut out = String::new();
    for (character, spelling) in text.chars().zip(spellings.iter().cycle()) {
        match (spelling, character) {
            (Spelling::Decimal, c) => out.push_str(&format!("&#{};", u32::from(c))),
            (Spelling::Hexadecimal | Spelling::Unicode, c) => out.push_str(&format!("&#x{:X};", u32::from(c))),
            (_, '&') => out.push_str("&amp;"),
            (_, '<') => out.push_str("&lt;"),
            (_, '"') => out.push_str("&quot;"),
            (_, c) => out.push(c),
        }
    }
    out
}

/// Writes `text` for a URL, likewise.
fn in_url(text: &str, spellings: &[Spelling]) -> String {
    let mut out = String::new();
    for (character, spelling) in text.chars().zip(spellings.iter().cycle()) {
        match (spelling, character) {
            (Spelling::Plain, c) if c != '%' => out.push(c),
            (_, c) => c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| out.push_str(&format!("%{byte:02x}"))),
        }
    }
    out
}

/// Writes `text` for a string of JSON that is itself a text, likewise.
fn in_json(text: &str, spellings: &[Spelling]) -> String {
    let mut out = String::new();
    for (character, spelling) in text.chars().zip(spellings.iter().cycle()) {
        match spelling {
            Spelling::Unicode => character.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}"))),
            _ => out.push_str(serde_json::to_string(&character).expect("a character").trim_matches('"')),
        }
    }
    if out.is_empty() { text.to_owned() } else { out }
}

fn spellings() -> impl Strategy<Value = Vec<Spelling>> {
    let one = prop_oneof![
        3 => Just(Spelling::Plain),
        1 => Just(Spelling::Decimal),
        1 => Just(Spelling::Hexadecimal),
        1 => Just(Spelling::Percent),
        1 => Just(Spelling::Unicode),
    ];
    prop::collection::vec(one, 1..6)
}

/// What a rule may want to hide: texts with all that needs an escape somewhere, GUIDs, numbers.
fn secret() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z\"'<>&;%\\\\/😀é€ #0-9]{3,12}".prop_filter("shows for itself", |text| !text.trim().is_empty()),
        1 => "[a-z]{3,8}@[a-z]{3,8}\\.com",
        1 => any::<u128>().prop_map(|id| Guid(id).to_string().to_uppercase()),
        1 => (1_000u64..).prop_map(|number| number.to_string()),
    ]
}

/// A value of a field that holds `secret` in some way.
fn holding(secret: &str, way: u8, spellings: &[Spelling], around: &str) -> Value {
    let text = format!("{around}{secret}{around}");
    match way % 8 {
        0 => json!(secret),
        1 => json!([text, { "k": { "deep": [[text]] } }, 1, null]),
        2 => json!({ &text: text }),
        3 => json!(format!("<a b=\"{}\" />", in_xml(secret, spellings))),
        4 => json!(format!("https://x/?q={}", in_url(secret, spellings))),
        5 => json!(format!("{{\"k\":\"{}\"}}", in_json(secret, spellings))),
        6 => secret.parse::<u64>().map_or(json!(text), |number| json!(number)),
        _ => json!({ "LogicalName": "contact", "Id": "0a0d8709-711e-e811-a952-000d3a732d76", "Name": text }),
    }
}

/// One event that holds the secrets in every place.
fn event(secrets: &[String], ways: &[u8], spellings: &[Spelling], around: &str) -> Value {
    let mut event = json!({
        "Message": "Update",
        "OrganizationId": "7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10",
        "EntityId": "0a0d8709-711e-e811-a952-000d3a732d76",
    });
    let fields = secrets.iter().flat_map(|secret| ways.iter().map(move |&way| (secret, way)));
    event["Fields"] =
        fields.map(|(secret, way)| json!({ "Name": format!("f{way}"), "Value": holding(secret, way, spellings, around) })).collect();
    let query: String = secrets.iter().map(|secret| format!("<condition value=\"{around}{}\" />", in_xml(secret, spellings))).collect();
    event["Query"] = format!("<filter>{query}</filter>").into();
    let url: String = secrets.iter().map(|secret| in_url(secret, spellings)).collect();
    event["InstanceUrl"] = format!("https://x.com/{url}").into();
    event["EntityName"] = secrets.concat().into();
    let ids = secrets.iter().filter(|secret| Guid::parse(secret).is_some());
    event["QueryResults"] = ids.chain([&"dc136b61-6c1e-e811-a952-000d3a732d76".to_owned()]).cloned().collect();
    event
}

/// The record of an outcome, put together again; every part is within the limit.
fn record(outcome: &ReviewedOutcome) -> Value {
    let records = &outcome.outcome.records;
    assert!(records.lines().all(|part| part.len() <= LIMIT && serde_json::from_str::<Value>(part).is_ok()));
    serde_json::from_str(&join(records.as_bytes()).expect("the parts join")).expect("one record")
}

/// Every text that stands in the four places where values show: keys and values of Fields, but not their names.
fn shown(record: &Value) -> Vec<String> {
    let mut shown = Vec::new();
    let fields = match &record["Fields"] {
        Value::String(json) => serde_json::from_str(json).expect("Fields are JSON"),
        other => other.clone(),
    };
    for field in fields.as_array().into_iter().flatten() {
        assert!(field["Name"].as_str().is_some_and(|name| name.starts_with('f')), "names stay");
        texts(&field["Value"], &mut shown);
    }
    for column in ["Query", "QueryResults", "ItemUrl"] {
        shown.extend(record[column].as_str().map(str::to_owned));
    }
    shown
}

fn texts(value: &Value, shown: &mut Vec<String>) {
    match value {
        Value::String(text) => shown.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| texts(value, shown)),
        Value::Object(members) => members.iter().for_each(|(key, value)| {
            shown.push(key.clone());
            texts(value, shown);
        }),
        other => shown.push(other.to_string()),
    }
}

/// What a text says to those who undo the escapes of XML, URLs or JSON.
fn readings(text: &str) -> Vec<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, others @ ..] = rest {
        let code = others.get(..2).filter(|_| *first == b'%').and_then(|code| std::str::from_utf8(code).ok());
        let code =
            code.filter(|code| code.bytes().all(|digit| digit.is_ascii_hexdigit())).and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &others[2..] } else { others };
    }
    let xml = quick_xml::escape::unescape(text).map(|text| text.into_owned());
    let json = serde_json::from_str::<Value>(text).map(|value| {
        let mut inner = Vec::new();
        texts(&value, &mut inner);
        inner.join(BLANK)
    });
    let mut readings = vec![text.to_owned(), String::from_utf8_lossy(&bytes).into_owned()];
    readings.extend(xml.ok());
    readings.extend(json.ok());
    readings
}

/// Fails where a secret is left. What only stands in marks is none of the event's.
fn assert_nothing_left(secrets: &[String], rules: &[&str], record: &Value) {
    for text in shown(record) {
        let text = rules.iter().fold(text, |text, rule| text.replace(&format!("[redacted by {rule}]"), BLANK));
        let text = text.replace("00000000-0000-0000-0000-000000000000", BLANK);
        for reading in readings(&text) {
            for secret in secrets {
                assert!(!reading.contains(secret.as_str()), "{secret:?} is left in {text:?}");
                if Guid::parse(secret).is_some() {
                    assert!(!reading.to_lowercase().contains(&secret.to_lowercase()), "{secret:?} is left in {text:?}");
                }
            }
        }
    }
}

fn say(capture: &mut Capture, rule: &str, targets: Vec<Target>) {
    let count = capture.activities(&Interest::default(), Columns::default()).len();
    let decisions = vec![Decision::Answered(Verdict::Redact(targets)); count];
    capture.apply(rule, decisions, &Grant::default()).expect("good answers");
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![
        4 => secret().prop_map(Target::Text),
        2 => "[a-zA-Z.\"]{3,4}|com|000|, |red|act|ted by|\\[red|\\]\\[|null|Value|true".prop_filter("long enough", |text| text.len() > 2).prop_map(Target::Text),
        3 => "name|emailaddress1|telephone1|contactid|description|Target|Query|f[0-7]".prop_map(Target::Field),
        1 => Just(Target::WholeQuery),
        1 => Just(Target::WholeQueryResults),
        1 => Just(Target::WholeItemUrl),
    ]
}

fn decision() -> impl Strategy<Value = Decision> {
    let verdict = prop_oneof![
        3 => Just(Verdict::Keep),
        2 => prop::collection::vec("[a-z, ]{1,6}", 0..4).prop_map(Verdict::Tag),
        4 => prop::collection::vec(target(), 0..6).prop_map(Verdict::Redact),
        2 => "[a-c\n]{0,2}".prop_map(Verdict::Drop),
    ];
    prop_oneof![8 => verdict.prop_map(Decision::Answered), 1 => Just(Decision::Unreviewed), 1 => Just(Decision::Withheld)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn redact_any_texts_nothing_of_them_is_left(
        secrets in prop::collection::vec(secret(), 1..3),
        ways in prop::collection::vec(any::<u8>(), 0..6),
        spellings in spellings(),
        around in "[a-z ]{0,4}|x{3000}",
        wire: bool,
        by_field: bool,
    ) {
        let auditor = Auditor::open(if wire { WIRE } else { "" }).expect("good settings");
        let mut capture = auditor.capture(event(&secrets, &ways, &spellings, &around).to_string().as_bytes());
        let rules = ["mask", "r"];
        for (secret, rule) in secrets.iter().zip(rules) {
            let targets = if by_field { vec![Target::Field("F0".to_owned()), Target::Text(secret.clone())] } else { vec![Target::Text(secret.clone())] };
            say(&mut capture, rule, targets);
        }
        let outcome = capture.emit();
        prop_assert_eq!(outcome.outcome.recorded, 1);
        let record = record(&outcome);
        assert_nothing_left(&secrets, &rules, &record);
        prop_assert!(record["Redacted"].as_str().is_some_and(|redacted| redacted.starts_with("mask")));
    }

    #[test]
    fn redact_a_field_its_value_is_left_nowhere_else(secret in secret(), spellings in spellings(), number: bool, wire: bool) {
        let auditor = Auditor::open(if wire { WIRE } else { "" }).expect("good settings");
        let mut event = event(std::slice::from_ref(&secret), &[], &spellings, "");
        event["Fields"] = json!([{ "Name": "f", "Value": holding(&secret, if number { 6 } else { 0 }, &spellings, "") }]);
        let mut capture = auditor.capture(event.to_string().as_bytes());
        say(&mut capture, "mask", vec![Target::Field("f".to_owned())]);
        let mut record = record(&capture.emit());
        if Guid::parse(&secret).is_none() {
            // Only ids are looked for there.
            record["QueryResults"] = Value::Null;
        }
        assert_nothing_left(&[secret], &["mask"], &record);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn apply_any_decisions_counts_add_up_and_the_rest_is_untouched(
        seed: u64,
        decisions in prop::collection::vec(decision(), 1..40),
        rules in prop::collection::vec(("[a-z0-9-]{1,8}", any::<Index>()), 0..6),
        wire: bool,
        may_drop: bool,
        shorter: bool,
    ) {
        let auditor = Auditor::open(if wire { WIRE } else { "" }).expect("good settings");
        let mix = Mix { damaged: 10, large: 5, ..Mix::DEFAULT };
        let events: Vec<String> = Generator::with_mix(seed, mix).take(24).collect();
        let events = events.join("\n");
        let plain = auditor.audit(events.as_bytes());
        let mut capture = auditor.capture(events.as_bytes());
        let grant = Grant { may_drop, ..Grant::default() };
        for (rule, begin) in &rules {
            let expected = capture.activities(&Interest::default(), Columns::ALL).len();
            let begin = begin.index(decisions.len());
            let said: Vec<Decision> = decisions.iter().cycle().skip(begin).take(expected).cloned().collect();
            if shorter && expected > 0 {
                let error = capture.apply(rule, said[1..].to_vec(), &grant).expect_err("one is missing");
                prop_assert_eq!(error, AnswerError::WrongCount { expected: expected as u32, came: expected as u32 - 1 });
            }
            if capture.apply(rule, said, &grant).is_err() {
                capture.apply(rule, vec![Decision::Unreviewed; expected], &grant).expect("the host's own decisions are good");
            }
        }
        let ReviewedOutcome { outcome, dropped, withheld } = capture.emit();
        let excluded: u32 = outcome.excluded.iter().map(|one| one.count).sum();
        let gone = dropped.iter().map(|one| one.count).sum::<u32>() + withheld.len() as u32;
        prop_assert_eq!(outcome.read, outcome.recorded + excluded + outcome.rejected.len() as u32 + gone);
        prop_assert_eq!(plain.recorded, outcome.recorded + gone);
        prop_assert_eq!((plain.excluded, plain.rejected), (outcome.excluded, outcome.rejected));
        prop_assert!(may_drop || dropped.is_empty());
        prop_assert!(withheld.is_sorted());
        prop_assert_eq!(outcome.parts as usize, outcome.records.lines().count());
        prop_assert!(outcome.records.lines().all(|part| part.len() <= LIMIT));
        outcome.records.lines().for_each(|part| columns::Record::read(part).check(wire));

        // Records keep their ids, and all columns that no rule may change.
        let source = |records: &str| -> Vec<Value> {
            join(records.as_bytes()).expect("the parts join").lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
        };
        let before = source(&plain.records);
        for mut record in source(&outcome.records) {
            let mut expected = before.iter().find(|one| one["Id"] == record["Id"]).expect("the same id").clone();
            for column in ["Fields", "Query", "QueryResults", "ItemUrl"] {
                prop_assert_eq!(record.get(column).is_some(), expected.get(column).is_some(), "{} neither comes nor goes", column);
                if record.get(column) != expected.get(column) {
                    prop_assert!(record["Redacted"].is_string());
                }
                record[column] = Value::Null;
                expected[column] = Value::Null;
            }
            for column in ["Tags", "Redacted", "Unreviewed"] {
                prop_assert!(expected.get(column).is_none());
                record.as_object_mut().expect("an object").remove(column);
            }
            prop_assert_eq!(record, expected);
        }
    }
}

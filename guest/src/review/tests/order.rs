//! Rules come one after another.

use super::*;
use crate::categorize::Category;

fn keep(capture: &mut Capture, rule: &str) {
    say(capture, rule, &Verdict::Keep);
}

#[test]
fn activities_a_later_rule_sees_what_an_earlier_one_did() {
    let more = r#","Query":"<filter><condition attribute=\"a\" value=\"jane@x\" /></filter>","Fields":[{"Name":"email","Value":"jane@x"},{"Name":"note","Value":"to jane@x"}]"#;
    let mut capture = capture("", &[event("Update", "contact", more)]);
    say(&mut capture, "mask", &redact(&[text("jane@x")]));
    say(&mut capture, "label", &Verdict::Tag(vec!["b".to_owned(), "a".to_owned(), "b".to_owned()]));
    say(&mut capture, "more", &Verdict::Tag(vec!["a".to_owned(), "c, d".replace(", ", ",")]));
    let seen = all(&mut capture).remove(0);
    assert_eq!(seen.tags.unwrap(), ["b", "a", "c,d"]);
    let values: Vec<String> = seen.fields.unwrap().into_iter().map(|field| field.value).collect();
    assert_eq!(values, [r#""[redacted by mask]""#, r#""to [redacted by mask]""#]);
    assert_eq!(seen.query.unwrap(), r#"<filter><condition attribute="a" value="[redacted by mask]" /></filter>"#);
    // A second rule redacts what is left, and cannot look into the mark of the first.
    capture.apply("next", vec![Decision::Answered(redact(&[text("mask"), field("email"), text("to ")]))], &everything()).unwrap();
    let record = record(capture);
    assert_eq!(record["Tags"], "b, a, c,d");
    assert_eq!(record["Redacted"], "mask, next");
    let fields = r#"[{"Name":"email","Value":"[redacted by mask]"},{"Name":"note","Value":"[redacted by next][redacted by mask]"}]"#;
    assert_eq!(record["Fields"], fields);
}

#[test]
fn activities_only_those_of_interest_and_decisions_are_about_these() {
    let events = [event("Update", "a", ""), event("Create", "b", ""), event("Update", "b", ""), event("Retrieve", "a", "")];
    let mut capture = capture("", &events);
    let interest = |messages: &[&str], categories: &[Category], entities: &[&str]| Interest {
        messages: messages.iter().map(ToString::to_string).collect(),
        categories: categories.to_vec(),
        entities: entities.iter().map(ToString::to_string).collect(),
    };
    let tag = |tag: &str| Decision::Answered(Verdict::Tag(vec![tag.to_owned()]));
    let count = |capture: &mut Capture, interest: &Interest| capture.activities(interest, Columns::default()).len();
    assert_eq!(count(&mut capture, &interest(&["UPDATE"], &[], &[])), 2);
    assert_eq!(count(&mut capture, &interest(&[], &[Category::Update, Category::Create], &["B"])), 2, "the last selection counts");
    capture.apply("one", vec![tag("create"), tag("update")], &everything()).unwrap();
    assert_eq!(count(&mut capture, &interest(&["Delete"], &[], &[])), 0);
    capture.apply("two", vec![], &everything()).unwrap();
    let tags: Vec<String> = records(&capture.emit()).iter().map(|record| record["Tags"].as_str().unwrap_or("none").to_owned()).collect();
    assert_eq!(tags, ["none", "create", "update", "none"]);
}

#[test]
fn apply_unreviewed_is_marked_and_goes_on() {
    let mut capture = capture("", &[event("Update", "a", "")]);
    for rule in ["first", "second", "first"] {
        assert_eq!(all(&mut capture).len(), 1);
        capture.apply(rule, vec![Decision::Unreviewed], &Grant::default()).unwrap();
    }
    keep(&mut capture, "third");
    let record = record(capture);
    assert_eq!(record["Unreviewed"], "first, second");
    assert_eq!((record.get("Redacted"), record.get("Tags")), (None, None));
}

#[test]
fn emit_new_columns_stand_between_the_head_and_what_flows() {
    let more = r#","Query":"name","Fields":[{"Name":"n","Value":"abc"}],"UserAgent":"browser""#;
    for (settings, before) in [("", r#""UserAgent":"browser","#), (WIRE, r#""UserAgent":"browser","#)] {
        let mut capture = capture(settings, &[event("Update", "a", more)]);
        say(&mut capture, "one", &redact(&[field("N")]));
        say(&mut capture, "two", &Verdict::Tag(vec!["t".to_owned()]));
        all(&mut capture);
        capture.apply("three", vec![Decision::Unreviewed], &Grant::default()).unwrap();
        let expected = format!(r#"{before}"Tags":"t","Redacted":"one","Unreviewed":"three","Query":"name","Fields":"#);
        let records = capture.emit().outcome.records;
        assert!(records.contains(&expected), "{records}");
    }
}

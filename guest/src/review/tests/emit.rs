//! The end of a batch: records, counts and ledgers.

use actlog_generator::{Generator, Mix};

use super::*;
use crate::review::{RuleDrop, Withheld};

fn batch(seed: u64, mix: Mix, count: usize) -> String {
    Generator::with_mix(seed, mix).take(count).collect::<Vec<String>>().join("\n")
}

#[test]
fn emit_after_keep_all_equals_audit() {
    let mixes =
        [Mix::DEFAULT, Mix { damaged: 20, ..Mix::DEFAULT }, Mix { large: 100, ..Mix::SDK_EVENTS }, Mix { large: 100, ..Mix::REMOTE }];
    for settings in ["", WIRE] {
        let auditor = Auditor::open(settings).unwrap();
        for (seed, mix) in (1..).zip(mixes) {
            let mut events = batch(seed, mix, 300).into_bytes();
            events.extend_from_slice(b"\n \n\xff\n{\"Message\":\"WhoAmI\"}\n");
            let mut capture = auditor.capture(&events);
            for rule in ["first", "second"] {
                say(&mut capture, rule, &Verdict::Keep);
                say(
                    &mut capture,
                    rule,
                    &redact(&[field("no-such-field"), text("a text that shows nowhere"), text("\u{10fffe}\u{10fffe}\u{10fffe}")]),
                );
            }
            let expected = ReviewedOutcome { outcome: auditor.audit(&events), ..ReviewedOutcome::default() };
            assert!(capture.emit() == expected, "seed {seed}");
        }
    }
}

#[test]
fn emit_without_rules_equals_audit_and_a_second_gives_nothing() {
    let auditor = Auditor::open("").unwrap();
    let events = batch(9, Mix::DEFAULT, 200);
    let mut capture = auditor.capture(events.as_bytes());
    assert_eq!(capture.emit(), ReviewedOutcome { outcome: auditor.audit(events.as_bytes()), ..ReviewedOutcome::default() });
    assert_eq!(capture.emit(), ReviewedOutcome::default());
    assert_eq!(all(&mut capture), []);
    assert_eq!(capture.apply("late", vec![], &everything()), Ok(()));
    assert_eq!(auditor.capture(b"").emit(), ReviewedOutcome::default());
}

#[test]
fn emit_what_was_dropped_and_withheld_is_accounted_for() {
    let one = |message: &str, entity: &str| event(message, entity, "");
    let events = [
        one("Update", "a"),
        one("Retrieve", "a"),
        one("Update", "a"),
        one("WhoAmI", "a"),
        "{}".to_owned(),
        one("Update", "b"),
        one("Create", "a"),
    ];
    let mut capture = capture("", &events);
    let drop = |reason: &str| Decision::Answered(Verdict::Drop(reason.to_owned()));
    assert_eq!(all(&mut capture).len(), 5);
    let decisions = vec![drop("noise"), Decision::Answered(Verdict::Keep), drop("noise"), drop("noise"), Decision::Withheld];
    capture.apply("quiet", decisions, &everything()).unwrap();
    assert_eq!(all(&mut capture).len(), 1, "only what is left is shown");
    capture.apply("broken", vec![Decision::Withheld], &everything()).unwrap();
    let ReviewedOutcome { outcome, dropped, withheld } = capture.emit();
    assert_eq!((outcome.read, outcome.recorded, outcome.parts, outcome.records.as_str()), (7, 0, 0, ""));
    assert_eq!((outcome.excluded.len(), outcome.rejected.len()), (1, 1));
    let row = |entity: &str, count| RuleDrop {
        rule: "quiet".to_owned(),
        reason: "noise".to_owned(),
        message: "Update".to_owned(),
        entity: entity.to_owned(),
        count,
    };
    assert_eq!(dropped, [row("a", 2), row("b", 1)]);
    assert_eq!(withheld, [Withheld { index: 1, rule: "broken".to_owned() }, Withheld { index: 6, rule: "quiet".to_owned() }]);
}

#[test]
fn emit_tags_and_marks_that_are_too_long_for_one_part_are_spread() {
    let results: Vec<String> = (1..100).map(|id| format!("\"{id:032x}\"")).collect();
    let more = format!(r#","Fields":[{{"Name":"name","Value":"Contoso"}}],"QueryResults":[{}]"#, results.join(","));
    for settings in ["", WIRE] {
        let mut capture = capture(settings, &[event("Update", "account", &more)]);
        let tags: Vec<String> = (10..26).map(|tag| format!("\"{tag}é{}", "t".repeat(59))).collect();
        let mut rules = Vec::new();
        for rule in 0..5 {
            let rule = format!("{}{rule}", "r".repeat(63));
            say(&mut capture, &rule, &Verdict::Tag(tags.clone()));
            say(&mut capture, &rule, &redact(&[text("Contoso"), Target::WholeItemUrl, field("name")]));
            all(&mut capture);
            capture.apply(&rule, vec![Decision::Unreviewed], &everything()).unwrap();
            rules.push(rule);
        }
        let outcome = capture.emit();
        assert!(outcome.outcome.records.contains(r#""Spread":""#));
        let record = &records(&outcome)[0];
        assert_eq!(record["Tags"], tags.join(", "));
        assert_eq!(record["Redacted"], rules[0], "there was nothing left for the others");
        assert_eq!(record["Unreviewed"], rules.join(", "));
        assert_eq!(record["QueryResults"].as_str().unwrap().split(", ").count(), 99);
    }
}

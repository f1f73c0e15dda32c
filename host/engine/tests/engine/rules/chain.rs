//! What a chain of rules makes of a batch: order, what each sees, and what shows in the outcome.

use super::builder::{Does, Key, TestRule};
use super::image::{Answer, Target};
use super::*;
use actlog_engine::rules::{OnFault, RuleDrop};
use actlog_engine::{Batch, Blame, Error};
use std::ops::ControlFlow;

/// An event with two fields, and a query in which the value of the first shows.
fn with_fields(message: &str, number: usize) -> String {
    let fields = r#""Fields":[{"Name":"email","Value":"jane@contoso.example"},{"Name":"city","Value":"Bonn"}]"#;
    let query = r#""Query":"<filter><condition attribute=\"emailaddress1\" value=\"jane@contoso.example\" /></filter>""#;
    let event = common::event(message, number);
    format!("{},{fields},{query}}}\n", event.strip_suffix('}').expect("an object"))
}

fn audit_fields(filter: &Filter, message: &str) -> Outcome {
    filter.audit(with_fields(message, 0).as_bytes()).expect("an outcome")
}

fn tagging(tag: &'static str) -> TestRule {
    TestRule::new().tags(b'T', tag)
}

/// A field's value in a record.
fn field(outcome: &Outcome, name: &str) -> String {
    let fields: Vec<Value> = serde_json::from_str(&column(outcome, "Fields")[0]).expect("Fields are JSON");
    let field = fields.iter().find(|field| field["Name"] == name).expect("the field is there");
    field["Value"].as_str().expect("a string").to_owned()
}

#[test]
fn empty_chain_leaves_records_as_they_are() {
    let filter = filter([]);
    assert!(filter.rules().is_empty());
    assert_eq!(audit(&filter, &["Retrieve", "WhoAmI"]), audit(&plain(), &["Retrieve", "WhoAmI"]));
}

#[test]
fn rule_that_keeps_everything_leaves_records_as_they_are() {
    let filter = filter([member("keeps", load(&TestRule::new()))]);
    let events = [&batch(&["Retrieve", "WhoAmI", "Update"]), "{\n\n", &with_fields("Create", 9)].concat();
    assert_eq!(filter.audit(events.as_bytes()).expect("an outcome"), plain().audit(events.as_bytes()).expect("an outcome"));
}

#[test]
fn rules_are_asked_in_their_order() {
    let both = |first, second| filter([member(first, load(&tagging(first))), member(second, load(&tagging(second)))]);
    assert_eq!(column(&audit(&both("one", "two"), &["Tagged"]), "Tags"), ["one, two"]);
    assert_eq!(column(&audit(&both("two", "one"), &["Tagged"]), "Tags"), ["two, one"]);
}

#[test]
fn rule_sees_the_tags_of_an_earlier_one_and_not_of_a_later_one() {
    let seeing = || member("sees", load(&TestRule::new().by(Key::Tag).tags(b'v', "seen")));
    let tags = || member("tags", load(&tagging("vip")));
    assert_eq!(column(&audit(&filter([tags(), seeing()]), &["Tagged", "Kept"]), "Tags"), ["vip, seen", ""]);
    assert_eq!(column(&audit(&filter([seeing(), tags()]), &["Tagged", "Kept"]), "Tags"), ["vip", ""]);
}

#[test]
fn rule_sees_the_mark_and_not_the_value_that_an_earlier_one_redacted() {
    let seeing = || member("sees", load(&TestRule::new().by(Key::Field).tags(b'j', "value").tags(b'[', "mark")));
    let masks = || member("masks", load(&TestRule::new().redacts(b'R', Target::Field("email"))));
    assert_eq!(column(&audit_fields(&filter([masks(), seeing()]), "Redacted"), "Tags"), ["mark"]);
    assert_eq!(column(&audit_fields(&filter([seeing(), masks()]), "Redacted"), "Tags"), ["value"]);
}

#[test]
fn activity_that_an_earlier_rule_dropped_is_not_shown_to_a_later_one() {
    let filter = filter([
        member("drops", load(&TestRule::new().drops(b'X', "noise"))),
        member("traps", load(&TestRule::new().on(b'X', Does::Traps))),
    ]);
    let outcome = audit(&filter, &["Xone", "Kept"]);
    assert_eq!((outcome.excluded_events(), outcome.rule_faults.len()), (1, 0));
}

#[test]
fn activity_that_is_withheld_is_not_shown_to_a_later_rule() {
    let bad = |name| member(name, load(&TestRule::new().on(b'X', Does::Traps))).on_fault(OnFault::Withhold);
    let outcome = audit(&filter([bad("first"), bad("second")]), &["Kept", "Xone"]);
    assert_eq!(faulted(&outcome), [(1, FaultKind::Panic, "first")]);
    assert_eq!(rule_faults(&outcome), [("first", FaultKind::Panic, 1)]);
}

#[test]
fn faults_of_several_rules_name_each_its_own() {
    let bad = |name, letter, does| member(name, load(&TestRule::new().on(letter, does))).on_fault(OnFault::Withhold);
    let chain = [bad("zeta", b'Z', Does::Traps), bad("alpha", b'A', Does::Recurses), bad("mid", b'M', Does::DividesByZero)];
    let outcome = audit(&filter(chain), &["Mone", "Zone", "Kept", "Aone", "Ztwo", "Mtwo"]);
    let expected = [
        (0, FaultKind::Trap, "mid"),
        (1, FaultKind::Panic, "zeta"),
        (3, FaultKind::StackOverflow, "alpha"),
        (4, FaultKind::Panic, "zeta"),
        (5, FaultKind::Trap, "mid"),
    ];
    assert_eq!(faulted(&outcome), expected);
    let rules = [("zeta", FaultKind::Panic, 2), ("alpha", FaultKind::StackOverflow, 1), ("mid", FaultKind::Trap, 2)];
    assert_eq!(rule_faults(&outcome), rules, "in the order of the chain");
}

#[test]
fn interest_selects_by_message_category_and_entity() {
    type Change = fn(&mut super::image::Manifest);
    let cases: [(Change, &[&str]); 6] = [
        (|_| (), &["e-0", "e-1", "e-2"]),
        (|said| said.messages = vec!["RETRIEVE".to_owned(), "Other".to_owned()], &["e-0"]),
        (|said| said.categories = vec!["update", "delete"], &["e-1", "e-2"]),
        (|said| said.entities = vec!["Contact"], &["e-2"]),
        (|said| (said.categories, said.entities) = (vec!["update"], vec!["contact"]), &[]),
        (|said| (said.categories, said.entities) = (vec!["delete"], vec!["contact"]), &["e-2"]),
    ];
    let events = [batch(&["Retrieve", "Update"]), common::event("Delete", 2).replace("account", "contact")].concat();
    for (number, (change, expected)) in cases.into_iter().enumerate() {
        let rule = TestRule::new().tags(b'R', "seen").tags(b'U', "seen").tags(b'D', "seen").says(change);
        let outcome = filter([member("sees", load(&rule))]).audit(events.as_bytes()).expect("an outcome");
        let tagged = recorded(&outcome).into_iter().zip(column(&outcome, "Tags"));
        let tagged: Vec<_> = tagged.filter(|(_, tags)| tags == "seen").map(|(id, _)| id).collect();
        assert_eq!(tagged, expected, "case {number}");
    }
}

#[test]
fn columns_that_were_not_asked_for_do_not_cross() {
    let counting = |columns: &[&'static str]| {
        let rule = TestRule::new().by(Key::Columns).says(|said| said.columns = columns.to_vec());
        ["none", "one", "two", "three"].into_iter().zip(0u8..).fold(rule, |rule, (tag, count)| rule.tags(count, tag))
    };
    let cases: [(&[&str], &str); 5] =
        [(&[], "none"), (&["message"], "one"), (&["fields"], "one"), (&["message", "entity-name", "fields"], "three"), (&["tags"], "none")];
    for (columns, expected) in cases {
        let outcome = audit_fields(&filter([member("counts", load(&counting(columns)))]), "Create");
        assert_eq!(column(&outcome, "Tags"), [expected], "{columns:?}");
    }
}

#[test]
fn columns_asked_for_are_in_the_manifest() {
    let rule = TestRule::new().by(Key::Field).says(|said| (said.categories, said.version) = (vec!["read", "sign-in"], "2.1".to_owned()));
    let loaded = load(&rule);
    let manifest = loaded.manifest();
    assert_eq!((manifest.name.as_str(), manifest.version.as_str()), ("test", "2.1"));
    assert_eq!(
        (manifest.columns.as_slice(), manifest.categories.as_slice()),
        (["message", "fields"].as_slice(), ["read", "sign-in"].as_slice())
    );
    assert_eq!((manifest.tags, manifest.redacts, manifest.drops), (false, false, false));
}

#[test]
fn redaction_shows_in_every_place_and_names_the_rule() {
    let filter = filter([member("mask-mail", load(&TestRule::new().redacts(b'R', Target::Field("EMail"))))]);
    let outcome = audit_fields(&filter, "Redacted");
    assert_eq!((field(&outcome, "email").as_str(), field(&outcome, "city").as_str()), ("[redacted by mask-mail]", "Bonn"));
    assert_eq!(column(&outcome, "Redacted"), ["mask-mail"]);
    assert!(!String::from_utf8_lossy(&outcome.records).contains("jane@contoso"), "not in the query either");
    assert_eq!(column(&audit_fields(&filter, "Kept"), "Redacted"), [""]);
}

#[test]
fn drops_are_counted_by_rule_reason_message_and_entity() {
    let rule = TestRule::new().drops(b'D', "noise").drops(b'E', "echo");
    let filter = filter([member("quiet", load(&rule))]);
    let other = common::event("Dust", 9).replace("account", "contact");
    let events = batch(&["Dust", "Kept", "Echo", "Dust", "Drop"]) + &other;
    let outcome = filter.audit(events.as_bytes()).expect("an outcome");
    let dropped = |reason: &str, message: &str, entity: &str, count| RuleDrop {
        rule: "quiet".to_owned(),
        reason: reason.to_owned(),
        message: message.to_owned(),
        entity: entity.to_owned(),
        count,
    };
    let mut counted = outcome.dropped.clone();
    counted.sort_by_key(|drop| (drop.reason.clone(), drop.message.clone(), drop.entity.clone()));
    let expected = [
        dropped("echo", "Echo", "account", 1),
        dropped("noise", "Drop", "account", 1),
        dropped("noise", "Dust", "account", 2),
        dropped("noise", "Dust", "contact", 1),
    ];
    assert_eq!(counted, expected);
    assert!(outcome.is_balanced() && outcome.excluded.is_empty());
    assert_eq!((outcome.excluded_events(), recorded(&outcome)), (5, vec!["e-1".to_owned()]));
}

#[test]
fn rule_that_wants_what_is_not_granted_is_refused_and_the_settings_are_to_blame() {
    let wanting =
        [(tagging("t"), "tag"), (TestRule::new().redacts(b'R', Target::WholeQuery), "redact"), (TestRule::new().drops(b'D', "d"), "drop")];
    for (rule, wanted) in wanting {
        let error = Chain::new([Member::new("wants", load(&rule))]).expect_err("nothing is granted");
        assert_eq!(error.blame(), Blame::Settings);
        let Error::Rule { rule, error: RuleError::NotGranted { wants } } = error else { panic!("{error:?}") };
        assert_eq!((rule.as_str(), wants), ("wants", wanted));
    }
}

#[test]
fn answers_within_a_grants_lists_are_applied_and_others_are_faults() {
    let rule = TestRule::new()
        .tags(b'A', "allowed")
        .tags(b'B', "other")
        .redacts(b'C', Target::Field("EMAIL"))
        .redacts(b'D', Target::Field("city"))
        .redacts(b'E', Target::Text("Bonn"))
        .redacts(b'F', Target::WholeQuery);
    let grant = Grant { may_drop: false, tags: vec!["allowed".to_owned()], redact: vec!["email".to_owned()] };
    let filter = filter([Member::new("strict", load(&rule)).grant(grant)]);
    let events: String =
        ["A1", "B1", "C1", "D1", "E1", "F1", "Kept"].iter().enumerate().map(|(n, message)| with_fields(message, n)).collect();
    let outcome = filter.audit(events.as_bytes()).expect("an outcome");
    let refused = |index| (index, FaultKind::NotGranted, "strict");
    assert_eq!(faulted(&outcome), [refused(1), refused(3), refused(4), refused(5)], "to withhold is the default of a rule that redacts");
    assert_eq!(recorded(&outcome), ["e-0", "e-2", "e-6"]);
    assert_eq!((column(&outcome, "Tags"), column(&outcome, "Redacted")), (texts(["allowed", "", ""]), texts(["", "strict", ""])));
}

#[test]
fn answers_beyond_the_manifest_are_faults() {
    let beyond =
        |answer| TestRule::new().on(b'X', Does::Answers(answer)).says(|said| (said.tags, said.redacts, said.drops) = (false, false, false));
    for answer in [Answer::Tag(vec!["t"]), Answer::Redact(vec![Target::Field("email")]), Answer::Drop("d")] {
        let any = || vec![Grant::ANY.to_owned()];
        let everything = Grant { may_drop: true, tags: any(), redact: any() };
        let rule = load(&beyond(answer.clone()));
        let outcome = audit(&filter([Member::new("sly", rule.clone()).grant(everything.clone())]), &["Kept", "Xone"]);
        assert_eq!(rule_faults(&outcome), [("sly", FaultKind::BadAnswer, 1)], "{answer:?}");
        assert_eq!(column(&outcome, "Unreviewed"), ["", "sly"], "to keep is the default of a rule that does not redact");
        let withholding = Member::new("sly", rule).grant(everything).on_fault(OnFault::Withhold);
        assert_eq!(faulted(&audit(&filter([withholding]), &["Kept", "Xone"])), [(1, FaultKind::BadAnswer, "sly")]);
    }
}

#[test]
fn default_where_a_rule_fails_follows_its_manifest() {
    let failing = |redacts| TestRule::new().on(b'X', Does::Traps).says(|said| said.redacts = redacts);
    let outcome = audit(&filter([member("masks", load(&failing(true)))]), &["Xone"]);
    assert_eq!((outcome.recorded, outcome.rule_faults[0].on_fault), (0, OnFault::Withhold));
    let outcome = audit(&filter([member("tags", load(&failing(false)))]), &["Xone"]);
    assert_eq!((outcome.recorded, outcome.rule_faults[0].on_fault), (1, OnFault::Keep));
    assert_eq!(OnFault::default_for(load(&failing(true)).manifest()), OnFault::Withhold);
}

#[test]
fn unreviewed_names_every_rule_that_did_not_see_the_activity() {
    let bad = |name| member(name, load(&TestRule::new().on(b'X', Does::Traps)));
    let outcome = audit(&filter([bad("one"), member("good", load(&TestRule::new().tags(b'X', "seen"))), bad("two")]), &["Xone", "Kept"]);
    assert_eq!((column(&outcome, "Unreviewed"), column(&outcome, "Tags")), (texts(["one, two", ""]), texts(["seen", ""])));
}

#[test]
fn names_that_are_bad_or_stand_twice_are_refused() {
    let rule = load(&TestRule::new());
    let longest = "n".repeat(64);
    for good in ["a", "0-9-z", "-", longest.as_str()] {
        assert!(Chain::new([Member::new(good, rule.clone())]).is_ok(), "{good}");
    }
    for bad in ["", "A", "a b", "a_b", "\u{e9}", "a\n", "n".repeat(65).as_str()] {
        let error = Chain::new([Member::new(bad, rule.clone())]).expect_err("a bad name");
        assert!(matches!(&error, Error::Rule { error: RuleError::Name(name), .. } if name == bad), "{error:?}");
        assert_eq!(error.blame(), Blame::Settings);
    }
    let twice = ["one", "two", "one"].map(|name| Member::new(name, rule.clone()));
    assert!(matches!(Chain::new(twice), Err(Error::Rule { error: RuleError::Name(name), .. }) if name == "one"));
}

#[test]
fn figures_count_what_a_rule_did_and_go_on_with_its_next_version() {
    let rule = load(&TestRule::new().tags(b'T', "t").drops(b'D', "d").redacts(b'R', Target::WholeQuery).on(b'X', Does::Traps));
    let stats = std::sync::Arc::default();
    let with = |on_fault| filter([member("busy", rule.clone()).on_fault(on_fault).stats(std::sync::Arc::clone(&stats))]);
    audit(&with(OnFault::Withhold), &["Tagged", "Dropped", "Redacted", "Xone", "Kept"]);
    audit(&with(OnFault::Keep), &["Tagged", "Xone"]);
    let figures = stats.figures();
    assert_eq!((figures.batches, figures.activities), (2, 7));
    assert_eq!((figures.tagged, figures.redacted, figures.dropped, figures.unreviewed, figures.withheld), (2, 1, 1, 1, 1));
    assert!(figures.time > Duration::ZERO);
}

#[test]
fn outcomes_with_any_number_of_jobs_are_identical() {
    let rule = TestRule::new().tags(b'T', "t").drops(b'D', "d").redacts(b'R', Target::Field("email")).on(b'X', Does::Traps);
    let rule = load(&rule);
    let run = |jobs| {
        // Suspension goes by how batches follow one another, which threads do not keep.
        let filter = filter([member("busy", rule.clone()).suspend_after(u32::MAX)]);
        let batches = (0..60usize).map(|tag| {
            let events =
                (0..tag % 7).map(|number| with_fields(["Tagged", "Dropped", "Redacted", "Kept", "Xone"][(tag + number) % 5], number));
            Batch { events: events.collect::<String>().into_bytes(), tag }
        });
        let mut all = String::new();
        let flow = filter.audit_ordered(jobs, batches, |tag, outcome| {
            all.push_str(&format!("{tag}: {:?}\n", outcome.expect("an outcome")));
            ControlFlow::<()>::Continue(())
        });
        assert_eq!(flow, ControlFlow::Continue(()));
        all
    };
    let one = run(1);
    assert!(one.contains("Panic") && one.lines().count() == 60);
    assert!(run(4) == one);
}

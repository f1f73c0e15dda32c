//! The gate: the cases of `cases.txt`, the order of the rules, and what holds for every event and every policy.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::activity::UserType;
use crate::categorize::categorize;
use crate::guid::Guid;
use crate::json::Text;
use crate::settings::{Settings, Which};
use crate::tables::{excluded_messages, social};

const HERE: &str = "1aa1b2c3-0000-4000-8000-00000000000a";

/// The rules in their order, kept here on their own: name, reason, and which events they speak of.
const ORDER: [(&str, &str, &str); 18] = [
    ("organization-known", "unknown-organization", "all"),
    ("production", "not-production", "all"),
    ("version", "version-too-old", "all"),
    ("subscription", "no-subscription", "all"),
    ("start-auditing", "auditing-off", "all"),
    ("social-action", "social-action-not-logged", "social"),
    ("logged-message", "excluded-message", "SDK"),
    ("user-access", "user-access-off", "SDK"),
    ("read-auditing", "read-auditing-off", "SDK"),
    ("area", "area-not-audited", "SDK"),
    ("entity-auditing", "entity-not-audited", "SDK"),
    ("single-record", "single-record-off", "SDK"),
    ("multiple-record", "multiple-record-off", "SDK"),
    ("customer-message", "customer-message", "all"),
    ("customer-entity", "customer-entity", "all"),
    ("customer-user", "customer-user", "all"),
    ("service-account", "service-account", "all"),
    ("system-noise", "system-noise", "all"),
];

fn policy(document: &str) -> Policy {
    Policy::of(&Settings::parse(document).unwrap(), Which::Published)
}

/// What gate and checks say of an event in our plain form; they must say the same.
fn outcome(event: &Value, policy: &Policy) -> &'static str {
    let text = |key: &str| event[key].as_str().unwrap_or_default();
    let guid = |key: &str| event[key].as_str().map(|text| Guid::parse(text).unwrap());
    let (message, entity) = (text("Message"), text("EntityName"));
    let social = social::is_social_workload(text("Workload"));
    let in_table = social::lookup(entity, message).filter(|_| social);
    let activity = Activity {
        organization_id: if event["OrganizationId"].is_null() && event.get("OrganizationId").is_some() {
            None
        } else {
            guid("OrganizationId").or(Guid::parse(HERE))
        },
        user_id: guid("UserId"),
        system_user_id: guid("SystemUserId"),
        user_upn: event["UserUpn"].as_str().map(Text::plain),
        ..Activity::default()
    };
    let subject = Subject {
        message,
        entity,
        category: in_table.map_or_else(|| categorize(message), |action| action.category),
        user_type: UserType::parse(text("UserType")),
        social,
        sets_state: false,
    };
    let checks = checks(&subject, &activity, policy);
    let decided = gate(&subject, &activity, policy);
    assert_eq!(decided, checks.iter().find(|check| !check.passed).map_or(Ok(()), |check| Err(check.reason)), "{event}");
    let kind = if social { "social" } else { "SDK" };
    let expected: Vec<_> = ORDER.iter().filter(|row| row.2 == "all" || row.2 == kind).map(|row| (row.0, row.1)).collect();
    assert_eq!(checks.iter().map(|check| (check.name, check.reason.name())).collect::<Vec<_>>(), expected);
    assert!(checks.iter().all(|check| !check.why.is_empty()));
    decided.map_or_else(ExclusionReason::name, |()| "recorded")
}

/// One case of the file: the events stand with their outcomes.
struct Case {
    title: &'static str,
    policy: Policy,
    events: Vec<(&'static str, Value)>,
}

fn cases() -> Vec<Case> {
    let outcomes: BTreeSet<_> = ExclusionReason::ALL.iter().map(|reason| reason.name()).chain(["recorded"]).collect();
    let mut cases = include_str!("cases.txt").split("\n== ");
    cases.next();
    let read = |case: &'static str| {
        let (title, rest) = case.split_once('\n').unwrap();
        let event = |line: &'static str| line.split_once(' ').filter(|(outcome, _)| outcomes.contains(outcome));
        let settings: Vec<_> = rest.lines().take_while(|line| event(line).is_none()).collect();
        let events = rest.lines().skip(settings.len()).filter(|line| !line.is_empty());
        let events = events.map(|line| event(line).unwrap_or_else(|| panic!("{title}: no outcome in {line}")));
        let events: Vec<_> = events.map(|(outcome, event)| (outcome, serde_json::from_str(event).unwrap())).collect();
        assert!(!events.is_empty(), "{title}: no events");
        Case { title, policy: policy(&settings.join("\n")), events }
    };
    cases.map(read).collect()
}

#[test]
fn gate_each_case_has_the_outcome_that_the_case_expects() {
    for Case { title, policy, events } in cases() {
        for (expected, event) in events {
            assert_eq!(outcome(&event, &policy), expected, "{title}: {event}");
        }
    }
}

#[test]
fn cases_reach_every_reason() {
    let reached: BTreeSet<_> = cases().into_iter().flat_map(|case| case.events).map(|(outcome, _)| outcome).collect();
    for reason in ExclusionReason::ALL {
        assert!(reached.contains(reason.name()), "{}", reason.name());
    }
}

#[test]
fn rules_stand_in_the_documented_order() {
    let documented: Vec<_> = include_str!("../gate.rs").lines().filter_map(|line| line.strip_prefix("//! | ")).skip(1).collect();
    let documented: Vec<_> = documented.iter().map(|row| row.split(" | ").take(2).collect::<Vec<_>>()).collect();
    assert_eq!(documented, ORDER.map(|(name, _, events)| vec![name, events]));
    let reasons: BTreeSet<_> = ORDER.iter().map(|row| row.1).collect();
    assert_eq!(reasons, ExclusionReason::ALL.iter().map(|reason| reason.name()).collect(), "a rule for each reason");
}

#[test]
fn checks_say_what_they_looked_at() {
    let policy = policy(r#"{"auditing": {"areas": ["sales"]}, "entities": {"account": {"single-record": false}}}"#);
    let subject = Subject {
        message: "Retrieve",
        entity: "account",
        category: categorize("Retrieve"),
        user_type: None,
        social: false,
        sets_state: false,
    };
    let checks = checks(&subject, &Activity::default(), &policy);
    let failed: Vec<_> = checks.iter().filter(|check| !check.passed).map(|check| (check.name, check.why.as_str())).collect();
    assert_eq!(
        failed,
        [("area", "area common is not audited"), ("single-record", "category Read; Single record auditing is off for account")]
    );
}

/// One event whose columns are each left out or one of a few.
fn event() -> impl Strategy<Value = Value> {
    let words = |words: &'static [&'static str]| prop::option::of(prop::sample::select(words));
    let message = words(&[
        "Create",
        "Update",
        "Delete",
        "Retrieve",
        "RetrieveMultiple",
        "WhoAmI",
        "UserSignIn",
        "UserSignOut",
        "LogSuccessBulkOperation",
        "Rename",
        "new_Action",
    ]);
    let entity = words(&["account", "Opportunity", "incident", "task", "Search Topic", "Search Topic Category"]);
    let ids = &["00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002", "00000000-0000-0000-0000-000000000003"];
    let upn = words(&["ann@contoso.com", "BOB@contoso.com", "eve@contoso.com"]);
    let organization = words(&[HERE, "2aa1b2c3-0000-4000-8000-00000000000a"]);
    let workload = words(&["MSE", "CRM"]);
    let user_type = words(&["System", "Regular"]);
    (message, entity, words(ids), words(ids), upn, organization, workload, user_type).prop_map(|columns| {
        let (message, entity, user, caller, upn, organization, workload, user_type) = columns;
        serde_json::json!({
            "Message": message.unwrap_or("Create"), "EntityName": entity, "UserId": user, "SystemUserId": caller, "UserUpn": upn,
            "OrganizationId": organization, "Workload": workload, "UserType": user_type,
        })
    })
}

/// Settings made of a random choice of sections.
fn some_policy() -> impl Strategy<Value = Policy> {
    let one = |sections: &'static [&'static str]| prop::option::weighted(0.4, prop::sample::select(sections));
    let auditing = one(&[
        r#""auditing": {"start": false}"#,
        r#""auditing": {"user-access": false, "areas": ["sales"]}"#,
        r#""auditing": {"read": false, "areas": []}"#,
    ]);
    let entities = one(&[
        r#""entities": {"default": {"auditing": false}, "task": {"auditing": true}}"#,
        r#""entities": {"account": {"single-record": false}, "task": {"multiple-record": false}}"#,
    ]);
    let organizations = one(&[
        r#""organizations": [{"id": "1aa1b2c3-0000-4000-8000-00000000000a", "instance": "sandbox", "version": "9", "subscription": "none", "waive": ["production"]}]"#,
        r#""organizations": [{"id": "1aa1b2c3-0000-4000-8000-00000000000a", "instance": "production", "version": "7", "subscription": "E3"}]"#,
        r#""organizations": [{"id": "1aa1b2c3-0000-4000-8000-00000000000a", "waive": ["production", "version", "subscription"]}]"#,
    ]);
    let exclusions = one(&[
        r#""exclusions": {"messages": ["update", "rename"], "entities": ["Task"], "system-noise": true}"#,
        r#""exclusions": {"users": ["ann@contoso.com", "00000000-0000-0000-0000-000000000002"], "service-accounts": ["bob@contoso.com", "00000000-0000-0000-0000-000000000001"]}"#,
    ]);
    let users = one(&[
        r#""users": [{"id": "00000000-0000-0000-0000-000000000003", "upn": "bob@contoso.com"}, {"id": "00000000-0000-0000-0000-000000000001", "upn": "ann@contoso.com"}]"#,
    ]);
    (auditing, entities, organizations, exclusions, users).prop_map(|(a, b, c, d, e)| {
        let sections: Vec<_> = [a, b, c, d, e].into_iter().flatten().collect();
        policy(&format!("{{{}}}", sections.join(", ")))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// `outcome` fails where the two differ in their decision or in the rules that they run.
    #[test]
    fn gate_and_checks_any_event_and_policy_agree(event in event(), policy in some_policy()) {
        outcome(&event, &policy);
    }

    #[test]
    fn gate_without_settings_leaves_out_only_what_the_specification_does(event in event()) {
        let message = event["Message"].as_str().unwrap_or_default();
        let social = social::is_social_workload(event["Workload"].as_str().unwrap_or_default());
        let expected = match social {
            true if social::lookup(event["EntityName"].as_str().unwrap_or_default(), message).is_none() => "social-action-not-logged",
            false if excluded_messages::is_excluded(message) => "excluded-message",
            _ => "recorded",
        };
        prop_assert_eq!(outcome(&event, &policy("")), expected);
    }
}

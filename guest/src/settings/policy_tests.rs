//! What the policy makes of settings: look-ups, defaults and the draft.

use super::*;
use crate::activity::UserType;
use crate::guid::Guid;
use crate::json::Text;
use crate::tables::areas::Area;

const HERE: Guid = Guid(0x1aa1b2c3_0000_4000_8000_00000000000a);

fn settings(document: &str) -> Settings {
    Settings::parse(document).unwrap()
}

fn policy(document: &str) -> Policy {
    Policy::of(&settings(document), Which::Published)
}

/// The document of one organization, with these keys beside its id.
fn organization(keys: &str) -> Organization {
    let document = format!(r#"{{"organizations": [{{"id": "{HERE}", {keys}}}]}}"#);
    policy(&document).organization(HERE).unwrap().clone()
}

#[test]
fn of_the_empty_document_leaves_everything_on() {
    let policy = policy("");
    assert!(policy.start && policy.user_access && policy.read && !policy.system_noise);
    assert_eq!(policy.profile(), Profile::ActivityLogging);
    assert_eq!(policy.switches("account"), Switches { auditing: true, single_record: true, multiple_record: true });
    assert!(!policy.limits_areas() && Area::ALL.into_iter().all(|area| policy.audits_area(area)));
    assert!(!policy.lists_organizations() && policy.organization(HERE).is_none() && policy.user(HERE).is_none());
}

#[test]
fn profile_each_name_is_read() {
    assert_eq!(policy(r#"{"record": {"profile": "management-api"}}"#).profile(), Profile::ManagementApi);
    assert_eq!(policy(r#"{"record": {"profile": "activity-logging"}}"#).profile(), Profile::ActivityLogging);
}

#[test]
fn switches_of_an_entity_come_from_it_then_from_the_default() {
    let policy = policy(
        r#"{"entities": {"Business Unit": {"auditing": true}, "default": {"auditing": false, "single-record": false}, "lead": {"multiple-record": false}}}"#,
    );
    let switches = |auditing, single_record, multiple_record| Switches { auditing, single_record, multiple_record };
    assert_eq!(policy.switches("businessunit"), switches(true, false, true));
    assert_eq!(policy.switches("BUSINESS UNIT"), switches(true, false, true));
    assert_eq!(policy.switches("Lead"), switches(false, false, false));
    assert_eq!(policy.switches("account"), switches(false, false, true));
    assert_eq!(policy.switches(""), switches(false, false, true));
}

#[test]
fn areas_those_listed_are_audited() {
    let policy = policy(r#"{"auditing": {"areas": ["customer-service", "sales"]}}"#);
    let audited: Vec<_> = Area::ALL.into_iter().filter(|&area| policy.audits_area(area)).collect();
    assert_eq!(audited, [Area::Sales, Area::CustomerService]);
}

#[test]
fn organization_each_requirement_is_met_waived_or_unmet() {
    let none = r#""instance": "sandbox", "version": "7.9.9", "subscription": "none""#;
    let standings = |keys: &str| {
        let organization = organization(keys);
        [organization.production, organization.version, organization.subscription]
    };
    use Standing::{Met, Unmet, Waived};
    assert_eq!(standings(r#""instance": "production", "version": "8", "subscription": "E3""#), [Met; 3]);
    assert_eq!(standings(r#""instance": "production", "version": "10.1", "subscription": "E5""#), [Met; 3]);
    assert_eq!(standings(none), [Unmet; 3]);
    assert_eq!(standings(&format!(r#"{none}, "waive": ["production", "version", "subscription"]"#)), [Waived; 3]);
    assert_eq!(standings(&format!(r#"{none}, "waive": ["version"]"#)), [Unmet, Waived, Unmet]);
    assert_eq!(standings(r#""waive": ["production", "version", "subscription"]"#), [Waived; 3]);
}

#[test]
fn organization_names_fill_what_events_leave_out() {
    let waived = r#""waive": ["production", "version", "subscription"]"#;
    let named = organization(&format!(r#""unique-name": "org \"name\"", "instance-url": "https://orgname.crm.dynamics.com/", {waived}"#));
    assert_eq!(named.unique_name.as_ref().unwrap().as_text().decode(), "org \"name\"");
    assert_eq!(named.instance_url.as_ref().unwrap().as_text().decode(), "https://orgname.crm.dynamics.com");
    let unnamed = organization(waived);
    assert_eq!((unnamed.unique_name, unnamed.instance_url), (None, None));
}

#[test]
fn user_each_key_of_the_directory_is_found() {
    let policy = policy(
        r#"{"users": [{"id": "00000000-0000-0000-0000-000000000002", "type": "dcadmin"}, {"id": "00000000-0000-0000-0000-000000000003", "type": 4},
            {"id": "00000000-0000-0000-0000-000000000001", "upn": "ann@contoso.com", "key": "10033FFFA49A0001"}]}"#,
    );
    let ann = policy.user(Guid(1)).unwrap();
    assert_eq!(ann.upn.as_ref().unwrap().as_text().decode(), "ann@contoso.com");
    assert_eq!(ann.key.as_ref().unwrap().as_text().decode(), "10033FFFA49A0001");
    assert_eq!(ann.user_type, None);
    assert_eq!(*policy.user(Guid(2)).unwrap(), User { upn: None, key: None, user_type: Some(UserType::DcAdmin) });
    assert_eq!(policy.user(Guid(3)).unwrap().user_type, Some(UserType::System));
    assert_eq!(policy.user(Guid(4)), None);
}

#[test]
fn draft_replaces_whole_sections_and_never_acts_unasked() {
    let settings = settings(
        r#"{"auditing": {"user-access": false, "read": false}, "entities": {"lead": {"auditing": false}}, "exclusions": {"messages": ["Merge"]},
            "organizations": [{"id": "1aa1b2c3-0000-4000-8000-00000000000a", "waive": ["production", "version", "subscription"]}],
            "users": [{"id": "00000000-0000-0000-0000-000000000001", "type": 2}],
            "draft": {"auditing": {"start": false}, "entities": {"account": {"auditing": false}}, "organizations": [],
                "record": {"profile": "management-api"}}}"#,
    );
    let published = Policy::of(&settings, Which::Published);
    assert!(published.start && !published.user_access && !published.read);
    assert!(published.switches("account").auditing && !published.switches("lead").auditing);
    assert!(published.lists_organizations());
    assert_eq!(published.profile(), Profile::ActivityLogging);
    let draft = Policy::of(&settings, Which::Draft);
    assert!(!draft.start && draft.user_access && draft.read, "a drafted section takes nothing from the published one");
    assert!(!draft.switches("account").auditing && draft.switches("lead").auditing);
    assert!(!draft.lists_organizations());
    assert_eq!(draft.profile(), Profile::ManagementApi);
    assert!(draft.excluded_messages.contains("merge") && draft.user(Guid(1)).is_some(), "a section that is not drafted stays");
}

#[test]
fn draft_of_exclusions_and_users_replaces_them() {
    let settings = settings(
        r#"{"exclusions": {"messages": ["Merge"]}, "users": [{"id": "00000000-0000-0000-0000-000000000001"}],
            "draft": {"exclusions": {"entities": ["task"]}, "users": [{"id": "00000000-0000-0000-0000-000000000002"}]}}"#,
    );
    let draft = Policy::of(&settings, Which::Draft);
    assert!(draft.excluded_entities.contains("task") && !draft.excluded_messages.contains("Merge"));
    assert!(draft.user(Guid(2)).is_some() && draft.user(Guid(1)).is_none());
}

#[test]
fn draft_where_there_is_none_is_the_published_part() {
    let settings = settings(r#"{"auditing": {"start": false}}"#);
    assert!(!Policy::of(&settings, Which::Draft).start);
}

/// Settings that were built and not parsed may hold anything.
#[test]
fn of_unchecked_settings_passes_over_what_is_wrong() {
    let organization = ListedOrganization { id: "x".to_owned(), ..Default::default() };
    let user = ListedUser { id: "x".to_owned(), r#type: UserKind("boss".to_owned()), ..Default::default() };
    let exclusions = Exclusions { users: vec!["x".to_owned()], messages: vec![String::new()], ..Default::default() };
    let settings = Settings { organizations: vec![organization], users: vec![user], exclusions, ..Default::default() };
    let policy = Policy::of(&settings, Which::Published);
    assert!(!policy.lists_organizations() && !policy.excluded_messages.contains(""));
    assert!(!policy.excluded_users.has(Some(HERE), Some(Text::plain("x"))));
}

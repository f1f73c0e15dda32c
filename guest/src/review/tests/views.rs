//! What a rule sees.

use super::*;
use crate::categorize::Category;
use crate::review::{Column, FieldView};

const MORE: &str = r#","EntityId":"0a0d8709-711e-e811-a952-000d3a732d76","UserId":"11111111-711e-e811-a952-000d3a732d76","SystemUserId":"22222222-711e-e811-a952-000d3a732d76","UserUpn":"\u006aane@x","UserKey":"10033","UserType":"Admin","ClientIP":"131.107.1.1","UserAgent":"a \"browser\"","CreationTime":"2018-03-02T23:25:56.5Z","ResultStatus":"Success","Workload":"CRM","InstanceUrl":"https://x.com/","Fields":[{"Name":"a\"b","Value":"c\\\"d"},{"Name":"n","Value":{"k":[1.50,null]}}],"Query":"<filter type=\"and\" />","QueryResults":["0A0D8709-711e-e811-a952-000d3a732d76","dc136b61-6c1e-e811-a952-000d3a732d76"]"#;

fn expected() -> ActivityView {
    let some = |text: &str| Some(text.to_owned());
    let field = |name: &str, value: &str| FieldView { name: name.to_owned(), value: value.to_owned() };
    ActivityView {
        message: some("Update"),
        category: Some(Category::Update),
        activity_kind: Some("Accessed out-of-box entity"),
        entity_name: some("Contact"),
        entity_id: some("0a0d8709-711e-e811-a952-000d3a732d76"),
        user_id: some("11111111-711e-e811-a952-000d3a732d76"),
        system_user_id: some("22222222-711e-e811-a952-000d3a732d76"),
        user_upn: some("jane@x"),
        user_key: some("10033"),
        user_type: Some("Admin"),
        client_ip: some("131.107.1.1"),
        user_agent: some("a \"browser\""),
        creation_time: some("2018-03-02T23:25:56.5Z"),
        organization_id: some(ORGANIZATION),
        result_status: some("Success"),
        workload: some("CRM"),
        fields: Some(vec![field("a\"b", r#""c\\\"d""#), field("n", r#"{"k":[1.50,null]}"#)]),
        query: some(r#"<filter type="and" />"#),
        query_results: Some(vec!["0a0d8709-711e-e811-a952-000d3a732d76".to_owned(), "dc136b61-6c1e-e811-a952-000d3a732d76".to_owned()]),
        query_result_count: Some(2),
        item_url: some("https://x.com/main.aspx?etn=contact&pagetype=entityrecord&id=0a0d8709-711e-e811-a952-000d3a732d76"),
        tags: Some(vec!["one".to_owned(), "two".to_owned()]),
    }
}

#[test]
fn activities_every_column_is_the_same_in_both_profiles() {
    for settings in ["", WIRE] {
        let mut capture = capture(settings, &[event("Update", "Contact", MORE)]);
        say(&mut capture, "tagger", &Verdict::Tag(vec!["one".to_owned(), "two".to_owned()]));
        assert_eq!(all(&mut capture), [expected()]);
    }
}

#[test]
fn activities_what_nobody_asked_for_does_not_cross() {
    let mut capture = capture("", &[event("Update", "Contact", MORE)]);
    say(&mut capture, "tagger", &Verdict::Tag(vec!["one".to_owned(), "two".to_owned()]));
    let shown = |view: &ActivityView| format!("{view:?}").matches("Some(").count();
    assert_eq!(shown(&expected()), Column::ALL.len(), "every column has a value here");
    let mut seen = Vec::new();
    for &column in Column::ALL {
        let view = capture.activities(&Interest::default(), Columns::from_iter([column])).remove(0);
        assert_eq!(shown(&view), 1, "{}", column.name());
        assert!(!seen.contains(&view), "{} shows what another column showed", column.name());
        let debug = format!("{view:?}");
        let key = column.name().replace('-', "_");
        assert!(debug.contains(&format!("{key}: Some(")), "{debug}");
        seen.push(view);
    }
    assert_eq!(capture.activities(&Interest::default(), Columns::default()), [ActivityView::default()]);
}

#[test]
fn activities_a_column_without_a_value_is_none() {
    for settings in ["", WIRE] {
        let event = format!(r#"{{"Message":"Update","OrganizationId":"{ORGANIZATION}"}}"#);
        let mut capture = capture(settings, &[event]);
        let expected = ActivityView {
            message: Some("Update".to_owned()),
            category: Some(Category::Update),
            activity_kind: Some("Accessed other entity type"),
            organization_id: Some(ORGANIZATION.to_owned()),
            ..ActivityView::default()
        };
        assert_eq!(all(&mut capture), [expected]);
    }
}

#[test]
fn activities_empty_lists_and_texts_are_not_none() {
    let mut capture = capture("", &[event("Update", "a", r#","Fields":[],"Query":"<fetch />","QueryResults":[]"#)]);
    let view = all(&mut capture).remove(0);
    assert_eq!((view.fields, view.query.as_deref(), view.query_results), (Some(vec![]), Some(""), Some(vec![])));
    assert_eq!(view.query_result_count, Some(0));
}

#[test]
fn activities_the_count_is_that_of_the_ids_that_still_show() {
    for count in [0_u32, 1, 2, 81, 82, 5_000] {
        let ids: Vec<String> = (1..=count).map(|id| format!("\"{id:032x}\"")).collect();
        let events = [event("Update", "a", &format!(r#","QueryResults":[{}]"#, ids.join(",")))];
        for (target, left) in [(text("00000000-0000"), count), (Target::WholeQuery, count), (Target::WholeQueryResults, 0)] {
            let mut capture = capture("", &events);
            let counts = |capture: &mut Capture| {
                let view = all(capture).remove(0);
                (view.query_result_count, view.query_results.map(|ids| ids.len() as u32))
            };
            assert_eq!(counts(&mut capture), (Some(count), Some(count)));
            say(&mut capture, "mask", &redact(&[target]));
            assert_eq!(counts(&mut capture), (Some(left), Some(left)), "what a rule emptied must not show how many there were");
        }
    }
}

//! From paths to events.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use actlog_engine::{Cache, Engine, Filter};
use actlog_tower::{Exchange, OData, SdkEvent};
use http::{Request, Response};
use proptest::prelude::*;
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

const ID: &str = "7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10";

static FILTER: LazyLock<Filter> = LazyLock::new(|| {
    let cache = Cache::Folder(Path::new(env!("CARGO_TARGET_TMPDIR")).join("shared-cache"));
    Engine::builder().cache(cache).build().unwrap().filter("").unwrap()
});

fn odata() -> OData {
    OData::new(ID.parse().unwrap(), "/api/data/v9.2").entity_set("accounts", "account")
}

fn event_of(request: http::request::Builder, answer: http::response::Builder) -> Option<SdkEvent> {
    event_by(&odata(), request, answer)
}

fn event_by(odata: &OData, request: http::request::Builder, answer: http::response::Builder) -> Option<SdkEvent> {
    let (request, ()) = request.body(()).unwrap().into_parts();
    let (answer, ()) = answer.body(()).unwrap().into_parts();
    let began = SystemTime::UNIX_EPOCH + Duration::from_millis(1_520_033_156_789);
    odata.event(&Exchange { id: "x-1", began, request: &request, answer: Some(&answer) })
}

fn of(method: &str, path: &str) -> Option<SdkEvent> {
    event_of(Request::builder().method(method).uri(path), Response::builder())
}

fn message(method: &str, path: &str) -> Option<String> {
    of(method, path).map(|event| event.message)
}

#[test]
fn paths_and_methods_have_the_messages_of_the_table() {
    let (set, one) = ("/api/data/v9.2/accounts", &format!("/api/data/v9.2/accounts({ID})"));
    for (method, path, expected) in [
        ("GET", set, Some("RetrieveMultiple")),
        ("GET", "/api/data/v9.2/accounts/", Some("RetrieveMultiple")),
        ("GET", one, Some("Retrieve")),
        ("GET", &format!("/api/data/v9.2/accounts%28{ID}%29"), Some("Retrieve")),
        ("GET", "/api/data/v9.2/accounts(name='a')", Some("Retrieve")),
        ("POST", set, Some("Create")),
        ("PATCH", one, Some("Upsert")),
        ("PUT", one, Some("Update")),
        ("DELETE", one, Some("Delete")),
        ("POST", one, None),
        ("PATCH", set, None),
        ("PUT", set, None),
        ("DELETE", set, None),
        ("OPTIONS", set, None),
        ("GET", "/api/data/v9.2/", None),
        ("GET", "/api/data/v9.2/$metadata", None),
        ("POST", "/api/data/v9.2/$batch", None),
        ("GET", "/api/data/v9.2/accounts/$count", None),
        ("GET", "/api/data/v9.2/accounts(1)(2)", None),
        ("GET", "/api/data/v9.2/accounts(1", None),
        ("GET", "/api/data/v9.2/../accounts", None),
        ("GET", "/api/data/v9.2/accounts%2Fx", None),
        ("GET", "/api/data/v9.2/%ff", None),
        ("GET", "/api/data/v9.20/accounts", None),
        ("GET", "/accounts", None),
    ] {
        assert_eq!(message(method, path).as_deref(), expected, "{method} {path}");
    }
}

#[test]
fn patch_with_conditions_is_what_they_make_of_it() {
    let path = format!("/api/data/v9.2/accounts({ID})");
    for (header, value, expected) in [("if-match", "*", "Update"), ("if-none-match", "*", "Create"), ("if-none-match", "\"1\"", "Upsert")] {
        let event = event_of(Request::patch(&path).header(header, value), Response::builder()).unwrap();
        assert_eq!(event.message, expected, "{header}: {value}");
    }
}

#[test]
fn event_has_what_the_exchange_tells() {
    let request = Request::get(format!("/api/data/v9.2/accounts({ID})")).header("user-agent", "curl/8");
    let event = event_of(request, Response::builder().status(403)).unwrap();
    let expected = SdkEvent {
        event_id: Some("x-1".to_owned()),
        message: "Retrieve".to_owned(),
        creation_time: Some("2018-03-02T23:25:56.789Z".to_owned()),
        organization_id: ID.to_owned(),
        entity_name: Some("account".to_owned()),
        entity_id: Some(ID.to_owned()),
        user_agent: Some("curl/8".to_owned()),
        result_status: Some("Failed".to_owned()),
        ..SdkEvent::default()
    };
    assert_eq!(event, expected);
}

#[test]
fn created_record_has_the_id_that_the_answer_tells() {
    for (header, value) in [
        ("odata-entityid", format!("https://x/api/data/v9.2/accounts({ID})")),
        ("location", format!("/accounts/{ID}")),
        ("location", format!("/accounts/{ID}/")),
    ] {
        let event = event_of(Request::post("/api/data/v9.2/accounts"), Response::builder().header(header, &value)).unwrap();
        assert_eq!(event.entity_id.as_deref(), Some(ID), "{header}: {value}");
    }
    let event = event_of(Request::post("/api/data/v9.2/accounts"), Response::builder().header("location", "/é")).unwrap();
    assert_eq!(event.entity_id, None);
}

#[test]
fn set_that_was_not_named_gives_no_entity() {
    assert_eq!(of("GET", "/api/data/v9.2/contacts").unwrap().entity_name, None);
}

#[test]
fn fetch_xml_becomes_the_query_where_that_is_wanted() {
    let path = "/api/data/v9.2/accounts?$top=1&fetchXml=%3Cfetch%3E%3Centity+name%3D%22account%22/%3E%3C/fetch%3E";
    assert_eq!(of("GET", path).unwrap().query, None);
    let event = event_by(&odata().fetch_xml(), Request::get(path), Response::builder()).unwrap();
    assert_eq!(event.query.as_deref(), Some(r#"<fetch><entity name="account"/></fetch>"#));
}

proptest! {
    /// A client cannot keep what it does out of the records by the form of its request.
    #[test]
    fn no_request_makes_an_event_that_the_filter_rejects(
        method in prop::sample::select(vec!["GET", "POST", "PUT", "PATCH", "DELETE"]),
        rest in prop_oneof!["[a-z0-9$%()'=._/-]{0,40}", r"[a-zA-Z_][a-z0-9_]{0,300}(\([a-z0-9'=%,-]{0,40}\))?(\?fetchXml=)?", Just(format!("accounts({ID})"))],
        agent in prop::collection::vec(0x20_u8..=0xff, 0..600).prop_map(|mut agent| { agent.retain(|byte| *byte != 0x7f); agent }),
        location in "[ -~]{0,60}",
    ) {
        let request = Request::builder().method(method).uri(format!("/api/data/v9.2/{rest}"));
        prop_assume!(request.uri_ref().is_some());
        let event = event_of(request.header("user-agent", agent), Response::builder().header("location", location));
        if let Some(event) = event {
            let line = serde_json::to_vec(&event).unwrap();
            let outcome = FILTER.audit(&line).unwrap();
            prop_assert_eq!(outcome.rejected, []);
            prop_assert_eq!(outcome.read, 1);
        }
    }
}

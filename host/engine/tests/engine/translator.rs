//! Exchanges through the component: every case of `tests/exchanges`, and what goes wrong.

use actlog_engine::{Answer, Blame, Body, Engine, Error, Exchange, Header, UnknownKind};

use crate::common;
use crate::exchange_file::{self, Case, Message, shown};

fn headers(message: &Message) -> Vec<Header> {
    message.fields.iter().map(|(name, value)| Header { name: name.clone(), value: value.clone() }).collect()
}

fn body(message: &Message) -> Body {
    Body { content: message.body.clone(), whole: message.whole }
}

/// The exchange of a case.
fn exchange(case: &Case) -> Exchange {
    let request = case.request();
    let (method, rest) = request.line.split_once(' ').expect("a method");
    let answer = case.response().map(|response| Answer {
        status: response.line.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status"),
        headers: headers(&response),
        body: body(&response),
    });
    Exchange {
        id: request.note("id", "x1").unwrap_or_default(),
        method: method.to_owned(),
        target: rest.strip_suffix(" HTTP/1.1").unwrap_or(rest).to_owned(),
        began: request.note("began", "2024-05-06T07:08:09Z"),
        client_address: request.note("client", "192.0.2.10"),
        request_headers: headers(&request),
        request_body: body(&request),
        answer,
    }
}

/// What a case comes to, in the form of its expectations.
fn outcome(engine: &Engine, case: &Case) -> String {
    if let Some(csdl) = case.csdl() {
        return match engine.metadata(csdl.as_bytes()) {
            Ok(names) => format!("== names\n{names}\n"),
            Err(Error::Metadata { offset, explanation }) => format!("== metadata-error\nbyte {offset}: {explanation}\n"),
            Err(other) => panic!("{}: {other}", case.name()),
        };
    }
    match engine.translator(&case.settings) {
        Ok(translator) => {
            let told = translator.translate(&exchange(case)).expect("a translation");
            assert_eq!(told.events.iter().filter(|byte| **byte == b'\n').count(), told.count as usize, "{}", case.name());
            let findings = told.unknown.iter();
            let findings = findings.map(|it| (it.part, it.kind.name(), &*it.place, &*it.explanation, it.event_missing));
            shown(std::str::from_utf8(&told.events).expect("events are text"), findings)
        }
        Err(Error::Settings(errors)) => {
            let lines: String = errors.iter().map(|error| format!("{}: {}\n", error.path, error.explanation)).collect();
            format!("== settings-errors\n{lines}")
        }
        Err(other) => panic!("{}: {other}", case.name()),
    }
}

#[test]
fn every_case_of_an_exchange_comes_to_what_it_expects() {
    for case in exchange_file::all() {
        case.check(&outcome(common::engine(), &case));
    }
}

#[test]
fn metadata_that_is_none_is_its_senders_fault() {
    let error = common::engine().metadata(b"<html/>").expect_err("no $metadata");
    assert_eq!(error.blame(), Blame::Event);
    assert!(error.to_string().starts_with("byte "), "{error}");
}

#[test]
fn exchange_that_no_instance_can_hold_is_refused() {
    let engine = Engine::builder().cache(common::shared_cache()).memory_limit(64 << 20).build().expect("it runs here");
    let settings = r#"{"organization":{"id":"7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10"}}"#;
    let translator = engine.translator(settings).expect("good settings");
    let large = Exchange { request_body: Body { content: vec![b' '; 65 << 20], whole: true }, ..Exchange::default() };
    assert!(matches!(translator.translate(&large), Err(Error::TooLarge { .. })));
    // One that was refused, or faulted, harms none that come after it.
    let near = Exchange { request_body: Body { content: vec![b' '; 60 << 20], whole: true }, ..Exchange::default() };
    assert!(matches!(translator.translate(&near), Ok(_) | Err(Error::Fault { .. })));
    let told = translator.translate(&Exchange { method: "GET".to_owned(), target: "/".to_owned(), ..Exchange::default() }).expect("told");
    assert_eq!(told.unknown.first().map(|finding| finding.kind), Some(UnknownKind::NotTheApi));
}

#[test]
fn unknown_kinds_are_all_listed_once() {
    let mut names: Vec<_> = UnknownKind::ALL.iter().map(|kind| kind.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), UnknownKind::ALL.len());
}

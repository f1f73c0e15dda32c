//! Runs every exchange on one component file: `rust-exchanges COMPONENT CACHE`.

#[path = "../../exchange_file.rs"]
mod exchange_file;

use actlog_engine::{Answer, Body, Cache, Engine, Error, Exchange, Header};
use exchange_file::{Case, Message};
use std::env::args_os;
use std::path::PathBuf;

fn main() {
    let [component, cache] = [1, 2].map(|position| PathBuf::from(args_os().nth(position).expect("give a component and a folder")));
    let engine = Engine::builder().cache(Cache::Folder(cache)).component_file(component).build().expect("the component runs");
    let cases = exchange_file::all();
    for case in &cases {
        case.check(&case.csdl().map_or_else(|| translated(&engine, case), |csdl| names(&engine, &case.name(), csdl)));
    }
    println!("{}", cases.len());
}

fn names(engine: &Engine, name: &str, csdl: &str) -> String {
    match engine.metadata(csdl.as_bytes()) {
        Ok(names) => format!("== names\n{names}\n"),
        Err(Error::Metadata { offset, explanation }) => format!("== metadata-error\nbyte {offset}: {explanation}\n"),
        Err(error) => panic!("{name}: {error}"),
    }
}

fn translated(engine: &Engine, case: &Case) -> String {
    let translator = match engine.translator(&case.settings) {
        Ok(translator) => translator,
        Err(Error::Settings(errors)) => {
            let lines: String = errors.iter().map(|error| format!("{}: {}\n", error.path, error.explanation)).collect();
            return format!("== settings-errors\n{lines}");
        }
        Err(error) => panic!("{}: {error}", case.name()),
    };
    let told = translator.translate(&exchange(case)).expect("a translation");
    let events = String::from_utf8(told.events).expect("events are text");
    assert_eq!(events.lines().count(), told.count as usize, "{}", case.name());
    let findings = told.unknown.iter().map(|it| (it.part, it.kind.name(), &*it.place, &*it.explanation, it.event_missing));
    exchange_file::shown(&events, findings)
}

fn exchange(case: &Case) -> Exchange {
    let request = case.request();
    let (method, target) = request.line.split_once(' ').expect("a method");
    let answer = case.response().map(|response| Answer {
        status: response.line.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status"),
        headers: headers(&response),
        body: body(response),
    });
    Exchange {
        id: request.note("id", "x1").unwrap_or_default(),
        method: method.to_owned(),
        target: target.strip_suffix(" HTTP/1.1").unwrap_or(target).to_owned(),
        began: request.note("began", "2024-05-06T07:08:09Z"),
        client_address: request.note("client", "192.0.2.10"),
        request_headers: headers(&request),
        request_body: body(request),
        answer,
    }
}

fn headers(message: &Message) -> Vec<Header> {
    message.fields.iter().map(|(name, value)| Header { name: name.clone(), value: value.clone() }).collect()
}

fn body(message: Message) -> Body {
    Body { content: message.body, whole: message.whole }
}

//! Runs every case of `tests/exchanges`, and feeds the events that come of it through the filter: it must reject none.

use actlog_guest::exchange::{Answer, Body, Exchange, Header, Translation, Translator, metadata};
use actlog_guest::pipeline::Auditor;

use crate::exchange_file::{self, Case, Message, shown};

fn headers(message: &Message) -> Vec<Header> {
    message.fields.iter().map(|(name, value)| Header { name: name.clone(), value: value.clone() }).collect()
}

fn body(message: &Message) -> Body {
    Body { content: message.body.clone(), whole: message.whole }
}

/// The exchange of a case.
pub fn exchange(case: &Case) -> Exchange {
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
        headers: headers(&request),
        body: body(&request),
        answer,
    }
}

fn text(translation: &Translation) -> String {
    let findings = translation.unknown.iter();
    shown(&translation.events, findings.map(|it| (it.part, it.kind.name(), &*it.place, &*it.explanation, it.kind.event_missing())))
}

fn check_accepted(name: &str, translation: &Translation) {
    assert_eq!(translation.events.lines().count(), translation.count as usize, "{name}: an event a line");
    let auditor = Auditor::open("").expect("the defaults");
    let outcome = auditor.audit(translation.events.as_bytes());
    assert_eq!(outcome.read, translation.count, "{name}: every event is read");
    assert!(outcome.rejected.is_empty(), "{name}: {:?}\n{}", outcome.rejected, translation.events);
    let mut ids: Vec<_> =
        translation.events.lines().filter_map(|line| Some(line.split_once("\"EventId\":\"")?.1.split('"').next())).collect();
    ids.sort();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count, "{name}: ids are told apart");
}

#[test]
fn exchanges_each_gives_what_its_file_expects() {
    for case in exchange_file::all() {
        if let Some(csdl) = case.csdl() {
            case.check(&match metadata::names(csdl.as_bytes()) {
                Ok(names) => format!("== names\n{names}\n"),
                Err(error) => format!("== metadata-error\nbyte {}: {}\n", error.offset, error.explanation),
            });
            continue;
        }
        let translator = match Translator::open(&case.settings) {
            Ok(translator) => translator,
            Err(errors) => {
                let lines: String = errors.iter().map(|error| format!("{}: {}\n", error.path, error.explanation)).collect();
                case.check(&format!("== settings-errors\n{lines}"));
                continue;
            }
        };
        let exchange = exchange(&case);
        let translation = translator.translate(&exchange);
        case.check(&text(&translation));
        check_accepted(&case.name(), &translation);

        // Told before its answer came, an exchange has events of the same ids, or fewer words for what it did not know.
        let before = translator.translate(&Exchange { answer: None, ..exchange.clone() });
        check_accepted(&case.name(), &before);
        assert_eq!(before.count, translation.count, "{}: as many events before the answer as after it", case.name());
        assert!(before.events.lines().all(|line| line.contains("\"ResultStatus\":\"InDoubt\"")), "{}", case.name());
        let shown = format!("{translation:?}{before:?}");
        let token = exchange.headers.iter().filter(|header| header.name.eq_ignore_ascii_case("authorization"));
        for secret in token.flat_map(|header| header.value.split(['.', ' '])).filter(|piece| piece.len() > 8) {
            assert!(!shown.contains(secret), "{}: a piece of the token goes nowhere", case.name());
        }
        assert_eq!(translator.translate(&exchange), translation, "{}: the same exchange gives the same events", case.name());
    }
}

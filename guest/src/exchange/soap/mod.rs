//! The SOAP endpoint, `/XRMServices/2011/Organization.svc`: the message is the suffix of the SOAPAction, and for `Execute`
//! the request's name. Requests that carry others are unrolled.

mod entity;
mod query;
mod request;
mod tree;

use request::{Answer, Call};
use tree::{Element, Tree};

use super::desk::{Desk, Outcome, Request};
use super::event::{Event, Status};
use super::finding::Kind;
use super::headers::{Headers, One};
use super::media;
use super::segment::is_name;

/// The operations of the endpoint.
const OPERATIONS: [&str; 8] = ["Create", "Retrieve", "RetrieveMultiple", "Update", "Delete", "Associate", "Disassociate", "Execute"];

/// Tells a request of the SOAP endpoint.
pub fn translate(desk: &mut Desk<'_>, request: &Request<'_>, outcome: &Outcome<'_>) {
    match request.method {
        "POST" => {}
        "GET" | "HEAD" | "OPTIONS" => return desk.find(Kind::NoMessage, "method", "the description of the endpoint names no SDK message"),
        _ => return desk.find(Kind::AmbiguousMethod, "method", "the SOAP endpoint is posted to"),
    }
    let text = request.body.text(desk, "request.body");
    let (tree, walked) = Tree::read(text.map_or("", |text| text.text));
    // Of XML that is refused for what it is nothing is believed; of a head what stands there.
    let usable = walked.is_ok() || text.is_some_and(|text| !text.whole);
    match walked {
        Ok(()) => {}
        Err(_) if usable => {
            desk.find(
                Kind::BodyCut,
                "request.body",
                "only the head of the body came, or was read; what follows from it is told, the rest is not",
            );
        }
        Err(_) if text.is_none() => {}
        Err(fault) => {
            let explanation = format!("XML that is not accepted: {} (byte {})", fault.explanation, fault.offset);
            desk.find(Kind::BodyUnreadable, "request.body", explanation);
        }
    }
    let operation = tree.root().filter(|root| usable && root.name() == "Envelope").and_then(operation_of);
    let action = action(&request.headers, desk);
    let name = match (action.as_deref(), operation) {
        (Some(action), Some(operation)) if action != operation.name() => {
            desk.find(
                Kind::Conflict,
                "request.headers.SOAPAction",
                "names another operation than the body; the event has no more than the former",
            );
            return plain(desk, action, outcome.status());
        }
        (Some(action), _) => action.to_owned(),
        (None, Some(operation)) => operation.name().to_owned(),
        (None, None) => {
            return desk.find(Kind::Unsupported, "request.body", "neither a SOAPAction nor the body says which operation this is");
        }
    };
    if !OPERATIONS.contains(&&*name) {
        return desk.find(Kind::Unsupported, "request.headers.SOAPAction", "no operation of the organization service");
    }
    let Some(operation) = operation else { return plain(desk, &name, outcome.status()) };
    if text.is_some_and(|text| !text.whole) && matches!(&*name, "Create" | "Execute") {
        desk.find(Kind::EventsCut, "request.body", "records or requests behind the head that came are not told");
    }
    let answered = outcome.success().and_then(|response| response.body.text(desk, "response.body"));
    let (answer_tree, read) = Tree::read(answered.map_or("", |text| text.text));
    if let (Some(text), Err(fault)) = (answered, read) {
        let (kind, explanation) = match text.whole {
            true => (Kind::BodyUnreadable, format!("XML that is not accepted: {} (byte {})", fault.explanation, fault.offset)),
            false => (Kind::BodyCut, "only the head of the body came; what follows from it is told, the rest is not".to_owned()),
        };
        desk.find(kind, "response.body", explanation);
    }
    let result = answer_tree.root().filter(|root| root.name() == "Envelope").and_then(operation_of);
    let answer = Answer {
        status: outcome.status(),
        result: result.and_then(|result| result.elements().next()),
        whole: answered.is_some_and(|text| text.whole),
    };
    request::translate(desk, &Call { name: &name, element: operation }, &answer);
}

/// The first element of the only Body.
fn operation_of<'t, 'a>(envelope: Element<'t, 'a>) -> Option<Element<'t, 'a>> {
    let mut inside = envelope.element("Body")?.elements();
    let first = inside.next()?;
    inside.next().is_none().then_some(first)
}

/// The operation that the headers name.
fn action(headers: &Headers<'_>, desk: &mut Desk<'_>) -> Option<String> {
    let action = match headers.one("SOAPAction") {
        One::Value(action) => Some(action.trim_matches('"').to_owned()),
        One::Several => {
            desk.find(Kind::Conflict, "request.headers.SOAPAction", "several that differ; none is believed");
            return None;
        }
        One::Absent => headers.one("Content-Type").value().and_then(|content_type| media::parameter(content_type, "action")),
    }?;
    let suffix = action.rsplit('/').next().unwrap_or_default();
    is_name(suffix).then(|| suffix.to_owned())
}

/// An event of which no more is known than its message.
fn plain(desk: &mut Desk<'_>, message: &str, status: Status) {
    if message == "Execute" {
        desk.find(Kind::UnknownMessage, "request.body.RequestName", "the name of the request that was executed is not told");
    }
    desk.emit(&Event { message, entity_name: None, entity_id: None, status, fields: None, query: None, results: None });
}

//! An exchange as it was journaled, in the form that the translator takes.

use actlog_engine as engine;
use actlog_proxy::{CLAIMS_HEADER, Exchange, Headers};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

/// The header of a body that is compressed.
const CODING: &str = "content-encoding";

/// The header to which each proxy adds the address that it saw.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The same exchange, for the translator. Of the token only its claims were kept; they stand in a token again, without a signature.
/// `appended`: the last address of X-Forwarded-For is our own word, so that the one before it is the last that came.
pub fn of(exchange: Exchange, appended: bool) -> engine::Exchange {
    let Exchange { id, began, client, method, target, request_body, status, response_headers, response_body, .. } = exchange;
    let request_headers = if appended { without_own(exchange.request_headers) } else { exchange.request_headers };
    engine::Exchange {
        id: id.to_string(),
        method,
        target,
        began: Timestamp::from_millisecond(began).ok().map(|time| time.to_string()),
        client_address: Some(client.ip().to_string()),
        request_headers: headers(request_headers, request_body.readable),
        request_body: body(request_body),
        answer: status.map(|status| engine::Answer {
            status,
            headers: headers(response_headers, response_body.readable),
            body: body(response_body),
        }),
    }
}

/// Takes our own address out of the last X-Forwarded-For.
fn without_own(mut headers: Headers) -> Headers {
    if let Some(at) = headers.iter().rposition(|(name, _)| name == FORWARDED_FOR) {
        match headers[at].1.iter().rposition(|byte| *byte == b',') {
            Some(comma) => headers[at].1.truncate(comma),
            None => drop(headers.remove(at)),
        }
    }
    headers
}

fn body(body: actlog_proxy::Body) -> engine::Body {
    engine::Body { content: body.bytes, whole: body.whole }
}

/// `decoded`: the body's compression was undone.
fn headers(headers: Headers, decoded: bool) -> Vec<engine::Header> {
    let kept = headers.into_iter().filter(|(name, _)| !(decoded && name == CODING));
    let told = kept.map(|(name, value)| match name.as_str() {
        CLAIMS_HEADER => {
            engine::Header { name: "Authorization".to_owned(), value: format!("Bearer e30.{}.", URL_SAFE_NO_PAD.encode(value)) }
        }
        _ => engine::Header { name, value: String::from_utf8_lossy(&value).into_owned() },
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use actlog_proxy::{Body, Ended};

    use super::*;

    fn exchange() -> Exchange {
        Exchange {
            id: uuid::Uuid::from_u128(7),
            began: 1_714_979_349_000,
            client: ([192, 0, 2, 1], 4711).into(),
            method: "GET".to_owned(),
            target: "/api/data/v9.2/accounts".to_owned(),
            scheme: "https".to_owned(),
            authority: "org.example".to_owned(),
            request_headers: vec![(CLAIMS_HEADER.to_owned(), br#"{"oid":"1"}"#.to_vec()), ("prefer".to_owned(), b"\xff".to_vec())],
            request_body: Body::default(),
            status: Some(200),
            response_headers: vec![(CODING.to_owned(), b"gzip".to_vec())],
            response_body: Body { bytes: b"{}".to_vec(), whole: true, length: Some(22), readable: true },
            ended: Ended::Whole,
        }
    }

    #[test]
    fn of_an_exchange_keeps_what_it_says() {
        let told = of(exchange(), false);
        assert_eq!((told.began.as_deref(), told.client_address.as_deref()), (Some("2024-05-06T07:09:09Z"), Some("192.0.2.1")));
        let headers: Vec<_> = told.request_headers.iter().map(|header| (header.name.as_str(), header.value.as_str())).collect();
        assert_eq!(headers, [("Authorization", "Bearer e30.eyJvaWQiOiIxIn0."), ("prefer", "\u{fffd}")]);
        let answer = told.answer.unwrap();
        assert_eq!((answer.status, answer.headers.len(), answer.body.whole), (200, 0, true));
    }

    #[test]
    fn of_an_exchange_leaves_out_what_we_added_ourselves() {
        for (value, kept) in [("203.0.113.7, 10.0.0.1", Some("203.0.113.7")), ("10.0.0.1", None)] {
            let request_headers = vec![(FORWARDED_FOR.to_owned(), value.as_bytes().to_vec())];
            let told = of(Exchange { request_headers, ..exchange() }, true);
            assert_eq!(told.request_headers.first().map(|header| header.value.as_str()), kept);
        }
    }

    #[test]
    fn of_an_exchange_in_doubt_has_no_answer() {
        assert_eq!(of(Exchange { status: None, ..exchange() }, false).answer, None);
    }

    #[test]
    fn of_a_body_that_cannot_be_read_says_so_by_its_coding() {
        let response_body = Body { readable: false, ..Body::default() };
        let answer = of(Exchange { response_body, ..exchange() }, false).answer.unwrap();
        assert_eq!(answer.headers, [engine::Header { name: CODING.to_owned(), value: "gzip".to_owned() }]);
    }
}

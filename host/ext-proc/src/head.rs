//! Heads of requests and answers, out of Envoy's messages.

use actlog_proxy::Forwarded;
use actlog_proxy::Limits;
use actlog_proxy::carry::{self, Answer};
use envoy_types::pb::envoy::config::core::v3::{HeaderMap as Fields, HeaderValue as Field};
use hyper::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, UPGRADE};
use hyper::http::request;
use hyper::{Method, Request, StatusCode};
use std::net::SocketAddr;

/// Headers with these beginnings are between Envoys.
const ENVOYS_OWN: &str = "x-envoy-";
/// Envoy makes one for each request.
const REQUEST_ID: &str = "x-request-id";
const BAD: Answer = (StatusCode::BAD_REQUEST, "The request's head cannot be read.\n");

/// A request's head.
pub(crate) struct Asked {
    pub parts: request::Parts,
    pub target: String,
    pub scheme: String,
    pub authority: String,
    /// Bytes of its body, where it says so.
    pub length: Option<u64>,
    /// Whether it asks for another protocol: then its head is all that the upstream waits for, and what follows is no HTTP.
    pub switches: bool,
}

/// An answer's head.
pub(crate) struct Answered {
    pub status: StatusCode,
    pub headers: HeaderMap,
}

/// A request's head, with the headers that a proxy at Envoy's place would have sent up.
pub(crate) fn asked(fields: Fields, client: SocketAddr, limits: &Limits) -> Result<Asked, Answer> {
    limits.check_headers(
        fields.headers.iter().filter(|field| !field.key.starts_with(':')).map(|field| (field.key.len(), value(field).len())),
    )?;
    let (mut method, mut target, mut scheme, mut authority) = (None, None, None, None);
    let headers = headers(fields, |name, value| {
        let slot = match name {
            ":method" => &mut method,
            ":path" => &mut target,
            ":scheme" => &mut scheme,
            ":authority" => &mut authority,
            _ => return true,
        };
        slot.replace(value).is_none()
    });
    let mut headers = headers.ok_or(BAD)?;
    let target = target.unwrap_or_else(|| "/".to_owned());
    limits.check_target(&target)?;
    let method: Method = method.and_then(|method| method.parse().ok()).ok_or(BAD)?;
    let scheme = scheme.unwrap_or_default();
    let authority = authority.unwrap_or_default();
    let switches = method == Method::CONNECT || headers.contains_key(UPGRADE);
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    headers.remove(REQUEST_ID);
    carry::forward(&mut headers, client, &scheme, &authority, Forwarded::Replace, None);
    let mut parts = Request::new(()).into_parts().0;
    (parts.method, parts.headers) = (method, headers);
    Ok(Asked { parts, target, scheme, authority, length, switches })
}

/// An answer's head; `None` where it is none.
pub(crate) fn answered(fields: Fields) -> Option<Answered> {
    let mut status = None;
    let headers = headers(fields, |name, value| name != ":status" || status.replace(value).is_none())?;
    Some(Answered { status: status?.parse().ok()?, headers })
}

/// Header fields, without those of Envoys among each other. `special` is given what begins with a colon, and says whether it can be.
fn headers(fields: Fields, mut special: impl FnMut(&str, String) -> bool) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for field in fields.headers {
        if field.key.starts_with(':') {
            let text = String::from_utf8_lossy(value(&field)).into_owned();
            if !special(&field.key, text) {
                return None;
            }
        } else if !field.key.starts_with(ENVOYS_OWN) {
            let name: HeaderName = field.key.parse().ok()?;
            headers.try_append(name, HeaderValue::from_bytes(value(&field)).ok()?).ok()?;
        }
    }
    Some(headers)
}

/// Envoy sends one or the other, as it was told.
fn value(field: &Field) -> &[u8] {
    if field.raw_value.is_empty() { field.value.as_bytes() } else { &field.raw_value }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(list: &[(&str, &str)]) -> Fields {
        let field =
            |(key, value): &(&str, &str)| Field { key: (*key).to_owned(), raw_value: value.as_bytes().to_vec(), ..Field::default() };
        Fields { headers: list.iter().map(field).collect() }
    }

    const BASE: [(&str, &str); 4] = [(":method", "POST"), (":path", "/api/x?a=1"), (":scheme", "http"), (":authority", "crm")];

    fn read(more: &[(&str, &str)]) -> Result<Asked, Answer> {
        asked(fields(&[&BASE, more].concat()), "10.0.0.1:9".parse().unwrap(), &Limits::new())
    }

    #[test]
    fn request_has_the_headers_that_a_proxy_would_send_up() {
        let asked = read(&[
            ("content-length", "12"),
            ("x-envoy-internal", "true"),
            ("x-request-id", "1-2"),
            ("x-forwarded-for", "9.9.9.9,10.0.0.1"),
            ("connection", "x-hop"),
            ("x-hop", "1"),
            ("user-agent", "me"),
        ]);
        let asked = asked.ok().unwrap();
        assert_eq!(
            (asked.target.as_str(), asked.scheme.as_str(), asked.authority.as_str(), asked.length),
            ("/api/x?a=1", "http", "crm", Some(12))
        );
        let mut found: Vec<_> = asked.parts.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        found.sort_unstable();
        let expected = [
            ("content-length", "12"),
            ("user-agent", "me"),
            ("x-forwarded-for", "10.0.0.1"),
            ("x-forwarded-host", "crm"),
            ("x-forwarded-proto", "http"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn head_that_is_none_or_over_a_limit_is_refused() {
        let (many, long) = (vec![("a", "b"); 129], "x".repeat(70_000));
        for (more, expected) in [
            (vec![(":path", "/again")], 400),
            (vec![("bad name", "x")], 400),
            (vec![("x", "a\nb")], 400),
            (many, 431),
            (vec![("x", long.as_str())], 431),
        ] {
            assert_eq!(read(&more).err().unwrap().0, expected);
        }
        assert!(read(&[("a", "b"); 128]).is_ok());
        let limits = Limits { target_bytes: 3, ..Limits::new() };
        assert_eq!(asked(fields(&BASE), "10.0.0.1:9".parse().unwrap(), &limits).err().unwrap().0, 414);
    }

    #[test]
    fn answer_without_one_status_is_none() {
        assert_eq!(
            answered(fields(&[(":status", "204"), ("x-envoy-upstream-service-time", "1"), ("etag", "1")])).unwrap().headers.len(),
            1
        );
        for list in [&[][..], &[(":status", "x")], &[(":status", "200"), (":status", "204")], &[(":status", "200"), (" ", "")]] {
            assert!(answered(fields(list)).is_none());
        }
    }
}

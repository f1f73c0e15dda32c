//! Which headers go on, and which are for one hop only.

use std::net::SocketAddr;

use hyper::HeaderMap;
use hyper::header::{
    AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, EXPECT, FORWARDED, HOST, HeaderName, HeaderValue,
    IF_MATCH, IF_NONE_MATCH, TE, TRANSFER_ENCODING, UPGRADE, VIA,
};

use crate::config::Forwarded;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
/// For one hop, whatever `Connection` says.
const HOP: [HeaderName; 7] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    HeaderName::from_static("http2-settings"),
    TE,
    TRANSFER_ENCODING,
    UPGRADE,
];
/// Never for one hop: whoever names these in `Connection` wants the upstream to see another request than the one that was sent.
const END: [HeaderName; 10] = [
    HOST,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    CONTENT_ENCODING,
    AUTHORIZATION,
    COOKIE,
    IF_MATCH,
    IF_NONE_MATCH,
    HeaderName::from_static("callerobjectid"),
    HeaderName::from_static("mscrmcallerid"),
];

/// Takes out what is for one hop only.
pub fn remove_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .filter(|name| !END.contains(name))
        .collect();
    for name in named.iter().chain(&HOP) {
        headers.remove(name);
    }
}

/// The protocol that a request or an answer switches to, when it does.
pub(crate) fn upgrade(headers: &HeaderMap) -> Option<HeaderValue> {
    let asks = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|name| name.trim().eq_ignore_ascii_case("upgrade"));
    let protocol = headers.get(UPGRADE).filter(|_| asks)?;
    // HTTP/2 is agreed on with each side by itself.
    let known = protocol.to_str().is_ok_and(|text| !text.split(',').any(|one| one.trim().to_ascii_lowercase().starts_with("h2c")));
    known.then(|| protocol.clone())
}

/// Puts an upgrade back in, after [`remove_hop`].
pub(crate) fn set_upgrade(headers: &mut HeaderMap, protocol: HeaderValue) {
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, protocol);
}

/// Makes a client's headers those that go up, all but `Host`.
pub fn forward(headers: &mut HeaderMap, client: SocketAddr, scheme: &str, authority: &str, how: Forwarded, via: Option<&str>) {
    remove_hop(headers);
    // The body is asked for here; the upstream gets it as it comes.
    headers.remove(EXPECT);
    let address = client.ip().to_canonical().to_string();
    match how {
        Forwarded::Pass => {}
        Forwarded::Replace => {
            for name in [X_FORWARDED_FOR, X_FORWARDED_HOST, X_FORWARDED_PROTO, FORWARDED] {
                headers.remove(name);
            }
            set(headers, X_FORWARDED_FOR, &address);
            set(headers, X_FORWARDED_PROTO, scheme);
            set(headers, X_FORWARDED_HOST, authority);
        }
        Forwarded::Append => {
            let before: Vec<_> = headers.get_all(X_FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok()).collect();
            let list = before.into_iter().chain([address.as_str()]).collect::<Vec<_>>().join(", ");
            set(headers, X_FORWARDED_FOR, &list);
            if !headers.contains_key(X_FORWARDED_PROTO) {
                set(headers, X_FORWARDED_PROTO, scheme);
            }
            if !headers.contains_key(X_FORWARDED_HOST) {
                set(headers, X_FORWARDED_HOST, authority);
            }
            if headers.contains_key(FORWARDED) {
                let node = if client.is_ipv4() { address } else { format!("\"[{address}]\"") };
                if let Ok(value) = HeaderValue::from_str(&format!("for={node};proto={scheme}")) {
                    headers.append(FORWARDED, value);
                }
            }
        }
    }
    add_via(headers, via);
}

/// Says that a message came through here.
pub(crate) fn add_via(headers: &mut HeaderMap, via: Option<&str>) {
    if let Some(value) = via.and_then(|via| HeaderValue::from_str(&format!("1.1 {via}")).ok()) {
        headers.append(VIA, value);
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Some(value) = HeaderValue::from_str(value).ok().filter(|value| !value.is_empty()) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(headers: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        map
    }

    fn forwarded(headers: &[(&'static str, &str)], how: Forwarded) -> HeaderMap {
        let mut map = map(headers);
        forward(&mut map, "10.0.0.1:99".parse().unwrap(), "https", "crm.example", how, Some("p"));
        map
    }

    #[test]
    fn hop_headers_and_those_named_are_removed_but_not_those_that_matter() {
        let headers = [
            ("connection", "close, X-One, Authorization, callerobjectid"),
            ("x-one", "1"),
            ("keep-alive", "5"),
            ("te", "trailers"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "h2c"),
            ("proxy-connection", "x"),
            ("http2-settings", "x"),
            ("expect", "100-continue"),
            ("authorization", "a"),
            ("callerobjectid", "c"),
            ("x-two", "2"),
        ];
        let left = forwarded(&headers, Forwarded::Pass);
        let mut names: Vec<_> = left.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["authorization", "callerobjectid", "via", "x-two"]);
    }

    #[test]
    fn forwarded_is_replaced_appended_or_passed() {
        let came =
            [("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "2.2.2.2"), ("x-forwarded-proto", "http"), ("forwarded", "for=1.1.1.1")];
        let values =
            |map: &HeaderMap, name: &str| map.get_all(name).iter().map(|value| value.to_str().unwrap().to_owned()).collect::<Vec<_>>();
        let map = forwarded(&came, Forwarded::Replace);
        assert_eq!(values(&map, "x-forwarded-for"), ["10.0.0.1"]);
        assert_eq!(values(&map, "x-forwarded-proto"), ["https"]);
        assert_eq!(values(&map, "x-forwarded-host"), ["crm.example"]);
        assert_eq!(values(&map, "forwarded"), Vec::<String>::new());
        let map = forwarded(&came, Forwarded::Append);
        assert_eq!(values(&map, "x-forwarded-for"), ["1.1.1.1, 2.2.2.2, 10.0.0.1"]);
        assert_eq!(values(&map, "x-forwarded-proto"), ["http"]);
        assert_eq!(values(&map, "forwarded"), ["for=1.1.1.1", "for=10.0.0.1;proto=https"]);
        let map = forwarded(&came, Forwarded::Pass);
        assert_eq!(values(&map, "x-forwarded-for"), ["1.1.1.1", "2.2.2.2"]);
    }

    #[test]
    fn upgrade_needs_both_headers_and_is_not_to_http2() {
        assert!(upgrade(&map(&[("connection", "keep-alive, Upgrade"), ("upgrade", "websocket")])).is_some());
        assert!(upgrade(&map(&[("upgrade", "websocket")])).is_none());
        assert!(upgrade(&map(&[("connection", "upgrade")])).is_none());
        assert!(upgrade(&map(&[("connection", "upgrade"), ("upgrade", "h2c")])).is_none());
    }
}

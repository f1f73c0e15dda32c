//! What Envoy tells beside the messages: where the client is, and whose answer it is.

use std::net::{Ipv4Addr, SocketAddr};

use envoy_types::pb::envoy::service::ext_proc::v3::ProcessingRequest;
use envoy_types::pb::google::protobuf::value::Kind;

const CLIENT: &str = "source.address";
const DETAILS: &str = crate::service::DETAILS_ATTRIBUTE;
const ATTEMPTS: &str = "upstream.request_attempt_count";
/// What Envoy calls an answer that came from the upstream.
const VIA_UPSTREAM: &str = "via_upstream";
/// How Envoy calls answers of its own before which it chose no upstream, or could not connect to it. Behind the word stands more.
const NOT_SENT: [&str; 10] = [
    "no_healthy_upstream",
    "route_not_found",
    "cluster_not_found",
    "maintenance_mode",
    "direct_response",
    "upstream_reset_before_response_started{connection_failure",
    "upstream_reset_before_response_started{remote_connection_failure",
    "upstream_reset_before_response_started{local_connection_failure",
    "upstream_reset_before_response_started{connection_timeout",
    "upstream_reset_before_response_started{overflow",
];

/// Whose answer it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Upstream,
    /// Envoy's, and nothing of the request went up.
    NotSent(String),
    /// Envoy's; the upstream may have acted.
    Envoy(String),
    /// Envoy does not tell.
    Untold,
}

/// Whose answer it is of which Envoy tells the head.
pub(crate) fn origin(message: &ProcessingRequest) -> Origin {
    let Some(Kind::StringValue(details)) = find(message, DETAILS) else { return Origin::Untold };
    if details == VIA_UPSTREAM {
        return Origin::Upstream;
    }
    // Of several tries only the last one is told. Without their number nobody knows whether it was the only one.
    let once = matches!(find(message, ATTEMPTS), Some(Kind::NumberValue(tries)) if *tries <= 1.0);
    if once && NOT_SENT.iter().any(|known| details.starts_with(known)) {
        return Origin::NotSent(details.clone());
    }
    Origin::Envoy(details.clone())
}

/// The client's address; all zeros where Envoy gives none that is one.
pub(crate) fn client(message: &ProcessingRequest) -> SocketAddr {
    let unknown = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    match find(message, CLIENT) {
        Some(Kind::StringValue(text)) => text.parse().or_else(|_| text.parse().map(|ip| SocketAddr::new(ip, 0))).unwrap_or(unknown),
        _ => unknown,
    }
}

fn find<'a>(message: &'a ProcessingRequest, name: &str) -> Option<&'a Kind> {
    message.attributes.values().find_map(|group| group.fields.get(name)?.kind.as_ref())
}

#[cfg(test)]
mod tests {
    use envoy_types::pb::google::protobuf::{Struct, Value};

    use super::*;

    fn told(fields: &[(&str, Kind)]) -> ProcessingRequest {
        let fields = fields.iter().map(|(name, kind)| ((*name).to_owned(), Value { kind: Some(kind.clone()) })).collect();
        let attributes = [("envoy.filters.http.ext_proc".to_owned(), Struct { fields })].into();
        ProcessingRequest { attributes, ..ProcessingRequest::default() }
    }

    fn text(text: &str) -> Kind {
        Kind::StringValue(text.to_owned())
    }

    #[test]
    fn answer_is_the_upstreams_only_where_envoy_says_so() {
        let failed = "upstream_reset_before_response_started{connection_failure|delayed_connect_error:_Connection_refused}";
        for (details, tries, expected) in [
            ("via_upstream", None, "Upstream"),
            ("via_upstream", Some(3.0), "Upstream"),
            ("via_upstream_not", Some(1.0), "Envoy"),
            ("upstream_response_timeout", Some(1.0), "Envoy"),
            ("upstream_reset_before_response_started{connection_termination}", Some(1.0), "Envoy"),
            ("something new", Some(0.0), "Envoy"),
            (failed, Some(1.0), "NotSent"),
            (failed, Some(2.0), "Envoy"),
            (failed, None, "Envoy"),
            ("no_healthy_upstream", Some(0.0), "NotSent"),
        ] {
            let mut fields = vec![(DETAILS, text(details))];
            fields.extend(tries.map(|tries| (ATTEMPTS, Kind::NumberValue(tries))));
            let found = format!("{:?}", origin(&told(&fields)));
            assert!(found.starts_with(expected), "{details} {tries:?}: {found}");
        }
        assert_eq!(origin(&told(&[])), Origin::Untold);
        assert_eq!(origin(&told(&[(DETAILS, Kind::NumberValue(1.0))])), Origin::Untold);
    }

    #[test]
    fn client_that_is_no_address_is_all_zeros() {
        for (given, expected) in
            [("10.0.0.1:99", "10.0.0.1:99"), ("[::1]:7", "[::1]:7"), ("10.0.0.1", "10.0.0.1:0"), ("@pipe", "0.0.0.0:0"), ("", "0.0.0.0:0")]
        {
            assert_eq!(client(&told(&[(CLIENT, text(given))])), expected.parse().unwrap());
        }
        assert!(client(&told(&[])).ip().is_unspecified());
    }
}

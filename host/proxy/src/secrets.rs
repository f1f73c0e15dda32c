//! What must never reach a disk or a log, taken out before anything is kept.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, HeaderName};
use serde::{Deserialize, Serialize};

use crate::exchange::Headers;

/// The header that stands in kept exchanges for a bearer token: some of its claims, as JSON. Nobody has verified them here; the
/// upstream does, and its answer tells. A client's own header of this name is not kept.
pub const CLAIMS_HEADER: &str = "x-actlog-claims";

/// The longest token that is looked into.
const MAX_TOKEN_BYTES: usize = 64 << 10;
/// The longest claim that is kept.
const MAX_CLAIM_BYTES: usize = 512;
/// Headers whose names contain one of these are not kept: too many products have their own.
const SECRET_NAMES: [&str; 12] = [
    "authorization",
    "cookie",
    "token",
    "secret",
    "password",
    "passwd",
    "api-key",
    "apikey",
    "-key",
    "signature",
    "credential",
    "assertion",
];
/// Headers with challenges and answers in them.
const SECRET_HEADERS: [&str; 4] = ["www-authenticate", "proxy-authenticate", "authentication-info", "proxy-authentication-info"];
/// Parameters of a query whose values are not kept.
const SECRET_PARAMETERS: [&str; 12] = [
    "access_token",
    "id_token",
    "refresh_token",
    "token",
    "code",
    "client_secret",
    "client_assertion",
    "assertion",
    "password",
    "api_key",
    "apikey",
    "sig",
];

/// Who a token says that somebody is.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Claims {
    #[serde(skip_serializing_if = "Option::is_none")]
    oid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unique_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    appid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    azp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tid: Option<String>,
}

/// Headers as they may be kept.
pub(crate) fn kept_headers(headers: &HeaderMap) -> Headers {
    let mut kept: Headers = headers
        .iter()
        .filter(|(name, _)| !is_secret(name))
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect();
    // Two Authorization headers are an attack or a mistake; whose claims count would be a guess.
    let mut given = headers.get_all(AUTHORIZATION).iter();
    if let (Some(value), None) = (given.next(), given.next())
        && let Some(claims) = claims(value.as_bytes())
    {
        kept.push((CLAIMS_HEADER.to_owned(), claims));
    }
    kept
}

/// Path and query, without the values of parameters that are secrets.
pub(crate) fn kept_target(target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else { return target.to_owned() };
    let kept: Vec<String> = query
        .split('&')
        .map(|pair| {
            let name = pair.split_once('=').map_or(pair, |(name, _)| name);
            let plain = percent_encoding::percent_decode_str(name).decode_utf8_lossy().to_ascii_lowercase();
            if SECRET_PARAMETERS.contains(&plain.as_str()) { format!("{name}=") } else { pair.to_owned() }
        })
        .collect();
    format!("{path}?{}", kept.join("&"))
}

fn is_secret(name: &HeaderName) -> bool {
    let name = name.as_str();
    name == CLAIMS_HEADER || SECRET_HEADERS.contains(&name) || SECRET_NAMES.iter().any(|part| name.contains(part))
}

/// The claims of a bearer token, as JSON; `None` where it is none, or holds none of them.
fn claims(value: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(value).ok()?;
    let (scheme, token) = text.trim().split_once(' ')?;
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || token.len() > MAX_TOKEN_BYTES {
        return None;
    }
    let mut parts = token.split('.');
    let (_, middle, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else { return None };
    let json = URL_SAFE_NO_PAD.decode(middle.trim_end_matches('=')).ok()?;
    // A claim that stands twice, or has another type, makes all of them unusable: the upstream might read the other one.
    let mut claims: Claims = serde_json::from_slice(&json).ok()?;
    for claim in [
        &mut claims.oid,
        &mut claims.sub,
        &mut claims.upn,
        &mut claims.preferred_username,
        &mut claims.unique_name,
        &mut claims.appid,
        &mut claims.azp,
        &mut claims.tid,
    ] {
        claim.take_if(|claim| claim.len() > MAX_CLAIM_BYTES);
    }
    (claims != Claims::default()).then(|| serde_json::to_vec(&claims).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    fn kept(headers: &[(&'static str, &str)]) -> Vec<(String, String)> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        kept_headers(&map).into_iter().map(|(name, value)| (name, String::from_utf8(value).unwrap())).collect()
    }

    fn token(claims: &str) -> String {
        format!("Bearer {}.{}.c2lnbmF0dXJl", URL_SAFE_NO_PAD.encode("{}"), URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn secrets_are_dropped_and_the_rest_is_kept() {
        for name in [
            "authorization",
            "proxy-authorization",
            "cookie",
            "set-cookie",
            "x-api-key",
            "ocp-apim-subscription-key",
            "x-ms-token-aad",
            "x-csrf-token",
            "www-authenticate",
            "x-actlog-claims",
            "x-amz-security-token",
            "x-client-secret",
        ] {
            assert_eq!(
                kept(&[(name, "hush"), ("prefer", "odata.track-changes")]),
                [("prefer".to_owned(), "odata.track-changes".to_owned())]
            );
        }
        for name in ["callerobjectid", "mscrmcallerid", "user-agent", "if-match", "content-type", "x-forwarded-for", "odata-entityid"] {
            assert_eq!(kept(&[(name, "v")]), [(name.to_owned(), "v".to_owned())]);
        }
    }

    #[test]
    fn of_a_token_only_known_claims_are_kept() {
        let claims = r#"{"oid":"1","upn":"a@b","tid":"t","aud":"https://x","secret":"hush","exp":5,"unique_name":"u"}"#;
        let expected = r#"{"oid":"1","upn":"a@b","unique_name":"u","tid":"t"}"#;
        assert_eq!(kept(&[("authorization", &token(claims))]), [(CLAIMS_HEADER.to_owned(), expected.to_owned())]);
        assert_eq!(kept(&[("authorization", &token(claims).replace("Bearer", "bEARER"))]).len(), 1);
    }

    #[test]
    fn token_that_is_none_or_ambiguous_gives_no_claims() {
        for value in [
            "Bearer opaque".to_owned(),
            "Basic dXNlcjpwYXNz".to_owned(),
            "Bearer a.b.c.d.e".to_owned(),
            "Bearer a.%%%.c".to_owned(),
            token(r#"{"oid":"1","oid":"2"}"#),
            token(r#"{"oid":{"deep":1}}"#),
            token(r#"{"aud":"x"}"#),
            token("[]"),
            token(&format!(r#"{{"oid":"{}"}}"#, "x".repeat(1000))),
            token(&format!("{}{}", "[".repeat(10_000), "]".repeat(10_000))),
        ] {
            assert_eq!(kept(&[("authorization", &value)]), [], "{value}");
        }
        let twice = token(r#"{"oid":"1"}"#);
        assert_eq!(kept(&[("authorization", &twice), ("authorization", &twice)]), []);
    }

    #[test]
    fn secret_parameters_lose_their_values() {
        for (target, expected) in [
            ("/a", "/a"),
            ("/a?$filter=x eq 'y'&$top=5", "/a?$filter=x eq 'y'&$top=5"),
            ("/a?access_token=hush&b=1", "/a?access_token=&b=1"),
            ("/a?b=1&Access%5FToken=hush", "/a?b=1&Access%5FToken="),
            ("/a?b?sig=1&sig=hush=1", "/a?b?sig=1&sig="),
        ] {
            assert_eq!(kept_target(target), expected);
        }
    }
}

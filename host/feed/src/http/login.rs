//! Where collectors get their tokens: OAuth 2.0, client credentials, in both versions of the address.

use std::borrow::Cow;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use serde_json::json;
use uuid::Uuid;

use super::{json as answer, written};
use crate::fault::retry_after;
use crate::feed::Feed;
use crate::period;
use crate::token::AUDIENCE;

/// Wrong secrets a minute from one address.
const WRONG_PER_MINUTE: NonZeroU32 = NonZeroU32::new(20).unwrap();

/// Counts wrong secrets. Guessing is slowed down; the right secret is never refused for it.
pub(crate) struct Wrong(DefaultKeyedRateLimiter<Option<IpAddr>>);

impl Default for Wrong {
    fn default() -> Self {
        Wrong(RateLimiter::keyed(Quota::per_minute(WRONG_PER_MINUTE)))
    }
}

impl Wrong {
    /// Forgets addresses that have not asked for a while.
    pub(crate) fn tidy(&self) {
        self.0.retain_recent();
    }
}

/// Why no token is given: a status, OAuth's word, a number, and a sentence.
struct Refusal(StatusCode, &'static str, u32, String, Option<HeaderValue>);

impl Refusal {
    fn bad(error: &'static str, number: u32, description: impl Into<String>) -> Self {
        Refusal(StatusCode::BAD_REQUEST, error, number, description.into(), None)
    }

    fn missing(name: &str) -> Self {
        Self::bad("invalid_request", 900_144, format!("The request body must contain the following parameter: '{name}'."))
    }

    /// The same for an id that is not known and for a secret that is wrong.
    fn wrong() -> Self {
        let description = "Invalid client id or client secret provided.".to_owned();
        Refusal(StatusCode::UNAUTHORIZED, "invalid_client", 7_000_215, description, None)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Refusal(status, error, number, description, wait) = self;
        let (now, correlation) = (period::write(actlog_store::now()), Uuid::new_v4());
        let mut response = answer(written(&json!({
            "error": error,
            "error_description": format!("AADSTS{number}: {description}"),
            "error_codes": [number],
            "timestamp": now,
            "correlation_id": correlation,
        })));
        *response.status_mut() = status;
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic"));
        }
        if let Some(wait) = wait {
            response.headers_mut().insert(header::RETRY_AFTER, wait);
        }
        response
    }
}

/// Which address was asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    /// Says what the token is for in `resource`, and gets numbers as texts.
    One,
    /// Says it in `scope`.
    Two,
}

/// Where a request came from, where the server was told.
pub(crate) struct Address(Option<IpAddr>);

impl<S: Sync> FromRequestParts<S> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Address(parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|connected| connected.0.ip())))
    }
}

/// `POST /{tenant}/oauth2/token`
pub(crate) async fn v1(feed: State<Arc<Feed>>, tenant: Path<String>, headers: HeaderMap, address: Address, body: Bytes) -> Response {
    token(&feed, &tenant, &headers, address, &body, Version::One).into_response()
}

/// `POST /{tenant}/oauth2/v2.0/token`
pub(crate) async fn v2(feed: State<Arc<Feed>>, tenant: Path<String>, headers: HeaderMap, address: Address, body: Bytes) -> Response {
    token(&feed, &tenant, &headers, address, &body, Version::Two).into_response()
}

fn token(feed: &Feed, tenant: &str, headers: &HeaderMap, address: Address, body: &[u8], version: Version) -> Result<Response, Refusal> {
    let form: Vec<(Cow<'_, str>, Cow<'_, str>)> = form_urlencoded::parse(body).collect();
    let field = |wanted: &'static str| {
        let found = form.iter().find(|(name, value)| name == wanted && !value.is_empty());
        found.map(|(_, value)| value.as_ref()).ok_or_else(|| Refusal::missing(wanted))
    };
    if field("grant_type")? != "client_credentials" {
        return Err(Refusal::bad("unsupported_grant_type", 70_003, "The grant type must be 'client_credentials'."));
    }
    let basic = basic(headers);
    let (id, secret) = match &basic {
        Some((id, secret)) => (id.as_str(), secret.as_str()),
        None => (field("client_id")?, field("client_secret")?),
    };
    if version == Version::Two && !field("scope")?.ends_with("/.default") {
        return Err(Refusal::bad("invalid_scope", 70_011, "The scope must end with '/.default'."));
    }
    let (clients, tenant) = (feed.clients(), Uuid::try_parse(tenant).ok());
    let unknown = || Refusal::bad("invalid_request", 90_002, "The tenant is not known. It is the GUID of the organization.");
    let tenant = tenant.filter(|tenant| clients.knows(*tenant)).ok_or_else(unknown)?;
    let Some(client) = clients.holder(id, secret) else {
        return Err(match feed.wrong.0.check_key(&address.0) {
            Ok(()) => Refusal::wrong(),
            Err(refused) => {
                let wait = retry_after(refused.wait_time_from(DefaultClock::default().now()));
                let description = "Too many wrong secrets came from this address.".to_owned();
                Refusal(StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable", 90_055, description, Some(wait))
            }
        });
    };
    if !client.tenants.contains(&tenant) {
        let description = format!("Application with identifier '{}' was not found in the directory '{tenant}'.", client.id);
        return Err(Refusal::bad("unauthorized_client", 700_016, description));
    }
    let now = actlog_store::now().unsigned_abs() / 1_000;
    let token = feed.tokens.give(client, tenant, now).map_err(|error| {
        tracing::error!("a token cannot be signed: {error}");
        Refusal(StatusCode::INTERNAL_SERVER_ERROR, "server_error", 90_033, "A transient error has occurred.".to_owned(), None)
    })?;
    let life = feed.tokens.life().as_secs();
    Ok(answer(written(&match version {
        Version::One => json!({
            "token_type": "Bearer",
            "expires_in": life.to_string(),
            "ext_expires_in": life.to_string(),
            "expires_on": (now + life).to_string(),
            "not_before": now.to_string(),
            "resource": field("resource").unwrap_or(AUDIENCE),
            "access_token": token,
        }),
        Version::Two => json!({"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": token}),
    })))
}

/// Id and secret of HTTP's own way, each encoded as in a form (RFC 6749, 2.3.1).
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, value) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(BASE64_STANDARD.decode(value.trim()).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let decoded = |text: &str| form_urlencoded::parse(text.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default();
    Some((decoded(id), decoded(secret)))
}

//! Who asks, and whether they may: every request but the ones for a token comes through here first.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, header};
use governor::clock::{Clock, DefaultClock};
use uuid::Uuid;

use super::parameters::Parameters;
use crate::clients::PERMISSION;
use crate::fault::Fault;
use crate::feed::Feed;

/// A request that may be answered.
pub(crate) struct Admitted {
    /// Whose records are asked for.
    pub(crate) tenant: Uuid,
    /// Which collector asks.
    pub(crate) client: Uuid,
    pub(crate) parameters: Parameters,
    /// What the URLs that it is given begin with.
    pub(crate) base: String,
    /// What stands in the path besides the tenant.
    pub(crate) content: Option<String>,
}

impl FromRequestParts<Arc<Feed>> for Admitted {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, feed: &Arc<Feed>) -> Result<Self, Fault> {
        let path = Path::<HashMap<String, String>>::from_request_parts(parts, feed).await;
        let mut path = path.map_err(|_| Fault::NoGuid("?".to_owned()))?.0;
        let claims = bearer(&parts.headers).and_then(|token| feed.tokens.read(token)).ok_or(Fault::Unauthorized)?;
        // A collector that was taken away, or whose tenants were, may have a token that is still good.
        let clients = feed.clients();
        let client = clients.by_id(claims.appid).ok_or(Fault::Unauthorized)?;
        let given = path.remove("tenant").unwrap_or_default();
        let tenant = Uuid::try_parse(&given).map_err(|_| Fault::NoGuid(given.chars().take(64).collect()))?;
        if !clients.knows(tenant) {
            return Err(Fault::UnknownTenant(tenant));
        }
        if tenant != claims.tid {
            return Err(Fault::OtherTenant { url: tenant, token: claims.tid });
        }
        if !client.tenants.contains(&tenant) {
            return Err(Fault::Unauthorized);
        }
        let both = |permission: &str| [&claims.roles, &client.permissions].iter().all(|list| list.iter().any(|held| held == permission));
        if !both(PERMISSION) {
            return Err(Fault::Permission(claims.roles.join(" ")));
        }
        let parameters = Parameters::read(parts.uri.query());
        let publisher = parameters.publisher();
        feed.requests.check_key(&tenant).map_err(|refused| Fault::TooMany {
            method: parts.method.to_string(),
            publisher: publisher.as_ref().ok().copied().flatten().unwrap_or_default().to_string(),
            wait: refused.wait_time_from(DefaultClock::default().now()),
        })?;
        publisher?;
        let base = base(feed, parts)?;
        Ok(Admitted { tenant, client: client.id, parameters, base, content: path.remove("content") })
    }
}

/// The token; the scheme's name is written in any case.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// Where the collector reaches this server, with the API's root.
fn base(feed: &Feed, parts: &Parts) -> Result<String, Fault> {
    let server = match &feed.options.public_url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => {
            let asked = parts.uri.authority().cloned();
            let host = || parts.headers.get(header::HOST)?.to_str().ok()?.parse::<Authority>().ok();
            let authority = asked.or_else(host).filter(|authority| !authority.as_str().contains('@'));
            format!("http://{}", authority.ok_or(Fault::Missing("Host"))?)
        }
    };
    Ok(format!("{server}/api/v1.0"))
}

//! Starting and stopping subscriptions, and which there are.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::admit::Admitted;
use super::{json as answer, written};
use crate::book::{Subscription, Webhook};
use crate::clients::{hex, random};
use crate::fault::Fault;
use crate::feed::Feed;
use crate::period;
use crate::webhook::{Allowed, Call, check};

type Shared = State<Arc<Feed>>;

/// Bytes that an `authId` may have.
const MOST_AUTH_ID: usize = 1_024;

/// What may stand in the body of a start.
#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    webhook: Option<Given>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given {
    #[serde(default)]
    address: Option<String>,
    #[serde(default)]
    auth_id: Option<String>,
    #[serde(default)]
    expiration: Option<String>,
}

/// A subscription as collectors see it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'s> {
    content_type: &'static str,
    status: &'static str,
    webhook: Option<ShownWebhook<'s>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownWebhook<'s> {
    status: &'static str,
    address: &'s str,
    auth_id: Option<&'s str>,
    expiration: Option<String>,
}

impl<'s> Shown<'s> {
    fn new(subscription: &'s Subscription, now: i64) -> Self {
        let webhook = subscription.webhook.as_ref().map(|webhook| ShownWebhook {
            status: match (webhook.expiration, subscription.active) {
                (Some(expiration), _) if expiration <= now => "expired",
                (_, true) => "enabled",
                (_, false) => "disabled",
            },
            address: &webhook.address,
            auth_id: webhook.auth_id.as_deref(),
            expiration: webhook.expiration.map(period::write),
        });
        let status = if subscription.enabled { "enabled" } else { "disabled" };
        Shown { content_type: subscription.content_type.name(), status, webhook }
    }
}

/// The webhook that a body names, checked as far as it can be without calling it. What the body calls itself does not matter:
/// collectors say many things.
fn webhook(body: &[u8], allowed: Allowed, now: i64) -> Result<Option<Webhook>, Fault> {
    if body.trim_ascii().is_empty() {
        return Ok(None);
    }
    let wrong = Fault::Type { name: "webhook", expected: "object" };
    let Some(given) = serde_json::from_slice::<Body>(body).map_err(|_| wrong)?.webhook else { return Ok(None) };
    let address = given.address.filter(|address| !address.is_empty()).ok_or(Fault::Missing("webhook.address"))?;
    check(&address, allowed).map_err(|why| Fault::Webhook { address: address.chars().take(256).collect(), why })?;
    let auth_id = given.auth_id.filter(|auth_id| !auth_id.is_empty());
    if auth_id.as_ref().is_some_and(|auth_id| auth_id.len() > MOST_AUTH_ID || HeaderValue::from_str(auth_id).is_err()) {
        return Err(Fault::Type { name: "webhook.authId", expected: "string" });
    }
    let expiration = match given.expiration.filter(|expiration| !expiration.is_empty()) {
        None => None,
        Some(text) => {
            let time = period::parse(&text).ok_or(Fault::Type { name: "webhook.expiration", expected: "datetime" })?;
            if time <= now {
                return Err(Fault::PastExpiration(text));
            }
            Some(time)
        }
    };
    Ok(Some(Webhook { address, auth_id, expiration }))
}

/// `POST …/subscriptions/start`
pub(crate) async fn start(State(feed): Shared, admitted: Admitted, body: Bytes) -> Result<Response, Fault> {
    let content_type = admitted.parameters.content_type()?;
    let webhook = webhook(&body, Allowed::from(&feed.options.webhooks), actlog_store::now())?;
    let of = (admitted.tenant, admitted.client);
    let known = feed.blocking(move |feed| feed.book.subscription(of.0, of.1, content_type)).await?;
    let same = |known: &Subscription| known.enabled && known.webhook == webhook && (webhook.is_none() || known.active);
    if known.as_ref().is_some_and(same) {
        return Err(Fault::AlreadyEnabled);
    }
    if let Some(webhook) = &webhook {
        validate(&feed, webhook).await?;
    }
    let (base, backlog) = (admitted.base, feed.options.backlog);
    let started = feed.blocking(move |feed| {
        feed.book.start(of, content_type, webhook.as_ref(), &base, backlog)?;
        feed.book.subscription(of.0, of.1, content_type)
    });
    let started = started.await?.ok_or(Fault::Internal)?;
    Ok(answer(written(&Shown::new(&started, actlog_store::now()))))
}

/// Calls a webhook with a code that nobody can have guessed. Nothing is changed unless it takes the call.
async fn validate(feed: &Arc<Feed>, webhook: &Webhook) -> Result<(), Fault> {
    let code = hex(&random::<16>()?);
    let body = written(&json!({ "validationCode": code }));
    let call = Call { address: webhook.address.clone(), auth_id: webhook.auth_id.clone(), code: Some(code), body };
    feed.webhooks.call(call).await.map_err(|why| Fault::Webhook { address: webhook.address.chars().take(256).collect(), why })
}

/// `POST …/subscriptions/stop`
pub(crate) async fn stop(State(feed): Shared, admitted: Admitted) -> Result<Response, Fault> {
    let content_type = admitted.parameters.content_type()?;
    let (tenant, client) = (admitted.tenant, admitted.client);
    let known = feed.blocking(move |feed| {
        let known = feed.book.subscription(tenant, client, content_type)?;
        if let Some(known) = known.as_ref().filter(|known| known.enabled) {
            feed.book.stop(known.no)?;
        }
        Ok(known)
    });
    known.await?.ok_or(Fault::NoSubscription)?;
    Ok(StatusCode::OK.into_response())
}

/// `GET …/subscriptions/list`
pub(crate) async fn list(State(feed): Shared, admitted: Admitted) -> Result<Response, Fault> {
    let (tenant, client) = (admitted.tenant, admitted.client);
    let subscriptions = feed.blocking(move |feed| feed.book.subscriptions(tenant, client)).await?;
    let now = actlog_store::now();
    Ok(answer(written(&subscriptions.iter().map(|subscription| Shown::new(subscription, now)).collect::<Vec<_>>())))
}

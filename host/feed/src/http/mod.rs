//! What is answered, address by address.

mod admit;
mod content;
pub(crate) mod entry;
mod language;
pub(crate) mod login;
mod parameters;
mod subscriptions;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::feed::Feed;

/// Bytes that a request's body may have.
const MOST_BODY: usize = 16 << 10;

/// Every address of the feed, to be merged into the server's other ones. Where the server is told who connects
/// (`into_make_service_with_connect_info::<SocketAddr>()`), wrong secrets are slowed down by address.
pub fn router(feed: Arc<Feed>) -> Router {
    let root = |operation: &str| format!("/api/v1.0/{{tenant}}/activity/feed/{operation}");
    Router::new()
        .route("/{tenant}/oauth2/token", post(login::v1))
        .route("/{tenant}/oauth2/v2.0/token", post(login::v2))
        .route(&root("subscriptions/start"), post(subscriptions::start))
        .route(&root("subscriptions/stop"), post(subscriptions::stop))
        .route(&root("subscriptions/list"), get(subscriptions::list))
        .route(&root("subscriptions/content"), get(content::list))
        .route(&root("subscriptions/notifications"), get(content::notifications))
        .route(&root("audit/{content}"), get(content::content))
        .route(&root("resources/dlpSensitiveTypes"), get(language::sensitive_types))
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .with_state(feed)
}

/// JSON as the API sends it. What it holds is nobody else's, so nothing on the way may keep it.
fn json(body: Vec<u8>) -> Response {
    const HEADERS: [(header::HeaderName, HeaderValue); 2] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (HEADERS, body).into_response()
}

/// The JSON of something that always has one.
fn written<T: serde::Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

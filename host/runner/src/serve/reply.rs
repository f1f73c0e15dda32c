//! What the server answers when it cannot do what was asked: a status, a sentence and a reason for programs.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// Seconds after which a sender may try again.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("2");

/// Why something is not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct Refusal {
    status: StatusCode,
    reason: &'static str,
    error: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'r> {
    error: &'r str,
    reason: &'r str,
}

impl Refusal {
    fn new(status: StatusCode, reason: &'static str, error: impl Into<String>) -> Self {
        Self { status, reason, error: error.into() }
    }

    /// What was asked makes no sense.
    pub fn bad_request(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", error)
    }

    /// Nobody is known by this token, or none was given.
    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "token-needed", "a token is needed: Authorization: Bearer TOKEN")
    }

    /// Somebody is known who may not do this.
    pub fn forbidden(what: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "not-allowed", format!("this token does not allow you to {what}"))
    }

    /// The operator turned search off.
    pub fn search_off() -> Self {
        Self::new(StatusCode::FORBIDDEN, "search-off", "search is turned off in the settings; records are kept all the same")
    }

    /// There is no such thing.
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", format!("there is no {what}"))
    }

    /// Something is longer than it may be.
    pub fn too_large(error: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", error)
    }

    /// Too many requests came.
    pub fn too_many() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many", "too many requests; wait a moment")
    }

    /// The records cannot be made durable now. Nothing that was sent is recorded: it must be sent again.
    pub fn unavailable(error: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", error)
    }

    /// Something failed here.
    pub fn failed(error: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(Body { error: &self.error, reason: self.reason })).into_response();
        if matches!(self.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

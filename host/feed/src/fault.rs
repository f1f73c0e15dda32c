//! What a collector is told when it cannot have what it asked for: each of the API's codes once, with its status.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use uuid::Uuid;

use crate::error::Error;

/// Why a request is refused. What is shown is the message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("Authorization has been denied for this request.")]
    Unauthorized,
    #[error("The permission set ({0}) sent in the request did not include the expected permission ActivityFeed.Read.")]
    Permission(String),
    #[error("Missing parameter: {0}.")]
    Missing(&'static str),
    #[error("Invalid parameter type: {name}. Expected type: {expected}")]
    Type { name: &'static str, expected: &'static str },
    #[error("Expiration {0} provided is set to past date and time.")]
    PastExpiration(String),
    #[error("The tenant ID passed in the URL ({url}) does not match the tenant ID passed in the access token ({token}).")]
    OtherTenant { url: Uuid, token: Uuid },
    #[error("Specified tenant ID ({0}) does not exist in the system or has been deleted.")]
    UnknownTenant(Uuid),
    #[error("The tenant ID passed in the URL ({0}) is not a valid GUID.")]
    NoGuid(String),
    #[error("The specified content type is not valid.")]
    ContentType,
    #[error("The webhook endpoint ({address}) could not be validated. {why}")]
    Webhook { address: String, why: String },
    #[error("No subscription found for the specified content type.")]
    NoSubscription,
    #[error("The subscription was disabled by a tenant admin.")]
    Disabled,
    #[error("The subscription is already enabled. No property change.")]
    AlreadyEnabled,
    #[error(
        "Start time and end time must both be specified (or both omitted) and must be less than or equal to 24 hours apart, \
         with the start time no more than 7 days in the past."
    )]
    Period,
    #[error("Invalid nextPage Input: {0}.")]
    NextPage(String),
    #[error("The specified content ({0}) does not exist.")]
    NoContent(String),
    #[error("Content requested with the key {0} has already expired. Content older than 7 days cannot be retrieved.")]
    Expired(String),
    #[error("Content ID {0} in the URL is invalid.")]
    ContentId(String),
    #[error("Only one language may be present in the Accept-Language header.")]
    Languages,
    #[error("Invalid syntax in Accept-Language header.")]
    Language,
    #[error("Too many requests. Method={method}, PublisherId={publisher}")]
    TooMany { method: String, publisher: String, wait: Duration },
    #[error("An internal error occurred. Retry the request.")]
    Internal,
}

impl Fault {
    /// The code, and the status that goes with it.
    pub(crate) fn code(&self) -> (&'static str, StatusCode) {
        match self {
            Fault::Unauthorized => ("Unauthorized", StatusCode::UNAUTHORIZED),
            Fault::Permission(_) => ("AF10001", StatusCode::FORBIDDEN),
            Fault::Missing(_) => ("AF20001", StatusCode::BAD_REQUEST),
            Fault::Type { .. } => ("AF20002", StatusCode::BAD_REQUEST),
            Fault::PastExpiration(_) => ("AF20003", StatusCode::BAD_REQUEST),
            Fault::OtherTenant { .. } => ("AF20010", StatusCode::FORBIDDEN),
            Fault::UnknownTenant(_) => ("AF20011", StatusCode::NOT_FOUND),
            Fault::NoGuid(_) => ("AF20013", StatusCode::BAD_REQUEST),
            Fault::ContentType => ("AF20020", StatusCode::BAD_REQUEST),
            Fault::Webhook { .. } => ("AF20021", StatusCode::BAD_REQUEST),
            Fault::NoSubscription => ("AF20022", StatusCode::BAD_REQUEST),
            Fault::Disabled => ("AF20023", StatusCode::BAD_REQUEST),
            Fault::AlreadyEnabled => ("AF20024", StatusCode::BAD_REQUEST),
            Fault::Period => ("AF20030", StatusCode::BAD_REQUEST),
            Fault::NextPage(_) => ("AF20031", StatusCode::BAD_REQUEST),
            Fault::NoContent(_) => ("AF20050", StatusCode::NOT_FOUND),
            Fault::Expired(_) => ("AF20051", StatusCode::BAD_REQUEST),
            Fault::ContentId(_) => ("AF20052", StatusCode::BAD_REQUEST),
            Fault::Languages => ("AF20053", StatusCode::BAD_REQUEST),
            Fault::Language => ("AF20054", StatusCode::BAD_REQUEST),
            Fault::TooMany { .. } => ("AF429", StatusCode::TOO_MANY_REQUESTS),
            Fault::Internal => ("AF50000", StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        tracing::error!("a collector's request failed: {error}");
        Fault::Internal
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let (code, status) = self.code();
        let mut response = (status, Json(json!({"error": {"code": code, "message": self.to_string()}}))).into_response();
        match &self {
            Fault::Unauthorized => {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Fault::TooMany { wait, .. } => {
                response.headers_mut().insert(header::RETRY_AFTER, retry_after(*wait));
            }
            _ => {}
        }
        response
    }
}

/// Whole seconds, at least one.
pub(crate) fn retry_after(wait: Duration) -> HeaderValue {
    HeaderValue::from(wait.as_secs() + 1)
}

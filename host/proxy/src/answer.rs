//! Answers that are not the upstream's.

use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};

use crate::body::{self, AnyBody};

/// Seconds after which a request that was refused may come again.
pub const RETRY_SECONDS: &str = "5";
/// The type of an answer of one's own.
pub const TEXT: &str = "text/plain; charset=utf-8";

/// An answer in the upstream's place: a status, and one sentence for people.
pub type Answer = (StatusCode, &'static str);

/// The intent could not be kept.
pub const JOURNAL_FAILED: Answer =
    (StatusCode::SERVICE_UNAVAILABLE, "The audit journal takes nothing at the moment; the request was not passed on.\n");
/// The outcome could not be kept. Not 503: that invites to ask again, and the request may have been carried out.
pub const OUTCOME_LOST: Answer =
    (StatusCode::INTERNAL_SERVER_ERROR, "The audit journal failed after the request was passed on; it may have been carried out.\n");
/// Over the limit of requests at once.
pub const BUSY: Answer = (StatusCode::SERVICE_UNAVAILABLE, "Too many requests at once.\n");
/// Over the limits of a request's head.
pub const HEAD_TOO_LARGE: Answer = (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Too many headers, or too long ones.\n");
/// Over the limit of path and query.
pub const TARGET_TOO_LONG: Answer = (StatusCode::URI_TOO_LONG, "The path and query are too long.\n");
pub(crate) const UNREACHED: Answer =
    (StatusCode::BAD_GATEWAY, "The server behind this proxy cannot be reached; the request was not passed on.\n");
pub(crate) const UNANSWERED: Answer =
    (StatusCode::BAD_GATEWAY, "The server behind this proxy gave no answer; the request may have been carried out.\n");
pub(crate) const TOO_LATE: Answer =
    (StatusCode::GATEWAY_TIMEOUT, "The server behind this proxy took too long; the request may have been carried out.\n");

pub(crate) fn own((status, sentence): Answer) -> Response<AnyBody> {
    let mut response = Response::new(body::text(sentence));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(TEXT));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(RETRY_SECONDS));
    }
    response
}

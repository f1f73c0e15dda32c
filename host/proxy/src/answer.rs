//! Answers that are the proxy's own.

use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};

use crate::body::{self, AnyBody};

/// Seconds after which a request that was refused may come again.
const RETRY_SECONDS: &str = "5";

/// An answer of the proxy's own, with one sentence for people.
pub(crate) fn own(status: StatusCode, sentence: &'static str) -> Response<AnyBody> {
    let mut response = Response::new(body::text(sentence));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(RETRY_SECONDS));
    }
    response
}

pub(crate) fn journal_failed() -> Response<AnyBody> {
    own(StatusCode::SERVICE_UNAVAILABLE, "The audit journal takes nothing at the moment; the request was not passed on.\n")
}

/// Not 503: that invites to ask again, and the request may have been carried out.
pub(crate) fn outcome_lost() -> Response<AnyBody> {
    let sentence = "The audit journal failed after the request was passed on; it may have been carried out.\n";
    own(StatusCode::INTERNAL_SERVER_ERROR, sentence)
}

pub(crate) fn unreached() -> Response<AnyBody> {
    own(StatusCode::BAD_GATEWAY, "The server behind this proxy cannot be reached; the request was not passed on.\n")
}

pub(crate) fn unanswered() -> Response<AnyBody> {
    own(StatusCode::BAD_GATEWAY, "The server behind this proxy gave no answer; the request may have been carried out.\n")
}

pub(crate) fn too_late() -> Response<AnyBody> {
    own(StatusCode::GATEWAY_TIMEOUT, "The server behind this proxy took too long; the request may have been carried out.\n")
}

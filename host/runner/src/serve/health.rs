//! `/healthz`, `/readyz` and `/metrics`: what those ask who run the program, and the time that each answer took.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::{MatchedPath, Request, State as With};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::metrics;
use super::operation::Operation;
use super::reply::Refusal;
use super::state::State;
use super::vitals::{Answered, Vitals};
use super::writer::MOST_WAITING;

/// `GET /healthz`: the program answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: whether events can be taken, and why not.
pub async fn ready(With(state): With<Arc<State>>) -> Response {
    readiness(&state.vitals.reasons(MOST_WAITING))
}

/// An answer that says whether there is any reason not to be ready.
pub fn readiness(reasons: &[String]) -> Response {
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({"Ready": reasons.is_empty(), "Reasons": reasons}))).into_response()
}

/// `GET /metrics`
pub async fn counted(With(state): With<Arc<State>>) -> Result<Response, Refusal> {
    let failed = |error: &dyn std::fmt::Display| Refusal::failed(error.to_string());
    let asked = state.clone();
    let asking = state.ask(move |_, reader| Ok((reader.size().map_err(|error| failed(&error))?, Operation::now(&asked))));
    let (stored, operation) = asking.await?;
    let text = metrics::text(&state, operation, stored).map_err(|error| failed(&error))?;
    Ok(([(header::CONTENT_TYPE, metrics::KIND)], text).into_response())
}

/// Notes how long each answer took.
pub async fn timed(With(vitals): With<Arc<Vitals>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    // What is not routed is one kind: addresses that anybody makes up must not fill the memory.
    let route = request.extensions().get::<MatchedPath>().map_or_else(|| "page".to_owned(), |path| path.as_str().to_owned());
    let method = match request.method().as_str() {
        known @ ("GET" | "POST" | "HEAD" | "PUT" | "DELETE" | "OPTIONS") => known.to_owned(),
        _ => "other".to_owned(),
    };
    let response = next.run(request).await;
    let answered = Answered { route, method, status: response.status().as_u16() };
    vitals.answered.get_or_create(&answered).observe(began.elapsed().as_secs_f64());
    response
}

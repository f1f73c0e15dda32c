//! `actlog serve`: takes events in, keeps their records, and answers auditors.
//!
//! A request is known by its token ([`guard`]). Events go through the filter and to the one thread that writes ([`ingest`],
//! [`writer`]). Questions go to connections that only read ([`api`]), and what was asked is recorded ([`own`]).

pub mod access;
mod answers;
mod api;
pub mod collecting;
mod current;
mod demo;
pub mod flows;
mod guard;
mod handover;
pub mod health;
mod ingest;
pub mod metrics;
pub mod operation;
mod own;
mod page;
pub mod peers;
pub mod playground;
mod private;
mod push;
pub mod reply;
mod state;
pub mod timings;
mod vitals;
mod writer;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tokio::net::TcpListener;

use crate::listen;
use guard::Right;

pub use current::{Current, InForce};
pub use guard::Guard;
pub use ingest::Ingest;
pub use own::Own;
pub use push::{Push, Receivers};
pub use state::State;
pub use vitals::Vitals;
pub use writer::{NotWritten, Writer};

/// Every address that is answered. Those of `others` know their callers themselves.
fn router(state: Arc<State>, guard: Arc<Guard>, most_body: usize, others: Router) -> Router {
    let reading = Router::new()
        .route("/api/search", get(api::search))
        .route("/api/records/{source}", get(api::record))
        .route("/api/seen/{record}", get(api::seen))
        .route("/api/reports", get(api::reports))
        .route("/api/reports/{name}", get(api::report))
        .route("/api/reports/{name}/export", get(api::export_report))
        .route("/api/export", get(api::export))
        .route("/api/counts", get(api::counts))
        .route_layer(from_fn_with_state(Right::Read, guard::allow));
    let sending = Router::new()
        .route("/events", post(api::events))
        .route("/api/demo", post(api::demo))
        .route_layer(from_fn_with_state(Right::Send, guard::allow));
    let operating = Router::new().route("/api/settings", get(api::settings)).route_layer(from_fn_with_state(Right::Operate, guard::allow));
    let observing = Router::new().route("/metrics", get(health::counted)).route("/api/operation", get(api::operation));
    let observing = observing.route_layer(from_fn_with_state(Right::Observe, guard::allow));
    let vitals = state.vitals.clone();
    let playground = playground::routes("/playground", state.engine.component_bytes());
    let answered = Router::new()
        .route("/api/me", get(api::me))
        .route("/api/catalog", get(api::catalog))
        .merge(reading)
        .merge(sending)
        .merge(operating)
        .merge(observing)
        .layer(from_fn_with_state(guard, guard::admit))
        .layer(DefaultBodyLimit::max(most_body));
    // Whoever runs the program asks these without a token; they tell nothing of records.
    let asked = Router::new().route("/healthz", get(health::alive)).route("/readyz", get(health::ready));
    let answered = answered.merge(asked).with_state(state).merge(others).route_layer(from_fn_with_state(vitals, health::timed));
    answered.merge(playground).fallback(get(page::file)).layer(from_fn(page::headers))
}

/// Answers on `listener` until `stop` is done; requests that are being answered are finished. `others` are further addresses, which
/// know their callers themselves.
pub async fn answer(
    listener: TcpListener,
    state: Arc<State>,
    guard: Arc<Guard>,
    most_body: usize,
    others: Router,
    stop: impl Future<Output = ()>,
) {
    listen::answer(listener, router(state, guard, most_body, others), stop).await;
}

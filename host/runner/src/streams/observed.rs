//! A worker's `/healthz`, `/readyz`, `/metrics` and `/api/operation`. They tell counts and names of rules, nothing of records, and need no token.

use std::fmt;
use std::sync::{Arc, Mutex};

use axum::extract::State as With;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;

use crate::account::Account;
use crate::rules::set::RuleSet;
use crate::serve::operation::Operation;
use crate::serve::reply::Refusal;
use crate::serve::{Vitals, health, metrics};

/// What is told.
pub struct Observed {
    /// How the worker is.
    pub vitals: Arc<Vitals>,
    /// What the events came to.
    pub account: Arc<Mutex<Account>>,
    /// The rules in force.
    pub rules: Arc<Mutex<RuleSet>>,
    /// How long batches took.
    pub seconds: Histogram,
}

/// Answers on `listener`.
///
/// # Errors
/// When the listener fails.
pub async fn answer(listener: TcpListener, observed: Arc<Observed>) -> std::io::Result<()> {
    let router = Router::new().route("/healthz", get(health::alive)).route("/readyz", get(ready)).route("/metrics", get(counted));
    let router = router.route("/api/operation", get(async |With(observed): With<Arc<Observed>>| Json(observed.operation())));
    axum::serve(listener, router.with_state(observed)).await
}

async fn ready(With(observed): With<Arc<Observed>>) -> Response {
    // Nobody waits for a disk here.
    health::readiness(&observed.vitals.reasons(usize::MAX))
}

async fn counted(With(observed): With<Arc<Observed>>) -> Result<Response, Refusal> {
    let mut registry = Registry::with_prefix("actlog");
    registry.register("stream_batch_seconds", "How long the filter and its rules took for a batch of events", observed.seconds.clone());
    registry.register_collector(Box::new(Counted(observed.clone())));
    observed.vitals.register(&mut registry);
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).map_err(|error| Refusal::failed(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, metrics::KIND)], text).into_response())
}

impl Observed {
    fn operation(&self) -> Operation {
        // Nobody waits for a disk here.
        Operation::of(&self.account, &self.rules, &self.vitals, Vec::new(), self.vitals.reasons(usize::MAX))
    }
}

struct Counted(Arc<Observed>);

impl fmt::Debug for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Counted")
    }
}

impl Collector for Counted {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let operation = self.0.operation();
        metrics::events(&mut encoder, &operation)?;
        let ready = u64::from(operation.not_ready.is_empty());
        metrics::gauge(&mut encoder, "ready", "1 when events can be taken, 0 when not", ready)
    }
}

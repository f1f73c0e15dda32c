//! What a process without a server of its own tells of itself: `/healthz`, `/readyz`, `/metrics` and `/api/operation`. That is counts,
//! and names of rules and parts, nothing of records; it needs no token.

use std::fmt;
use std::future::pending;
use std::sync::Arc;

use axum::extract::State as With;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;

use crate::listen;
use crate::serve::operation::Operation;
use crate::serve::reply::Refusal;
use crate::serve::{health, metrics};

/// A process that is looked at.
pub trait Observed: Send + Sync + 'static {
    /// How it is now.
    fn operation(&self) -> Operation;

    /// Adds metrics of its own; events and readiness are there already.
    ///
    /// # Errors
    /// As the encoder has them.
    fn encode(&self, _encoder: &mut DescriptorEncoder<'_>, _operation: &Operation) -> fmt::Result {
        Ok(())
    }

    /// Adds metrics that are counted elsewhere.
    fn register(&self, _registry: &mut Registry) {}
}

/// Answers on `listener`, as long as the process runs.
pub async fn answer<T: Observed>(listener: TcpListener, observed: Arc<T>) {
    let router = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(async |With(observed): With<Arc<T>>| health::readiness(&observed.operation().not_ready)))
        .route("/metrics", get(async |With(observed): With<Arc<T>>| counted(observed)))
        .route("/api/operation", get(async |With(observed): With<Arc<T>>| Json(observed.operation())));
    listen::answer(listener, router.with_state(observed), pending()).await;
}

fn counted<T: Observed>(observed: Arc<T>) -> Result<Response, Refusal> {
    let mut registry = Registry::with_prefix("actlog");
    observed.register(&mut registry);
    registry.register_collector(Box::new(Counted(observed)));
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).map_err(|error| Refusal::failed(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, metrics::KIND)], text).into_response())
}

struct Counted<T>(Arc<T>);

impl<T> fmt::Debug for Counted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Counted")
    }
}

impl<T: Observed> Collector for Counted<T> {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let operation = self.0.operation();
        metrics::events(&mut encoder, &operation)?;
        self.0.encode(&mut encoder, &operation)?;
        let ready = u64::from(operation.not_ready.is_empty());
        metrics::gauge(&mut encoder, "ready", "1 when something can be taken, 0 when not", ready)
    }
}

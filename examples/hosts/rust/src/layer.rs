//! The layer.

use crate::auditor::{Auditor, Place};
use crate::event::SdkEvent;
use crate::exchange::Exchange;
use http::{Request, Response, request, response};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::SystemTime;
use tower_layer::Layer;
use tower_service::Service;
use uuid::Uuid;

/// Makes an event of an exchange; none where there is nothing to audit.
type Map = dyn Fn(&Exchange<'_>) -> Option<SdkEvent> + Send + Sync;

/// Audits what passes to the service behind it.
///
/// An exchange has its place in the queue before it reaches the service. What became of it is put in when the answer's head is
/// there; an exchange that is given up, or fails without an answer, is put in as in doubt.
#[derive(Clone)]
pub struct AuditLayer {
    auditor: Auditor,
    map: Arc<Map>,
}

/// The service that [`AuditLayer`] makes.
#[derive(Clone)]
pub struct Audit<S> {
    inner: S,
    auditor: Auditor,
    map: Arc<Map>,
}

/// An exchange on its way. When it is dropped, it is put into its place.
struct Passing {
    id: String,
    began: SystemTime,
    request: request::Parts,
    answer: Option<response::Parts>,
    map: Arc<Map>,
    place: Option<Place>,
}

impl AuditLayer {
    /// Audits through `auditor` what `map` makes of each exchange. `map` runs while the answer waits, so it must be quick; what it
    /// makes no event of is counted as unmapped. [`OData`](crate::OData) has one for many APIs.
    pub fn new(auditor: Auditor, map: impl Fn(&Exchange<'_>) -> Option<SdkEvent> + Send + Sync + 'static) -> Self {
        Self { auditor, map: Arc::new(map) }
    }
}

impl<S> Layer<S> for AuditLayer {
    type Service = Audit<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Audit { inner, auditor: self.auditor.clone(), map: self.map.clone() }
    }
}

impl<S, B, A> Service<Request<B>> for Audit<S>
where
    S: Service<Request<B>, Response = Response<A>, Future: Send> + Clone + Send + 'static,
    B: Send + 'static,
{
    type Response = Response<A>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<A>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The one that is ready is used, and another one kept.
        let another = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, another);
        let (auditor, map) = (self.auditor.clone(), self.map.clone());
        Box::pin(async move {
            let place = auditor.place().await;
            let (head, body) = request.into_parts();
            let id = Uuid::new_v4().to_string();
            let mut passing = Passing { id, began: SystemTime::now(), request: head.clone(), answer: None, map, place: Some(place) };
            let (head, body) = inner.call(Request::from_parts(head, body)).await?.into_parts();
            passing.answer = Some(head.clone());
            drop(passing);
            Ok(Response::from_parts(head, body))
        })
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        let Some(place) = self.place.take() else { return };
        let exchange = Exchange { id: &self.id, began: self.began, request: &self.request, answer: self.answer.as_ref() };
        // A panic here could be the second one at once, which would end the program.
        match catch_unwind(AssertUnwindSafe(|| (self.map)(&exchange))) {
            Ok(event) => place.fill(event.as_ref()),
            Err(_) => place.lose(),
        }
    }
}

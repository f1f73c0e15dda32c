//! The service that Envoy calls: a stream for each request.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actlog_proxy::Stats;
use actlog_proxy::carry::{Intent, Intention, Journal};
use envoy_types::pb::envoy::service::ext_proc::v3::external_processor_server::ExternalProcessor;
use envoy_types::pb::envoy::service::ext_proc::v3::{ProcessingRequest, ProcessingResponse};
use tokio::sync::{Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::{Request, Response, Status, Streaming};

use crate::config::Config;
use crate::exchange::Exchange;

/// The namespace of the dynamic metadata that Envoy is given. Its configuration must allow it, under `metadata_options`.
pub const METADATA_NAMESPACE: &str = "actlog";
/// The key under which the exchange's id stands there.
pub const METADATA_KEY: &str = "exchange";
/// The attribute that Envoy must send with answers, under `response_attributes`.
pub const DETAILS_ATTRIBUTE: &str = "response.code_details";
/// Replies that wait. Envoy waits for one before it needs another, except within a body.
const DEPTH: usize = 4;

/// What only a processor counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Answers of which Envoy did not tell whose they are: the exchange is in doubt. Other than 0, `response.code_details` is missing
    /// among the `response_attributes` of Envoy's configuration.
    pub untold: u64,
    /// Requests that Envoy did not hold back for the reply: other than 0, its configuration says `observability_mode`, and what is
    /// kept may be kept too late.
    pub unheld: u64,
    /// Streams that were ended because of what Envoy sent.
    pub malformed: u64,
}

/// What all streams have in common.
pub(crate) struct Front {
    pub config: Config,
    pub journal: Journal,
    pub stats: Arc<Stats>,
    pub requests: Arc<Semaphore>,
    /// What must end before the journal is closed.
    pub tasks: TaskTracker,
    /// Set when nothing is waited for any more.
    pub abort: CancellationToken,
    pub untold: AtomicU64,
    pub unheld: AtomicU64,
    pub malformed: AtomicU64,
}

impl Front {
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    pub fn counts(&self) -> Counts {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts { untold: get(&self.untold), unheld: get(&self.unheld), malformed: get(&self.malformed) }
    }

    pub fn intention(&self, intent: Intent) -> Intention {
        let Config { on_failure, journal, .. } = &self.config;
        Intention::new(self.journal.clone(), *on_failure, self.stats.clone(), journal.body_bytes, Some(intent))
    }

    pub fn unheld(&self) {
        if self.unheld.fetch_add(1, Ordering::Relaxed) == 0 {
            tracing::error!("Envoy does not wait for replies (observability_mode): nothing is kept before it acts");
        }
    }

    pub fn untold(&self) {
        // Once is enough for the log: it is the configuration.
        if self.untold.fetch_add(1, Ordering::Relaxed) == 0 {
            tracing::error!("Envoy does not send the attribute {DETAILS_ATTRIBUTE}: whose answers these are is unknown, all are in doubt");
        }
    }
}

/// The service, as tonic wants it.
#[derive(Clone)]
pub(crate) struct Service(pub Arc<Front>);

#[tonic::async_trait]
impl ExternalProcessor for Service {
    type ProcessStream = ReceiverStream<Result<ProcessingResponse, Status>>;

    async fn process(&self, request: Request<Streaming<ProcessingRequest>>) -> Result<Response<Self::ProcessStream>, Status> {
        let (send, replies) = mpsc::channel(DEPTH);
        let front = self.0.clone();
        // A task of its own: what was begun is ended even if Envoy does not wait for it.
        self.0.tasks.spawn(async move {
            let mut exchange = Exchange::new(front.clone());
            tokio::select! {
                () = carry(&mut exchange, request.into_inner(), send, &front) => {
                    if let Some(last) = exchange.ended() {
                        last.keep().await;
                    }
                }
                // Dropped as it is, the exchange is handed out with what is known.
                () = front.abort.cancelled() => {}
            }
        });
        Ok(Response::new(ReceiverStream::new(replies)))
    }
}

/// Takes messages and sends replies, until one of both ends.
async fn carry(
    exchange: &mut Exchange,
    mut messages: Streaming<ProcessingRequest>,
    send: mpsc::Sender<Result<ProcessingResponse, Status>>,
    front: &Front,
) {
    loop {
        let taken = match messages.message().await {
            Ok(Some(message)) => exchange.take(message).await,
            Ok(None) => return,
            Err(status) => {
                // Reset by Envoy, which ends every stream so, or gone with its connection. What Envoy sent has no source.
                if std::error::Error::source(&status).is_some() || status.code() == tonic::Code::Cancelled {
                    return;
                }
                Err(status)
            }
        };
        let taken = taken.map(|(reply, last)| (Ok(reply), last)).unwrap_or_else(|status| {
            tracing::error!(%status, "a stream of Envoy is ended");
            front.malformed.fetch_add(1, Ordering::Relaxed);
            (Err(status), None)
        });
        let (reply, last) = taken;
        let failed = reply.is_err();
        let gone = send.send(reply).await.is_err();
        if let Some(last) = last {
            last.keep().await;
        }
        if failed || gone {
            return;
        }
    }
}

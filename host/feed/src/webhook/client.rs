//! Calls webhooks: no redirects, nothing of the answer but its status, and never longer than allowed.

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;
use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::transport::DefaultConnector;

use super::address::{Allowed, Guarded};
use crate::error::Error;
use crate::options::Webhooks;

/// What is sent to a webhook.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) address: String,
    pub(crate) auth_id: Option<String>,
    /// Only where the webhook is validated.
    pub(crate) code: Option<String>,
    /// JSON.
    pub(crate) body: Vec<u8>,
}

/// Calls webhooks, some at a time.
pub(crate) struct Caller {
    agent: Agent,
    timeout: Duration,
    /// For telling what is new, and for validating: whoever starts many subscriptions keeps nobody from being told.
    telling: Arc<Semaphore>,
    validating: Arc<Semaphore>,
}

impl Caller {
    pub(crate) fn new(options: &Webhooks) -> Result<Self, Error> {
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(roots(options)?)))
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            // A proxy of the environment would look names up by itself.
            .proxy(None)
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(options.timeout))
            .max_response_header_size(16 << 10)
            .max_idle_connections(0)
            .user_agent(concat!("actlog/", env!("CARGO_PKG_VERSION")))
            .build();
        let agent = Agent::with_parts(config, DefaultConnector::default(), Guarded { allowed: Allowed::from(options) });
        let places = || Arc::new(Semaphore::new(options.concurrency));
        Ok(Self { agent, timeout: options.timeout, telling: places(), validating: places() })
    }

    /// Calls a webhook. Only 200 is success; otherwise it is said what was wrong.
    pub(crate) async fn call(&self, call: Call) -> Result<(), String> {
        let failed = || "The call could not be made.".to_owned();
        let place = match call.code {
            None => self.telling.clone().acquire_owned().await,
            Some(_) => match timeout(self.timeout, self.validating.clone().acquire_owned()).await {
                Ok(place) => place,
                Err(_) => return Err("Too many endpoints are being validated; try again later.".to_owned()),
            },
        };
        let place = place.map_err(|_| failed())?;
        let (agent, (tell, told)) = (self.agent.clone(), oneshot::channel());
        // A thread of its own, so that the program can end while somebody lets it wait.
        let calling = std::thread::Builder::new().name("webhook".to_owned()).spawn(move || {
            let _ = tell.send(post(&agent, &call));
            drop(place);
        });
        calling.map_err(|_| failed())?;
        told.await.unwrap_or_else(|_| Err(failed()))
    }
}

fn post(agent: &Agent, call: &Call) -> Result<(), String> {
    let mut request = agent.post(&call.address).header("Content-Type", "application/json; charset=utf-8");
    if let Some(auth_id) = &call.auth_id {
        request = request.header("Webhook-AuthID", auth_id);
    }
    if let Some(code) = &call.code {
        request = request.header("Webhook-ValidationCode", code);
    }
    match request.send(call.body.as_slice()) {
        Ok(response) if response.status() == 200 => Ok(()),
        Ok(response) => {
            tracing::debug!("a webhook answered {}", response.status());
            Err("The endpoint did not return HTTP 200.".to_owned())
        }
        Err(error) => {
            tracing::debug!("a webhook could not be called: {error}");
            // What exactly went wrong would tell the collector about the network that this server stands in.
            Err("The endpoint did not return HTTP 200.".to_owned())
        }
    }
}

fn roots(options: &Webhooks) -> Result<Vec<Certificate<'static>>, Error> {
    let Some(path) = &options.roots else {
        let found = rustls_native_certs::load_native_certs();
        if found.certs.is_empty() {
            tracing::warn!("the system has no root certificates: no webhook can be called by https");
        }
        return Ok(found.certs.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect());
    };
    let pem = std::fs::read(path).map_err(|error| Error::File { path: path.clone(), error })?;
    let certificates: Vec<_> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(Error::Option(format!("{} has no certificate", path.display())));
    }
    Ok(certificates)
}

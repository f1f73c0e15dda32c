//! Connections to the upstream.

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::body::AnyBody;
use crate::config::{Config, UpstreamHttp};
use crate::error::Error;
use crate::tls;

type Connector = HttpsConnector<HttpConnector>;

/// Clients of the upstream, which keep connections.
pub(crate) struct Clients {
    any: Client<Connector, AnyBody>,
    /// For what switches protocols, which only HTTP/1.1 can.
    http1: Client<Connector, AnyBody>,
}

impl Clients {
    pub fn new(config: &Config) -> Result<Self, Error> {
        let tls = tls::client(config.upstream.ca_file.as_deref())?;
        let build = |http: UpstreamHttp| {
            let mut tcp = HttpConnector::new();
            tcp.enforce_http(false);
            tcp.set_nodelay(true);
            tcp.set_connect_timeout(Some(config.timeouts.connect));
            let connector = HttpsConnectorBuilder::new().with_tls_config(Arc::unwrap_or_clone(tls.clone())).https_or_http();
            let connector = match http {
                UpstreamHttp::Auto => connector.enable_all_versions().wrap_connector(tcp),
                UpstreamHttp::Http1 => connector.enable_http1().wrap_connector(tcp),
                UpstreamHttp::Http2 => connector.enable_http2().wrap_connector(tcp),
            };
            Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .timer(TokioTimer::new())
                .pool_max_idle_per_host(config.upstream.idle_connections)
                .pool_idle_timeout(config.upstream.idle_time)
                // Only what was never begun to be written, because a kept connection was found closed, goes to another one.
                .retry_canceled_requests(true)
                .set_host(true)
                .http1_max_buf_size(config.limits.head_bytes)
                .http2_max_header_list_size(u32::try_from(config.limits.head_bytes).unwrap_or(u32::MAX))
                .http2_only(http == UpstreamHttp::Http2)
                .http2_keep_alive_interval(std::time::Duration::from_secs(20))
                .build(connector)
        };
        Ok(Self { any: build(config.upstream.http), http1: build(UpstreamHttp::Http1) })
    }

    pub fn request(
        &self,
        request: Request<AnyBody>,
        switches: bool,
    ) -> impl Future<Output = Result<Response<Incoming>, legacy::Error>> + use<> {
        if switches { self.http1.request(request) } else { self.any.request(request) }
    }
}

//! `actlog proxy`

use actlog_proxy::{Config, HostHeader, Proxy, TlsFiles};

use super::gateway::{self, Place, Standing};
use crate::cli::{Forwarded, ProxyArgs, UpstreamHttp};
use crate::exit::End;

/// Passes everything on and records it, until a signal stops it.
///
/// # Errors
/// When the settings are not valid, an address is taken, or the journal or the store cannot be opened.
pub fn proxy(args: &ProxyArgs) -> anyhow::Result<End> {
    let appended = args.forwarded == Forwarded::Append;
    let place = Place { upstream: Some(&args.upstream), upstream_ca: args.upstream_ca.as_deref(), appended };
    gateway::stand(&args.gateway, &place, async |standing| {
        let Standing { recorder, is_api } = standing;
        let running = Proxy::bind(Config { is_api, ..config(args) }, recorder).await?;
        let scheme = if args.tls_cert.is_some() { "https" } else { "http" };
        let addresses = running.addresses().iter().map(|address| format!("{scheme}://{address}")).collect();
        let (journal, stats) = (running.journal().clone(), running.stats());
        Ok(gateway::Running { addresses, journal, stats, stop: Box::new(move |grace| Box::pin(running.stop(grace))) })
    })
}

fn config(args: &ProxyArgs) -> Config {
    let ProxyArgs { upstream, listen, gateway, tls_cert, tls_key, upstream_ca, upstream_http, pass_host, forwarded, max_requests } = args;
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let mut config = Config::new(any, upstream, gateway.journal.clone());
    config.listen.clone_from(listen);
    config.tls = tls_cert.clone().zip(tls_key.clone()).map(|(certificates, key)| TlsFiles { certificates, key });
    config.upstream.ca_file.clone_from(upstream_ca);
    config.upstream.http = match upstream_http {
        UpstreamHttp::Auto => actlog_proxy::UpstreamHttp::Auto,
        UpstreamHttp::Http1 => actlog_proxy::UpstreamHttp::Http1,
        UpstreamHttp::Http2 => actlog_proxy::UpstreamHttp::Http2,
    };
    config.forwarded = match forwarded {
        Forwarded::Replace => actlog_proxy::Forwarded::Replace,
        Forwarded::Append => actlog_proxy::Forwarded::Append,
        Forwarded::Pass => actlog_proxy::Forwarded::Pass,
    };
    if *pass_host {
        config.host = HostHeader::Passed;
    }
    config.limits.requests = *max_requests as usize;
    config.journal = gateway::journal(gateway, config.journal);
    config.on_failure = gateway::on_failure(gateway);
    config
}

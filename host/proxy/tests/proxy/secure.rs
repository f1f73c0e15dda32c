//! TLS on both sides.

use std::path::PathBuf;
use std::sync::Arc;

use actlog_proxy::{Error, Proxy, TlsFiles, UpstreamHttp};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::common::{Keep, config, echo, raw};

struct Certificate {
    folder: TempDir,
    made: rcgen::CertifiedKey<rcgen::KeyPair>,
}

impl Certificate {
    fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("certificate.pem"), made.cert.pem()).unwrap();
        std::fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        Self { folder, made }
    }

    fn files(&self) -> TlsFiles {
        TlsFiles { certificates: self.pem(), key: self.folder.path().join("key.pem") }
    }

    fn pem(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }
}

/// An upstream with TLS that says which version of HTTP it was asked with.
async fn upstream(certificate: &Certificate, protocols: &[&str]) -> u16 {
    let key = PrivateKeyDer::try_from(certificate.made.signing_key.serialize_der()).unwrap();
    let builder = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap();
    let mut tls = builder.with_no_client_auth().with_single_cert(vec![certificate.made.cert.der().clone()], key).unwrap();
    tls.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    let (acceptor, listener) = (TlsAcceptor::from(Arc::new(tls)), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let service = service_fn(|request: Request<hyper::body::Incoming>| async move {
                    let version = format!("{:?}", request.version());
                    Ok::<_, hyper::Error>(
                        Response::builder()
                            .header("x-version", version)
                            .body(Full::new(request.into_body().collect().await?.to_bytes()))
                            .unwrap(),
                    )
                });
                let _ = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new())
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    port
}

#[tokio::test]
async fn versions_are_agreed_on_with_each_side_by_itself() {
    let (front, back) = (Certificate::new(), Certificate::new());
    for (protocols, http, upstream_version) in [
        (vec!["h2", "http/1.1"], UpstreamHttp::Auto, "HTTP/2.0"),
        (vec!["http/1.1"], UpstreamHttp::Auto, "HTTP/1.1"),
        (vec!["h2", "http/1.1"], UpstreamHttp::Http1, "HTTP/1.1"),
    ] {
        let port = upstream(&back, &protocols).await;
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(&format!("https://localhost:{port}"), folder.path().join("journal"));
        (config.upstream.ca_file, config.upstream.http, config.tls) = (Some(back.pem()), http, Some(front.files()));
        let keep = Keep::default();
        let running = Proxy::bind(config, keep.clone()).await.unwrap();
        for http2 in [false, true] {
            let mut roots = RootCertStore::empty();
            roots.add(front.made.cert.der().clone()).unwrap();
            let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap();
            let tls = builder.with_root_certificates(roots).with_no_client_auth();
            let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_only();
            let connector = if http2 { connector.enable_http2().build() } else { connector.enable_http1().build() };
            let client = Client::builder(TokioExecutor::new()).build::<_, Full<Bytes>>(connector);
            let uri = format!("https://localhost:{}/api", running.addresses()[0].port());
            let body: Bytes = vec![b'y'; 200_000].into();
            let answer = client.request(Request::post(uri).body(Full::new(body.clone())).unwrap()).await.unwrap();
            assert_eq!(answer.version(), if http2 { Version::HTTP_2 } else { Version::HTTP_11 });
            assert_eq!(answer.headers()["x-version"], upstream_version);
            assert!(answer.into_body().collect().await.unwrap().to_bytes() == body);
        }
        let found = keep.wait(2).await;
        assert!(found.iter().all(|exchange| exchange.scheme == "https" && exchange.authority.starts_with("localhost:")));
    }
}

#[tokio::test]
async fn upstream_whose_certificate_is_not_trusted_gets_nothing() {
    let (back, other) = (Certificate::new(), Certificate::new());
    let port = upstream(&back, &["http/1.1"]).await;
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(&format!("https://localhost:{port}"), folder.path().join("journal"));
    config.upstream.ca_file = Some(other.pem());
    let keep = Keep::default();
    let running = Proxy::bind(config, keep.clone()).await.unwrap();
    let text = raw(running.addresses()[0], b"POST /api HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}").await;
    assert!(text.starts_with("HTTP/1.1 502"), "{text}");
    keep.wait(0).await;
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused() {
    let certificate = Certificate::new();
    let upstream = format!("http://{}", echo().await);
    type Change<'a> = &'a dyn Fn(&mut actlog_proxy::Config);
    let changes: [(&str, Change<'_>); 12] = [
        ("listen", &|config| config.listen.clear()),
        ("upstream.url", &|config| config.upstream.url = "ftp://x".to_owned()),
        ("upstream.url", &|config| config.upstream.url = "http://x/path".to_owned()),
        ("upstream.url", &|config| config.upstream.url = "http://user@x".to_owned()),
        ("upstream.url", &|config| config.upstream.url = "nowhere".to_owned()),
        ("via", &|config| config.via = Some("a b".to_owned())),
        ("host", &|config| config.host = actlog_proxy::HostHeader::Passed),
        ("limits.head_bytes", &|config| config.limits.head_bytes = 100),
        ("limits.headers", &|config| config.limits.headers = 0),
        ("limits.requests", &|config| config.limits.requests = 0),
        ("journal.body_bytes", &|config| config.journal.body_bytes = 1 << 30),
        ("timeouts", &|config| config.timeouts.idle = std::time::Duration::ZERO),
    ];
    for (setting, change) in changes {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(&upstream, folder.path().join("journal"));
        change(&mut config);
        match Proxy::bind(config, Keep::default()).await.err() {
            Some(Error::Setting { setting: found, .. }) => assert_eq!(found, setting),
            other => panic!("{setting}: {other:?}"),
        }
    }
    for (certificates, key) in [("key.pem", "key.pem"), ("certificate.pem", "certificate.pem"), ("none.pem", "key.pem")] {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(&upstream, folder.path().join("journal"));
        let base = certificate.folder.path();
        config.tls = Some(TlsFiles { certificates: base.join(certificates), key: base.join(key) });
        assert!(matches!(Proxy::bind(config, Keep::default()).await.err(), Some(Error::Tls { .. })), "{certificates} {key}");
    }
}

//! Webhooks by https: certificates count, and addresses of this machine need the operator's word.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actlog_feed::{Options, Webhooks};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::server::{Folder, ONE, Server, options};

/// A receiver for `localhost` that takes every call, and the certificate, PEM, that its own comes from.
fn receiver(calls: Arc<AtomicUsize>) -> (u16, String) {
    let root_key = KeyPair::generate().unwrap();
    let mut root = CertificateParams::new(Vec::<String>::new()).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root_certificate = root.self_signed(&root_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let issuer = Issuer::from_params(&root, &root_key);
    let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let (config, listener) = (Arc::new(config), TcpListener::bind("127.0.0.1:0").unwrap());
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream.unwrap());
            let mut piece = [0; 4_096];
            // The call is short; its body ends with a brace.
            let mut got = Vec::new();
            while !got.ends_with(b"}") {
                match stream.read(&mut piece) {
                    Ok(0) | Err(_) => break,
                    Ok(length) => got.extend_from_slice(&piece[..length]),
                }
            }
            if got.ends_with(b"}") {
                calls.fetch_add(1, Ordering::SeqCst);
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        }
    });
    (port, root_certificate.pem())
}

#[test]
fn https_webhook_is_called_where_certificate_and_address_are_right_and_nowhere_else() {
    let folder = Folder::new();
    drop(folder.store());
    let calls = Arc::new(AtomicUsize::new(0));
    let (port, root) = receiver(calls.clone());
    let (_, other_root) = receiver(Arc::default());
    let file = |name: &str, pem: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, pem).unwrap();
        Some(path)
    };
    let (right, wrong) = (file("right.pem", &root), file("wrong.pem", &other_root));
    let usual = options().webhooks;
    let cases = [
        ("right", Webhooks { allow_private: true, roots: right.clone(), ..usual.clone() }, "localhost", 200),
        ("another root", Webhooks { allow_private: true, roots: wrong, ..usual.clone() }, "localhost", 400),
        ("roots of the system", Webhooks { allow_private: true, ..usual.clone() }, "localhost", 400),
        ("another name", Webhooks { allow_private: true, roots: right.clone(), ..usual.clone() }, "127.0.0.1", 400),
        ("no private addresses", Webhooks { roots: right, ..usual }, "localhost", 400),
    ];
    for (number, (what, webhooks, host, status)) in cases.into_iter().enumerate() {
        let file = Some(folder.path().join(format!("{number}.feed")));
        let server = Server::start(&folder, Options { webhooks, file, ..options() });
        let got = server.collector(0, ONE).start(&format!(r#"{{"webhook": {{"address": "https://{host}:{port}/hook"}}}}"#));
        assert_eq!(got.status, status, "{what}: {}", got.text());
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

//! A reverse proxy that keeps what passes: what is asked is durable before the upstream can act on it, what was answered before the
//! client sees it. What lies between is in doubt, and recorded as that.
//!
//! - [`Proxy::bind`] listens, on HTTP/1.1 and HTTP/2, with TLS or without, and passes everything on; bodies are streamed.
//! - Exchanges with the API (the caller says which paths) are put into a [`journal`]: the intent before the last byte of the request
//!   goes up, the outcome before the first byte of the answer goes down, and the head of the answer's body when it has passed.
//! - A [`Recorder`] is given finished exchanges, and those in doubt: at least once, under stable ids.
//! - Tokens and cookies are neither kept nor logged. Of a bearer token some claims are, without any check: the upstream checks it.
//!
//! Nothing is sent twice: the proxy never repeats a request of which a byte may have gone up.

#![deny(unsafe_code)]

mod answer;
mod body;
mod capture;
pub mod carry;
mod config;
mod connection;
mod decode;
mod error;
mod exchange;
mod forward;
mod going;
mod headers;
mod intention;
pub mod journal;
mod keeper;
mod paths;
pub mod places;
mod proxy;
mod pump;
mod secrets;
mod stats;
mod tls;
mod tunnel;
pub mod unread;
mod upstream;

pub use config::{Config, Forwarded, HostHeader, JournalOptions, Limits, OnFailure, Timeouts, TlsFiles, Upstream, UpstreamHttp};
pub use error::Error;
pub use exchange::{Body, Ended, Exchange, Headers};
pub use paths::Paths;
pub use proxy::{Proxy, Running};
pub use pump::{Pump, RecordError, Recorder};
pub use secrets::CLAIMS_HEADER;
pub use stats::{Happened, Snapshot, Stats, Waits};

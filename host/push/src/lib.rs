//! Hands audit records on to other systems: as OpenTelemetry logs or lines of JSON ([`Sender`]), and as OCSF events ([`ocsf`]).
//!
//! # Sending
//!
//! Records go to a receiver over HTTP: as OTLP in protobuf, or as NDJSON. A record counts as handed on when the receiver has said so,
//! and then only: [`Sender::send`] returns after that, and what it did not return of is to be sent again. A receiver that got a
//! request and whose answer was lost gets it twice; the record's Id, which is `log.record.uid` in OTLP and `metadata.uid` in OCSF,
//! tells doubles.
//!
//! The SDK's own exporter is not used: it logs how many records a collector refused, and tells its caller that all is well; its batch
//! processor drops what does not fit its queue. The messages are those of `opentelemetry-proto`.
//!
//! # Where each column goes
//!
//! [`ROWS`] is the one table of both views. The OTLP body is the record's line, unchanged, so that nothing is lost. An OCSF event has
//! what its class has no place for under `unmapped`, under the column's name.

mod config;
mod error;
mod http;
mod ocsf;
mod otlp;
mod send;
mod table;
mod time;

pub use config::{Compression, Destination, Form, OnRefusal, Protocol};
pub use error::{ConfigError, Trouble};
pub use ocsf::{OCSF_VERSION, ocsf};
pub use otlp::{NotARecord, request};
pub use send::{Delivered, Listener, Sender, Skipped};
pub use table::{Ocsf, OtlpPlace, ROWS, Row};

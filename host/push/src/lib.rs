//! Hands audit records on to other systems: as OpenTelemetry logs ([`Otlp`], [`Queue`]), and as OCSF events ([`ocsf`]).
//!
//! # OTLP
//!
//! Records go to a collector as OTLP over HTTP, in protobuf. A record counts as handed on when the collector has said so, and then
//! only: [`Otlp::send`] returns after that, and what it did not return of is to be sent again. A collector that got a request and
//! whose answer was lost gets it twice; `log.record.uid` is the record's Id, by which doubles are known.
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
mod queue;
mod send;
mod table;
mod time;

pub use config::{Compression, OtlpConfig};
pub use error::{ConfigError, SendError};
pub use ocsf::{OCSF_VERSION, ocsf};
pub use otlp::{NotARecord, request};
pub use queue::{Queue, QueueError, Receipt};
pub use send::{Delivered, Otlp};
pub use table::{Ocsf, OtlpPlace, ROWS, Row};

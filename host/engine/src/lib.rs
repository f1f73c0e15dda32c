//! Runs the audit filter of actlog inside your program: SDK events in, audit records out.
//!
//! The filter is a WebAssembly component without imports, embedded in this crate. An [`Engine`] holds its machine code, a
//! [`Filter`] adds the operator's settings, and [`Filter::audit`] takes a batch of events. All three are cheap to share
//! between threads. The same bytes and the same settings give the same records, on every host, for ever.
//!
//! ```
//! use actlog_engine::Engine;
//!
//! let engine = Engine::new()?; // once in a process: compiles the filter, or reads it from the cache
//! let filter = engine.filter("")?; // once for each settings document; empty means: audit everything
//! let event = br#"{"Message":"Retrieve","OrganizationId":"a1d1e2f3-0000-4000-8000-000000000001","EntityName":"account"}"#;
//! let outcome = filter.audit(event)?; // a batch: one event a line
//! for record in outcome.records.split_inclusive(|byte| *byte == b'\n') {
//!     print!("{}", String::from_utf8_lossy(record));
//! }
//! assert_eq!(outcome.read, 1);
//! # Ok::<(), actlog_engine::Error>(())
//! ```
//!
//! What an embedder should know:
//!
//! - Every event has exactly one of four outcomes, and [`Outcome`] accounts for each: recorded, excluded, rejected, faulted.
//! - Batches of 16 to 64 events are enough for full speed. [`Filter::audit_ordered`] spreads batches over threads.
//! - [`Error::blame`] says whose an error is. A bad event is no error: it is in [`Outcome::rejected`].
//! - An event that makes the filter itself fail is in [`Outcome::faulted`]; its neighbours are not harmed.
//! - A host that sees HTTP instead of events has a [`Translator`]: exchanges with the Web API in, events out.
//! - Customers' rules ([`rules`]) review activities before they become records; a rule that fails harms nobody else.
//! - An instance may grow to [`Builder::memory_limit`]. There is no limit of time: the filter's work is linear in its input.
//! - In an async program, call on a thread that may wait: `tokio::task::spawn_blocking(move || filter.audit(&events)).await`, with a
//!   clone of the filter. A batch takes about a millisecond. `examples/hosts/rust` has a `tower` layer with queue and sink.
//! - The thread that calls needs 1 MiB of stack. Traps of the filter are caught by signal handlers, which the first engine
//!   of a process installs.

#![deny(unsafe_code)]

mod bindings;
mod cache;
mod component;
mod engine;
mod error;
mod exchange;
mod fault;
mod filter;
mod folder;
mod idle;
mod instance;
mod isolate;
mod limits;
mod ordered;
mod outcome;
mod reason;
pub mod rules;
mod translator;

pub use bindings::CONTRACT_VERSION;
pub use cache::{Cache, Start};
pub use component::ComponentError;
pub use engine::{Builder, Engine};
pub use error::{Blame, Error, JoinError, SettingsError};
pub use exchange::{Answer, Body, Exchange, Finding, Header, Translation, UnknownKind};
pub use fault::{FaultKind, Faulted};
pub use filter::Filter;
pub use ordered::Batch;
pub use outcome::{Exclusion, Outcome, Rejection};
pub use reason::{ExclusionReason, RejectReason};
pub use translator::Translator;

//! An external processor for Envoy (`envoy.service.ext_proc.v3.ExternalProcessor`): it does for Envoy what a proxy of
//! [`actlog_proxy`] does by itself, with the same journal, the same rules about secrets, and the same [`Recorder`].
//!
//! Envoy asks before each step, and goes on when it has the reply. What is guaranteed follows from what is done before a reply:
//!
//! | Envoy says | before the reply | what that guarantees |
//! |---|---|---|
//! | a request's head, of the API, that is the whole request or switches protocols | the intent is durable | the upstream sees nothing that is not kept |
//! | a piece of its body, not the last | nothing | |
//! | the last piece, or its trailers | the intent is durable | the upstream never has all of a request that is not kept |
//! | the answer's head, the upstream's | the intent and the outcome are durable | the client sees nothing that is not kept |
//! | the answer's head, Envoy's own | nothing | it is never taken for the upstream's |
//! | pieces of the answer's body | nothing; its beginning is kept in memory | the end of an exchange is kept when it has passed |
//! | nothing any more: the stream broke | | without an outcome the exchange is in doubt |
//!
//! - *The whole request* is a head behind which nothing comes, or that says `Content-Length: 0`: what may follow then, with HTTP/2, is
//!   the sign that it has ended, and no upstream waits for that. One that *switches protocols* has `Upgrade`, or is a `CONNECT`.
//! - *The last piece* is the one that completes `Content-Length`, or says that it is the last. Of a request without a length the
//!   upstream may have every byte before the intent is durable, but not the sign that these are all; it cannot know that the
//!   request is whole.
//! - *Envoy's own* answers (502, 503, 504, refusals of its filters) look like answers. The attribute `response.code_details` tells:
//!   only `via_upstream` is the upstream's. Of the others, those before which nothing went up (no route, no healthy host, a
//!   connection that could not be made, at the first try) leave no exchange; all others leave one in doubt. Where Envoy does not
//!   send the attribute, nobody knows, and every exchange is in doubt; it is counted and logged.
//! - With a dead processor Envoy answers 500 by itself (`failure_mode_allow: false`), and nothing goes up. With a journal that is
//!   full or fails, the processor answers 503 or, after the request went up, 500; or lets pass, as [`OnFailure`] says.
//! - Requests that are not the API's cost one message: the reply switches the rest off (`allow_mode_override: true`).
//! - The exchange's id is given to Envoy as dynamic metadata, namespace `actlog`, key `exchange`: its access log prints it with
//!   `%DYNAMIC_METADATA(actlog:exchange)%`.
//! - What Envoy adds to a request (`X-Envoy-…`, `X-Request-Id`, its `X-Forwarded-…`) is not kept; `X-Forwarded-…` are kept as a proxy
//!   at the same place would have set them. Path and query are those that Envoy's filters see: as received, unless Envoy was told to
//!   normalize them.
//!
//! What Envoy must be told for all of this stands, with comments, in `examples/envoy` of the project.
//!
//! Memory is bounded: for each stream the heads of two bodies, one message, and what HTTP/2 lets wait.

#![deny(unsafe_code)]

mod attributes;
mod config;
mod connection;
mod exchange;
mod head;
mod processor;
mod reply;
mod service;

pub use actlog_proxy::{Error, OnFailure, Recorder};
pub use config::{Config, Listen};
pub use processor::{Address, Processor, Running};
pub use service::{Counts, DETAILS_ATTRIBUTE, METADATA_KEY, METADATA_NAMESPACE};

//! The filter of actlog: SDK events in, audit records out.
//!
//! Pure: no imports, no clock, no randomness, no I/O, and no panic that an input can cause. The same bytes and the same
//! settings give the same bytes out, on every host.
//!
//! The way of an event, a file per stage; [`pipeline`] alone knows the order:
//!
//! | stage | what it does |
//! |---|---|
//! | [`decode`] | tells the two event forms apart and reads either into an [`activity::Activity`] |
//! | [`gate`] | leaves out what must not be logged, with the reason |
//! | [`categorize`], [`classify`] | say what kind of access it was, and which of the nine activities |
//! | [`capture`] | takes the query, the results and the fields out of the parameters |
//! | [`record`] | renders the audit record, and notes in [`spans`] what stands where |
//! | [`review`] | lets customers' rules see, tag, redact or drop it |
//! | [`split`], [`join`] | cut a record that is over the limit into parts, and put parts together again |
//!
//! Beside them: [`settings`] (what the operator decides), [`tables`] (what the specification fixes, each fact once),
//! [`explain`], [`catalog`] and [`recognize`] (what people may ask), [`json`], [`guid`] and [`time`] (how values are read and written).
//! Before them, for hosts that see HTTP instead of events: [`exchange`] makes events out of requests and answers.
//! `component` is the thin shim to the contract in `wit/`; nothing else knows that it exists.

#![cfg_attr(not(target_arch = "wasm32"), forbid(unsafe_code))]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may stop at the first surprise"))]

pub mod activity;
pub mod capture;
pub mod catalog;
pub mod categorize;
pub mod classify;
#[cfg(all(target_arch = "wasm32", feature = "component"))]
mod component;
pub mod decode;
pub mod directory;
pub mod dotnet;
pub mod exchange;
pub mod explain;
pub mod fault;
pub mod fields;
pub mod gate;
pub mod guid;
pub mod identity;
pub mod join;
pub mod json;
pub mod parts;
pub mod pipeline;
pub mod query;
pub mod recognize;
pub mod record;
pub mod review;
pub mod settings;
pub mod spans;
pub mod split;
pub mod subject;
pub mod tables;
pub mod time;
pub mod unique;

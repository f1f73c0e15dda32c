//! What this program does on streams: a worker filters ([`audit`]), a run of files gives its records ([`giving`]), a server gives
//! events in and takes out what they came to ([`parts`], [`sinks`]). Worker and server look at how far the readers are ([`outlook`])
//! and tell it ([`metrics`], [`observed`]).

pub mod audit;
pub mod giving;
pub mod metrics;
pub mod observed;
pub mod outlook;
pub mod parts;
pub mod sinks;

use std::time::Duration;

/// How often the servers are asked how far the readers are.
pub const LOOK_EVERY: Duration = Duration::from_secs(2);

//! Traffic instead of events: exchanges with the Web API become SDK events, go through the filter, and are kept.
//!
//! ```text
//! proxy, ext-proc ──► journal ──► Recorder ──► Translating ──► Outlet ──► store, or another actlog serve
//! ```
//!
//! What stands before the traffic ([`actlog_proxy`]) keeps exchanges in a journal and hands them out at least once. [`recorder`]
//! tells them in events ([`exchange`], [`translating`], with [`names`] out of the upstream's `$metadata`) and gives these to an
//! [`outlet`]; a record's Id follows from the exchange's, so that nothing stands twice.

mod exchange;
pub mod names;
pub mod observe;
pub mod outlet;
mod recorder;
pub mod remote;
mod told;
mod translating;

pub use outlet::Outlet;
pub use recorder::Recorder;
pub use told::Told;
pub use translating::Translating;

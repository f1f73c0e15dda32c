#![doc = include_str!("../README.md")]

mod auditor;
mod event;
mod exchange;
mod layer;
mod odata;
mod sink;
mod stats;
mod worker;

pub use auditor::{Auditor, Builder, Overflow, Worker};
pub use event::{Field, SdkEvent};
pub use exchange::Exchange;
pub use layer::{Audit, AuditLayer};
pub use odata::OData;
pub use sink::{Audited, Kept, Sink, Why};
pub use stats::Stats;

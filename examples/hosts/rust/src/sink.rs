//! Where records go.

use actlog_engine::{Exclusion, Faulted, Rejection};
use std::fmt::Display;

/// Where records go, and events that gave none.
pub trait Sink: Send + 'static {
    /// Why something was not taken.
    type Error: Display + Send;

    /// Takes a batch. After an error the same batch comes again, after a pause: a sink that took half of it tells records by their
    /// `Id`, which is the same again. The next batch comes when this one is taken.
    fn write(&mut self, batch: &Audited) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// What became of a batch.
#[derive(Debug, Default)]
pub struct Audited {
    /// Audit records as NDJSON.
    pub records: Vec<u8>,
    /// What was left out on purpose, counted.
    pub excluded: Vec<Exclusion>,
    /// Events that gave no record though they should have. Keep them: they can be filtered again.
    pub kept: Vec<Kept>,
    /// Events in the batch.
    pub events: usize,
}

/// An event that gave no record.
#[derive(Debug)]
pub struct Kept {
    /// The event, as JSON.
    pub event: Vec<u8>,
    /// Why.
    pub why: Why,
}

/// Why an event gave no record.
#[derive(Debug)]
pub enum Why {
    /// It is unusable.
    Rejected(Rejection),
    /// The filter failed on it.
    Faulted(Faulted),
    /// Its batch could not be filtered at all.
    Failed(String),
}

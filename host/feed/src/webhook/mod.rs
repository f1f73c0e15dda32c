//! Webhooks: which addresses may be called, the calls, and when they are made.

mod address;
mod client;
pub(crate) mod deliver;

pub(crate) use address::{Allowed, check};
pub(crate) use client::{Call, Caller};

//! The proxy as a whole, between clients and upstreams on the loopback.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod common;
mod doubt;
mod framing;
mod full;
mod limits;
mod passing;
mod recording;
mod secure;
mod upgrade;

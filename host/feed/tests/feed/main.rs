//! The feed as collectors see it.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod forms;
mod kill;
mod life;
mod limits;
mod paging;
mod requests;
mod server;
mod tls;
mod webhooks;

//! Serves audit records to collectors in the way of the Office 365 Management Activity API, so that existing collectors work when
//! their address is changed.
//!
//! A [`Feed`] stands beside a store. It cuts the records into blobs in the order in which they came, keeps in a file of its own
//! which blobs there are, who is subscribed and what webhooks were told, and answers what [`router`] leads to it.
//!
//! ```no_run
//! use std::sync::Arc;
//! use actlog_feed::{Clients, Feed, Options, router};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let mut clients = Clients::default();
//! let (id, secret) = clients.add("siem", vec!["3f1c7a52-90de-4b6e-8c1d-52a7e0b9f431".parse()?])?; // give them to the collector
//! let feed = Feed::new("audit.db".as_ref(), clients, Options::default())?;
//! let answers = router(feed.clone());
//! tokio::spawn(feed.run(std::future::pending()));
//! # Ok(())
//! # }
//! ```
//!
//! What an embedder should know:
//!
//! - A tenant is an organization: its id is the records' `OrganizationId`.
//! - A subscription belongs to one collector, one tenant and one content type. Everything is `Audit.General`; the other types can be
//!   subscribed to and are empty.
//! - Each record is in exactly one blob, whatever happens to the process. A blob can be had more than once, and while it can be had
//!   it is always the same, but for what retention deletes: then it holds what is left, and when nothing is, it counts as expired.
//! - Records become available in the order in which they came into the store, not of their `CreationTime`.
//! - A webhook is told at least once, blob after blob in their order. When it was disabled, `/start` lets it go on where it was.
//! - The feed's file holds the key that tokens are signed with. It is made for its owner alone.

#![deny(unsafe_code)]

mod book;
mod clients;
mod content_id;
mod content_type;
mod cutting;
mod doings;
mod error;
mod fault;
mod feed;
mod form;
mod http;
mod options;
mod overview;
mod period;
mod token;
mod webhook;

pub use clients::{Client, Clients};
pub use error::Error;
pub use feed::Feed;
pub use form::check_wire_form;
pub use http::router;
pub use options::{Options, Webhooks};
pub use overview::{Overview, Pulled, Subscribed, Told};

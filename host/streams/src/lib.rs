//! Spreads the work of actlog over machines. NATS JetStream stands between those who take events in, any number of workers, and
//! the store:
//!
//! ```text
//! Intake ──► EVENTS ──► Worker, Worker, … ──► RECORDS ──► Sink ──► store
//!                                        ├──► REJECTS   rejected events, and those that no try could work (byte for byte)
//!                                        └──► LEDGER    what was left out on purpose, one line an event
//! ```
//!
//! # What is guaranteed, and where
//!
//! *Nothing is lost.* An event is acknowledged to its sender when a quorum of servers has it. It leaves EVENTS only after the server
//! has acknowledged all its records (or its line in REJECTS or LEDGER), and a record leaves RECORDS only after the sink said that it is
//! durable. Every wait for an acknowledgement can fail; then the thing is done again. No stream throws away what it was given to make
//! room: a full one refuses, which stops those before it.
//!
//! *Nothing stands twice*, though everything may be done twice:
//!
//! | where | by what | how long |
//! |---|---|---|
//! | EVENTS | `Nats-Msg-Id`, the SHA-256 of the message's bytes | `dedupe-window-ms`; then it is worked again, to the same ids |
//! | RECORDS | `Nats-Msg-Id`, the record's Id | `dedupe-window-ms`; then it may stand there again |
//! | RECORDS with [`Retention::Limits`] | besides, one subject a record, taken only where it is empty | while the record stands there |
//! | REJECTS, LEDGER | the same; the id is the SHA-256 of the event's bytes | as long as the message stands there |
//! | the store | the record's Id | for ever: a sink must drop an Id that it has |
//!
//! A work-queue forgets a record when the one sink has kept it. A subject of its own would keep it from standing twice only until then,
//! when the sink has to know its Id anyway; and the servers would work for a record half as much again.
//!
//! A server that says "there is one already" may mean one that is on its way and could still be lost with the server. So an event is
//! not acknowledged on that word: the message is read back from the stream's leader, and sent again where it is not there.
//!
//! *Many events, one message.* The events of a request stand in messages of up to `events-per-message` events and 64 KiB, with their
//! lengths in a header: what the servers do for a message they do once for all of them. What the events come to is written event by
//! event, and the message is let go when all are at their end. Where one fails, the message comes again: as a whole once more, then event
//! by event; those that stand already are passed over. A message without that header is one event, whoever sent it.
//!
//! *Records in runs.* Servers from 2.14 take the records of a batch into a work-queue as one run and acknowledge it once (fast ingest,
//! ADR-50). A run counts only as a whole. Where it failed, its records are put one by one, as all are with older servers: a run makes it
//! faster and decides nothing.
//!
//! *What is not guaranteed.* Order. That an event whose outcome is not the same each time (settings changed between two tries, a fault
//! that comes and goes) ends in one place only: parts of two attempts may then stand side by side, which is counted as
//! [`Counts::differing`] where it is seen. And nothing holds that the servers do not hold: they should run with
//! `sync_interval: always`, as a power failure of all of them loses what was acknowledged within that interval otherwise.

mod backoff;
mod batch;
mod check;
mod config;
mod connect;
mod counts;
mod error;
mod fetch;
mod hold;
mod ingest;
mod intake;
mod lag;
mod names;
mod outlet;
mod pack;
mod put;
mod seldom;
mod setup;
mod sink;
mod tries;
mod work;
mod worker;

pub use check::{Finding, check};
pub use config::{Config, Retention, Tls};
pub use connect::Link;
pub use counts::{Count, Counts};
pub use error::Error;
pub use intake::{Accepted, Intake, IntakeError};
pub use lag::{Lag, lag};
pub use names::{Lane, Names, event_key};
pub use outlet::{Outlet, OutletError};
pub use setup::setup;
pub use sink::{Keep, KeepError, Kept, Reject, Sink};
pub use tokio_util::sync::CancellationToken;
pub use work::{Event, Outcome, Record, Why, Work};
pub use worker::Worker;

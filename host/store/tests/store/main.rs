//! The store as its users see it.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod append;
mod flips;
mod folder;
mod open;
mod other_program;
mod reports;
mod retention;
mod search;
mod tail_reader;
mod tampering;

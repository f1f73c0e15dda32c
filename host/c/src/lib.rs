//! The engine of actlog for programs in C and for whatever calls C.
//!
//! `include/actlog.h` is made of this crate's public items and their comments: they are written for who reads the header.
//! All `unsafe` of the project's own stands here, but for the engine's loading of machine code.

#![allow(clippy::missing_safety_doc, reason = "the header says once for all what pointers must be")]

#[cfg(panic = "abort")]
compile_error!("a panic must become an error here, so this library is built with panic = \"unwind\"");

pub mod buffer;
pub mod engine;
pub mod error;
pub mod exchange;
pub mod filter;
mod guard;
pub mod options;
pub mod outcome;
pub mod status;
pub mod text;
pub mod translation;
pub mod translator;
mod version;

pub use version::{actlog_contract_version, actlog_library_version};

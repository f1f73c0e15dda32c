//! Sources: files and standard input, compressed or not, cut into events.
//!
//! [`input`] opens a source, [`window`] holds the part that is looked at, [`framer`] cuts it; [`value`], [`separators`] and
//! [`broken`] are its three cases. Memory is bounded by the largest event that is held, whatever the source.

mod brackets;
mod broken;
pub mod dead_letter;
pub mod event;
pub mod feed;
pub mod flaw;
pub mod framer;
pub mod input;
mod line;
pub mod position;
mod resync;
mod scan;
mod separators;
pub mod spool;
mod value;
pub mod window;

#[cfg(test)]
mod tests;

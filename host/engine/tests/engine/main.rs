//! The engine from outside, as one program: linking it is most of the time that these tests take.

mod cache;
mod common;
mod component;
mod contract;
#[path = "../../../../tests/exchange_file.rs"]
mod exchange_file;
mod filter;
mod isolation;
mod limits;
mod ordered;
mod rules;
mod translator;

//! HTTP exchanges: the cases of `tests/exchanges`, the limits, and exchanges made at random.

#[path = "../../../tests/exchange_file.rs"]
mod exchange_file;

mod any;
mod cases;
mod limits;

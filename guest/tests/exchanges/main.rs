//! HTTP exchanges: the cases of `tests/exchanges`, and exchanges made at random.

#[path = "../../../tests/exchange_file.rs"]
mod exchange_file;

mod any;
mod cases;

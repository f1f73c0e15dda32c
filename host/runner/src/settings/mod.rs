//! Settings: one TOML file for the operator, one JSON document of the same shape for the filter, which checks it.

mod convert;
pub mod exchange;
pub mod load;
mod place;
pub mod publish;
pub mod push;
pub mod review;
pub mod rules;
pub mod schema;
pub mod streams;

/// The commented template that `actlog settings init` writes.
pub const TEMPLATE: &str = include_str!("template.toml");

//! What the specification fixes and what was chosen where it is silent, each fact once and as data.

pub mod activities;
pub mod areas;
pub mod categories;
pub mod columns;
pub mod condition_operators;
pub mod entities;
pub mod events;
pub mod excluded_messages;
pub mod message_groups;
pub mod messages;
pub mod names;
pub mod schema;
pub mod social;
pub mod system_noise;
pub mod wire_columns;

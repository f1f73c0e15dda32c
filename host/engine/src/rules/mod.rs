//! Customers' own rules, in a sandbox: what else happens to an activity before it becomes a record.
//!
//! [`Rules`] loads a rule: it compiles the component (`compiler.rs`), checks it and asks it what it is (`loader.rs`). A [`Chain`]
//! puts rules in an order, with what each may do ([`Grant`]); [`Filter::set_rules`](crate::Filter::set_rules) takes it. A batch is
//! asked about in `link.rs`, on an instance of `reviewer.rs` that ends at its deadline (`ticker.rs`).
//!
//! ```no_run
//! use actlog_engine::Engine;
//! use actlog_engine::rules::{Chain, Grant, Member, RuleLimits, Rules};
//!
//! let filter = Engine::new()?.filter("")?;
//! let rule = Rules::new()?.load_file("mask-contacts.wasm".as_ref(), RuleLimits::default())?;
//! let grant = Grant { redact: vec![Grant::ANY.to_owned()], ..Grant::default() };
//! filter.set_rules(Chain::new([Member::new("mask-contacts", rule).grant(grant)])?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A rule that comes from elsewhere should be compiled in a child process: [`Compiler::Child`].
//!
//! Rules run in an engine of their own: checks for deadlines cost a fifth of the speed, which the filter does not pay.

mod chain;
mod compiler;
mod error;
mod fault;
mod grant;
mod health;
mod limits;
mod link;
mod loader;
mod manifest;
mod reviewer;
mod sample;
mod stats;
mod ticker;

pub use chain::{Chain, Member};
pub use compiler::{CompileError, Compiler, compile_as_child};
pub use error::RuleError;
pub use fault::{RuleDrop, RuleFault};
pub use grant::{Grant, OnFault};
pub use limits::RuleLimits;
pub use loader::{Rule, Rules, RulesBuilder};
pub use manifest::Manifest;
pub use stats::{RuleFigures, RuleStats};

pub(crate) use chain::{Reviewed, Tally};

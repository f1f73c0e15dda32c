//! Customers' rules, as this program runs them: loaded from files ([`set`]), loaded anew when the files change ([`watch`]), and
//! shown by what they change ([`effect`]).

pub mod effect;
pub mod set;
pub mod stamp;
pub mod watch;

use std::path::Path;
use std::time::Duration;

use actlog_engine::rules::{Compiler, Grant, Member, Rule, RuleLimits, Rules};
use anyhow::Context;

use crate::cli::COMPILE_RULE;
use crate::console::Console;

/// Loads rules; this program, run once more, compiles them.
///
/// # Errors
/// When rules cannot be run on this machine, or this program does not know where it is.
pub fn loader() -> anyhow::Result<Rules> {
    let program = std::env::current_exe().context("cannot find this program, which compiles rules in a process of its own")?;
    Ok(Rules::builder().compiler(Compiler::Child { program, arguments: vec![COMPILE_RULE.into()] }).build()?)
}

/// Loads one rule that was named on the command line, and tells when that takes long.
///
/// # Errors
/// When it cannot be used.
pub fn load(file: &str) -> anyhow::Result<Rule> {
    let waiting = Console::waiting(&format!("compiling {file}"));
    let rule = loader()?.load_file(Path::new(file), RuleLimits::default());
    waiting.end();
    rule.with_context(|| format!("{file} cannot be used"))
}

/// A rule on its own, allowed all that it asks for.
pub fn alone(rule: &Rule, name: &str) -> Member {
    Member::new(name, rule.clone()).grant(Grant::all_of(rule.manifest()))
}

/// What a rule is called where no settings name it: its own name, in the characters that a name may have.
pub fn plain_name(rule: &Rule) -> String {
    let name: String =
        rule.manifest().name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(64).collect();
    name
}

/// Microseconds for each of a number of things.
pub fn microseconds_each(time: Duration, count: u64) -> f64 {
    if count == 0 { 0.0 } else { time.as_secs_f64() * 1e6 / count as f64 }
}

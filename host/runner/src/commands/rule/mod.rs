//! `actlog rule`

mod check;
mod diff;
mod events;
mod new;
mod test;

use crate::cli::RuleCommand;
use crate::exit::End;

/// Makes, checks, tests and compares rules.
///
/// # Errors
/// When a rule cannot be used, or a file cannot be read or written.
pub fn rule(command: &RuleCommand) -> anyhow::Result<End> {
    match command {
        RuleCommand::New(args) => new::new(args),
        RuleCommand::Check(args) => check::check(args),
        RuleCommand::Test(args) => test::test(args),
        RuleCommand::Diff(args) => diff::diff(args),
    }
}

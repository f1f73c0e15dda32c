//! The command line of `actlog rule`.

use clap::{Args, Subcommand, ValueEnum, ValueHint};

/// Make, check, test and compare customers' own rules.
///
/// A rule is a WebAssembly component that reviews activities before they become records: it may tag them, redact values or leave
/// them out, within its grant in the settings.
#[derive(Debug, Subcommand)]
pub enum RuleCommand {
    New(RuleNewArgs),
    Check(RuleCheckArgs),
    Test(RuleTestArgs),
    Diff(RuleDiffArgs),
}

/// Begin a rule: a project that builds to a component with one command.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  actlog rule new mask-salaries                     in Rust
  actlog rule new tag-exports --lang javascript
  actlog rule new drop-noise --lang python --folder rules/drop-noise")]
pub struct RuleNewArgs {
    /// Name of the rule: a to z, 0 to 9 and hyphen.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Language of the project.
    #[arg(long, short, value_name = "LANGUAGE", default_value = "rust")]
    pub lang: Language,
    /// Folder to make; named like the rule if not given.
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub folder: Option<String>,
}

/// Languages that rules can be begun in. A rule may be written in any that makes components.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Small and fast.
    Rust,
    /// 12 MB and some seconds to compile once.
    Javascript,
    /// 18 MB and some seconds to compile once.
    Python,
}

/// Check a rule as a run does when it loads it: contract, imports, size, compiling, a dry run; and time it.
///
/// Exit code 1: it cannot be used. 3: it failed on some of the made-up events.
#[derive(Args, Debug)]
pub struct RuleCheckArgs {
    /// The component.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: String,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Show what a rule would change in the records of some events.
///
/// The rule is allowed all that its manifest asks for, and each event is reviewed alone.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  actlog rule test mask.wasm --events events.ndjson
  actlog rule test mask.wasm -e events.ndjson --expect expected.ndjson --overwrite    keep what it does now
  actlog rule test mask.wasm -e events.ndjson --expect expected.ndjson                fail when that changes

Exit code 3: the rule does something else than expected.")]
pub struct RuleTestArgs {
    /// The component.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: String,
    /// Files with events.
    #[arg(long, short, value_name = "FILE", required = true, num_args = 1.., value_hint = ValueHint::FilePath)]
    pub events: Vec<String>,
    /// What is expected: a line of JSON for each changed event, as --json prints them.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub expect: Option<String>,
    /// Write the expected file instead of comparing.
    #[arg(long, requires = "expect")]
    pub overwrite: bool,
    /// Settings file (TOML) of the filter; its rules are not run.
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub settings: Option<String>,
    /// Print JSON, a line for each changed event.
    #[arg(long)]
    pub json: bool,
}

/// Show which records another version of a rule would hide, redact or tag otherwise.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  actlog rule diff mask-1.wasm mask-2.wasm --events events.ndjson")]
pub struct RuleDiffArgs {
    /// The component that is in force.
    #[arg(value_name = "OLD", value_hint = ValueHint::FilePath)]
    pub old: String,
    /// The one that would replace it.
    #[arg(value_name = "NEW", value_hint = ValueHint::FilePath)]
    pub new: String,
    /// Files with events.
    #[arg(long, short, value_name = "FILE", required = true, num_args = 1.., value_hint = ValueHint::FilePath)]
    pub events: Vec<String>,
    /// Settings file (TOML) of the filter; its rules are not run.
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub settings: Option<String>,
    /// Print JSON, a line for each event that differs.
    #[arg(long)]
    pub json: bool,
}

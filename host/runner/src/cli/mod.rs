//! The command line.

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

mod gateway;
mod review;
mod rule;
mod streams;

pub use gateway::{Durability, ExtProcArgs, Forwarded, GatewayArgs, OnFailure, ProxyArgs, UpstreamHttp};
pub use review::{CollectorCommand, LogForm, PlaygroundArgs, ReportArgs, RetainArgs, SearchArgs, ServeArgs, TokenCommand, VerifyArgs};
pub use rule::{Language, RuleCheckArgs, RuleCommand, RuleDiffArgs, RuleNewArgs, RuleTestArgs};
pub use streams::{StreamsArgs, StreamsCommand};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Activity logging at the SDK layer.
///
/// Reads SDK events of Dynamics 365 Customer Engagement, leaves out what must not be logged, and writes audit records. Every event is
/// accounted for: recorded, excluded, rejected or faulted.
#[derive(Debug, Parser)]
#[command(name = "actlog", version, styles = STYLES, max_term_width = 100, after_help = "\
Begin with:
  actlog demo                            see what it does
  actlog run events.json > audit.ndjson  do it with your own events
  actlog settings init                   decide what is logged")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do. A comment on a command here would hide the longer one of its arguments from the help.
#[derive(Debug, Subcommand)]
pub enum Command {
    Run(Box<RunArgs>),
    Explain(ExplainArgs),
    Join(JoinArgs),
    Search(Box<SearchArgs>),
    Report(Box<ReportArgs>),
    Verify(VerifyArgs),
    Retain(RetainArgs),
    Serve(Box<ServeArgs>),
    Proxy(Box<ProxyArgs>),
    ExtProc(Box<ExtProcArgs>),
    Playground(PlaygroundArgs),
    #[command(subcommand)]
    Token(TokenCommand),
    #[command(subcommand)]
    Collector(CollectorCommand),
    Catalog(CatalogArgs),
    #[command(subcommand)]
    Settings(SettingsCommand),
    #[command(subcommand)]
    Rule(RuleCommand),
    #[command(subcommand)]
    Streams(StreamsCommand),
    Schema(SchemaArgs),
    Component(ComponentArgs),
    /// Show the examples of the specification, and a morning of an organization.
    Demo,
    Generate(GenerateArgs),
    Completions(CompletionsArgs),
    /// Compiles a rule from standard input to standard output: what this program starts as a process of its own.
    #[command(name = COMPILE_RULE, hide = true)]
    CompileRule {
        /// Bytes of memory that it may take.
        memory: u64,
    },
}

/// The command that compiles a rule in a child process.
pub const COMPILE_RULE: &str = "compile-rule";

/// Turn events into audit records.
///
/// Events are SdkEvents or RemoteExecutionContexts, as NDJSON, as JSON values in any layout, or as JSON arrays, each also
/// compressed with gzip or Zstandard. Records go out as NDJSON, in the order of their events, none over 3,072 bytes. The summary goes to
/// standard error.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  actlog run events.json > audit.ndjson
  actlog run *.ndjson.gz --settings actlog.toml -o audit.ndjson --rejects rejects.dead
  tail -f events.ndjson | actlog run | my-siem-loader
  actlog run rejects.dead                  try again what was rejected
  actlog run events.json --strict --summary json -o /dev/null
  actlog run -s actlog.toml --to jetstream backlog/*.ndjson.gz
  actlog run -s actlog.toml --from jetstream --to jetstream --listen-metrics 127.0.0.1:7310    see actlog streams --help

Files:
  -o FILE is written as FILE.part and gets its name when everything was read and written. An older \
FILE is untouched until then.
  --rejects FILE is added to, never cut short. Each event that could not be used stands in it byte \
for byte, behind one line that says where it came from and why. It can be given to actlog run again.

Ctrl-C stops reading; what was read is finished and accounted for. A second Ctrl-C ends at once.

Exit codes:
  0    every event is accounted for
  1    a file could not be read or written
  2    the command line or the settings are wrong; nothing was done
  3    with --strict: events were rejected or faulted
  130  interrupted (143: terminated, 141: nobody reads standard output)")]
pub struct RunArgs {
    /// Files with events; standard input for `-` or none.
    #[arg(value_name = "INPUT", value_hint = ValueHint::FilePath)]
    pub inputs: Vec<String>,
    /// Settings file (TOML). Without it everything is audited but the 25 messages that are never logged.
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub settings: Option<String>,
    /// Where the records go; standard output for `-`.
    #[arg(long, short, value_name = "FILE", default_value = "-", value_hint = ValueHint::FilePath)]
    pub output: String,
    /// Keep events that are rejected or faulted in this file, byte for byte.
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub rejects: Option<String>,
    /// Keep the records in this store, too.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub store: Option<String>,
    /// Write what was excluded to this file, counted by reason, message and entity (JSON).
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub ledger: Option<String>,
    /// Form of the records, instead of the one that the settings name.
    #[arg(long, short, value_name = "PROFILE")]
    pub profile: Option<Profile>,
    /// Threads that filter; as many as there are cores if not given.
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// Exit with 3 when any event was rejected or faulted.
    #[arg(long)]
    pub strict: bool,
    /// Form of the summary on standard error.
    #[arg(long, value_name = "FORM", default_value = "table")]
    pub summary: SummaryForm,
    /// Reject events over this size; K, M and G stand for KiB, MiB and GiB.
    #[arg(long, value_name = "BYTES", default_value = "16M", value_parser = size)]
    pub max_event_bytes: usize,
    #[command(flatten)]
    pub worker: streams::WorkerArgs,
}

/// Form of the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// The names and values of the Activity Logging schema.
    ActivityLogging,
    /// The wire form of the Office 365 Management Activity API.
    ManagementApi,
}

impl Profile {
    /// Its name in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Profile::ActivityLogging => "activity-logging",
            Profile::ManagementApi => "management-api",
        }
    }
}

/// Form of the summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SummaryForm {
    /// For people.
    Table,
    /// One line of JSON.
    Json,
    /// No summary.
    None,
}

/// Tell what is decided about one event, and why.
///
/// Shows each stage of the filter with its decision and the reason, every check of the gate, the records, and what the rules of the
/// settings would change in them.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  actlog explain event.json
  echo '{\"Message\":\"WhoAmI\",\"OrganizationId\":\"…\"}' | actlog explain
  actlog explain event.json --settings actlog.toml --draft    what would the draft decide?")]
pub struct ExplainArgs {
    /// A file with one event; standard input for `-` or none.
    #[arg(value_name = "INPUT", default_value = "-", value_hint = ValueHint::FilePath)]
    pub input: String,
    /// Settings file (TOML).
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub settings: Option<String>,
    /// Show what the settings' draft would decide once published.
    #[arg(long, requires = "settings")]
    pub draft: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Put split records back together.
///
/// Source records come out when their last part came; records that were never split pass. Only records that are still incomplete are
/// held, so the input may be endless.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  actlog join audit.ndjson > whole.ndjson
  actlog run events.json | actlog join | jq .QueryResults

Exit code 3: parts of a source record did not come. It is named, and everything else is written.")]
pub struct JoinArgs {
    /// Files with records (NDJSON); standard input for `-` or none.
    #[arg(value_name = "INPUT", value_hint = ValueHint::FilePath)]
    pub inputs: Vec<String>,
    /// Where the records go; standard output for `-`.
    #[arg(long, short, value_name = "FILE", default_value = "-", value_hint = ValueHint::FilePath)]
    pub output: String,
}

/// Show what is logged and what is not: messages, events, activities, columns.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  actlog catalog                     what there is
  actlog catalog messages            every known message, its category, and whether it is logged
  actlog catalog --grep Export       everything that has to do with exports
  actlog catalog columns --json      for programs")]
pub struct CatalogArgs {
    /// The part to show; all parts are named without it.
    #[arg(value_name = "SECTION")]
    pub section: Option<String>,
    /// Show only rows that contain this word; case does not matter.
    #[arg(long, short, value_name = "WORD")]
    pub grep: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Check, make and publish settings.
#[derive(Debug, Subcommand)]
pub enum SettingsCommand {
    /// Tell everything that is wrong with a settings file.
    Check {
        /// The file; standard input for `-`.
        #[arg(value_name = "FILE", default_value = "actlog.toml", value_hint = ValueHint::FilePath)]
        file: String,
    },
    /// Write a settings file with every key, its default and its meaning.
    Init {
        /// The file, which must not exist yet; standard output for `-`.
        #[arg(value_name = "FILE", default_value = "actlog.toml", value_hint = ValueHint::FilePath)]
        file: String,
    },
    /// Move the sections of the draft over the published ones; comments are kept.
    Publish {
        /// The file, which is replaced.
        #[arg(value_name = "FILE", default_value = "actlog.toml", value_hint = ValueHint::FilePath)]
        file: String,
    },
    /// Print the JSON Schema of the settings, for editors.
    Schema,
}

/// Print the JSON Schema of an event or of a record.
#[derive(Args, Debug)]
pub struct SchemaArgs {
    /// What it describes.
    pub of: SchemaOf,
}

/// What a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// An event, both forms.
    Event,
    /// An audit record.
    Record,
}

/// Write the filter itself: a WebAssembly component that any component host can load.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  actlog component -o actlog.wasm
  actlog component | wasm-tools component wit")]
pub struct ComponentArgs {
    /// Where it goes; standard output for `-`, unless that is a terminal.
    #[arg(long, short, value_name = "FILE", default_value = "-", value_hint = ValueHint::FilePath)]
    pub output: String,
}

/// Make up events, for trying things out.
///
/// Four of five are SdkEvents, one is a RemoteExecutionContext; most reads and writes, some messages that are never logged.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  actlog generate --count 1000 | actlog run > audit.ndjson
  actlog generate --count 100000 --seed 7 > events.ndjson     the same seed gives the same events")]
pub struct GenerateArgs {
    /// How many events.
    #[arg(long, short = 'n', value_name = "N")]
    pub count: u64,
    /// Where the row of events begins.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
}

/// Print the completions for a shell.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  actlog completions bash > ~/.local/share/bash-completion/completions/actlog
  actlog completions zsh > ~/.zfunc/_actlog")]
pub struct CompletionsArgs {
    /// The shell.
    pub shell: Shell,
}

/// Reads a size such as `16M`.
fn size(text: &str) -> Result<usize, String> {
    let (digits, unit) = match text.chars().last() {
        Some('K' | 'k') => (&text[..text.len() - 1], 1 << 10),
        Some('M' | 'm') => (&text[..text.len() - 1], 1 << 20),
        Some('G' | 'g') => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1),
    };
    let size = digits.parse::<usize>().ok().and_then(|number| number.checked_mul(unit));
    size.filter(|size| (1..=1 << 30).contains(size)).ok_or_else(|| "a number of bytes from 1 to 1G, such as 65536 or 16M".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn size_with_and_without_unit() {
        for (text, bytes) in [("1", 1), ("64k", 65_536), ("16M", 16 << 20), ("1G", 1 << 30)] {
            assert_eq!(size(text), Ok(bytes));
        }
        for text in ["", "0", "M", "-1", "2G", "1.5M", "é", "99999999999999999999G"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}

//! The command line.

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

use crate::review::question::Question;
use crate::serve::access::Role;

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
    Serve(Box<ServeArgs>),
    #[command(subcommand)]
    Token(TokenCommand),
    Catalog(CatalogArgs),
    #[command(subcommand)]
    Settings(SettingsCommand),
    #[command(subcommand)]
    Rule(RuleCommand),
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

/// Where the records are kept, for commands that read them.
#[derive(Args, Debug, Clone)]
pub struct StoreArgs {
    /// The store: one file, with its key and its head beside it.
    #[arg(long, value_name = "FILE", default_value = "actlog.db", value_hint = ValueHint::FilePath)]
    pub store: String,
}

/// What records are looked for. Everything that is given must hold. Names match whole, in upper and lower case; `anna*` matches
/// all that begin like it.
#[derive(Args, Debug, Clone, Default)]
pub struct FilterArgs {
    /// From this moment on: 2018-03-02 or 2018-03-02T23:25:56Z.
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Before this moment; a day counts whole.
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// Done by or for this user: user principal name or GUID.
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// SDK message.
    #[arg(long, value_name = "NAME")]
    pub message: Option<String>,
    /// Kind of access.
    #[arg(long, value_name = "NAME")]
    pub category: Option<String>,
    /// One of the nine preconfigured activities.
    #[arg(long, value_name = "NAME")]
    pub activity: Option<String>,
    /// Entity.
    #[arg(long, value_name = "NAME")]
    pub entity: Option<String>,
    /// This record was read, changed or among the results: its GUID.
    #[arg(long, value_name = "ID")]
    pub record: Option<String>,
    /// Client address.
    #[arg(long, value_name = "ADDRESS")]
    pub client_ip: Option<String>,
    /// Result status.
    #[arg(long, value_name = "STATUS")]
    pub status: Option<String>,
    /// Tag that a rule gave.
    #[arg(long, value_name = "TAG")]
    pub tag: Option<String>,
    /// This text stands in Fields or Query.
    #[arg(long, value_name = "TEXT")]
    pub text: Option<String>,
}

impl FilterArgs {
    /// The same, as it is asked of the store.
    pub fn question(&self) -> Question {
        let Self { from, to, user, message, category, activity, entity, record, client_ip, status, tag, text } = self.clone();
        Question { from, to, user, message, category, activity, entity, record_id: record, client_ip, result_status: status, tag, text }
    }
}

/// Find records.
///
/// Split records are found once, and shown with their parts joined. The newest come first.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  actlog search --user anna@contoso.com --from 2024-03-01 --to 2024-03-31
  actlog search --user 'anna*' --message 'Export*'                   names that begin like this
  actlog search --record 0a0d8709-711e-e811-a952-000d3a732d76        who read or changed this record, in a grid or alone
  actlog search --category export --csv > exports.csv                no limit of rows
  actlog search --text \"o'neill\" --json | jq .UserUpn")]
pub struct SearchArgs {
    #[command(flatten)]
    pub filter: FilterArgs,
    #[command(flatten)]
    pub store: StoreArgs,
    /// Settings file (TOML): whether search is turned on.
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub settings: Option<String>,
    /// Print the whole records as JSON, a line each.
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print CSV for spreadsheets.
    #[arg(long)]
    pub csv: bool,
    /// With --json: the parts as they are stored, instead of joined.
    #[arg(long, requires = "json")]
    pub parts: bool,
    /// Source records at most; 100 for people, all for machines.
    #[arg(long, short = 'n', value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
    /// Go on where another search ended.
    #[arg(long, value_name = "CURSOR")]
    pub after: Option<String>,
}

/// Run a report.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  actlog report                                       which there are
  actlog report exports --from 2024-03-01
  actlog report user --user anna@contoso.com --csv > anna.csv
  actlog report who-saw --records 0a0d8709-711e-e811-a952-000d3a732d76
  actlog report by-day --html > march.html            one page with a chart, which prints well")]
pub struct ReportArgs {
    /// The report; all are named without it.
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// From this moment on: 2018-03-02 or 2018-03-02T23:25:56Z.
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Before this moment; a day counts whole.
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// The user, for the report `user`.
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// The records of one data subject, for the report `who-saw`: GUIDs, apart by commas.
    #[arg(long, value_name = "IDS")]
    pub records: Option<String>,
    #[command(flatten)]
    pub store: StoreArgs,
    /// Settings file (TOML) with reports of your own.
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub settings: Option<String>,
    /// Print JSON.
    #[arg(long, conflicts_with_all = ["csv", "html"])]
    pub json: bool,
    /// Print CSV.
    #[arg(long, conflicts_with = "html")]
    pub csv: bool,
    /// Print one HTML page with a chart.
    #[arg(long)]
    pub html: bool,
}

/// Prove that no record was changed, removed, added or moved since it was sealed.
///
/// Exit code 3: something was.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// The public key that the seals must be of, in hex; the one that the store names if not given.
    #[arg(long, value_name = "HEX")]
    pub public_key: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Give out, list and take away tokens for actlog serve.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Give out a token; it is printed once, and only its hash is kept.
    Add {
        /// What it is for.
        role: Role,
        /// Whose it is; the role's name if not given.
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// The file of tokens.
        #[arg(long, value_name = "FILE", default_value = TOKENS, value_hint = ValueHint::FilePath)]
        file: String,
    },
    /// Show who has a token.
    List {
        /// The file of tokens.
        #[arg(long, value_name = "FILE", default_value = TOKENS, value_hint = ValueHint::FilePath)]
        file: String,
    },
    /// Take a token away.
    Remove {
        /// Whose.
        name: String,
        /// The file of tokens.
        #[arg(long, value_name = "FILE", default_value = TOKENS, value_hint = ValueHint::FilePath)]
        file: String,
    },
}

/// The file of tokens, if none is named.
const TOKENS: &str = "actlog-tokens.json";

/// Take events in, keep their records, and show them on a page.
///
/// POST /events takes NDJSON, and what Dataverse's webhook posts. It is answered with 200 once the records are durable.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  actlog serve --anonymous                          try it: http://127.0.0.1:7300
  actlog token add auditor --name anna              then: actlog serve
  curl --data-binary @events.ndjson -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:7300/events

Answers to POST /events: 200 all is durable; 400 some events cannot be used, and why (the others are durable); 401 and 403 \
the token; 413 too large; 503 send it again, after the time that Retry-After says. A replay is harmless.")]
pub struct ServeArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// Settings file (TOML).
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub settings: Option<String>,
    /// Where it listens.
    #[arg(long, short, value_name = "ADDRESS", default_value = "127.0.0.1:7300")]
    pub listen: std::net::SocketAddr,
    /// The file of tokens.
    #[arg(long, value_name = "FILE", default_value = TOKENS, value_hint = ValueHint::FilePath)]
    pub tokens: String,
    /// Let anybody on this machine do everything without a token; only where it listens on loopback.
    #[arg(long)]
    pub anonymous: bool,
    /// Where events are kept that are rejected or faulted; beside the store if not given.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub rejects: Option<String>,
    /// Refuse requests over this size; K, M and G stand for KiB, MiB and GiB.
    #[arg(long, value_name = "BYTES", default_value = "16M", value_parser = size)]
    pub max_body_bytes: usize,
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

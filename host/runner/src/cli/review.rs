//! The command line of keeping and reviewing: search, report, verify, retain, token, collector, serve.

use clap::{Args, Subcommand, ValueEnum, ValueHint};
use uuid::Uuid;

use super::size;
use super::streams::ServeStreamArgs;
use crate::review::question::Question;
use crate::serve::access::Role;

/// Where the records are kept, for commands that read them.
#[derive(Args, Debug, Clone)]
pub struct StoreArgs {
    /// The store: one file, with its key and its head beside it.
    #[arg(long, value_name = "FILE", default_value = "actlog.db", value_hint = ValueHint::FilePath)]
    pub store: String,
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
    pub question: Question,
    #[command(flatten)]
    pub store: StoreArgs,
    /// Settings file (TOML): whether search is turned on.
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub settings: Option<String>,
    /// Print the whole records as JSON, a line each.
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print the whole records as OCSF events (API Activity), a line each.
    #[arg(long, conflicts_with_all = ["json", "csv"])]
    pub ocsf: bool,
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

/// Delete the records whose time is over, and tell what went.
///
/// Each deletion is sealed first, so that a proof of the store still holds; `actlog report deletions` lists all of them. A server
/// does this by itself.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  actlog retain --dry-run                 what would go
  actlog retain --settings actlog.toml    what the settings say: [review] retention-days
  actlog retain --days 365")]
pub struct RetainArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// Settings file (TOML) that says how long records are kept; 90 days without it.
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub settings: Option<String>,
    /// Days after which a record is deleted, instead of what the settings say.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=36_525))]
    pub days: Option<u32>,
    /// Only count what would go.
    #[arg(long)]
    pub dry_run: bool,
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

/// Add, list and take away the collectors that may pull from actlog serve.
///
/// A collector asks as it asks the Office 365 Management Activity API: only the address is another.
#[derive(Debug, Subcommand)]
pub enum CollectorCommand {
    /// Add a collector; its id and secret are printed once, and only the secret's hash is kept.
    Add {
        /// What people call it.
        name: String,
        /// The organization whose records it may read, by its id; give it again for more.
        #[arg(long = "tenant", value_name = "GUID", required = true)]
        tenants: Vec<Uuid>,
        /// The file of collectors.
        #[arg(long, value_name = "FILE", default_value = COLLECTORS, value_hint = ValueHint::FilePath)]
        file: String,
    },
    /// Show which there are.
    List {
        /// The file of collectors.
        #[arg(long, value_name = "FILE", default_value = COLLECTORS, value_hint = ValueHint::FilePath)]
        file: String,
    },
    /// Take a collector away; its tokens open nothing any more.
    Remove {
        /// Which.
        name: String,
        /// The file of collectors.
        #[arg(long, value_name = "FILE", default_value = COLLECTORS, value_hint = ValueHint::FilePath)]
        file: String,
    },
}

/// The file of collectors, if none is named.
const COLLECTORS: &str = "actlog-collectors.json";

/// The file of tokens, if none is named.
const TOKENS: &str = "actlog-tokens.json";

/// Form of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogForm {
    /// A line for people.
    Text,
    /// A JSON object a line.
    Json,
}

/// How collectors pull.
#[derive(Args, Debug, Clone)]
pub struct FeedArgs {
    /// The URL under which collectors reach this server; the host that they ask for, by http, if not given.
    #[arg(long, value_name = "URL", requires = "collectors")]
    pub public_url: Option<String>,
    /// Start although the records of the store are in another profile: collectors are not given those, but what comes from now on.
    #[arg(long, requires = "collectors")]
    pub feed_mixed: bool,
    /// Let collectors' webhooks be in private networks; otherwise they must be in the public Internet.
    #[arg(long, requires = "collectors")]
    pub webhooks_private: bool,
    /// Certificates (PEM) of those who may have signed those of webhooks; those of the system if not given.
    #[arg(long, value_name = "FILE", requires = "collectors", value_hint = ValueHint::FilePath)]
    pub webhooks_ca: Option<std::path::PathBuf>,
}

/// Take events in, keep their records, and show them on a page.
///
/// POST /events takes NDJSON, and what Dataverse's webhook posts. It is answered with 200 once the records are durable.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  actlog serve --anonymous                          try it: http://127.0.0.1:7300
  actlog token add auditor --name anna              then: actlog serve
  curl --data-binary @events.ndjson -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:7300/events
  actlog collector add siem --tenant GUID           then: actlog serve --settings FILE --collectors actlog-collectors.json

Answers to POST /events: 200 all is durable; 400 some events cannot be used, and why (the others are durable); 401 and 403 \
the token; 413 too large; 503 send it again, after the time that Retry-After says. A replay is harmless. With --events, durable means \
that a quorum of the servers of streams has the events; what they come to is for the workers to say.

At most 4,096 connections are open at once, others wait; one on which nothing moves for a minute is ended. When it is stopped, \
requests that have begun have half a minute to end.

The settings, their rules, the tokens and the collectors are loaded anew when their files change, and on SIGHUP; what is bad is told, and what was \
in force goes on. /healthz and /readyz need no token; /metrics, for Prometheus, needs one of a monitor or an operator.")]
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
    /// Let the collectors in this file pull records, as from the Office 365 Management Activity API. The settings must have
    /// profile = "management-api" in its section record.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub collectors: Option<String>,
    #[command(flatten)]
    pub feed: FeedArgs,
    /// Show on the page Live, and in /metrics, how this other process is: a name, =, and where it answers (--observe of actlog proxy and
    /// ext-proc, --listen-metrics of actlog run). May be given more than once.
    #[arg(long, value_name = "NAME=URL")]
    pub peer: Vec<crate::serve::peers::Peer>,
    /// Let anybody on this machine do everything without a token; only where it listens on loopback.
    #[arg(long)]
    pub anonymous: bool,
    /// Where events are kept that are rejected or faulted; beside the store if not given.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub rejects: Option<String>,
    /// Refuse new records when the store has this size; K, M and G stand for KiB, MiB and GiB. As large as the disk if not given.
    #[arg(long, value_name = "BYTES", value_parser = size)]
    pub max_store_bytes: Option<usize>,
    /// Seconds to go on answering after the signal to end, while /readyz says no: for whoever spreads the requests to notice.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub drain_seconds: u16,
    /// Form of what the program says of itself on standard error.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub log: LogForm,
    /// Refuse requests over this size; K, M and G stand for KiB, MiB and GiB.
    #[arg(long, value_name = "BYTES", default_value = "16M", value_parser = size)]
    pub max_body_bytes: usize,
    #[command(flatten)]
    pub streams: ServeStreamArgs,
}

/// Try the filter in a browser: what it decides about an event, stage by stage, and why.
///
/// The filter runs in the page itself, and nothing that is typed leaves the browser. `actlog serve` has it too, at /playground.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  actlog playground                        at http://127.0.0.1:7301
  actlog playground --listen 127.0.0.1:0   at a free port
  actlog playground --output site          its files, for any web server; site/index.html opens from the disk, too")]
pub struct PlaygroundArgs {
    /// Where it listens; with port 0 at a free one.
    #[arg(long, short, value_name = "ADDRESS", default_value = "127.0.0.1:7301", conflicts_with = "output")]
    pub listen: std::net::SocketAddr,
    /// Write its files to this folder instead.
    #[arg(long, short, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub output: Option<std::path::PathBuf>,
}

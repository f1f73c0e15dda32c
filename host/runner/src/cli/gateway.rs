//! The command line of what stands in the way of the traffic: proxy, ext-proc.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::review::LogForm;
use super::size;

/// What everything needs that stands in the way of the traffic.
#[derive(Args, Debug)]
pub struct GatewayArgs {
    /// Settings file (TOML); its section exchange says whose traffic this is.
    #[arg(long, short, value_name = "FILE", default_value = "actlog.toml", value_hint = ValueHint::FilePath)]
    pub settings: String,

    /// Filter here, and keep the records in this store of this machine.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, required_unless_present = "to", help_heading = "Where records go")]
    pub store: Option<String>,
    /// Send the events to this actlog serve, which filters and keeps them.
    #[arg(long, value_name = "URL", conflicts_with = "store", help_heading = "Where records go")]
    pub to: Option<String>,
    /// File with the token for --to, an ingester's. It is read for each request.
    #[arg(long, value_name = "FILE", requires = "to", value_hint = ValueHint::FilePath, help_heading = "Where records go")]
    pub token_file: Option<PathBuf>,
    /// PEM file with the certificates that the one of --to must lead to, instead of the system's.
    #[arg(long, value_name = "FILE", requires = "to", value_hint = ValueHint::FilePath, help_heading = "Where records go")]
    pub to_ca: Option<PathBuf>,
    /// Where events and exchanges are kept that cannot be used; in the journal's folder if not given.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Where records go")]
    pub rejects: Option<PathBuf>,
    /// Write a line for each exchange to this file (NDJSON): its id, method, path and status, how many events it has, and what could not
    /// be told. For comparing with somebody else's log.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Where records go")]
    pub ledger: Option<PathBuf>,

    /// Folder of the journal: exchanges stand in it from before the upstream acts until they are recorded.
    #[arg(long, value_name = "FOLDER", default_value = "actlog-journal", value_hint = ValueHint::DirPath, help_heading = "Journal")]
    pub journal: PathBuf,
    /// What becomes of requests to the API that cannot be journaled.
    #[arg(long, value_name = "HOW", default_value = "closed", help_heading = "Journal")]
    pub on_failure: OnFailure,
    /// What an intent survives before its request goes on.
    #[arg(long, value_name = "WHAT", default_value = "disk", help_heading = "Journal")]
    pub durability: Durability,
    /// Bytes of the journal on the disk; K, M and G stand for KiB, MiB and GiB.
    #[arg(long, value_name = "BYTES", default_value = "1G", value_parser = size, help_heading = "Journal")]
    pub journal_bytes: usize,
    /// Bytes of a body that are looked into. The body itself has no limit.
    #[arg(long, value_name = "BYTES", default_value = "256K", value_parser = size, help_heading = "Journal")]
    pub body_bytes: usize,

    /// Path on the upstream where its $metadata stands, which has the names of its tables.
    #[arg(long, value_name = "PATH", default_value = "/api/data/v9.2/$metadata", help_heading = "Names")]
    pub metadata: String,
    /// File with a bearer token for the $metadata. It is read for each request.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Names")]
    pub metadata_token_file: Option<PathBuf>,
    /// Take the names out of this file with a $metadata document, and ask the upstream for none.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["metadata", "no_metadata"], help_heading = "Names")]
    pub metadata_file: Option<PathBuf>,
    /// Ask for no names: records then have no EntityName but where the settings list names.
    #[arg(long, help_heading = "Names")]
    pub no_metadata: bool,

    /// Where /healthz, /readyz and /metrics are answered; nowhere if not given. They tell counts, and nothing of records.
    #[arg(long, value_name = "ADDRESS", help_heading = "Operation")]
    pub observe: Option<SocketAddr>,
    /// Seconds that requests have to end, after the signal to.
    #[arg(long, value_name = "N", default_value_t = 30, help_heading = "Operation")]
    pub drain_seconds: u16,
    /// Form of what the program says of itself on standard error.
    #[arg(long, value_name = "FORM", default_value = "text", help_heading = "Operation")]
    pub log: LogForm,
}

/// Stand before the Web API, pass everything on, and record who read, changed or exported what.
///
/// What is asked is durable before the last byte of a request goes up, and what was answered before the answer goes down. What lies
/// between is recorded as in doubt. Nothing is sent twice.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  actlog proxy --upstream https://org.crm.dynamics.com --store actlog.db
  actlog proxy --listen 0.0.0.0:443 --tls-cert cert.pem --tls-key key.pem \\
    --upstream https://org.crm.dynamics.com --to https://actlog.example:7300 --token-file ingester.token

The settings say whose traffic it is:
  [exchange.organization]
  id = \"7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10\"

Who did it is read from the token, on whose behalf from CallerObjectId or MSCRMCallerID. The token itself is never kept. What the \
server does inside, such as cascades, plug-ins and workflows, no proxy sees.

Journal full or failing: with --on-failure closed, requests to the API are answered with 503 and do not go up; with open they pass \
unrecorded, and are counted. The settings and their rules are loaded anew when their files change, and on SIGHUP.")]
pub struct ProxyArgs {
    /// Where requests go: http://host:port or https://host, without a path.
    #[arg(long, short, value_name = "URL")]
    pub upstream: String,
    /// Where it listens; may be given more than once.
    #[arg(long, short, value_name = "ADDRESS", default_value = "127.0.0.1:7310")]
    pub listen: Vec<SocketAddr>,
    #[command(flatten)]
    pub gateway: GatewayArgs,

    /// PEM file with the server's certificate, and those between it and the root. Without it clients speak plain HTTP.
    #[arg(long, value_name = "FILE", requires = "tls_key", value_hint = ValueHint::FilePath, help_heading = "HTTP")]
    pub tls_cert: Option<PathBuf>,
    /// PEM file with its private key.
    #[arg(long, value_name = "FILE", requires = "tls_cert", value_hint = ValueHint::FilePath, help_heading = "HTTP")]
    pub tls_key: Option<PathBuf>,
    /// PEM file with the certificates that the upstream's must lead to, instead of the system's.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "HTTP")]
    pub upstream_ca: Option<PathBuf>,
    /// Which HTTP the upstream speaks.
    #[arg(long, value_name = "HTTP", default_value = "auto", help_heading = "HTTP")]
    pub upstream_http: UpstreamHttp,
    /// Let the upstream see the Host that the client asked for, instead of its own. Needs --upstream-http 1.
    #[arg(long, help_heading = "HTTP")]
    pub pass_host: bool,
    /// What becomes of X-Forwarded-* and Forwarded.
    #[arg(long, value_name = "HOW", default_value = "replace", help_heading = "HTTP")]
    pub forwarded: Forwarded,
    /// Requests at once; more are answered with 503.
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..=1_000_000), help_heading = "HTTP")]
    pub max_requests: u32,
}

/// Do the same for Envoy: answer it as its external processor (ext_proc), and record what passes through it.
///
/// Envoy asks before each step and goes on when it has the reply, so that the same holds as for actlog proxy: what is asked is durable
/// before the upstream has all of it, and what was answered before the client sees it.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  actlog ext-proc --upstream https://org.crm.dynamics.com --store actlog.db
  actlog ext-proc --listen unix:/run/actlog/ext-proc.sock --to https://actlog.example:7300 --token-file ingester.token \\
    --metadata-file metadata.xml

Envoy needs to be told to send bodies as streams, to wait long enough, and to fail closed: examples/envoy of the project has a whole \
configuration with the reasons.")]
pub struct ExtProcArgs {
    /// Where Envoy finds it: an address, or unix: and the path of a socket; may be given more than once.
    #[arg(long, short, value_name = "ADDRESS", default_value = "127.0.0.1:7320")]
    pub listen: Vec<String>,
    /// Listen also where other machines reach it. What Envoy sends is not encrypted, and has tokens in it.
    #[arg(long)]
    pub allow_remote: bool,
    /// Where the API is, for its $metadata: http://host:port or https://host, without a path.
    #[arg(long, short, value_name = "URL")]
    pub upstream: Option<String>,
    /// PEM file with the certificates that the upstream's must lead to, instead of the system's.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub upstream_ca: Option<PathBuf>,
    #[command(flatten)]
    pub gateway: GatewayArgs,
    /// Requests at once; more are answered with 503.
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_requests: u32,
}

/// What becomes of requests to the API when the journal is full or fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnFailure {
    /// They are refused with 503, and nothing goes up.
    Closed,
    /// They pass unrecorded, and are counted.
    Open,
}

/// What an entry of the journal survives before the exchange goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Durability {
    /// A power failure.
    Disk,
    /// The end of this program, however it ends, but not that of the system. Faster.
    Process,
}

/// Which HTTP the upstream speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum UpstreamHttp {
    /// HTTP/2 where TLS agrees on it, else HTTP/1.1.
    Auto,
    /// HTTP/1.1.
    #[value(name = "1")]
    Http1,
    /// HTTP/2, without asking.
    #[value(name = "2")]
    Http2,
}

/// What becomes of X-Forwarded-* and Forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Forwarded {
    /// Set anew: right where clients come directly.
    Replace,
    /// Added to: right behind another proxy.
    Append,
    /// Left as they came.
    Pass,
}

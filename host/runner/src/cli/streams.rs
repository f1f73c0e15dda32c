//! The command line of streams: what a worker and a server do there, and `actlog streams`.

use std::net::SocketAddr;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use super::LogForm;

/// Streams between this program and others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Stream {
    /// NATS JetStream, as the section streams of the settings says.
    Jetstream,
}

/// What `actlog run` does on streams; what it takes from them makes it a worker.
#[derive(Args, Debug)]
#[command(next_help_heading = "On streams")]
pub struct WorkerArgs {
    /// Take events from streams instead of files, together with any number of other workers, until a signal ends it.
    #[arg(long, value_name = "STREAMS", requires_all = ["to", "settings"],
        conflicts_with_all = ["inputs", "output", "rejects", "store", "max_event_bytes"])]
    pub from: Option<Stream>,
    /// Give records to streams; with --from, rejects and the ledger, too. Those of files stay here.
    #[arg(long, value_name = "STREAMS", requires = "settings", conflicts_with_all = ["output", "store"])]
    pub to: Option<Stream>,
    /// Answer /healthz, /readyz and /metrics (Prometheus) here, without a token; they tell counts, nothing of records.
    #[arg(long, value_name = "ADDRESS", requires = "from")]
    pub listen_metrics: Option<SocketAddr>,
    /// Form of what the program says of itself on standard error.
    #[arg(long, value_name = "FORM", default_value = "text", requires = "to")]
    pub log: LogForm,
}

/// What `actlog serve` does on streams.
#[derive(Args, Debug)]
#[command(next_help_heading = "On streams")]
pub struct ServeStreamArgs {
    /// Give the events that come in to streams, for workers (actlog run --from) to filter.
    #[arg(long, value_name = "STREAMS", requires = "settings")]
    pub events: Option<Stream>,
    /// Take what workers made of events from streams: records into the store, rejects into the file of rejects.
    #[arg(long, value_name = "STREAMS", requires = "settings")]
    pub records: Option<Stream>,
}

/// Make, check and watch the streams that more than one machine share.
///
/// The section streams of the settings says where the servers are and how the streams are to be.
#[derive(Debug, Subcommand)]
#[command(after_long_help = "\
Examples:
  actlog streams setup -s actlog.toml                                   once, and after each change of [streams]
  actlog serve -s actlog.toml --events jetstream                        takes events in
  actlog run -s actlog.toml --from jetstream --to jetstream             filters them: any number, on any machines
  actlog serve -s actlog.toml --records jetstream                       keeps the records and shows them; exactly one
  actlog streams lag -s actlog.toml                                     who is how far behind")]
pub enum StreamsCommand {
    /// Make the streams and consumers that are missing, and change those that are otherwise than the settings say.
    ///
    /// Nothing is deleted. Harmless where all is well.
    Setup(StreamsArgs),
    /// Tell what is otherwise than the settings say: streams, consumers, replicas, limits of the servers.
    ///
    /// Exit code 3: something is. Whether the servers write through to the disk (sync_interval: always) no client can see, unless
    /// --monitor names the address where a server tells of itself.
    Check {
        #[command(flatten)]
        streams: StreamsArgs,
        /// A server's monitoring address, such as 127.0.0.1:8222 (http_port in its settings); may be given for each server.
        #[arg(long, value_name = "ADDRESS")]
        monitor: Vec<SocketAddr>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Tell how far each reader is behind.
    Lag {
        #[command(flatten)]
        streams: StreamsArgs,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Where the streams are.
#[derive(Args, Debug)]
pub struct StreamsArgs {
    /// Settings file (TOML) with a section streams.
    #[arg(long, short, value_name = "FILE", default_value = "actlog.toml", value_hint = ValueHint::FilePath)]
    pub settings: String,
    /// Seconds to wait for the servers.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub wait: u16,
}

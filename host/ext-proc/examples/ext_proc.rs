//! An external processor that writes exchanges to a file, a line of JSON for each.
//!
//!     cargo run -p actlog-ext-proc --example ext_proc -- LISTEN JOURNAL-FOLDER OUTPUT-FILE API-PATH…
//!
//! LISTEN is an address such as `127.0.0.1:7320`, or `unix:FILE`. `ACTLOG_JOURNAL_BYTES` limits the journal, `ACTLOG_ON_FAILURE=open`
//! lets pass what cannot be kept.

use std::sync::Arc;
use std::time::Duration;

use actlog_ext_proc::{Config, Listen, OnFailure, Processor};
use actlog_proxy::Paths;

#[path = "../../proxy/examples/lines/lines.rs"]
mod lines;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [listen, journal, output, paths @ ..] = arguments.as_slice() else {
        anyhow::bail!("usage: ext_proc LISTEN JOURNAL-FOLDER OUTPUT-FILE API-PATH…");
    };
    let listen = match listen.strip_prefix("unix:") {
        Some(path) => Listen::Unix(path.into()),
        None => Listen::Tcp(listen.parse()?),
    };
    let mut config = Config::new(listen, journal.into());
    if let Ok(bytes) = std::env::var("ACTLOG_JOURNAL_BYTES") {
        config.journal.limit_bytes = bytes.parse()?;
        config.journal.segment_bytes = 2 << 20;
    }
    if std::env::var("ACTLOG_ON_FAILURE").is_ok_and(|text| text == "open") {
        config.on_failure = OnFailure::Open;
    }
    let paths = Paths::under(paths);
    config.is_api = Arc::new(move |path| paths.contain(path));
    let running = Processor::bind(config, lines::Lines::open(output.as_ref())?).await?;
    println!("listens {}", running.addresses()[0]);
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    println!("{:?} {:?}", running.stats().snapshot(), running.counts());
    running.stop(Duration::from_secs(5)).await;
    Ok(())
}

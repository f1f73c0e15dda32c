//! A proxy that writes exchanges to a file, a line of JSON for each.
//!
//!     cargo run -p actlog-proxy --example proxy -- LISTEN UPSTREAM JOURNAL-FOLDER OUTPUT-FILE API-PATH…

use std::sync::Arc;
use std::time::Duration;

use actlog_proxy::{Config, Paths, Proxy};

#[path = "lines/lines.rs"]
mod lines;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [listen, upstream, journal, output, paths @ ..] = arguments.as_slice() else {
        anyhow::bail!("usage: proxy LISTEN UPSTREAM JOURNAL-FOLDER OUTPUT-FILE API-PATH…");
    };
    let mut config = Config::new(listen.parse()?, upstream, journal.into());
    // The answers are the upstream's alone, as they are behind any other proxy.
    config.via = None;
    let paths = Paths::under(paths);
    config.is_api = Arc::new(move |path| paths.contain(path));
    let running = Proxy::bind(config, lines::Lines::open(output.as_ref())?).await?;
    println!("listens {}", running.addresses()[0]);
    tokio::signal::ctrl_c().await?;
    running.stop(Duration::from_secs(5)).await;
    Ok(())
}

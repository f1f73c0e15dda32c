//! Sends records, NDJSON on standard input, to the collector whose URL is given. `tests/push/collector` runs it.

use std::io::{self, BufRead};

use actlog_push::{Otlp, OtlpConfig};
use bytes::Bytes;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut config = OtlpConfig::new(std::env::args().nth(1).ok_or("the URL of a collector is needed")?);
    config.give_up_ms = 10_000;
    let lines = io::stdin().lock().lines().map(|line| line.map(Bytes::from)).collect::<Result<Vec<_>, _>>()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let delivered = runtime.block_on(Otlp::new(config)?.send(&lines))?;
    println!("{} taken, {} refused", delivered.records, delivered.refused);
    Ok(())
}

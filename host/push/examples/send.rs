//! Sends records, NDJSON on standard input, to the collector whose URL is given. `tests/push/collector` runs it.

use std::io::{self, BufRead};
use std::time::Duration;

use actlog_push::{Destination, Listener, Sender, Trouble};
use bytes::Bytes;

struct Told;

impl Listener for Told {
    fn answered(&self, _: Duration) {}
    fn failed(&self, trouble: &Trouble, tries: u32) {
        eprintln!("try {tries}: {trouble}");
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let destination = Destination::new(std::env::args().nth(1).ok_or("the URL of a collector is needed")?);
    let lines = io::stdin().lock().lines().map(|line| line.map(Bytes::from)).collect::<Result<Vec<_>, _>>()?;
    let sender = Sender::new(destination)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let delivered = runtime.block_on(async { tokio::time::timeout(Duration::from_secs(10), sender.send(&lines, &Told)).await })?;
    println!("{} taken, {} refused", delivered.records, delivered.refused);
    Ok(())
}

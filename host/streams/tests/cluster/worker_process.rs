//! A worker in a process of its own, for tests that kill it: `actlog-streams-worker SETTINGS.json`.

#[expect(dead_code, reason = "the store is for the tests")]
mod parts;

use std::time::Duration;

use actlog_streams::{CancellationToken, Config, Worker};

fn main() {
    let file = std::env::args().nth(1).expect("the settings' file");
    let config: Config = serde_json::from_str(&std::fs::read_to_string(file).expect("readable")).expect("valid");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let filter = parts::Filter { pause: Duration::from_millis(20) };
    runtime.block_on(Worker::run(config, filter, CancellationToken::new())).expect("it runs");
}

//! A worker in a process of its own, for tests that kill it.

use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use actlog_streams::{CancellationToken, Config, Retention, Worker};

use crate::parts::Filter;

/// Names the settings of a worker that is to run.
const SETTINGS: &str = "ACTLOG_WORKER_SETTINGS";

/// Started by the tests beside it, in a process of its own; without the settings that it is given then, there is nothing to do.
#[test]
fn child_works_until_it_is_killed() {
    let Some(file) = std::env::var_os(SETTINGS) else { return };
    let config: Config = serde_json::from_str(&std::fs::read_to_string(file).expect("readable")).expect("valid");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let filter = Filter { pause: Duration::from_millis(20) };
    runtime.block_on(Worker::run(config, filter, CancellationToken::new())).expect("it runs");
}

/// The worker's process, that dies with the test.
pub struct Process(pub Child);

impl Process {
    pub fn start(config: &Config, folder: &Path) -> Self {
        let file = folder.join("settings.json");
        let retention = if config.records_retention == Retention::Limits { "limits" } else { "work-queue" };
        let settings = serde_json::json!({
            "servers": config.servers, "replicas": config.replicas, "records-retention": retention, "ack-wait-ms": config.ack_wait_ms,
            "answer-ms": config.answer_ms, "retry-ms": config.retry_ms, "batch": config.batch, "max-tries": config.max_tries,
        });
        std::fs::write(&file, settings.to_string()).expect("written");
        let mut itself = Command::new(std::env::current_exe().expect("this program"));
        itself.args(["--exact", "worker_process::child_works_until_it_is_killed", "--nocapture"]).env(SETTINGS, file);
        Self(itself.spawn().expect("it starts"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

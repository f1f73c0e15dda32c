//! A long stream through the whole program: events a second and how much memory it ever held.
//!
//! `cargo bench -p actlog --bench stream -- [--json] [--rounds N] [--events N]`
//!
//! A block of events is generated first and written to the program's standard input again and again, so that what is
//! timed is the program and not the generator. The records go to the null device. Memory is the kernel's high-water mark
//! of resident memory (`VmHWM`), so it is told on Linux only.

#[path = "../../engine/benches/harness/mod.rs"]
#[expect(dead_code, reason = "each benchmark needs a part of it")]
mod harness;

use std::error::Error;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use actlog_generator::Generator;
use harness::{Cell, Options, Report, median};

/// Events in the block that is repeated.
const BLOCK: usize = 20_000;

/// What one run showed.
struct Run {
    time: Duration,
    /// Mebibytes.
    memory: Option<f64>,
}

/// The high-water mark of the child's resident memory, in MiB, while it lives.
fn high_water_mark(child: &Child) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes / 1024.0)
}

fn run(block: &[String], events: usize, jobs: usize) -> Result<Run, Box<dyn Error>> {
    let begin = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_actlog"))
        .args(["run", "-", "--summary", "json", "--jobs", &jobs.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().ok_or("standard input is piped")?;
    let mut left = events;
    while left > 0 {
        for chunk in block[..left.min(block.len())].chunks(256) {
            stdin.write_all(chunk.concat().as_bytes())?;
        }
        left -= left.min(block.len());
    }
    // All but the last few batches are through by now. The mark is only there while the child lives.
    let memory = high_water_mark(&child);
    drop(stdin);
    let output = child.wait_with_output()?;
    let time = begin.elapsed();
    let summary = String::from_utf8_lossy(&output.stderr);
    let told = summary.lines().find_map(|line| serde_json::from_str::<serde_json::Value>(line).ok()).unwrap_or_default();
    if !output.status.success() || told["Read"] != events || told["Balanced"] != true {
        return Err(format!("{}: {summary}", output.status).into());
    }
    Ok(Run { time, memory })
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::read(3, 1_000_000);
    let block: Vec<String> = Generator::new(1).take(BLOCK).map(|event| event + "\n").collect();
    let bytes_per_event = block.iter().map(String::len).sum::<usize>() as f64 / BLOCK as f64;
    let jobs = [1, 2];
    let mut runs: [Vec<Run>; 2] = Default::default();
    for _ in 0..options.rounds {
        for (jobs, runs) in jobs.iter().zip(&mut runs) {
            runs.push(run(&block, options.events, *jobs)?);
        }
    }
    let mut report = Report::new("stream", &["jobs", "events", "events/s", "MB/s", "seconds", "MiB at most"]);
    for (jobs, runs) in jobs.iter().zip(&runs) {
        let seconds = median(&runs.iter().map(|run| run.time).collect::<Vec<_>>()).as_secs_f64();
        let memory = runs.iter().filter_map(|run| run.memory).max_by(f64::total_cmp);
        let rate = options.events as f64 / seconds;
        report.row(vec![
            Cell::Number(*jobs as f64, 0),
            Cell::Number(options.events as f64, 0),
            Cell::Number(rate, 0),
            Cell::Number(rate * bytes_per_event / 1e6, 1),
            Cell::Number(seconds, 2),
            memory.map_or(Cell::None, |memory| Cell::Number(memory, 1)),
        ]);
    }
    report.print(options.json);
    Ok(())
}

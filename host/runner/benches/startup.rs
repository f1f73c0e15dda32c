//! How long the program takes to begin: to say its version, and to give its first record with a cold and a warm cache.
//!
//! `cargo bench -p actlog --bench startup -- [--json] [--rounds N]`
//!
//! Cold means an empty cache: the component is compiled. Warm means that an earlier run left its machine code there.

#[path = "../../engine/benches/harness/mod.rs"]
#[expect(dead_code, reason = "each benchmark needs a part of it")]
mod harness;

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use actlog_generator::Generator;
use harness::{Cell, Options, Report, median, milliseconds};

/// The program, built for benchmarks.
const PROGRAM: &str = env!("CARGO_BIN_EXE_actlog");

fn program(cache: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    // The cache of the component follows these; nothing of the user's own is touched.
    command.env("XDG_CACHE_HOME", cache).env("HOME", cache).stderr(Stdio::null());
    command
}

/// From start to end.
fn version(cache: &Path) -> Result<Duration, Box<dyn Error>> {
    let begin = Instant::now();
    let status = program(cache).arg("--version").stdout(Stdio::null()).status()?;
    let time = begin.elapsed();
    if status.success() { Ok(time) } else { Err(format!("--version: {status}").into()) }
}

/// From start to the first record, and from start to end.
fn first_record(cache: &Path, event: &str) -> Result<(Duration, Duration), Box<dyn Error>> {
    let begin = Instant::now();
    let mut child = program(cache).args(["run", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        writeln!(stdin, "{event}")?;
    }
    let stdout = child.stdout.take().ok_or("standard output is piped")?;
    let mut record = String::new();
    BufReader::new(stdout).read_line(&mut record)?;
    let first = begin.elapsed();
    let status = child.wait()?;
    if status.success() && record.starts_with('{') {
        Ok((first, begin.elapsed()))
    } else {
        Err(format!("run: {status}, {record:?}").into())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::read(21, 1);
    let event = Generator::sdk_events(1).find(|event| event.contains("\"Retrieve\"")).ok_or("the generator never ends")?;
    let warm = tempfile::tempdir()?;
    first_record(warm.path(), &event)?;
    let mut times: [Vec<Duration>; 5] = Default::default();
    for _ in 0..options.rounds {
        let cold = tempfile::tempdir()?;
        times[0].push(version(warm.path())?);
        let (first, end) = first_record(cold.path(), &event)?;
        times[1].push(first);
        times[2].push(end);
        let (first, end) = first_record(warm.path(), &event)?;
        times[3].push(first);
        times[4].push(end);
    }
    let names = ["--version", "first record, cold cache", "whole run, cold cache", "first record, warm cache", "whole run, warm cache"];
    let mut report = Report::new("startup", &["what", "median ms", "fastest ms"]);
    for (name, times) in names.iter().zip(&times) {
        let fastest = times.iter().min().copied().unwrap_or_default();
        report.row(vec![
            Cell::Name((*name).to_owned()),
            Cell::Number(milliseconds(median(times)), 1),
            Cell::Number(milliseconds(fastest), 1),
        ]);
    }
    report.print(options.json);
    Ok(())
}

//! `actlog streams`

use std::future::Future;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use actlog_streams::{Error, Finding, Lag, Link, check, lag, setup};
use anyhow::Context;
use serde_json::{Value as Json, json};

use crate::cli::{StreamsArgs, StreamsCommand};
use crate::console::{BAD, Console, GOOD, clean};
use crate::exit::End;
use crate::settings::load::Settings;
use crate::table::{Grid, thousands};

/// How long to wait before the servers are asked again.
const PAUSE: Duration = Duration::from_millis(200);
/// Bytes of a server's answer about itself that are read.
const MOST_TOLD: u64 = 1 << 20;

/// Makes, checks or watches streams.
///
/// # Errors
/// When the settings cannot work, or the servers do not answer in time.
pub fn streams(command: &StreamsCommand) -> anyhow::Result<End> {
    match command {
        StreamsCommand::Setup(args) => {
            asked(args, async |link| setup(link).await)?;
            Console::plain().say(&format!("{GOOD}all streams are as the settings say{GOOD:#}"));
            Ok(End::Done)
        }
        StreamsCommand::Check { streams, monitor, json } => {
            let mut findings = asked(streams, async |link| check(link).await)?;
            for address in monitor {
                findings.extend(durable(*address).with_context(|| format!("cannot ask {address}"))?);
            }
            told(&findings, monitor.is_empty(), *json)
        }
        StreamsCommand::Lag { streams, json } => {
            let lags = asked(streams, async |link| lag(link).await)?;
            super::print(&if *json { pretty(lags.iter().map(object))? } else { table(&lags) })
        }
    }
}

/// Asks the servers until they answer or the time is over.
fn asked<T>(args: &StreamsArgs, ask: impl AsyncFn(&Link) -> Result<T, Error>) -> anyhow::Result<T> {
    let mut config = Settings::read(&args.settings)?.streams()?;
    config.drain_ms = 1_000;
    let (until, servers) = (Instant::now() + Duration::from_secs(args.wait.into()), config.servers.join(", "));
    let waiting = Console::waiting(&format!("asking {servers}"));
    let answer = on_a_runtime(async {
        let link = Link::open(config).await?;
        let mut last = None;
        let answer = loop {
            let left = until.saturating_duration_since(Instant::now());
            match tokio::time::timeout(left, ask(&link)).await {
                Ok(Ok(answer)) => break Ok(answer),
                Ok(Err(error)) => last = Some(error),
                Err(_) => break Err(silent(last, args, &servers)),
            }
            tokio::time::sleep(PAUSE.min(left)).await;
        };
        link.close().await;
        answer
    });
    waiting.end();
    answer
}

/// The time is over; why, as far as the servers said so.
fn silent(last: Option<Error>, args: &StreamsArgs, servers: &str) -> anyhow::Error {
    let late = format!("no answer within {} s from {servers}", args.wait);
    match last {
        Some(error) => anyhow::Error::from(error).context(late),
        None => anyhow::anyhow!(late),
    }
}

fn on_a_runtime<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().context("cannot start threads")?.block_on(work)
}

/// What a server tells of how it writes to the disk.
fn durable(address: SocketAddr) -> anyhow::Result<Option<Finding>> {
    use std::io::{Read, Write};
    let patience = Duration::from_secs(5);
    let mut server = std::net::TcpStream::connect_timeout(&address, patience)?;
    server.set_read_timeout(Some(patience))?;
    write!(server, "GET /jsz HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut answer = String::new();
    server.take(MOST_TOLD).read_to_string(&mut answer)?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let told: Json = serde_json::from_str(body).context("its answer is no JSON: is this the monitoring address of a NATS server?")?;
    let config = &told["config"];
    let always = config["sync_always"].as_bool().unwrap_or(false);
    let is = || format!("every {} s", config["sync_interval"].as_u64().unwrap_or_default() / 1_000_000_000);
    Ok((!always).then(|| Finding { what: format!("server {address} sync_interval"), is: is(), should: "always".to_owned() }))
}

fn told(findings: &[Finding], unasked: bool, json: bool) -> anyhow::Result<End> {
    if json {
        super::print(&pretty(findings.iter().map(|it| json!({ "What": it.what, "Is": it.is, "Should": it.should })))?)?;
    } else {
        let line = |finding: &Finding| format!("{BAD}found:{BAD:#} {}\n", clean(&finding.to_string()));
        let mut text: String = findings.iter().map(line).collect();
        if findings.is_empty() {
            text.push_str(&format!("{GOOD}all streams are as the settings say{GOOD:#}\n"));
        }
        if unasked {
            text.push_str("Not seen from here: whether each server runs with sync_interval: always (--monitor asks one).\n");
        }
        super::print(&text)?;
    }
    Ok(if findings.is_empty() { End::Done } else { End::Incomplete })
}

fn pretty(list: impl Iterator<Item = Json>) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(&list.collect::<Vec<_>>())? + "\n")
}

fn object(lag: &Lag) -> Json {
    let Lag { stream, reader, waiting, in_work, again, .. } = lag;
    json!({ "Stream": stream, "Reader": reader, "Waiting": waiting, "InWork": in_work, "Again": again })
}

fn table(lags: &[Lag]) -> String {
    let mut grid = Grid::new(["Stream", "Reader", "Waiting", "In work", "Again"]);
    (2..5).for_each(|column| grid.numbers(column));
    for lag in lags {
        let figures = [lag.waiting, lag.in_work, lag.again].map(thousands);
        grid.row([lag.stream.clone(), lag.reader.clone()].into_iter().chain(figures));
    }
    grid.text() + "\n"
}

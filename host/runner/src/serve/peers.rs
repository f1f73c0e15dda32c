//! Other processes of actlog, such as proxies and workers: asked now and then how they are, for `/metrics` and the page.

use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::time::sleep;
use ureq::Agent;

use super::flows::{Flow, FlowState};
use super::vitals::Vitals;
use crate::gateway::names::agent;
use crate::totals::Totals;

/// How often they are asked, and how long an answer may take.
const EVERY: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes of an answer that are read.
const MOST_BYTES: u64 = 1 << 20;
/// Rows of one process that are shown.
const MOST_ROWS: usize = 50;

/// Another process: what people call it, and where it tells how it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    name: String,
    url: String,
}

impl FromStr for Peer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, url) = text.split_once('=').ok_or("a name, =, and a URL, such as proxy=http://127.0.0.1:9464")?;
        let is_name =
            !name.is_empty() && name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if !is_name {
            return Err("a name of letters, digits, hyphen, underscore and full stop".to_owned());
        }
        if !(url.starts_with("http://") || url.starts_with("https://")) {
            return Err(format!("{url}: a URL with http or https"));
        }
        Ok(Self { name: name.to_owned(), url: url.trim_end_matches('/').to_owned() })
    }
}

/// What a process answers; the rest of it is for people who ask it themselves.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    totals: Totals,
    flows: Vec<Flow>,
    not_ready: Vec<String>,
}

/// Asks them for ever, and reports to `vitals`.
///
/// # Errors
/// When no client can be made.
pub fn watch(peers: &[Peer], vitals: &Vitals) -> anyhow::Result<()> {
    let agent = agent(None, PATIENCE)?;
    for peer in peers {
        let rows = Arc::new(Mutex::new(vec![not_known(peer, "it was not asked yet")]));
        let told = rows.clone();
        vitals.flows.add(move || told.lock().unwrap_or_else(PoisonError::into_inner).clone());
        tokio::spawn(ask(agent.clone(), peer.clone(), rows));
    }
    Ok(())
}

async fn ask(agent: Agent, peer: Peer, rows: Arc<Mutex<Vec<Flow>>>) {
    loop {
        let (client, asked) = (agent.clone(), peer.clone());
        let answer = tokio::task::spawn_blocking(move || operation(&client, &asked)).await;
        let found = match answer.unwrap_or_else(|_| Err(anyhow::anyhow!("the request panicked"))) {
            Ok(answer) => known(&peer, answer),
            Err(error) => vec![not_known(&peer, &format!("{error:#}"))],
        };
        *rows.lock().unwrap_or_else(PoisonError::into_inner) = found;
        sleep(EVERY).await;
    }
}

fn operation(agent: &Agent, peer: &Peer) -> anyhow::Result<Answer> {
    let mut answer = agent.get(format!("{}/api/operation", peer.url)).call()?;
    anyhow::ensure!(answer.status().is_success(), "it answered {}", answer.status());
    Ok(serde_json::from_slice(&answer.body_mut().with_config().limit(MOST_BYTES).read_to_vec()?)?)
}

/// The process itself, and what it moves.
fn known(peer: &Peer, Answer { totals, flows, not_ready }: Answer) -> Vec<Flow> {
    let process = Flow {
        state: if not_ready.is_empty() { FlowState::Ok } else { FlowState::Failing },
        sent: totals.recorded + totals.excluded,
        failed: totals.rejected + totals.faulted,
        last_error: not_ready.into_iter().next(),
        ..Flow::new(&peer.name, "process", &peer.url, "events")
    };
    let own = flows.into_iter().take(MOST_ROWS).map(|flow| Flow { name: format!("{}: {}", peer.name, flow.name), ..flow });
    std::iter::once(process).chain(own).collect()
}

fn not_known(peer: &Peer, why: &str) -> Flow {
    Flow { state: FlowState::Failing, last_error: Some(why.to_owned()), ..Flow::new(&peer.name, "process", &peer.url, "events") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peer_is_a_name_and_a_url() {
        let peer = Peer { name: "proxy".to_owned(), url: "http://127.0.0.1:9464".to_owned() };
        assert_eq!("proxy=http://127.0.0.1:9464/".parse(), Ok(peer));
        for bad in ["", "proxy", "=http://x", "a b=http://x", "proxy=127.0.0.1:1", &format!("{}=http://x", "x".repeat(65))] {
            assert!(bad.parse::<Peer>().is_err(), "{bad}");
        }
    }

    #[test]
    fn known_process_brings_its_queues_under_its_name() {
        let peer: Peer = "edge=http://x".parse().unwrap();
        let told = r#"{"Totals":{"Read":5,"Recorded":3,"Records":3,"Excluded":1,"Rejected":1,"Faulted":0},"NotReady":["full"],"More":1,
            "Flows":[{"Name":"journal","Kind":"queue","Detail":"","State":"ok","Unit":"exchanges","Waiting":7,"Sent":2,"Failed":0}]}"#;
        let rows = known(&peer, serde_json::from_str(told).unwrap());
        let named: Vec<_> = rows.iter().map(|row| (row.name.as_str(), &*row.kind, row.state, row.waiting, row.sent, row.failed)).collect();
        assert_eq!(named, [("edge", "process", FlowState::Failing, None, 4, 1), ("edge: journal", "queue", FlowState::Ok, Some(7), 2, 0)]);
        assert_eq!(rows[0].last_error.as_deref(), Some("full"));
    }
}

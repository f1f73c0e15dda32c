//! What stands in the way of the traffic: `actlog proxy`, with an upstream that does as it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use ureq::Agent;

use crate::program::Place;
use crate::server::Server;

/// Names of one table, as the upstream tells them.
const METADATA: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="Microsoft.Dynamics.CRM" Alias="mscrm" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EntityType Name="account"><Key><PropertyRef Name="accountid" /></Key><Property Name="accountid" Type="Edm.Guid" /></EntityType>
<EntityContainer Name="System"><EntitySet Name="accounts" EntityType="Microsoft.Dynamics.CRM.account" /></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>"#;

const SETTINGS: &str = "[exchange.organization]\nid = \"4b1d7c9e-2f60-4a83-9d15-7e3c08f2a6b4\"\n";

/// A record's address, by a number.
fn account(number: u32) -> String {
    format!("/api/data/v9.2/accounts(00000000-0000-4000-8000-{number:012})")
}

/// Answers everything with 204, and `$metadata` as it is told; remembers what was asked with which token.
struct Upstream {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Upstream {
    fn start(metadata: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let told = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let told = told.clone();
                std::thread::spawn(move || answer(&stream, metadata, &told));
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn answer(stream: &TcpStream, metadata: &str, asked: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if line == "\r\n" {
                break;
            }
            let (name, value) = line.split_once(':').unwrap_or((&line, ""));
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().ok()?;
            }
            if head.is_empty() || name.eq_ignore_ascii_case("authorization") {
                head.push_str(line.trim_end());
            }
        }
        reader.read_exact(&mut vec![0; length]).ok()?;
        let body = if head.contains("$metadata") { metadata } else { "" };
        let status = if head.contains("$metadata") && metadata.is_empty() { "401 Unauthorized" } else { "200 OK" };
        asked.lock().unwrap().push(head);
        write!(&mut &*stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).ok()?;
    }
}

fn proxy(place: &Place, upstream: &Upstream, arguments: &str) -> Server {
    Server::run(place, &format!("proxy --settings actlog.toml --listen 127.0.0.1:0 --upstream {} {arguments}", upstream.url))
}

fn delete(server: &Server, path: &str) -> u16 {
    let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
    agent.delete(format!("{}{path}", server.url)).call().unwrap().status().as_u16()
}

fn recorded(place: &Place) -> Vec<Value> {
    place.run("search --store audit.db --json -n 1000").ended(0).lines()
}

/// Waits until something is so.
#[track_caller]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..1_000 {
        if is_so() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("{what} did not come");
}

/// The address behind a word that a program said.
fn said(server: &Server, word: &str) -> String {
    let said = server.said();
    let at = said.find(word).unwrap_or_else(|| panic!("no {word} in {said}"));
    let url = said[at..].split("http://").nth(1).unwrap().split('/').next().unwrap();
    format!("http://{url}")
}

#[test]
fn proxy_without_an_organization_says_what_is_missing() {
    let place = Place::new();
    place.write("actlog.toml", "");
    let told = place.run("proxy --upstream http://127.0.0.1:1 --store audit.db").ended(2);
    assert!(told.err.contains("[exchange.organization] is missing"), "{}", told.err);
    for (section, error) in [
        ("organization = { id = \"x\" }\n", "actlog.toml:2: exchange.organization.id: "),
        ("organization = { id = \"x\" }\nfield = true\n", "actlog.toml:3: exchange.field: "),
    ] {
        place.write("actlog.toml", format!("[exchange]\n{section}"));
        for command in ["proxy --upstream http://127.0.0.1:1 --store audit.db", "settings check actlog.toml"] {
            let told = place.run(command).ended(2);
            assert!(told.err.contains(error), "{}", told.err);
        }
    }
    place.write("actlog.toml", SETTINGS);
    let nowhere = place.run("proxy --upstream http://127.0.0.1:1").ended(2);
    assert!(nowhere.err.contains("--store"), "{}", nowhere.err);
}

#[test]
fn settings_check_finds_what_is_wrong_with_a_draft_of_an_exchange() {
    let place = Place::new();
    place.write("actlog.toml", format!("{SETTINGS}[draft.exchange]\ntrusted-proxies = 2\n"));
    let told = place.run("settings check actlog.toml").ended(2);
    assert!(told.err.contains("draft.exchange.trusted-proxies: "), "{}", told.err);
    let schema: Value = serde_json::from_str(place.run("settings schema").ended(0).text()).unwrap();
    assert_eq!(schema["properties"]["exchange"]["properties"]["trusted-proxies"]["maximum"], 1);
}

#[cfg(unix)]
#[test]
fn proxy_names_tables_by_what_the_upstream_says_and_keeps_it_for_the_next_start() {
    let place = Place::new();
    place.write("actlog.toml", SETTINGS);
    place.write("token", "t0ken\n");
    let upstream = Upstream::start(METADATA);
    let server = proxy(&place, &upstream, "--store audit.db --ledger ledger.ndjson --metadata-token-file token --observe 127.0.0.1:0");
    assert_eq!((delete(&server, &account(1)), delete(&server, "/elsewhere")), (200, 200));
    until("the record", || !recorded(&place).is_empty());
    let observed = said(&server, "observed: ");
    let asked = |path: &str| server.agent.get(format!("{observed}{path}")).call().unwrap().body_mut().read_to_string().unwrap();
    assert_eq!((asked("/healthz").as_str(), asked("/readyz").contains("true")), ("ok\n", true));
    let metrics = asked("/metrics");
    for line in [
        "actlog_requests_total 2",
        "actlog_requests_taken_total{way=\"passed\"} 1",
        "actlog_requests_taken_total{way=\"journaled\"} 1",
        "actlog_events_total{outcome=\"recorded\"} 1",
        "actlog_exchange_findings_total{kind=\"no-identity\"} 1",
        "actlog_names_known 1",
    ] {
        assert!(metrics.contains(line), "no {line} in\n{metrics}");
    }
    server.stop();
    let asked: Vec<String> = upstream.asked().iter().map(|head| head.to_lowercase()).collect();
    assert!(asked.contains(&"get /api/data/v9.2/$metadata http/1.1authorization: bearer t0ken".to_owned()), "{asked:?}");

    let silent = Upstream::start("");
    let server = proxy(&place, &silent, "--store audit.db --ledger ledger.ndjson");
    server.wait_for("those from before go on");
    assert_eq!(delete(&server, &account(2)), 200);
    until("the second record", || recorded(&place).len() == 2);
    server.stop();
    assert!(recorded(&place).iter().all(|record| record["EntityName"] == "account" && record["Operation"] == "Delete"));
    let ledger: Vec<Value> = place.text("ledger.ndjson").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(ledger.iter().map(|line| line["Path"].as_str().unwrap().to_owned()).collect::<Vec<_>>(), [account(1), account(2)]);
    assert!(ledger.iter().all(|line| line["Status"] == 200 && line["Events"] == 1), "{ledger:?}");
}

#[cfg(unix)]
#[test]
fn proxy_keeps_in_its_journal_what_a_server_does_not_take_and_sends_it_later() {
    let place = Place::new();
    place.write("actlog.toml", SETTINGS);
    let token = place.run("token add ingester").ended(0).text().trim().to_owned();
    place.write("token", &token);
    let upstream = Upstream::start(METADATA);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = proxy(&place, &upstream, &format!("--to http://127.0.0.1:{port} --token-file token"));
    for number in 0..20 {
        assert_eq!(delete(&server, &account(number)), 200);
    }
    server.wait_for("exchanges cannot be recorded now; they stay in the journal");
    server.stop();

    let kept = Server::run(&place, &format!("serve --listen 127.0.0.1:{port} --store audit.db"));
    let server = proxy(&place, &upstream, &format!("--to http://127.0.0.1:{port} --token-file token"));
    until("the records", || recorded(&place).len() == 20);
    server.stop();
    kept.stop();
    let mut ids: Vec<_> = recorded(&place).iter().map(|record| record["EntityId"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20);
}

#[cfg(unix)]
#[test]
fn proxy_takes_settings_anew_and_goes_on_with_those_before_when_they_are_bad() {
    let place = Place::new();
    place.write("actlog.toml", SETTINGS);
    let upstream = Upstream::start(METADATA);
    let server = proxy(&place, &upstream, "--store audit.db --no-metadata");
    place.write("actlog.toml", SETTINGS.replace("4b1d", "nope"));
    server.wait_for("exchange.organization.id");
    assert_eq!(delete(&server, &account(1)), 200);
    until("a record", || recorded(&place).len() == 1);
    place.write("actlog.toml", SETTINGS.replace("4b1d", "5c2e"));
    until("the new organization", || {
        assert_eq!(delete(&server, &account(2)), 200);
        recorded(&place).iter().any(|record| record["OrganizationId"].as_str().unwrap().starts_with("5c2e"))
    });
    let first = recorded(&place).pop().unwrap();
    assert!(first["OrganizationId"].as_str().unwrap().starts_with("4b1d"), "{first}");
    server.stop();
}

#[test]
fn ext_proc_without_a_place_for_names_asks_for_one() {
    let place = Place::new();
    place.write("actlog.toml", SETTINGS);
    let told = place.run("ext-proc --store audit.db").ended(2);
    assert!(told.err.contains("--metadata-file"), "{}", told.err);
    let told = place.run("ext-proc --store audit.db --no-metadata --listen nowhere").ended(2);
    assert!(told.err.contains("unix:/run/actlog.sock"), "{}", told.err);
    let told = place.run("ext-proc --store audit.db --no-metadata --listen 0.0.0.0:0");
    assert!(told.code != Some(0) && told.err.contains("address of this machine only"), "{}", told.err);
}

#[cfg(unix)]
#[test]
fn serve_shows_a_proxy_that_it_is_told_of_and_that_it_has_gone() {
    let place = Place::new();
    place.write("actlog.toml", SETTINGS);
    let upstream = Upstream::start(METADATA);
    let proxy = proxy(&place, &upstream, "--store edge.db --no-metadata --observe 127.0.0.1:0");
    let server = Server::start(&place, &format!("--anonymous --peer edge={}", said(&proxy, "observed: ")));
    let shown = |name: &str| {
        let (status, operation) = server.get("/api/operation", None);
        assert_eq!(status, 200, "{operation}");
        operation["Flows"].as_array().unwrap().iter().find(|flow| flow["Name"] == name).cloned().unwrap_or_default()
    };
    assert_eq!((delete(&proxy, &account(1)), delete(&proxy, &account(2))), (200, 200));
    until("what the proxy did", || shown("edge")["Sent"] == 2);
    assert_eq!((&shown("edge")["Kind"], &shown("edge")["State"]), (&"process".into(), &"ok".into()));
    assert_eq!(shown("edge: journal")["State"], "ok", "its queue, under its name");
    let (_, metrics) = server.get("/metrics", None);
    let told = metrics.as_str().unwrap().lines().find(|line| line.starts_with("actlog_flow_sent_total{name=\"edge\",")).unwrap();
    assert!(told.ends_with(" 2"), "{told}");
    proxy.stop();
    until("that it has gone", || shown("edge")["State"] == "failing");
    assert!(shown("edge")["LastError"].as_str().is_some_and(|error| error.contains("refused")), "{}", shown("edge"));
}

//! `actlog serve` lets collectors pull, as from the Management Activity API.

use serde_json::Value;

use crate::program::{ORGANIZATION, Place, events};
use crate::server::Server;

const SETTINGS: &str = "[record]\nprofile = \"management-api\"\n";

/// Adds a collector: its id and secret.
fn add(place: &Place, name: &str) -> (String, String) {
    let told = place.run(&format!("collector add {name} --tenant {ORGANIZATION}")).ended(0);
    let value = |key: &str| told.text().lines().find_map(|line| line.strip_prefix(key)).unwrap().to_owned();
    (value("client_id="), value("client_secret="))
}

/// What asking for a token says.
fn login(server: &Server, (id, secret): &(String, String)) -> (u16, Value) {
    let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret), ("scope", "x/.default")];
    let mut answer = server.agent.post(format!("{}/{ORGANIZATION}/oauth2/v2.0/token", server.url)).send_form(form).unwrap();
    (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
}

fn token(server: &Server, known: &(String, String)) -> String {
    let (status, answer) = login(server, known);
    assert_eq!(status, 200, "{answer}");
    answer["access_token"].as_str().unwrap().to_owned()
}

fn ask(server: &Server, operation: &str, token: &str) -> (u16, Value) {
    server.get(&format!("/api/v1.0/{ORGANIZATION}/activity/feed/{operation}"), Some(token))
}

fn start(server: &Server, token: &str) -> u16 {
    let address = format!("{}/api/v1.0/{ORGANIZATION}/activity/feed/subscriptions/start?contentType=Audit.General", server.url);
    server.agent.post(address).header("Authorization", format!("Bearer {token}")).send_empty().unwrap().status().as_u16()
}

/// Every record that a collector is given now.
fn collected(server: &Server, token: &str) -> Vec<Value> {
    let (status, blobs) = ask(server, "subscriptions/content?contentType=Audit.General", token);
    assert_eq!(status, 200, "{blobs}");
    let blobs = blobs.as_array().unwrap().iter().map(|blob| {
        let path = blob["contentUri"].as_str().unwrap().strip_prefix(&server.url).unwrap().to_owned();
        let (status, records) = server.get(&path, Some(token));
        assert_eq!(status, 200, "{records}");
        records.as_array().unwrap().clone()
    });
    blobs.flatten().collect()
}

#[test]
fn collector_is_added_once_shown_without_its_secret_and_removed() {
    let place = Place::new();
    let (id, secret) = add(&place, "siem");
    let listed = place.run("collector list").ended(0);
    assert!(listed.text().contains("siem") && listed.text().contains(&id) && listed.text().contains(ORGANIZATION));
    assert!(!listed.text().contains(&secret) && !place.text("actlog-collectors.json").contains(&secret["actlog-".len()..]));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(place.path("actlog-collectors.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    for wrong in ["add siem --tenant 4b1d7c9e-2f60-4a83-9d15-7e3c08f2a6b4", "add other", "add other --tenant x", "remove other"] {
        place.run(&format!("collector {wrong}")).ended(2);
    }
    place.run("collector remove siem").ended(0);
    assert!(!place.run("collector list").ended(0).text().contains("siem"));
}

#[test]
fn collectors_pull_every_record_and_are_loaded_anew() {
    let place = Place::new();
    let siem = add(&place, "siem");
    place.write("actlog.toml", SETTINGS);
    let operator = place.run("token add operator").ended(0).text().trim().to_owned();
    let server = Server::start(&place, "--settings actlog.toml --collectors actlog-collectors.json");
    assert_eq!(server.post(&events(5), Some(&operator)).0, 200);
    assert_eq!(login(&server, &(siem.0.clone(), "wrong".to_owned())).0, 401);
    let token_of_siem = token(&server, &siem);
    assert_eq!(ask(&server, "subscriptions/list", &operator).0, 401, "a token of this server's own opens nothing here");
    assert_eq!(server.get("/api/search", Some(&token_of_siem)).0, 401, "and the other way round");
    assert_eq!(start(&server, &token_of_siem), 200);
    let found = (0..1_000).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        Some(collected(&server, &token_of_siem)).filter(|records| !records.is_empty())
    });
    let found = found.unwrap();
    assert!(found.len() == 5 && found.iter().all(|record| record["RecordType"] == 21), "{found:?}");
    // Whoever runs the program sees it.
    let (_, operation) = server.get("/api/operation", Some(&operator));
    let flows = operation["Flows"].as_array().unwrap();
    let flow = |kind: &str| flows.iter().find(|flow| flow["Kind"] == kind).unwrap();
    assert_eq!((&flow("feed")["Waiting"], &flow("feed")["Failed"]), (&0.into(), &0.into()), "{flows:?}");
    assert_eq!((&flow("collector")["Name"], &flow("collector")["State"]), (&"siem".into(), &"ok".into()), "{flows:?}");
    assert!(flow("collector")["Sent"].as_u64().unwrap() >= 1 && flow("collector")["LastSent"].is_string());
    let metrics = server.get("/metrics", Some(&operator)).1;
    for part in ["actlog_flow_sent_total{name=\"siem\",kind=\"collector\",", "route=\"/api/v1.0/{tenant}/activity/feed/audit/{content}\""] {
        assert!(metrics.as_str().unwrap().contains(part), "{part} in {metrics}");
    }
    // One that is added may ask at once; one that is removed may not any more, with the token that it has.
    let late = add(&place, "late");
    server.wait_for("collectors loaded anew");
    token(&server, &late);
    place.run("collector remove siem").ended(0);
    #[cfg(unix)]
    server.signal("HUP");
    let refused = (0..500).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        ask(&server, "subscriptions/list", &token_of_siem).0 == 401
    });
    assert!(refused);
    // A file that cannot be used changes nothing.
    place.write("actlog-collectors.json", "{");
    server.wait_for("the new collectors cannot be used, and those before go on");
    token(&server, &late);
    // Settings that collectors could not read are refused as a whole.
    place.write("actlog.toml", "[record]\nprofile = \"activity-logging\"\n");
    server.wait_for("record.profile: collectors can read \"management-api\" only");
    assert!(server.get("/api/settings", Some(&operator)).1["Text"].as_str().unwrap().contains("management-api"));
    assert!(!server.said().contains(&siem.1) && !server.said().contains(&token_of_siem));
}

#[test]
fn collectors_are_refused_where_they_could_read_nothing() {
    let place = Place::new();
    let serve = |more: &str| place.run(&format!("serve --anonymous --listen 127.0.0.1:0 --store audit.db {more}"));
    let told = serve("--collectors actlog-collectors.json").ended(2).err;
    assert!(told.contains("record.profile: collectors can read \"management-api\" only, and in the settings it is not set"), "{told}");
    place.write("actlog.toml", SETTINGS);
    let told = serve("--settings actlog.toml --collectors actlog-collectors.json").ended(2).err;
    assert!(told.contains("there is no collector in actlog-collectors.json"), "{told}");
    add(&place, "siem");
    serve("--feed-mixed").ended(2);
    let told = serve("--settings actlog.toml --collectors actlog-collectors.json --public-url nowhere").ended(2).err;
    assert!(told.contains("cannot be the public URL"), "{told}");
    // A store with records of the other profile: refused, unless the operator says that those may be left out.
    place.write("events.ndjson", events(3));
    place.run("run events.ndjson --store audit.db -o records.ndjson").ended(0);
    let told = serve("--settings actlog.toml --collectors actlog-collectors.json").ended(2).err;
    assert!(told.contains("profile = \"management-api\"") && told.contains("--feed-mixed"), "{told}");
    let server = Server::start(&place, "--anonymous --settings actlog.toml --collectors actlog-collectors.json --feed-mixed");
    assert_eq!(server.get("/healthz", None).0, 200);
}

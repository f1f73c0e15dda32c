//! `actlog serve` hands records on: to a receiver that fails in every way, and over restarts.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use crate::program::{Place, event, events};
use crate::receiver::{Does, Receiver};
use crate::server::Server;

/// Settings with one receiver. What fails is tried again at once.
fn settings(receiver: &Receiver, more: &str) -> String {
    let address = &receiver.address;
    format!(
        "[push.siem]\nendpoint = \"{address}/in?key=hidden\"\nprotocol = \"ndjson\"\ncompression = \"none\"\ntimeout-ms = 300\nretry-ms = 5\nmax-retry-ms = 20\n{more}\n"
    )
}

/// How a flow is, by its name.
fn flow(server: &Server, name: &str) -> Value {
    let (status, operation) = server.get("/api/operation", None);
    assert_eq!(status, 200, "{operation}");
    operation["Flows"].as_array().unwrap().iter().find(|flow| flow["Name"] == name).cloned().unwrap_or_default()
}

#[track_caller]
fn soon(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..1_500 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("{what}: waited in vain");
}

fn different(ids: &[String]) -> usize {
    ids.iter().collect::<BTreeSet<_>>().len()
}

#[test]
fn push_to_a_receiver_that_fails_in_turn_loses_nothing_and_holds_up_nothing() {
    let place = Place::new();
    let receiver = Receiver::new(&[
        Does::Status(500),
        Does::Hangs,
        Does::Resets,
        Does::Status(503),
        Does::Status(400),
        Does::Status(401),
        Does::Status(404),
        Does::Status(413),
        Does::TakesAndResets,
        Does::Status(429),
    ]);
    place.write("actlog.toml", settings(&receiver, ""));
    let server = Server::start(&place, "--anonymous --settings actlog.toml");
    for round in 0..5 {
        let sent: String = (1..=20).map(|id| event(round * 20 + id) + "\n").collect();
        assert_eq!(server.post(&sent, None).0, 200, "intake waits for nobody");
    }
    let ids = receiver.wait_for(100);
    assert!(ids.len() > 100, "what was taken without a word came again, with the same ids: {}", ids.len());
    soon("all is well", || flow(&server, "siem")["State"] == "ok" && flow(&server, "siem")["Waiting"] == 0);
    let flow = flow(&server, "siem");
    assert_eq!((&flow["Sent"], &flow["Failed"], &flow["Kind"]), (&100.into(), &0.into(), &"push".into()), "{flow}");
    assert!(flow.get("LastError").is_none() && flow["Detail"] == receiver.address.as_str(), "{flow}");
    let stored = place.run("search --store audit.db --json --parts --limit 1000").ended(0).lines();
    let stored: BTreeSet<&str> =
        stored.iter().filter(|record| record["ServiceName"] != "actlog").map(|record| record["Id"].as_str().unwrap()).collect();
    assert_eq!(ids.iter().map(String::as_str).collect::<BTreeSet<_>>(), stored);
    let metrics = server.get("/metrics", None).1;
    let labels = format!("{{name=\"siem\",kind=\"push\",detail=\"{}\"}}", receiver.address);
    for line in [
        format!("actlog_flow_sent_total{labels} 100"),
        format!("actlog_flow_ok{labels} 1.0"),
        "actlog_sink_seconds_count{name=\"siem\"}".to_owned(),
    ] {
        assert!(metrics.as_str().unwrap().contains(&line), "{line} in\n{metrics}");
    }
    // What may be a secret stands nowhere.
    assert!(!server.said().contains("hidden") && !metrics.as_str().unwrap().contains("hidden"));
}

#[test]
fn push_says_what_is_wrong_while_the_receiver_is_down_and_intake_is_ready() {
    let place = Place::new();
    let receiver = Receiver::new(&[]);
    receiver.does(Some(Does::Status(500)));
    place.write("actlog.toml", settings(&receiver, ""));
    let server = Server::start(&place, "--anonymous --settings actlog.toml");
    assert_eq!(server.post(&events(7), None).0, 200);
    soon("it is failing", || flow(&server, "siem")["State"] == "failing" && flow(&server, "siem")["Waiting"] == 7);
    let flow = flow(&server, "siem");
    assert_eq!((&flow["LastError"], &flow["Sent"]), (&"500 Internal Server Error: no".into(), &0.into()), "{flow}");
    assert!(flow["OldestAge"].as_f64().unwrap() >= 0.0);
    assert_eq!(server.get("/readyz", None).0, 200);
    receiver.does(None);
    assert_eq!(receiver.wait_for(7).len(), 7);
}

#[test]
#[cfg(unix)]
fn push_goes_on_where_it_was_after_a_kill_and_a_restart() {
    let place = Place::new();
    let receiver = Receiver::new(&[]);
    place.write("actlog.toml", settings(&receiver, "batch = 10"));
    let mut last = 0;
    for round in 0..4 {
        let server = Server::start(&place, "--anonymous --settings actlog.toml");
        let sent: String = (1..=60).map(|id| event(round * 60 + id) + "\n").collect();
        assert_eq!(server.post(&sent, None).0, 200);
        // Killed while it hands on, and the second time while the receiver is down.
        if round == 1 {
            receiver.does(Some(Does::Status(503)));
            std::thread::sleep(Duration::from_millis(200));
        } else {
            soon("something was taken", || receiver.ids().len() > last);
        }
        server.kill();
        receiver.does(None);
        last = receiver.ids().len();
    }
    let server = Server::start(&place, "--anonymous --settings actlog.toml");
    let ids = receiver.wait_for(240);
    soon("nothing waits", || flow(&server, "siem")["Waiting"] == 0);
    // At most what was on its way comes twice: a request each time.
    assert!(different(&ids) == 240 && ids.len() <= 240 + 5 * 10, "{} of {}", different(&ids), ids.len());
    let before = receiver.requests();
    server.stop();
    let server = Server::start(&place, "--anonymous --settings actlog.toml");
    soon("it knows where it is", || flow(&server, "siem")["Waiting"] == 0);
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(receiver.requests(), before, "nothing is sent again that was taken");
}

#[test]
fn push_is_set_anew_with_the_settings_and_kept_when_they_are_bad() {
    let place = Place::new();
    let (one, other) = (Receiver::new(&[]), Receiver::new(&[]));
    place.write("token", "Bearer s3cret\n");
    place.write("actlog.toml", settings(&one, "headers-file = { authorization = \"token\" }"));
    let server = Server::start(&place, "--anonymous --settings actlog.toml");
    assert_eq!(server.post(&event(1), None).0, 200);
    one.wait_for(1);
    assert!(one.headers()[0].contains("\r\nauthorization: bearer s3cret\r\n"), "{:?}", one.headers());
    place.write("actlog.toml", settings(&one, "headers-file = { authorization = \"missing\" }"));
    server.wait_for("those before go on");
    assert!(server.said().contains("actlog.toml:8: push.siem.headers-file: "), "{}", server.said());
    assert_eq!(server.post(&event(2), None).0, 200);
    one.wait_for(2);
    // Another address goes on where the name was; another name begins where it is told to.
    let second = settings(&other, "").replace("[push.siem]", "[push.new]") + "backlog = false\n";
    place.write("actlog.toml", settings(&other, "form = \"ocsf\"").replace("/in", "/x") + &second);
    soon("the new one is there", || !flow(&server, "new").is_null() && flow(&server, "new")["Waiting"] == 0);
    assert_eq!(server.post(&event(3), None).0, 200);
    soon("both took the third", || other.taken().len() >= 2);
    let taken = other.taken();
    assert_eq!(taken.len(), 2, "{taken:?}");
    assert!(
        taken.iter().any(|event| event["class_uid"] == 6003) && taken.iter().any(|record| record["Message"] == "Retrieve"),
        "{taken:?}"
    );
    assert_eq!(one.ids().len(), 2);
    assert!(!server.said().contains("s3cret"));
}

#[test]
fn push_to_what_cannot_be_is_refused_at_the_start() {
    let place = Place::new();
    for (settings, told) in [
        ("[push.siem]\nendpoint = \"ftp://a\"\n", "actlog.toml:2: push.siem.endpoint: must be a URL"),
        ("[push.siem]\nendpoint = \"http://a\"\nheaders-file = { a = \"missing\" }\n", "actlog.toml:3: push.siem.headers-file: "),
        ("[push.SIEM]\nendpoint = \"http://a\"\n", "actlog.toml:1: push.SIEM: a name has"),
    ] {
        place.write("actlog.toml", settings);
        let ran = place.run("serve --anonymous --listen 127.0.0.1:0 --store audit.db --settings actlog.toml").ended(2);
        assert!(ran.err.contains(told), "{}", ran.err);
    }
    // A store that is not the one whose cursors these are.
    place.write("actlog.toml", "");
    place.run("serve --anonymous --listen 127.0.0.1:0 --store audit.db --settings nosuch.toml").ended(1);
    place.write("audit.db.push", r#"{"store":"4b1d7c9e-2f60-4a83-9d15-7e3c08f2a6b4","passed":{"siem":1}}"#);
    #[cfg(unix)]
    std::fs::set_permissions(place.path("audit.db.push"), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let ran = place.run("serve --anonymous --listen 127.0.0.1:0 --store audit.db").ended(1);
    assert!(ran.err.contains("belongs to store"), "{}", ran.err);
}

#[test]
fn search_gives_ocsf_events() {
    let place = Place::new();
    place.write("events.ndjson", events(3));
    place.run("run events.ndjson --store actlog.db -o records.ndjson").ended(0);
    let found = place.run("search --ocsf").ended(0).lines();
    let mut uids: Vec<&str> = found.iter().map(|event| event["metadata"]["uid"].as_str().unwrap()).collect();
    let records = place.text("records.ndjson");
    let mut ids: Vec<String> =
        crate::program::json_lines(&records).iter().map(|record| record["Id"].as_str().unwrap().to_owned()).collect();
    uids.sort_unstable();
    ids.sort_unstable();
    assert_eq!(uids, ids);
    assert!(found.iter().all(|event| event["class_uid"] == 6003 && event["activity_name"] == "Read"));
    place.run("search --ocsf --csv").ended(2);
}

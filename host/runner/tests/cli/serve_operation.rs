//! `actlog serve` for those who run it: is it alive, is it ready, what does it count, and new settings without a restart.

use std::time::Duration;

use serde_json::{Value, json};

use crate::program::{Place, event, events, excluded};
use crate::server::Server;

/// The value of a metric, with its labels as they are written.
fn metric(text: &str, name: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

#[test]
fn serve_counts_every_outcome_reason_and_latency_for_those_who_may() {
    let place = Place::new();
    let [auditor, operator, monitor] =
        ["auditor", "operator", "monitor"].map(|role| place.run(&format!("token add {role}")).ended(0).text().trim().to_owned());
    let server = Server::start(&place, "");
    let sent = format!("{}\n{}\n{}\n{{\"Message\":\"Retrieve\"}}\n{{", event(1), event(2), excluded());
    assert_eq!(server.post(&sent, Some(&operator)).0, 400);
    for (token, status) in [(None, 401), (Some(&auditor), 403), (Some(&monitor), 200), (Some(&operator), 200)] {
        assert_eq!(server.get("/metrics", token.map(String::as_str)).0, status, "{token:?}");
    }
    assert_eq!(server.get("/api/search", Some(&monitor)).0, 403);
    assert_eq!(server.post(&event(3), Some(&monitor)).0, 403);
    let (_, text) = server.get("/metrics", Some(&monitor));
    let text = text.as_str().unwrap();
    for (name, value) in [
        ("actlog_events_read_total", 5.0),
        ("actlog_events_total{outcome=\"recorded\"}", 2.0),
        ("actlog_events_total{outcome=\"excluded\"}", 1.0),
        ("actlog_events_total{outcome=\"rejected\"}", 2.0),
        ("actlog_events_total{outcome=\"faulted\"}", 0.0),
        ("actlog_events_by_reason_total{outcome=\"excluded\",reason=\"excluded-message\"}", 1.0),
        ("actlog_events_by_reason_total{outcome=\"rejected\",reason=\"missing-key\"}", 1.0),
        ("actlog_events_by_reason_total{outcome=\"rejected\",reason=\"not-json\"}", 1.0),
        ("actlog_flow_waiting{name=\"store\",kind=\"queue\",detail=\"requests that wait for the disk\"}", 0.0),
        ("actlog_flow_limit{name=\"store\",kind=\"queue\",detail=\"requests that wait for the disk\"}", 256.0),
        ("actlog_flow_sent_total{name=\"store\",kind=\"queue\",detail=\"requests that wait for the disk\"}", 1.0),
        ("actlog_flow_failed_total{name=\"store\",kind=\"queue\",detail=\"requests that wait for the disk\"}", 0.0),
        ("actlog_store_records", 2.0),
        ("actlog_ready", 1.0),
        ("actlog_store_commit_seconds_count{name=\"commit\"}", 1.0),
        ("actlog_intake_seconds_count{name=\"http\"}", 1.0),
        ("actlog_answer_seconds_count{route=\"/events\",method=\"POST\",status=\"400\"}", 1.0),
        ("actlog_answer_seconds_count{route=\"/events\",method=\"POST\",status=\"403\"}", 1.0),
    ] {
        assert_eq!(metric(text, name), Some(value), "{name} in\n{text}");
    }
    assert!(text.ends_with("# EOF\n"));
    // The same as the page has it.
    for (token, status) in [(Some(&auditor), 403), (Some(&monitor), 200), (Some(&operator), 200)] {
        assert_eq!(server.get("/api/operation", token.map(String::as_str)).0, status, "{token:?}");
    }
    let (_, operation) = server.get("/api/operation", Some(&monitor));
    let reasons: Vec<_> = operation["Reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["Outcome"].clone(), it["Reason"].clone(), it["Events"].clone()))
        .collect();
    assert!(reasons.contains(&("rejected".into(), "missing-key".into(), 1.into())) && reasons.len() == 3, "{operation}");
    assert_eq!((&operation["Flows"][0]["Name"], &operation["Flows"][0]["Limit"]), (&"store".into(), &256.into()));
    assert_eq!((&operation["Latencies"][0]["Kind"], &operation["Latencies"][0]["Count"]), (&"intake".into(), &1.into()));
    assert_eq!(operation["Totals"]["Read"], 5);
    // A token never shows, wherever one looks.
    assert!(!text.contains("actlog-") && !server.said().contains(&operator));
}

#[test]
fn serve_is_ready_until_it_cannot_commit_or_is_about_to_end() {
    let place = Place::new();
    let server = Server::start(&place, "--anonymous --max-store-bytes 256K --drain-seconds 3");
    assert_eq!(server.get("/healthz", None), (200, Value::String("ok\n".to_owned())));
    assert_eq!(server.get("/readyz", None), (200, json!({"Ready": true, "Reasons": []})));
    assert!((1..100).any(|_| server.post(&events(200).replace("00000000-0000-4000", &fresh()), None).0 == 503));
    let (status, answer) = server.get("/readyz", None);
    assert_eq!((status, &answer["Ready"]), (503, &false.into()));
    assert!(answer["Reasons"][0].as_str().unwrap().starts_with("the last commit failed: the disk is full"), "{answer}");
    drop(server);
    #[cfg(unix)]
    {
        let server = Server::start(&place, "--anonymous --drain-seconds 3");
        server.signal("TERM");
        let draining = (0..100).any(|_| {
            std::thread::sleep(Duration::from_millis(20));
            server.get("/readyz", None) == (503, json!({"Ready": false, "Reasons": ["it is about to end"]}))
        });
        assert!(draining);
        assert_eq!((server.get("/healthz", None).0, server.post(&event(1), None).0), (200, 200));
        server.ends();
    }
}

/// Another beginning of event ids on each call.
fn fresh() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static TURN: AtomicU32 = AtomicU32::new(1);
    format!("{:08x}-0000-4000", TURN.fetch_add(1, Ordering::Relaxed))
}

#[test]
fn serve_loads_settings_and_tokens_anew_and_keeps_those_before_when_they_are_bad() {
    let place = Place::new();
    let operator = place.run("token add operator").ended(0).text().trim().to_owned();
    place.write("actlog.toml", "");
    let server = Server::start(&place, "--settings actlog.toml");
    let send = || server.post(&event(1), Some(&operator)).1;
    assert_eq!(send()["Recorded"], 1);
    place.write("actlog.toml", "[auditing]\nread = false\n[review]\nretention-days = 30\n");
    server.wait_for("the settings list no rules any more");
    assert_eq!(send()["Excluded"], 1);
    assert_eq!(server.get("/api/settings", Some(&operator)).1["RetentionDays"], 30);
    // Bad settings are told with their line, and change nothing: not even what is good of them.
    place.write("actlog.toml", "[auditing]\nread = true\n[review]\nretention-days = 0\n");
    server.wait_for("those before go on");
    assert!(server.said().contains("actlog.toml:4: review.retention-days"), "{}", server.said());
    assert_eq!(send()["Excluded"], 1);
    // Somebody who is given a token may ask at once; who loses it may not.
    let auditor = place.run("token add auditor").ended(0).text().trim().to_owned();
    let soon = |token: &str, status: u16| {
        (0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(20));
            server.get("/api/me", Some(token)).0 == status
        })
    };
    assert!(soon(&auditor, 200));
    place.run("token remove auditor").ended(0);
    #[cfg(unix)]
    server.signal("HUP");
    assert!(soon(&auditor, 401));
}

#[test]
fn serve_logs_json_where_it_is_asked_for() {
    let place = Place::new();
    let operator = place.run("token add operator").ended(0).text().trim().to_owned();
    let server = Server::start(&place, "--log json");
    place.run("token add ingester").ended(0);
    server.wait_for("tokens loaded anew");
    let line = server.said().lines().find(|line| line.contains("tokens loaded anew")).unwrap().to_owned();
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&line["level"], &line["fields"]["tokens"]), (&"INFO".into(), &2.into()));
    assert!(!server.said().contains(&operator));
}

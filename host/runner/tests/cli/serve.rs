//! `actlog serve`: who may do what, what is answered, and that what is acknowledged stays.

use std::time::Duration;

use serde_json::Value;

use crate::program::{ORGANIZATION, Place, event, events};
use crate::server::Server;

fn token(place: &Place, role: &str) -> String {
    place.run(&format!("token add {role}")).ended(0).text().trim().to_owned()
}

#[test]
fn serve_without_anybody_who_may_ask_is_refused() {
    let place = Place::new();
    let told = place.run("serve --listen 127.0.0.1:0").ended(2).err;
    assert!(told.contains("actlog token add") && told.contains("--anonymous"), "{told}");
    let told = place.run("serve --listen 0.0.0.0:0 --anonymous").ended(2).err;
    assert!(told.contains("loopback only"), "{told}");
}

#[test]
fn serve_lets_each_role_do_what_it_may() {
    let place = Place::new();
    let [auditor, operator, ingester] = ["auditor", "operator", "ingester"].map(|role| token(&place, role));
    let server = Server::start(&place, "");
    let search = |token: Option<&str>| server.get("/api/search?User=anna", token).0;
    let send = |token: Option<&str>| server.post(&event(1), token).0;
    for (token, searched, sent) in [
        (None, 401, 401),
        (Some("actlog-wrong"), 401, 401),
        (Some(auditor.as_str()), 200, 403),
        (Some(operator.as_str()), 200, 200),
        (Some(ingester.as_str()), 403, 200),
    ] {
        assert_eq!((search(token), send(token)), (searched, sent), "{token:?}");
    }
    assert_eq!(server.get("/api/settings", Some(&auditor)).0, 403);
    assert_eq!(server.get("/api/settings", Some(&operator)).0, 200);
    assert_eq!(server.get("/api/counts", Some(&ingester)).0, 403);
    // The page itself asks for nothing.
    assert_eq!(server.get("/", None).0, 200);
}

#[test]
fn serve_answers_what_became_of_events_and_names_bad_ones() {
    let place = Place::new();
    let server = Server::start(&place, "--anonymous");
    let (status, answer) = server.post(&events(3), None);
    assert_eq!((status, &answer["Read"], &answer["Recorded"]), (200, &3.into(), &3.into()));
    let (status, answer) = server.post(&format!("{}\n{{\"Message\":\"Retrieve\"}}\n{{", event(4)), None);
    assert_eq!((status, &answer["Recorded"], &answer["Rejected"]), (400, &1.into(), &2.into()), "{answer}");
    let reasons: Vec<_> = answer["Unusable"].as_array().unwrap().iter().map(|it| (it["Line"].clone(), it["Reason"].clone())).collect();
    assert!(reasons.contains(&(2.into(), "missing-key".into())) && reasons.contains(&(3.into(), "not-json".into())), "{answer}");
    // The good one is kept, the bad ones are in the file of dead letters.
    assert_eq!(server.get("/api/search", None).1["Rows"].as_array().unwrap().len(), 4);
    assert!(place.text("audit.db.dead").contains("{\"Message\":\"Retrieve\"}"));
    // What Dataverse's webhook posts is one value, laid out as it likes.
    let context =
        format!("{{\n \"MessageName\": \"Update\",\n \"OrganizationId\": \"{ORGANIZATION}\",\n \"PrimaryEntityName\": \"account\"\n}}");
    assert_eq!(server.post(&context, None).0, 200);
}

#[test]
fn serve_refuses_what_is_too_large() {
    let place = Place::new();
    let server = Server::start(&place, "--anonymous --max-body-bytes 64K");
    // The answer arrives though more is on its way than is read, and the connection is not used again.
    let too_large = events(10_000);
    for _ in 0..20 {
        let (status, answer) = server.post(&too_large, None);
        assert_eq!((status, &answer["Reason"]), (413, &"too-large".into()));
        assert_eq!(server.post(&events(10), None).0, 200);
    }
}

#[test]
fn serve_records_what_is_asked_before_it_answers() {
    let place = Place::new();
    let server = Server::start(&place, "--anonymous");
    server.post(&events(3), None);
    assert_eq!(server.get("/api/search?Message=Retrieve", None).1["Rows"].as_array().unwrap().len(), 3);
    let source = server.get("/api/search?Entity=account", None).1["Rows"][0]["Source"].as_str().unwrap().to_owned();
    assert_eq!(server.get(&format!("/api/records/{source}"), None).0, 200);
    assert_eq!(server.get("/api/export?Format=csv", None).0, 200);
    let asked = server.get("/api/search?Entity=audit", None).1;
    let messages: Vec<_> = asked["Rows"].as_array().unwrap().iter().map(|row| row["Message"].as_str().unwrap().to_owned()).collect();
    assert_eq!(messages.iter().filter(|message| *message == "RetrieveMultiple").count(), 3, "{messages:?}");
    assert_eq!(asked["Count"], serde_json::json!({"Found": messages.len(), "Exact": true}));
    assert!(messages.contains(&"Retrieve".to_owned()) && messages.contains(&"ExportToExcel".to_owned()), "{messages:?}");
}

#[test]
fn serve_exports_everything_that_is_found_in_one_file() {
    let place = Place::new();
    let server = Server::start(&place, "--anonymous");
    server.post(&events(1_234), None);
    let export = |format: &str| server.get(&format!("/api/export?Format={format}&Message=Retrieve&Entity=account"), None).1;
    let csv = export("csv");
    let lines: Vec<&str> = csv.as_str().unwrap().lines().collect();
    assert_eq!((lines.len(), lines.iter().filter(|line| line.starts_with("CreationTime,")).count()), (1_235, 1));
    assert_eq!(export("json").as_str().unwrap().lines().count(), 1_234);
    assert_eq!(server.get("/api/export?Format=xml", None).0, 400);
}

#[test]
fn serve_with_search_turned_off_takes_events_and_answers_no_questions() {
    let place = Place::new();
    place.write("actlog.toml", "[review]\nsearch = false\n");
    let server = Server::start(&place, "--anonymous --settings actlog.toml");
    assert_eq!(server.post(&events(3), None).0, 200);
    let (status, answer) = server.get("/api/search", None);
    assert_eq!((status, &answer["Reason"]), (403, &"search-off".into()));
    assert_eq!(server.get("/api/counts", None).1["Stored"], 3);
}

#[test]
#[cfg(unix)]
fn serve_that_is_stopped_seals_what_it_took() {
    let place = Place::new();
    let server = Server::start(&place, "--anonymous");
    server.post(&events(5), None);
    server.stop();
    let json: Value = serde_json::from_str(place.run("verify --store audit.db --json").ended(0).text()).unwrap();
    assert_eq!((&json["sealed"], &json["unsealed"]), (&5.into(), &0.into()));
    // A record tells its seal.
    let server = Server::start(&place, "--anonymous");
    let source = server.get("/api/search", None).1["Rows"][0]["Source"].as_str().unwrap().to_owned();
    assert_eq!(server.get(&format!("/api/records/{source}"), None).1["Seal"]["Number"], 1);
    server.post(&event(6), None);
    let asked = server.get("/api/search?RecordId=0a0d8709-711e-e811-a952-000000000006", None).1;
    let source = asked["Rows"][0]["Source"].as_str().unwrap();
    assert_eq!(server.get(&format!("/api/records/{source}"), None).1["Seal"], Value::Null);
}

/// `ACTLOG_KILLS` says how often, instead of 8.
#[test]
fn serve_that_is_killed_keeps_all_that_it_acknowledged_once() {
    let place = Place::new();
    let kills = std::env::var("ACTLOG_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(8u64);
    let mut acknowledged = 0;
    for round in 0..kills {
        let server = Server::start(&place, "--anonymous");
        let (agent, url) = (server.agent.clone(), format!("{}/events", server.url));
        let sender = std::thread::spawn(move || {
            let mut sent = acknowledged;
            loop {
                // Every second request is sent twice: a replay must not stand twice.
                for _ in 0..2 {
                    match agent.post(&url).send(event(sent + 1)) {
                        Ok(response) if response.status().as_u16() == 200 => {}
                        _ => return sent,
                    }
                }
                sent += 1;
            }
        });
        std::thread::sleep(Duration::from_millis(40 + 37 * round % 311));
        drop(server);
        acknowledged = sender.join().unwrap();
    }
    assert!(u64::from(acknowledged) > kills, "{acknowledged} were acknowledged");
    let found = place.run("search --store audit.db --json").ended(0).lines();
    let mut ids: Vec<String> = found.iter().map(|record| record["EventId"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count, "records stand twice");
    let expected = |id: u32| format!("00000000-0000-4000-8000-{id:012}");
    assert!((1..=acknowledged).all(|id| ids.contains(&expected(id))), "of {acknowledged} acknowledged, {count} are there");
    assert!(count as u64 <= u64::from(acknowledged) + kills, "at most one of each round was not acknowledged");
    place.run("verify --store audit.db").ended(0);
}

#[test]
fn playground_is_served_and_written_with_the_same_files_and_needs_no_connection() {
    let place = Place::new();
    let told = place.run("playground --output site").ended(0).err;
    assert!(told.contains("index.html"), "{told}");
    let server = Server::start(&place, "--anonymous");
    let page = server.agent.get(format!("{}/playground/", server.url)).call().unwrap();
    let policy = page.headers()["Content-Security-Policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("wasm-unsafe-eval") && !policy.contains("connect-src"), "{policy}");
    let names: Vec<String> =
        std::fs::read_dir(place.path("site")).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        let served = server.get(&format!("/playground/{name}"), None).1;
        assert_eq!(served.as_str().map(str::as_bytes), Some(place.read(&format!("site/{name}")).as_slice()), "{name}");
    }
    // The review page's own policy does not change for it.
    let page = server.agent.get(format!("{}/", server.url)).call().unwrap();
    assert!(!page.headers()["Content-Security-Policy"].to_str().unwrap().contains("wasm"));
}

//! What is wrong with events in the wild: each is rejected with its place and kept byte for byte, or recorded where it is
//! legal, and the next event is unharmed.

use std::io::Write;
use std::process::Stdio;

use crate::program::{ORGANIZATION, Place, event};

/// What an event with this further member gives, between two good ones.
fn with(member: &[u8]) -> Vec<u8> {
    let mut event = format!(r#"{{"Message":"Update","OrganizationId":"{ORGANIZATION}","EntityName":"account","#).into_bytes();
    event.extend_from_slice(member);
    event.push(b'}');
    event
}

#[test]
fn run_each_bad_event_is_rejected_and_kept_and_its_neighbours_are_recorded() {
    let fields = |value: &str| with(format!(r#""Fields":[{{"Name":"a","Value":{value}}}]"#).as_bytes());
    let query = |xml: &str| with(format!(r#""Query":{}"#, serde_json::to_string(xml).unwrap()).as_bytes());
    let levels = 100_000;
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("truncated JSON", with(b"")[..40].to_vec(), "not-json"),
        ("truncated in a string", b"{\"Message\":\"Ret".to_vec(), "not-json"),
        ("invalid UTF-8", with(b"\"EventId\":\"\xc3\x28\""), "not-utf8"),
        ("NUL", with(b"\"EventId\":\"\0\""), "not-json"),
        ("NUL between values", with(b"\0\"EventId\":\"x\""), "not-json"),
        ("duplicate keys", with(b"\"Message\":\"Create\""), "duplicate-key"),
        ("no message", format!(r#"{{"OrganizationId":"{ORGANIZATION}"}}"#).into_bytes(), "missing-key"),
        ("a bad GUID", with(b"\"EntityId\":\"0a0d8709\""), "bad-value"),
        ("a number", b"42".to_vec(), "not-json"),
        ("garbage", b"<html>502 Bad Gateway</html>".to_vec(), "not-json"),
        ("100,000 levels of arrays", fields(&format!("{}{}", "[".repeat(levels), "]".repeat(levels))), "too-deep"),
        ("100,000 levels of objects", "{\"a\":".repeat(levels).into_bytes(), "too-deep"),
        ("a DOCTYPE", query("<!DOCTYPE fetch SYSTEM \"http://example.org/x\"><fetch><filter/></fetch>"), "bad-query"),
        ("entities", query("<!DOCTYPE f [<!ENTITY a \"x\"><!ENTITY b \"&a;&a;\">]><fetch><filter>&b;</filter></fetch>"), "bad-query"),
        ("an undeclared entity", query("<fetch><filter><condition attribute=\"&all;\" /></filter></fetch>"), "bad-query"),
        ("100,000 levels of FetchXML", query(&format!("<fetch>{}", "<filter>".repeat(levels))), "bad-query"),
    ];
    for (name, bad, reason) in cases {
        let place = Place::new();
        let input = [event(1).as_bytes(), b"\n", &bad, b"\n", event(2).as_bytes(), b"\n"].concat();
        place.write("in.json", input);
        let ran = place.run("run in.json --rejects r.dead --summary json").ended(0);
        assert_eq!(ran.account(), [3, 2, 0, 1, 0], "{name}: {}", ran.err);
        let told = ran.err.lines().next().unwrap();
        assert!(told.starts_with("in.json:2:") && told.contains(&format!(": {reason}")), "{name}: {told}");
        let dead = place.read("r.dead");
        let body = dead.iter().position(|&byte| byte == b'\n').unwrap() + 1;
        assert!(dead[body..dead.len() - 1] == bad, "{name}");
        let ids: Vec<_> = ran.lines().iter().map(|record| record["EventId"].as_str().unwrap()[35..].to_owned()).collect();
        assert_eq!(ids, ["1", "2"], "{name}");
    }
}

#[test]
fn run_what_is_odd_but_legal_is_recorded() {
    let fields = |value: &str| with(format!(r#""Fields":[{{"Name":"a","Value":{value}}}]"#).as_bytes());
    for (name, odd) in [
        ("a lone surrogate", fields(r#""\ud83d""#)),
        ("1e400", fields("1e400")),
        ("a byte-order mark", [b"\xef\xbb\xbf", with(b"\"EventId\":\"x\"").as_slice()].concat()),
        ("a large number", fields(&"9".repeat(400))),
        ("carriage returns", with(b"\r\"EventId\"\r:\r\"x\"\r")),
        ("braces in a string", fields(r#""}{\"}\n{""#)),
    ] {
        let place = Place::new();
        let input = [event(1).as_bytes(), b"\n", &odd, b"\n", event(2).as_bytes(), b"\n"].concat();
        let ran = place.feed("run --summary json", input).ended(0);
        assert_eq!(ran.account(), [3, 3, 0, 0, 0], "{name}: {}", ran.err);
    }
}

/// 100 MB in one event, in two layouts: it goes into the rejects file byte for byte and never into memory.
#[test]
#[cfg(target_os = "linux")]
fn run_a_giant_event_is_kept_without_being_held() {
    let lines = 100_000;
    for (name, open, line, close) in [
        ("one line", "{\"Message\":\"Create\",\"Blob\":\"", "x".repeat(1_000), "\"}"),
        ("pretty", "{\n\"Message\": \"Create\",\n\"List\": [0", format!(",\n{{\"a\": \"{}\"}}", "y".repeat(988)), "\n]\n}"),
    ] {
        let place = Place::new();
        let mut child = place.command();
        child.args(["run", "--rejects", "r.dead", "--summary", "json"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(format!("{}\n{open}", event(1)).as_bytes()).unwrap();
        for _ in 0..lines {
            stdin.write_all(line.as_bytes()).unwrap();
        }
        stdin.write_all(format!("{close}\n{}\n", event(2)).as_bytes()).unwrap();
        // The rest of the event is read by now, but the program still runs.
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        drop(stdin);
        let ran = crate::program::Ran::from(child.wait_with_output().unwrap()).ended(0);
        assert_eq!(ran.account(), [3, 2, 0, 1, 0], "{name}: {}", ran.err);
        assert!(ran.err.contains("standard input:2:1: too-large: "), "{name}: {}", ran.err);
        let dead = place.read("r.dead");
        let body = dead.iter().position(|&byte| byte == b'\n').unwrap() + 1;
        let expected = open.len() + lines * line.len() + close.len();
        assert_eq!(dead.len(), body + expected + 1, "{name}");
        assert!(dead[body..].starts_with(open.as_bytes()) && dead.ends_with(format!("{close}\n").as_bytes()));
        let peak = status
            .lines()
            .find(|line| line.starts_with("VmHWM:"))
            .and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok())
            .unwrap();
        assert!(peak < 200_000, "{name}: {peak} KiB at most");
    }
}

#[test]
fn run_max_event_bytes_is_obeyed() {
    let place = Place::new();
    let one = event(1);
    let at = format!("run --summary json --max-event-bytes {}", one.len());
    assert_eq!(place.feed(&at, &one).ended(0).account(), [1, 1, 0, 0, 0]);
    let under = format!("run --summary json --max-event-bytes {}", one.len() - 1);
    let ran = place.feed(&under, format!("{one}\n{one}")).ended(0);
    assert_eq!(ran.account(), [2, 0, 0, 2, 0]);
    assert_eq!(ran.summary()["RejectedByReason"][0]["Reason"], "too-large");
}

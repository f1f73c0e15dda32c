//! `actlog run`: what goes in, what comes out, what it says.

use std::io::Write;

use crate::program::{Place, event, events, excluded, json_lines};

#[test]
fn run_each_layout_and_compression_gives_the_same_records() {
    let place = Place::new();
    let list: Vec<String> = (1..=3).map(event).collect();
    let pretty = |event: &String| format!("{:#}", serde_json::from_str::<serde_json::Value>(event).unwrap());
    let lines = list.join("\n");
    place.write("lines", &lines);
    let expected = place.run("run lines").ended(0).out;
    assert_eq!(json_lines(std::str::from_utf8(&expected).unwrap()).len(), 3);
    let gzip = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let inputs = [
        list.iter().map(pretty).collect::<Vec<_>>().join("\n").into_bytes(),
        format!("[{}]", list.join(",")).into_bytes(),
        format!("[\n  {}\n]\n", list.iter().map(pretty).collect::<Vec<_>>().join(",\n")).into_bytes(),
        list.concat().into_bytes(),
        format!("\u{feff}{}\r\n", list.join("\r\n")).into_bytes(),
        [gzip(&list[0]), gzip(&format!("\n{}\n", list[1])), gzip(&list[2])].concat(),
        zstd::encode_all(lines.as_bytes(), 3).unwrap(),
    ];
    for input in inputs {
        place.write("input", &input);
        assert_eq!(place.run("run input").ended(0).out, expected, "{}", String::from_utf8_lossy(&input));
        assert_eq!(place.feed("run -", &input).ended(0).out, expected);
    }
}

#[test]
fn run_several_inputs_reads_them_in_order() {
    let place = Place::new();
    place.write("a", event(1));
    place.write("b", event(3));
    let ran = place.feed("run a - b --summary json", event(2)).ended(0);
    let ids: Vec<_> = ran.lines().iter().map(|record| record["EventId"].as_str().unwrap()[35..].to_owned()).collect();
    assert_eq!(ids, ["1", "2", "3"]);
}

#[test]
fn run_any_number_of_jobs_gives_the_same_bytes() {
    let place = Place::new();
    place.run("generate -n 2000 --seed 5").ended(0);
    let input = place.run("generate -n 2000 --seed 5").ended(0).out;
    place.write("input", input);
    let one = place.run("run input --jobs 1 --summary json").ended(0);
    let eight = place.run("run input --jobs 8 --summary json").ended(0);
    assert!(one.out == eight.out && !one.out.is_empty());
    assert_eq!(one.account(), eight.account());
}

#[test]
fn run_summary_accounts_for_every_event() {
    let place = Place::new();
    let input = format!("{}{}\n{}\nnull\n{{\"Message\":5}}\n", events(5), excluded(), excluded());
    let ran = place.feed("run --summary json", &input).ended(0);
    assert_eq!(ran.account(), [9, 5, 2, 2, 0]);
    let summary = ran.summary();
    assert_eq!(summary["ExcludedByReason"][0], serde_json::json!({"Reason": "excluded-message", "Count": 2}));
    assert_eq!(summary["RejectedByReason"].as_array().unwrap().len(), 2);
    let table = place.feed("run", &input).ended(0);
    for line in ["read                9", "recorded            5", "  excluded-message  2", "every event is accounted for in "] {
        assert!(table.err.contains(line), "{}", table.err);
    }
    assert!(!place.feed("run --summary none", events(2)).ended(0).err.contains("read"));
}

#[test]
fn run_strict_with_rejects_ends_with_3() {
    let place = Place::new();
    place.feed("run --strict", events(2)).ended(0);
    let ran = place.feed("run --strict", format!("{}oops\n", events(2))).ended(3);
    assert_eq!(ran.lines().len(), 2);
}

#[test]
fn run_rejections_are_told_with_line_column_place_and_reason() {
    let place = Place::new();
    let bad = event(2).replace("\"account\"", "5");
    place.write("events.json", format!("{}\n{bad}\n{{\n  \"Message\": \"x\"\n  \"y\": 1\n}}\n{}\n", event(1), event(3)));
    let ran = place.run("run events.json --summary json").ended(0);
    assert_eq!(ran.account(), [4, 2, 0, 2, 0]);
    let told: Vec<&str> = ran.err.lines().collect();
    assert!(told[0].starts_with(&format!("events.json:2:{}: wrong-type at EntityName: ", bad.find(":5").unwrap() + 2)), "{}", told[0]);
    assert_eq!(told[1], "events.json:5:3: not-json: expected ',' or '}'");
    assert!(told[2].contains("--rejects FILE"), "{}", told[2]);
}

#[test]
fn run_many_rejections_are_told_in_part() {
    let place = Place::new();
    let ran = place.feed("run --rejects r.dead", "oops\n".repeat(1_234)).ended(0);
    assert_eq!(ran.err.lines().filter(|line| line.starts_with("standard input:")).count(), 10);
    assert!(ran.err.contains("and 1,224 more, in r.dead"), "{}", ran.err);
}

#[test]
fn run_hostile_text_does_not_reach_the_terminal() {
    let place = Place::new();
    let ran = place.feed("run", "{\"Message\":\"x\",\"OrganizationId\":\"\u{1b}[2J\u{202e}\"}\n{\"\u{1b}]0;x\":1}\n").ended(0);
    assert!(!ran.err.contains(['\u{1b}', '\u{202e}']), "{:?}", ran.err);
}

#[test]
fn run_profile_replaces_the_one_of_the_settings() {
    let place = Place::new();
    place.write("s.toml", "[record]\nprofile = \"management-api\"\n");
    assert_eq!(place.feed("run -s s.toml", event(1)).ended(0).lines()[0]["RecordType"], 21);
    assert!(place.feed("run -s s.toml --profile activity-logging", event(1)).ended(0).lines()[0].get("RecordType").is_none());
    assert_eq!(place.feed("run --profile management-api", event(1)).ended(0).lines()[0]["RecordType"], 21);
}

#[test]
fn run_ledger_counts_what_was_left_out() {
    let place = Place::new();
    place.write("s.toml", "[entities.account]\nsingle-record = false\n");
    place.feed("run -s s.toml --ledger ledger.json", format!("{}{}\noops\n", events(3), excluded())).ended(0);
    let ledger: serde_json::Value = serde_json::from_str(&place.text("ledger.json")).unwrap();
    assert_eq!((&ledger["Balanced"], &ledger["Complete"]), (&true.into(), &true.into()));
    assert_eq!(ledger["Totals"], serde_json::json!({"Read": 5, "Recorded": 0, "Records": 0, "Excluded": 4, "Rejected": 1, "Faulted": 0}));
    assert_eq!(
        ledger["Excluded"],
        serde_json::json!([
            {"Reason": "single-record-off", "Message": "Retrieve", "Entity": "account", "Count": 3},
            {"Reason": "excluded-message", "Message": "WhoAmI", "Entity": "", "Count": 1},
        ])
    );
}

#[test]
fn run_records_follow_while_the_sender_goes_on() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;
    let place = Place::new();
    let mut child = place.command().arg("run").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut records = BufReader::new(child.stdout.take().unwrap()).lines();
    for id in 1..=3 {
        // Each record comes before the next event is sent.
        stdin.write_all((event(id) + "\n").as_bytes()).unwrap();
        assert!(records.next().unwrap().unwrap().contains(&format!("{id:012}")));
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

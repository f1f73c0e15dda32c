//! `actlog join`

use crate::program::{ORGANIZATION, Place, event, json_lines};

/// Records of which some are split, one a line.
fn records(place: &Place) -> Vec<String> {
    let ids: Vec<String> = (0..200).map(|id| format!("\"0a0d8709-711e-e811-a952-{id:012}\"")).collect();
    let large = format!(
        r#"{{"EventId":"large","Message":"ExportToExcel","OrganizationId":"{ORGANIZATION}","EntityName":"account","QueryResults":[{}]}}"#,
        ids.join(",")
    );
    let input = format!("{}\n{large}\n{}\n", event(1), event(2));
    let records: Vec<String> = place.feed("run", input).ended(0).text().lines().map(str::to_owned).collect();
    assert!(records.len() > 4);
    records
}

#[test]
fn join_parts_in_any_order_gives_the_source_record() {
    let place = Place::new();
    let mut lines = records(&place);
    let whole = place.feed("join", lines.join("\n")).ended(0).lines();
    assert_eq!(whole.len(), 3);
    let large = whole.iter().find(|record| record["EventId"] == "large").unwrap();
    assert_eq!(large["QueryResults"].as_str().unwrap().split(", ").count(), 200);
    lines.reverse();
    // A part that came twice counts once, also when its record is complete already.
    lines.push(lines[1].clone());
    let reversed = place.feed("join -o joined.ndjson", lines.join("\n")).ended(0);
    assert!(reversed.out.is_empty());
    let mut reversed = json_lines(&place.text("joined.ndjson"));
    reversed.reverse();
    assert_eq!(reversed, whole);
}

#[test]
fn join_missing_parts_are_named_and_the_rest_is_written() {
    let place = Place::new();
    let mut lines = records(&place);
    let gone: serde_json::Value = serde_json::from_str(&lines.remove(2)).unwrap();
    let ran = place.feed("join", lines.join("\n")).ended(3);
    assert_eq!(ran.lines().len(), 2);
    assert!(
        ran.err.contains(gone["CorrelationId"].as_str().unwrap()) && ran.err.contains(&format!("did not come: {}", gone["Part"])),
        "{}",
        ran.err
    );
}

#[test]
fn join_what_is_no_record_is_told_with_its_line() {
    let place = Place::new();
    let lines = records(&place);
    let ran = place.feed("join", format!("{}\noops\n{{\"a\":1}}\n{}\n", lines[0], lines.last().unwrap())).ended(3);
    assert_eq!(ran.lines().len(), 2);
    assert!(ran.err.contains("standard input:2:1: ") && ran.err.contains("standard input:3:1: "), "{}", ran.err);
}

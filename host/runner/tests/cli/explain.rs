//! `actlog explain`

use crate::program::{Place, event, excluded};

#[test]
fn explain_tells_outcome_and_stages() {
    let place = Place::new();
    let recorded = place.feed("explain", event(1)).ended(0);
    assert!(recorded.text().starts_with("recorded\n"), "{}", recorded.text());
    for word in ["decode", "categorize", "Accessed out-of-box entity", "Record 1 of 1", "\"EntityName\": \"account\""] {
        assert!(recorded.text().contains(word), "{word}: {}", recorded.text());
    }
    let keys: Vec<&str> =
        recorded.text().lines().filter_map(|line| line.strip_prefix("  \"")?.split_once('"')).map(|(key, _)| key).collect();
    assert_eq!(keys[..3], ["Id", "EventId", "CorrelationId"], "the order of the columns");
    assert!(place.feed("explain", excluded()).ended(0).text().starts_with("excluded: excluded-message\n"));
    assert!(place.feed("explain", "{\"Message\":5}").ended(0).text().starts_with("rejected: "));
    assert!(place.feed("explain", "{\n\"a\": 1\n\"b\": 2}").ended(0).text().starts_with("rejected: not-json\n"));
}

#[test]
fn explain_json_is_one_document() {
    let place = Place::new();
    let document: serde_json::Value = serde_json::from_str(place.feed("explain --json", event(1)).ended(0).text()).unwrap();
    assert_eq!(document["outcome"], "recorded");
    assert!(document["stages"].as_array().unwrap().len() > 3);
}

#[test]
fn explain_draft_shows_what_it_would_decide() {
    let place = Place::new();
    place.write("s.toml", "[draft.auditing]\nread = false\n");
    assert!(place.feed("explain -s s.toml", event(1)).ended(0).text().starts_with("recorded"));
    assert!(place.feed("explain -s s.toml --draft", event(1)).ended(0).text().starts_with("excluded: read-auditing-off"));
    place.write("s.toml", "");
    assert!(place.feed("explain -s s.toml --draft", event(1)).ended(2).err.contains("no [draft]"));
}

#[test]
fn explain_none_or_several_events_is_an_error() {
    let place = Place::new();
    assert!(place.feed("explain", "\n").ended(2).err.contains("holds no event"));
    assert!(place.feed("explain", event(1) + &event(2)).ended(2).err.contains("more than one"));
    assert!(place.run("explain missing.json").ended(1).err.contains("missing.json"));
}

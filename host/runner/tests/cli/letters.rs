//! The rejects file, written and read again.

use crate::program::{Place, event, events};

/// Where each letter's event stood, and its bytes. Why it is rejected may be told otherwise where its neighbours are gone.
fn letters(mut dead: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut letters = Vec::new();
    while let Some(end) = dead.iter().position(|&byte| byte == b'\n') {
        let header: serde_json::Value = serde_json::from_slice(&dead[..end]).unwrap();
        let letter = &header["DeadLetter"];
        let place = format!("{} {} {} {}", letter["Source"], letter["Line"], letter["Column"], letter["Offset"]);
        let body = end + 1 + letter["Bytes"].as_u64().unwrap() as usize;
        letters.push((place, dead[end + 1..body].to_vec()));
        dead = &dead[body + 1..];
    }
    letters
}

#[test]
fn rejects_keep_every_byte_and_can_be_run_again() {
    let place = Place::new();
    let bad: [&[u8]; 6] =
        [b"oops \xff\xfe\0 {", b"{\"Message\":5}", b"{\n  \"a\": 1\n  \"b\": 2\n}", b"{\"a\":\"x\ny\"}", b"{\"a\":", b"[[{\"a\"}"];
    let mut input = events(1).into_bytes();
    for (at, bytes) in bad.iter().enumerate() {
        input.extend_from_slice(bytes);
        input.extend(format!("\n{}\n", event(at as u32 + 2)).bytes());
    }
    place.write("events.json", &input);
    let first = place.run("run events.json --rejects r.dead --summary json").ended(0);
    let rejected = first.account()[3];
    assert_eq!(first.lines().len(), 7, "{}", first.err);
    let dead = place.read("r.dead");
    for bytes in &bad[..5] {
        assert!(dead.windows(bytes.len()).any(|window| window == *bytes), "{}", String::from_utf8_lossy(bytes));
    }
    // Nothing changed, so all are rejected again, with the place where they stood first.
    let again = place.run("run r.dead --rejects again.dead --summary json").ended(0);
    assert_eq!(again.account(), [rejected, 0, 0, rejected, 0]);
    assert_eq!(letters(&place.read("again.dead")), letters(&dead));
}

#[test]
fn rejects_header_tells_where_and_why() {
    let place = Place::new();
    place.write("events.json", format!("{}\n  {{\"Message\":\"Retrieve\",\"OrganizationId\":7}}\n", event(1)));
    place.run("run events.json --rejects r.dead").ended(0);
    let dead = place.text("r.dead");
    let (header, event) = dead.split_once('\n').unwrap();
    let header: serde_json::Value = serde_json::from_str(header).unwrap();
    let letter = &header["DeadLetter"];
    assert_eq!((&letter["Source"], &letter["Line"], &letter["Column"]), (&"events.json".into(), &2.into(), &3.into()));
    assert_eq!(
        (&letter["Outcome"], &letter["Reason"], &letter["Place"]),
        (&"rejected".into(), &"wrong-type".into(), &"OrganizationId".into())
    );
    assert_eq!((&letter["Bytes"], event), (&41.into(), "{\"Message\":\"Retrieve\",\"OrganizationId\":7}\n"));
    assert_eq!(event.len() as u64, letter["Bytes"].as_u64().unwrap() + 1);
}

#[test]
fn rejects_file_is_added_to_and_removed_when_nothing_was_rejected() {
    let place = Place::new();
    place.feed("run --rejects r.dead", events(1)).ended(0);
    assert!(!place.path("r.dead").exists());
    place.feed("run --rejects r.dead", "one\n").ended(0);
    let one = place.read("r.dead");
    place.feed("run --rejects r.dead", "two\n").ended(0);
    assert!(place.read("r.dead").starts_with(&one) && place.read("r.dead").len() == 2 * one.len());
    place.feed("run --rejects r.dead", events(1)).ended(0);
    place.write("cut.dead", "{\"DeadLetter\"");
    let ran = place.feed("run --rejects cut.dead", "two\n").ended(2);
    assert!(ran.err.contains("cut.dead"), "{}", ran.err);
}

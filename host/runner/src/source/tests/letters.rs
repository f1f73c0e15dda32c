//! Dead letters as a source.

use super::super::dead_letter::Header;
use super::{frame, texts};

fn letter(line: u64, column: u64, event: &str) -> String {
    let header = Header {
        source: "old.json".into(),
        line,
        column,
        offset: 1_000,
        outcome: "rejected".into(),
        reason: "not-json".into(),
        place: String::new(),
        at: 0,
        explanation: String::new(),
        bytes: event.len() as u64,
    };
    format!("{}{event}\n", String::from_utf8(header.write()).unwrap())
}

#[test]
fn framing_letters_gives_their_events_with_their_first_place() {
    let input = format!("{{\"y\":1}}\n{}{}{{\"z\":0}}\n", letter(12, 5, "{\n\"a\":1} {}"), letter(40, 1, "oops"));
    let seen: Vec<_> = frame(&input)
        .into_iter()
        .map(|seen| (String::from_utf8(seen.text).unwrap(), seen.source, seen.line, seen.column, seen.offset))
        .collect();
    assert_eq!(seen[0], ("{\"y\":1}".into(), "in".into(), 1, 1, 0));
    assert_eq!(seen[1], ("{\n\"a\":1}".into(), "old.json".into(), 12, 5, 1_000));
    assert_eq!(seen[2], ("{}".into(), "old.json".into(), 13, 8, 1_009));
    assert_eq!(seen[3], ("oops".into(), "old.json".into(), 40, 1, 1_000));
    assert_eq!((seen[4].0.as_str(), seen[4].1.as_str()), ("{\"z\":0}", "in"));
}

#[test]
fn framing_letters_no_event_crosses_the_end_of_one() {
    let input = format!("{}{}", letter(1, 1, "{\"a\":"), letter(2, 1, "{\"b\":1}"));
    assert_eq!(texts(&input), ["!{\"a\":", "{\"b\":1}"]);
    let input = format!("{}{{\"z\":0}}\n", letter(1, 1, "["));
    assert_eq!(texts(&input), ["![", "{\"z\":0}"]);
}

#[test]
fn framing_letters_whose_length_is_wrong_loses_nothing() {
    let long = letter(1, 1, "{\"a\":1}").replace("\"Bytes\":7", "\"Bytes\":99999999999");
    assert_eq!(texts(&format!("{long}{{\"z\":0}}\n")), ["{\"a\":1}", "{\"z\":0}"]);
    let short = letter(1, 1, "{\"a\":1}").replace("\"Bytes\":7", "\"Bytes\":3");
    assert_eq!(texts(&format!("{short}{{\"z\":0}}\n")), ["!{\"a", "\":1}", "{\"z\":0}"]);
    let none = letter(1, 1, "{\"a\":1}").replace("\"Bytes\":7", "\"Bytes\":-7");
    assert_eq!(texts(&none).len(), 2);
    let huge = letter(1, 1, "{\"a\":1}").replace("\"Line\":1", &format!("\"Line\":{}", u64::MAX));
    assert_eq!(texts(&huge), ["{\"a\":1}"]);
}

#[test]
fn framing_letters_in_a_letter_are_events() {
    let inner = letter(1, 1, "{\"a\":1}");
    let input = letter(3, 1, inner.trim_end());
    assert_eq!(texts(&input), inner.trim_end().split('\n').collect::<Vec<_>>());
}

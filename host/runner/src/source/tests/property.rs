//! What holds for all inputs.

use proptest::prelude::*;
use serde_json::Value;

use super::super::line::is_blank;
use super::frame_with;

/// Any JSON value of a few levels; strings hold what framing could trip over.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        r#"[a-z{}\[\]",:\\\n \u{e9}]{0,12}"#.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(r#"[a-z{}",:\\]{0,4}"#, inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_object() -> impl Strategy<Value = Value> {
    prop::collection::btree_map("[a-zA-Z]{1,4}", any_value(), 0..5).prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// How one value is laid out, and what follows it.
fn layout(value: &Value, style: u8) -> String {
    match style % 3 {
        0 => value.to_string(),
        1 => serde_json::to_string_pretty(value).unwrap(),
        // No indentation at all: every bracket stands at the beginning of a line.
        _ => serde_json::to_string_pretty(value).unwrap().lines().map(str::trim_start).collect::<Vec<_>>().join("\r\n"),
    }
}

fn sequence(values: &[(Value, u8)], array: bool) -> String {
    let mut text = String::new();
    for (at, (value, style)) in values.iter().enumerate() {
        let own_array = !array && style % 11 == 0;
        if array && at > 0 {
            text.push_str([",", ",\n", " ,\r\n  ", "\n,"][usize::from(style / 3 % 4)]);
        }
        text.push_str(if own_array { "[" } else { "" });
        text.push_str(&layout(value, *style));
        text.push_str(if own_array { "]" } else { "" });
        if !array {
            text.push_str(["\n", "\n\n", "\r\n", " "][usize::from(style / 3 % 4)]);
        }
    }
    if array { format!("[\n{text}\n]") } else { text }
}

/// A scalar, or an object: an array at the top is one of events.
fn any_event() -> impl Strategy<Value = Value> {
    prop_oneof![4 => any_object(), 1 => any_value().prop_filter("an array holds events", |value| !value.is_array())]
}

proptest! {
    #[test]
    fn framing_any_values_in_any_layout_gives_them_back(
        values in prop::collection::vec((any_event(), any::<u8>()), 0..8), array: bool, chunk in 1usize..40,
    ) {
        let text = sequence(&values, array);
        let seen = frame_with(text.as_bytes(), chunk, 1 << 20);
        let read: Vec<Value> = seen.iter().map(|event| serde_json::from_slice(&event.text).expect("one value")).collect();
        prop_assert!(seen.iter().all(|event| event.reason.is_none()));
        prop_assert_eq!(read, values.into_iter().map(|(value, _)| value).collect::<Vec<_>>());
    }

    #[test]
    fn framing_any_bytes_each_is_in_exactly_one_event(
        pieces in prop::collection::vec(prop_oneof![
            r#"[\[\]{}",:\\ \n0a]{0,8}"#.prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 0..4),
            Just(b"{\"a\":1}\n".to_vec()),
            Just(b"},{".to_vec()),
            Just(b"\xef\xbb\xbf".to_vec()),
        ], 0..24),
        chunk in 1usize..20, limit in 1usize..60,
    ) {
        let input = pieces.concat();
        let seen = frame_with(&input, chunk, limit);
        let mut at = 0;
        let outside = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).replace('\u{feff}', "");
            text.bytes().all(|byte| is_blank(byte) || matches!(byte, b'[' | b']' | b','))
        };
        for event in seen.iter().filter(|event| event.text != b"[" || event.reason.is_none()) {
            let from = event.offset as usize;
            prop_assert!(from >= at, "events overlap");
            prop_assert!(outside(&input[at..from]), "lost {:?}", &input[at..from]);
            at = from + event.text.len();
            prop_assert_eq!(&input[from..at], &event.text[..]);
        }
        prop_assert!(outside(&input[at..]), "lost {:?}", &input[at..]);
        prop_assert_eq!(frame_with(&input, 1 << 16, limit), seen, "the chunk size matters");
    }

    #[test]
    fn framing_damaged_lines_loses_only_these(
        values in prop::collection::vec(any_object(), 1..16),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), r#"[\[\]{}",:\\ \n0a\u{0}]{0,3}"#, 0usize..20), 0..6),
        chunk in 1usize..100,
    ) {
        let mut lines: Vec<Vec<u8>> = values.iter().map(|value| value.to_string().into_bytes()).collect();
        let mut damaged = std::collections::BTreeSet::new();
        for (line, at, put, cut) in damage {
            let line = line.index(lines.len());
            // Two pieces of damage could together look like one value around what stands between them.
            if damaged.iter().any(|other: &usize| other.abs_diff(line) <= lines.len()) {
                continue;
            }
            let text = &mut lines[line];
            let from = at.index(text.len());
            let to = (from + cut).min(text.len());
            text.splice(from..to, put.bytes());
            damaged.insert(line);
        }
        let text = lines.join(&b'\n');
        let seen = frame_with(&text, chunk, 1 << 20);
        let mut whole = seen.iter().filter(|event| event.reason.is_none()).map(|event| event.text.as_slice());
        for (number, line) in lines.iter().enumerate().filter(|(number, _)| !damaged.contains(number)) {
            prop_assert!(whole.any(|event| event == &line[..]), "line {number} is lost: {}", String::from_utf8_lossy(&text));
        }
    }
}

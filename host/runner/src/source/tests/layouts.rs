//! Every layout that is no damage.

use super::{frame, texts};

#[test]
fn framing_each_layout_gives_the_same_events() {
    let pretty = "{\n  \"a\": 1\n}\n{\n  \"b\": {\n    \"c\": []\n  }\n}\n";
    assert_eq!(texts(pretty), ["{\n  \"a\": 1\n}", "{\n  \"b\": {\n    \"c\": []\n  }\n}"]);
    for input in [
        "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n",
        "{\"a\":1}\r\n{\"b\":2}\r\n{\"c\":3}",
        "{\"a\":1}{\"b\":2}{\"c\":3}",
        "{\"a\":1} {\"b\":2}\t{\"c\":3}",
        "[{\"a\":1},{\"b\":2},{\"c\":3}]",
        "[\n  {\"a\":1},\n  {\"b\":2},\n  {\"c\":3}\n]\n",
        "[\n{\"a\":1}\n,{\"b\":2}\n,{\"c\":3}\n]",
        "[{\"a\":1}]\n[{\"b\":2},{\"c\":3}]\n[]\n",
        "[[{\"a\":1},[{\"b\":2}]],[[[]]],{\"c\":3}]",
        "[{\"a\":1},\n{\"b\":2}]{\"c\":3}",
        "\u{feff}{\"a\":1}\n\u{feff}{\"b\":2}\n\u{feff}\n{\"c\":3}\u{feff}",
        "{\"a\":1},\n{\"b\":2},\n{\"c\":3},\n",
        "{\"a\":1}\n\n\n   \n\t{\"b\":2}\n\r\n{\"c\":3}\n\n",
    ] {
        assert_eq!(texts(input), ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"], "{input}");
    }
}

#[test]
fn framing_nothing_gives_nothing() {
    for input in ["", "\n", " \r\n\t", "\u{feff}", "[]", "[\n]\n[[],[]]"] {
        assert!(texts(input).is_empty(), "{input}");
    }
}

#[test]
fn framing_lines_that_look_closed_follows_the_value() {
    for value in [
        "{\"a\":{}\n,\"b\":2}",
        "{\"a\":{}\n\n\n}",
        "{\"a\":[{}\n]}",
        "{\n\"a\":[\n{\"b\":1},\n{\"c\":2}\n]\n}",
        "{\"a\":[\n{}\n,{}\n]}",
        "{\"a\":\n{\"b\":1}\n}",
        "{\"a\":\"}{\"}",
        "{\"a\":\"x}\",\"b\":{}}",
    ] {
        let input = format!("{value}\n{{\"z\":0}}\n");
        assert_eq!(texts(&input), [value, "{\"z\":0}"]);
    }
}

#[test]
fn framing_what_is_no_object_is_an_event_of_its_own() {
    assert_eq!(texts("5\n{}\nnull\n\"x\\\"y\"\n"), ["5", "{}", "null", "\"x\\\"y\""]);
    assert_eq!(texts("[1,\"a\",{},true]"), ["1", "\"a\"", "{}", "true"]);
    assert_eq!(texts("1 2 {} \"x\" {}"), ["1", "2", "{}", "\"x\"", "{}"]);
    assert_eq!(texts("garbage, more\n{}\n"), ["garbage, more", "{}"]);
    assert_eq!(texts(",\"EntityId\":5}\n{}\n"), [",\"EntityId\":5}", "{}"]);
    assert_eq!(texts("\0\n{}"), ["\0", "{}"]);
}

#[test]
fn framing_tells_line_column_and_offset() {
    let places: Vec<_> = frame("{}\n  {\n}{} [\n{\"é\":1}, 5]").into_iter().map(|seen| (seen.line, seen.column, seen.offset)).collect();
    assert_eq!(places, [(1, 1, 0), (2, 3, 5), (3, 2, 8), (4, 1, 13), (4, 11, 23)]);
}

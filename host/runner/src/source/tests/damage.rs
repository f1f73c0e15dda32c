//! What is broken, and that its neighbours are not.

use super::{frame, texts};

#[test]
fn framing_a_truncated_line_never_takes_its_neighbour() {
    for cut in [
        "{",
        "{\"a",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":[",
        "{\"a\":[1,",
        "{\"a\":{\"b\":{",
        "{\"a\":\"x",
        "{\"a\":\"x\\",
        "{\"a\":tru",
    ] {
        let input = format!("{{\"y\":1}}\n{cut}\n{{\"z\":0}}\n{{\"w\":{{}}}}\n");
        assert_eq!(texts(&input), ["{\"y\":1}".to_owned(), format!("!{cut}"), "{\"z\":0}".to_owned(), "{\"w\":{}}".to_owned()], "{cut}");
        let last = format!("{{\"y\":1}}\n{cut}");
        assert_eq!(texts(&last), ["{\"y\":1}".to_owned(), format!("!{cut}")], "{cut}");
    }
    // These end like a whole line, and the filter tells what is wrong with them.
    for cut in ["{\"a\":{\"b\":1}", "{\"a\":[{\"b\":1}", "{\"a\":\"}", "{}}"] {
        assert_eq!(texts(&format!("{cut}\n{{\"z\":0}}\n")), [cut, "{\"z\":0}"]);
    }
}

#[test]
fn framing_a_line_without_its_beginning_stays_one_event() {
    for cut in ["ssage\":\"Retrieve\"}", "\"Message\":\"Retrieve\",\"Fields\":[{\"Name\":\"x\"}]}", ":1}", "}", ",\"a\":{}}", "\\u00e9\"}"]
    {
        assert_eq!(texts(&format!("{{\"y\":1}}\n{cut}\n{{\"z\":0}}\n")), ["{\"y\":1}", cut, "{\"z\":0}"]);
    }
}

#[test]
fn framing_a_broken_pretty_value_ends_where_the_next_begins() {
    let broken = "{\n  \"a\": 1\n  \"b\": {\n    \"c\": 2\n  }\n}";
    let input = format!("{{\n  \"y\": 1\n}}\n{broken}\n{{\n  \"z\": 0\n}}\n");
    assert_eq!(texts(&input), ["{\n  \"y\": 1\n}".to_owned(), format!("!{broken}"), "{\n  \"z\": 0\n}".to_owned()]);
}

#[test]
fn framing_a_broken_element_leaves_the_others() {
    let indented = "[\n  {\"a\":1},\n  {\n    \"b\": 1\n    \"c\": {}\n  },\n  {\"d\":1}\n]\n{\"e\":1}";
    assert_eq!(texts(indented), ["{\"a\":1}", "!{\n    \"b\": 1\n    \"c\": {}\n  }", "{\"d\":1}", "{\"e\":1}"]);
    let in_line = "[{\"a\":1},{\"b\" 1,\"c\":[5]},{\"d\":1},oops {,{\"e\":1}]\n{\"f\":1}\n";
    assert_eq!(texts(in_line), ["{\"a\":1}", "!{\"b\" 1,\"c\":[5]}", "{\"d\":1}", ",oops {,{\"e\":1}]", "{\"f\":1}"]);
    let hidden = "[{\"a\":1},{\"b\":[{\"c\" 1},{\"d\":2}],\"e\":1},{\"f\":1}]";
    assert_eq!(texts(hidden), ["{\"a\":1}", "!{\"b\":[{\"c\" 1}", "{\"d\":2}", "],\"e\":1}", "{\"f\":1}"]);
}

#[test]
fn framing_brackets_that_do_not_match_are_told() {
    let unclosed = frame("{}\n [\n{\"a\":1},\n[{\"b\":2}\n");
    assert_eq!(unclosed.len(), 4);
    let last = &unclosed[3];
    assert_eq!((last.text.as_slice(), last.line, last.column, last.reason), (b"[".as_slice(), 2, 2, Some("not-json")));
    assert_eq!(texts("{}\n]\n{}"), ["{}", "!]", "{}"]);
    assert_eq!(texts("[{}]],] {}"), ["{}", "!],]", "{}"]);
    // Where an element was broken, the bracket may be part of it, and nothing is said.
    assert_eq!(texts("[\n{},\n{\"a\"\n]"), ["{}", "!{\"a\"\n]"]);
}

#[test]
fn framing_a_raw_line_break_in_a_string_breaks_the_value() {
    assert_eq!(texts("{\"a\":\"x\ny\"}\n{\"z\":0}\n"), ["!{\"a\":\"x\ny\"}", "{\"z\":0}"]);
}

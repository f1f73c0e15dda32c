//! Input that means harm: refused or survived, in little time and memory.

use proptest::prelude::*;

use super::fetchxml::{MAX_DEPTH, filters};
use super::markup::{MAX_ATTRIBUTES, QueryFault};

fn run(xml: &str) -> Result<String, QueryFault> {
    let mut out = String::new();
    filters(xml, &mut out).map(|()| out)
}

fn reason(xml: &str) -> (usize, String) {
    let fault = run(xml).expect_err("hostile");
    (fault.offset, fault.explanation.into_owned())
}

#[test]
fn filters_at_the_depth_limit_pass_and_one_more_is_refused() {
    let nest = |levels: usize| format!("{}{}", "<filter>".repeat(levels), "</filter>".repeat(levels));
    assert_eq!(run(&nest(MAX_DEPTH)), Ok(nest(MAX_DEPTH)));
    assert_eq!(reason(&nest(MAX_DEPTH + 1)), (8 * MAX_DEPTH, "nested deeper than 64 levels".to_owned()));
    let with_empty_inside = format!("{}<b/>{}", "<a>".repeat(MAX_DEPTH), "</a>".repeat(MAX_DEPTH));
    assert_eq!(reason(&with_empty_inside), (3 * MAX_DEPTH, "nested deeper than 64 levels".to_owned()));
    assert_eq!(reason(&nest(100_000)).0, 8 * MAX_DEPTH);
}

#[test]
fn filters_at_the_attribute_limit_pass_and_one_more_is_refused() {
    let tag = |count: usize| format!("<filter{}/>", (0..count).map(|number| format!(" a{number}=''")).collect::<String>());
    assert_eq!(run(&tag(MAX_ATTRIBUTES)), Ok(tag(MAX_ATTRIBUTES)));
    assert!(reason(&tag(MAX_ATTRIBUTES + 1)).1.contains("64 attributes"));
    assert!(reason(&tag(1_000_000)).1.contains("64 attributes"));
}

#[test]
fn filters_of_ten_megabytes_are_found_or_refused() {
    const SIZE: usize = 10_000_000;
    let many = "<filter/>".repeat(SIZE / 9);
    assert_eq!(run(&many).map(|out| out == many), Ok(true));
    assert!(run(&"<filter".repeat(SIZE / 7)).is_err());
    assert!(run(&"<".repeat(SIZE)).is_err());
    assert!(run(&format!("<a b='{}", "&amp;".repeat(SIZE / 5))).is_err());
    for filler in ["]", "]]", "-", "&#0065;", " ", "\u{ff01}", "x"] {
        let long = format!("<filter>{}</filter>", filler.repeat(SIZE / filler.len()));
        assert_eq!(run(&long).map(|out| out == long), Ok(true), "{filler}");
    }
    let comment = format!("<filter><!--{}--></filter>", " -".repeat(SIZE / 2 - 1) + " ");
    assert_eq!(run(&comment).map(|out| out.len()), Ok(comment.len()));
    let name = format!("<{0} {0}=''></{0}>", "n".repeat(SIZE / 3));
    assert_eq!(run(&name), Ok(String::new()));
}

#[test]
fn filters_of_entity_bombs_are_refused_at_the_doctype() {
    let laughs = r#"<?xml version="1.0"?>
        <!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;"><!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;">]>
        <fetch><filter>&lol3;</filter></fetch>"#;
    assert_eq!(reason(laughs), (30, "a DOCTYPE is not accepted".to_owned()));
    let file = "<!DOCTYPE fetch SYSTEM \"file:///etc/passwd\"><fetch/>";
    assert_eq!(reason(file), (0, "a DOCTYPE is not accepted".to_owned()));
}

/// A document with every kind of markup.
const EVERYTHING: &str = "\u{feff}<?xml version='1.0' encoding=\"utf-8\" standalone='no'?>\n<!-- é - --><?p q?>\n<x:fetch a='1' ключ=\"&amp;&#65;&#x1F600;'\">\
    <filter type='or'><![CDATA[ ]] ]]>]]&lt;\u{ff01}<condition a='&quot;' /><filter></filter\n></filter></x:fetch>\n<!----><?end?>";

#[test]
fn filters_of_every_truncation_are_refused_until_the_last_element_is_closed() {
    let closed = EVERYTHING.find("</x:fetch>").unwrap() + "</x:fetch>".len();
    for end in (0..=EVERYTHING.len()).filter(|&end| EVERYTHING.is_char_boundary(end)) {
        let part = &EVERYTHING[..end];
        match run(part) {
            Ok(_) => assert!(end >= closed, "{part}"),
            Err(fault) => assert!(fault.offset <= end, "{part}"),
        }
    }
    assert!(run(EVERYTHING).is_ok());
}

#[test]
fn filters_with_any_one_byte_changed_never_panic() {
    for at in 0..EVERYTHING.len() {
        for byte in 0..=u8::MAX {
            let mut bytes = EVERYTHING.as_bytes().to_vec();
            bytes[at] = byte;
            if let Ok(text) = String::from_utf8(bytes) {
                let _ = run(&text);
            }
        }
    }
}

proptest! {
    #[test]
    fn filters_any_text_never_panics(text in any::<String>()) {
        let _ = run(&text);
        let _ = run(&format!("<a>{text}</a>"));
        let _ = run(&format!("<a b='{text}'/>"));
    }

    /// Text that comes close to XML; and what is found in it is itself accepted and found again.
    #[test]
    fn filters_what_is_found_is_found_again(pieces in proptest::collection::vec(
        prop::sample::select(vec![
            "<", ">", "/>", "</", "<filter", "<filter>", "</filter>", "<filter/>", "<e>", "</e>", " a='", "'", "\"", "=", " ", "&", ";", "&amp;", "&#65;",
            "<!--", "-->", "--", "<![CDATA[", "]]>", "]]", "<?p ", "?>", "<?xml version='1.0'?>", "<!DOCTYPE", "x:", "é", "\0", "\u{feff}", "\u{ffff}", "t",
        ]), 0..14)) {
        if let Ok(found) = run(&pieces.concat())
            && !found.is_empty() {
            prop_assert_eq!(run(&found), Ok(found.clone()));
        }
    }
}

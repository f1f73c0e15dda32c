//! Documents made from a tree, of which it is known where the filters are.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::fetchxml::filters;

#[derive(Clone, Debug)]
enum Node {
    Element {
        name: &'static str,
        attributes: Vec<(String, &'static str)>,
        space: &'static str,
        children: Option<Vec<Node>>,
    },
    /// Text, a comment, a section or an instruction, as it stands in the document.
    Other(String),
}

fn is_filter(name: &str) -> bool {
    matches!(name, "filter" | "x:filter")
}

/// Writes `node` to `document`, and to `found` what the extraction has to find in it.
fn render(node: &Node, inside_filter: bool, document: &mut String, found: &mut String) {
    let (name, attributes, space, children) = match node {
        Node::Other(text) => return document.push_str(text),
        Node::Element { name, attributes, space, children } => (*name, attributes, *space, children),
    };
    let from = document.len();
    let begins = is_filter(name) && !inside_filter;
    document.push_str(&format!("<{name}"));
    for (number, (value, quote)) in attributes.iter().enumerate() {
        document.push_str(&format!("{}a{number}{space}={space}{quote}{value}{quote}", if space.is_empty() { " " } else { space }));
    }
    document.push_str(space);
    match children {
        None => document.push_str("/>"),
        Some(children) => {
            document.push('>');
            for child in children {
                render(child, inside_filter || begins, document, found);
            }
            document.push_str(&format!("</{name}{space}>"));
        }
    }
    if begins {
        found.push_str(&document[from..]);
    }
}

fn pieces(from: &'static [&'static str]) -> impl Strategy<Value = String> {
    vec(select(from), 0..4).prop_map(|pieces| pieces.concat())
}

fn other() -> impl Strategy<Value = Node> {
    prop_oneof![
        pieces(&["a", " \n", "]", "]]", "'", "\"", "é😀", "\u{ff01}", "&lt;filter/&gt;", "&#x41;", "&amp;"]).boxed(),
        pieces(&["<filter>", "</filter>", " - ", "&x;", "]]>", "?>", "é"]).prop_map(|text| format!("<!--{text}-->")).boxed(),
        pieces(&["<filter>", "</filter>", "&x;", "]]", "--", "\u{ff01}"]).prop_map(|text| format!("<![CDATA[{text}]]>")).boxed(),
        pieces(&["<filter>", "</filter>", "&x;", "]]", "?", "--"]).prop_map(|text| format!("<?filter {text}?>")).boxed(),
    ]
    .prop_map(Node::Other)
}

fn element(name: &'static [&'static str], children: impl Strategy<Value = Vec<Node>> + 'static) -> impl Strategy<Value = Node> {
    let value = pieces(&["", "0", ">", "/>", "&lt;filter/&gt;", "/filter>", "é", "\n", "&#9;", "]]>"]);
    let attributes = vec((value, select(vec!["'", "\""])), 0..4);
    (select(name), attributes, select(vec!["", " ", "\r\n\t"]), prop::option::of(children))
        .prop_map(|(name, attributes, space, children)| Node::Element { name, attributes, space, children })
}

const NAMES: &[&str] = &["filter", "x:filter", "Filter", "filters", "myfilter", "filter-x", "filter:x", "condition", "link-entity", "é·"];

fn tree(names: &'static [&'static str]) -> impl Strategy<Value = Node> {
    let child = element(NAMES, Just(Vec::new())).boxed();
    let child = prop_oneof![other(), child]
        .prop_recursive(6, 40, 5, |inner| prop_oneof![other().boxed(), element(NAMES, vec(inner, 0..5)).boxed()]);
    element(names, vec(child, 0..5))
}

fn document() -> impl Strategy<Value = Vec<Node>> {
    prop_oneof![
        tree(&["fetch", "entity", "filter", "x:filter", "é·"]).prop_map(|root| vec![root]),
        vec(tree(&["filter", "x:filter"]), 1..4),
    ]
}

proptest! {
    #[test]
    fn filters_of_any_document_are_those_of_its_tree(
        roots in document(),
        prolog in select(vec!["", "\u{feff}", "<?xml version=\"1.0\"?>", "\u{feff}<?xml version='1.0' encoding='utf-16'?>\n<!-- <filter/> -->"]),
        between in select(vec!["", "\n", "<!-- - --> ", "<?filter?>"]),
    ) {
        let (mut document, mut expected) = (prolog.to_owned(), String::new());
        for root in &roots {
            render(root, false, &mut document, &mut expected);
            document.push_str(between);
        }
        let mut found = String::new();
        let result = filters(&document, &mut found);
        prop_assert!(result.is_ok(), "{:?} in {}", result, document);
        prop_assert_eq!(found, expected, "in {}", document);
    }
}

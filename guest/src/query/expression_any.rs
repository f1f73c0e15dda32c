//! Queries in JSON made at random: what comes out is always FetchXML, and nothing makes the filter fall over.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{capture, fetchxml};
use crate::activity::QuerySource;
use crate::fault::Fault;

/// An object of these members in any order, each of them there or not.
fn object(members: Vec<(&'static str, BoxedStrategy<String>)>) -> BoxedStrategy<String> {
    let member =
        |(key, value): (&'static str, BoxedStrategy<String>)| prop::option::of(value.prop_map(move |value| format!("\"{key}\":{value}")));
    let members: Vec<_> = members.into_iter().map(member).collect();
    members.prop_shuffle().prop_map(|members| format!("{{{}}}", members.into_iter().flatten().collect::<Vec<_>>().join(","))).boxed()
}

fn list(element: BoxedStrategy<String>) -> BoxedStrategy<String> {
    vec(element, 0..4).prop_map(|elements| format!("[{}]", elements.join(","))).boxed()
}

fn one_of(values: &'static [&'static str]) -> BoxedStrategy<String> {
    select(values).prop_map(str::to_owned).boxed()
}

fn name() -> BoxedStrategy<String> {
    one_of(&["null", "\"\"", "\"name\"", r#""a<&\"'>\u0000\ud800é""#])
}

fn code() -> BoxedStrategy<String> {
    prop_oneof![(0..100i32).prop_map(|number| number.to_string()), one_of(&["null", "\"Equal\"", "\"<\"", "-1", "1.5e3", "\"13\""])].boxed()
}

fn value() -> BoxedStrategy<String> {
    let leaf = one_of(&[
        "null",
        "true",
        "false",
        "0",
        "-1.50e3",
        "\"\"",
        r#""x<&\"\n""#,
        r#""\/Date(1)\/""#,
        r#"{"Value":7}"#,
        r#"{"__value":"b"}"#,
        r#"{"u":"]]>"}"#,
    ]);
    leaf.prop_recursive(3, 8, 3, |inner| prop_oneof![list(inner.clone()), object(vec![("Value", inner.clone()), ("Id", inner)])]).boxed()
}

fn filter() -> BoxedStrategy<String> {
    let members = [
        ("AttributeName", name()),
        ("EntityName", name()),
        ("Operator", code()),
        ("Values", value()),
        ("CompareColumns", one_of(&["true", "false"])),
    ];
    let condition = object(members.to_vec());
    object(vec![("Conditions", list(condition.clone()))])
        .prop_recursive(3, 12, 3, move |inner| {
            let related = object(vec![("LinkToEntityName", name()), ("JoinOperator", code()), ("LinkCriteria", inner.clone())]);
            let members = [
                ("FilterOperator", code()),
                ("Conditions", list(condition.clone())),
                ("Filters", list(inner)),
                ("AnyAllFilterLinkEntity", related),
            ];
            object(members.to_vec())
        })
        .boxed()
}

fn query() -> BoxedStrategy<String> {
    let link = object(vec![("LinkCriteria", filter()), ("EntityAlias", name()), ("LinkToEntityName", name())]);
    let links = link
        .prop_recursive(2, 6, 3, |inner| object(vec![("LinkCriteria", filter()), ("EntityAlias", name()), ("LinkEntities", list(inner))]));
    object(vec![
        ("LinkEntities", list(links.boxed())),
        ("Criteria", filter()),
        ("Attributes", list(one_of(&["\"a\"", "\"<\""]))),
        ("Values", list(value())),
    ])
}

fn run(source: QuerySource<'_>) -> Result<String, Fault> {
    let mut out = String::new();
    capture(source, &mut String::new(), &mut out).map(|_| out)
}

proptest! {
    #[test]
    fn expressions_any_query_gives_filters_that_fetchxml_takes(json in query()) {
        let out = run(QuerySource::Expression(&json));
        prop_assert!(out.is_ok(), "{:?} in {}", out, json);
        let by_attribute = run(QuerySource::ByAttribute(&json)).unwrap_or_default();
        for out in [out.unwrap_or_default(), by_attribute] {
            let mut again = String::new();
            if !out.is_empty() {
                prop_assert_eq!(fetchxml::filters(&out, &mut again), Ok(()), "{}", out);
            }
            prop_assert_eq!(again, out);
        }
    }

    #[test]
    fn expressions_any_query_cut_anywhere_never_panics(json in query(), at in any::<prop::sample::Index>()) {
        let end = (0..=at.index(json.len() + 1)).rev().find(|&end| json.is_char_boundary(end)).unwrap_or(0);
        let part = &json[..end];
        for source in [QuerySource::Expression(part), QuerySource::ByAttribute(part), QuerySource::Expressions(part)] {
            match run(source) {
                Ok(_) => prop_assert_eq!(part, &json),
                Err(fault) => prop_assert!(fault.offset <= part.len()),
            }
        }
    }

    #[test]
    fn expressions_any_text_never_panics(text in any::<String>(), value in value()) {
        for json in [text, format!("{{\"Criteria\":{value}}}"), format!("{{\"Criteria\":{{\"Conditions\":[{value}],\"Filters\":{value}}}}}")] {
            for source in [QuerySource::Expression(&json), QuerySource::ByAttribute(&json), QuerySource::Expressions(&json)] {
                let _ = run(source);
            }
        }
    }
}

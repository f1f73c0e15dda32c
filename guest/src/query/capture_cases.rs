//! What each source of a query gives, case by case.

use super::capture;
use crate::activity::QuerySource;
use crate::fault::Reason;
use crate::json::{Reader, Text};

/// A JSON string, read as the event's reader would.
fn text(json: &str) -> Text<'_> {
    Reader::new(json).string().unwrap()
}

#[test]
fn capture_each_source_tells_whether_there_is_a_query() {
    let criteria = r#"{"Criteria":{"Conditions":[{"AttributeName":"a","Operator":12}]}}"#;
    let filter = r#"<filter type="and"><condition attribute="a" operator="null" /></filter>"#;
    let several = format!(r#"[{criteria}, null, {{}}, "<e><filter\/></e>", {criteria}]"#);
    let several_filters = format!("{filter}<filter/>{filter}");
    let cases = [
        (QuerySource::None, false, ""),
        (QuerySource::Text(text(r#""""#)), false, ""),
        (QuerySource::Text(text(r#"" \n\t""#)), false, ""),
        (QuerySource::Text(text(r#""<fetch/>""#)), true, ""),
        (QuerySource::Text(text(r#""<e><filter/></e>""#)), true, "<filter/>"),
        (QuerySource::Text(text(r#"" \r\n\ufeff<filter\/>""#)), true, "refused"),
        (QuerySource::Text(text(r#""\ufeff \n<filter a=\"\u00e9\"\/>""#)), true, "<filter a=\"é\"/>"),
        (
            QuerySource::Text(text(r#""savedQuery 0a3839b3-08d4-ef11-aeb0-00155d000101""#)),
            true,
            "savedQuery 0a3839b3-08d4-ef11-aeb0-00155d000101",
        ),
        (QuerySource::Text(text(r#"" statecode eq 0 & <filter\/> ""#)), true, " statecode eq 0 & <filter/> "),
        (QuerySource::Expression(criteria), true, filter),
        (QuerySource::Expression("{}"), true, ""),
        (QuerySource::Expressions(&several), true, &several_filters),
        (QuerySource::Expressions("[null]"), false, ""),
        (QuerySource::ByAttribute(r#"{"Attributes":["a"],"Values":[null]}"#), true, filter),
    ];
    let mut scratch = "left over".to_owned();
    for (source, has_query, expected) in cases {
        let mut out = String::new();
        match capture(source, &mut scratch, &mut out) {
            Ok(found) => assert_eq!((found, out.as_str()), (has_query, expected), "{source:?}"),
            Err(fault) => assert_eq!(expected, "refused", "{fault:?}"),
        }
    }
}

#[test]
fn capture_faults_tell_where_in_the_query() {
    let fault_of = |source: QuerySource<'_>| {
        let (mut scratch, mut out) = (String::new(), "before".to_owned());
        let fault = capture(source, &mut scratch, &mut out).unwrap_err();
        assert_eq!(out, "before");
        (fault.reason, fault.place.clone(), fault.offset, fault.explanation.to_string())
    };
    let (reason, place, offset, explanation) = fault_of(QuerySource::Text(text(r#""<a b=\"\u00e9\">\n<filter/></b>""#)));
    assert_eq!((reason, place.as_str(), offset), (Reason::BadQuery, "", 20));
    assert!(explanation.ends_with("(byte 20 of the query's own text)"), "{explanation}");
    let several = r#"[{"Criteria":{"Conditions":[{}]}}, {"Criteria":7}]"#;
    let (reason, place, offset, _) = fault_of(QuerySource::Expressions(several));
    assert_eq!((reason, place.as_str(), &several[offset..]), (Reason::WrongType, "[1].Criteria", "7}]"));
    assert_eq!(fault_of(QuerySource::ByAttribute("7")).0, Reason::NotJson);
}

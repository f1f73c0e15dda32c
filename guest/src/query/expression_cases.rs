//! What queries in JSON give and refuse, case by case.

use super::{by_attribute, expression, fetchxml};
use crate::fault::{Fault, Reason};
use crate::tables::condition_operators::CONDITION_OPERATORS;

/// The filter of a QueryExpression.
fn found(json: &str) -> Result<String, Fault> {
    let mut out = "before ".to_owned();
    let result = expression::filters(json, &mut out);
    assert!(result.is_ok() || out == "before ", "{json}");
    result.map(|()| out.split_off("before ".len()))
}

/// What stands in the one condition of a filter, after `<condition`.
fn condition(json: &str) -> String {
    let filter = found(&format!(r#"{{"Criteria":{{"Conditions":[{json}]}}}}"#)).unwrap();
    filter.strip_prefix(r#"<filter type="and"><condition"#).unwrap().strip_suffix("</filter>").unwrap().to_owned()
}

#[test]
fn expression_as_the_platform_sends_it_gives_its_criteria() {
    let json = r#"{"__type":"QueryExpression:http:\/\/schemas.microsoft.com\/xrm\/2011\/Contracts","ColumnSet":{"AllColumns":false,"Columns":["a"]},
        "Criteria":{"Conditions":[{"AttributeName":"isactive","CompareColumns":false,"Operator":0,"Values":[false],"EntityName":null},
        {"AttributeName":"regardingid","CompareColumns":false,"Operator":0,"Values":["0a3839b3-08d4-ef11-aeb0-00155d000101"],"EntityName":null}],
        "FilterOperator":0,"Filters":[]},"Distinct":false,"EntityName":"account","LinkEntities":[],"Orders":[],"PageInfo":{"Count":10},"NoLock":false}"#;
    let expected = r#"<filter type="and"><condition attribute="isactive" operator="eq" value="0" /><condition attribute="regardingid" operator="eq" value="0a3839b3-08d4-ef11-aeb0-00155d000101" /></filter>"#;
    assert_eq!(found(json).unwrap(), expected);
}

#[test]
fn expression_of_example_2_reads_like_it() {
    let json = r#"{"Criteria":{"FilterOperator":0,"Conditions":[{"AttributeName":"ownerid","Operator":41,"Values":[]},{"AttributeName":"statecode","Operator":0,"Values":[0]}]}}"#;
    let example = r#"<filter type="and"><condition column="ownerid" operator="eq-userid" /><condition column="statecode" operator="eq" value="0" /></filter>"#;
    assert_eq!(found(json).unwrap(), example.replace("column=", "attribute="));
}

#[test]
fn conditions_of_each_form_give_their_xml() {
    let cases = [
        // Operators.
        (r#"{"AttributeName":"a","Operator":12,"Values":[]}"#, r#" attribute="a" operator="null" />"#),
        (r#"{"AttributeName":"a","Operator":12}"#, r#" attribute="a" operator="null" />"#),
        (r#"{"AttributeName":"a","Values":[1]}"#, r#" attribute="a" operator="eq" value="1" />"#),
        (r#"{"Operator":"GreaterThan","Values":[1],"AttributeName":"a"}"#, r#" attribute="a" operator="gt" value="1" />"#),
        (r#"{"AttributeName":"a","Operator":"not-null"}"#, r#" attribute="a" operator="not-null" />"#),
        (r#"{"AttributeName":"a","Operator":"13"}"#, r#" attribute="a" operator="not-null" />"#),
        (r#"{"AttributeName":"a","Operator":123,"Values":[1]}"#, r#" attribute="a" operator="code-123" value="1" />"#),
        (r#"{"AttributeName":"a","Operator":-1}"#, r#" attribute="a" operator="code--1" />"#),
        (r#"{"AttributeName":"a","Operator":1e3}"#, r#" attribute="a" operator="code-1e3" />"#),
        (r#"{"AttributeName":"a","Operator":"is <","Values":[1]}"#, r#" attribute="a" operator="is &lt;" value="1" />"#),
        (r#"{"AttributeName":"a","Operator":49,"Values":["x"]}"#, r#" attribute="a" operator="Contains" value="x" />"#),
        // How many values.
        (
            r#"{"AttributeName":"a","Operator":8,"Values":[1,2]}"#,
            r#" attribute="a" operator="in"><value>1</value><value>2</value></condition>"#,
        ),
        (r#"{"AttributeName":"a","Operator":8,"Values":[1]}"#, r#" attribute="a" operator="in"><value>1</value></condition>"#),
        (r#"{"AttributeName":"a","Operator":8,"Values":[]}"#, r#" attribute="a" operator="in" />"#),
        (
            r#"{"AttributeName":"a","Operator":8,"Values":[[1,[2]],3]}"#,
            r#" attribute="a" operator="in"><value>1</value><value>2</value><value>3</value></condition>"#,
        ),
        (
            r#"{"AttributeName":"a","Operator":10,"Values":[null,2]}"#,
            r#" attribute="a" operator="between"><value /><value>2</value></condition>"#,
        ),
        (
            r#"{"AttributeName":"a","Operator":0,"Values":[1,2]}"#,
            r#" attribute="a" operator="eq"><value>1</value><value>2</value></condition>"#,
        ),
        (r#"{"AttributeName":"a","Operator":0,"Values":[null]}"#, r#" attribute="a" operator="eq" />"#),
        (r#"{"AttributeName":"a","Operator":0,"Values":null}"#, r#" attribute="a" operator="eq" />"#),
        (r#"{"AttributeName":"a","Operator":0,"Values":7}"#, r#" attribute="a" operator="eq" value="7" />"#),
        (r#"{"AttributeName":"a","Operator":0,"Values":[""]}"#, r#" attribute="a" operator="eq" value="" />"#),
        // Kinds of values.
        (r#"{"Values":[true]}"#, r#" operator="eq" value="1" />"#),
        (r#"{"Values":[12345678901234567890.10]}"#, r#" operator="eq" value="12345678901234567890.10" />"#),
        (r#"{"Values":["a\"b<c>&\n\u0000é"]}"#, " operator=\"eq\" value=\"a&quot;b&lt;c&gt;&amp;&#10;\u{fffd}é\" />"),
        (r#"{"Operator":8,"Values":["<&>"]}"#, r#" operator="in"><value>&lt;&amp;&gt;</value></condition>"#),
        (r#"{"Values":["\/Date(1527757530151+0200)\/"]}"#, r#" operator="eq" value="2018-05-31T09:05:30.151Z" />"#),
        (r#"{"Values":["/Date(x)/"]}"#, r#" operator="eq" value="/Date(x)/" />"#),
        (r#"{"Values":["2018-05-31T09:05:30"]}"#, r#" operator="eq" value="2018-05-31T09:05:30" />"#),
        (
            r#"{"Values":[{"__type":"Guid:#System","__value":"0A3839B3-08d4-ef11-aeb0-00155d000101"}]}"#,
            r#" operator="eq" value="0A3839B3-08d4-ef11-aeb0-00155d000101" />"#,
        ),
        (r#"{"Values":[{"__type":"DateTime:#System","__value":"\/Date(0)\/"}]}"#, r#" operator="eq" value="1970-01-01T00:00:00Z" />"#),
        (r#"{"Values":[{"__type":"OptionSetValue:http:\/\/x","Value":3}]}"#, r#" operator="eq" value="3" />"#),
        (r#"{"Values":[{"Value":1.50}]}"#, r#" operator="eq" value="1.50" />"#),
        (
            r#"{"Operator":87,"Values":[[{"Value":1},{"Value":2}]]}"#,
            r#" operator="contain-values"><value>1</value><value>2</value></condition>"#,
        ),
        (
            r#"{"Values":[{"Id":"0a3839b3-08d4-ef11-aeb0-00155d000101","LogicalName":"account","Name":"x"}]}"#,
            r#" operator="eq" value="0a3839b3-08d4-ef11-aeb0-00155d000101" />"#,
        ),
        (r#"{"Values":[{"what":"<"}]}"#, r#" operator="eq" value="{&quot;what&quot;:&quot;&lt;&quot;}" />"#),
        // Columns and entities.
        (r#"{"AttributeName":"a","CompareColumns":true,"Operator":2,"Values":["b"]}"#, r#" attribute="a" operator="gt" valueof="b" />"#),
        (
            r#"{"AttributeName":"a","CompareColumns":true,"Operator":8,"Values":["b","c"]}"#,
            r#" attribute="a" operator="in" valueof="b, c" />"#,
        ),
        (r#"{"EntityName":"x\"y","AttributeName":"a","Operator":12}"#, r#" entityname="x&quot;y" attribute="a" operator="null" />"#),
    ];
    for (json, expected) in cases {
        assert_eq!(condition(json), expected, "{json}");
    }
}

#[test]
fn conditions_every_operator_of_the_table_is_written_by_its_name() {
    for operator in &CONDITION_OPERATORS {
        let expected = format!(" operator=\"{}\" />", operator.fetch);
        for code in [operator.number.to_string(), format!("\"{}\"", operator.name), format!("\"{}\"", operator.fetch)] {
            assert_eq!(condition(&format!(r#"{{"Operator":{code}}}"#)), expected);
        }
    }
}

#[test]
fn expressions_of_each_shape_give_their_filters() {
    let cases = [
        // Nothing to filter by.
        ("{}", ""),
        (r#"{"Criteria":null,"LinkEntities":null}"#, ""),
        (r#"{"Criteria":{"FilterOperator":1,"Conditions":[],"Filters":[{"Filters":[{}]}]}}"#, ""),
        // Nested filters, with the empty ones left out.
        (
            r#"{"Criteria":{"Filters":[{"FilterOperator":1,"Conditions":[{"AttributeName":"b"}]},{}],"Conditions":[{"AttributeName":"a"}],"FilterOperator":"And"}}"#,
            r#"<filter type="and"><condition attribute="a" operator="eq" /><filter type="or"><condition attribute="b" operator="eq" /></filter></filter>"#,
        ),
        (r#"{"Criteria":{"FilterOperator":"oR","Conditions":[{}]}}"#, r#"<filter type="or"><condition operator="eq" /></filter>"#),
        (r#"{"Criteria":{"FilterOperator":2,"Conditions":[{}]}}"#, r#"<filter type="code-2"><condition operator="eq" /></filter>"#),
        (
            r#"{"Criteria":{"IsQuickFindFilter":true,"Conditions":[{}]}}"#,
            r#"<filter type="and" isquickfindfields="1"><condition operator="eq" /></filter>"#,
        ),
        // Links: after the criteria wherever they stand, outer before inner, marked by alias or name.
        (
            r#"{"LinkEntities":[{"LinkEntities":[{"LinkToEntityName":"c","EntityAlias":"","LinkCriteria":{"Conditions":[{"AttributeName":"z"}]}}],
                "LinkCriteria":{"Filters":[{"Conditions":[{"AttributeName":"y"},{"AttributeName":"x","EntityName":"own"}]}]},"EntityAlias":"b1","LinkToEntityName":"b"},
                {"LinkCriteria":{}}],"Criteria":{"Conditions":[{"AttributeName":"a"}]}}"#,
            r#"<filter type="and"><condition attribute="a" operator="eq" /></filter><filter type="and"><filter type="and"><condition entityname="b1" attribute="y" operator="eq" /><condition entityname="own" attribute="x" operator="eq" /></filter></filter><filter type="and"><condition entityname="c" attribute="z" operator="eq" /></filter>"#,
        ),
        // Related rows as a condition.
        (
            r#"{"Criteria":{"AnyAllFilterLinkEntity":{"LinkFromEntityName":"contact","LinkFromAttributeName":"contactid","LinkToEntityName":"account",
                "LinkToAttributeName":"primarycontactid","JoinOperator":9,"LinkCriteria":{"Conditions":[{"AttributeName":"name","Values":["x"]}]}}}}"#,
            r#"<filter type="and"><link-entity name="account" from="primarycontactid" to="contactid" link-type="not all"><filter type="and"><condition attribute="name" operator="eq" value="x" /></filter></link-entity></filter>"#,
        ),
    ];
    for (json, expected) in cases {
        assert_eq!(found(json).unwrap(), expected, "{json}");
        let mut again = String::new();
        if !expected.is_empty() {
            fetchxml::filters(expected, &mut again).unwrap();
        }
        assert_eq!(again, expected);
    }
}

#[test]
fn links_every_join_operator_is_written_by_its_name() {
    let expected =
        ["inner", "outer", "natural", "matchfirstrowusingcrossapply", "in", "exists", "any", "not any", "all", "not all", "code-10"];
    let names = ["Inner", "LeftOuter", "Natural", "MatchFirstRowUsingCrossApply", "In", "Exists", "Any", "NotAny", "All", "NotAll"];
    for (number, link_type) in expected.into_iter().enumerate() {
        let with = |code: &str| found(&format!(r#"{{"Criteria":{{"AnyAllFilterLinkEntity":{{"JoinOperator":{code}}}}}}}"#)).unwrap();
        let filter = format!(r#"<filter type="and"><link-entity link-type="{link_type}"></link-entity></filter>"#);
        assert_eq!(with(&number.to_string()), filter);
        if let Some(name) = names.get(number) {
            assert_eq!(with(&format!("\"{name}\"")), filter);
        }
    }
}

#[test]
fn expressions_that_are_bad_name_reason_place_and_byte() {
    let cases = [
        ("", Reason::NotJson, "", ""),
        ("[]", Reason::NotJson, "", "["),
        (r#"{"Criteria":[]}"#, Reason::WrongType, "Criteria", "[]"),
        (r#"{"Criteria":{"Conditions":{}}}"#, Reason::WrongType, "Criteria.Conditions", "{}}"),
        (r#"{"Criteria":{"Conditions":[{}, 7]}}"#, Reason::WrongType, "Criteria.Conditions[1]", "7"),
        (r#"{"Criteria":{"Conditions":[{"AttributeName":7}]}}"#, Reason::WrongType, "Criteria.Conditions[0].AttributeName", "7"),
        (r#"{"Criteria":{"Conditions":[{"Operator":true}]}}"#, Reason::WrongType, "Criteria.Conditions[0].Operator", "true"),
        (r#"{"Criteria":{"Conditions":[{"CompareColumns":0}]}}"#, Reason::WrongType, "Criteria.Conditions[0].CompareColumns", "0"),
        (
            r#"{"Criteria":{"Filters":[{"Filters":[{"FilterOperator":[]}]}]}}"#,
            Reason::WrongType,
            "Criteria.Filters[0].Filters[0].FilterOperator",
            "[]",
        ),
        (
            r#"{"LinkEntities":[{},{"LinkEntities":[{"LinkCriteria":7}]}]}"#,
            Reason::WrongType,
            "LinkEntities[1].LinkEntities[0].LinkCriteria",
            "7",
        ),
        (r#"{"Criteria":{},"Criteria":null}"#, Reason::DuplicateKey, "Criteria", "null"),
        (r#"{"Criteria":{"Conditions":[{"Values":[1,],"a":0}]}}"#, Reason::NotJson, "Criteria", "],\"a\""),
        (r#"{} {}"#, Reason::NotJson, "", "{}"),
    ];
    for (json, reason, place, at) in cases {
        let fault = found(json).expect_err(json);
        assert_eq!((fault.reason, fault.place.as_str()), (reason, place), "{fault:?} in {json}");
        assert!(json[fault.offset..].starts_with(at), "{fault:?} in {json}");
    }
}

#[test]
fn expressions_nested_too_deep_are_refused() {
    let nest = |levels: usize, inner: &str| {
        format!("{{\"Criteria\":{}{{{inner}}}{}}}", "{\"Filters\":[".repeat(levels - 1), "]}".repeat(levels - 1))
    };
    let deepest = found(&nest(62, r#""Conditions":[{"Operator":8,"Values":[1]}]"#)).unwrap();
    assert_eq!(deepest.matches("<filter").count(), 62);
    let mut again = String::new();
    fetchxml::filters(&deepest, &mut again).unwrap();
    assert_eq!(again, deepest);
    assert_eq!(found(&nest(63, "")).unwrap_err().reason, Reason::TooDeep);
    assert_eq!(found(&nest(100_000, "")).unwrap_err().reason, Reason::TooDeep);
    for open in ["{\"LinkEntities\":[", "{\"Criteria\":{\"AnyAllFilterLinkEntity\":{\"LinkCriteria\":"] {
        assert_eq!(found(&open.repeat(100_000)).unwrap_err().reason, Reason::TooDeep);
    }
    let values = format!(r#"{{"Criteria":{{"Conditions":[{{"Values":{}{}}}]}}}}"#, "[".repeat(124), "]".repeat(124));
    assert_eq!(found(&values).unwrap(), r#"<filter type="and"><condition operator="eq" /></filter>"#);
}

#[test]
fn by_attribute_pairs_names_with_values() {
    let run = |json: &str| {
        let mut out = String::new();
        by_attribute::filters(json, &mut out).map(|()| out)
    };
    assert_eq!(run("{}").unwrap(), "");
    assert_eq!(run(r#"{"Attributes":[],"Values":[]}"#).unwrap(), "");
    let json = r#"{"Values":["x<",null,{"Value":3},[1,2]],"EntityName":"e","Attributes":["a","b","c\"","d"]}"#;
    let expected = concat!(
        r#"<filter type="and"><condition attribute="a" operator="eq" value="x&lt;" /><condition attribute="b" operator="null" />"#,
        r#"<condition attribute="c&quot;" operator="eq" value="3" /><condition attribute="d" operator="eq"><value>1</value><value>2</value></condition></filter>"#
    );
    assert_eq!(run(json).unwrap(), expected);
    for (json, reason, place) in [
        (r#"{"Attributes":["a"],"Values":[1,2]}"#, Reason::BadQuery, "Values[1]"),
        (r#"{"Attributes":["a"],"Values":[]}"#, Reason::BadQuery, "Attributes"),
        (r#"{"Attributes":[7],"Values":[7]}"#, Reason::WrongType, "Attributes[0]"),
        (r#"{"Attributes":"a"}"#, Reason::WrongType, "Attributes"),
    ] {
        let fault = run(json).expect_err(json);
        assert_eq!((fault.reason, fault.place.as_str()), (reason, place), "{json}");
    }
}

//! Redaction reaches every place where a value shows.

use super::*;

/// What an event holds, what is redacted, and the columns that come of it; a column that is not named stays as it was.
struct Case {
    event: &'static str,
    targets: Vec<Target>,
    changed: &'static [(&'static str, &'static str)],
}

const CONTACT: &str = r#","InstanceUrl":"https://x.com","EntityId":"0A0D8709-711e-e811-a952-000d3a732d76","#;

fn cases() -> Vec<Case> {
    let case = |event, targets: &[Target], changed| Case { event, targets: targets.to_vec(), changed };
    vec![
        // A named field, and its value in the query.
        case(
            r#""Fields":[{"Name":"email","Value":"j<é@x"},{"Name":"other","Value":"j<é@x"}],"Query":"<filter><condition value=\"j&lt;&#233;@x\" /></filter>""#,
            &[field("EMAIL")],
            &[
                ("Fields", r#"[{"Name":"email","Value":"[redacted by mask]"},{"Name":"other","Value":"j<é@x"}]"#),
                ("Query", r#"<filter><condition value="[redacted by mask]" /></filter>"#),
            ],
        ),
        // The id of the record in a field, in the URL and in the results; the column EntityId stays.
        case(
            r#""Fields":[{"Name":"contactid","Value":"0a0d8709-711e-e811-A952-000d3a732d76"}],"QueryResults":["0a0d8709-711e-e811-a952-000d3a732d76","dc136b61-6c1e-e811-a952-000d3a732d76"]"#,
            &[field("contactid")],
            &[
                ("Fields", r#"[{"Name":"contactid","Value":"[redacted by mask]"}]"#),
                ("QueryResults", "00000000-0000-0000-0000-000000000000, dc136b61-6c1e-e811-a952-000d3a732d76"),
                ("ItemUrl", "https://x.com/main.aspx?etn=contact&pagetype=entityrecord&id=[redacted by mask]"),
            ],
        ),
        // A short number of a field is not looked for in ids, but in the URL.
        case(
            r#""Fields":[{"Name":"n","Value":711}],"QueryResults":["0a0d8709-711e-e811-a952-000d3a732d76"]"#,
            &[field("n")],
            &[
                ("Fields", r#"[{"Name":"n","Value":"[redacted by mask]"}]"#),
                (
                    "ItemUrl",
                    "https://x.com/main.aspx?etn=contact&pagetype=entityrecord&id=0a0d8709-[redacted by mask]e-e811-a952-000d3a732d76",
                ),
            ],
        ),
        // A text in all four.
        case(
            r#""Fields":[{"Name":"a","Value":{"b":["x 136b61-6c1 y"]}}],"Query":"136b61-6c1","QueryResults":["0a0d8709-711e-e811-a952-000d3a732d76","dc136b61-6c1e-e811-a952-000d3a732d76"]"#,
            &[text("136b61-6c1"), text("=contact&")],
            &[
                ("Fields", r#"[{"Name":"a","Value":{"b":["x [redacted by mask] y"]}}]"#),
                ("Query", "[redacted by mask]"),
                ("QueryResults", "0a0d8709-711e-e811-a952-000d3a732d76, 00000000-0000-0000-0000-000000000000"),
                ("ItemUrl", "https://x.com/main.aspx?etn[redacted by mask]pagetype=entityrecord&id=0a0d8709-711e-e811-a952-000d3a732d76"),
            ],
        ),
        // Ids that a text reaches across.
        case(
            r#""QueryResults":["0a0d8709-711e-e811-a952-000d3a732d76","dc136b61-6c1e-e811-a952-000d3a732d76","ec136b61-6c1e-e811-a952-000d3a732d76"]"#,
            &[text("d76, dc1"), text(", e")],
            &[(
                "QueryResults",
                "00000000-0000-0000-0000-000000000000, 00000000-0000-0000-0000-000000000000, 00000000-0000-0000-0000-000000000000",
            )],
        ),
        // A GUID, whatever its case, in every place.
        case(
            r#""Fields":[{"Name":"a","Value":"{0A0D8709-711E-E811-A952-000D3A732D76}"}],"Query":"<filter><condition value=\"{0A0D8709-711E-E811-A952-000D3A732D76}\" /></filter>","QueryResults":["0A0D8709-711e-e811-a952-000d3a732d76"]"#,
            &[text("0A0d8709-711e-e811-a952-000d3a732d76")],
            &[
                ("Fields", r#"[{"Name":"a","Value":"{[redacted by mask]}"}]"#),
                ("Query", r#"<filter><condition value="{[redacted by mask]}" /></filter>"#),
                ("QueryResults", "00000000-0000-0000-0000-000000000000"),
                ("ItemUrl", "https://x.com/main.aspx?etn=contact&pagetype=entityrecord&id=[redacted by mask]"),
            ],
        ),
        // Whole columns.
        case(
            r#""Query":"<fetch><filter /></fetch>","QueryResults":["0a0d8709-711e-e811-a952-000d3a732d76"]"#,
            &[Target::WholeQuery, Target::WholeQueryResults, Target::WholeItemUrl],
            &[("Query", "[redacted by mask]"), ("QueryResults", ""), ("ItemUrl", "[redacted by mask]")],
        ),
        // Whole columns that are empty: that they were must not show.
        case(r#""Query":"<fetch />","QueryResults":[]"#, &[Target::WholeQuery], &[("Query", "[redacted by mask]")]),
        case(r#""Query":"<fetch />","QueryResults":[]"#, &[Target::WholeQueryResults], &[("QueryResults", "")]),
        // Names of fields are no values.
        case(r#""Fields":[{"Name":"email","Value":"x"}]"#, &[text("email")], &[]),
        // What is not there leaves no mark.
        case(
            r#""Fields":[{"Name":"email","Value":"x"}]"#,
            &[field("mail"), text("nowhere"), Target::WholeQuery, Target::WholeQueryResults],
            &[],
        ),
    ]
}

#[test]
fn redact_each_case_in_both_profiles() {
    for (number, case) in cases().into_iter().enumerate() {
        let events = [event("Update", "contact", &format!("{CONTACT}{}", case.event))];
        for settings in ["", WIRE] {
            let before = record(capture(settings, &events));
            let mut capture = capture(settings, &events);
            say(&mut capture, "mask", &redact(&case.targets));
            let after = record(capture);
            let mut expected = before.clone();
            for &(column, value) in case.changed {
                let value = Value::from(value);
                let wire_fields = column == "Fields" && settings == WIRE;
                expected[column] = if wire_fields { serde_json::from_str(value.as_str().unwrap()).unwrap() } else { value };
                expected["Redacted"] = "mask".into();
            }
            assert_eq!(after, expected, "case {number}");
            assert_eq!(after["EntityId"], "0a0d8709-711e-e811-a952-000d3a732d76");
        }
    }
}

#[test]
fn redact_url_of_an_entity_that_is_percent_encoded() {
    let more = r#","InstanceUrl":"https://x.com/jane%20doe/","EntityId":"0a0d8709-711e-e811-a952-000d3a732d76""#;
    let mut capture = capture("", &[event("Update", "Größe & mehr", more)]);
    say(&mut capture, "mask", &redact(&[text("öße &"), text("ne do")]));
    let expected = "https://x.com/ja[redacted by mask]e/main.aspx?etn=gr[redacted by mask]%20mehr&pagetype=entityrecord&id=0a0d8709-711e-e811-a952-000d3a732d76";
    assert_eq!(record(capture)["ItemUrl"], expected);
}

#[test]
fn redact_value_larger_than_a_part_is_redacted_before_it_is_cut() {
    let long = format!("{}jane@contoso.com{}", "x\\\"".repeat(1_400), "y".repeat(4_000));
    for settings in ["", WIRE] {
        let mut capture = capture(settings, &[event("Update", "a", &format!(r#","Fields":[{{"Name":"n","Value":"{long}"}}]"#))]);
        say(&mut capture, "mask", &redact(&[text("jane@contoso.com")]));
        let outcome = capture.emit();
        assert!(outcome.outcome.parts > 2 && !outcome.outcome.records.contains("jane"));
        let record = &records(&outcome)[0];
        let fields = record["Fields"].as_str().map_or_else(|| record["Fields"].clone(), |fields| serde_json::from_str(fields).unwrap());
        assert_eq!(fields[0]["Value"], long.replace("\\\"", "\"").replace("jane@contoso.com", "[redacted by mask]"));
    }
}

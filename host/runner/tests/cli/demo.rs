//! `actlog demo`: the examples of the specification, value for value.

use crate::program::{Place, golden};

const EXAMPLE_1: [(&str, &str); 10] = [
    ("ID", "50e01c88-2e43-4005-8be8-9ceb172e2e90"),
    ("UserKey", "10033XXXA49AXXXX"),
    ("ClientIP", "131.107.XXX.XX"),
    ("Operation", "Retrieve"),
    ("Date", "3/2/2018 11:25:56 PM"),
    ("EntityId", "0a0d8709-711e-e811-a952-000d3a732d76"),
    ("EntityName", "Account"),
    ("Query", "N/A"),
    ("QueryResults", "N/A"),
    ("ItemURL", "https://orgname.onmicrosoft.com/main.aspx?etn=account&pagetype=entityrecord&id=0a0d8709-711e-e811-a952-000d3a732d76"),
];

const EXAMPLE_2: [(&str, &str); 9] = [
    ("ID", "ef83f463-b92f-455e-97a6-2060a47efe33"),
    ("UserKey", "10033XXXA49AXXXX"),
    ("ClientIP", "131.107.XXX.XX"),
    ("Operation", "RetrieveMultiple"),
    ("Date", "3/2/2018 11:25:56 PM"),
    ("EntityId", "N/A"),
    ("EntityName", "Account"),
    (
        "Query",
        "<filter type=\"and\"><condition column=\"ownerid\" operator=\"eq-userid\" /><condition column=\"statecode\" operator=\"eq\" value=\"0\" /></filter>",
    ),
    ("QueryResults", "0a0d8709-711e-e811-a952-000d3a732d76, dc136b61-6c1e-e811-a952-000d3a732d76"),
];

const EXAMPLE_3: [[&str; 4]; 5] = [
    ["53c98033-cca4-4420-97e4-4c1b4f81e062", "23ad069e-4d22-e811-a953-000d3a732d76", "Contact", "Create"],
    ["5aca837c-a1f5-4801-b770-5c66183a58aa", "25ad069e-4d22-e811-a953-000d3a732d76", "Opportunity", "Create"],
    ["c9585748-fdbf-4ff7-970c-bb37f6aa2c36", "25ad069e-4d22-e811-a953-000d3a732d76", "Opportunity", "Update"],
    ["a0469f30-078b-419d-be61-b04c9a34121f", "1cad069e-4d22-e811-a953-000d3a732d76", "Lead", "Update"],
    ["0975bceb-07c7-4dc2-b621-5a7b245c36a4", "1cad069e-4d22-e811-a953-000d3a732d76", "Lead", "Update"],
];

/// The rows below a heading, up to the line that begins with `end`.
fn rows<'t>(text: &'t str, heading: &str, end: &str) -> Vec<&'t str> {
    let from = text.lines().skip_while(|line| !line.starts_with(heading)).skip(2);
    from.take_while(|line| !line.starts_with(end)).collect()
}

#[test]
fn demo_shows_the_examples_value_for_value() {
    let ran = Place::new().run("demo").ended(0);
    let pairs = |lines: Vec<&str>| -> Vec<(String, String)> {
        let pair = |line: &str| line.split_once(' ').map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
        lines.into_iter().filter_map(pair).collect()
    };
    let owned = |rows: &[(&str, &str)]| -> Vec<(String, String)> {
        rows.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    assert_eq!(pairs(rows(ran.text(), "Example 1", "record")), owned(&EXAMPLE_1));
    assert_eq!(pairs(rows(ran.text(), "Example 2", "record")), owned(&EXAMPLE_2));
    let third: Vec<Vec<&str>> = rows(ran.text(), "Example 3", "ID is").into_iter().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(third, EXAMPLE_3);
}

#[test]
fn demo_is_what_it_was() {
    let ran = Place::new().run("demo").ended(0);
    assert_eq!(ran.err, "");
    golden("demo.txt", ran.text());
}

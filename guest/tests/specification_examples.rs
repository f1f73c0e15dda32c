//! The three examples of the specification ("Example generated logs"), value for value.

use actlog_guest::pipeline::Auditor;
use serde_json::Value;

const ORGANIZATION: &str = "7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10";

/// The records of some events under default settings.
fn records(events: &str) -> Vec<Value> {
    let outcome = Auditor::open("").expect("defaults").audit(events.as_bytes());
    assert!(outcome.rejected.is_empty(), "{:?}", outcome.rejected);
    outcome.records.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Checks the columns of an example; `N/A` means that the record has none.
fn assert_columns(record: &Value, expected: &[(&str, &str)]) {
    for &(column, value) in expected {
        match value {
            "N/A" => assert_eq!(record.get(column), None, "{column}"),
            value => assert_eq!(record[column], value, "{column}"),
        }
    }
}

#[test]
fn example_1_a_user_reads_an_account_record() {
    let event = format!(
        r#"{{"EventId":"50e01c88-2e43-4005-8be8-9ceb172e2e90","UserKey":"10033XXXA49AXXXX","ClientIP":"131.107.XXX.XX","Message":"Retrieve","CreationTime":"2018-03-02T23:25:56Z","EntityId":"0a0d8709-711e-e811-a952-000d3a732d76","EntityName":"Account","OrganizationId":"{ORGANIZATION}","InstanceUrl":"https://orgname.onmicrosoft.com"}}"#
    );
    let records = records(&event);
    assert_eq!(records.len(), 1);
    assert_columns(
        &records[0],
        &[
            ("EventId", "50e01c88-2e43-4005-8be8-9ceb172e2e90"),
            ("UserKey", "10033XXXA49AXXXX"),
            ("ClientIP", "131.107.XXX.XX"),
            ("Operation", "Retrieve"),
            ("CreationTime", "2018-03-02T23:25:56Z"),
            ("EntityId", "0a0d8709-711e-e811-a952-000d3a732d76"),
            ("EntityName", "Account"),
            ("Query", "N/A"),
            ("QueryResults", "N/A"),
            (
                "ItemUrl",
                "https://orgname.onmicrosoft.com/main.aspx?etn=account&pagetype=entityrecord&id=0a0d8709-711e-e811-a952-000d3a732d76",
            ),
            ("Category", "Read"),
        ],
    );
}

#[test]
fn example_2_a_user_sees_account_records_in_a_grid() {
    let filter = r#"<filter type="and"><condition column="ownerid" operator="eq-userid" /><condition column="statecode" operator="eq" value="0" /></filter>"#;
    let fetch = format!(
        r#"<fetch version="1.0"><entity name="account"><attribute name="name" /><order attribute="name" />{filter}</entity></fetch>"#
    );
    for query in [filter, &fetch] {
        let event = serde_json::json!({
            "EventId": "ef83f463-b92f-455e-97a6-2060a47efe33",
            "UserKey": "10033XXXA49AXXXX",
            "ClientIP": "131.107.XXX.XX",
            "Message": "RetrieveMultiple",
            "CreationTime": "2018-03-02T23:25:56Z",
            "EntityName": "Account",
            "OrganizationId": ORGANIZATION,
            "InstanceUrl": "https://orgname.onmicrosoft.com",
            "Query": query,
            "QueryResults": ["0a0d8709-711e-e811-a952-000d3a732d76", "dc136b61-6c1e-e811-a952-000d3a732d76"],
        });
        let records = records(&event.to_string());
        assert_eq!(records.len(), 1);
        assert_columns(
            &records[0],
            &[
                ("EventId", "ef83f463-b92f-455e-97a6-2060a47efe33"),
                ("UserKey", "10033XXXA49AXXXX"),
                ("ClientIP", "131.107.XXX.XX"),
                ("Operation", "RetrieveMultiple"),
                ("CreationTime", "2018-03-02T23:25:56Z"),
                ("EntityId", "N/A"),
                ("EntityName", "Account"),
                ("Query", filter),
                ("QueryResults", "0a0d8709-711e-e811-a952-000d3a732d76, dc136b61-6c1e-e811-a952-000d3a732d76"),
                ("Category", "ReadMultiple"),
            ],
        );
    }
}

#[test]
fn example_3_a_user_converts_a_lead_to_an_opportunity() {
    let rows = [
        ("53c98033-cca4-4420-97e4-4c1b4f81e062", "23ad069e-4d22-e811-a953-000d3a732d76", "Contact", "Create"),
        ("5aca837c-a1f5-4801-b770-5c66183a58aa", "25ad069e-4d22-e811-a953-000d3a732d76", "Opportunity", "Create"),
        ("c9585748-fdbf-4ff7-970c-bb37f6aa2c36", "25ad069e-4d22-e811-a953-000d3a732d76", "Opportunity", "Update"),
        ("a0469f30-078b-419d-be61-b04c9a34121f", "1cad069e-4d22-e811-a953-000d3a732d76", "Lead", "Update"),
        ("0975bceb-07c7-4dc2-b621-5a7b245c36a4", "1cad069e-4d22-e811-a953-000d3a732d76", "Lead", "Update"),
    ];
    let event = |(id, entity_id, entity, operation): (&str, &str, &str, &str)| serde_json::json!({ "EventId": id, "EntityId": entity_id, "EntityName": entity, "Message": operation, "OrganizationId": ORGANIZATION });
    let events: Vec<String> = rows.into_iter().map(|row| event(row).to_string()).collect();
    let records = records(&events.join("\n"));
    assert_eq!(records.len(), rows.len(), "each event is a record, the two equal updates too");
    for (record, (id, entity_id, entity, operation)) in records.iter().zip(rows) {
        assert_columns(
            record,
            &[("EventId", id), ("EntityId", entity_id), ("EntityName", entity), ("Operation", operation), ("Category", operation)],
        );
    }
    let mut ids: Vec<&str> = records.iter().map(|record| record["Id"].as_str().expect("Id")).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), rows.len(), "ids are unique");
}

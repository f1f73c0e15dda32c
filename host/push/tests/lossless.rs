//! Whatever a record holds, both views hold it too, and nothing makes them panic.

use actlog_push::{ROWS, ocsf, request};
use bytes::Bytes;
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => "[ -~äß€]{0,40}".prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(json!([{"Name": "a", "Value": {"b": 1}}])),
        1 => Just(Value::Null),
    ]
}

fn record() -> impl Strategy<Value = Map<String, Value>> {
    let column = prop_oneof![9 => proptest::sample::select(ROWS).prop_map(|row| row.column.to_owned()), 1 => "[A-Za-z.]{1,12}"];
    proptest::collection::btree_map(column, value(), 0..20).prop_map(|map| map.into_iter().collect())
}

/// Every value in a document, and every text in the lists of it put together as records have them.
fn values(document: &Value, found: &mut Vec<Value>) {
    found.push(document.clone());
    match document {
        Value::Array(list) => {
            let texts: Vec<&str> = list.iter().filter_map(|one| one.as_str().or_else(|| one["uid"].as_str())).collect();
            found.push(texts.join(", ").into());
            list.iter().for_each(|one| values(one, found));
        }
        Value::Object(object) => object.values().for_each(|one| values(one, found)),
        _ => {}
    }
}

proptest! {
    #[test]
    fn ocsf_event_has_every_value_of_the_record(record in record()) {
        let event = ocsf(&record, Timestamp::UNIX_EPOCH);
        let mut found = Vec::new();
        values(&event, &mut found);
        for (column, value) in &record {
            // Ids of a result: empty ones say nothing, and the entity's own stands before them.
            if column == "QueryResults" && value.is_string() {
                let wanted: Vec<&str> = value.as_str().unwrap_or_default().split(", ").filter(|id| !id.is_empty()).collect();
                prop_assert!(wanted.iter().all(|id| found.contains(&json!(id))), "{column}: {value}\n{event}");
                continue;
            }
            let as_json = value.as_str().and_then(|text| serde_json::from_str(text).ok());
            prop_assert!(found.contains(value) || as_json.is_some_and(|json| found.contains(&json)), "{column}: {value}\n{event}");
        }
    }

    #[test]
    fn otlp_request_takes_any_object_and_names_anything_else(record in record(), noise in proptest::collection::vec(any::<u8>(), 0..50)) {
        let line = Bytes::from(Value::Object(record).to_string());
        let taken = request(&[line.clone(), line], None, Timestamp::UNIX_EPOCH).expect("an object");
        let records: usize = taken.resource_logs.iter().flat_map(|logs| &logs.scope_logs).map(|logs| logs.log_records.len()).sum();
        prop_assert_eq!(records, 2);
        let is_record = serde_json::from_slice::<Map<String, Value>>(&noise).is_ok();
        prop_assert_eq!(request(&[noise.into()], None, Timestamp::UNIX_EPOCH).is_ok(), is_record);
    }
}

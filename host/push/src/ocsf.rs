//! A record as an OCSF event.

use std::net::IpAddr;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::table::{self, Ocsf};
use crate::time;

/// The version of the schema.
pub const OCSF_VERSION: &str = "1.3.0";

const CATEGORY_UID: u64 = 6;
const CLASS_UID: u64 = 6003;
/// What stands where the schema needs something and the record has nothing.
const UNKNOWN: &str = "Unknown";

/// A record, or a part of one, as an OCSF event of the class API Activity (6003), without profiles. Nothing of the record is lost.
///
/// `otherwise` stands for the time where the record has none, as the schema needs one: when it was received, say.
pub fn ocsf(record: &Map<String, Value>, otherwise: Timestamp) -> Value {
    let mut event = Event::default();
    for (column, value) in record {
        event.take(column, value);
    }
    event.finish(record, otherwise)
}

#[derive(Default)]
struct Event {
    root: Map<String, Value>,
    unmapped: Map<String, Value>,
    entity: Map<String, Value>,
    resources: Vec<Value>,
    time: Option<Timestamp>,
    activity: Option<(u64, String)>,
}

impl Event {
    fn take(&mut self, column: &str, value: &Value) {
        // A column of another form than in the profile that the table is of goes where unknown ones go.
        match (table::of(column).map(|row| row.ocsf), value) {
            (Some(Ocsf::Text(path)), Value::String(text)) => self.set(path, text.as_str().into()),
            (Some(Ocsf::Time(path)), Value::String(text)) => {
                self.time = time::parse(text);
                self.set(path, text.as_str().into());
            }
            (Some(Ocsf::Category), Value::String(category)) => {
                self.activity = Some(activity(category));
                self.unmapped.insert(column.into(), category.as_str().into());
            }
            (Some(Ocsf::Status), Value::String(status)) => {
                self.set("status", status.as_str().into());
                self.set("status_id", table::succeeded(status).map_or(99, |well| if well { 1 } else { 2 }).into());
            }
            (Some(Ocsf::UserType), Value::String(kind)) => {
                self.set("actor.user.type", kind.as_str().into());
                self.set("actor.user.type_id", user_type(kind).into());
            }
            (Some(Ocsf::Address), Value::String(text)) => {
                let place = if text.parse::<IpAddr>().is_ok() { "src_endpoint.ip" } else { "src_endpoint.name" };
                self.set(place, text.as_str().into());
            }
            (Some(Ocsf::List(path)), Value::String(text)) => self.set(path, text.split(", ").map(Value::from).collect()),
            (Some(Ocsf::Resource(key)), Value::String(text)) => {
                self.entity.insert(key.into(), text.as_str().into());
            }
            (Some(Ocsf::Resources), Value::String(ids)) => {
                self.resources = ids.split(", ").filter(|id| !id.is_empty()).map(|id| json!({ "uid": id })).collect();
            }
            (Some(Ocsf::Request), value) => {
                let json = value.as_str().and_then(|text| serde_json::from_str(text).ok());
                self.set(&format!("api.request.data.{column}"), json.unwrap_or_else(|| value.clone()));
            }
            (_, value) => {
                self.unmapped.insert(column.into(), value.clone());
            }
        }
    }

    /// Sets a value at a path of names.
    fn set(&mut self, path: &str, value: Value) {
        set(&mut self.root, path, value);
    }

    /// Sets a value that the schema needs where the record gave none.
    fn need(&mut self, path: &str, value: impl Into<Value>) {
        if self.root.get(path.split('.').next().unwrap_or_default()).is_none_or(|_| pointer(&self.root, path).is_none()) {
            self.set(path, value.into());
        }
    }

    fn finish(mut self, record: &Map<String, Value>, otherwise: Timestamp) -> Value {
        let (id, name) = self.activity.take().unwrap_or((0, UNKNOWN.into()));
        self.set("activity_id", id.into());
        self.set("activity_name", name.into());
        self.set("category_uid", CATEGORY_UID.into());
        self.set("class_uid", CLASS_UID.into());
        self.set("type_uid", (CLASS_UID * 100 + id).into());
        self.set("severity_id", 1.into());
        self.set("time", self.time.unwrap_or(otherwise).as_millisecond().into());
        self.set("metadata.version", OCSF_VERSION.into());
        self.set("metadata.product.name", "actlog".into());
        self.set("metadata.product.vendor_name", "actlog".into());
        self.set("metadata.product.version", env!("CARGO_PKG_VERSION").into());
        self.need("status_id", 0);
        self.need("api.operation", UNKNOWN);
        if pointer(&self.root, "api.request").is_some() {
            // A request has to have an id: its own, or that of the record.
            let own = ["CorrelationId", "Id"].iter().find_map(|column| record.get(*column).and_then(Value::as_str));
            self.need("api.request.uid", own.unwrap_or(UNKNOWN));
        }
        if self.root.get("src_endpoint").is_none() {
            self.set("src_endpoint.name", UNKNOWN.into());
        }
        if pointer(&self.root, "actor.user.uid").is_none() {
            self.need("actor.user.name", UNKNOWN);
        }
        let mut resources = std::mem::take(&mut self.resources);
        if resources.is_empty() || self.entity.contains_key("uid") {
            if !self.entity.is_empty() {
                // A resource has to have a name or an id.
                if !self.entity.contains_key("uid") && !self.entity.contains_key("name") {
                    self.entity.insert("name".into(), UNKNOWN.into());
                }
                resources.insert(0, Value::Object(self.entity));
            }
        } else {
            for resource in resources.iter_mut().filter_map(Value::as_object_mut) {
                resource.extend(self.entity.clone());
            }
        }
        if !resources.is_empty() {
            self.root.insert("resources".into(), resources.into());
        }
        if !self.unmapped.is_empty() {
            self.root.insert("unmapped".into(), Value::Object(self.unmapped));
        }
        Value::Object(self.root)
    }
}

fn set(object: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            object.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = object.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}

fn pointer<'v>(object: &'v Map<String, Value>, path: &str) -> Option<&'v Value> {
    let mut names = path.split('.');
    let mut value = object.get(names.next()?)?;
    for name in names {
        value = value.get(name)?;
    }
    Some(value)
}

/// The id and name of what was done. The class knows four activities; every other has its category's name.
fn activity(category: &str) -> (u64, String) {
    match category {
        "Create" => (1, "Create".into()),
        "Read" | "ReadMultiple" | "Export" => (2, "Read".into()),
        "Update" | "Associate" | "Disassociate" | "Assign" | "Share" | "Activate" | "Publish" | "Customize" => (3, "Update".into()),
        "Delete" => (4, "Delete".into()),
        other => (99, other.to_owned()),
    }
}

fn user_type(kind: &str) -> u64 {
    match kind {
        "Regular" | "Guest" => 1,
        "Admin" | "DCAdmin" => 2,
        "System" | "Application" | "ServicePrincipal" | "SystemPolicy" => 3,
        _ => 99,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(record: Value) -> Value {
        ocsf(record.as_object().expect("an object"), Timestamp::from_millisecond(7).expect("a time"))
    }

    #[test]
    fn empty_record_has_all_that_is_needed() {
        let event = of(json!({}));
        assert_eq!(event["time"], 7);
        assert_eq!((&event["type_uid"], &event["activity_name"]), (&json!(600_300), &json!("Unknown")));
        assert_eq!((&event["src_endpoint"], &event["actor"]), (&json!({"name": "Unknown"}), &json!({"user": {"name": "Unknown"}})));
        assert_eq!(event["api"], json!({"operation": "Unknown"}));
    }

    #[test]
    fn each_id_of_a_result_is_a_resource() {
        let event = of(json!({"EntityName": "Account", "ItemType": "account", "QueryResults": "a, b"}));
        let resource = |id| json!({"uid": id, "name": "Account", "type": "account"});
        assert_eq!(event["resources"], json!([resource("a"), resource("b")]));
    }

    #[test]
    fn what_is_no_address_is_a_name() {
        assert_eq!(of(json!({"ClientIP": "131.107.XXX.XX"}))["src_endpoint"], json!({"name": "131.107.XXX.XX"}));
        assert_eq!(of(json!({"ClientIP": "2001:db8::1"}))["src_endpoint"], json!({"ip": "2001:db8::1"}));
    }

    #[test]
    fn columns_of_another_form_are_not_lost() {
        let event = of(json!({"UserType": 2, "Version": "1", "Fields": [{"Name": "a", "Value": 1}], "Part": 1}));
        assert_eq!(event["unmapped"], json!({"UserType": 2, "Version": "1", "Part": 1}));
        assert_eq!(event["api"]["request"]["data"]["Fields"], json!([{"Name": "a", "Value": 1}]));
    }

    #[test]
    fn failure_is_a_failure() {
        for (status, id) in [("Success", 1), ("Failed", 2), ("Partly", 99)] {
            assert_eq!(of(json!({ "ResultStatus": status }))["status_id"], id, "{status}");
        }
    }

    /// Every category that there is, so that a new one has to be thought of here.
    #[test]
    fn every_category_has_an_activity() {
        let catalog: Value = serde_json::from_str(&actlog_guest::catalog::catalog()).expect("a catalog");
        let categories = catalog["categories"].as_array().expect("categories");
        assert_eq!(categories.len(), 19);
        let names = categories.iter().map(|category| category["name"].as_str().expect("a name"));
        let others: Vec<&str> = names.filter(|category| activity(category).0 == 99).collect();
        assert_eq!(others, ["SignIn", "SignOut", "Import", "Send", "Check", "Execute"]);
    }
}

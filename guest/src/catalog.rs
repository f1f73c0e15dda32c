//! Catalog: everything that the filter knows, as one JSON document, for people and for programs that show tables.
//!
//! Every table is an array of rows whose keys stand in one order, so that a row can be shown as a line.

mod json_schema;
mod schemas;

pub use schemas::{event_schema, record_schema};

use crate::activity::UserType;
use crate::categorize::{Category, rule};
use crate::classify::{ActivityKind, classify};
use crate::recognize::recognize;
use crate::subject::Subject;
use crate::tables::areas::Area;
use crate::tables::categories::{OTHERWISE, PREFIXES, ROWS, Rule};
use crate::tables::entities::{ADMIN_ENTITIES, MICROSOFT_PREFIXES, PLUG_INS, PROCESSES};
use crate::tables::events::{EVENTS, EventRow};
use crate::tables::excluded_messages::{EXCLUDED_MESSAGES, is_excluded};
use crate::tables::message_groups::{ADMIN_CENTER_MESSAGES, ADMIN_MESSAGES, BULK_MESSAGES};
use crate::tables::messages::MESSAGES;
use crate::tables::schema::{COLUMNS, Column, ColumnType, SCHEMA_ROWS, Schema, SchemaRow, WIRE_COLUMNS, column};
use crate::tables::social::{SOCIAL_ENTITIES, SOCIAL_WORKLOADS, SocialEntity};
use serde::Serialize;

/// The catalog. Its keys:
///
/// - `messages`: every known message with its category, the row that decides it, its activity and events, and whether it is
///   logged. The activity is that of a regular user on an account, and without an entity.
/// - `excludedMessages`: the 25 that are never logged.
/// - `categories`, `prefixes` (the specification's), `rows` (our own) and `otherwise` (what no row matches).
/// - `activities`: the nine, in the order in which they are asked, with how each is told; `messageGroups` and `entityGroups`
///   are the lists behind them.
/// - `events`: both tables of audited events, with how each is told.
/// - `social`: the accepted workloads, and the entities with their actions.
/// - `schemas`: the rows of both schemas, with the column that carries each and the type that is checked.
/// - `columns`: the columns of each record profile. `areas`: the audit areas. `userTypes`: the kinds of user.
pub fn catalog() -> String {
    // Plain data serializes without fail; an empty document would show at once.
    serde_json::to_string(&Catalog::new()).unwrap_or_default()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Catalog {
    messages: Vec<MessageEntry>,
    excluded_messages: &'static [&'static str],
    categories: Vec<CategoryEntry>,
    prefixes: &'static [Rule],
    rows: &'static [Rule],
    otherwise: &'static Rule,
    activities: Vec<ActivityEntry>,
    message_groups: MessageGroups,
    entity_groups: EntityGroups,
    events: &'static [EventRow],
    social: Social,
    schemas: Vec<SchemaEntry>,
    columns: Columns,
    areas: Vec<AreaEntry>,
    user_types: Vec<UserTypeEntry>,
}

impl Catalog {
    fn new() -> Self {
        let mut activities: Vec<ActivityEntry> = ActivityKind::ALL.into_iter().map(ActivityEntry::new).collect();
        activities.sort_by_key(|entry| entry.rank);
        Self {
            messages: MESSAGES.iter().map(|message| MessageEntry::new(message)).collect(),
            excluded_messages: &EXCLUDED_MESSAGES,
            categories: Category::ALL.into_iter().map(CategoryEntry::new).collect(),
            prefixes: PREFIXES,
            rows: ROWS,
            otherwise: &OTHERWISE,
            activities,
            message_groups: MessageGroups {
                bulk: BULK_MESSAGES.rows,
                admin_center: ADMIN_CENTER_MESSAGES.rows,
                admin: ADMIN_MESSAGES.rows,
            },
            entity_groups: EntityGroups {
                admin: ADMIN_ENTITIES.rows,
                processes: PROCESSES.rows,
                plug_ins: PLUG_INS.rows,
                microsoft_prefixes: MICROSOFT_PREFIXES.rows,
            },
            events: EVENTS,
            social: Social { workloads: &SOCIAL_WORKLOADS, entities: SOCIAL_ENTITIES },
            schemas: SCHEMA_ROWS.iter().map(SchemaEntry::new).collect(),
            columns: Columns { activity_logging: COLUMNS, management_api: WIRE_COLUMNS },
            areas: Area::ALL.into_iter().flat_map(AreaEntry::of).collect(),
            user_types: UserType::ALL.iter().map(|&(kind, name)| UserTypeEntry { number: kind.number(), name }).collect(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageEntry {
    name: &'static str,
    logged: bool,
    category: Category,
    rule: String,
    specification: bool,
    activity: ActivityKind,
    activity_without_entity: ActivityKind,
    events: Vec<&'static str>,
}

impl MessageEntry {
    fn new(name: &'static str) -> Self {
        let rule = rule(name);
        let user_type = Some(UserType::Regular);
        let on = |entity| Subject { message: name, entity, category: rule.category, user_type, social: false, sets_state: false };
        Self {
            name,
            logged: !is_excluded(name),
            category: rule.category,
            rule: rule.to_string(),
            specification: rule.specification,
            activity: classify(&on("account")),
            activity_without_entity: classify(&on("")),
            events: recognize(&on("account")).map(|row| row.event).collect(),
        }
    }
}

#[derive(Serialize)]
struct CategoryEntry {
    name: &'static str,
    read: bool,
    meaning: &'static str,
}

impl CategoryEntry {
    fn new(category: Category) -> Self {
        Self { name: category.name(), read: category.is_read(), meaning: category.meaning() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ActivityEntry {
    rank: u8,
    name: &'static str,
    told_by: &'static str,
}

impl ActivityEntry {
    fn new(kind: ActivityKind) -> Self {
        Self { rank: kind.rank(), name: kind.name(), told_by: kind.told_by() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageGroups {
    bulk: &'static [&'static str],
    admin_center: &'static [&'static str],
    admin: &'static [&'static str],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EntityGroups {
    admin: &'static [&'static str],
    processes: &'static [&'static str],
    plug_ins: &'static [&'static str],
    microsoft_prefixes: &'static [&'static str],
}

#[derive(Serialize)]
struct Social {
    workloads: &'static [&'static str],
    entities: &'static [SocialEntity],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SchemaEntry {
    schema: &'static str,
    name: &'static str,
    printed_type: &'static str,
    mandatory: bool,
    description: &'static str,
    column: &'static str,
    checked_type: Option<ColumnType>,
    note: &'static str,
}

impl SchemaEntry {
    fn new(row: &'static SchemaRow) -> Self {
        let schema = match row.schema {
            Schema::Base => "base",
            Schema::CustomerEngagement => "customer-engagement",
        };
        let &SchemaRow { name, printed_type, mandatory, description, key, note, .. } = row;
        Self { schema, name, printed_type, mandatory, description, column: key, checked_type: column(key).map(|column| column.kind), note }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Columns {
    activity_logging: &'static [Column],
    management_api: &'static [Column],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AreaEntry {
    area: Area,
    label: &'static str,
    entity: &'static str,
    display_name: &'static str,
}

impl AreaEntry {
    fn of(area: Area) -> impl Iterator<Item = Self> {
        area.entities().map(move |(entity, display_name)| Self { area, label: area.label(), entity, display_name })
    }
}

#[derive(Serialize)]
struct UserTypeEntry {
    number: u8,
    name: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn catalog_holds_every_table_whole() {
        let catalog: Value = serde_json::from_str(&catalog()).unwrap();
        let sizes = [
            ("/messages", MESSAGES.len()),
            ("/excludedMessages", 25),
            ("/categories", 19),
            ("/prefixes", 11),
            ("/rows", ROWS.len()),
            ("/activities", 9),
            ("/events", 17),
            ("/social/entities", 24),
            ("/schemas", 12 + 20),
            ("/columns/activity-logging", 38),
            ("/columns/management-api", WIRE_COLUMNS.len()),
            ("/areas", 21),
            ("/userTypes", 11),
        ];
        for (place, size) in sizes {
            assert_eq!(catalog.pointer(place).and_then(Value::as_array).map(Vec::len), Some(size), "{place}");
        }
    }

    #[test]
    fn catalog_rows_read_as_they_decide() {
        let catalog: Value = serde_json::from_str(&catalog()).unwrap();
        let message = |name: &str| catalog["messages"].as_array().unwrap().iter().find(|row| row["name"] == name).unwrap().clone();
        let rollup = message("Rollup");
        assert_eq!((&rollup["category"], &rollup["rule"]), (&"ReadMultiple".into(), &"RollUp…: the specification's prefix".into()));
        assert_eq!((&rollup["logged"], &rollup["specification"]), (&true.into(), &true.into()));
        assert_eq!(message("WhoAmI")["logged"], false);
        assert_eq!(message("BulkDelete")["activity"], "Performed bulk actions (such as delete and import)");
        assert_eq!(message("Retrieve")["activity"], "Accessed out-of-box entity");
        assert_eq!(message("Retrieve")["activityWithoutEntity"], "Accessed other entity type");
        let not_logged = catalog["messages"].as_array().unwrap().iter().filter(|row| row["logged"] == false).count();
        assert_eq!(not_logged, 25);
    }

    #[test]
    fn catalog_keys_of_a_row_stand_in_one_order() {
        let text = catalog();
        let first = text.find(r#"{"messages":[{"name":"AddAppComponents","logged":true,"category":"Customize","rule":"#);
        assert_eq!(first, Some(0));
    }
}

//! What a rule sees of an activity: the columns it asked for, and nothing else (the contract's `activity`).

use super::columns::{Column, Columns};
use super::fields::each_field;
use super::item::Item;
use crate::activity::UserType;
use crate::categorize::Category;
use crate::guid::Guid;
use crate::parts::ID_SEPARATOR;
use crate::record::RESULT_LEN;
use crate::spans::Place;

/// One activity as a rule sees it. A column is none when the rule did not ask for it or the activity has no such value.
/// It is the same in every profile of records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivityView {
    /// Name of the SDK message.
    pub message: Option<String>,
    /// Kind of access.
    pub category: Option<Category>,
    /// Which of the nine preconfigured activities, in the specification's words.
    pub activity_kind: Option<&'static str>,
    /// Name of the entity, as the event gave it.
    pub entity_name: Option<String>,
    /// Id of the record. No redaction touches it.
    pub entity_id: Option<String>,
    /// The user on whose behalf it was done.
    pub user_id: Option<String>,
    /// The user who called.
    pub system_user_id: Option<String>,
    /// User principal name.
    pub user_upn: Option<String>,
    /// PUID or directory id.
    pub user_key: Option<String>,
    /// Kind of user, by name.
    pub user_type: Option<&'static str>,
    /// Address of the user or gateway.
    pub client_ip: Option<String>,
    /// Browser or client.
    pub user_agent: Option<String>,
    /// ISO 8601, UTC, with `Z`.
    pub creation_time: Option<String>,
    /// The organization.
    pub organization_id: Option<String>,
    /// Success or the kind of failure.
    pub result_status: Option<String>,
    /// Which product the event is from.
    pub workload: Option<String>,
    /// What was created or updated, in order.
    pub fields: Option<Vec<FieldView>>,
    /// The query's `<filter>` elements.
    pub query: Option<String>,
    /// Ids of the records that came back.
    pub query_results: Option<Vec<String>>,
    /// How many ids came back in QueryResults; 0 where a rule emptied it.
    pub query_result_count: Option<u32>,
    /// URL of the record.
    pub item_url: Option<String>,
    /// Tags that earlier rules gave.
    pub tags: Option<Vec<String>>,
}

/// One value that was created or updated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldView {
    /// Logical name of the column, or name of the parameter.
    pub name: String,
    /// The value as JSON text.
    pub value: String,
}

impl ActivityView {
    /// Shows `columns` of `item`; `text` is that of its batch.
    pub(super) fn of(item: &Item, text: &str, columns: Columns) -> Self {
        let value = |column, place| columns.has(column).then(|| item.value(text, place)).flatten();
        let owned = |column, place| value(column, place).map(|value| value.into_owned());
        let guid = |column, guid: Option<Guid>| guid.filter(|_| columns.has(column)).map(|guid| guid.to_string());
        let facts = &item.facts;
        Self {
            message: owned(Column::Message, Place::Message),
            category: columns.has(Column::Category).then_some(facts.category),
            activity_kind: columns.has(Column::ActivityKind).then(|| facts.kind.name()),
            entity_name: owned(Column::EntityName, Place::EntityName),
            entity_id: guid(Column::EntityId, facts.entity_id),
            user_id: guid(Column::UserId, facts.user_id),
            system_user_id: guid(Column::SystemUserId, facts.system_user_id),
            user_upn: owned(Column::UserUpn, Place::UserUpn),
            user_key: owned(Column::UserKey, Place::UserKey),
            user_type: facts.user_type.filter(|_| columns.has(Column::UserType)).map(UserType::name),
            client_ip: owned(Column::ClientIp, Place::ClientIp),
            user_agent: owned(Column::UserAgent, Place::UserAgent),
            creation_time: facts.creation_time.filter(|_| columns.has(Column::CreationTime)).map(|time| {
                let mut text = String::new();
                time.write(&mut text);
                text.push('Z');
                text
            }),
            organization_id: guid(Column::OrganizationId, Some(facts.organization)),
            result_status: owned(Column::ResultStatus, Place::ResultStatus),
            workload: owned(Column::Workload, Place::Workload),
            fields: value(Column::Fields, Place::Fields).map(|json| fields(&json)),
            query: owned(Column::Query, Place::Query),
            query_results: value(Column::QueryResults, Place::QueryResults).map(|ids| results(&ids)),
            query_result_count: value(Column::QueryResultCount, Place::QueryResults).map(|ids| count(&ids)),
            item_url: owned(Column::ItemUrl, Place::ItemUrl),
            tags: item
                .changes
                .as_deref()
                .filter(|changes| columns.has(Column::Tags) && !changes.tags.is_empty())
                .map(|changes| changes.tags.clone()),
        }
    }
}

fn results(ids: &str) -> Vec<String> {
    ids.split(ID_SEPARATOR).filter(|id| !id.is_empty()).map(str::to_owned).collect()
}

/// How many ids there are. All are of one length, so that nobody has to look for them.
fn count(ids: &str) -> u32 {
    u32::try_from(ids.len().div_ceil(RESULT_LEN)).unwrap_or(u32::MAX)
}

fn fields(json: &str) -> Vec<FieldView> {
    let mut fields = Vec::new();
    let read = each_field(json, |field| {
        fields.push(FieldView { name: field.name.into_owned(), value: field.value.of(json).to_owned() });
    });
    debug_assert!(read.is_ok(), "rendered fields read back");
    fields
}

//! The columns of an audit record: the two schemas with their double names resolved, and what was added to them.

use serde::{Serialize, Serializer};

/// What a column holds, and in which JSON form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// A string: a GUID in lower case with hyphens.
    Guid,
    /// A string: `2018-03-02T23:25:56Z`, UTC, with up to seven digits of a fraction.
    Time,
    /// A string of at most 256 bytes without control characters: a name or an id.
    Name,
    /// A string of any length.
    Text,
    /// A string: the name of a kind of user.
    UserType,
    /// A string: the name of a category.
    Category,
    /// A string: the name of one of the nine activities.
    Activity,
    /// A string: FetchXML `<filter>` elements, or the kind and id of a saved query.
    Filter,
    /// A string: GUIDs, each followed by a comma and a space but the last.
    Guids,
    /// A string that holds JSON: an array of objects with `Name` and `Value`.
    Fields,
    /// An array of objects with `Name` and `Value`.
    FieldList,
    /// A string: names of columns, each followed by a comma and a space but the last.
    Keys,
    /// `true`.
    Flag,
    /// A whole number from 0.
    Number,
    /// A whole number from 1.
    Count,
}

impl ColumnType {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            ColumnType::Guid => "GUID",
            ColumnType::Time => "time, ISO 8601, UTC",
            ColumnType::Name => "name",
            ColumnType::Text => "text",
            ColumnType::UserType => "kind of user",
            ColumnType::Category => "category",
            ColumnType::Activity => "activity",
            ColumnType::Filter => "filter",
            ColumnType::Guids => "GUIDs in one text",
            ColumnType::Fields => "names and values, as JSON in a text",
            ColumnType::FieldList => "names and values",
            ColumnType::Keys => "names of columns in one text",
            ColumnType::Flag => "true",
            ColumnType::Number => "whole number",
            ColumnType::Count => "whole number from 1",
        }
    }
}

impl Serialize for ColumnType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Column {
    /// The JSON key.
    pub key: &'static str,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// Whether every record has it.
    pub always: bool,
    /// Whether it is one of the specification's.
    pub specification: bool,
    /// What it means.
    pub description: &'static str,
}

macro_rules! columns {
    ($($key:ident $kind:ident $always:ident $origin:ident $description:literal)*) => {
        &[$(Column {
            key: stringify!($key),
            kind: ColumnType::$kind,
            always: columns!($always),
            specification: columns!($origin),
            description: $description,
        }),*]
    };
    (always) => { true };
    (maybe) => { false };
    (specification) => { true };
    (own) => { false };
}

/// Every column, in the order of a record's keys.
pub const COLUMNS: &[Column] = columns! {
    Id Guid always specification "Id of this record. It follows from the organization, the event and the part, so that a replay gives the same ids."
    EventId Name maybe own "The sender's id of the event."
    CorrelationId Guid always specification "One value for all parts of a source record, another for every other source record."
    SourceCorrelationId Guid maybe own "The correlation id that the event carried; the events of one request share it."
    CreationTime Time maybe specification "When the event was generated, UTC."
    OrganizationId Guid always specification "The organization from which the event came."
    CrmOrganizationUniqueName Text maybe specification "The unique name of the organization."
    InstanceUrl Text maybe specification "The URL of the instance."
    Workload Text maybe own "The product from which the event came."
    ServiceName Text maybe specification "The service that generated the event."
    ServiceContextId Guid maybe specification "The id of the service context."
    ServiceContextIdType Text maybe specification "What the application says that the service context is."
    Operation Name always specification "The name of the SDK message."
    Message Name always specification "The name of the SDK message."
    Category Category always own "What kind of access it was."
    Activity Activity always own "Which of the nine preconfigured activities it was."
    ResultStatus Text maybe specification "Success in most cases."
    EntityName Name maybe specification "The name of the entity, as the event gave it."
    EntityId Guid maybe specification "The id of the record."
    ItemType Name maybe specification "The logical name of the entity, in lower case."
    ItemUrl Text maybe specification "The URL of the record."
    UserId Guid maybe specification "The user on whose behalf it was done."
    SystemUserId Guid maybe specification "The user who called; another than UserId where one acts for another."
    UserUpn Text maybe specification "The user principal name of the user."
    UserKey Text maybe specification "The user's id in Azure AD, the PUID."
    UserType UserType maybe specification "The Office 365 kind of user."
    ClientIP Text maybe specification "The IP address of the user or the corporate gateway."
    UserAgent Text maybe specification "The browser or client that sent the request."
    ParametersWithheld Flag maybe own "True when the sender left the parameters out for their size."
    Tags Text maybe own "Tags that the customer's rules gave, each followed by a comma and a space but the last."
    Redacted Text maybe own "The customer's rules that redacted something; `[redacted by RULE]` stands in its place."
    Unreviewed Text maybe own "The customer's rules that failed, so that they did not see the event."
    Spread Keys maybe own "The columns of which this part holds a piece only; the pieces of all parts, in order, are the value."
    Query Filter maybe specification "The filter of the query, as FetchXML filter elements."
    QueryResults Guids maybe specification "The records that came back, each once."
    Fields Fields maybe specification "What was created or updated, or the parameters of another message."
    Part Count always own "Which part of the source record this is; 1 where it was not split."
    PartCount Count always own "How many parts the source record has; 1 where it was not split."
};

/// The column of a key.
pub fn column(key: &str) -> Option<&'static Column> {
    COLUMNS.iter().find(|column| column.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_in_the_order_of_a_record() {
        let keys: Vec<&str> = COLUMNS.iter().map(|column| column.key).collect();
        let expected = "Id EventId CorrelationId SourceCorrelationId CreationTime OrganizationId CrmOrganizationUniqueName \
            InstanceUrl Workload ServiceName ServiceContextId ServiceContextIdType Operation Message Category Activity ResultStatus \
            EntityName EntityId ItemType ItemUrl UserId SystemUserId UserUpn UserKey UserType ClientIP UserAgent ParametersWithheld \
            Tags Redacted Unreviewed Spread Query QueryResults Fields Part PartCount";
        assert_eq!(keys.join(" "), expected);
    }

    #[test]
    fn column_unknown_key_is_none() {
        assert!(column("Id").is_some_and(|column| column.kind == ColumnType::Guid));
        assert!(column("id").is_none());
    }
}

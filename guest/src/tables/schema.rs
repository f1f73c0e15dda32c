//! The two schemas ("Base schema", "Customer Engagement (on-premises) schema"), row by row as printed, and the column that
//! carries each row.
//!
//! The printed tables hold one thing under two names, two things under one name, and types that cannot be meant; the note of
//! a row says how that is resolved.

pub use super::columns::{COLUMNS, Column, ColumnType, column};
pub use super::wire_columns::WIRE_COLUMNS;

/// Which of the two schemas a row is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// Common to all applications.
    Base,
    /// Of Customer Engagement and partner teams.
    CustomerEngagement,
}

/// A row of a schema.
#[derive(Debug, PartialEq, Eq)]
pub struct SchemaRow {
    /// Which schema.
    pub schema: Schema,
    /// The field's name, as printed.
    pub name: &'static str,
    /// Its type, as printed.
    pub printed_type: &'static str,
    /// Whether it is printed as mandatory.
    pub mandatory: bool,
    /// Its description, as printed.
    pub description: &'static str,
    /// The column that carries it; the type that is checked is the column's.
    pub key: &'static str,
    /// How the row is resolved where the column is not plainly what is printed; else empty.
    pub note: &'static str,
}

/// Whether a column, of either profile, holds text that may have any length.
pub fn is_unbounded_text(key: &str) -> bool {
    COLUMNS.iter().chain(WIRE_COLUMNS).any(|column| matches!(column.kind, ColumnType::Text | ColumnType::Name) && column.key == key)
}

const TIME: &str = "Date and CreationTime are one column: ISO 8601, UTC.";
const ADDRESS: &str = "IP address and ClientIP are one column.";
const UPN: &str = "User and UserUpn are one column.";
const USER: &str = "User Id and UserId are one column: the user on whose behalf it was done.";
const AGENT: &str = "User Agent and UserAgent are one column, checked as a text: browsers are no GUIDs, and the description printed \
    beside User Agent is that of a user's id.";

macro_rules! rows {
    ($($schema:ident $name:literal $printed:literal $mandatory:ident $description:literal $key:ident $note:expr;)*) => {
        &[$(SchemaRow {
            schema: Schema::$schema,
            name: $name,
            printed_type: $printed,
            mandatory: rows!($mandatory),
            description: $description,
            key: stringify!($key),
            note: $note,
        }),*]
    };
    (Yes) => { true };
    (No) => { false };
}

/// All rows of both schemas, in the specification's order.
pub const SCHEMA_ROWS: &[SchemaRow] = rows! {
    Base "Date" "Edm.Date" No "Date and time of when the log was generated in UTC" CreationTime TIME;
    Base "IP address" "Edm.String" No "IP address of the user or corporate gateway" ClientIP ADDRESS;
    Base "Id" "Edm.Guid" No "Unique GUID for every row logged" Id "Id of the record; the other schema's Id is EntityName.";
    Base "Result Status" "Edm.String" No "Status of the row logged. Success in most cases" ResultStatus "";
    Base "Organization Id" "Edm.Guid" Yes
        "Unique identifier of the organization from which the log was generated. You can find this ID under Dynamics Developer Resources."
        OrganizationId "";
    Base "ClientIP" "Edm.String" No "IP Address of the user or corporate gateway" ClientIP ADDRESS;
    Base "CorrelationId" "Edm.Guid" No
        "A unique value used to associate related rows (e.g., when a large row is split)"
        CorrelationId "One value for all parts of a source record. The correlation id that the event carried is SourceCorrelationId.";
    Base "CreationTime" "Edm.Date" No "Date and time of when the log was generated in UTC" CreationTime TIME;
    Base "Operation" "Edm.Date" No "Name of the message called in Customer Engagement (on-premises) SDK"
        Operation "A name is no date: checked as a text.";
    Base "UserKey" "Edm.String" No "Unique Identifier of the User in Azure AD. AKA User PUID" UserKey "";
    Base "UserType" "Self.UserType" No "The Office 365 audit type (Admin, Regular, System)"
        UserType "Every kind of user that Office 365 has, by name.";
    Base "User" "Edm.String" No "UPN of the user" UserUpn UPN;
    CustomerEngagement "User Id" "Edm.String" No
        "Unique identifier of the user GUID in the Customer Engagement (on-premises) organization"
        UserId USER;
    CustomerEngagement "Crm Organization Unique Name" "Edm.String" No
        "Unique name of the Customer Engagement (on-premises) organization" CrmOrganizationUniqueName "";
    CustomerEngagement "Instance Url" "Edm.String" No "URL to the instance" InstanceUrl "";
    CustomerEngagement "Item Url" "Edm.String" No "URL to the record emitting the log" ItemUrl "";
    CustomerEngagement "Item Type" "Edm.String" No "Name of the entity"
        ItemType "The logical name, in lower case; EntityName keeps the name as it came.";
    CustomerEngagement "Message" "Edm.String" No
        "Name of the message called in Customer Engagement (on-premises) SDK" Message "The same as Operation.";
    CustomerEngagement "User Agent" "Edm.String" No
        "Unique identifier of the user GUID in the Customer Engagement (on-premises) organization" UserAgent AGENT;
    CustomerEngagement "EntityId" "Edm.Guid" No "Unique identifier of the entity" EntityId "Id of the record, not of the entity's definition.";
    CustomerEngagement "EntityName" "Edm.String" No
        "Name of the entity in the Customer Engagement (on-premises) organization" EntityName "";
    CustomerEngagement "Fields" "Edm.String" No
        "JSON of Key Value pair reflecting the values that were created or updated" Fields "A text that holds JSON: an array of Name and Value.";
    CustomerEngagement "Id" "Edm.String" No "Entity name in Customer Engagement (on-premises)"
        EntityName "By its description a second name of EntityName; the base schema's Id is Id.";
    CustomerEngagement "Query" "Edm.String" No "The Filter query parameters used while executing the FetchXML" Query "";
    CustomerEngagement "QueryResults" "Edm.String" No
        "One or multiple unique records returned by the Retrieve and Retrieve Multiple SDK message call" QueryResults "";
    CustomerEngagement "ServiceContextId" "Edm.Guid" No "The unique id associated with service context" ServiceContextId "";
    CustomerEngagement "ServiceContextIdType" "Edm.String" No "Application defined token to define context use" ServiceContextIdType "";
    CustomerEngagement "ServiceName" "Edm.String" No "Name of the Service generating the log" ServiceName "";
    CustomerEngagement "SystemUserId" "Edm.Guid" No
        "Unique identifier of the user GUID in the Customer Engagement (on-premises) organization"
        SystemUserId "The user who called; another than UserId where one acts for another.";
    CustomerEngagement "UserAgent" "Edm.Guid" No "Browser used to execute the request" UserAgent AGENT;
    CustomerEngagement "UserId" "Edm.Guid" No "The unique id of the Dynamics system user associated with this activity" UserId USER;
    CustomerEngagement "UserUpn" "Edm.String" No "User principal name of the user associated with this activity" UserUpn UPN;
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Both tables, copied a second time so that a row lost above shows; then the column.
    const EXPECTED: &str = "\
Date | Edm.Date | No | Date and time of when the log was generated in UTC | CreationTime
IP address | Edm.String | No | IP address of the user or corporate gateway | ClientIP
Id | Edm.Guid | No | Unique GUID for every row logged | Id
Result Status | Edm.String | No | Status of the row logged. Success in most cases | ResultStatus
Organization Id | Edm.Guid | Yes | Unique identifier of the organization from which the log was generated. You can find this ID under Dynamics Developer Resources. | OrganizationId
ClientIP | Edm.String | No | IP Address of the user or corporate gateway | ClientIP
CorrelationId | Edm.Guid | No | A unique value used to associate related rows (e.g., when a large row is split) | CorrelationId
CreationTime | Edm.Date | No | Date and time of when the log was generated in UTC | CreationTime
Operation | Edm.Date | No | Name of the message called in Customer Engagement (on-premises) SDK | Operation
UserKey | Edm.String | No | Unique Identifier of the User in Azure AD. AKA User PUID | UserKey
UserType | Self.UserType | No | The Office 365 audit type (Admin, Regular, System) | UserType
User | Edm.String | No | UPN of the user | UserUpn
User Id | Edm.String | No | Unique identifier of the user GUID in the Customer Engagement (on-premises) organization | UserId
Crm Organization Unique Name | Edm.String | No | Unique name of the Customer Engagement (on-premises) organization | CrmOrganizationUniqueName
Instance Url | Edm.String | No | URL to the instance | InstanceUrl
Item Url | Edm.String | No | URL to the record emitting the log | ItemUrl
Item Type | Edm.String | No | Name of the entity | ItemType
Message | Edm.String | No | Name of the message called in Customer Engagement (on-premises) SDK | Message
User Agent | Edm.String | No | Unique identifier of the user GUID in the Customer Engagement (on-premises) organization | UserAgent
EntityId | Edm.Guid | No | Unique identifier of the entity | EntityId
EntityName | Edm.String | No | Name of the entity in the Customer Engagement (on-premises) organization | EntityName
Fields | Edm.String | No | JSON of Key Value pair reflecting the values that were created or updated | Fields
Id | Edm.String | No | Entity name in Customer Engagement (on-premises) | EntityName
Query | Edm.String | No | The Filter query parameters used while executing the FetchXML | Query
QueryResults | Edm.String | No | One or multiple unique records returned by the Retrieve and Retrieve Multiple SDK message call | QueryResults
ServiceContextId | Edm.Guid | No | The unique id associated with service context | ServiceContextId
ServiceContextIdType | Edm.String | No | Application defined token to define context use | ServiceContextIdType
ServiceName | Edm.String | No | Name of the Service generating the log | ServiceName
SystemUserId | Edm.Guid | No | Unique identifier of the user GUID in the Customer Engagement (on-premises) organization | SystemUserId
UserAgent | Edm.Guid | No | Browser used to execute the request | UserAgent
UserId | Edm.Guid | No | The unique id of the Dynamics system user associated with this activity | UserId
UserUpn | Edm.String | No | User principal name of the user associated with this activity | UserUpn";

    #[test]
    fn schema_rows_each_row_of_the_specification() {
        let print = |row: &SchemaRow| {
            let mandatory = if row.mandatory { "Yes" } else { "No" };
            format!("{} | {} | {mandatory} | {} | {}", row.name, row.printed_type, row.description, row.key)
        };
        let rows: Vec<String> = SCHEMA_ROWS.iter().map(print).collect();
        assert_eq!(rows, EXPECTED.lines().collect::<Vec<_>>());
        let base = SCHEMA_ROWS.iter().take_while(|row| row.schema == Schema::Base).count();
        assert_eq!((base, SCHEMA_ROWS.len()), (12, 32));
        assert!(SCHEMA_ROWS[base..].iter().all(|row| row.schema == Schema::CustomerEngagement));
    }

    #[test]
    fn schema_rows_carried_by_the_columns_of_the_specification() {
        for row in SCHEMA_ROWS {
            assert!(column(row.key).is_some_and(|column| column.specification), "{}", row.name);
            assert!(!row.mandatory || column(row.key).is_some_and(|column| column.always), "{}", row.name);
        }
        for column in COLUMNS.iter().filter(|column| column.specification) {
            assert!(SCHEMA_ROWS.iter().any(|row| row.key == column.key), "{}", column.key);
        }
    }

    #[test]
    fn schema_rows_checked_as_another_type_have_a_note() {
        for row in SCHEMA_ROWS {
            let printed = match column(row.key).expect(row.key).kind {
                ColumnType::Guid => "Edm.Guid",
                ColumnType::Time => "Edm.Date",
                ColumnType::UserType => "Self.UserType",
                _ => "Edm.String",
            };
            assert!(row.printed_type == printed || !row.note.is_empty(), "{}", row.name);
        }
    }
}

//! The columns of a record in Office 365's wire form, in the order of its keys: those of the common schema first, then those
//! of Customer Engagement, then ours.

use super::columns::{COLUMNS, Column, ColumnType};

/// Every column of the profile `management-api`.
pub const WIRE_COLUMNS: &[Column] = &[
    same("Id"),
    wire(true, "RecordType", ColumnType::Number, "21: Customer Engagement."),
    wire(false, "CreationTime", ColumnType::Time, "When the event was generated, UTC; without the Z."),
    wire(true, "Operation", ColumnType::Name, "CrmDefaultActivity; the SDK message is in Message."),
    same("OrganizationId"),
    wire(true, "UserType", ColumnType::Number, "The Office 365 kind of user, by its number."),
    present("UserKey"),
    present("Workload"),
    wire(true, "UserId", ColumnType::Text, "The user principal name of the user, or the id where no name is known."),
    present("ClientIP"),
    same("ResultStatus"),
    wire(true, "ObjectId", ColumnType::Text, "The SDK message, a space, and what it was done to."),
    wire(true, "Version", ColumnType::Name, "The version of this form."),
    same("EventId"),
    same("CorrelationId"),
    same("SourceCorrelationId"),
    same("CrmOrganizationUniqueName"),
    same("InstanceUrl"),
    same("ServiceName"),
    same("ServiceContextId"),
    same("ServiceContextIdType"),
    same("Message"),
    same("Category"),
    same("Activity"),
    same("EntityName"),
    same("EntityId"),
    same("ItemType"),
    same("ItemUrl"),
    same("SystemUserId"),
    same("UserUpn"),
    same("UserAgent"),
    same("ParametersWithheld"),
    same("Tags"),
    same("Redacted"),
    same("Unreviewed"),
    same("Spread"),
    same("Query"),
    same("QueryResults"),
    wire(false, "Fields", ColumnType::FieldList, "What was created or updated, or the parameters of another message."),
    same("Part"),
    same("PartCount"),
];

/// A column that is another here than in [`COLUMNS`], or only here.
const fn wire(always: bool, key: &'static str, kind: ColumnType, description: &'static str) -> Column {
    let (mut row, mut specification) = (0, false);
    while row < COLUMNS.len() {
        specification |= COLUMNS[row].specification && equal(COLUMNS[row].key, key);
        row += 1;
    }
    Column { key, kind, always, specification, description }
}

/// The column of the same key in [`COLUMNS`]. A key that is not there does not compile.
const fn same(key: &str) -> Column {
    let mut row = 0;
    while !equal(COLUMNS[row].key, key) {
        row += 1;
    }
    COLUMNS[row]
}

/// The same, but empty here where there it is absent: the common schema makes it mandatory.
const fn present(key: &str) -> Column {
    let mut column = same(key);
    column.always = true;
    column
}

const fn equal(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_columns_in_the_order_of_a_record() {
        let keys: Vec<&str> = WIRE_COLUMNS.iter().map(|column| column.key).collect();
        let expected = "Id RecordType CreationTime Operation OrganizationId UserType UserKey Workload UserId ClientIP ResultStatus \
            ObjectId Version EventId CorrelationId SourceCorrelationId CrmOrganizationUniqueName InstanceUrl ServiceName \
            ServiceContextId ServiceContextIdType Message Category Activity EntityName EntityId ItemType ItemUrl SystemUserId \
            UserUpn UserAgent ParametersWithheld Tags Redacted Unreviewed Spread Query QueryResults Fields Part PartCount";
        assert_eq!(keys.join(" "), expected);
        assert!(COLUMNS.iter().all(|column| keys.contains(&column.key)), "a column is lost in the wire form");
    }
}

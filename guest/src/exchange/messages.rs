//! The table: which SDK message a method on a resource is.

/// A method that the API knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes, or calls.
    Post,
    /// Changes.
    Patch,
    /// Replaces.
    Put,
    /// Removes.
    Delete,
}

impl Method {
    /// Reads a method as HTTP writes it: its case counts.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "GET" => Method::Get,
            "POST" => Method::Post,
            "PATCH" => Method::Patch,
            "PUT" => Method::Put,
            "DELETE" => Method::Delete,
            _ => return None,
        })
    }
}

/// What a request is made to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A set of records.
    Set,
    /// A number of records.
    Count,
    /// A record.
    Record,
    /// A column of a record.
    Property,
    /// The records behind a navigation.
    Collection,
    /// The record behind a navigation.
    Single,
    /// Links to many records.
    References,
    /// The link to one of many records.
    ReferenceOfMany,
    /// The link to the only record behind a navigation.
    Reference,
}

/// Each row: the method, what it is made to, the message. PATCH and PUT of a record depend on preconditions: [`of_patch`].
pub const ROWS: &[(Method, Place, &str)] = &[
    (Method::Get, Place::Set, "RetrieveMultiple"),
    (Method::Get, Place::Count, "RetrieveMultiple"),
    (Method::Get, Place::Record, "Retrieve"),
    (Method::Get, Place::Property, "Retrieve"),
    (Method::Get, Place::Collection, "RetrieveMultiple"),
    (Method::Get, Place::Single, "Retrieve"),
    (Method::Get, Place::References, "RetrieveMultiple"),
    (Method::Get, Place::Reference, "Retrieve"),
    (Method::Post, Place::Set, "Create"),
    (Method::Post, Place::Collection, "Create"),
    (Method::Post, Place::References, "Associate"),
    (Method::Put, Place::Property, "Update"),
    (Method::Put, Place::Reference, "Update"),
    (Method::Patch, Place::Property, "Update"),
    (Method::Delete, Place::Record, "Delete"),
    (Method::Delete, Place::Property, "Update"),
    (Method::Delete, Place::ReferenceOfMany, "Disassociate"),
    (Method::Delete, Place::Reference, "Update"),
];

/// The message of a method on a resource; none where the table has no row.
pub fn of(method: Method, place: Place) -> Option<&'static str> {
    ROWS.iter().find(|row| row.0 == method && row.1 == place).map(|row| row.2)
}

/// The message of a read of what changed since the last one.
pub const CHANGES: &str = "RetrieveEntityChanges";

/// Messages that a request with neither precondition may have been, by the status of its answer.
pub fn of_patch(if_match: bool, if_none_match: bool, status: Option<u16>) -> &'static str {
    match (if_match, if_none_match, status) {
        (true, false, _) | (false, false, Some(200)) => "Update",
        (false, true, _) | (false, false, Some(201)) => "Create",
        _ => "Upsert",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_each_stands_once_and_names_a_known_message() {
        for (position, row) in ROWS.iter().enumerate() {
            assert!(ROWS[position + 1..].iter().all(|other| (other.0, other.1) != (row.0, row.1)), "{row:?}");
            assert!(crate::tables::messages::MESSAGES.contains(&row.2), "{row:?}");
        }
    }
}

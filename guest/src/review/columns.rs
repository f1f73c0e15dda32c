//! The columns of an activity that a rule may ask for (the contract's `columns`).

macro_rules! columns {
    ($($(#[$doc:meta])* $column:ident $name:literal)*) => {
        /// A column that a rule may ask for, in the contract's order.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Column { $($(#[$doc])* $column),* }

        impl Column {
            /// Every column, in order.
            pub const ALL: &[Column] = &[$(Column::$column),*];

            /// The contract's name.
            pub fn name(self) -> &'static str {
                match self { $(Column::$column => $name),* }
            }
        }
    };
}

columns! {
    /// Name of the SDK message.
    Message "message"
    /// Kind of access.
    Category "category"
    /// Which of the nine preconfigured activities.
    ActivityKind "activity-kind"
    /// Name of the entity.
    EntityName "entity-name"
    /// Id of the record.
    EntityId "entity-id"
    /// The user on whose behalf it was done.
    UserId "user-id"
    /// The user who called.
    SystemUserId "system-user-id"
    /// User principal name.
    UserUpn "user-upn"
    /// PUID or directory id.
    UserKey "user-key"
    /// Kind of user.
    UserType "user-type"
    /// Address of the user or gateway.
    ClientIp "client-ip"
    /// Browser or client.
    UserAgent "user-agent"
    /// When it happened.
    CreationTime "creation-time"
    /// The organization.
    OrganizationId "organization-id"
    /// Success or the kind of failure.
    ResultStatus "result-status"
    /// Which product the event is from.
    Workload "workload"
    /// What was created or updated.
    Fields "fields"
    /// The query's filter.
    Query "query"
    /// Ids of the records that came back.
    QueryResults "query-results"
    /// How many records came back.
    QueryResultCount "query-result-count"
    /// URL of the record.
    ItemUrl "item-url"
    /// Tags that earlier rules gave.
    Tags "tags"
}

/// A set of columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Columns(u32);

impl Columns {
    /// Every column.
    pub const ALL: Columns = Columns((1 << Column::ALL.len()) - 1);

    /// The set of the contract's flags, a bit for each column in the contract's order. Other bits mean nothing.
    pub fn from_bits(bits: u32) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// Whether `column` is in it.
    #[inline]
    pub fn has(self, column: Column) -> bool {
        self.0 & (1 << column as u32) != 0
    }
}

impl FromIterator<Column> for Columns {
    fn from_iter<I: IntoIterator<Item = Column>>(columns: I) -> Self {
        Self(columns.into_iter().fold(0, |bits, column| bits | (1 << column as u32)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names that stand in a block of the contract, without what follows them on their line.
    fn contract(block: &str) -> Vec<&'static str> {
        let contract = include_str!("../../../wit/types.wit");
        let (_, rest) = contract.split_once(block).expect(block);
        let lines = rest.split_once("\n  }").expect(block).0.lines().map(str::trim);
        lines
            .filter(|line| !line.starts_with("///"))
            .filter_map(|line| line.split([':', ',']).next())
            .filter(|name| !name.is_empty())
            .collect()
    }

    #[test]
    fn columns_are_the_contract_s_flags_and_activity_in_the_same_order() {
        let names: Vec<&str> = Column::ALL.iter().map(|column| column.name()).collect();
        assert_eq!(contract("flags columns {"), names);
        assert_eq!(contract("record activity {"), names);
        assert_eq!(names.len(), 22);
    }

    #[test]
    fn has_each_column_has_a_bit_of_its_own() {
        for (position, &column) in Column::ALL.iter().enumerate() {
            assert_eq!(Columns::from_bits(1 << position), Columns::from_iter([column]));
            assert_eq!(Column::ALL.iter().filter(|&&other| Columns::from_iter([column]).has(other)).count(), 1);
            assert!(Columns::ALL.has(column));
        }
        assert_eq!(Columns::from_bits(u32::MAX), Columns::ALL);
    }
}

//! The nine activities, as the preconfigured reports name them ("Review your audit data").

use serde::{Serialize, Serializer};

/// Which of the nine activities an event is. The order is the specification's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ActivityKind {
    /// An entity that Microsoft ships.
    OutOfBoxEntity,
    /// An entity of the customer's own.
    CustomEntity,
    /// An entity that configures the organization, or a definition.
    AdminEntity,
    /// Many records at once.
    BulkAction,
    /// No entity at all, or one that is not the organization's.
    OtherEntity,
    /// Whole instances, at the tenant.
    AdminCenter,
    /// Microsoft's support engineers.
    ManagementTool,
    /// A user comes in or leaves.
    SignedInOrOut,
    /// A process or plug-in put in or out of operation.
    ActivatedProcess,
}

impl ActivityKind {
    /// All nine, in the specification's order.
    pub const ALL: [ActivityKind; 9] = [
        ActivityKind::OutOfBoxEntity,
        ActivityKind::CustomEntity,
        ActivityKind::AdminEntity,
        ActivityKind::BulkAction,
        ActivityKind::OtherEntity,
        ActivityKind::AdminCenter,
        ActivityKind::ManagementTool,
        ActivityKind::SignedInOrOut,
        ActivityKind::ActivatedProcess,
    ];

    /// The specification's wording.
    pub fn name(self) -> &'static str {
        match self {
            ActivityKind::OutOfBoxEntity => "Accessed out-of-box entity",
            ActivityKind::CustomEntity => "Accessed custom entity",
            ActivityKind::AdminEntity => "Accessed admin entity",
            ActivityKind::BulkAction => "Performed bulk actions (such as delete and import)",
            ActivityKind::OtherEntity => "Accessed other entity type",
            ActivityKind::AdminCenter => "Accessed Dynamics 365 admin center",
            ActivityKind::ManagementTool => "Accessed internal management tool",
            ActivityKind::SignedInOrOut => "Signed in or out",
            ActivityKind::ActivatedProcess => "Activated process or plug-in",
        }
    }

    /// Which is asked first, from 1: an event is the first activity that fits it.
    pub fn rank(self) -> u8 {
        match self {
            ActivityKind::SignedInOrOut => 1,
            ActivityKind::ActivatedProcess => 2,
            ActivityKind::BulkAction => 3,
            ActivityKind::ManagementTool => 4,
            ActivityKind::AdminCenter => 5,
            ActivityKind::AdminEntity => 6,
            ActivityKind::CustomEntity => 7,
            ActivityKind::OutOfBoxEntity => 8,
            ActivityKind::OtherEntity => 9,
        }
    }

    /// How an event is told to be of this activity, for people.
    pub fn told_by(self) -> &'static str {
        match self {
            ActivityKind::SignedInOrOut => "the category is SignIn or SignOut",
            ActivityKind::ActivatedProcess => {
                "a message of category Activate on a process or a part of a plug-in; a process or a step whose state is set; \
                 a part of a plug-in that is registered or changed, which is what puts it in operation"
            }
            ActivityKind::BulkAction => "a message that acts on many records: the list, category Import, or a write named …Multiple",
            ActivityKind::ManagementTool => "the user type is DCAdmin, a Microsoft support engineer",
            ActivityKind::AdminCenter => "a message of the admin center: the list",
            ActivityKind::AdminEntity => "an entity of the admin list, category Customize, or a message of the admin list",
            ActivityKind::CustomEntity => "an entity whose logical name has a publisher prefix that is none of Microsoft's",
            ActivityKind::OutOfBoxEntity => "any other entity",
            ActivityKind::OtherEntity => "no entity, or one of social engagement, whose entities are none of the organization's",
        }
    }
}

impl Serialize for ActivityKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activity_kind_names_are_those_of_the_specification() {
        let names: Vec<&str> = ActivityKind::ALL.iter().map(|kind| kind.name()).collect();
        let expected = [
            "Accessed out-of-box entity",
            "Accessed custom entity",
            "Accessed admin entity",
            "Performed bulk actions (such as delete and import)",
            "Accessed other entity type",
            "Accessed Dynamics 365 admin center",
            "Accessed internal management tool",
            "Signed in or out",
            "Activated process or plug-in",
        ];
        assert_eq!(names, expected);
        assert!(ActivityKind::ALL.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn activity_kind_ranks_are_one_to_nine() {
        let mut ranks: Vec<u8> = ActivityKind::ALL.iter().map(|kind| kind.rank()).collect();
        ranks.sort_unstable();
        assert_eq!(ranks, (1..=9).collect::<Vec<u8>>());
        assert!(ActivityKind::ALL.iter().all(|kind| !kind.told_by().is_empty()));
    }
}

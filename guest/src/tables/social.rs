//! What is logged of Microsoft Social Engagement ("Microsoft Social Engagement logging").
//!
//! Its events name an entity and an action of the table. What is in the table is always logged; what is not never is.

use crate::categorize::Category;
use serde::Serialize;

/// One entity with its actions.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SocialEntity {
    /// The entity, as printed.
    pub entity: &'static str,
    /// The cell of its actions, as printed.
    pub printed: &'static str,
    /// The actions that the cell means.
    pub actions: &'static [SocialAction],
}

/// One action that is logged.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SocialAction {
    /// Its name.
    pub name: &'static str,
    /// Other ways in which it is written.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub also: &'static [&'static str],
    /// What kind of access it is.
    pub category: Category,
}

const fn action(name: &'static str, category: Category) -> SocialAction {
    SocialAction { name, also: &[], category }
}

const CREATE: SocialAction = action("Create", Category::Create);
const ADD: SocialAction = action("Add", Category::Create);
const UPDATE: SocialAction = action("Update", Category::Update);
const DELETE: SocialAction = action("Delete", Category::Delete);
const ENABLE: SocialAction = action("Enable", Category::Activate);
const DISABLE: SocialAction = action("Disable", Category::Activate);

macro_rules! entities {
    ($($entity:literal $printed:literal [$($action:expr),+])*) => {
        &[$(SocialEntity { entity: $entity, printed: $printed, actions: &[$($action),+] }),*]
    };
}

/// The 24 entities, in the specification's order. Cells that can be read in two ways keep both readings.
pub const SOCIAL_ENTITIES: &[SocialEntity] = entities! {
    "Search Topic Category" "Create, Rename, Delete" [CREATE, action("Rename", Category::Update), DELETE]
    "Search Topic" "Create, Update, Delete" [CREATE, UPDATE, DELETE]
    "Custom Source" "Create, Update, Delete" [CREATE, UPDATE, DELETE]
    "Blocked Keyword" "Add, Delete" [ADD, DELETE]
    "Blocked Domain" "Add, Delete" [ADD, DELETE]
    "Stream" "Create, Update, Delete" [CREATE, UPDATE, DELETE]
    "Post (acquired)" "Internal & External Actions" [
        SocialAction { name: "Internal Actions", also: &["Internal Action"], category: Category::Execute },
        SocialAction { name: "External Actions", also: &["External Action"], category: Category::Execute },
        action("Internal & External Actions", Category::Execute)
    ]
    "Post (published)" "Send" [action("Send", Category::Send)]
    "Author" "Add (GDPR), Delete (GDPR), Delete" [
        action("Add (GDPR)", Category::Create),
        action("Delete (GDPR)", Category::Delete),
        DELETE
    ]
    "Activity Map" "Create, Update, Delete" [CREATE, UPDATE, DELETE]
    "Alert" "Create, Update, Delete" [CREATE, UPDATE, DELETE]
    "Preference" "Update" [UPDATE]
    "Social Profile" "Create, Update, Reauthenticate, Delete" [
        CREATE, UPDATE, action("Reauthenticate", Category::Update), DELETE
    ]
    "User" "Edit Role, E-mail" [
        action("Edit Role", Category::Update),
        SocialAction { name: "Edit E-mail", also: &["E-mail"], category: Category::Update }
    ]
    "Azure Event Hubs" "Create, Update, Delete" [CREATE, UPDATE, DELETE]
    "Customer Engagement (on-premises)" "Create, Update, Refresh, Delete" [
        CREATE, UPDATE, action("Refresh", Category::Update), DELETE
    ]
    "Allowed Domain" "Add, Delete" [ADD, DELETE]
    "Automation Rule" "Create, Update, Delete" [CREATE, UPDATE, DELETE]
    "AR Notification" "Enable, Disable" [ENABLE, DISABLE]
    "Tag" "Add, Update, Delete" [ADD, UPDATE, DELETE]
    "Label" "Add, Update Delete" [ADD, UPDATE, DELETE]
    "Search Language" "Add, Delete" [ADD, DELETE]
    "Adaptive Sentiment" "Enable, Disable, Reset" [ENABLE, DISABLE, action("Reset", Category::Update)]
    "Other Global Settings" "Update" [UPDATE]
};

/// The values of `Workload` that mark an event as social engagement's; spaces and case do not count.
pub const SOCIAL_WORKLOADS: [&str; 3] = ["MicrosoftSocialEngagement", "SocialEngagement", "MSE"];

/// Whether a `Workload` is social engagement.
pub fn is_social_workload(workload: &str) -> bool {
    SOCIAL_WORKLOADS.iter().any(|row| {
        let given = workload.bytes().filter(|byte| !byte.is_ascii_whitespace()).map(|byte| byte.to_ascii_lowercase());
        given.eq(row.bytes().map(|byte| byte.to_ascii_lowercase()))
    })
}

/// The action of an entity, where the table has it. Case does not count, nor does how much white space stands around and
/// between the words.
pub fn lookup(entity: &str, action: &str) -> Option<&'static SocialAction> {
    let row = SOCIAL_ENTITIES.iter().find(|row| same_words(row.entity, entity))?;
    row.actions.iter().find(|row| same_words(row.name, action) || row.also.iter().any(|name| same_words(name, action)))
}

fn same_words(row: &str, given: &str) -> bool {
    let mut words = given.split_whitespace();
    row.split(' ').all(|word| words.next().is_some_and(|given| given.eq_ignore_ascii_case(word))) && words.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The table of the specification, copied a second time and cut into actions by hand.
    const EXPECTED: &str = "\
Search Topic Category: Create, Rename, Delete: Create Create | Rename Update | Delete Delete
Search Topic: Create, Update, Delete: Create Create | Update Update | Delete Delete
Custom Source: Create, Update, Delete: Create Create | Update Update | Delete Delete
Blocked Keyword: Add, Delete: Add Create | Delete Delete
Blocked Domain: Add, Delete: Add Create | Delete Delete
Stream: Create, Update, Delete: Create Create | Update Update | Delete Delete
Post (acquired): Internal & External Actions: Internal Actions Execute | External Actions Execute | Internal & External Actions Execute
Post (published): Send: Send Send
Author: Add (GDPR), Delete (GDPR), Delete: Add (GDPR) Create | Delete (GDPR) Delete | Delete Delete
Activity Map: Create, Update, Delete: Create Create | Update Update | Delete Delete
Alert: Create, Update, Delete: Create Create | Update Update | Delete Delete
Preference: Update: Update Update
Social Profile: Create, Update, Reauthenticate, Delete: Create Create | Update Update | Reauthenticate Update | Delete Delete
User: Edit Role, E-mail: Edit Role Update | Edit E-mail Update
Azure Event Hubs: Create, Update, Delete: Create Create | Update Update | Delete Delete
Customer Engagement (on-premises): Create, Update, Refresh, Delete: Create Create | Update Update | Refresh Update | Delete Delete
Allowed Domain: Add, Delete: Add Create | Delete Delete
Automation Rule: Create, Update, Delete: Create Create | Update Update | Delete Delete
AR Notification: Enable, Disable: Enable Activate | Disable Activate
Tag: Add, Update, Delete: Add Create | Update Update | Delete Delete
Label: Add, Update Delete: Add Create | Update Update | Delete Delete
Search Language: Add, Delete: Add Create | Delete Delete
Adaptive Sentiment: Enable, Disable, Reset: Enable Activate | Disable Activate | Reset Update
Other Global Settings: Update: Update Update";

    #[test]
    fn social_entities_each_row_of_the_specification() {
        let rows: Vec<String> = SOCIAL_ENTITIES
            .iter()
            .map(|row| {
                let actions: Vec<String> = row.actions.iter().map(|action| format!("{} {}", action.name, action.category.name())).collect();
                format!("{}: {}: {}", row.entity, row.printed, actions.join(" | "))
            })
            .collect();
        assert_eq!(rows, EXPECTED.lines().collect::<Vec<_>>());
    }

    #[test]
    fn lookup_each_action_of_the_table_is_found() {
        for row in SOCIAL_ENTITIES {
            for action in row.actions {
                for name in action.also.iter().chain([&action.name]) {
                    let found = lookup(&row.entity.to_uppercase(), &format!("  {} ", name.to_lowercase().replace(' ', "   ")));
                    assert_eq!(found, Some(action), "{} {name}", row.entity);
                }
            }
        }
    }

    #[test]
    fn lookup_both_readings_of_the_ambiguous_cells() {
        let name = |entity, action| lookup(entity, action).map(|action| action.name);
        assert_eq!(name("User", "E-mail"), Some("Edit E-mail"));
        assert_eq!(name("User", "Edit E-mail"), Some("Edit E-mail"));
        assert_eq!(name("Post (acquired)", "internal action"), Some("Internal Actions"));
        assert_eq!(name("Post (acquired)", "External Actions"), Some("External Actions"));
        assert_eq!(name("Post (acquired)", "Internal & External Actions"), Some("Internal & External Actions"));
        assert_eq!(name("Author", "Delete"), Some("Delete"));
        assert_eq!(name("Author", "Delete (GDPR)"), Some("Delete (GDPR)"));
        assert_eq!(name("Label", "Delete"), Some("Delete"));
    }

    #[test]
    fn lookup_what_the_table_does_not_list_is_not_found() {
        let cases = [
            ("Search Topic", "Rename"),
            ("Search Topic Category", "Update"),
            ("Preference", "Create"),
            ("User", "Delete"),
            ("User", "Edit"),
            ("Author", "Add"),
            ("Label", "Update Delete"),
            ("Post", "Send"),
            ("SearchTopic", "Create"),
            ("Search Topics", "Create"),
            ("", ""),
            ("Search Topic", ""),
            ("", "Create"),
        ];
        for (entity, action) in cases {
            assert_eq!(lookup(entity, action), None, "{entity} {action}");
        }
    }

    #[test]
    fn is_social_workload_each_spelling() {
        for workload in ["MicrosoftSocialEngagement", "Microsoft Social Engagement", "social engagement", "SocialEngagement", "MSE", "mse"]
        {
            assert!(is_social_workload(workload), "{workload}");
        }
        for workload in ["", "CRM", "Dynamics365", "Microsoft", "MSEX", "Social"] {
            assert!(!is_social_workload(workload), "{workload}");
        }
    }

    proptest! {
        /// White space and case never lose an action, and never turn one into another.
        #[test]
        fn lookup_any_spacing_agrees(entity in 0usize..24, other in 0usize..24, space in "[ \t]{1,3}") {
            let (row, other) = (&SOCIAL_ENTITIES[entity], &SOCIAL_ENTITIES[other]);
            for action in other.actions {
                let found = lookup(&row.entity.replace(' ', &space), &format!("{space}{}{space}", action.name.replace(' ', &space)));
                prop_assert_eq!(found, row.actions.iter().find(|listed| listed.name == action.name));
            }
        }
    }
}

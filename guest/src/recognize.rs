//! Recognize: which of the audited events of the specification an event is ("What events are audited").
//!
//! The rows overlap: an export to Excel is also a multiple record view and a read. An event may also be none of them: the
//! specification calls them a sample. Events of social engagement are none of them; it has a table of its own.

use crate::subject::Subject;
use crate::tables::events::{EVENTS, EventRow, Sign};
use crate::tables::names;

/// The rows that fit the event, in the order of the tables.
pub fn recognize(subject: &Subject<'_>) -> impl Iterator<Item = &'static EventRow> {
    EVENTS.iter().filter(move |row| !subject.social && row.signs.iter().any(|sign| fits(sign, subject)))
}

fn fits(sign: &Sign, subject: &Subject<'_>) -> bool {
    (sign.messages.is_empty() || names::has(sign.messages, subject.message))
        && (sign.prefixes.is_empty() || sign.prefixes.iter().any(|prefix| names::begins(subject.message, prefix)))
        && (sign.categories.is_empty() || sign.categories.contains(&subject.category))
        && (sign.user_types.is_empty() || subject.user_type.is_some_and(|user_type| sign.user_types.contains(&user_type)))
        && (sign.entities.is_empty() || names::has(sign.entities, subject.entity))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::UserType;
    use crate::categorize::categorize;

    fn titles(message: &str, entity: &str, user_type: Option<UserType>) -> Vec<&'static str> {
        let subject = Subject { message, entity, category: categorize(message), user_type, social: false, sets_state: false };
        recognize(&subject).map(|row| row.event).collect()
    }

    /// Message, entity, kind of user, and the rows that fit, in order.
    const CASES: &[(&str, &str, Option<UserType>, &[&str])] = &[
        ("PublishXml", "", None, &["Publishing customizations", "Admin activities"]),
        ("PublishAllXmlAsync", "", None, &["Publishing customizations", "Admin activities"]),
        ("PublishProductHierarchy", "product", None, &[]),
        ("DeleteAttribute", "account", None, &["Attribute deletes", "Create, read, update, delete (CRUD)"]),
        ("Delete", "Attribute", None, &["Attribute deletes", "Create, read, update, delete (CRUD)"]),
        ("DeleteEntity", "account", None, &["Create, read, update, delete (CRUD)"]),
        ("CreateAttribute", "account", None, &["Admin activities"]),
        ("AddMembersTeam", "", None, &["Team, user management"]),
        ("AssignUserRoles", "", None, &["Team, user management"]),
        ("Associate", "systemuser", None, &["Team, user management"]),
        ("Update", "User", None, &["Team, user management", "Create, read, update, delete (CRUD)"]),
        ("Retrieve", "systemuser", None, &["Create, read, update, delete (CRUD)"]),
        ("GrantAccess", "account", None, &["Team, user management"]),
        ("ImportSolution", "", None, &["Configure instance"]),
        ("StageAndUpgrade", "", None, &["Configure instance"]),
        ("Update", "organization", None, &["Configure instance", "Create, read, update, delete (CRUD)"]),
        ("ImportRecords", "account", None, &[]),
        ("BackupInstance", "", None, &["Backup and restore", "Create, read, update, delete (CRUD)", "Admin activities"]),
        ("RestoreInstance", "", None, &["Backup and restore", "Create, read, update, delete (CRUD)", "Admin activities"]),
        ("ProvisionInstance", "", None, &["Manage applications", "Create, read, update, delete (CRUD)", "Admin activities"]),
        ("DeleteInstance", "", None, &["Manage applications", "Create, read, update, delete (CRUD)", "Admin activities"]),
        ("ConvertTrialInstance", "", None, &["Manage applications", "Create, read, update, delete (CRUD)", "Admin activities"]),
        ("UserSignIn", "", None, &["User sign-in authentication"]),
        ("UserSignOut", "", None, &[]),
        ("Create", "account", None, &["Create, read, update, delete (CRUD)"]),
        ("RetrieveMultiple", "account", None, &["Create, read, update, delete (CRUD)", "Multiple record view"]),
        ("ExportToExcel", "account", None, &["Create, read, update, delete (CRUD)", "Multiple record view", "Export to Excel"]),
        ("ExportToExcelOnline", "account", None, &["Create, read, update, delete (CRUD)", "Multiple record view", "Export to Excel"]),
        (
            "Retrieve",
            "account",
            Some(UserType::Application),
            &["Create, read, update, delete (CRUD)", "SDK calls via surround or custom apps"],
        ),
        ("contoso_Approve", "", Some(UserType::ServicePrincipal), &["SDK calls via surround or custom apps"]),
        ("Retrieve", "account", Some(UserType::DcAdmin), &["Create, read, update, delete (CRUD)", "All support CRUD activities"]),
        ("ExecuteWorkflow", "account", Some(UserType::DcAdmin), &["Backend commands"]),
        ("UserSignIn", "", Some(UserType::DcAdmin), &["User sign-in authentication", "Backend commands"]),
        ("Assign", "account", Some(UserType::Admin), &["Admin activities"]),
        ("Assign", "account", Some(UserType::Regular), &[]),
        ("ReportViewed", "report", None, &["Create, read, update, delete (CRUD)", "Report Viewed"]),
        ("ReportViewerExport", "report", None, &["Report Viewer Export"]),
        ("ReportViewerRenderImage", "report", None, &["Create, read, update, delete (CRUD)", "Report Viewer Render Image"]),
        ("contoso_Approve", "", None, &[]),
    ];

    #[test]
    fn recognize_each_case() {
        for (message, entity, user_type, expected) in CASES {
            assert_eq!(titles(message, entity, *user_type), *expected, "{message} on {entity:?} by {user_type:?}");
            assert_eq!(titles(&message.to_lowercase(), &entity.to_uppercase(), *user_type), *expected, "{message}, other case");
        }
    }

    #[test]
    fn recognize_each_row_is_reached() {
        for row in EVENTS {
            assert!(CASES.iter().any(|case| case.3.contains(&row.event)), "no case reaches {}", row.event);
        }
    }

    #[test]
    fn recognize_social_engagement_is_no_row() {
        let subject = Subject {
            message: "Update",
            entity: "User",
            category: categorize("Update"),
            user_type: Some(UserType::Admin),
            social: true,
            sets_state: false,
        };
        assert_eq!(recognize(&subject).count(), 0);
    }
}

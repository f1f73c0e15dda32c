//! The events that can be audited ("What events are audited"), and how each is told.
//!
//! The specification describes the events and leaves open how they are told; the signs are our own. Reports and the admin
//! center have no SDK messages, so the names that a sender uses for them are fixed here.

use crate::activity::UserType;
use crate::categorize::Category;
use crate::tables::message_groups::ADMIN_CENTER_MESSAGES;
use serde::{Serialize, Serializer};

/// Which of the two tables of the specification a row is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Table {
    /// The first table: what admins do.
    Admin,
    /// The second table: what users, apps and support engineers do.
    User,
}

/// A row of the two tables.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventRow {
    /// Which table.
    pub table: Table,
    /// The event, as printed.
    pub event: &'static str,
    /// Its description, as printed.
    pub description: &'static str,
    /// How it is told, for people.
    pub told_by: &'static str,
    /// How it is told, as data: an event is this one if any of the signs fits it.
    pub signs: &'static [Sign],
}

/// A sign of an event. It fits when every list that is not empty holds what the event is.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sign {
    /// Whole names of messages, sorted.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub messages: &'static [&'static str],
    /// Beginnings of names of messages.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub prefixes: &'static [&'static str],
    /// Categories.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub categories: &'static [Category],
    /// Kinds of user.
    #[serde(skip_serializing_if = "<[_]>::is_empty", serialize_with = "names_of")]
    pub user_types: &'static [UserType],
    /// Entities, sorted.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub entities: &'static [&'static str],
}

fn names_of<S: Serializer>(user_types: &&'static [UserType], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(user_types.iter().map(|user_type| user_type.name()))
}

const ANY: Sign = Sign { messages: &[], prefixes: &[], categories: &[], user_types: &[], entities: &[] };

/// Create, read, update and delete, of one record or many.
const CRUD: &[Category] = &[Category::ReadMultiple, Category::Read, Category::Create, Category::Update, Category::Delete];

/// Every category that is not in [`CRUD`].
const NOT_CRUD: &[Category] = &[
    Category::Associate,
    Category::Disassociate,
    Category::Assign,
    Category::Share,
    Category::SignIn,
    Category::SignOut,
    Category::Export,
    Category::Import,
    Category::Publish,
    Category::Customize,
    Category::Activate,
    Category::Send,
    Category::Check,
    Category::Execute,
];

/// Changes of any kind to records and their links.
const WRITES: &[Category] = &[
    Category::Create,
    Category::Update,
    Category::Delete,
    Category::Associate,
    Category::Disassociate,
    Category::Assign,
    Category::Activate,
];

/// Messages that publish customizations.
const PUBLISHING: &[&str] = &["PublishAll", "PublishAllXml", "PublishAllXmlAsync", "PublishTheme", "PublishXml"];

/// Users, teams, roles, and what links them.
#[rustfmt::skip]
const PRINCIPALS: &[&str] = &[
    "businessunit", "fieldpermission", "fieldsecurityprofile", "position", "role", "roleprivileges", "securityrole", "systemuser",
    "systemuserprofiles", "systemuserroles", "team", "teammembership", "teamprofiles", "teamroles", "user",
];

/// Messages about users, teams and roles that name no entity, or another.
#[rustfmt::skip]
const PRINCIPAL_MESSAGES: &[&str] = &[
    "AddMembersTeam", "AddPrivilegesRole", "AddUserToRecordTeam", "AssignUserRoles", "ConvertOwnerTeamToAccessTeam",
    "RemoveMembersTeam", "RemovePrivilegeRole", "RemoveUserFromRecordTeam", "RemoveUserRoles", "ReplacePrivilegesRole",
    "SetBusinessSystemUser", "SetParentBusinessUnit", "SetParentSystemUser", "SetParentTeam",
];

/// Both tables, in the specification's order.
pub const EVENTS: &[EventRow] = &[
    EventRow {
        table: Table::Admin,
        event: "Publishing customizations",
        description: "An admin publishes a new customization which overrides a change done by the previous one. The action requires \
            auditing for analysis.",
        told_by: "a message that publishes customizations",
        signs: &[Sign { messages: PUBLISHING, ..ANY }],
    },
    EventRow {
        table: Table::Admin,
        event: "Attribute deletes",
        description: "Admin accidentally deletes an attribute. This action also deletes the data.",
        told_by: "DeleteAttribute, or a delete on the entity attribute",
        signs: &[Sign { messages: &["DeleteAttribute"], ..ANY }, Sign { categories: &[Category::Delete], entities: &["attribute"], ..ANY }],
    },
    EventRow {
        table: Table::Admin,
        event: "Team, user management",
        description: "Who was added, who was deleted, what access rights a user/team had is important for analyzing impact.",
        told_by: "a change to a user, team, role, business unit or field security profile; a message about them; or a change of access \
            to a record",
        signs: &[
            Sign { messages: PRINCIPAL_MESSAGES, ..ANY },
            Sign { categories: WRITES, entities: PRINCIPALS, ..ANY },
            Sign { categories: &[Category::Share], ..ANY },
        ],
    },
    EventRow {
        table: Table::Admin,
        event: "Configure instance",
        description: "Adding solutions to an instance.",
        told_by: "a message that brings a solution in or takes it out, a change to a solution, or a change to the organization's \
            settings",
        signs: &[
            Sign {
                messages: &[
                    "DeleteAndPromote",
                    "DeleteAndPromoteAsync",
                    "ImportSolution",
                    "ImportSolutionAsync",
                    "ImportSolutions",
                    "install",
                    "StageAndUpgrade",
                    "StageAndUpgradeAsync",
                    "StageSolution",
                    "UninstallSolutionAsync",
                ],
                ..ANY
            },
            Sign { categories: WRITES, entities: &["organization", "solution"], ..ANY },
            Sign { categories: &[Category::Import], entities: &["organization", "solution"], ..ANY },
        ],
    },
    EventRow {
        table: Table::Admin,
        event: "Backup and restore",
        description: "Backup and restore actions at the tenant.",
        told_by: "a message of the admin center about backups",
        signs: &[Sign { messages: &["BackupInstance", "DeleteInstanceBackup", "RestoreInstance", "RetrieveInstanceBackups"], ..ANY }],
    },
    EventRow {
        table: Table::Admin,
        event: "Manage applications",
        description: "New instance added, existing instance deleted, trials converted to paid, etc.",
        told_by: "a message of the admin center about instances",
        signs: &[Sign {
            messages: &[
                "ConvertTrialInstance",
                "CopyInstance",
                "DeleteInstance",
                "DisableAdminMode",
                "EnableAdminMode",
                "ProvisionInstance",
                "ResetInstance",
                "RetrieveInstances",
                "UpdateInstance",
            ],
            ..ANY
        }],
    },
    EventRow {
        table: Table::User,
        event: "User sign-in authentication",
        description: "Logging all user sign-in to the environment - when the Start Read Auditing option is selected.",
        told_by: "the category SignIn",
        signs: &[Sign { categories: &[Category::SignIn], ..ANY }],
    },
    EventRow {
        table: Table::User,
        event: "Create, read, update, delete (CRUD)",
        description: "Logging all CRUD activities essential for understanding the impact of a problem and being compliant with data \
            protection impact assessments (DPIA).",
        told_by: "the categories Create, Read, ReadMultiple, Update and Delete",
        signs: &[Sign { categories: CRUD, ..ANY }],
    },
    EventRow {
        table: Table::User,
        event: "Multiple record view",
        description: "Users of Dynamics view information in bulk, like grid views, Advanced Find search, etc. Critical customer content \
            information is part of these views.",
        told_by: "the category ReadMultiple",
        signs: &[Sign { categories: &[Category::ReadMultiple], ..ANY }],
    },
    EventRow {
        table: Table::User,
        event: "Export to Excel",
        description: "Exporting data to Excel moves the data outside of the secure environment and is vulnerable to threats.",
        told_by: "a message that begins with ExportToExcel",
        signs: &[Sign { prefixes: &["ExportToExcel"], ..ANY }],
    },
    EventRow {
        table: Table::User,
        event: "SDK calls via surround or custom apps",
        description: "Actions taken via the core platform or surround apps calling into the SDK to perform an action needs to be logged.",
        told_by: "the user type is Application or ServicePrincipal: an app called, not a person",
        signs: &[Sign { user_types: &[UserType::Application, UserType::ServicePrincipal], ..ANY }],
    },
    EventRow {
        table: Table::User,
        event: "All support CRUD activities",
        description: "Microsoft support engineer activities on customer environment.",
        told_by: "the user type is DCAdmin, and the category one of CRUD",
        signs: &[Sign { user_types: &[UserType::DcAdmin], categories: CRUD, ..ANY }],
    },
    EventRow {
        table: Table::User,
        event: "Admin activities",
        description: "Admin activities on customer tenant.",
        told_by: "the user type is Admin, or a message of the admin center, or the category Customize, or publishing customizations",
        signs: &[
            Sign { user_types: &[UserType::Admin], ..ANY },
            Sign { messages: ADMIN_CENTER_MESSAGES.rows, ..ANY },
            Sign { categories: &[Category::Customize], ..ANY },
            Sign { messages: PUBLISHING, ..ANY },
        ],
    },
    EventRow {
        table: Table::User,
        event: "Backend commands",
        description: "Microsoft support engineer activities on customer tenant and environment.",
        told_by: "the user type is DCAdmin, and the category none of CRUD",
        signs: &[Sign { user_types: &[UserType::DcAdmin], categories: NOT_CRUD, ..ANY }],
    },
    EventRow {
        table: Table::User,
        event: "Report Viewed",
        description: "Logging when a report is viewed. Critical customer content information might be displayed on the report.",
        told_by: "the message ReportViewed",
        signs: &[Sign { messages: &["ReportViewed"], ..ANY }],
    },
    EventRow {
        table: Table::User,
        event: "Report Viewer Export",
        description: "Exporting a report to different formats moves the data outside of the secure environment and is vulnerable to \
            threats.",
        told_by: "the message ReportViewerExport",
        signs: &[Sign { messages: &["ReportViewerExport"], ..ANY }],
    },
    EventRow {
        table: Table::User,
        event: "Report Viewer Render Image",
        description: "Logging multimedia assets that are shown when a report is displayed. They might contain critical customer \
            information.",
        told_by: "the message ReportViewerRenderImage",
        signs: &[Sign { messages: &["ReportViewerRenderImage"], ..ANY }],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::messages::MESSAGES;
    use crate::tables::names;

    /// Both tables, copied a second time so that a row lost above shows.
    const EXPECTED: &str = "\
Publishing customizations | An admin publishes a new customization which overrides a change done by the previous one. The action requires auditing for analysis.
Attribute deletes | Admin accidentally deletes an attribute. This action also deletes the data.
Team, user management | Who was added, who was deleted, what access rights a user/team had is important for analyzing impact.
Configure instance | Adding solutions to an instance.
Backup and restore | Backup and restore actions at the tenant.
Manage applications | New instance added, existing instance deleted, trials converted to paid, etc.
User sign-in authentication | Logging all user sign-in to the environment - when the Start Read Auditing option is selected.
Create, read, update, delete (CRUD) | Logging all CRUD activities essential for understanding the impact of a problem and being compliant with data protection impact assessments (DPIA).
Multiple record view | Users of Dynamics view information in bulk, like grid views, Advanced Find search, etc. Critical customer content information is part of these views.
Export to Excel | Exporting data to Excel moves the data outside of the secure environment and is vulnerable to threats.
SDK calls via surround or custom apps | Actions taken via the core platform or surround apps calling into the SDK to perform an action needs to be logged.
All support CRUD activities | Microsoft support engineer activities on customer environment.
Admin activities | Admin activities on customer tenant.
Backend commands | Microsoft support engineer activities on customer tenant and environment.
Report Viewed | Logging when a report is viewed. Critical customer content information might be displayed on the report.
Report Viewer Export | Exporting a report to different formats moves the data outside of the secure environment and is vulnerable to threats.
Report Viewer Render Image | Logging multimedia assets that are shown when a report is displayed. They might contain critical customer information.";

    #[test]
    fn events_each_row_of_the_specification() {
        let rows: Vec<String> = EVENTS.iter().map(|row| format!("{} | {}", row.event, row.description)).collect();
        assert_eq!(rows, EXPECTED.lines().collect::<Vec<_>>());
        let admin = EVENTS.iter().take_while(|row| row.table == Table::Admin).count();
        assert_eq!((admin, EVENTS.len()), (6, 17));
        assert!(EVENTS[admin..].iter().all(|row| row.table == Table::User));
    }

    #[test]
    fn signs_sorted_of_known_messages_and_never_empty() {
        for row in EVENTS {
            assert!(!row.signs.is_empty() && !row.told_by.is_empty(), "{}", row.event);
            for sign in row.signs {
                assert_ne!(*sign, ANY, "{}: a sign that fits everything", row.event);
                assert!(names::in_order(sign.messages) && names::in_order(sign.entities), "{}", row.event);
                assert!(sign.messages.iter().all(|message| names::has(MESSAGES, message)), "{}", row.event);
            }
        }
    }

    #[test]
    fn crud_and_the_rest_are_all_categories() {
        let mut all = [CRUD, NOT_CRUD].concat();
        all.sort_unstable();
        assert_eq!(all, Category::ALL);
    }

    #[test]
    fn signs_of_the_admin_center_cover_its_messages() {
        let told = |message: &str| EVENTS[4..6].iter().flat_map(|row| row.signs).any(|sign| names::has(sign.messages, message));
        assert!(ADMIN_CENTER_MESSAGES.rows.iter().all(|message| told(message)));
    }
}

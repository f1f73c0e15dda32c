//! Messages whose name alone says which report they belong to, whatever entity they name.
//!
//! The specification names the reports ("Review your audit data") and says no more; the lists are our own. Those of the
//! admin center name what its events describe ("Backup and restore", "Manage applications"), for which the SDK has no
//! messages: a sender that reports them uses these names.

use super::names::Set;
use crate::categorize::Category;
use crate::subject::Subject;

/// Messages that act on many records at once. Beside them: all of category `Import`, and writes named `…Multiple`.
#[rustfmt::skip]
pub const BULK_MESSAGES: Set = Set::new(&[
    "AddListMembers", "AddListMembersList", "AssociateEntities", "BackgroundSend", "BulkDelete", "BulkDelete2",
    "BulkDetectDuplicates", "BulkMail", "BulkOperationStatusClose", "CleanUpBulkOperation", "CopyDynamicListToStatic",
    "CopyMembersList", "CreateActivitiesList", "CreateMultiple", "DeleteAuditData", "DeleteMultiple", "DeleteOpenInstances",
    "DisassociateEntities", "DistributeCampaignActivity", "ExecuteMultiple", "ExecuteTransaction", "LogFailureBulkOperation",
    "LogSuccessBulkOperation", "ProcessOneMemberBulkOperation", "PropagateByExpression", "QualifyMemberList", "ReassignObjects",
    "ReassignObjectsEx", "ReassignObjectsOwner", "ReassignObjectsSystemUser", "SendBulkMail", "StatusUpdateBulkOperation",
    "SyncBulkOperation", "UninstallSampleData", "UpdateMultiple", "UpsertMultiple",
]);

/// Messages of the admin center: what is done to whole instances, at the tenant.
#[rustfmt::skip]
pub const ADMIN_CENTER_MESSAGES: Set = Set::new(&[
    "BackupInstance", "ConvertTrialInstance", "CopyInstance", "DeleteInstance", "DeleteInstanceBackup", "DisableAdminMode",
    "EnableAdminMode", "ProvisionInstance", "ResetInstance", "RestoreInstance", "RetrieveInstanceBackups", "RetrieveInstances",
    "UpdateInstance",
]);

/// Messages about definitions, solutions, rights and the organization. Beside them: all of category `Customize`.
#[rustfmt::skip]
pub const ADMIN_MESSAGES: Set = Set::new(&[
    "AddChannelAccessProfilePrivileges", "AddMembersTeam", "AddPrivileges", "AddPrivilegesRole", "AssignUserRoles",
    "CanBeReferenced", "CanBeReferencing", "CanManyToMany", "CloneMobileOfflineProfile", "ConvertOwnerTeamToAccessTeam",
    "DeleteAttribute", "DeleteEntity", "DeleteEntityKey", "DeleteOptionSet", "DeleteOptionValue", "DeleteRelationship",
    "DownloadSolutionExportData", "ExportAll", "ExportCompressed", "ExportCompressedAll", "ExportCompressedTranslations",
    "ExportFieldTranslation", "ExportSolution", "ExportSolutionAsync", "ExportTranslation", "ExportTranslations",
    "GetDecryptionKey", "GetPreferredSolution", "GetValidManyToMany", "GetValidReferencedEntities",
    "GetValidReferencingEntities", "IsComponentCustomizable", "IsDataEncryptionActive", "IsPaiEnabled",
    "PreferredSolutionUsedBy", "PublishAll", "PublishAllXml", "PublishAllXmlAsync", "PublishTheme", "PublishXml",
    "RemoveMembersTeam", "RemovePrivilege", "RemovePrivilegeRole", "RemoveUserRoles", "ReplacePrivileges",
    "ReplacePrivilegesRole", "RetrieveAadUserPrivileges", "RetrieveAadUserRoles", "RetrieveAadUserSetOfPrivilegesByIds",
    "RetrieveAadUserSetOfPrivilegesByNames", "RetrieveAllChildUsers", "RetrieveAllChildUsersSystemUser", "RetrieveAllEntities",
    "RetrieveAllManagedProperties", "RetrieveAllOptionSets", "RetrieveAppComponents", "RetrieveApplicationRibbon",
    "RetrieveAttribute", "RetrieveAuditPartitionList", "RetrieveBusinessHierarchyBusinessUnit",
    "RetrieveChannelAccessProfilePrivileges", "RetrieveCurrentOrganization", "RetrieveDataEncryptionKey",
    "RetrieveDependenciesForDelete", "RetrieveDependenciesForUninstall", "RetrieveDependentComponents",
    "RetrieveDeploymentLicenseType", "RetrieveEntity", "RetrieveEntityKey", "RetrieveEntityRibbon",
    "RetrieveEnvironmentVariables", "RetrieveEnvironmentVariableValue", "RetrieveFeatureControlSetting",
    "RetrieveFeatureControlSettings", "RetrieveFeatureControlSettingsByNamespace", "RetrieveFilteredForms", "RetrieveFormXml",
    "RetrieveLicenseInfo", "RetrieveLocLabels", "RetrieveManagedProperty", "RetrieveMembersTeam", "RetrieveMetadataChanges",
    "RetrieveMissingComponents", "RetrieveMissingDependencies", "RetrieveOptionSet", "RetrieveOrganizationInfo",
    "RetrieveOrganizationResources", "RetrievePrincipalAttributePrivileges", "RetrievePrivilegeSet", "RetrieveRelationship",
    "RetrieveRequiredComponents", "RetrieveRolePrivileges", "RetrieveRolePrivilegesRole", "RetrieveSubsidiaryTeams",
    "RetrieveSubsidiaryTeamsBusinessUnit", "RetrieveSubsidiaryUsers", "RetrieveSubsidiaryUsersBusinessUnit",
    "RetrieveTeamPrivileges", "RetrieveTeams", "RetrieveTeamsSystemUser", "RetrieveUserLicenseInfo",
    "RetrieveUserPrivilegeByPrivilegeId", "RetrieveUserPrivilegeByPrivilegeName", "RetrieveUserPrivileges",
    "RetrieveUserSetOfPrivilegesByIds", "RetrieveUserSetOfPrivilegesByNames", "RetrieveUsersPrivilegesThroughTeams",
    "SetBusiness", "SetBusinessSystemUser", "SetDataEncryptionKey", "SetFeatureStatus", "SetParentBusinessUnit",
    "SetParentSystemUser", "SetParentTeam", "SetPreferredSolution", "UninstallSolutionAsync", "UpdateFeatureConfig",
    "UpsertEnvironmentVariable",
]);

/// Whether a message acts on many records at once.
pub fn is_bulk(subject: &Subject<'_>) -> bool {
    let multiple = || {
        let bytes = subject.message.as_bytes();
        bytes.len() >= 8 && bytes[bytes.len() - 8..].eq_ignore_ascii_case(b"Multiple") && !subject.category.is_read()
    };
    subject.category == Category::Import || multiple() || BULK_MESSAGES.has(subject.message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::messages::MESSAGES;
    use crate::tables::names;

    #[test]
    fn lists_sorted_disjoint_and_of_known_messages() {
        let lists = [BULK_MESSAGES, ADMIN_CENTER_MESSAGES, ADMIN_MESSAGES];
        for (number, list) in lists.iter().enumerate() {
            assert!(names::in_order(list.rows), "{:?}", list.rows);
            for message in list.rows {
                assert!(names::has(MESSAGES, message), "{message}");
                assert!(lists[number + 1..].iter().all(|other| !other.has(message)), "{message}");
            }
        }
    }
}

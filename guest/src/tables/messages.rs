//! The names of the SDK messages that are known.
//!
//! "What's logged" refers to the SDK's message namespaces and logs them all but 25; a message that is not in this list is
//! logged like any other. The list is for people and for the catalog. Pipeline names (`Win`) and class names
//! (`WinOpportunity`) both stand in it, and so do the names that [`super::events`] gives to what the SDK has no message for:
//! reports, the admin center, signing out.

/// The names, sorted, whatever their case.
#[rustfmt::skip]
pub const MESSAGES: &[&str] = &[
    "AddAppComponents", "AddChannelAccessProfilePrivileges", "AddItem", "AddItemCampaign", "AddItemCampaignActivity",
    "AddListMembers", "AddListMembersList", "AddMember", "AddMemberList", "AddMembers", "AddMembersTeam", "AddPrincipalToQueue",
    "AddPrivileges", "AddPrivilegesRole", "AddProductToKit", "AddRecurrence", "AddSolutionComponent", "AddSubstituteProduct",
    "AddToQueue", "AddUserToRecordTeam", "AlmHandler", "AnalyzeSentiment", "ApplyRecordCreationAndUpdateRule", "ApplyRoutingRule",
    "Appointment", "Assign", "AssignUserRoles", "Associate", "AssociateEntities", "AutoMapEntity", "BackgroundSend",
    "BackgroundSendEmail", "BackupInstance", "BatchPrediction", "Book", "BulkDelete", "BulkDelete2", "BulkDetectDuplicates",
    "BulkMail", "BulkOperationStatusClose", "CalculateActualValueOpportunity", "CalculatePrice", "CalculateRollupField",
    "CalculateTotalTimeIncident", "CanBeReferenced", "CanBeReferencing", "Cancel", "CancelContract", "CancelSalesOrder",
    "CancelTraining", "CanManyToMany", "CategorizeText", "CheckClientCompatibility", "CheckIncoming", "CheckIncomingEmail",
    "CheckPromote", "CheckPromoteEmail", "CleanUpBulkOperation", "Clone", "CloneAsPatch", "CloneAsSolution", "CloneContract",
    "CloneMobileOfflineProfile", "CloneProduct", "Close", "CloseIncident", "CloseQuote", "CommitAnnotationBlocksUpload",
    "CommitAttachmentBlocksUpload", "CommitFileBlocksUpload", "CompoundCreate", "CompoundUpdate",
    "CompoundUpdateDuplicateDetectionRule", "ConfigureReportingDataConnector", "ConvertDateAndTimeBehavior", "ConvertKitToProduct",
    "ConvertOwnerTeamToAccessTeam", "ConvertProductToKit", "ConvertQuoteToSalesOrder", "ConvertSalesOrderToInvoice",
    "ConvertTrialInstance", "CopyCampaign", "CopyCampaignResponse", "CopyDynamicListToStatic", "CopyInstance", "CopyMembersList",
    "CopySystemForm", "Create", "CreateActivitiesList", "CreateAsyncJobToRevokeInheritedAccess", "CreateAttribute",
    "CreateCustomerRelationships", "CreateEntity", "CreateEntityKey", "CreateException", "CreateInstance",
    "CreateKnowledgeArticleTranslation", "CreateKnowledgeArticleVersion", "CreateManyToMany", "CreateMultiple", "CreateOneToMany",
    "CreateOptionSet", "CreatePolymorphicLookupAttribute", "CreateWorkflowFromTemplate", "Default", "Delete", "DeleteAndPromote",
    "DeleteAndPromoteAsync", "DeleteAttribute", "DeleteAuditData", "DeleteEntity", "DeleteEntityKey", "DeleteFile", "DeleteInstance",
    "DeleteInstanceBackup", "DeleteMultiple", "DeleteOpenInstances", "DeleteOptionSet", "DeleteOptionValue",
    "DeleteRecordChangeHistory", "DeleteRecordChangeHistory1", "DeleteRelationship", "DeliverImmediatePromote",
    "DeliverImmediatePromoteEmail", "DeliverIncoming", "DeliverIncomingEmail", "DeliverPromote", "DeliverPromoteEmail",
    "DeprovisionLanguage", "DetachFromQueue", "DetectLanguage", "DisableAdminMode", "Disassociate", "DisassociateEntities",
    "DistributeCampaignActivity", "DownloadBlock", "DownloadReportDefinition", "DownloadSolutionExportData", "EnableAdminMode",
    "EntityExpressionToFetchXml", "Execute", "ExecuteAsync", "ExecuteById", "ExecuteByIdSavedQuery", "ExecuteByIdUserQuery",
    "ExecuteCosmosSqlQuery", "ExecuteFetch", "ExecuteMultiple", "ExecuteTransaction", "ExecuteWorkflow", "Expand", "ExpandCalendar",
    "Export", "ExportAll", "ExportCompressed", "ExportCompressedAll", "ExportCompressedTranslations", "ExportFieldTranslation",
    "ExportMappings", "ExportMappingsImportMap", "ExportSolution", "ExportSolutionAsync", "ExportToExcel", "ExportToWord",
    "ExportTranslation", "ExportTranslations", "ExtractKeyPhrases", "ExtractTextEntities", "FetchXmlToEntityExpression",
    "FetchXmlToQueryExpression", "FindParentResourceGroup", "FireNotificationEvent", "FormatAddress", "FulfillSalesOrder",
    "FullTextSearchKnowledgeArticle", "GenerateInvoiceFromOpportunity", "GenerateQuoteFromOpportunity",
    "GenerateSalesOrderFromOpportunity", "GenerateSharedLink", "GenerateSocialProfile", "GetAllTimeZonesWithDisplayName",
    "GetAutoNumberSeed", "GetAutoNumberSeed1", "GetDecryptionKey", "GetDefaultPriceLevel", "GetDistinctValues",
    "GetDistinctValuesImportFile", "GetFileSasUrl", "GetHeaderColumns", "GetHeaderColumnsImportFile",
    "GetInvoiceProductsFromOpportunity", "GetJobStatus", "GetNextAutoNumberValue", "GetNextAutoNumberValue1", "GetPreferredSolution",
    "GetQuantityDecimal", "GetQuoteProductsFromOpportunity", "GetReportHistoryLimit", "GetSalesOrderProductsFromOpportunity",
    "GetTimeZoneCodeByLocalizedName", "GetTrackingToken", "GetTrackingTokenEmail", "GetValidManyToMany", "GetValidReferencedEntities",
    "GetValidReferencingEntities", "GrantAccess", "GrantAccessUsingSharedLink", "Handle", "ImmediateBook", "Import", "ImportAll",
    "ImportCardTypeSchema", "ImportCompressedAll", "ImportCompressedTranslationsWithProgress", "ImportCompressedWithProgress",
    "ImportFieldTranslation", "ImportMappings", "ImportMappingsImportMap", "ImportRecords", "ImportRecordsImport", "ImportSolution",
    "ImportSolutionAsync", "ImportSolutions", "ImportTranslation", "ImportTranslationAsync", "ImportTranslationsWithProgress",
    "ImportWithProgress", "IncrementKnowledgeArticleViewCount", "InitializeAnnotationBlocksDownload",
    "InitializeAnnotationBlocksUpload", "InitializeAttachmentBlocksDownload", "InitializeAttachmentBlocksUpload",
    "InitializeFileBlocksDownload", "InitializeFileBlocksUpload", "InitializeFrom", "InitializeModernFlowFromAsyncWorkflow",
    "InsertOptionValue", "InsertStatusValue", "install", "InstallSampleData", "Instantiate", "InstantiateFilters",
    "InstantiateTemplate", "IsBackOfficeInstalled", "IsComponentCustomizable", "IsDataEncryptionActive", "IsPaiEnabled",
    "IsReportingDataConnectorInstalled", "IsSupportUserRole", "IsValidStateTransition", "LocalTimeFromUtcTime", "LockInvoicePricing",
    "LockSalesOrderPricing", "LogFailureBulkOperation", "LogSuccessBulkOperation", "Lose", "LoseOpportunity",
    "MakeAvailableToOrganization", "MakeAvailableToOrganizationReport", "MakeAvailableToOrganizationTemplate",
    "MakeUnavailableToOrganization", "MakeUnavailableToOrganizationReport", "MakeUnavailableToOrganizationTemplate", "Merge",
    "ModifyAccess", "msdyn_CreateActionFlow", "msdyn_GetKAObjectFromTemplate", "msdyn_RetrieveKnowledgeSuggestions",
    "msdyn_RetrieveSearchProviders", "OrderOption", "Parse", "ParseImport", "PickFromQueue", "PowerAutomateProxy", "Predict",
    "PredictByReference", "PredictionSchema", "PreferredSolutionUsedBy", "ProcessInboundEmail", "ProcessOneMemberBulkOperation",
    "PropagateByExpression", "ProvisionInstance", "ProvisionLanguage", "ProvisionLanguageAsync", "Publish", "PublishAIConfiguration",
    "PublishAll", "PublishAllXml", "PublishAllXmlAsync", "PublishDuplicateRule", "PublishProductHierarchy", "PublishTheme",
    "PublishXml", "PvaAuthorize", "PvaGetUserBots", "QualifyLead", "QualifyMemberList", "Query", "QueryExpressionToFetchXml",
    "QueryMultiple", "QueryMultipleSchedules", "QuerySchedule", "QueueUpdateRibbonClientMetadata", "QuickTest", "ReactivateEntityKey",
    "ReassignObjects", "ReassignObjectsEx", "ReassignObjectsOwner", "ReassignObjectsSystemUser", "Recalculate", "RecognizeText",
    "ReleaseToQueue", "RemoveActiveCustomizations", "RemoveAppComponents", "RemoveFromQueue", "RemoveItem", "RemoveItemCampaign",
    "RemoveItemCampaignActivity", "RemoveMember", "RemoveMemberList", "RemoveMembers", "RemoveMembersTeam", "RemoveParent",
    "RemovePrivilege", "RemovePrivilegeRole", "RemoveProductFromKit", "RemoveRelated", "RemoveSolutionComponent",
    "RemoveSubstituteProduct", "RemoveUserFromRecordTeam", "RemoveUserRoles", "RenewContract", "RenewEntitlement",
    "ReplacePrivileges", "ReplacePrivilegesRole", "ReportViewed", "ReportViewerExport", "ReportViewerRenderImage", "Reschedule",
    "ResetInstance", "ResetOfflineFilters", "ResetUserFilters", "RestoreInstance", "Retrieve", "RetrieveAadUserPrivileges",
    "RetrieveAadUserRoles", "RetrieveAadUserSetOfPrivilegesByIds", "RetrieveAadUserSetOfPrivilegesByNames",
    "RetrieveAbsoluteAndSiteCollectionUrl", "RetrieveAccessOrigin", "RetrieveActivePath", "RetrieveAllChildUsers",
    "RetrieveAllChildUsersSystemUser", "RetrieveAllCompositeDataSources", "RetrieveAllEntities", "RetrieveAllManagedProperties",
    "RetrieveAllOptionSets", "RetrieveAnalyticsStoreDetails", "RetrieveAppComponents", "RetrieveApplicationRibbon",
    "RetrieveAttribute", "RetrieveAttributeChangeHistory", "RetrieveAuditDetails", "RetrieveAuditPartitionList",
    "RetrieveAvailableLanguages", "RetrieveBusinessHierarchyBusinessUnit", "RetrieveByGroupResource",
    "RetrieveByResourceResourceGroup", "RetrieveByResourcesService", "RetrieveByTopIncidentProduct",
    "RetrieveByTopIncidentProductKbArticle", "RetrieveByTopIncidentSubject", "RetrieveByTopIncidentSubjectKbArticle",
    "RetrieveCascadeAssignAsyncJobId", "RetrieveCascadeDeleteAsyncJobId", "RetrieveChannelAccessProfilePrivileges",
    "RetrieveCompositeDataSource", "RetrieveCurrentOrganization", "RetrieveDataEncryptionKey", "RetrieveDependenciesForDelete",
    "RetrieveDependenciesForUninstall", "RetrieveDependentComponents", "RetrieveDeploymentLicenseType",
    "RetrieveDeprovisionedLanguages", "RetrieveDuplicates", "RetrieveEntitiesForAggregateQuery", "RetrieveEntity",
    "RetrieveEntityChanges", "RetrieveEntityKey", "RetrieveEntityRibbon", "RetrieveEnvironmentVariables",
    "RetrieveEnvironmentVariableValue", "RetrieveExchangeAppointments", "RetrieveExchangeRate", "RetrieveFeatureControlSetting",
    "RetrieveFeatureControlSettings", "RetrieveFeatureControlSettingsByNamespace", "RetrieveFilteredForms",
    "RetrieveFormattedImportJobResults", "RetrieveFormXml", "RetrieveInstalledLanguagePacks", "RetrieveInstalledLanguagePackVersion",
    "RetrieveInstanceBackups", "RetrieveInstances", "RetrieveLicenseInfo", "RetrieveLocLabels", "RetrieveMailboxTrackingFolders",
    "RetrieveManagedProperty", "RetrieveMembers", "RetrieveMembersBulkOperation", "RetrieveMembersTeam", "RetrieveMetadataChanges",
    "RetrieveMissingComponents", "RetrieveMissingDependencies", "RetrieveMultiple", "RetrieveOptionSet", "RetrieveOrganizationInfo",
    "RetrieveOrganizationResources", "RetrieveParentGroupsResourceGroup", "RetrieveParsedData", "RetrieveParsedDataImportFile",
    "RetrievePersonalWall", "RetrievePrincipalAccess", "RetrievePrincipalAccessInfo", "RetrievePrincipalAttributePrivileges",
    "RetrievePrincipalSyncAttributeMappings", "RetrievePrivilegeSet", "RetrieveProcessInstances", "RetrieveProductProperties",
    "RetrieveProvisionedLanguagePackVersion", "RetrieveProvisionedLanguages", "RetrieveRecordChangeHistory", "RetrieveRecordWall",
    "RetrieveRelationship", "RetrieveRequiredComponents", "RetrieveRolePrivileges", "RetrieveRolePrivilegesRole",
    "RetrieveSharedLinks", "RetrieveSharedPrincipalsAndAccess", "RetrieveSubGroupsResourceGroup", "RetrieveSubsidiaryTeams",
    "RetrieveSubsidiaryTeamsBusinessUnit", "RetrieveSubsidiaryUsers", "RetrieveSubsidiaryUsersBusinessUnit", "RetrieveTeamPrivileges",
    "RetrieveTeams", "RetrieveTeamsSystemUser", "RetrieveTimelineWallRecords", "RetrieveTimestamp", "RetrieveTotalRecordCount",
    "RetrieveUnpublished", "RetrieveUnpublishedMultiple", "RetrieveUserLicenseInfo", "RetrieveUserPrivilegeByPrivilegeId",
    "RetrieveUserPrivilegeByPrivilegeName", "RetrieveUserPrivileges", "RetrieveUserQueues", "RetrieveUserSetOfPrivilegesByIds",
    "RetrieveUserSetOfPrivilegesByNames", "RetrieveUserSettings", "RetrieveUserSettingsSystemUser",
    "RetrieveUsersPrivilegesThroughTeams", "RetrieveVersion", "RevertProduct", "ReviseQuote", "RevokeAccess", "RevokeSharedLink",
    "Rollup", "Route", "RouteTo", "SchedulePrediction", "Search", "SearchByBody", "SearchByBodyKbArticle", "SearchByBodyLegacy",
    "SearchByKeywords", "SearchByKeywordsKbArticle", "SearchByKeywordsLegacy", "SearchByTitle", "SearchByTitleKbArticle",
    "SearchByTitleLegacy", "Send", "SendBulkMail", "SendEmail", "SendEmailFromTemplate", "SendFax", "SendFromTemplate",
    "SendTemplate", "SetAutoNumberSeed", "SetAutoNumberSeed1", "SetBusiness", "SetBusinessEquipment", "SetBusinessSystemUser",
    "SetDataEncryptionKey", "SetFeatureStatus", "SetLocLabels", "SetParent", "SetParentBusinessUnit", "SetParentSystemUser",
    "SetParentTeam", "SetPreferredSolution", "SetProcess", "SetRelated", "SetReportRelated", "SetState", "SetStateDynamicEntity",
    "StageAndUpgrade", "StageAndUpgradeAsync", "StageSolution", "StatusUpdateBulkOperation", "SyncBulkOperation", "Train",
    "Transform", "TransformImport", "TriggerServiceEndpointCheck", "UninstallSampleData", "UninstallSolutionAsync",
    "UnlockInvoicePricing", "UnlockSalesOrderPricing", "Unpublish", "UnpublishDuplicateRule", "Update", "UpdateAttribute",
    "UpdateEntity", "UpdateFeatureConfig", "UpdateInstance", "UpdateMultiple", "UpdateOptionSet", "UpdateOptionValue",
    "UpdateProductProperties", "UpdateRelationship", "UpdateRibbonClientMetadata", "UpdateSolutionComponent", "UpdateStateValue",
    "UpdateUserSettings", "UpdateUserSettingsSystemUser", "UploadBlock", "Upsert", "UpsertCompositeDataSource",
    "UpsertEnvironmentVariable", "UpsertMultiple", "UserSignIn", "UserSignOut", "UtcTimeFromLocalTime", "Validate", "ValidateApp",
    "ValidateFetchXmlExpression", "ValidateRecurrenceRule", "ValidateSavedQuery", "ValidateUnpublished", "VerifyProcessStateData",
    "WhoAmI", "Win", "WinOpportunity", "WinQuote",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::categories::ROWS;
    use crate::tables::excluded_messages::EXCLUDED_MESSAGES;
    use crate::tables::names;

    #[test]
    fn messages_sorted_and_unique() {
        assert!(names::in_order(MESSAGES));
        assert_eq!(MESSAGES.len(), 555);
    }

    #[test]
    fn messages_every_excluded_one_is_known() {
        assert!(EXCLUDED_MESSAGES.iter().all(|message| names::has(MESSAGES, message)));
    }

    #[test]
    fn messages_every_whole_row_of_the_categories_is_known() {
        for row in ROWS.iter().filter(|row| row.whole) {
            assert!(names::has(MESSAGES, row.name), "{}", row.name);
        }
    }
}

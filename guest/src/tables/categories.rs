//! Which messages are which kind of access: the specification's prefixes ("How we categorize read and readmultiple") and
//! our own rows for everything that they leave open.
//!
//! How our own rows were chosen:
//!
//! - A message is what it does to the records of the organization. What only asks or computes is `Check`.
//! - A change of definitions (entities, attributes, option sets, forms, solutions' components) is `Customize`, except that
//!   deleting a definition is `Delete`: it deletes the data as well ("Attribute deletes").
//! - `Remove…` takes a record out of something and keeps the record, so it is `Disassociate`, not `Delete`.
//! - A message that hands data out as a file is `Export`, unless the specification's prefixes already make it a read.

use crate::categorize::Category;
use serde::Serialize;
use std::fmt;

/// A row: which names it matches and what category they have.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// The name, or what the name begins with; case does not matter.
    pub name: &'static str,
    /// Whether the whole name is meant.
    pub whole: bool,
    /// What the messages are.
    pub category: Category,
    /// Whether the row is the specification's; the others are our own.
    pub specification: bool,
    /// Why, in a few words.
    pub why: &'static str,
}

/// The row in words, such as `Retrieve…: the specification's prefix`.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.name, self.whole) {
            ("", _) => f.write_str(self.why),
            (name, true) => write!(f, "{name}: {}", self.why),
            (name, false) => write!(f, "{name}…: {}", self.why),
        }
    }
}

/// The specification's prefixes, in its order. They win over every row of ours.
pub const PREFIXES: &[Rule] = &[
    prefix("RetrieveMultiple", Category::ReadMultiple),
    prefix("ExportToExcel", Category::ReadMultiple),
    prefix("RollUp", Category::ReadMultiple),
    prefix("RetrieveEntitiesForAggregateQuery", Category::ReadMultiple),
    prefix("RetrieveRecordWall", Category::ReadMultiple),
    prefix("RetrievePersonalWall", Category::ReadMultiple),
    prefix("ExecuteFetch", Category::ReadMultiple),
    prefix("Retrieve", Category::Read),
    prefix("Search", Category::Read),
    prefix("Get", Category::Read),
    prefix("Export", Category::Read),
];

const fn prefix(name: &'static str, category: Category) -> Rule {
    Rule { name, whole: false, category, specification: true, why: "the specification's prefix" }
}

/// What a message is that no row matches.
pub const OTHERWISE: Rule = Rule {
    name: "",
    whole: false,
    category: Category::Execute,
    specification: false,
    why: "no row names it: a custom action, or a message that only runs something",
};

macro_rules! rows {
    ($($kind:ident $name:literal $category:ident $why:literal)*) => {
        &[$(Rule { name: $name, whole: rows!($kind), category: Category::$category, specification: false, why: $why }),*]
    };
    (whole) => { true };
    (begin) => { false };
}

/// Our own rows, by name. `whole` rows match the whole name; `begin` rows match names that begin with a word or words.
pub const ROWS: &[Rule] = rows! {
    begin "Activate" Activate "turns something on"
    begin "Add" Associate "puts a record into a list, team, queue, role or kit"
    whole "AddAppComponents" Customize "changes what an app holds"
    whole "AddRecurrence" Create "makes a recurring appointment of a single one"
    whole "AddSolutionComponent" Customize "changes what a solution holds"
    whole "AddUserToRecordTeam" Share "members of a record's access team have access to the record"
    whole "ApplyRecordCreationAndUpdateRule" Update "rules create and update records"
    whole "ApplyRoutingRule" Assign "gives a case to a queue or a worker"
    begin "Assign" Assign "gives a record to another owner"
    whole "AssignUserRoles" Associate "gives roles to a user"
    begin "Associate" Associate "links records"
    whole "AutoMapEntity" Customize "changes the mapping between two entities"
    begin "BackgroundSend" Send "sends e-mail"
    begin "Backup" Create "makes a copy of an instance, within the tenant"
    begin "Book" Create "makes an appointment"
    begin "BulkDelete" Delete "deletes what a query finds"
    begin "BulkDetectDuplicates" ReadMultiple "compares what a query finds"
    begin "BulkMail" Send "sends e-mail to what a query finds"
    begin "BulkOperationStatusClose" Update "closes a bulk operation"
    begin "Calculate" Update "computes a value and stores it"
    whole "CalculateActualValueOpportunity" Read "sums a record's rows and hands out the sum"
    whole "CalculateTotalTimeIncident" Read "sums a case's activities and hands out the sum"
    begin "Can" Check "asks what a definition allows"
    begin "Cancel" Update "closes a record"
    begin "Check" Check "asks and changes nothing"
    begin "CleanUp" Delete "deletes what a bulk operation left"
    begin "Clone" Create "makes a copy"
    whole "CloneAsPatch" Customize "makes a patch of a solution"
    whole "CloneAsSolution" Customize "makes a new version of a solution"
    begin "Close" Update "closes a record"
    begin "Commit" Update "puts an uploaded file in its place"
    begin "CompoundCreate" Create "creates a record with its rows"
    begin "CompoundUpdate" Update "updates a record with its rows"
    begin "Configure" Update "changes a setting"
    begin "Convert" Update "makes another kind of record of it"
    whole "ConvertQuoteToSalesOrder" Create "creates an order"
    whole "ConvertSalesOrderToInvoice" Create "creates an invoice"
    begin "Copy" Create "makes a copy"
    whole "CopyMembersList" Associate "puts the members of one list into another"
    whole "CopySystemForm" Customize "makes a copy of a form"
    begin "Create" Create "creates records"
    whole "CreateAsyncJobToRevokeInheritedAccess" Share "takes access away"
    whole "CreateAttribute" Customize "defines an attribute"
    whole "CreateCustomerRelationships" Customize "defines a customer attribute"
    whole "CreateEntity" Customize "defines an entity"
    whole "CreateEntityKey" Customize "defines a key"
    whole "CreateManyToMany" Customize "defines a relationship"
    whole "CreateOneToMany" Customize "defines a relationship"
    whole "CreateOptionSet" Customize "defines an option set"
    whole "CreatePolymorphicLookupAttribute" Customize "defines an attribute"
    begin "Deactivate" Activate "turns something off"
    begin "Delete" Delete "deletes records, or a definition with its data"
    begin "DeleteAndPromote" Import "puts a staged solution in the place of the old one"
    begin "Deliver" Create "makes an activity of an e-mail that came in"
    whole "DeprovisionLanguage" Customize "takes a language out of the organization"
    begin "Detach" Disassociate "takes a record out of a queue"
    begin "Disable" Activate "turns something off"
    begin "Disassociate" Disassociate "unlinks records"
    begin "Distribute" Create "creates an activity for each member"
    begin "Download" Export "hands data out as a file"
    begin "Enable" Activate "turns something on"
    whole "EntityExpressionToFetchXml" Check "rewrites a query and touches no record"
    begin "Execute" Execute "runs something; what it does is logged on its own"
    begin "ExecuteById" ReadMultiple "runs a saved query"
    whole "ExecuteCosmosSqlQuery" ReadMultiple "runs a query"
    begin "Expand" Read "reads a calendar"
    begin "Export" Export "hands data out as a file"
    begin "FetchXmlTo" Check "rewrites a query and touches no record"
    begin "Find" Read "looks for a record"
    whole "FireNotificationEvent" Send "tells subscribers"
    whole "FormatAddress" Check "computes a text"
    begin "Fulfill" Update "closes an order"
    begin "FullTextSearch" ReadMultiple "looks for articles"
    begin "Generate" Create "creates a record from another"
    whole "GenerateSharedLink" Share "gives access to whoever has the link"
    begin "Get" Read "reads"
    begin "Grant" Share "gives access"
    begin "ImmediateBook" Create "makes an appointment"
    begin "Import" Import "brings data or a solution in"
    begin "Increment" Update "counts up a value of a record"
    whole "InitializeAnnotationBlocksDownload" Export "begins to hand out a file"
    whole "InitializeAnnotationBlocksUpload" Update "begins to take in a file"
    whole "InitializeAttachmentBlocksDownload" Export "begins to hand out a file"
    whole "InitializeAttachmentBlocksUpload" Update "begins to take in a file"
    whole "InitializeFileBlocksDownload" Export "begins to hand out a file"
    whole "InitializeFileBlocksUpload" Update "begins to take in a file"
    whole "InitializeFrom" Read "hands out a record's values for a new one"
    whole "InitializeModernFlowFromAsyncWorkflow" Create "makes a flow of a workflow"
    begin "Insert" Customize "adds a value to an option set"
    begin "Install" Import "brings data or a solution in"
    begin "Instantiate" Read "fills a template with a record's values"
    whole "InstantiateFilters" Create "creates a user's offline filters"
    begin "Is" Check "asks and changes nothing"
    whole "LocalTimeFromUtcTime" Check "computes a time"
    begin "Lock" Update "fixes the prices of a record"
    begin "LogFailure" Create "writes the log of a bulk operation"
    begin "LogSuccess" Create "writes the log of a bulk operation"
    begin "Lose" Update "closes a record"
    begin "MakeAvailable" Share "shows a personal record to the organization"
    begin "MakeUnavailable" Share "hides a record from the organization"
    begin "Merge" Update "puts two records together"
    begin "ModifyAccess" Share "changes access"
    whole "OrderOption" Customize "orders the values of an option set"
    begin "Parse" Import "reads a file that is being imported"
    begin "PickFrom" Assign "gives a queue item to a worker"
    whole "PredictionSchema" Check "asks what a model takes"
    whole "PreferredSolutionUsedBy" Check "asks about a setting"
    whole "ProcessInboundEmail" Create "makes an activity of an e-mail that came in"
    begin "Propagate" Create "creates an activity for each record that a query finds"
    begin "Provision" Create "makes an instance"
    begin "ProvisionLanguage" Customize "adds a language to the organization"
    begin "Publish" Publish "puts what was changed in force"
    whole "PvaGetUserBots" Read "reads a user's bots"
    begin "Qualify" Update "closes a lead, or changes who is in a list"
    begin "Query" Read "reads a schedule"
    whole "QueryExpressionToFetchXml" Check "rewrites a query and touches no record"
    begin "QueryMultiple" ReadMultiple "reads schedules"
    whole "QueueUpdateRibbonClientMetadata" Customize "rebuilds the ribbons"
    begin "Reactivate" Customize "builds a key anew"
    begin "Reassign" Assign "gives records to another owner"
    begin "Recalculate" Update "computes values and stores them"
    begin "ReleaseTo" Assign "gives a queue item back"
    begin "Remove" Disassociate "takes a record out of a list, team, queue, role or kit"
    whole "RemoveActiveCustomizations" Customize "takes customizations away"
    whole "RemoveAppComponents" Customize "changes what an app holds"
    whole "RemoveParent" Update "clears the parent of a record"
    whole "RemoveSolutionComponent" Customize "changes what a solution holds"
    whole "RemoveUserFromRecordTeam" Share "members of a record's access team have access to the record"
    begin "Renew" Create "makes a new contract of an old one"
    begin "Replace" Update "changes what a role may do"
    whole "ReportViewed" Read "shows a report"
    whole "ReportViewerExport" Export "hands a report out as a file"
    whole "ReportViewerRenderImage" Read "shows the images of a report"
    begin "Reschedule" Update "moves an appointment"
    begin "Reset" Update "sets values back"
    whole "ResetInstance" Delete "deletes all that an instance holds"
    begin "Restore" Update "puts a backup in the place of an instance"
    begin "Retrieve" Read "reads"
    begin "Revert" Update "sets a product back"
    begin "Revise" Create "makes a new quote of an old one"
    begin "Revoke" Share "takes access away"
    begin "Route" Assign "gives a record to a queue or a worker"
    begin "Search" Read "reads"
    begin "Send" Send "sends e-mail or another message"
    begin "Set" Update "changes a value or a state"
    whole "SetLocLabels" Customize "changes the labels of a definition"
    whole "SetRelated" Associate "links records"
    begin "Stage" Import "brings a solution in"
    begin "StatusUpdate" Update "changes the state of a bulk operation"
    begin "SyncBulkOperation" Update "changes what a query finds"
    begin "Transform" Import "brings in what was parsed"
    begin "Trigger" Check "tries whether an endpoint answers"
    begin "Uninstall" Delete "deletes a solution with its data, or sample data"
    begin "Unlock" Update "frees the prices of a record"
    begin "Unpublish" Publish "takes out of force"
    begin "Update" Update "updates records"
    whole "UpdateAttribute" Customize "changes a definition"
    whole "UpdateEntity" Customize "changes a definition"
    whole "UpdateOptionSet" Customize "changes a definition"
    whole "UpdateOptionValue" Customize "changes a definition"
    whole "UpdateRelationship" Customize "changes a definition"
    whole "UpdateRibbonClientMetadata" Customize "rebuilds the ribbons"
    whole "UpdateSolutionComponent" Customize "changes what a solution holds"
    whole "UpdateStateValue" Customize "changes a definition"
    begin "Upload" Update "takes in a file"
    begin "Upsert" Update "updates a record, or creates it where there is none"
    whole "UserSignIn" SignIn "a user comes in"
    whole "UserSignOut" SignOut "a user leaves"
    whole "UtcTimeFromLocalTime" Check "computes a time"
    begin "Validate" Check "tells whether something is right"
    begin "Verify" Check "tells whether something is right"
    whole "WhoAmI" Check "asks who the caller is"
    begin "Win" Update "closes a record"
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::names;

    #[test]
    fn prefixes_each_row_of_the_specification() {
        let expected = "RetrieveMultiple ReadMultiple, ExportToExcel ReadMultiple, RollUp ReadMultiple, \
            RetrieveEntitiesForAggregateQuery ReadMultiple, RetrieveRecordWall ReadMultiple, RetrievePersonalWall ReadMultiple, \
            ExecuteFetch ReadMultiple, Retrieve Read, Search Read, Get Read, Export Read";
        let rows: Vec<String> = PREFIXES.iter().map(|rule| format!("{} {}", rule.name, rule.category.name())).collect();
        assert_eq!(rows.join(", "), expected);
        assert!(PREFIXES.iter().all(|rule| rule.specification && !rule.whole));
    }

    #[test]
    fn rows_sorted_unique_and_each_with_a_reason() {
        let rows: Vec<&str> = ROWS.iter().map(|rule| rule.name).collect();
        assert!(names::in_order(&rows));
        assert!(ROWS.iter().all(|rule| !rule.specification && !rule.why.is_empty()));
    }
}

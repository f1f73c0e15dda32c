//! The settings document as it is written: a struct for each section, every default beside its key. The doc comments
//! here are the descriptions of the published schema.

use serde::Deserialize;

use super::entities::Entities;
use super::given::{Given, UserKind};

/// What the operator decides. Every section may be left out; the empty document records everything that activity
/// logging logs.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "actlog settings"))]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How audit records are rendered.
    pub record: Record,
    /// The switches of System Settings > Auditing.
    pub auditing: Auditing,
    /// The switches of single entities, by name.
    pub entities: Entities,
    /// The organizations that are audited, with what activity logging requires of them. Left out or empty: every
    /// organization is audited and the requirements are not checked.
    #[cfg_attr(test, schemars(length(max = 100_000)))]
    pub organizations: Vec<ListedOrganization>,
    /// What is left out of the log beyond the 25 messages that are never logged.
    pub exclusions: Exclusions,
    /// The user directory: what events do not tell about their users.
    #[cfg_attr(test, schemars(length(max = 100_000)))]
    pub users: Vec<ListedUser>,
    /// Sections that are saved but not published: checked, never acting. A section in here replaces the published one
    /// as a whole when it is published.
    pub draft: Given<Draft>,
}

/// Sections that wait to be published.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Draft {
    /// Replaces `record`.
    pub record: Given<Record>,
    /// Replaces `auditing`.
    pub auditing: Given<Auditing>,
    /// Replaces `entities`.
    pub entities: Given<Entities>,
    /// Replaces `organizations`; an empty list takes all of them away.
    #[cfg_attr(test, schemars(length(max = 100_000)))]
    pub organizations: Given<Vec<ListedOrganization>>,
    /// Replaces `exclusions`.
    pub exclusions: Given<Exclusions>,
    /// Replaces `users`; an empty list takes all of them away.
    #[cfg_attr(test, schemars(length(max = 100_000)))]
    pub users: Given<Vec<ListedUser>>,
}

/// How audit records are rendered.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Record {
    /// The form of the records.
    pub profile: Profile,
}

/// The form of the records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, serde::Serialize))]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// The names and values of the Activity Logging schema.
    #[default]
    ActivityLogging,
    /// The wire form of the Office 365 Management Activity API, for the collectors that read from it.
    ManagementApi,
}

/// The switches of System Settings > Auditing.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Auditing {
    /// Start Auditing. Off: nothing is recorded.
    pub start: bool,
    /// Audit user access. Off: sign-ins and sign-outs are not recorded.
    pub user_access: bool,
    /// Start Read Auditing; on when left out. Off: reads of one or many records are not recorded, and user sign-in is
    /// not either. It exists only while Start Auditing is on, so it must not be written as `true` beside `start = false`.
    #[cfg_attr(test, schemars(extend("default" = true)))]
    pub read: Given<bool>,
    /// Enable Auditing in the following areas: those that are audited; all when left out. An entity that belongs to no
    /// area is not touched by this.
    #[cfg_attr(test, schemars(schema_with = "super::schema::areas"))]
    pub areas: Given<Vec<String>>,
}

impl Default for Auditing {
    fn default() -> Self {
        Self { start: true, user_access: true, read: Given(None), areas: Given(None) }
    }
}

/// The switches of one entity. A key that is left out is taken from `entities.default`, and is on where it is left out
/// there too.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct EntitySwitches {
    /// Auditing, under Data Services. Off: nothing that is done to the entity is recorded.
    pub auditing: Given<bool>,
    /// Single record auditing: log a record when opened.
    pub single_record: Given<bool>,
    /// Multiple record auditing: log all records displayed on an opened page.
    pub multiple_record: Given<bool>,
}

/// One organization that is audited. Activity logging requires a production instance of version 8 or later with an
/// Office 365 Enterprise E3 or E5 subscription: each of the three is either given or waived.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(extend("required" = ["id"])))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ListedOrganization {
    /// Id of the organization, a GUID; each organization stands once.
    pub id: String,
    /// CrmOrganizationUniqueName of events that bring none.
    #[cfg_attr(test, schemars(length(max = 256)))]
    pub unique_name: String,
    /// InstanceUrl of events that bring none: `https://orgname.crm.dynamics.com`, with a path on premises.
    #[cfg_attr(test, schemars(length(max = 256)))]
    pub instance_url: String,
    /// What the instance is for.
    pub instance: Given<Instance>,
    /// Version of the organization, such as `9.2` or `8.2.1.176`, in quotes.
    pub version: String,
    /// The Office 365 Enterprise subscription.
    pub subscription: Given<Subscription>,
    /// Requirements that are not checked for this organization.
    pub waive: Vec<Requirement>,
}

/// What an instance is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Instance {
    /// Activity logging is available.
    Production,
    /// Activity logging is not available: events are excluded as `not-production`, unless `production` is waived.
    Sandbox,
}

/// The Office 365 Enterprise subscription of an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Subscription {
    /// Office 365 Enterprise E3.
    E3,
    /// Office 365 Enterprise E5.
    E5,
    /// Neither: events are excluded as `no-subscription`, unless `subscription` is waived.
    #[serde(rename = "none")]
    Neither,
}

/// What activity logging requires of an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Requirement {
    /// The instance is for production and no sandbox.
    Production,
    /// The version is 8 or later.
    Version,
    /// The subscription is E3 or E5.
    Subscription,
}

/// What is left out of the log beyond the 25 messages that are never logged. Upper and lower case are the same.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Exclusions {
    /// Whole names of SDK messages.
    #[cfg_attr(test, schemars(length(max = 100_000), inner(length(min = 1, max = 256))))]
    pub messages: Vec<String>,
    /// Names of entities.
    #[cfg_attr(test, schemars(length(max = 100_000), inner(length(min = 1, max = 256))))]
    pub entities: Vec<String>,
    /// Users, each by GUID or user principal name: what was done on their behalf.
    #[cfg_attr(test, schemars(length(max = 100_000), inner(length(min = 1, max = 256))))]
    pub users: Vec<String>,
    /// Service accounts, each by GUID or user principal name: what they did on their own behalf. What they did for
    /// somebody else, or somebody else for them, is recorded.
    #[cfg_attr(test, schemars(length(max = 100_000), inner(length(min = 1, max = 256))))]
    pub service_accounts: Vec<String>,
    /// Automated system activity: events of users of type System, and messages that only the platform sends.
    pub system_noise: bool,
}

/// One user of the directory. It fills what an event does not tell about its user.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(extend("required" = ["id"])))]
#[serde(default, deny_unknown_fields)]
pub struct ListedUser {
    /// Id of the system user, a GUID; each user stands once.
    pub id: String,
    /// User principal name.
    #[cfg_attr(test, schemars(length(max = 256)))]
    pub upn: String,
    /// Unique identifier of the user in Azure AD (PUID).
    #[cfg_attr(test, schemars(length(max = 256)))]
    pub key: String,
    /// The Office 365 kind of user, by name or number.
    pub r#type: UserKind,
}

//! The settings document as it is written: every default beside its key. The doc comments here are the descriptions of the
//! published schema.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::settings::Given;

/// How HTTP exchanges become SDK events.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "actlog exchange settings", extend("required" = ["organization"])))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The organization behind the proxy.
    pub organization: Organization,
    /// Paths below which the Web API stands, each from `/` to `/`: what follows is the version. Upper and lower case are
    /// the same.
    #[cfg_attr(test, schemars(length(min = 1, max = 16)))]
    pub base_paths: Vec<String>,
    /// Paths of the SOAP endpoint; `/web` behind it is the same. Upper and lower case are the same.
    #[cfg_attr(test, schemars(length(max = 16)))]
    pub soap_paths: Vec<String>,
    /// What the organization's `$metadata` says about names: the function `metadata` makes this section.
    pub names: Names,
    /// Which system user each directory object is. Where an object id is not listed it stands itself in UserId or
    /// SystemUserId, and a finding says so.
    #[cfg_attr(test, schemars(length(max = 100_000)))]
    pub users: Vec<DirectoryUser>,
    /// How many proxies before the host are trusted to append to X-Forwarded-For. 0: the client's address is the one that
    /// the host saw. 1: it is the last of X-Forwarded-For. No more, because only the last hop can be trusted.
    #[cfg_attr(test, schemars(range(max = 1)))]
    pub trusted_proxies: u32,
    /// Whether values are taken out of request bodies into Fields.
    pub fields: bool,
    /// What a hostile exchange may cost.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            organization: Organization::default(),
            base_paths: vec!["/api/data/".to_owned()],
            soap_paths: vec!["/XRMServices/2011/Organization.svc".to_owned()],
            names: Names::default(),
            users: Vec::new(),
            trusted_proxies: 0,
            fields: true,
            limits: Limits::default(),
        }
    }
}

/// The organization whose exchanges these are.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(extend("required" = ["id"])))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Organization {
    /// Id of the organization, a GUID: OrganizationId of every event.
    pub id: String,
    /// CrmOrganizationUniqueName of every event.
    #[cfg_attr(test, schemars(length(max = 256)))]
    pub unique_name: String,
    /// InstanceUrl of every event: `https://orgname.crm.dynamics.com`, with a path on premises.
    #[cfg_attr(test, schemars(length(max = 256)))]
    pub instance_url: String,
}

/// Names that only the organization's metadata knows. What is not listed is not guessed.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Names {
    /// Entity sets by the name that stands in URLs, such as `accounts`.
    pub entity_sets: BTreeMap<String, EntitySet>,
    /// Actions: what POST calls.
    pub actions: Operations,
    /// Functions: what GET calls.
    pub functions: Operations,
}

/// What is known of an entity set.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(extend("required" = ["logical-name"])))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct EntitySet {
    /// Logical name of the entity, such as `account`.
    #[cfg_attr(test, schemars(length(min = 1, max = 256)))]
    pub logical_name: String,
    /// The column that holds the record's id, such as `accountid`. Left out: ids are taken from URLs only.
    #[cfg_attr(test, schemars(length(max = 256)))]
    pub primary_id: String,
    /// Navigation properties by name. Left out: unknown, so that a property and a navigation cannot be told apart.
    pub navigation: Given<BTreeMap<String, Navigation>>,
}

/// Where a navigation property leads.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Navigation {
    /// The entity set of the records there. Left out: unknown, or of several.
    #[cfg_attr(test, schemars(length(max = 256)))]
    pub set: String,
    /// Whether it leads to many records.
    pub collection: bool,
}

/// Names of actions or functions, without their namespace.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Operations {
    /// Those that are called on a record or a set.
    pub bound: BTreeSet<String>,
    /// Those that stand alone.
    pub unbound: BTreeSet<String>,
}

/// One user of the directory.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(extend("required" = ["object-id", "id"])))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct DirectoryUser {
    /// Object id in the directory (`oid` of a token, `CallerObjectId`), a GUID; each stands once.
    pub object_id: String,
    /// Id of the system user, a GUID.
    pub id: String,
}

/// What a hostile exchange may cost. What is beyond a limit is left out, and a finding says so.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Events of one exchange.
    #[cfg_attr(test, schemars(range(min = 1, max = 100_000)))]
    pub events: u32,
    /// Ids in QueryResults of one event.
    #[cfg_attr(test, schemars(range(min = 1, max = 1_000_000)))]
    pub results: u32,
    /// Bytes of Fields, and of Query, of one event.
    #[cfg_attr(test, schemars(range(min = 1, max = 16_777_216)))]
    pub field_bytes: u32,
    /// Bytes of a body that are read.
    #[cfg_attr(test, schemars(range(min = 1, max = 268_435_456)))]
    pub body_bytes: u32,
    /// Findings of one exchange; the last says how many more there are.
    #[cfg_attr(test, schemars(range(min = 1, max = 100_000)))]
    pub findings: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { events: 10_000, results: 50_000, field_bytes: 1 << 20, body_bytes: 32 << 20, findings: 1_000 }
    }
}

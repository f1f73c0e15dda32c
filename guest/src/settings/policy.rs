//! The policy: settings compiled into what is asked for every event.

use super::check::MAX_ENTRIES;
use super::entities::{DEFAULT, Entities};
use super::model::{
    Auditing, EntitySwitches, Exclusions, Instance, ListedOrganization, ListedUser, Profile, Record, Requirement, Settings, Subscription,
};
use super::names::{Names, Principals, folded};
use super::words;
use crate::activity::UserType;
use crate::guid::Guid;
use crate::json::OwnedText;
use crate::tables::areas::Area;
use crate::tables::names::compare;

/// The first version of which activity logging is available.
const FIRST_VERSION: u32 = 8;

/// Which part of the settings acts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Which {
    /// The published part: what `audit` always uses.
    #[default]
    Published,
    /// The published part with every drafted section in the place of its own: what would act if the draft were
    /// published.
    Draft,
}

/// What acts, ready to be asked for every event.
#[derive(Clone, Debug)]
pub struct Policy {
    profile: Profile,
    /// Start Auditing.
    pub start: bool,
    /// Audit user access.
    pub user_access: bool,
    /// Start Read Auditing.
    pub read: bool,
    /// System noise is excluded.
    pub system_noise: bool,
    /// Messages that the customer excludes.
    pub excluded_messages: Names,
    /// Entities that the customer excludes.
    pub excluded_entities: Names,
    /// Users that the customer excludes.
    pub excluded_users: Principals,
    /// Service accounts that the customer excludes.
    pub service_accounts: Principals,
    areas: Option<Vec<Area>>,
    unnamed: Switches,
    /// Sorted by name, folded.
    switches: Vec<(Box<str>, Switches)>,
    /// Sorted by id.
    organizations: Vec<(Guid, Organization)>,
    /// Sorted by id.
    users: Vec<(Guid, User)>,
}

/// The switches of one entity, all of them known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switches {
    /// Auditing, under Data Services.
    pub auditing: bool,
    /// Single record auditing.
    pub single_record: bool,
    /// Multiple record auditing.
    pub multiple_record: bool,
}

/// How an organization stands to one requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It meets it.
    Met,
    /// It does not, or does not say, and the settings waive it.
    Waived,
    /// It does not.
    Unmet,
}

/// An organization that the settings list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// CrmOrganizationUniqueName for events that bring none.
    pub unique_name: Option<OwnedText>,
    /// URL of the instance for events that bring none, without a slash at its end.
    pub instance_url: Option<OwnedText>,
    /// "Available for Production and not Sandbox instances."
    pub production: Standing,
    /// "For version 8.x, version or later is required."
    pub version: Standing,
    /// "An Office 365 Enterprise E3 or E5 subscription is required."
    pub subscription: Standing,
}

/// A user of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// User principal name.
    pub upn: Option<OwnedText>,
    /// PUID.
    pub key: Option<OwnedText>,
    /// Kind of user.
    pub user_type: Option<UserType>,
}

/// One section of each kind: those that act together.
struct Sections<'s> {
    record: &'s Record,
    auditing: &'s Auditing,
    entities: &'s Entities,
    organizations: &'s [ListedOrganization],
    exclusions: &'s Exclusions,
    users: &'s [ListedUser],
}

impl<'s> Sections<'s> {
    fn of(settings: &'s Settings, which: Which) -> Self {
        let draft = settings.draft.as_ref().filter(|_| which == Which::Draft);
        Self {
            record: draft.and_then(|draft| draft.record.as_ref()).unwrap_or(&settings.record),
            auditing: draft.and_then(|draft| draft.auditing.as_ref()).unwrap_or(&settings.auditing),
            entities: draft.and_then(|draft| draft.entities.as_ref()).unwrap_or(&settings.entities),
            organizations: draft.and_then(|draft| draft.organizations.as_ref()).unwrap_or(&settings.organizations),
            exclusions: draft.and_then(|draft| draft.exclusions.as_ref()).unwrap_or(&settings.exclusions),
            users: draft.and_then(|draft| draft.users.as_ref()).unwrap_or(&settings.users),
        }
    }
}

impl Policy {
    /// Compiles one part of `settings`. What [`Settings::parse`] would have refused is passed over.
    pub fn of(settings: &Settings, which: Which) -> Self {
        let sections = Sections::of(settings, which);
        let (auditing, exclusions) = (sections.auditing, sections.exclusions);
        let on = Switches { auditing: true, single_record: true, multiple_record: true };
        let entities = &sections.entities.0;
        let unnamed = entities.iter().find(|(name, _)| folded(name) == DEFAULT).map_or(on, |(_, switches)| on.with(switches));
        let named = entities.iter().map(|(name, switches)| (folded(name).into(), unnamed.with(switches)));
        let directory: Vec<_> = sections.users.iter().filter_map(|user| Some((words::id(&user.id).ok()?, user.upn.as_str()))).collect();
        Self {
            profile: sections.record.profile,
            start: auditing.start,
            user_access: auditing.user_access,
            read: auditing.read.0.unwrap_or(true),
            system_noise: exclusions.system_noise,
            excluded_messages: Names::new(exclusions.messages.iter().map(String::as_str)),
            excluded_entities: Names::new(exclusions.entities.iter().map(String::as_str)),
            excluded_users: Principals::new(&exclusions.users, &directory),
            service_accounts: Principals::new(&exclusions.service_accounts, &directory),
            areas: auditing
                .areas
                .as_ref()
                .map(|names| Area::ALL.into_iter().filter(|area| names.iter().any(|name| name == area.name())).collect()),
            unnamed,
            switches: sorted(named),
            organizations: sorted(
                sections.organizations.iter().filter_map(|listed| Some((words::id(&listed.id).ok()?, organization(listed)))),
            ),
            users: sorted(sections.users.iter().filter_map(|listed| Some((words::id(&listed.id).ok()?, user(listed))))),
        }
    }

    /// The form of the records.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// The organization with this id, if the settings list it.
    pub fn organization(&self, id: Guid) -> Option<&Organization> {
        found(&self.organizations, |other| other.cmp(&id))
    }

    /// Whether the settings list organizations, so that the others are not audited.
    pub fn lists_organizations(&self) -> bool {
        !self.organizations.is_empty()
    }

    /// The user with this id, if the directory knows one.
    pub fn user(&self, id: Guid) -> Option<&User> {
        found(&self.users, |other| other.cmp(&id))
    }

    /// The switches of an entity.
    pub fn switches(&self, entity: &str) -> Switches {
        found(&self.switches, |name| compare(name, entity)).copied().unwrap_or(self.unnamed)
    }

    /// Whether some area may not be audited, so that it is worth asking for the area of an entity.
    pub fn limits_areas(&self) -> bool {
        self.areas.is_some()
    }

    /// Whether an area is audited.
    pub fn audits_area(&self, area: Area) -> bool {
        self.areas.as_ref().is_none_or(|areas| areas.contains(&area))
    }
}

impl Switches {
    /// These switches, but for those that are written.
    fn with(self, written: &EntitySwitches) -> Self {
        Self {
            auditing: written.auditing.0.unwrap_or(self.auditing),
            single_record: written.single_record.0.unwrap_or(self.single_record),
            multiple_record: written.multiple_record.0.unwrap_or(self.multiple_record),
        }
    }
}

fn organization(listed: &ListedOrganization) -> Organization {
    let standing = |requirement, met| match met {
        true => Standing::Met,
        false if listed.waive.contains(&requirement) => Standing::Waived,
        false => Standing::Unmet,
    };
    Organization {
        unique_name: text(&listed.unique_name),
        instance_url: words::instance_url(&listed.instance_url).ok().and_then(text),
        production: standing(Requirement::Production, listed.instance.0 == Some(Instance::Production)),
        version: standing(Requirement::Version, words::major_version(&listed.version).is_some_and(|major| major >= FIRST_VERSION)),
        subscription: standing(Requirement::Subscription, matches!(listed.subscription.0, Some(Subscription::E3 | Subscription::E5))),
    }
}

fn user(listed: &ListedUser) -> User {
    User { upn: text(&listed.upn), key: text(&listed.key), user_type: UserType::parse(&listed.r#type.0) }
}

fn text(text: &str) -> Option<OwnedText> {
    if text.is_empty() { None } else { Some(OwnedText::new(text)) }
}

/// Sorts by key; of several with the same key the first stays.
fn sorted<K: Ord, V>(entries: impl Iterator<Item = (K, V)>) -> Vec<(K, V)> {
    let mut entries: Vec<_> = entries.take(MAX_ENTRIES).collect();
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    entries.dedup_by(|(later, _), (first, _)| later == first);
    entries
}

fn found<K, V>(entries: &[(K, V)], compare: impl Fn(&K) -> std::cmp::Ordering) -> Option<&V> {
    let at = entries.binary_search_by(|(key, _)| compare(key)).ok()?;
    entries.get(at).map(|(_, value)| value)
}

//! What a settings document must keep beyond its form: a rule for each key that can be wrong.

use std::collections::BTreeMap;

use super::entities::Entities;
use super::faults::Faults;
use super::given::UserKind;
use super::model::{Auditing, Exclusions, ListedOrganization, ListedUser, Requirement, Settings};
use super::names::folded;
use super::nearest::nearest;
use super::path::Path;
use super::words::{id, instance_url, major_version, plain, principal, upn};
use crate::activity::UserType;
use crate::guid::Guid;

/// Entries that any list or table of the document may have at most.
pub const MAX_ENTRIES: usize = 100_000;

/// Everything that is wrong, in the published part and in the draft.
pub(super) fn check(settings: &Settings) -> Faults {
    let mut faults = Faults::default();
    let root = Path::Root;
    auditing(&mut faults, &root.key("auditing"), &settings.auditing);
    entities(&mut faults, &root.key("entities"), &settings.entities);
    organizations(&mut faults, &root.key("organizations"), &settings.organizations);
    exclusions(&mut faults, &root.key("exclusions"), &settings.exclusions);
    users(&mut faults, &root.key("users"), &settings.users);
    if let Some(draft) = settings.draft.as_ref() {
        let root = root.key("draft");
        draft.auditing.as_ref().inspect(|section| auditing(&mut faults, &root.key("auditing"), section));
        draft.entities.as_ref().inspect(|section| entities(&mut faults, &root.key("entities"), section));
        draft.organizations.as_ref().inspect(|section| organizations(&mut faults, &root.key("organizations"), section));
        draft.exclusions.as_ref().inspect(|section| exclusions(&mut faults, &root.key("exclusions"), section));
        draft.users.as_ref().inspect(|section| users(&mut faults, &root.key("users"), section));
    }
    faults
}

fn auditing(faults: &mut Faults, path: &Path<'_>, auditing: &Auditing) {
    if !auditing.start && auditing.read.0 == Some(true) {
        faults.add(&path.key("read"), "read auditing exists only while auditing is started; set start = true, or leave read out");
    }
    bound(faults, &path.key("areas"), auditing.areas.as_ref().map_or(0, Vec::len));
}

fn entities(faults: &mut Faults, path: &Path<'_>, entities: &Entities) {
    bound(faults, path, entities.0.len());
    let mut seen = BTreeMap::new();
    for (name, _) in entities.0.iter().take(MAX_ENTRIES) {
        let path = path.key(name);
        if let Err(fault) = message_or_entity(name) {
            faults.add(&path, fault);
        } else if let Some(first) = seen.insert(folded(name), name) {
            faults.add(&path, format!("stands twice: {first:?} is the same entity"));
        }
    }
}

fn organizations(faults: &mut Faults, path: &Path<'_>, organizations: &[ListedOrganization]) {
    let mut seen = BTreeMap::new();
    each(faults, path, organizations, |faults, path, organization| {
        unique_id(faults, path, &organization.id, &mut seen);
        optional(faults, &path.key("unique-name"), &organization.unique_name, plain);
        optional(faults, &path.key("instance-url"), &organization.instance_url, |url| instance_url(url).map(drop));
        optional(faults, &path.key("version"), &organization.version, |version| {
            major_version(version).map(drop).ok_or("not a version such as 9.2 or 8.2.1.176")
        });
        bound(faults, &path.key("waive"), organization.waive.len());
        let required = [
            (Requirement::Production, "production", "instance", organization.instance.0.is_some()),
            (Requirement::Version, "version", "version", !organization.version.is_empty()),
            (Requirement::Subscription, "subscription", "subscription", organization.subscription.0.is_some()),
        ];
        for (requirement, name, key, given) in required {
            if !given && !organization.waive.contains(&requirement) {
                faults.add(&path.key(key), format!("missing; give the {key} or waive {name:?}"));
            }
        }
    });
}

fn exclusions(faults: &mut Faults, path: &Path<'_>, exclusions: &Exclusions) {
    for (key, names) in [("messages", &exclusions.messages), ("entities", &exclusions.entities)] {
        each(faults, &path.key(key), names, |faults, path, name| {
            let _ = message_or_entity(name).inspect_err(|fault| faults.add(path, *fault));
        });
    }
    for (key, names) in [("users", &exclusions.users), ("service-accounts", &exclusions.service_accounts)] {
        each(faults, &path.key(key), names, |faults, path, name| {
            let _ = principal(name).inspect_err(|fault| faults.add(path, *fault));
        });
    }
}

fn users(faults: &mut Faults, path: &Path<'_>, users: &[ListedUser]) {
    let mut seen = BTreeMap::new();
    each(faults, path, users, |faults, path, user| {
        unique_id(faults, path, &user.id, &mut seen);
        optional(faults, &path.key("upn"), &user.upn, |name| upn(name).map(drop));
        optional(faults, &path.key("key"), &user.key, plain);
        let UserKind(kind) = &user.r#type;
        if !kind.is_empty() && UserType::parse(kind).is_none() {
            faults.add(&path.key("type"), unknown("kind of user", kind, UserType::ALL.iter().map(|&(_, name)| name)));
        }
    });
}

fn message_or_entity(name: &str) -> Result<(), &'static str> {
    plain(name).and_then(|()| if folded(name).is_empty() { Err("names nothing") } else { Ok(()) })
}

/// Hands over each entry with its path, and refuses a list that is too long.
fn each<T>(faults: &mut Faults, path: &Path<'_>, list: &[T], mut entry: impl FnMut(&mut Faults, &Path<'_>, &T)) {
    bound(faults, path, list.len());
    for (position, item) in list.iter().take(MAX_ENTRIES).enumerate() {
        entry(faults, &path.at(position), item);
    }
}

fn bound(faults: &mut Faults, path: &Path<'_>, entries: usize) {
    if entries > MAX_ENTRIES {
        faults.add(path, format!("{entries} entries; at most {MAX_ENTRIES} are read"));
    }
}

/// Checks a text that counts as left out where it is empty.
fn optional(faults: &mut Faults, path: &Path<'_>, text: &str, rule: impl FnOnce(&str) -> Result<(), &'static str>) {
    if !text.is_empty() {
        let _ = rule(text).inspect_err(|fault| faults.add(path, *fault));
    }
}

fn unique_id(faults: &mut Faults, path: &Path<'_>, text: &str, seen: &mut BTreeMap<Guid, String>) {
    let at = path.key("id");
    if text.is_empty() {
        return faults.add(&at, "missing; give the id, a GUID");
    }
    match id(text) {
        Err(fault) => faults.add(&at, fault),
        Ok(id) => {
            if let Some(first) = seen.get(&id) {
                faults.add(&at, format!("stands twice: {first} has the same id"));
            } else {
                seen.insert(id, path.to_string());
            }
        }
    }
}

/// Says that `word` is no name of its kind, what may have been meant, and what there is.
pub(super) fn unknown<'k>(kind: &str, word: &str, known: impl Iterator<Item = &'k str> + Clone) -> String {
    let meant = nearest(word, known.clone()).map(|known| format!("did you mean {known:?}? ")).unwrap_or_default();
    let known: Vec<_> = known.map(|name| format!("{name:?}")).collect();
    format!("unknown {kind}; {meant}known: {}", known.join(", "))
}

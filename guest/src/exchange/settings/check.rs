//! What a settings document must keep beyond its form.

use std::collections::BTreeMap;

use super::model::{EntitySet, Settings};
use crate::exchange::segment::is_name;
use crate::settings::{Faults, Path, id, instance_url, plain};

/// Entries that a table of the document may have at most.
const MAX_ENTRIES: usize = 100_000;

/// Everything that is wrong.
pub(super) fn check(settings: &Settings) -> Faults {
    let mut faults = Faults::default();
    let root = Path::Root;
    organization(&mut faults, &root.key("organization"), settings);
    for (key, paths, least) in [("base-paths", &settings.base_paths, 1), ("soap-paths", &settings.soap_paths, 0)] {
        let path = root.key(key);
        if paths.len() < least || paths.len() > 16 {
            faults.add(&path, format!("{} entries; {least} to 16 are read", paths.len()));
        }
        for (position, text) in paths.iter().take(16).enumerate() {
            if let Err(fault) = base_path(text, key == "base-paths") {
                faults.add(&path.at(position), fault);
            }
        }
    }
    names(&mut faults, &root.key("names"), settings);
    users(&mut faults, &root.key("users"), settings);
    if settings.trusted_proxies > 1 {
        faults.add(&root.key("trusted-proxies"), "at most 1: only the last hop can be trusted");
    }
    let limits = &settings.limits;
    let path = root.key("limits");
    for (key, value, most) in [
        ("events", limits.events, 100_000),
        ("results", limits.results, 1_000_000),
        ("field-bytes", limits.field_bytes, 1 << 24),
        ("body-bytes", limits.body_bytes, 1 << 28),
        ("findings", limits.findings, 100_000),
    ] {
        if value == 0 || value > most {
            faults.add(&path.key(key), format!("{value}; must be 1 to {most}"));
        }
    }
    faults
}

fn organization(faults: &mut Faults, path: &Path<'_>, settings: &Settings) {
    let organization = &settings.organization;
    match id(&organization.id) {
        Ok(_) => {}
        Err(_) if organization.id.is_empty() => faults.add(&path.key("id"), "missing; give the id, a GUID"),
        Err(fault) => faults.add(&path.key("id"), fault),
    }
    if let Some(Err(fault)) = (!organization.unique_name.is_empty()).then(|| plain(&organization.unique_name)) {
        faults.add(&path.key("unique-name"), fault);
    }
    if let Some(Err(fault)) = (!organization.instance_url.is_empty()).then(|| instance_url(&organization.instance_url)) {
        faults.add(&path.key("instance-url"), fault);
    }
}

/// Checks a path: of plain segments, so that it can be compared with one.
fn base_path(text: &str, open: bool) -> Result<(), &'static str> {
    plain(text)?;
    let Some(rest) = text.strip_prefix('/') else { return Err("must begin with /") };
    let rest = match (open, rest.strip_suffix('/')) {
        (true, Some(rest)) => rest,
        (true, None) => return Err("must end with /"),
        (false, Some(_)) => return Err("must not end with /"),
        (false, None) => rest,
    };
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    let good = |segment: &str| !segment.is_empty() && segment != "." && segment != ".." && segment.bytes().all(bare);
    if rest.split('/').all(good) { Ok(()) } else { Err("each segment must be letters, digits, '-', '_', '.' and '~'") }
}

fn names(faults: &mut Faults, path: &Path<'_>, settings: &Settings) {
    let names = &settings.names;
    let sets = path.key("entity-sets");
    bound(faults, &sets, names.entity_sets.len());
    for (name, set) in names.entity_sets.iter().take(MAX_ENTRIES) {
        let path = sets.key(name);
        if !is_name(name) {
            faults.add(&path, NO_NAME);
        }
        entity_set(faults, &path, set, settings);
    }
    for (key, operations) in [("actions", &names.actions), ("functions", &names.functions)] {
        let path = path.key(key);
        for (key, list) in [("bound", &operations.bound), ("unbound", &operations.unbound)] {
            let path = path.key(key);
            bound(faults, &path, list.len());
            if let Some(bad) = list.iter().find(|name| !is_name(name)) {
                let shown: String = bad.chars().take(64).collect();
                faults.add(&path, format!("{shown:?} is {NO_NAME}"));
            }
        }
    }
}

const NO_NAME: &str = "no name of OData: a letter or '_', then letters, digits and '_', 128 characters at most";

fn entity_set(faults: &mut Faults, path: &Path<'_>, set: &EntitySet, settings: &Settings) {
    if set.logical_name.is_empty() {
        faults.add(&path.key("logical-name"), "missing; give the logical name, such as account");
    } else if let Err(fault) = plain(&set.logical_name) {
        faults.add(&path.key("logical-name"), fault);
    }
    if !set.primary_id.is_empty() && !is_name(&set.primary_id) {
        faults.add(&path.key("primary-id"), NO_NAME);
    }
    let Some(navigation) = set.navigation.as_ref() else { return };
    let path = path.key("navigation");
    bound(faults, &path, navigation.len());
    for (name, navigation) in navigation.iter().take(MAX_ENTRIES) {
        let path = path.key(name);
        if !is_name(name) {
            faults.add(&path, NO_NAME);
        }
        if !navigation.set.is_empty() && !settings.names.entity_sets.contains_key(&navigation.set) {
            faults.add(&path.key("set"), "no such set under entity-sets; leave it out where it is not known");
        }
    }
}

fn users(faults: &mut Faults, path: &Path<'_>, settings: &Settings) {
    bound(faults, path, settings.users.len());
    let mut seen = BTreeMap::new();
    for (position, user) in settings.users.iter().take(MAX_ENTRIES).enumerate() {
        let path = path.at(position);
        for (key, text) in [("object-id", &user.object_id), ("id", &user.id)] {
            match id(text) {
                Ok(object) if key == "object-id" => {
                    if let Some(first) = seen.insert(object, position) {
                        faults.add(&path.key(key), format!("stands twice: users[{first}] has the same object-id"));
                    }
                }
                Ok(_) => {}
                Err(_) if text.is_empty() => faults.add(&path.key(key), "missing; give the id, a GUID"),
                Err(fault) => faults.add(&path.key(key), fault),
            }
        }
    }
}

fn bound(faults: &mut Faults, path: &Path<'_>, entries: usize) {
    if entries > MAX_ENTRIES {
        faults.add(path, format!("{entries} entries; at most {MAX_ENTRIES} are read"));
    }
}

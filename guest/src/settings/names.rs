//! Sets of names and users, made once and asked for every event without allocating.

use std::cmp::Ordering;

use super::words::{Principal, principal};
use crate::guid::Guid;
use crate::json::Text;
use crate::tables::names::compare;

/// A set of names of messages or entities.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names(Vec<Box<str>>);

impl Names {
    /// Makes a set of `names`.
    pub fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        Self(set(names.into_iter().map(folded)))
    }

    /// Whether `name` is in it.
    pub fn contains(&self, name: &str) -> bool {
        self.0.binary_search_by(|row| compare(row, name)).is_ok()
    }
}

/// A name as a row of a table: in lower case, without the spaces and hyphens that do not count.
pub(super) fn folded(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, ' ' | '-')).map(|c| c.to_ascii_lowercase()).collect()
}

/// Sorted, each once, the empty one left out: nobody is called that, but events without a name would be.
fn set(names: impl Iterator<Item = String>) -> Vec<Box<str>> {
    let mut names: Vec<Box<str>> = names.filter(|name| !name.is_empty()).map(Into::into).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A set of users, each known by id or by user principal name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Principals {
    ids: Vec<Guid>,
    /// In lower case: upper and lower case are the same, and every other character counts.
    upns: Vec<Box<str>>,
}

impl Principals {
    /// Makes a set of the users that `listed` names by GUID or user principal name. Whoever `directory` knows by the one
    /// is in the set by the other too: events do not always tell both.
    pub(super) fn new(listed: &[String], directory: &[(Guid, &str)]) -> Self {
        let mut ids = Vec::new();
        let mut upns = Vec::new();
        for user in listed {
            match principal(user) {
                Ok(Principal::Id(id)) => ids.push(id),
                Ok(Principal::Upn(upn)) => upns.push(upn),
                Err(_) => {}
            }
        }
        let listed = Self::of(&ids, &upns);
        for &(id, upn) in directory {
            if listed.has_id(id) || listed.has_upn(upn) {
                ids.push(id);
                upns.push(upn);
            }
        }
        Self::of(&ids, &upns)
    }

    fn of(ids: &[Guid], upns: &[&str]) -> Self {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        Self { ids, upns: set(upns.iter().map(|upn| upn.to_ascii_lowercase())) }
    }

    /// Whether the user with this id is in it.
    pub fn has_id(&self, id: Guid) -> bool {
        self.ids.binary_search(&id).is_ok()
    }

    fn has_upn(&self, upn: &str) -> bool {
        let lower = |row: &str| -> Ordering { row.bytes().cmp(upn.bytes().map(|byte| byte.to_ascii_lowercase())) };
        self.upns.binary_search_by(|row| lower(row)).is_ok()
    }

    /// Whether the user with this id, or else with this user principal name, is in it.
    pub fn has(&self, id: Option<Guid>, upn: Option<Text<'_>>) -> bool {
        id.is_some_and(|id| self.has_id(id)) || (!self.upns.is_empty() && upn.is_some_and(|upn| self.has_upn(&upn.decode())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ANN: Guid = Guid(1);
    const BOB: Guid = Guid(2);

    fn users(listed: &[&str], directory: &[(Guid, &str)]) -> Principals {
        let listed: Vec<_> = listed.iter().map(|&user| user.to_owned()).collect();
        Principals::new(&listed, directory)
    }

    #[test]
    fn has_either_of_id_and_upn_is_enough() {
        let set = users(&["00000000-0000-0000-0000-000000000001", "Bob@contoso.com"], &[]);
        assert!(set.has(Some(ANN), None));
        assert!(set.has(Some(Guid(9)), Some(Text::plain("bob@CONTOSO.com"))));
        assert!(!set.has(Some(BOB), None));
        assert!(!set.has(None, Some(Text::plain("ann@contoso.com"))));
        assert!(!set.has(None, None));
    }

    #[test]
    fn new_with_a_directory_knows_each_user_by_both_names() {
        let directory = [(ANN, "ann@contoso.com"), (BOB, "bob@contoso.com"), (Guid(3), "")];
        let set = users(&["00000000-0000-0000-0000-000000000001", "BOB@contoso.com"], &directory);
        assert!(set.has(None, Some(Text::plain("Ann@contoso.com"))));
        assert!(set.has(Some(BOB), None));
        assert!(!set.has(Some(Guid(3)), Some(Text::plain(""))));
        let none = users(&[], &directory);
        assert!(!none.has(Some(ANN), Some(Text::plain("ann@contoso.com"))));
    }

    #[test]
    fn has_upns_that_differ_in_a_hyphen_are_two_users() {
        let set = users(&["ann-marie@contoso.com"], &[]);
        assert!(set.has(None, Some(Text::plain("ANN-marie@contoso.com"))));
        assert!(!set.has(None, Some(Text::plain("annmarie@contoso.com"))));
    }

    #[test]
    fn contains_the_empty_name_never() {
        assert!(!Names::new(["", "-", " "]).contains(""));
        assert!(!Names::default().contains(""));
    }

    proptest! {
        #[test]
        fn contains_any_names_agrees_with_a_search_one_by_one(names in prop::collection::vec("[a-cA-C_é -]{0,3}", 0..8), asked in "[a-cA-C_é -]{0,3}") {
            let set = Names::new(names.iter().map(String::as_str));
            let same = |name: &String| name.replace([' ', '-'], "").eq_ignore_ascii_case(&asked.replace([' ', '-'], ""));
            let nothing = asked.replace([' ', '-'], "").is_empty();
            prop_assert_eq!(set.contains(&asked), !nothing && names.iter().any(same));
        }

        #[test]
        fn has_upn_any_names_agrees_with_a_search_one_by_one(names in prop::collection::vec("[a-cA-C-]{0,2}@x", 0..8), asked in "[a-cA-C-]{0,2}@x") {
            let listed: Vec<_> = names.iter().map(String::as_str).collect();
            let set = users(&listed, &[]);
            prop_assert_eq!(set.has(None, Some(Text::plain(&asked))), names.iter().any(|name| name.eq_ignore_ascii_case(&asked)));
        }
    }
}

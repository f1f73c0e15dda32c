//! What a rule says of itself.

use super::error::RuleError;
use crate::bindings::{rule, wit};

/// Bytes of a rule's own name and of its version.
const MOST_NAME: usize = 128;
/// Messages and entities that a rule may name.
const MOST_INTEREST: usize = 10_000;

/// What a rule says of itself: its `describe`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Its own name, for people.
    pub name: String,
    /// Its version, for people.
    pub version: String,
    /// SDK messages that it wants to see; none means all.
    pub messages: Vec<String>,
    /// Categories that it wants to see, by the contract's names; none means all.
    pub categories: Vec<&'static str>,
    /// Entities that it wants to see; none means all.
    pub entities: Vec<String>,
    /// Columns that it asks for, by the contract's names, in the contract's order.
    pub columns: Vec<&'static str>,
    /// Whether it may tag.
    pub tags: bool,
    /// Whether it may redact.
    pub redacts: bool,
    /// Whether it may drop.
    pub drops: bool,
}

impl Manifest {
    /// Reads what a rule answered.
    pub(super) fn of(said: &rule::Manifest) -> Result<Self, RuleError> {
        for (what, text) in [("name", &said.name), ("version", &said.version)] {
            if text.is_empty() || text.len() > MOST_NAME || text.chars().any(char::is_control) {
                let problem = format!("its {what} must have 1 to {MOST_NAME} bytes without control characters, and has {}", text.len());
                return Err(RuleError::Manifest(problem));
            }
        }
        for (what, names) in [("messages", &said.interest.messages), ("entities", &said.interest.entities)] {
            if names.len() > MOST_INTEREST {
                let problem = format!("it names {} {what}, and may name {MOST_INTEREST}; name none to see all", names.len());
                return Err(RuleError::Manifest(problem));
            }
        }
        Ok(Self {
            name: said.name.clone(),
            version: said.version.clone(),
            messages: said.interest.messages.clone(),
            categories: said.interest.categories.iter().map(|&category| category_name(category)).collect(),
            entities: said.interest.entities.clone(),
            columns: COLUMNS.iter().filter(|(column, _)| said.columns.contains(*column)).map(|&(_, name)| name).collect(),
            tags: said.tags,
            redacts: said.redacts,
            drops: said.drops,
        })
    }

    /// Whether a verdict stays within it.
    pub(super) fn covers(&self, verdict: &wit::Verdict) -> bool {
        match verdict {
            wit::Verdict::Keep => true,
            wit::Verdict::Tag(_) => self.tags,
            wit::Verdict::Redact(_) => self.redacts,
            wit::Verdict::Drop(_) => self.drops,
        }
    }
}

/// The contract's name of a category.
fn category_name(category: wit::Category) -> &'static str {
    use wit::Category as C;
    match category {
        C::ReadMultiple => "read-multiple",
        C::Read => "read",
        C::Create => "create",
        C::Update => "update",
        C::Delete => "delete",
        C::Associate => "associate",
        C::Disassociate => "disassociate",
        C::Assign => "assign",
        C::Share => "share",
        C::SignIn => "sign-in",
        C::SignOut => "sign-out",
        C::Export => "export",
        C::Import => "import",
        C::Publish => "publish",
        C::Customize => "customize",
        C::Activate => "activate",
        C::Send => "send",
        C::Check => "check",
        C::Execute => "execute",
    }
}

/// Every column with the contract's name.
const COLUMNS: &[(wit::Columns, &str)] = &[
    (wit::Columns::MESSAGE, "message"),
    (wit::Columns::CATEGORY, "category"),
    (wit::Columns::ACTIVITY_KIND, "activity-kind"),
    (wit::Columns::ENTITY_NAME, "entity-name"),
    (wit::Columns::ENTITY_ID, "entity-id"),
    (wit::Columns::USER_ID, "user-id"),
    (wit::Columns::SYSTEM_USER_ID, "system-user-id"),
    (wit::Columns::USER_UPN, "user-upn"),
    (wit::Columns::USER_KEY, "user-key"),
    (wit::Columns::USER_TYPE, "user-type"),
    (wit::Columns::CLIENT_IP, "client-ip"),
    (wit::Columns::USER_AGENT, "user-agent"),
    (wit::Columns::CREATION_TIME, "creation-time"),
    (wit::Columns::ORGANIZATION_ID, "organization-id"),
    (wit::Columns::RESULT_STATUS, "result-status"),
    (wit::Columns::WORKLOAD, "workload"),
    (wit::Columns::FIELDS, "fields"),
    (wit::Columns::QUERY, "query"),
    (wit::Columns::QUERY_RESULTS, "query-results"),
    (wit::Columns::QUERY_RESULT_COUNT, "query-result-count"),
    (wit::Columns::ITEM_URL, "item-url"),
    (wit::Columns::TAGS, "tags"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn said(name: &str) -> rule::Manifest {
        let interest = wit::Interest { messages: Vec::new(), categories: vec![wit::Category::Read], entities: Vec::new() };
        let columns = wit::Columns::MESSAGE | wit::Columns::TAGS;
        let flags = (false, true, false);
        rule::Manifest {
            name: name.to_owned(),
            version: "1".to_owned(),
            interest,
            columns,
            tags: flags.0,
            redacts: flags.1,
            drops: flags.2,
        }
    }

    #[test]
    fn columns_all_of_the_contract_are_named_in_its_order() {
        let contract = include_str!("../../../../wit/types.wit");
        let flags = contract.split_once("flags columns {").and_then(|(_, rest)| rest.split_once('}')).expect("the flags").0;
        let flags: Vec<&str> = flags.lines().map(|line| line.trim().trim_end_matches(',')).filter(|line| !line.is_empty()).collect();
        let flags: Vec<&str> = flags.into_iter().filter(|line| !line.starts_with("///")).collect();
        assert_eq!(COLUMNS.iter().map(|(_, name)| *name).collect::<Vec<_>>(), flags);
        let all = COLUMNS.iter().fold(wit::Columns::empty(), |all, (column, _)| all | *column);
        assert_eq!(all, wit::Columns::all());
    }

    #[test]
    fn of_a_sound_manifest() {
        let manifest = Manifest::of(&said("masks")).unwrap();
        assert_eq!((manifest.categories, manifest.columns), (vec!["read"], vec!["message", "tags"]));
    }

    #[test]
    fn of_a_name_or_list_beyond_its_limit_is_refused() {
        assert!(Manifest::of(&said(&"n".repeat(MOST_NAME))).is_ok());
        for name in ["", &"n".repeat(MOST_NAME + 1), "a\nb"] {
            assert!(matches!(Manifest::of(&said(name)), Err(RuleError::Manifest(_))), "{name:?}");
        }
        let mut many = said("many");
        many.interest.messages = vec!["Retrieve".to_owned(); MOST_INTEREST];
        assert!(Manifest::of(&many).is_ok());
        many.interest.messages.push("Update".to_owned());
        assert!(matches!(Manifest::of(&many), Err(RuleError::Manifest(_))));
    }

    #[test]
    fn covers_only_what_it_names() {
        let manifest = Manifest::of(&said("masks")).unwrap();
        assert!(manifest.covers(&wit::Verdict::Keep) && manifest.covers(&wit::Verdict::Redact(Vec::new())));
        assert!(!manifest.covers(&wit::Verdict::Tag(Vec::new())) && !manifest.covers(&wit::Verdict::Drop(String::new())));
    }
}

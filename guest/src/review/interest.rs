//! Which activities a rule wants to see (the contract's `interest`).

use crate::categorize::Category;
use crate::settings::Names;

/// Which activities a rule wants to see. An empty list means all; the three are joined by "and".
///
/// Names of messages and entities are compared as everywhere: case does not count, and neither do the spaces and hyphens
/// of display names ([`crate::tables::names`]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interest {
    /// Names of SDK messages, whole.
    pub messages: Vec<String>,
    /// Kinds of access.
    pub categories: Vec<Category>,
    /// Names of entities, whole.
    pub entities: Vec<String>,
}

/// An interest, made ready to be asked about every activity of a batch.
pub(super) struct Selection {
    messages: Option<Names>,
    /// A bit for each category.
    categories: u32,
    entities: Option<Names>,
}

impl Selection {
    pub fn new(interest: &Interest) -> Self {
        let names = |names: &[String]| (!names.is_empty()).then(|| Names::new(names.iter().map(String::as_str)));
        let categories = interest.categories.iter().fold(0, |bits, &category| bits | bit(category));
        Self {
            messages: names(&interest.messages),
            categories: if interest.categories.is_empty() { u32::MAX } else { categories },
            entities: names(&interest.entities),
        }
    }

    /// Whether the rule wants to see an activity. Its message and entity are asked for only where they matter.
    pub fn takes<'t, M: AsRef<str> + 't, E: AsRef<str> + 't>(
        &self,
        category: Category,
        message: impl FnOnce() -> M,
        entity: impl FnOnce() -> E,
    ) -> bool {
        self.categories & bit(category) != 0
            && self.messages.as_ref().is_none_or(|names| names.contains(message().as_ref()))
            && self.entities.as_ref().is_none_or(|names| names.contains(entity().as_ref()))
    }
}

fn bit(category: Category) -> u32 {
    1 << category as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(interest: &Interest, category: Category, message: &str, entity: &str) -> bool {
        Selection::new(interest).takes(category, || message, || entity)
    }

    #[test]
    fn takes_an_empty_interest_means_all() {
        for category in Category::ALL {
            assert!(takes(&Interest::default(), category, "Anything", ""));
        }
    }

    #[test]
    fn takes_the_three_lists_are_joined_by_and() {
        let list = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        let interest = Interest {
            messages: list(&["update", "Create"]),
            categories: vec![Category::Update, Category::Create],
            entities: list(&["contact", "Business Unit"]),
        };
        assert!(takes(&interest, Category::Update, "UPDATE", "Contact"));
        assert!(takes(&interest, Category::Create, "create", "businessunit"));
        assert!(takes(&interest, Category::Create, "create", "Business-Unit"));
        assert!(!takes(&interest, Category::Delete, "Update", "contact"));
        assert!(!takes(&interest, Category::Update, "UpdateMultiple", "contact"), "whole names only");
        assert!(!takes(&interest, Category::Update, "Update", "contacts"));
        assert!(!takes(&interest, Category::Update, "Update", ""), "no entity is none of those named");
        let blank = Interest { entities: list(&[""]), ..Interest::default() };
        assert!(!takes(&blank, Category::Update, "Update", "contact"), "a list of no names names nobody");
    }
}

//! Publishing: the sections under `[draft]` replace those of the same name.

use toml_edit::{DocumentMut, Item, Table};

/// The table in which a draft stands.
const DRAFT: &str = "draft";

/// What was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The text of the settings afterwards.
    pub text: String,
    /// Names of the sections that were replaced or added, in their order.
    pub sections: Vec<String>,
}

/// Moves the sections of the draft over the published ones. Comments move with what they stand before.
///
/// # Errors
/// When the text is no TOML.
pub fn publish(text: &str) -> Result<Published, toml_edit::TomlError> {
    let mut document: DocumentMut = text.parse()?;
    let Some(draft) = document.remove(DRAFT) else { return Ok(Published { text: text.to_owned(), sections: Vec::new() }) };
    let mut sections = Vec::new();
    if let Ok(mut draft) = draft.into_table() {
        let names: Vec<String> = draft.iter().map(|(name, _)| name.to_owned()).collect();
        for name in names {
            let Some((key, mut item)) = draft.remove_entry(&name) else { continue };
            // The section takes the place of the one that it replaces.
            if let Some((_, old)) = document.remove_entry(&name) {
                set_position(&mut item, position(&old));
            }
            document.insert_formatted(&key, item);
            sections.push(name);
        }
    }
    // A section that moved to the top brings the blank line with it that stood before it.
    let text = document.to_string();
    Ok(Published { text: text.trim_start_matches('\n').to_owned(), sections })
}

fn position(item: &Item) -> Option<isize> {
    match item {
        Item::Table(table) => table.position(),
        Item::ArrayOfTables(tables) => tables.iter().find_map(Table::position),
        _ => None,
    }
}

fn set_position(item: &mut Item, position: Option<isize>) {
    let Some(position) = position else { return };
    match item {
        Item::Table(table) => table.set_position(Some(position)),
        Item::ArrayOfTables(tables) => tables.iter_mut().for_each(|table| table.set_position(Some(position))),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::convert;
    use proptest::prelude::*;
    use serde_json::Value as Json;

    fn json(text: &str) -> Json {
        convert::object(toml_edit::Document::parse(text).unwrap().as_table()).unwrap()
    }

    /// What publishing means: each section of the draft replaces the published one as a whole.
    fn expected(text: &str) -> Json {
        let mut settings = json(text);
        let sections = settings.as_object_mut().unwrap();
        if let Some(Json::Object(draft)) = sections.remove(DRAFT) {
            sections.extend(draft);
        }
        settings
    }

    #[test]
    fn publish_each_way_to_write_a_draft() {
        for text in [
            "[auditing]\nstart = true\nread = true\n[draft.auditing]\nread = false\n",
            "[draft.auditing]\nread = false\n[auditing]\nstart = true\n",
            "[draft]\nauditing = { read = false }\n[auditing]\nstart = true\n",
            "draft = { auditing = { read = false }, users = [] }\n",
            "draft.auditing.read = false\n[record]\nprofile = \"management-api\"\n",
            "[[users]]\nid = \"a\"\n[[users]]\nid = \"b\"\n[[draft.users]]\nid = \"c\"\n[[draft.users]]\nid = \"d\"\n",
            "[entities.account]\nauditing = false\n[entities.lead]\nauditing = false\n[draft.entities.default]\nauditing = false\n",
            "[draft.organizations]\n",
            "[draft]\n",
        ] {
            assert_eq!(json(&publish(text).unwrap().text), expected(text), "{text}");
        }
    }

    #[test]
    fn publish_without_a_draft_changes_nothing() {
        let text = "# ours\n[auditing]   # here\nstart=true\n\n";
        assert_eq!(publish(text).unwrap(), Published { text: text.to_owned(), sections: Vec::new() });
    }

    #[test]
    fn publish_keeps_comments_and_the_order_of_sections() {
        let text = "# one\n[auditing]\nread = true # old\n\n# two\n[record]\n\n# soon\n[draft.auditing]\n# why\nread = false # new\n";
        assert_eq!(publish(text).unwrap().text, "# soon\n[auditing]\n# why\nread = false # new\n\n# two\n[record]\n");
    }

    proptest! {
        #[test]
        fn publish_any_sections_means_the_same(
            published in prop::collection::btree_map("[a-e]", 0..9i64, 0..4), draft in prop::collection::btree_map("[a-e]", 0..9i64, 0..4), first: bool,
        ) {
            let section = |prefix: &str, (name, value): (&String, &i64)| match value % 3 {
                0 => format!("# {name}\n[{prefix}{name}]\nx = {value}\n"),
                1 => format!("[[{prefix}{name}]]\nx = {value}\n\n[[{prefix}{name}]]\n"),
                _ => format!("[{prefix}{name}.inner] # {name}\nx = [{value}]\n"),
            };
            let published: String = published.iter().map(|pair| section("", pair)).collect();
            let draft: String = draft.iter().map(|pair| section("draft.", pair)).collect();
            let text = if first { format!("{draft}{published}") } else { format!("{published}{draft}") };
            prop_assert_eq!(json(&publish(&text).unwrap().text), expected(&text), "{}", text);
        }
    }
}

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
            match document.remove_entry(&name) {
                // The section takes the place of the one that it replaces.
                Some((_, old)) => set_position(&mut item, position(&old)),
                None => {}
            }
            document.insert_formatted(&key, item);
            sections.push(name);
        }
    }
    Ok(Published { text: document.to_string(), sections })
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

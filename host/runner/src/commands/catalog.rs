//! `actlog catalog`

use actlog_engine::Engine;
use anyhow::Context;

use crate::cli::CatalogArgs;
use crate::console::HEAD;
use crate::exit::{End, usage};
use crate::ordered::Value;
use crate::table::{Grid, styled};

/// One table of the catalog.
struct Section {
    name: String,
    rows: Vec<Value>,
}

/// Shows the catalog, a section of it, or the rows that contain a word.
///
/// # Errors
/// When there is no such section, or nothing contains the word.
pub fn catalog(args: &CatalogArgs) -> anyhow::Result<End> {
    let document: Value =
        serde_json::from_str(&Engine::new()?.catalog()?).context("the filter's catalog is no JSON; please report this")?;
    let all = sections(&document);
    let mut chosen = chosen(&all, args.section.as_deref())?;
    if let Some(word) = &args.grep {
        let word = word.to_lowercase();
        for section in &mut chosen {
            section.rows.retain(|row| cells(row).any(|cell| cell.to_lowercase().contains(&word)));
        }
        chosen.retain(|section| !section.rows.is_empty());
        if chosen.is_empty() {
            return Err(usage(format!("nothing in the catalog contains {word:?}")));
        }
    }
    if args.json {
        let document = chosen.into_iter().map(|section| (section.name, Value::Array(section.rows))).collect();
        return super::print(&(Value::Object(document).pretty()? + "\n"));
    }
    if args.section.is_none() && args.grep.is_none() {
        return super::print(&overview(&chosen));
    }
    let tables: Vec<String> = chosen.iter().map(table).collect();
    super::print(&tables.join("\n"))
}

fn chosen(all: &[Section], name: Option<&str>) -> anyhow::Result<Vec<Section>> {
    let copy = |section: &Section| Section { name: section.name.clone(), rows: section.rows.clone() };
    let Some(name) = name else { return Ok(all.iter().map(copy).collect()) };
    let matches = |section: &&Section| section.name.eq_ignore_ascii_case(name) || section.name.starts_with(&format!("{name}."));
    let chosen: Vec<Section> = all.iter().filter(matches).map(copy).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = all.iter().map(|section| section.name.as_str()).collect();
        return Err(usage(format!("the catalog has no section {name:?}; it has {}", names.join(", "))));
    }
    Ok(chosen)
}

/// Every list of the document, named by the keys that lead to it.
fn sections(document: &Value) -> Vec<Section> {
    let mut found = Vec::new();
    collect(document, "", &mut found);
    found
}

// Recursion is bounded: the document was parsed with a bound on its depth.
fn collect(value: &Value, name: &str, found: &mut Vec<Section>) {
    match value {
        Value::Array(rows) => found.push(Section { name: name.to_owned(), rows: rows.clone() }),
        Value::Object(members)
            if name.is_empty() || members.iter().any(|(_, member)| matches!(member, Value::Array(_) | Value::Object(_))) =>
        {
            for (key, member) in members {
                let dot = if name.is_empty() { "" } else { "." };
                collect(member, &format!("{name}{dot}{}", kebab(key)), found);
            }
        }
        single => found.push(Section { name: name.to_owned(), rows: vec![single.clone()] }),
    }
}

fn overview(sections: &[Section]) -> String {
    let mut grid = Grid::new(["Section", "Rows", "What a row holds"]);
    grid.numbers(1);
    for section in sections {
        let columns: Vec<String> = columns(section).iter().map(|column| column.replace('-', " ")).collect();
        grid.row([section.name.clone(), section.rows.len().to_string(), columns.join(", ")]);
    }
    format!("{}\n\nactlog catalog SECTION shows one, actlog catalog --grep WORD looks in all.\n", grid.text())
}

fn table(section: &Section) -> String {
    let count = section.rows.len();
    let heading = styled(&format!("{} ({count} {})", section.name, if count == 1 { "row" } else { "rows" }), HEAD);
    let columns = columns(section);
    if columns.len() == 1 && !section.rows.iter().any(|row| matches!(row, Value::Object(_))) {
        return format!("{heading}\n{}\n", section.rows.iter().map(cell).collect::<Vec<_>>().join("\n"));
    }
    let mut grid = Grid::new(columns.iter().map(|column| capital(&column.replace('-', " "))));
    for row in &section.rows {
        let members = row.members();
        let value = |column: &String| members.iter().find(|(key, _)| kebab(key) == *column).map(|(_, value)| cell(value));
        grid.row(columns.iter().map(|column| value(column).unwrap_or_default()));
    }
    format!("{heading}\n{}\n", grid.fitted())
}

/// The keys of the rows, in the order in which they are met.
fn columns(section: &Section) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for row in &section.rows {
        let keys: Vec<String> = match row {
            Value::Object(members) => members.iter().map(|(key, _)| kebab(key)).collect(),
            _ => vec!["name".to_owned()],
        };
        for key in keys {
            if !columns.contains(&key) {
                columns.push(key);
            }
        }
    }
    columns
}

fn cells(row: &Value) -> Box<dyn Iterator<Item = String> + '_> {
    match row {
        Value::Object(members) => Box::new(members.iter().map(|(_, value)| cell(value))),
        single => Box::new(std::iter::once(cell(single))),
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(values) if values.iter().any(|value| matches!(value, Value::Object(_))) => {
            values.iter().map(cell).collect::<Vec<_>>().join(" | ")
        }
        Value::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join(", "),
        // What has a name is called by it.
        Value::Object(members) => match members.split_first() {
            Some((name, others)) if name.0 == "name" && !others.is_empty() => format!("{} ({})", cell(&name.1), pairs(others)),
            _ => pairs(members),
        },
        Value::Number(number) => number.to_string(),
    }
}

fn pairs(members: &[(String, Value)]) -> String {
    members.iter().map(|(key, value)| format!("{}: {}", kebab(key), cell(value))).collect::<Vec<_>>().join("; ")
}

/// `excludedMessages` as `excluded-messages`.
fn kebab(key: &str) -> String {
    let mut name = String::new();
    for character in key.chars() {
        if character.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.extend(character.to_lowercase());
    }
    name.replace('_', "-")
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

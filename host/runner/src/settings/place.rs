//! Paths such as `organizations[0].version`, and where in the TOML text they stand.

use std::ops::Range;

use toml_edit::{Item, Table, TableLike, Value};

/// The path of `key` under `path`, as the filter writes it: a key that TOML would need quotes for stands in quotes.
pub fn under(path: &str, key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let dot = if path.is_empty() { "" } else { "." };
    if bare { format!("{path}{dot}{key}") } else { format!("{path}{dot}{key:?}") }
}

/// The bytes at which `path` stands in the text, or, where a part of it is missing, the nearest part above that is there.
pub fn find(table: &Table, path: &str) -> Option<Range<usize>> {
    in_table(table, path).or_else(|| table.span())
}

// Recursion is bounded: each step takes at least one byte off the path, and the TOML parser bounds the nesting.
fn in_table(table: &dyn TableLike, path: &str) -> Option<Range<usize>> {
    let path = path.strip_prefix('.').unwrap_or(path);
    let reached = table.iter().filter_map(|(key, item)| Some((key, item, rest(path, &under("", key))?)));
    let (key, item, rest) = reached.min_by_key(|(_, _, rest)| rest.len())?;
    let own = || table.key(key).and_then(|key| key.span()).or_else(|| item.span());
    if rest.is_empty() { own() } else { in_item(item, rest).or_else(own) }
}

fn in_item(item: &Item, path: &str) -> Option<Range<usize>> {
    match item {
        Item::None => None,
        Item::Value(value) => in_value(value, path),
        Item::Table(table) => in_table(table, path),
        Item::ArrayOfTables(tables) => {
            let (position, rest) = position(path)?;
            let table = tables.get(position)?;
            in_table(table, rest).or_else(|| table.span())
        }
    }
}

fn in_value(value: &Value, path: &str) -> Option<Range<usize>> {
    match value {
        Value::Array(array) => {
            let (position, rest) = position(path)?;
            let value = array.get(position)?;
            in_value(value, rest).or_else(|| value.span())
        }
        Value::InlineTable(table) => in_table(table, path),
        _ => None,
    }
}

/// What of `path` stands behind `key`.
fn rest<'p>(path: &'p str, key: &str) -> Option<&'p str> {
    path.strip_prefix(key).filter(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn position(path: &str) -> Option<(usize, &str)> {
    let (digits, rest) = path.strip_prefix('[')?.split_once(']')?;
    Some((digits.parse().ok()?, rest))
}

/// The line, from 1, of a byte of `text`.
pub fn line(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|&byte| byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"[auditing]
start = true
[entities."Search Topic"]
auditing = false
[[organizations]]
id = "x"
[[organizations]]
id = "y"
waive = ["production",
  "versions"]
[exclusions]
users = [{ a = 1 }]
"#;

    fn line_of(path: &str) -> usize {
        let document = toml_edit::Document::parse(TEXT).unwrap();
        find(document.as_table(), path).map_or(0, |span| line(TEXT, span.start))
    }

    #[test]
    fn find_each_kind_of_path() {
        for (path, expected) in [
            ("auditing.start", 2),
            ("entities.\"Search Topic\".auditing", 4),
            ("organizations[0].id", 6),
            ("organizations[1].id", 8),
            ("organizations[1].waive[1]", 10),
            ("exclusions.users[0].a", 12),
        ] {
            assert_eq!(line_of(path), expected, "{path}");
        }
    }

    #[test]
    fn find_what_is_missing_gives_the_nearest_above() {
        for (path, expected) in [
            ("auditing.read", 1),
            ("organizations[1].version", 7),
            ("organizations[7].id", 5),
            ("exclusions.users[0].b", 12),
            ("nothing", 1),
            ("", 1),
        ] {
            assert_eq!(line_of(path), expected, "{path}");
        }
    }
}

//! Numbers and tables as people read them.

use std::io::IsTerminal;

use anstyle::Style;
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table};

use crate::console::{HEAD, clean};

/// A number with its thousands apart: `1,234,567`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Lines of a name and a number, aligned, with a remark behind each.
pub fn aligned(rows: &[(String, u64, String)]) -> String {
    let width = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
    let names = width(&mut rows.iter().map(|(name, ..)| name.chars().count()));
    let numbers = width(&mut rows.iter().map(|(_, number, _)| thousands(*number).len()));
    let line = |(name, number, remark): &(String, u64, String)| format!("{name:names$}  {:>numbers$}  {remark}", thousands(*number)).trim_end().to_owned();
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// How wide a table may be: the terminal's width, or that of a page.
pub fn width() -> u16 {
    if std::io::stdout().is_terminal() { Table::new().width().unwrap_or(100).clamp(40, 200) } else { 100 }
}

/// A table without lines around it: headings, then rows. Cells that do not fit are wrapped.
pub struct Grid {
    table: Table,
}

impl Grid {
    /// A table with these headings.
    pub fn new(headings: &[&str]) -> Self {
        let mut table = Table::new();
        table.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width()).force_no_tty();
        table.set_header(headings.iter().map(|heading| styled(heading, HEAD)));
        Self { table }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.table.add_row(cells.into_iter().map(|cell| clean(&cell).into_owned()));
    }

    /// Sets a column's numbers to the right.
    pub fn numbers(&mut self, column: usize) {
        if let Some(column) = self.table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }

    /// The table, each line without blanks at its end.
    pub fn text(&self) -> String {
        self.table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    }
}

/// `text` in a style; the writer takes the style away where it is not wanted.
pub fn styled(text: &str, style: Style) -> String {
    format!("{style}{text}{style:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345_678, "12,345,678")] {
            assert_eq!(thousands(number), text);
        }
    }

    #[test]
    fn aligned_numbers_stand_right() {
        let rows = [("read".to_owned(), 1_000, String::new()), ("recorded".to_owned(), 5, "as 6 records".to_owned())];
        assert_eq!(aligned(&rows), "read      1,000\nrecorded      5  as 6 records");
    }
}

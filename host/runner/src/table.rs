//! Numbers and tables as people read them.

use std::collections::BTreeSet;
use std::io::IsTerminal;

use anstyle::Style;
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table};

use crate::console::{HEAD, clean};

/// Blanks between columns.
const GAP: usize = 2;

/// A number with its thousands apart: `1,234,567`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Lines of a name and a number, aligned, with a remark behind each.
pub fn aligned(rows: &[(String, u64, String)]) -> String {
    let names = rows.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or(0);
    let numbers = rows.iter().map(|(_, number, _)| thousands(*number).len()).max().unwrap_or(0);
    let line = |(name, number, remark): &(String, u64, String)| format!("{name:names$}  {:>numbers$}  {remark}", thousands(*number));
    rows.iter().map(|row| line(row).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// How wide a table may be: the terminal's width, or that of a page.
pub fn width() -> usize {
    let terminal = std::io::stdout().is_terminal().then(|| Table::new().width()).flatten();
    usize::from(terminal.unwrap_or(100)).clamp(40, 200)
}

/// A table without lines around it: headings, then rows. Cells that do not fit are wrapped.
pub struct Grid {
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
    right: Vec<usize>,
    /// Where a cell that does not fit is broken.
    delimiter: char,
}

impl Grid {
    /// A table with these headings.
    pub fn new<T: Into<String>>(headings: impl IntoIterator<Item = T>) -> Self {
        Self { headings: headings.into_iter().map(Into::into).collect(), rows: Vec::new(), right: Vec::new(), delimiter: ' ' }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| clean(&cell).into_owned()).collect());
    }

    /// Sets a column's numbers to the right; for several columns, once for each.
    pub fn numbers(&mut self, column: usize) {
        self.right.push(column);
    }

    /// Breaks cells that do not fit at the hyphens of their ids.
    pub fn break_ids(&mut self) {
        self.delimiter = '-';
    }

    /// How wide each column would be if nothing were wrapped.
    pub fn widths(&self) -> Vec<usize> {
        let cell = |row: &Vec<String>, column: usize| row.get(column).map_or(0, |cell| cell.chars().count());
        let heading = |(column, heading): (usize, &String)| {
            self.rows.iter().map(|row| cell(row, column)).max().unwrap_or(0).max(heading.chars().count())
        };
        self.headings.iter().enumerate().map(heading).collect()
    }

    /// Leaves only the columns that `keep` says.
    pub fn keep(&mut self, keep: &[bool]) {
        let kept = |cells: &mut Vec<String>| {
            let mut column = 0;
            cells.retain(|_| {
                column += 1;
                keep.get(column - 1).copied().unwrap_or(true)
            });
        };
        kept(&mut self.headings);
        self.rows.iter_mut().for_each(kept);
    }

    /// The table, each line without blanks at its end.
    pub fn text(&self) -> String {
        self.within(width())
    }

    /// The table, wrapped only where a terminal needs it: what goes to a file or a program keeps its values whole.
    pub fn whole(&self) -> String {
        self.within(if std::io::stdout().is_terminal() { width() } else { usize::MAX })
    }

    fn within(&self, width: usize) -> String {
        let mut table = Table::new();
        table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).force_no_tty().set_delimiter(self.delimiter);
        table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
        table.set_header(self.headings.iter().map(|heading| styled(heading, HEAD)));
        for row in &self.rows {
            table.add_row(row);
        }
        for (at, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, GAP as u16));
            if self.right.contains(&at) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    }

    /// The rows one under the other: the first cell that tells them apart as a heading, the others as lines under it.
    pub fn cards(&self) -> String {
        let tells = |column: &usize| {
            let cells: BTreeSet<_> = self.rows.iter().map(|row| row.get(*column)).collect();
            cells.len() == self.rows.len()
        };
        let title = (0..self.headings.len()).find(tells).unwrap_or(0);
        let names = self.headings.iter().map(|heading| heading.chars().count()).max().unwrap_or(0);
        let card = |row: &Vec<String>| {
            let mut card = styled(row.get(title).map_or("", String::as_str), HEAD);
            let cells = self.headings.iter().zip(row).enumerate().filter(|(column, (_, cell))| *column != title && !cell.is_empty());
            for (_, (heading, cell)) in cells {
                let lines = wrapped(cell, width().saturating_sub(names + 2 * GAP).max(20));
                for (at, line) in lines.iter().enumerate() {
                    let heading = if at == 0 { heading } else { "" };
                    card.push_str(&format!("\n  {heading:names$}  {line}"));
                }
            }
            card
        };
        self.rows.iter().map(card).collect::<Vec<_>>().join("\n\n")
    }

    /// As a table where that reads well, as cards where there is too much in a row; a long list leaves columns out and says so.
    pub fn fitted(mut self) -> String {
        const SHORT: usize = 28;
        const LONG_LIST: usize = 40;
        let (widths, room) = (self.widths(), width());
        let least: usize = widths.iter().map(|&width| width.min(SHORT) + GAP).sum();
        if least <= room {
            return self.text();
        }
        if self.rows.len() <= LONG_LIST {
            return self.cards();
        }
        let mut used = 0;
        let keep: Vec<bool> = widths
            .iter()
            .map(|width| {
                let fits = used + width + GAP <= room;
                used += if fits { width + GAP } else { 0 };
                fits
            })
            .collect();
        let left_out: Vec<String> =
            self.headings.iter().zip(&keep).filter(|(_, kept)| !**kept).map(|(heading, _)| heading.to_lowercase()).collect();
        self.keep(&keep);
        format!("{}\nnot shown: {}", self.text(), left_out.join(", "))
    }
}

/// `text` in lines that fit.
pub fn paragraph(text: &str) -> Vec<String> {
    wrapped(text, width().min(100))
}

/// `text` in lines of at most `width` characters, broken at blanks; a longer word has a line of its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
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

    #[test]
    fn wrapped_breaks_at_blanks() {
        assert_eq!(wrapped("one two three4567 x", 7), ["one two", "three4567", "x"]);
    }

    #[test]
    fn cards_are_named_by_what_tells_them_apart() {
        let mut grid = Grid::new(["Table", "Event"]);
        ["Export", "Import"].into_iter().for_each(|event| grid.row(["user".to_owned(), event.to_owned()]));
        let plain = grid.cards().replace(&HEAD.to_string(), "").replace(&format!("{HEAD:#}"), "");
        assert_eq!(plain, "Export\n  Table  user\n\nImport\n  Table  user");
    }

    #[test]
    fn fitted_a_long_list_names_what_it_leaves_out() {
        let long = || "x".repeat(60);
        let mut grid = Grid::new(["Name", "Meaning", "Reason", "Kind", "Remark"]);
        (0..50).for_each(|number| grid.row([format!("name{number}"), long(), long(), long(), long()]));
        let text = grid.fitted();
        assert!(text.contains("name49") && text.ends_with("not shown: reason, kind, remark"), "{text}");
    }
}

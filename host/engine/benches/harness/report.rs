//! Figures as a table for people or as JSON for programs.

use serde_json::{Map, Value, json};

/// One figure or name.
#[derive(Clone, Debug)]
pub enum Cell {
    /// A name.
    Name(String),
    /// A number, and with how many digits after the point people see it.
    Number(f64, usize),
    /// Nothing to tell.
    None,
}

impl Cell {
    fn shown(&self) -> String {
        match self {
            Cell::Name(name) => name.clone(),
            Cell::Number(number, digits) => format!("{number:.digits$}"),
            Cell::None => "–".to_owned(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Cell::Name(name) => json!(name),
            Cell::Number(number, _) => json!(number),
            Cell::None => Value::Null,
        }
    }
}

/// A table: rows of cells under headings.
#[derive(Clone, Debug)]
pub struct Report {
    title: &'static str,
    headings: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

impl Report {
    /// A table without rows.
    pub fn new(title: &'static str, headings: &[&'static str]) -> Self {
        Self { title, headings: headings.to_vec(), rows: Vec::new() }
    }

    /// Adds a row; it has a cell for each heading.
    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// Prints the table, or one line of JSON.
    pub fn print(&self, as_json: bool) {
        if as_json {
            let rows: Vec<Value> = self.rows.iter().map(|row| self.object(row)).collect();
            println!("{}", json!({ "benchmark": self.title, "rows": rows }));
        } else {
            println!("\n{}", self.title);
            self.table().iter().for_each(|line| println!("  {line}"));
        }
    }

    fn object(&self, row: &[Cell]) -> Value {
        let members = self.headings.iter().zip(row).map(|(heading, cell)| ((*heading).to_owned(), cell.json()));
        Value::Object(members.collect::<Map<_, _>>())
    }

    /// The lines of the table: names to the left, numbers to the right.
    fn table(&self) -> Vec<String> {
        let shown: Vec<Vec<String>> = self.rows.iter().map(|row| row.iter().map(Cell::shown).collect()).collect();
        let width = |column: usize| {
            let cells = shown.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
            cells.chain([self.headings[column].chars().count()]).max().unwrap_or_default()
        };
        let is_name = |column: usize| self.rows.iter().any(|row| matches!(row.get(column), Some(Cell::Name(_))));
        let line = |cells: &[String]| {
            let padded = cells.iter().enumerate().map(|(column, cell)| match is_name(column) {
                true => format!("{cell:<0$}", width(column)),
                false => format!("{cell:>0$}", width(column)),
            });
            padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        let headings: Vec<String> = self.headings.iter().map(|&heading| heading.to_owned()).collect();
        std::iter::once(line(&headings)).chain(shown.iter().map(|row| line(row))).collect()
    }
}

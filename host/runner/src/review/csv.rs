//! Records as CSV, for spreadsheets: what a cell begins with never makes it a formula.

use std::io::Write;

use crate::ordered::Value;

/// Columns, in the order of the records' own.
pub const COLUMNS: [&str; 24] = [
    "CreationTime",
    "UserUpn",
    "UserId",
    "SystemUserId",
    "Message",
    "Category",
    "Activity",
    "EntityName",
    "EntityId",
    "ClientIP",
    "ResultStatus",
    "Tags",
    "Fields",
    "Query",
    "QueryResults",
    "ItemUrl",
    "UserAgent",
    "UserType",
    "Workload",
    "OrganizationId",
    "Id",
    "EventId",
    "CorrelationId",
    "Redacted",
];

/// Writes rows of records.
pub struct Sheet<W: Write>(csv::Writer<W>);

impl<W: Write> Sheet<W> {
    /// Begins with the names of the columns.
    ///
    /// # Errors
    /// When `to` cannot be written.
    pub fn new<'c>(to: W, columns: impl IntoIterator<Item = &'c str>) -> csv::Result<Self> {
        let mut writer = csv::Writer::from_writer(to);
        writer.write_record(columns)?;
        Ok(Self(writer))
    }

    /// Goes on with a sheet whose columns are named already.
    pub fn going_on(to: W) -> Self {
        Self(csv::Writer::from_writer(to))
    }

    /// Writes a record.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn record(&mut self, record: &Value) -> csv::Result<()> {
        self.row(COLUMNS.iter().map(|column| record.get(column).map(text).unwrap_or_default()))
    }

    /// Writes cells.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) -> csv::Result<()> {
        self.0.write_record(cells.into_iter().map(harmless))
    }

    /// What it was written to.
    ///
    /// # Errors
    /// When what is left cannot be written.
    pub fn into_inner(self) -> std::io::Result<W> {
        self.0.into_inner().map_err(|error| std::io::Error::other(error.to_string()))
    }

    /// Writes out what is left.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

/// A spreadsheet runs what begins like a formula; a quote in front keeps it a text.
fn harmless(cell: String) -> String {
    let is_number = cell.parse::<f64>().is_ok();
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number { format!("'{cell}") } else { cell }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheet_quotes_and_disarms() {
        let mut bytes = Vec::new();
        let mut sheet = Sheet::new(&mut bytes, ["a", "b"]).unwrap();
        sheet.row(["x,\"y\"".to_owned(), "=cmd()".to_owned()]).unwrap();
        sheet.row(["-1.5".to_owned(), "+1 425".to_owned()]).unwrap();
        sheet.finish().unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), "a,b\n\"x,\"\"y\"\"\",'=cmd()\n-1.5,'+1 425\n");
    }
}

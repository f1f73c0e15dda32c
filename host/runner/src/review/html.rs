//! A report as one HTML page that needs nothing else and prints well.

use actlog_store::{Report, Value};
use minijinja::{AutoEscape, Environment, context};

use super::chart;

/// The page. `range` says which time it is about, `made` when it was made.
///
/// # Errors
/// None that a report can cause.
pub fn page(report: &Report, range: &str, made: &str) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("report", include_str!("report.html"))?;
    environment.get_template("report")?.render(context! {
        title => report.title.clone(),
        columns => report.columns.clone(),
        rows => report.rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>()).collect::<Vec<_>>(),
        chart => chart::of(report),
        range,
        made,
    })
}

fn cell(value: &Value) -> minijinja::Value {
    match value {
        Value::None => minijinja::Value::from(()),
        Value::Number(number) => minijinja::Value::from(*number),
        other => minijinja::Value::from(other.to_text()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_shows_hostile_text_as_text() {
        let rows = vec![vec![Value::Text("<img src=x onerror=alert(1)>".to_owned()), Value::Number(3), Value::None]];
        let columns = ["User", "Count", "Entity"].map(str::to_owned).to_vec();
        let report = Report { name: "r".to_owned(), title: "A & B".to_owned(), columns, rows, series: Vec::new() };
        let page = page(&report, "all", "now").unwrap();
        assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;") && page.contains("A &amp; B"), "{page}");
        assert!(page.contains("<td class=\"number\">3</td><td></td>"), "{page}");
    }
}

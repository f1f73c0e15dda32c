//! Reports that list: who saw a record, and the customer's own.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::summaries::{day_of, series, slug};
use super::{Report, Value};
use crate::error::Error;
use crate::page::Row;
use crate::query::{Place, Plan, Query};
use crate::reader::Reader;
use crate::sightings::How;

impl Reader {
    pub(super) fn who_saw_report(&self, records: &[Uuid], range: (i64, i64)) -> Result<Report, Error> {
        let mut found: BTreeMap<Place, Vec<Uuid>> = BTreeMap::new();
        let mut statement = self.connection.prepare_cached("SELECT time, source FROM seen WHERE id = ? AND time >= ? AND time < ?")?;
        for id in records {
            let mut rows = statement.query((id, range.0, range.1))?;
            while let Some(row) = rows.next()? {
                found.entry((row.get(0)?, row.get(1)?)).or_default().push(*id);
            }
        }
        let title = match records {
            [record] => format!("Everyone who saw {record}"),
            _ => format!("Everyone who saw any of {} records", records.len()),
        };
        let mut list = List::new("who-saw", &title, &["In", "Records asked for"]);
        for ((_, source), mut ids) in found.into_iter().rev() {
            ids.dedup();
            let Some(row) = Row::head(&self.connection, source)? else { continue };
            let how = How::of(row.category.as_deref(), row.entity_id.is_some_and(|id| ids.contains(&id)));
            list.push(row, [Value::Text(how.name().to_owned()), Value::Number(ids.len() as i64)]);
        }
        Ok(list.finish())
    }

    pub(super) fn own_report(&self, name: &str, query: &Query) -> Result<Report, Error> {
        let mut list = List::new(&slug(name), name, &[]);
        let Some(plan) = Plan::new(&self.connection, query)? else { return Ok(list.finish()) };
        plan.visit(&self.connection, plan.start, |place, matches| {
            if matches
                && self.says(&plan, place)?
                && let Some(row) = Row::head(&self.connection, place.1)?
            {
                list.push(row, []);
            }
            Ok(true)
        })?;
        Ok(list.finish())
    }
}

/// A report that lists source records.
struct List {
    report: Report,
    days: BTreeMap<i64, (i64, i64)>,
}

impl List {
    fn new(name: &str, title: &str, more: &[&str]) -> Self {
        let columns = ["Time", "User", "Message", "Entity", "Record", "Address", "Result", "Records shown", "Correlation"];
        let columns = columns.iter().chain(more).map(|&column| column.to_owned()).collect();
        let report = Report { name: name.to_owned(), title: title.to_owned(), columns, rows: Vec::new(), series: Vec::new() };
        List { report, days: BTreeMap::new() }
    }

    fn push(&mut self, row: Row, more: impl IntoIterator<Item = Value>) {
        let text = |text: Option<String>| text.map_or(Value::None, Value::Text);
        let results = row.results as i64;
        if let Some(time) = row.time {
            let day = self.days.entry(day_of(time)).or_default();
            *day = (day.0 + 1, day.1 + results);
        }
        let values = [
            row.time.map_or(Value::None, Value::Time),
            text(row.user),
            Value::Text(row.message),
            text(row.entity),
            row.entity_id.map_or(Value::None, Value::Id),
            text(row.client_ip),
            text(row.result_status),
            Value::Number(results),
            Value::Id(row.correlation),
        ];
        self.report.rows.push(values.into_iter().chain(more).collect());
    }

    fn finish(mut self) -> Report {
        let days: Vec<(i64, i64, i64)> = self.days.into_iter().map(|(day, (count, results))| (day, count, results)).collect();
        self.report.series = series(&days);
        self.report
    }
}

//! Reports that count: who did what how often, by day, by hour.

use rusqlite::Row;
use uuid::Uuid;

use super::{ACTIVITIES, Report, Series, Value};
use crate::error::Error;
use crate::names::spellings;
use crate::reader::Reader;
use crate::time::{self, DAY, format_day};

type Range = (i64, i64);

/// Where a day begins, also before 1970.
const DAY_BEGINS: &str = "(time - ((time % 86400000) + 86400000) % 86400000)";

impl Reader {
    pub(super) fn activity_report(&self, activity: &str, range: Range) -> Result<Report, Error> {
        let known = ACTIVITIES.iter().find(|name| name.eq_ignore_ascii_case(activity));
        let activity = *known.ok_or_else(|| Error::Query(format!("{activity:?} is none of the nine activities")))?;
        let filter = self.named("activity", &[activity])?;
        self.summary(&slug(activity), activity, &["user", "message", "entity"], &filter, "entries", range)
    }

    pub(super) fn user_report(&self, user: &str, range: Range) -> Result<Report, Error> {
        let filter = match Uuid::try_parse(user) {
            Ok(id) => format!("({} OR {})", self.named("user_id", &[&id.to_string()])?, self.named("caller", &[&id.to_string()])?),
            Err(_) => self.named("user", &[user])?,
        };
        self.summary("user", &format!("Everything {user} did"), &["category", "message", "entity"], &filter, "entries", range)
    }

    pub(super) fn exports_report(&self, range: Range) -> Result<Report, Error> {
        let bulk = self.named("category", &["ReadMultiple"])?;
        let filter = format!("({bulk} OR message IN (SELECT no FROM name WHERE text LIKE 'export%'))");
        self.summary("exports", "Exports and bulk reads by volume", &["user", "message", "entity"], &filter, "results", range)
    }

    pub(super) fn admin_report(&self, range: Range) -> Result<Report, Error> {
        let filter = self.named("activity", &[ACTIVITIES[2], ACTIVITIES[5], ACTIVITIES[6], ACTIVITIES[8]])?;
        self.summary("admin", "Admin actions", &["user", "activity", "message", "entity"], &filter, "entries", range)
    }

    pub(super) fn sign_ins_report(&self, range: Range) -> Result<Report, Error> {
        let filter = self.named("category", &["SignIn", "SignOut"])?;
        self.summary("sign-ins", "Sign-ins and sign-outs", &["user", "message", "client_ip", "result_status"], &filter, "entries", range)
    }

    pub(super) fn by_day_report(&self, range: Range) -> Result<Report, Error> {
        let sql = format!(
            "SELECT {DAY_BEGINS} AS day, count(*), sum(results), count(DISTINCT user) FROM source \
             WHERE time >= ?1 AND time < ?2 AND time > {} GROUP BY day ORDER BY day",
            time::NONE
        );
        let rows = self.rows(&sql, range, |row| {
            let day = Value::Text(format_day(row.get(0)?));
            Ok(vec![day, Value::Number(row.get(1)?), Value::Number(row.get(2)?), Value::Number(row.get(3)?)])
        })?;
        Ok(counted("by-day", "Activity by day (UTC)", &["Day", "Activities", "Records shown", "Users"], rows))
    }

    pub(super) fn by_hour_report(&self, range: Range) -> Result<Report, Error> {
        let sql = format!(
            "WITH RECURSIVE hours(hour) AS (SELECT 0 UNION ALL SELECT hour + 1 FROM hours WHERE hour < 23), \
             counts AS (SELECT (time - {DAY_BEGINS}) / 3600000 AS hour, count(*) AS entries, sum(results) AS results, \
             count(DISTINCT user) AS users FROM source WHERE time >= ?1 AND time < ?2 AND time > {} GROUP BY 1) \
             SELECT hour, coalesce(entries, 0), coalesce(results, 0), coalesce(users, 0) \
             FROM hours LEFT JOIN counts USING (hour) ORDER BY hour",
            time::NONE
        );
        let rows = self.rows(&sql, range, |row| {
            let hour = Value::Text(format!("{:02}:00", row.get::<_, i64>(0)?));
            Ok(vec![hour, Value::Number(row.get(1)?), Value::Number(row.get(2)?), Value::Number(row.get(3)?)])
        })?;
        Ok(counted("by-hour", "Activity by hour of the day (UTC)", &["Hour", "Activities", "Records shown", "Users"], rows))
    }

    /// How often each group occurs among the source records that pass the filter, and a series by day.
    fn summary(&self, name: &str, title: &str, groups: &[&str], filter: &str, order: &str, range: Range) -> Result<Report, Error> {
        let names: Vec<String> = groups.iter().map(|group| format!("(SELECT text FROM name WHERE no = {group})")).collect();
        let (names, columns) = (names.join(", "), groups.join(", "));
        let sql = format!(
            "SELECT {names}, entries, results, first, last FROM (SELECT {columns}, count(*) AS entries, sum(results) AS results, \
             min(time) AS first, max(time) AS last FROM source WHERE {filter} AND time >= ?1 AND time < ?2 GROUP BY {columns}) \
             ORDER BY {order} DESC, entries DESC, last DESC"
        );
        let rows = self.rows(&sql, range, |row| {
            let mut values = Vec::with_capacity(groups.len() + 4);
            for group in 0..groups.len() {
                values.push(row.get::<_, Option<String>>(group)?.map_or(Value::None, Value::Text));
            }
            for number in [groups.len(), groups.len() + 1] {
                values.push(Value::Number(row.get(number)?));
            }
            for moment in [groups.len() + 2, groups.len() + 3] {
                values.push(moment_of(row.get(moment)?));
            }
            Ok(values)
        })?;
        let heads = groups.iter().map(|group| head(group)).chain(["Activities", "Records shown", "First", "Last"]);
        let columns = heads.map(str::to_owned).collect();
        Ok(Report { name: name.to_owned(), title: title.to_owned(), columns, rows, series: self.days(filter, range)? })
    }

    /// Activities and records shown by day, of the source records that pass the filter.
    fn days(&self, filter: &str, range: Range) -> Result<Vec<Series>, Error> {
        let sql = format!(
            "SELECT {DAY_BEGINS} AS day, count(*), sum(results) FROM source \
             WHERE {filter} AND time >= ?1 AND time < ?2 AND time > {} GROUP BY day ORDER BY day",
            time::NONE
        );
        let days: Vec<(i64, i64, i64)> = self.rows(&sql, range, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(series(&days))
    }

    /// A condition that a column has one of some names.
    fn named(&self, column: &str, names: &[&str]) -> Result<String, Error> {
        let mut numbers = Vec::new();
        for name in names {
            numbers.extend(spellings(&self.connection, name)?.iter().map(i64::to_string));
        }
        Ok(format!("{column} IN ({})", numbers.join(",")))
    }

    fn rows<T>(&self, sql: &str, range: Range, read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>) -> Result<Vec<T>, Error> {
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_map([range.0, range.1], read)?.collect::<Result<_, _>>()?)
    }
}

/// Series by day: the day's beginning, activities and records shown.
pub(super) fn series(days: &[(i64, i64, i64)]) -> Vec<Series> {
    let activities = days.iter().map(|day| (format_day(day.0), day.1)).collect();
    let shown = days.iter().map(|day| (format_day(day.0), day.2)).collect();
    vec![Series { name: "Activities".to_owned(), points: activities }, Series { name: "Records shown".to_owned(), points: shown }]
}

/// The beginning of a time's day.
pub(super) fn day_of(time: i64) -> i64 {
    time.div_euclid(DAY) * DAY
}

pub(super) fn moment_of(time: i64) -> Value {
    if time == time::NONE { Value::None } else { Value::Time(time) }
}

/// A report whose first column labels, and whose other columns are series.
fn counted(name: &str, title: &str, columns: &[&str], rows: Vec<Vec<Value>>) -> Report {
    let points = |column: usize| {
        let point = |row: &Vec<Value>| match row[column] {
            Value::Number(number) => (row[0].to_text(), number),
            _ => (row[0].to_text(), 0),
        };
        rows.iter().map(point).collect()
    };
    let series = (1..columns.len()).map(|column| Series { name: columns[column].to_owned(), points: points(column) }).collect();
    let columns = columns.iter().map(|&column| column.to_owned()).collect();
    Report { name: name.to_owned(), title: title.to_owned(), columns, rows, series }
}

fn head(column: &str) -> &'static str {
    match column {
        "user" => "User",
        "message" => "Message",
        "entity" => "Entity",
        "category" => "Category",
        "activity" => "Activity",
        "client_ip" => "Address",
        _ => "Result",
    }
}

pub(super) fn slug(title: &str) -> String {
    let dashed: String = title.chars().map(|char| if char.is_ascii_alphanumeric() { char.to_ascii_lowercase() } else { '-' }).collect();
    dashed.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

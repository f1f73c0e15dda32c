//! Reports: the nine preconfigured ones of the specification, and what people ask for besides.

mod lists;
mod summaries;

use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::error::Error;
use crate::query::Query;
use crate::reader::Reader;
use crate::time::format_time;

/// The nine activities, in the specification's order and wording. Each is a report.
pub const ACTIVITIES: [&str; 9] = [
    "Accessed out-of-box entity",
    "Accessed custom entity",
    "Accessed admin entity",
    "Performed bulk actions (such as delete and import)",
    "Accessed other entity type",
    "Accessed Dynamics 365 admin center",
    "Accessed internal management tool",
    "Signed in or out",
    "Activated process or plug-in",
];

/// Which report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportKind {
    /// One of the nine preconfigured reports, by the name of its activity.
    Activity(String),
    /// Everything that one user did: principal name or GUID.
    User(String),
    /// Everyone who saw one record, or any of the records of one data subject.
    WhoSaw(Vec<Uuid>),
    /// Exports and bulk reads, the largest first.
    Exports,
    /// What administrators and support engineers did.
    Admin,
    /// Who signed in and out, from where.
    SignIns,
    /// Activity by day, UTC.
    ByDay,
    /// Activity by hour of the day, UTC.
    ByHour,
    /// What retention deleted, as its tombstones say.
    Deletions,
    /// A report of the customer's own: a name and a query.
    Own {
        /// Its title.
        name: String,
        /// What it lists.
        query: Box<Query>,
    },
}

impl ReportKind {
    /// The nine preconfigured reports.
    pub fn preconfigured() -> impl Iterator<Item = ReportKind> {
        ACTIVITIES.iter().map(|activity| ReportKind::Activity((*activity).to_owned()))
    }
}

/// A report: a table, and series for charts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// A short name for files and addresses.
    pub name: String,
    /// The title for people.
    pub title: String,
    /// The table's columns.
    pub columns: Vec<String>,
    /// The table's rows, a value for each column.
    pub rows: Vec<Vec<Value>>,
    /// What charts show.
    pub series: Vec<Series>,
}

/// A series of a chart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Series {
    /// What is counted.
    pub name: String,
    /// A label and a number each, in order.
    pub points: Vec<(String, i64)>,
}

/// A value in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing is known.
    None,
    /// A text.
    Text(String),
    /// A number.
    Number(i64),
    /// A time, milliseconds since 1970.
    Time(i64),
    /// An id.
    Id(Uuid),
}

impl Value {
    /// As a text for people; nothing where nothing is known.
    pub fn to_text(&self) -> String {
        match self {
            Value::None => String::new(),
            Value::Text(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Time(time) => format_time(*time),
            Value::Id(id) => id.to_string(),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::None => serializer.serialize_none(),
            Value::Number(number) => serializer.serialize_i64(*number),
            other => serializer.serialize_str(&other.to_text()),
        }
    }
}

impl Reader {
    /// Makes a report of what happened from one time until before another (milliseconds since 1970).
    pub fn report(&self, kind: &ReportKind, from: Option<i64>, to: Option<i64>) -> Result<Report, Error> {
        let _snapshot = self.connection.unchecked_transaction()?;
        let range = (from.unwrap_or(i64::MIN), to.unwrap_or(i64::MAX));
        match kind {
            ReportKind::Activity(activity) => self.activity_report(activity, range),
            ReportKind::User(user) => self.user_report(user, range),
            ReportKind::Exports => self.exports_report(range),
            ReportKind::Admin => self.admin_report(range),
            ReportKind::SignIns => self.sign_ins_report(range),
            ReportKind::ByDay => self.by_day_report(range),
            ReportKind::ByHour => self.by_hour_report(range),
            ReportKind::Deletions => self.deletions_report(range),
            ReportKind::WhoSaw(records) => self.who_saw_report(records, range),
            ReportKind::Own { name, query } => {
                let later = |a: Option<i64>, b: Option<i64>| a.max(b);
                let earlier = |a: Option<i64>, b: Option<i64>| a.into_iter().chain(b).min();
                let query = Query { from: later(query.from, from), to: earlier(query.to, to), ..(**query).clone() };
                self.own_report(name, &query)
            }
        }
    }
}

//! What can be searched for, and how the search goes about it.

use rusqlite::{Connection, types::Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::Error;
use crate::names::spellings;

/// What to find; what is left out matches everything. Names match whole and without regard to ASCII case; one that ends with `*`
/// matches all that begin like it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Query {
    /// Not before this time, milliseconds since 1970.
    pub from: Option<i64>,
    /// Before this time, milliseconds since 1970.
    pub to: Option<i64>,
    /// The organization.
    pub organization: Option<Uuid>,
    /// The user: the principal name, or the GUID.
    pub user: Option<String>,
    /// The GUID of a user who acted for another.
    pub caller: Option<Uuid>,
    /// The SDK message.
    pub message: Option<String>,
    /// The kind of access.
    pub category: Option<String>,
    /// One of the nine activities, by its name.
    pub activity: Option<String>,
    /// The logical name of the entity.
    pub entity: Option<String>,
    /// A record that was shown, alone or among others.
    pub record_id: Option<Uuid>,
    /// The address of the user.
    pub client_ip: Option<String>,
    /// `Success` in most cases.
    pub result_status: Option<String>,
    /// A tag that a rule gave.
    pub tag: Option<String>,
    /// Text in the query's filter, or in a field's name or value; letters match in upper and lower case.
    pub text: Option<String>,
}

/// A place in the order of answers: time and source record.
pub(crate) type Place = (i64, i64);

/// How many entries of an index are counted to find the one that leads to the answer soonest.
const PROBE: i64 = 20_000;

/// What looking for text in one source record counts, where looking at an entry of an index counts 1.
const TEXT_WORK: u64 = 20;

/// A search, ready to go: the statement gives places from the newest on, and says of each whether it is an answer.
pub(crate) struct Plan {
    sql: String,
    parameters: Vec<Value>,
    from: i64,
    /// Nothing at or after this place.
    pub(crate) start: Place,
    /// The text to look for, in lower case.
    pub(crate) text: Option<String>,
}

impl Plan {
    /// Plans a search; `None` where nothing can match.
    pub(crate) fn new(connection: &Connection, query: &Query) -> Result<Option<Self>, Error> {
        let mut filters: Vec<(&'static str, Vec<i64>)> = Vec::new();
        for (column, text) in query.names() {
            filters.push((column, spellings(connection, &text)?));
        }
        let tags = query.tag.as_deref().map(|tag| spellings(connection, tag)).transpose()?;
        if filters.iter().any(|(_, numbers)| numbers.is_empty()) || tags.as_ref().is_some_and(Vec::is_empty) {
            return Ok(None);
        }
        let from = query.from.unwrap_or(i64::MIN);
        let start = query.to.map_or((i64::MAX, i64::MAX), |to| (to, i64::MIN));
        let mut conditions: Vec<String> = filters.iter().map(|(column, numbers)| format!("s.{column} IN ({})", list(numbers))).collect();
        let mut parameters = Vec::new();
        let (source, key) = if let Some(id) = query.record_id {
            if let Some(tags) = &tags {
                let tags = list(tags);
                conditions
                    .push(format!("EXISTS (SELECT 1 FROM tag t WHERE t.name IN ({tags}) AND t.time = s.time AND t.source = s.source)"));
            }
            parameters.push(Value::Blob(id.as_bytes().to_vec()));
            ("seen d CROSS JOIN source s ON s.source = d.source WHERE d.id = ? AND".to_owned(), "d")
        } else if let Some(tags) = &tags {
            (format!("tag d CROSS JOIN source s ON s.source = d.source WHERE d.name IN ({}) AND", list(tags)), "d")
        } else {
            match best(connection, &filters, from, start.0)? {
                Some(best) => {
                    let (column, numbers) = &filters[best];
                    conditions.remove(best);
                    (format!("source s INDEXED BY source_{column} WHERE s.{column} = {} AND", numbers[0]), "s")
                }
                None => ("source s INDEXED BY source_time WHERE".to_owned(), "s"),
            }
        };
        let matches = if conditions.is_empty() { "1".to_owned() } else { conditions.join(" AND ") };
        let sql = format!(
            "SELECT {key}.time, {key}.source, coalesce({matches}, 0) FROM {source} {key}.time >= ? AND ({key}.time, {key}.source) < (?, ?) \
             ORDER BY {key}.time DESC, {key}.source DESC"
        );
        let text = query.text.as_ref().filter(|text| !text.is_empty()).map(|text| text.to_lowercase());
        Ok(Some(Plan { sql, parameters, from, start, text }))
    }

    /// What it costs to look at a place.
    pub(crate) fn work(&self, matches: bool) -> u64 {
        if matches && self.text.is_some() { TEXT_WORK } else { 1 }
    }

    /// Goes through the places before `start`, from the newest on, until `visit` says that it is enough.
    pub(crate) fn visit(
        &self,
        connection: &Connection,
        start: Place,
        mut visit: impl FnMut(Place, bool) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let mut statement = connection.prepare_cached(&self.sql)?;
        let mut parameters = self.parameters.clone();
        parameters.extend([self.from, start.0, start.1].map(Value::Integer));
        let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
        while let Some(row) = rows.next()? {
            if !visit((row.get(0)?, row.get(1)?), row.get(2)?)? {
                break;
            }
        }
        Ok(())
    }
}

impl Query {
    /// The columns that hold names, and what is asked of them.
    fn names(&self) -> Vec<(&'static str, String)> {
        let guid = |id: &Option<Uuid>| id.map(|id| id.to_string());
        let user_id = self.user.as_deref().filter(|user| user.len() == 36).and_then(|user| Uuid::try_parse(user).ok());
        let columns = [
            ("organization", guid(&self.organization)),
            ("user", self.user.clone().filter(|_| user_id.is_none())),
            ("user_id", guid(&user_id)),
            ("caller", guid(&self.caller)),
            ("message", self.message.clone()),
            ("category", self.category.clone()),
            ("activity", self.activity.clone()),
            ("entity", self.entity.clone()),
            ("client_ip", self.client_ip.clone()),
            ("result_status", self.result_status.clone()),
        ];
        columns.into_iter().filter_map(|(column, text)| Some((column, text?))).collect()
    }
}

/// The filter whose index has the fewest entries in the time asked for; none where time alone has as few.
fn best(connection: &Connection, filters: &[(&'static str, Vec<i64>)], from: i64, to: i64) -> Result<Option<usize>, Error> {
    let count = |sql: &str| -> Result<i64, Error> { Ok(connection.prepare_cached(sql)?.query_row([from, to, PROBE], |row| row.get(0))?) };
    let mut best = None;
    let mut fewest = PROBE + 1;
    for (position, (column, numbers)) in filters.iter().enumerate() {
        let &[number] = numbers.as_slice() else { continue };
        if *column == "organization" {
            continue;
        }
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 FROM source INDEXED BY source_{column} \
             WHERE {column} = {number} AND time >= ? AND time < ? LIMIT ?)"
        );
        let entries = count(&sql)?;
        if entries < fewest {
            (best, fewest) = (Some(position), entries);
        }
    }
    let by_time = count("SELECT count(*) FROM (SELECT 1 FROM source INDEXED BY source_time WHERE time >= ? AND time < ? LIMIT ?)")?;
    Ok(best.filter(|_| fewest <= by_time))
}

fn list(numbers: &[i64]) -> String {
    numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
}

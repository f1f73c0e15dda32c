//! What rules change in the record of one event, against what it is without them.

use actlog_engine::{Engine, Filter};
use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::ordered::Value;

/// What rules made of one event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Effect {
    /// Where the event stands: file, line and column.
    pub event: String,
    /// The SDK message.
    pub message: String,
    /// The entity; empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub entity: String,
    /// What became of it.
    pub outcome: Fate,
    /// Why, where it is not recorded.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// What is different in the record; nothing where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

/// What became of an event that is recorded without rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// There is a record.
    Recorded,
    /// A rule left it out.
    Dropped,
    /// A rule failed on it, and there is no record.
    Withheld,
}

/// One value that is different.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Change {
    /// The column; a field of Fields as `Fields.NAME`.
    pub column: String,
    /// Without the rules; none where there is no such value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// With them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl Effect {
    /// Whether rules changed anything.
    pub fn is_change(&self) -> bool {
        self.outcome != Fate::Recorded || !self.changes.is_empty()
    }

    /// Whether two effects are the same, wherever their events stand.
    pub fn is_same(&self, other: &Effect) -> bool {
        (self.outcome, &self.reason, &self.changes) == (other.outcome, &other.reason, &other.changes)
    }

    /// In a few words: what stands in a list.
    pub fn short(&self) -> String {
        match self.outcome {
            Fate::Dropped => format!("dropped: {}", self.reason),
            Fate::Withheld => format!("withheld: {}", self.reason),
            Fate::Recorded if self.changes.is_empty() => "kept".to_owned(),
            Fate::Recorded => {
                let after = |column: &str| {
                    let change = self.changes.iter().find(|change| change.column == column);
                    change.and_then(|change| change.after.as_deref()).unwrap_or_default()
                };
                let others: Vec<&str> =
                    self.changes.iter().map(|change| change.column.as_str()).filter(|name| !MARKS.contains(name)).collect();
                let told = [
                    (!others.is_empty()).then(|| format!("redacted in {}", others.join(", "))),
                    (!after("Tags").is_empty()).then(|| format!("tagged {}", after("Tags"))),
                    (!after("Unreviewed").is_empty()).then(|| "unreviewed".to_owned()),
                ];
                told.into_iter().flatten().collect::<Vec<_>>().join("; ")
            }
        }
    }
}

/// Columns in which rules leave their marks.
const MARKS: [&str; 3] = ["Tags", "Redacted", "Unreviewed"];

/// Compares a filter with rules to the same filter without.
pub struct Comparison<'e> {
    engine: &'e Engine,
    without: Filter,
    with: Filter,
}

impl<'e> Comparison<'e> {
    /// Two filters with the same settings, of which one has rules.
    pub fn new(engine: &'e Engine, without: Filter, with: Filter) -> Self {
        Self { engine, without, with }
    }

    /// What the rules make of one event; none where it is not recorded without them either.
    ///
    /// # Errors
    /// When the filter itself fails.
    pub fn effect(&self, place: String, event: &[u8]) -> anyhow::Result<Option<Effect>> {
        let (before, after) = (self.without.audit(event)?, self.with.audit(event)?);
        if before.recorded == 0 {
            return Ok(None);
        }
        let before = self.whole(&before.records)?;
        let mut effect = Effect {
            event: place,
            message: text(before.get("Message")).or_else(|| text(before.get("Operation"))).unwrap_or_default(),
            entity: text(before.get("EntityName")).unwrap_or_default(),
            outcome: Fate::Recorded,
            reason: String::new(),
            changes: Vec::new(),
        };
        if let Some(dropped) = after.dropped.first() {
            (effect.outcome, effect.reason) = (Fate::Dropped, dropped.reason.clone());
        } else if let Some(faulted) = after.faulted.first() {
            (effect.outcome, effect.reason) = (Fate::Withheld, format!("{}: {}", faulted.kind, faulted.explanation));
        } else {
            effect.changes = changes(&before, &self.whole(&after.records)?);
        }
        Ok(Some(effect))
    }

    /// The source record, its parts put together.
    fn whole(&self, records: &[u8]) -> anyhow::Result<Value> {
        serde_json::from_slice(&self.engine.join(records)?).context("the filter's record is no JSON; please report this")
    }
}

/// What is different, column by column, in the order of the columns.
fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let missing = after.members().iter().filter(|(column, _)| before.get(column).is_none());
    let columns = before.members().iter().chain(missing).map(|(column, _)| column.as_str());
    let mut changes = Vec::new();
    for column in columns {
        let (before, after) = (before.get(column), after.get(column));
        if before == after {
            continue;
        }
        match (before.and_then(fields), after.and_then(fields)) {
            (Some(before), Some(after)) if before.len() == after.len() => {
                let different = before.into_iter().zip(after).filter(|(before, after)| before != after);
                changes.extend(different.map(|((name, before), (_, after))| Change {
                    column: format!("{column}.{name}"),
                    before: Some(before),
                    after: Some(after),
                }));
            }
            _ => changes.push(Change { column: column.to_owned(), before: text(before), after: text(after) }),
        }
    }
    changes
}

/// Names and values, where a value is a list of fields.
fn fields(value: &Value) -> Option<Vec<(String, String)>> {
    let parsed: Value;
    let list = match value {
        Value::Array(list) => list,
        Value::String(json) => {
            parsed = serde_json::from_str(json).ok()?;
            match &parsed {
                Value::Array(list) => list,
                _ => return None,
            }
        }
        _ => return None,
    };
    list.iter().map(|field| Some((text(field.get("Name"))?, text(field.get("Value"))?))).collect()
}

/// A value as people read it.
fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        other => serde_json::to_string(other).ok(),
    }
}

//! What the exchanges came to, counted, and a line of each for whoever asks whether one is missing.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use actlog_engine::{Finding, UnknownKind};
use anyhow::Context;
use serde::Serialize;

/// What the exchanges came to.
#[derive(Default)]
pub struct Told {
    counts: Mutex<Counts>,
    ledger: Option<Ledger>,
}

/// How often something was told.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Exchanges that were told in events.
    pub exchanges: u64,
    /// Of these, those of which nobody knows whether the upstream did what was asked.
    pub in_doubt: u64,
    /// Of these, those that are no SDK message, so that they have no event.
    pub without_events: u64,
    /// Of these, those of which an event is or may be missing, because they could not be read.
    pub event_missing: u64,
    /// Exchanges on which the translator failed; they are kept with the rejected events.
    pub faulted: u64,
    /// Events that they were told in.
    pub events: u64,
    /// What could not be told, by its kind.
    pub unknown: BTreeMap<&'static str, u64>,
}

/// A line of the ledger: one exchange. It has neither query nor bodies.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Line {
    /// The exchange's id: EventId of its events begins with it.
    pub exchange: String,
    /// When it began, ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub began: Option<String>,
    /// The method, as it came.
    pub method: String,
    /// The path, as it came, without the query.
    pub path: String,
    /// The upstream's status; none: in doubt.
    pub status: Option<u16>,
    /// Events that it was told in.
    pub events: u32,
    /// What could not be told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<Unknown>,
}

/// Something that could not be told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Unknown {
    kind: &'static str,
    part: u32,
    #[serde(skip_serializing_if = "String::is_empty")]
    place: String,
    event_missing: bool,
    explanation: String,
}

/// A file with a line for each exchange.
struct Ledger {
    path: PathBuf,
    file: Mutex<File>,
}

impl Told {
    /// Begins to count, and to write lines to a file if one is named. A file that is there is added to.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn new(ledger: Option<&Path>) -> anyhow::Result<Self> {
        let open = |path: &Path| {
            let file = OpenOptions::new().append(true).create(true).open(path);
            file.map(|file| Ledger { path: path.to_owned(), file: Mutex::new(file) })
                .with_context(|| format!("cannot write {}", path.display()))
        };
        Ok(Self { counts: Mutex::default(), ledger: ledger.map(open).transpose()? })
    }

    /// Writes lines down; they are durable when this is done.
    ///
    /// # Errors
    /// When they are not.
    pub fn write(&self, lines: &[Line]) -> anyhow::Result<()> {
        let Some(Ledger { path, file }) = &self.ledger else { return Ok(()) };
        let mut text = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut text, line)?;
            text.push(b'\n');
        }
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&text).and_then(|()| file.sync_data()).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Counts what lines say.
    pub fn count(&self, lines: &[Line]) {
        let mut counts = self.lock();
        for line in lines {
            counts.exchanges += 1;
            counts.in_doubt += u64::from(line.status.is_none());
            counts.events += u64::from(line.events);
            counts.without_events += u64::from(line.events == 0);
            counts.event_missing += u64::from(line.unknown.iter().any(|unknown| unknown.event_missing));
            for unknown in &line.unknown {
                *counts.unknown.entry(unknown.kind).or_default() += 1;
            }
        }
    }

    /// Counts an exchange on which the translator failed.
    pub fn fault(&self) {
        self.lock().faulted += 1;
    }

    /// What there is so far.
    pub fn counts(&self) -> Counts {
        self.lock().clone()
    }

    // Each number is added to alone.
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    /// Whether the upstream may have a table that the names do not have yet.
    pub fn asks_for_names(&self) -> bool {
        self.unknown.iter().any(|unknown| unknown.kind == UnknownKind::UnknownSet.name())
    }
}

impl From<Finding> for Unknown {
    fn from(Finding { kind, part, place, event_missing, explanation }: Finding) -> Self {
        Self { kind: kind.name(), part, place, event_missing, explanation }
    }
}

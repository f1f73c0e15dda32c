//! Where a server keeps what it takes out of streams: records in the store, rejects in the file of rejects, the ledger's lines in
//! the account.

use std::sync::{Arc, Mutex, PoisonError};

use actlog_streams::{Keep, KeepError, Kept};
use serde::Deserialize;

use crate::account::Account;
use crate::console::Console;
use crate::serve::{NotWritten, Writer};

/// Records into the store, which passes over those that it has.
pub struct Records {
    /// The store.
    pub writer: Writer,
    /// Where they are counted.
    pub account: Arc<Mutex<Account>>,
}

impl Keep for Records {
    async fn keep(&self, batch: Vec<Kept>) -> Result<(), KeepError> {
        let mut lines = Vec::with_capacity(batch.iter().map(|kept| kept.bytes.len() + 1).sum());
        for (index, kept) in batch.iter().enumerate() {
            if kept.bytes.is_empty() || kept.bytes.contains(&b'\n') {
                return Err(KeepError::Never { index, reason: "it is not one line".to_owned() });
            }
            lines.extend_from_slice(&kept.bytes);
            lines.push(b'\n');
        }
        self.writer.append(lines).await.map_err(|error| match error {
            // Each is one line.
            NotWritten::NotARecord { line, explanation } => KeepError::Never { index: line.saturating_sub(1), reason: explanation },
            other => KeepError::Later(other.to_string()),
        })?;
        let first = batch.iter().filter(|kept| is_first(&kept.bytes)).count();
        self.account.lock().unwrap_or_else(PoisonError::into_inner).recorded(first as u64, batch.len() as u64);
        Ok(())
    }
}

/// Whether a record is the first part of its source record: then it stands for the event.
fn is_first(record: &[u8]) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Line {
        part: Option<u32>,
    }
    serde_json::from_slice::<Line>(record).is_ok_and(|line| line.part.is_none_or(|part| part == 1))
}

/// Rejects into the file of rejects, byte for byte.
pub struct Rejects {
    /// The file and the counts.
    pub account: Arc<Mutex<Account>>,
    /// The stream that events come from, as letters name it.
    pub stream: Arc<str>,
}

impl Keep for Rejects {
    async fn keep(&self, batch: Vec<Kept>) -> Result<(), KeepError> {
        let (account, stream) = (self.account.clone(), self.stream.clone());
        let kept = tokio::task::spawn_blocking(move || {
            let (mut account, console) = (account.lock().unwrap_or_else(PoisonError::into_inner), Console::keeping());
            batch.iter().try_for_each(|kept| account.keep_reject(&stream, kept, &console))?;
            account.rejects.sync()
        });
        let kept = kept.await.map_err(|_| KeepError::Later("the thread that writes rejects panicked".to_owned()))?;
        kept.map_err(|error| KeepError::Later(format!("{error:#}")))
    }
}

/// The ledger's lines, counted.
pub struct Ledger {
    /// The counts.
    pub account: Arc<Mutex<Account>>,
}

/// A line of the ledger, as workers write it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Line {
    rule: Option<String>,
    reason: String,
    message: String,
    entity: Option<String>,
}

impl Keep for Ledger {
    async fn keep(&self, batch: Vec<Kept>) -> Result<(), KeepError> {
        let mut lines = Vec::with_capacity(batch.len());
        for (index, kept) in batch.iter().enumerate() {
            let line: Line = serde_json::from_slice(&kept.bytes).map_err(|error| KeepError::Never { index, reason: error.to_string() })?;
            lines.push(line);
        }
        let mut account = self.account.lock().unwrap_or_else(PoisonError::into_inner);
        for Line { rule, reason, message, entity } in &lines {
            account.excluded(rule.as_deref(), reason, message, entity.as_deref().unwrap_or_default());
        }
        Ok(())
    }
}

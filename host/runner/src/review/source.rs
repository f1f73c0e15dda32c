//! A source record as it is shown: its parts joined.

use actlog_engine::Engine;
use actlog_store::Row;

use crate::ordered::Value;

/// The whole record, its parts put together. Where parts are missing, the first one that is there.
pub fn whole(engine: &Engine, row: &Row) -> anyhow::Result<Value> {
    let joined = if row.is_complete() { engine.join(&row.to_ndjson()).ok() } else { None };
    let bytes = joined.as_deref().or_else(|| row.parts.first().map(|part| part.bytes.as_slice())).unwrap_or(b"{}");
    Ok(serde_json::from_slice(bytes)?)
}

/// Joins many source records, fewer calls than records.
///
/// # Errors
/// When the engine cannot be run.
pub fn all_whole(engine: &Engine, rows: &[Row]) -> anyhow::Result<Vec<Value>> {
    let complete = rows.iter().all(Row::is_complete);
    let parts: Vec<u8> = rows.iter().flat_map(Row::to_ndjson).collect();
    if complete && let Ok(joined) = engine.join(&parts) {
        let lines = joined.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
        let values: Vec<Value> = lines.map(serde_json::from_slice).collect::<Result<_, _>>()?;
        if values.len() == rows.len() {
            return Ok(values);
        }
    }
    rows.iter().map(|row| whole(engine, row)).collect()
}

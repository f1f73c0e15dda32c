//! The events that rules are tried with.

use crate::batches::{Batches, Failures, Reading};
use crate::console::Console;
use crate::inputs;
use crate::interrupt::Interrupt;
use crate::source::input::ReadBytes;
use crate::source::spool::Spooling;

/// The largest event that is looked at, in bytes.
const MAX_EVENT: usize = 16 << 20;

/// Hands every event of the files to `each`, on one line, with its place. Gives how many are no events at all.
///
/// # Errors
/// When a file cannot be read; what `each` gives.
pub fn for_each(files: &[String], mut each: impl FnMut(String, &[u8]) -> anyhow::Result<()>) -> anyhow::Result<u64> {
    inputs::check(files)?;
    let failures = Failures::default();
    let batches = Batches::new(Reading {
        inputs: files.to_vec(),
        max_event_bytes: MAX_EVENT,
        spooling: Spooling::Count,
        read: ReadBytes::default(),
        interrupt: Interrupt::default(),
        failures: failures.clone(),
    });
    let mut broken = 0;
    for batch in batches {
        broken += batch.tag.refused.len() as u64;
        let lines = batch.events.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
        for (sent, line) in batch.tag.sent.iter().zip(lines) {
            // Without its folder: what is expected of a rule holds wherever its files are.
            let file = sent.origin.source.rsplit(['/', '\\']).next().unwrap_or_default();
            let position = &sent.origin.position;
            each(format!("{file}:{}:{}", position.line, position.column), line)?;
        }
    }
    if inputs::tell(&failures, &Console::plain()) {
        anyhow::bail!("not all events could be read");
    }
    Ok(broken)
}

//! `actlog verify`

use actlog_store::{Finding, PublicKey, VerifyReport, verify as verify_store};
use anyhow::Context;

use crate::cli::VerifyArgs;
use crate::console::{BAD, Console, GOOD};
use crate::exit::{End, usage};
use crate::table::{aligned, thousands};

/// Findings that are told one by one.
const TOLD: usize = 50;

/// Proves a store.
///
/// # Errors
/// When the store cannot be read, or the key is none.
pub fn verify(args: &VerifyArgs) -> anyhow::Result<End> {
    let key = match args.public_key.as_deref() {
        None => None,
        Some(text) => Some(PublicKey::from_hex(text).ok_or_else(|| usage(format!("'{text}' is no public key: 64 hexadecimal digits")))?),
    };
    let waiting = Console::waiting(&format!("reading {}", args.store.store));
    let report = verify_store(&args.store.store, key);
    waiting.end();
    let report = report.with_context(|| format!("cannot verify {}", args.store.store))?;
    if args.json {
        super::print(&(serde_json::to_string_pretty(&report)? + "\n"))?;
    } else {
        super::print(&text(&report))?;
    }
    Ok(if report.is_intact() { End::Done } else { End::Incomplete })
}

fn text(report: &VerifyReport) -> String {
    let mut text = String::new();
    for Finding { seq, id, seal, what } in report.findings.iter().take(TOLD) {
        let place = [seq.map(|seq| format!("record {seq}")), id.map(|id| id.to_string()), seal.map(|seal| format!("seal {seal}"))];
        let place: Vec<String> = place.into_iter().flatten().collect();
        let place = if place.is_empty() { "the store".to_owned() } else { place.join(", ") };
        text.push_str(&format!("{BAD}found:{BAD:#} {place}: {what}\n"));
    }
    let more = report.findings.len().saturating_sub(TOLD) as u64 + report.untold;
    if more > 0 {
        text.push_str(&format!("and {} more; --json shows more of them\n", thousands(more)));
    }
    let row = |name: &str, count: u64| (name.to_owned(), count, String::new());
    let rows = [
        row("records that are sealed", report.sealed),
        row("not sealed yet", report.unsealed),
        row("deleted by retention", report.deleted),
        row("seals", report.seals),
        row("seals of deletions", report.tombstones),
    ];
    text.push_str(&aligned(&rows));
    text.push('\n');
    if report.own_key {
        text.push_str("The store's own public key was believed; give --public-key to rule out that it was replaced, too.\n");
    }
    if report.is_intact() {
        text.push_str(&format!("{GOOD}intact{GOOD:#}\n"));
    }
    text
}

//! The records themselves, each against its entry in the manifest that was sealed.

use rusqlite::Connection;
use uuid::Uuid;

use super::chain::{Chain, Segment};
use super::{TOLD, VerifyReport};
use crate::error::Error;
use crate::seal::{self, ENTRY};

/// A place in the store and what stands there.
type Stored = (i64, Option<Uuid>, Vec<u8>);

pub(super) fn verify(connection: &Connection, chain: &Chain, report: &mut VerifyReport) -> Result<(), Error> {
    for (first, segment) in &chain.segments {
        verify_segment(connection, *first, segment, report)?;
    }
    strays(connection, chain, report)?;
    let mut next = chain.unsealed;
    visit(connection, chain.unsealed, i64::MAX, |(seq, id, _)| {
        report.unsealed += 1;
        if seq != next {
            report.record_is(next, None, "a record that was not sealed yet is missing before the next one");
        }
        if id.is_none() {
            report.record_is(seq, None, "its id is none");
        }
        next = seq + 1;
    })
}

fn verify_segment(connection: &Connection, first: i64, segment: &Segment, report: &mut VerifyReport) -> Result<(), Error> {
    let mut statement = connection.prepare_cached("SELECT manifest FROM seal WHERE number = ?")?;
    let manifest: Option<Vec<u8>> = statement.query_row([segment.seal as i64], |row| row.get(0))?;
    let manifest = manifest.filter(|_| segment.manifest);
    let (entries, _) = manifest.as_deref().unwrap_or_default().as_chunks::<ENTRY>();
    let id_of = |seq: i64| entries.get(seq.wrapping_sub(first) as usize).and_then(|entry| Uuid::from_slice(&entry[..16]).ok());
    let mut next = first;
    let mut found = 0;
    let missing = |report: &mut VerifyReport, from: i64, to: i64| {
        if segment.dead {
            report.deleted += if entries.is_empty() { 0 } else { to.saturating_sub(from).max(0) as u64 };
            return;
        }
        // A forged seal may speak of any number of records.
        let told = to.min(from.saturating_add(TOLD as i64));
        for seq in from..told {
            report.record_is(seq, id_of(seq), "it is missing");
        }
        report.untold += to.abs_diff(told.max(from).min(to));
    };
    visit(connection, first, segment.last, |(seq, id, bytes)| {
        missing(report, next, seq);
        next = seq + 1;
        found += 1;
        let Some(entry) = entries.get(seq.wrapping_sub(first) as usize) else {
            let what =
                if segment.dead { "it was deleted, and is there again" } else { "nothing proves it: its segment's manifest is unusable" };
            return report.record_is(seq, id, what);
        };
        let sealed = id_of(seq);
        if entry[16..] != seal::digest(seq, &bytes) {
            match id {
                Some(id) if sealed != Some(id) => report.record_is(seq, sealed, format!("another record stands in its place: {id}")),
                _ => report.record_is(seq, sealed, "it was changed"),
            }
        } else if sealed != id {
            report.record_is(seq, sealed, "its id in the table was changed");
        }
    })?;
    missing(report, next, segment.last.saturating_add(1));
    report.sealed += found;
    Ok(())
}

/// Records at places that no segment has.
fn strays(connection: &Connection, chain: &Chain, report: &mut VerifyReport) -> Result<(), Error> {
    let mut from = i64::MIN;
    for (first, last) in chain.segments.iter().map(|(first, segment)| (*first, segment.last)).chain([(chain.unsealed, i64::MAX)]) {
        visit(connection, from, first.saturating_sub(1), |(seq, id, _)| report.record_is(seq, id, "it was added: no seal knows it"))?;
        from = last.saturating_add(1);
    }
    Ok(())
}

fn visit(connection: &Connection, first: i64, last: i64, mut visit: impl FnMut(Stored)) -> Result<(), Error> {
    let mut statement = connection.prepare_cached("SELECT seq, id, bytes FROM record WHERE seq BETWEEN ? AND ? ORDER BY seq")?;
    let mut rows = statement.query([first, last])?;
    while let Some(row) = rows.next()? {
        let id: Vec<u8> = row.get(1)?;
        visit((row.get(0)?, Uuid::from_slice(&id).ok(), row.get(2)?));
    }
    Ok(())
}

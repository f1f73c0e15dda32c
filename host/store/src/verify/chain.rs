//! The chain of seals: each is signed, and each holds the hash of the one before.

use std::collections::BTreeMap;

use rusqlite::Connection;
use uuid::Uuid;

use super::VerifyReport;
use crate::error::Error;
use crate::hex;
use crate::key::PublicKey;
use crate::seal::{self, Body, Content, ENTRY, FORMAT};

/// What the seals say of the records.
#[derive(Default)]
pub(super) struct Chain {
    /// Segments by the place of their first record.
    pub(super) segments: BTreeMap<i64, Segment>,
    /// The first place that is not sealed.
    pub(super) unsealed: i64,
}

/// A sealed segment.
pub(super) struct Segment {
    pub(super) seal: u64,
    pub(super) last: i64,
    /// Whether a tombstone names it.
    pub(super) dead: bool,
    /// Whether its manifest is there and is the one that was signed.
    pub(super) manifest: bool,
    hash: String,
}

pub(super) fn verify(connection: &Connection, store: Uuid, key: PublicKey, report: &mut VerifyReport) -> Result<Chain, Error> {
    let mut chain = Chain { unsealed: 1, ..Chain::default() };
    let mut numbers: BTreeMap<u64, i64> = BTreeMap::new();
    let mut statement = connection.prepare("SELECT number, body, signature, manifest FROM seal ORDER BY number")?;
    let mut rows = statement.query([])?;
    let mut previous = [0; 32];
    let mut expected = 1;
    while let Some(row) = rows.next()? {
        let number = row.get::<_, i64>(0)? as u64;
        let (bytes, signature): (Vec<u8>, Vec<u8>) = (row.get(1)?, row.get(2)?);
        let manifest: Option<Vec<u8>> = row.get(3)?;
        for missing in (expected..number).take(10) {
            report.seal_is(missing, "it is missing");
        }
        let before = hex::encode(&previous);
        previous = seal::seal_hash(&bytes, &signature);
        report.seals = number;
        expected = number.saturating_add(1);
        if !key.verifies(&bytes, &signature) {
            report.seal_is(number, "its signature is wrong: it was changed, or signed with another key");
        }
        let body = match Body::read(&bytes) {
            Ok(body) => body,
            Err(why) => {
                report.seal_is(number, format!("it cannot be read: {why}"));
                continue;
            }
        };
        if (body.format, body.store, body.number) != (FORMAT, store, number) {
            report.seal_is(number, "it is a seal of another place or another store");
        }
        if body.previous != before {
            report.seal_is(number, "the seal before it is another than the one it was chained to");
        }
        match body.content {
            Content::Segment { first, last, count, hash, .. } => {
                if first != chain.unsealed || last < first || count != places(first, last) {
                    report.seal_is(number, format!("its records are {first} to {last}, and should begin at {}", chain.unsealed));
                }
                let whole = manifest.as_ref().is_some_and(|manifest| {
                    manifest.len() as u64 == count.saturating_mul(ENTRY as u64) && hex::encode(&seal::hash(manifest)) == hash
                });
                if manifest.is_some() && !whole {
                    report.seal_is(number, format!("its manifest, the list of records {first} to {last}, was changed"));
                }
                numbers.insert(number, first);
                chain.segments.insert(first, Segment { seal: number, last, dead: false, manifest: whole, hash });
                chain.unsealed = chain.unsealed.max(last.saturating_add(1));
                if manifest.is_none() {
                    // Whether that is right is known when all tombstones are.
                    report.deleted += count;
                }
            }
            Content::Tombstone { segments, count, hash, .. } => {
                report.tombstones += 1;
                bury(&mut chain, &numbers, number, &segments, (count, &hash), report);
                if manifest.is_some() {
                    report.seal_is(number, "a tombstone has no manifest");
                }
            }
        }
    }
    for (first, segment) in &chain.segments {
        let empty: bool = !segment.dead && {
            let mut has = connection.prepare_cached("SELECT manifest IS NULL FROM seal WHERE number = ?")?;
            has.query_row([segment.seal as i64], |row| row.get(0))?
        };
        if empty {
            report.seal_is(segment.seal, format!("its manifest, the list of records {first} to {}, is missing", segment.last));
        }
    }
    Ok(chain)
}

/// How many places there are from one to another.
fn places(first: i64, last: i64) -> u64 {
    last.checked_sub(first).and_then(|more| u64::try_from(more).ok()).map_or(0, |more| more + 1)
}

/// Marks the segments that a tombstone names.
fn bury(chain: &mut Chain, numbers: &BTreeMap<u64, i64>, tombstone: u64, segments: &[u64], said: (u64, &str), report: &mut VerifyReport) {
    let (mut count, mut hashes) = (0, Vec::new());
    for number in segments {
        let Some((first, segment)) = numbers.get(number).and_then(|first| Some((*first, chain.segments.get_mut(first)?))) else {
            report.seal_is(tombstone, format!("it names segment {number}, which is none before it"));
            continue;
        };
        if segment.dead {
            report.seal_is(tombstone, format!("it names segment {number}, which was deleted before"));
        }
        segment.dead = true;
        count += places(first, segment.last);
        hashes.push(segment.hash.clone());
    }
    if (count, seal::segments_hash(hashes.iter().map(String::as_str)).as_str()) != said {
        report.seal_is(tombstone, "the segments that it names are not those that were deleted");
    }
}

//! Cuts what came into the store into blobs: each record into exactly one, in the order in which records came.

use std::collections::HashMap;

use actlog_store::{Placed, Reader};
use uuid::Uuid;

use crate::book::{Book, Cut};
use crate::clients::Clients;
use crate::error::Error;
use crate::form::{Render, form};

/// Records that are read at a time; no blob reaches further.
const PASS: usize = 2_000;

/// How large a blob may become.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) records: usize,
    pub(crate) bytes: usize,
}

/// A blob that is being filled.
struct Filling {
    cut: Cut,
    records: usize,
    /// With brackets and commas.
    bytes: usize,
}

/// Records cut into blobs.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// In the order of their last records.
    pub(crate) cuts: Vec<Cut>,
    /// How many records are in none, and missed.
    pub(crate) left_out: u64,
    /// The first of these, and why.
    pub(crate) first_left_out: Option<(i64, String)>,
}

/// Cuts records, in the order in which they came, into blobs of one tenant each. `bytes` says how long a record is when it is
/// served, or why it cannot be; `missed`, whether anybody would miss the records of a tenant.
pub(crate) fn plan(
    records: &[Placed],
    limits: Limits,
    missed: impl Fn(Uuid) -> bool,
    bytes: impl Fn(&[u8]) -> Result<usize, String>,
) -> Plan {
    let (mut plan, mut filling) = (Plan::default(), HashMap::<Uuid, Filling>::new());
    for record in records {
        let length = match bytes(&record.bytes) {
            Ok(length) => length,
            Err(_) if !missed(record.organization) => continue,
            Err(why) => {
                plan.left_out += 1;
                plan.first_left_out.get_or_insert((record.seq, why));
                continue;
            }
        };
        let begun = |tenant| Filling { cut: Cut { tenant, first: record.seq, last: record.seq }, records: 1, bytes: length + 2 };
        let Some(open) = filling.get_mut(&record.organization) else {
            filling.insert(record.organization, begun(record.organization));
            continue;
        };
        if open.records < limits.records && open.bytes + length < limits.bytes {
            open.cut.last = record.seq;
            open.records += 1;
            open.bytes += length + 1;
        } else {
            plan.cuts.push(std::mem::replace(open, begun(record.organization)).cut);
        }
    }
    plan.cuts.extend(filling.into_values().map(|filling| filling.cut));
    plan.cuts.sort_by_key(|cut| cut.last);
    plan
}

/// Makes the next records available. Says how many there were, 0 when all are.
pub(crate) fn pass(reader: &Reader, book: &Book, render: &Render, limits: Limits, clients: &Clients) -> Result<usize, Error> {
    let from = book.cut()?;
    let records = reader.after(from, PASS)?;
    let Some(last) = records.last() else { return Ok(0) };
    let plan = plan(&records, limits, |tenant| clients.knows(tenant), |bytes| form(render, bytes).map(|served| served.len()));
    book.publish(from, last.seq, &plan.cuts, plan.left_out)?;
    if let Some((seq, why)) = plan.first_left_out {
        tracing::warn!(
            "{} of {} records are not in the form that collectors expect and were left out of the feed, the first is record {seq}: {why}",
            plan.left_out,
            records.len()
        );
    }
    Ok(records.len())
}

/// The records of a blob as a JSON array; none when retention has deleted all of them.
pub(crate) fn content(reader: &Reader, cut: &Cut, render: &Render) -> Result<Option<Vec<u8>>, Error> {
    let mut array = Vec::new();
    for record in reader.between(cut.tenant, cut.first, cut.last)? {
        // What was left out when it was cut is left out here.
        let Ok(served) = form(render, &record.bytes) else { continue };
        array.push(if array.is_empty() { b'[' } else { b',' });
        array.extend_from_slice(&served);
    }
    array.push(b']');
    Ok((array.len() > 1).then_some(array))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever comes in whichever order, each record that can be served is in exactly one blob of its tenant, and no blob is
        /// larger than it may be.
        #[test]
        fn plan_puts_each_record_into_exactly_one_blob(
            given in prop::collection::vec((1_i64..4, 0_u128..4, 0_usize..60), 0..200),
            most in 1_usize..20,
            bytes in 20_usize..200,
        ) {
            let mut seq = 0;
            let records: Vec<Placed> = given.iter().map(|(step, organization, length)| {
                seq += step;
                Placed { seq, organization: Uuid::from_u128(*organization), bytes: vec![b'x'; *length] }
            }).collect();
            let served = |record: &[u8]| if record.len().is_multiple_of(7) { Err("odd".to_owned()) } else { Ok(record.len()) };
            let plan = plan(&records, Limits { records: most, bytes }, |tenant| tenant != Uuid::from_u128(0), served);
            let good: Vec<&Placed> = records.iter().filter(|record| served(&record.bytes).is_ok()).collect();
            let missed = records.iter().filter(|record| served(&record.bytes).is_err() && record.organization != Uuid::from_u128(0));
            prop_assert_eq!(plan.left_out as usize, missed.count());
            for record in &good {
                let holds = |cut: &&Cut| cut.tenant == record.organization && (cut.first..=cut.last).contains(&record.seq);
                prop_assert_eq!(plan.cuts.iter().filter(holds).count(), 1);
            }
            for cut in &plan.cuts {
                let held: Vec<_> = good.iter().filter(|record| {
                    record.organization == cut.tenant && (cut.first..=cut.last).contains(&record.seq)
                }).collect();
                let length = held.iter().map(|record| record.bytes.len() + 1).sum::<usize>() + 1;
                prop_assert!(held.len() <= most && (length <= bytes || held.len() == 1), "{} {}", held.len(), length);
            }
            prop_assert!(plan.cuts.is_sorted_by_key(|cut| cut.last));
        }
    }
}

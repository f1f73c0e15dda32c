//! Joining while records come: parts are held until the last one came, and handed on in the order in which they were complete.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use actlog_engine::{Engine, Error, JoinError};
use serde::Deserialize;

use crate::source::event::Origin;

/// Missing parts that are named one by one.
const NAMED: usize = 20;

/// What every record says of itself.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Head {
    #[serde(default)]
    organization_id: String,
    #[serde(default)]
    correlation_id: String,
    #[serde(default)]
    part: u32,
    #[serde(default)]
    part_count: u32,
}

/// What all parts of one source record have in common: organization and correlation id.
type Source = (String, String);

/// A source record of which parts are missing.
struct Incomplete {
    origin: Origin,
    part_count: u32,
    parts: BTreeMap<u32, Vec<u8>>,
}

/// Holds the parts that wait for others.
#[derive(Default)]
pub struct Joiner {
    incomplete: BTreeMap<Source, Incomplete>,
    /// Checksums of the parts of source records that are out already: parts that come again are told from those that contradict.
    finished: BTreeMap<u64, Vec<u64>>,
    complete: Vec<(Origin, Vec<u8>)>,
}

/// Something that could not be joined.
#[derive(Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The record, or the first part of its source record.
    pub origin: Origin,
    /// What is wrong.
    pub explanation: String,
}

impl Joiner {
    /// Takes one record.
    ///
    /// # Errors
    /// When it is no record, or contradicts another part.
    pub fn add(&mut self, record: &[u8], origin: &Origin) -> Result<(), Trouble> {
        let trouble = |explanation: String| Trouble { origin: origin.clone(), explanation };
        let head: Head = serde_json::from_slice(record).map_err(|error| trouble(format!("not an audit record: {error}")))?;
        if head.correlation_id.is_empty() || head.part == 0 || head.part > head.part_count {
            return Err(trouble("not an audit record: it has no CorrelationId, or no Part of a PartCount".to_owned()));
        }
        if head.part_count == 1 {
            self.complete.push((origin.clone(), line_of(record)));
            return Ok(());
        }
        let source = (head.organization_id, head.correlation_id);
        if let Some(finished) = self.finished.get(&checksum(&source)) {
            let again = finished.contains(&checksum(&record));
            return if again {
                Ok(())
            } else {
                Err(trouble(format!("part {} of {} contradicts the one that was joined", head.part, source.1)))
            };
        }
        let new = || Incomplete { origin: origin.clone(), part_count: head.part_count, parts: BTreeMap::new() };
        let incomplete = self.incomplete.entry(source.clone()).or_insert_with(new);
        if incomplete.part_count != head.part_count {
            return Err(trouble(format!("PartCount of {} is {} here and {} before", source.1, head.part_count, incomplete.part_count)));
        }
        let part = incomplete.parts.entry(head.part).or_insert_with(|| record.to_vec());
        if part != record {
            return Err(trouble(format!("part {} of {} came twice and differs", head.part, source.1)));
        }
        if incomplete.parts.len() == incomplete.part_count as usize {
            self.finish(&source);
        }
        Ok(())
    }

    fn finish(&mut self, source: &Source) {
        let Some(Incomplete { origin, parts, .. }) = self.incomplete.remove(source) else { return };
        self.finished.insert(checksum(source), parts.values().map(checksum).collect());
        self.complete.push((origin, parts.into_values().flat_map(|part| line_of(&part)).collect()));
    }

    /// Joins what is complete and gives it out, with what could not be joined after all.
    ///
    /// # Errors
    /// When the filter cannot be run.
    pub fn take(&mut self, engine: &Engine) -> Result<(Vec<u8>, Vec<Trouble>), Error> {
        let complete = std::mem::take(&mut self.complete);
        let all: Vec<u8> = complete.iter().flat_map(|(_, records)| records).copied().collect();
        match engine.join(&all) {
            Ok(joined) => return Ok((joined, Vec::new())),
            Err(Error::Join(_)) => {}
            Err(other) => return Err(other),
        }
        let (mut joined, mut troubles) = (Vec::new(), Vec::new());
        for (origin, records) in complete {
            match engine.join(&records) {
                Ok(record) => joined.extend(record),
                Err(Error::Join(JoinError::NotARecord { explanation, .. } | JoinError::Conflict { explanation, .. })) => {
                    troubles.push(Trouble { origin, explanation });
                }
                Err(Error::Join(error)) => troubles.push(Trouble { origin, explanation: error.to_string() }),
                Err(other) => return Err(other),
            }
        }
        Ok((joined, troubles))
    }

    /// Source records of which parts did not come, in the order of their ids.
    pub fn missing(&self) -> impl Iterator<Item = Trouble> {
        self.incomplete.iter().map(|((_, correlation_id), incomplete)| {
            let missing = (1..=incomplete.part_count).filter(|part| !incomplete.parts.contains_key(part));
            let named: Vec<String> = missing.take(NAMED).map(|part| part.to_string()).collect();
            let count = incomplete.part_count as usize - incomplete.parts.len();
            let more = if count > named.len() { format!(" and {} more", count - named.len()) } else { String::new() };
            let explanation =
                format!("of the {} parts of {correlation_id}, {count} did not come: {}{more}", incomplete.part_count, named.join(", "));
            Trouble { origin: incomplete.origin.clone(), explanation }
        })
    }
}

fn line_of(record: &[u8]) -> Vec<u8> {
    // A record that came laid out over lines becomes one line.
    let mut line: Vec<u8> = record.iter().map(|&byte| if byte == b'\n' { b' ' } else { byte }).collect();
    line.push(b'\n');
    line
}

fn checksum(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::position::Position;

    fn origin() -> Origin {
        Origin { source: "in".into(), position: Position::START }
    }

    fn part(correlation: &str, part: u32, count: u32) -> Vec<u8> {
        format!(r#"{{"CorrelationId":"{correlation}","Part":{part},"PartCount":{count}}}"#).into_bytes()
    }

    #[test]
    fn add_the_last_part_completes_the_record() {
        let mut joiner = Joiner::default();
        joiner.add(&part("b", 2, 2), &origin()).unwrap();
        joiner.add(&part("a", 1, 1), &origin()).unwrap();
        assert_eq!(joiner.complete.len(), 1);
        joiner.add(&part("b", 2, 2), &origin()).unwrap();
        joiner.add(&part("b", 1, 2), &origin()).unwrap();
        assert_eq!(joiner.complete.len(), 2);
        assert_eq!(joiner.missing().count(), 0);
        joiner.add(&part("b", 1, 2), &origin()).unwrap();
        assert_eq!((joiner.complete.len(), joiner.incomplete.len()), (2, 0));
    }

    #[test]
    fn missing_names_what_did_not_come() {
        let mut joiner = Joiner::default();
        joiner.add(&part("a", 2, 3), &origin()).unwrap();
        joiner.add(&part("b", 1, 4_000_000_000), &origin()).unwrap();
        let told: Vec<_> = joiner.missing().map(|trouble| trouble.explanation).collect();
        assert_eq!(told[0], "of the 3 parts of a, 2 did not come: 1, 3");
        assert!(told[1].ends_with("20, 21 and 3999999979 more"), "{}", told[1]);
    }

    #[test]
    fn add_what_contradicts_is_refused() {
        let mut joiner = Joiner::default();
        joiner.add(&part("a", 1, 2), &origin()).unwrap();
        assert!(joiner.add(&part("a", 2, 3), &origin()).unwrap_err().explanation.contains("PartCount"));
        let other = String::from_utf8(part("a", 1, 2)).unwrap().replace('}', ",\"x\":1}");
        assert!(joiner.add(other.as_bytes(), &origin()).unwrap_err().explanation.contains("differs"));
        joiner.add(&part("a", 2, 2), &origin()).unwrap();
        assert!(joiner.add(other.as_bytes(), &origin()).unwrap_err().explanation.contains("contradicts"));
        for bad in ["{}", "5", "{\"CorrelationId\":\"a\",\"Part\":3,\"PartCount\":2}"] {
            assert!(joiner.add(bad.as_bytes(), &origin()).is_err(), "{bad}");
        }
    }
}

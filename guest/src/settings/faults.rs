//! Collecting what is wrong with the settings, and putting it in the order of the document.

use std::collections::BTreeMap;

use super::SettingsError;
use super::path::Path;
use crate::fault::Fault;
use crate::json::Reader;

/// How many errors are told one by one; of the others only the number is told.
pub const MAX_ERRORS: usize = 1_000;

/// What was found so far.
#[derive(Default)]
pub(crate) struct Faults {
    /// The path of each error with those above it, the longest first, and the explanation.
    found: Vec<(Vec<String>, String)>,
    beyond: usize,
}

impl Faults {
    pub(crate) fn add(&mut self, path: &Path<'_>, explanation: impl Into<String>) {
        if self.found.len() == MAX_ERRORS {
            self.beyond += 1;
            return;
        }
        self.found.push((path.upwards().map(Path::to_string).collect(), explanation.into()));
    }

    /// The errors in the order in which their paths stand in `document`, which is known to be JSON. What is missing
    /// stands where it is missed: at the nearest path above that is there.
    pub(crate) fn in_order_of(self, document: &str) -> Vec<SettingsError> {
        let mut places: BTreeMap<String, Option<usize>> = BTreeMap::new();
        places.extend(self.found.iter().flat_map(|(upwards, _)| upwards).map(|path| (path.clone(), None)));
        let mut reader = Reader::new(document);
        // A document that serde took is whole JSON; were it not, the places found so far would still do.
        let _ = locate(&mut reader, &Path::Root, &mut places);
        let place_of = |upwards: &[String]| upwards.iter().find_map(|path| places.get(path).copied().flatten());
        let mut ordered: Vec<_> = self.found.into_iter().map(|(upwards, explanation)| (place_of(&upwards), upwards, explanation)).collect();
        ordered.sort_by_key(|(place, ..)| *place);
        let mut errors: Vec<_> = ordered
            .into_iter()
            .map(|(_, upwards, explanation)| SettingsError { path: upwards.into_iter().next().unwrap_or_default(), explanation })
            .collect();
        if self.beyond > 0 {
            errors
                .push(SettingsError { path: String::new(), explanation: format!("and {} more errors, not told one by one", self.beyond) });
        }
        errors
    }
}

/// Notes for each wanted path the byte at which its value begins. Recursion is bounded by the reader's depth.
fn locate(reader: &mut Reader<'_>, path: &Path<'_>, places: &mut BTreeMap<String, Option<usize>>) -> Result<(), Fault> {
    let first = reader.peek();
    let offset = reader.offset();
    // Where nothing below is wanted the value is passed over: most of a large document.
    match places.get_mut(&path.to_string()) {
        Some(place) => place.get_or_insert(offset),
        None => return reader.skip(),
    };
    match first {
        Some(b'{') => reader.object(|key, reader| locate(reader, &path.key(&key.decode()), places)),
        Some(b'[') => reader.array(|position, reader| locate(reader, &path.at(position), places)),
        _ => reader.skip(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_order_of_document_order_wins_over_order_of_finding() {
        let mut faults = Faults::default();
        let (users, auditing) = (Path::Root.key("users"), Path::Root.key("auditing"));
        faults.add(&auditing.key("read"), "third");
        faults.add(&users.at(1).key("id"), "second, missing");
        faults.add(&users.at(1).key("upn"), "second, missing too");
        faults.add(&users.at(0), "first");
        let errors = faults.in_order_of(r#"{"users":[5,{"key":1}],"auditing":{"start":1,"read":2}}"#);
        let told: Vec<_> = errors.iter().map(|error| (error.path.as_str(), error.explanation.as_str())).collect();
        assert_eq!(
            told,
            [
                ("users[0]", "first"),
                ("users[1].id", "second, missing"),
                ("users[1].upn", "second, missing too"),
                ("auditing.read", "third"),
            ]
        );
    }

    #[test]
    fn add_beyond_the_limit_counts() {
        let mut faults = Faults::default();
        for _ in 0..MAX_ERRORS + 7 {
            faults.add(&Path::Root, "bad");
        }
        let errors = faults.in_order_of("{}");
        assert_eq!(errors.len(), MAX_ERRORS + 1);
        assert_eq!(errors[MAX_ERRORS].explanation, "and 7 more errors, not told one by one");
    }
}

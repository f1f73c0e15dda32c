//! How names of messages and entities are compared: the same everywhere.
//!
//! Case never counts. Display names occur where logical names are meant ("Business Unit" for `businessunit`, "Plug-in
//! Type" for `plugintype`), so spaces and hyphens of a given name do not count either.

use std::cmp::Ordering;

/// Whether `given` begins with `prefix`, whatever the case.
#[inline]
pub fn begins(given: &str, prefix: &str) -> bool {
    given.as_bytes().get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix.as_bytes()))
}

/// Whether `given` names what `row` names.
#[inline]
pub fn same(row: &str, given: &str) -> bool {
    compare(row, given) == Ordering::Equal
}

/// Whether one of `rows` names what `given` names. The rows are in the order of [`compare`].
#[inline]
pub fn has(rows: &[&str], given: &str) -> bool {
    rows.binary_search_by(|row| compare(row, given)).is_ok()
}

/// Orders the name of a row, which has no spaces or hyphens, against a given name.
#[inline]
pub fn compare(row: &str, given: &str) -> Ordering {
    let row = row.bytes().map(|byte| byte.to_ascii_lowercase());
    let given = given.bytes().filter(|&byte| !is_space(byte)).map(|byte| byte.to_ascii_lowercase());
    row.cmp(given)
}

/// A list of names that is asked about every event. First letter and length rule out most names at once.
#[derive(Clone, Copy, Debug)]
pub struct Set {
    /// The names, in the order of [`compare`].
    pub rows: &'static [&'static str],
    /// For each first letter, a bit for each length of the names that begin with it.
    lengths: [u64; 26],
}

impl Set {
    /// A set of names of at most 63 bytes that begin with a letter; another does not compile.
    pub const fn new(rows: &'static [&'static str]) -> Self {
        let (mut lengths, mut row) = ([0; 26], 0);
        while row < rows.len() {
            let name = rows[row].as_bytes();
            lengths[(name[0].to_ascii_lowercase() - b'a') as usize] |= 1u64 << name.len();
            row += 1;
        }
        Self { rows, lengths }
    }

    /// Whether one of the names names what `given` names.
    #[inline]
    pub fn has(&self, given: &str) -> bool {
        let spaces = given.bytes().filter(|&byte| is_space(byte)).count();
        let Some(first) = given.bytes().find(|&byte| !is_space(byte)) else { return false };
        let letter = usize::from(first.to_ascii_lowercase().wrapping_sub(b'a'));
        let lengths = self.lengths.get(letter).copied().unwrap_or_default();
        let length = u32::try_from(given.len() - spaces).unwrap_or(u32::MAX);
        1u64.checked_shl(length).is_some_and(|bit| lengths & bit != 0) && has(self.rows, given)
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'-')
}

/// Whether the rows are in the order that [`has`] needs, each name once and none with a space or hyphen.
#[cfg(test)]
pub fn in_order(rows: &[&str]) -> bool {
    rows.windows(2).all(|pair| compare(pair[0], pair[1]) == Ordering::Less) && rows.iter().all(|row| !row.contains([' ', '-']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn same_display_and_logical_names_agree() {
        for given in ["businessunit", "BusinessUnit", "Business Unit", " business-unit "] {
            assert!(same("businessunit", given), "{given}");
        }
        assert!(!same("businessunit", "businessunits"));
        assert!(!same("businessunit", ""));
        assert!(!same("businessunit", "business_unit"));
    }

    #[test]
    fn begins_case_ignored_and_no_byte_cut() {
        assert!(begins("ROLLUP", "RollUp"));
        assert!(begins("Rollup2", "RollUp"));
        assert!(!begins("Rol", "RollUp"));
        assert!(!begins("Rollü", "RollUp"));
    }

    #[test]
    fn in_order_disorder_and_doubles_fail() {
        assert!(in_order(&["account", "contact"]));
        assert!(!in_order(&["contact", "account"]));
        assert!(!in_order(&["account", "Account"]));
        assert!(!in_order(&["business unit"]));
    }

    proptest! {
        #[test]
        fn has_any_name_agrees_with_a_plain_search(mut rows in prop::collection::vec("[a-c]{0,3}", 0..8), given in "[a-cA-C -]{0,4}") {
            rows.sort();
            rows.dedup();
            let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
            let folded = given.to_lowercase().replace([' ', '-'], "");
            prop_assert_eq!(has(&rows, &given), rows.contains(&folded.as_str()));
        }

        #[test]
        fn set_any_name_agrees_with_its_rows(given in "[abA -]{0,4}|\\PC{0,70}|[a-zA-Z]{60,70}") {
            const NAMES: [&str; 4] = ["a", "ab", "abba", "bab"];
            prop_assert_eq!(Set::new(&NAMES).has(&given), has(&NAMES, &given));
        }
    }
}

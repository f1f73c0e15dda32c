//! E-mail addresses in running text.

use std::ops::Range;

/// Longest address that can exist: 64 bytes, the sign, 255 bytes (RFC 5321, 4.5.3.1).
pub const LONGEST: usize = 64 + 1 + 255;

/// Where addresses stand in `text`, in bytes, from left to right. Each character is looked at three times at most.
///
/// What surrounds an address in text (quotes, brackets, `mailto:`, a full stop) is left outside. A range may be longer than
/// [`LONGEST`]: something like an address, but none.
pub fn find(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices('@').filter_map(|(at, sign)| {
        let (before, after) = (text.get(..at)?, text.get(at + sign.len()..)?);
        let local = local_part(before)?;
        let domain = domain(after)?;
        Some(at - local.len()..at + sign.len() + domain.len())
    })
}

/// The end of `before` that can be somebody's name. Characters that the standard allows but that mostly separate, such as `=`
/// and `/`, are left out.
fn local_part(before: &str) -> Option<&str> {
    let is_part = |character: char| character.is_alphanumeric() || "._%+-'".contains(character);
    let start = before.trim_end_matches(is_part).len();
    let local = before.get(start..)?.trim_start_matches(['.', '-', '\'', '%']);
    (!local.is_empty()).then_some(local)
}

/// The beginning of `after` that can be a domain: two labels at least, the last of two characters at least, no number.
fn domain(after: &str) -> Option<&str> {
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '.' | '-');
    let length = after.len() - after.trim_start_matches(is_part).len();
    let domain = after.get(..length)?.trim_end_matches(['.', '-']);
    let (first, last) = domain.rsplit_once('.')?;
    let begins_well = first.starts_with(char::is_alphanumeric);
    let ends_well = last.starts_with(char::is_alphabetic) && last.chars().nth(1).is_some();
    (begins_well && ends_well).then_some(domain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(text: &str) -> Vec<&str> {
        find(text).map(|range| &text[range]).collect()
    }

    #[test]
    fn find_in_text_gives_each_address_alone() {
        let text = "Write to 'ann@contoso.example', <mailto:Jo.O'Brien+crm@mail.contoso.example>; not later. a_b@x-y.co.uk.";
        assert_eq!(all(text), ["ann@contoso.example", "Jo.O'Brien+crm@mail.contoso.example", "a_b@x-y.co.uk"]);
    }

    #[test]
    fn find_in_link_gives_the_address_alone() {
        assert_eq!(all("https://contoso.example/?mail=ann@contoso.example&x=1"), ["ann@contoso.example"]);
    }

    #[test]
    fn find_in_other_scripts_gives_the_address() {
        assert_eq!(all("Frage an jürgen@bücher.example oder 用户@例子.公司!"), ["jürgen@bücher.example", "用户@例子.公司"]);
    }

    #[test]
    fn find_without_address_gives_none() {
        let others =
            ["", "@", "a@", "@contoso.example", "ann@localhost", "10 @ 2.50", "3@4.5", "a@.example", "a@b.c", "'@x.example", "@@@"];
        for text in others {
            assert_eq!(all(text), [""; 0], "{text}");
        }
    }

    proptest! {
        #[test]
        fn find_after_anything_gives_the_address(before in "\\PC{0,40}[ <(:;=\"]", after in "[ >),;!?\"]\\PC{0,40}") {
            let text = format!("{before}ann.b@contoso.example{after}");
            prop_assert!(all(&text).contains(&"ann.b@contoso.example"), "{}", text);
        }

        #[test]
        fn find_in_anything_gives_ranges_of_it(text in "[a-c@.\\-' é]{0,80}") {
            let ranges: Vec<_> = find(&text).collect();
            prop_assert!(ranges.is_sorted_by_key(|range| range.start));
            prop_assert!(ranges.into_iter().all(|range| text.get(range).is_some_and(|found| found.contains('@'))));
        }
    }
}

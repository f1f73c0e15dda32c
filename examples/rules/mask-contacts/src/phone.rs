//! Phone numbers in running text.
//!
//! A number is one to fifteen groups of digits (ITU-T E.164 allows fifteen digits in all) with separators between. Most groups of
//! digits are something else: ids, dates, amounts, addresses of machines. So a number in free text has to look like one, while a
//! field that is named after phones only has to hold digits.

use std::ops::Range;

/// Most digits of a number.
const MOST_DIGITS: usize = 15;
/// Fewest digits of a number in free text.
const FEWEST_DIGITS: usize = 7;
/// Fewest digits of a number in a field for numbers: an extension.
const FEWEST_EXPECTED: usize = 4;
/// Most characters between two groups: `) - `.
const WIDEST_GAP: usize = 3;
/// Bytes of a GUID, and where its hyphens stand.
const GUID: (usize, [usize; 4]) = (36, [8, 13, 18, 23]);

/// Whether a field of this name is there to hold a phone number.
pub fn is_expected_in(field: &str) -> bool {
    let field = field.to_ascii_lowercase();
    ["phone", "mobile", "fax"].iter().any(|part| field.contains(part))
}

/// Where numbers stand in `text`, in bytes, from left to right and apart from each other. `expected` as from [`is_expected_in`].
///
/// From each place only as far as fifteen digits reach is looked, so the time grows with the length of `text` and no faster.
pub fn find(text: &str, expected: bool) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let start = at;
            if let Some(number) = number_at(text, start, expected) {
                at = number.end;
                return Some(number);
            }
            at += if begins_word(text, start) && is_guid(rest) { GUID.0 } else { step(rest) };
        }
        None
    })
}

/// Bytes to the next place where a number could begin: past the first character, and past the digits and letters that follow it.
fn step(rest: &str) -> usize {
    let mut characters = rest.chars();
    let first = characters.next();
    let behind = characters.as_str();
    match first {
        Some(character) if character.is_alphanumeric() => rest.len() - behind.trim_start_matches(char::is_alphanumeric).len(),
        _ => rest.len() - behind.len(),
    }
}

/// One run of digits, with what stands before it.
struct Group {
    digits: Range<usize>,
    gap: Range<usize>,
}

/// The longest number that begins at `start`.
fn number_at(text: &str, start: usize, expected: bool) -> Option<Range<usize>> {
    let rest = text.get(start..)?;
    let lead = rest.len() - rest.trim_start_matches(['+', '(']).len();
    let plus = rest.get(..lead)?.contains('+');
    if lead > 2 || !(begins_word(text, start) && rest.get(lead..)?.starts_with(|first: char| first.is_ascii_digit())) {
        return None;
    }
    let groups = groups(text, start + lead);
    let opened = rest.starts_with('(') && groups.get(1).is_some_and(|second| text[second.gap.clone()].contains(')'));
    if rest.starts_with('(') && !opened {
        // The bracket is about more than the number, which is found behind it.
        return None;
    }
    (1..=groups.len()).rev().find_map(|count| {
        let groups = groups.get(..count)?;
        let end = groups.last()?.digits.end;
        let written: Vec<&str> = groups.iter().filter_map(|group| text.get(group.digits.clone())).collect();
        let gaps: Vec<&str> = groups.iter().skip(1).filter_map(|group| text.get(group.gap.clone())).collect();
        let is_number = match (plus, expected) {
            (true, _) => is_international(&written),
            (false, true) => count_digits(&written) >= FEWEST_EXPECTED,
            (false, false) => is_national(&written, &gaps, opened, follows_digits(text, start)) && !goes_on(text, end),
        };
        (is_number && ends_word(text, end)).then_some(start..end)
    })
}

/// The groups of digits from `at`, as many as fifteen digits allow.
fn groups(text: &str, mut at: usize) -> Vec<Group> {
    let mut groups = Vec::new();
    let (mut gap, mut digits) = (at..at, 0);
    while let Some(rest) = text.get(at..) {
        let length = rest.bytes().take(MOST_DIGITS + 1).take_while(u8::is_ascii_digit).count();
        digits += length;
        if length == 0 || digits > MOST_DIGITS {
            break;
        }
        groups.push(Group { digits: at..at + length, gap });
        let behind = &rest[length..];
        let width: usize = behind.chars().take(WIDEST_GAP).take_while(|&character| separates(character)).map(char::len_utf8).sum();
        gap = at + length..at + length + width;
        at = gap.end;
        // A slash with spaces stands between two numbers.
        if width == 0 || (width > 1 && behind[..width].contains('/')) {
            break;
        }
    }
    groups
}

fn separates(character: char) -> bool {
    matches!(character, ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}' | '\u{2011}' | '\u{2013}' | '\u{202f}')
}

fn count_digits(groups: &[&str]) -> usize {
    groups.iter().map(|group| group.len()).sum()
}

/// Behind a plus: no country's code begins with zero.
fn is_international(groups: &[&str]) -> bool {
    count_digits(groups) >= FEWEST_DIGITS && groups.first().is_some_and(|first| !first.starts_with('0'))
}

/// Without a plus: groups that begin with a zero or with a bracket, or the North American 425-555-0100.
fn is_national(groups: &[&str], gaps: &[&str], opened: bool, follows_digits: bool) -> bool {
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let north_american = match lengths.as_slice() {
        [3, 3, 4] => !groups[0].starts_with(['0', '1']),
        [1, 3, 3, 4] => groups[0] == "1" && !groups[1].starts_with(['0', '1']),
        _ => false,
    };
    let in_pairs = lengths.iter().all(|&length| length == 2);
    let is_decimal = gaps == ["."];
    let zeros = groups.iter().all(|group| group.bytes().all(|digit| digit == b'0'));
    let like_else = zeros || is_decimal || follows_digits || (in_pairs && lengths.len() != 5);
    let trunk = groups.first().is_some_and(|group| group.starts_with('0')) && !like_else;
    let grouped = !gaps.is_empty() && !begins_with_date(groups);
    count_digits(groups) >= FEWEST_DIGITS && grouped && (north_american || trunk || opened)
}

/// `2018-03-02`, `02.03.2018`, `3/2/2018`, and what follows.
fn begins_with_date(groups: &[&str]) -> bool {
    let is_day = |group: &str| group.len() <= 2 && group.parse::<u8>().is_ok_and(|day| (1..=31).contains(&day));
    let is_year = |group: &str| group.len() == 4 && (group.starts_with("19") || group.starts_with("20"));
    match groups {
        [first, second, third, ..] => is_day(second) && ((is_year(first) && is_day(third)) || (is_day(first) && is_year(third))),
        _ => false,
    }
}

/// Whether digits stand just before `start`: of an account or a card, of which a number would be a piece.
fn follows_digits(text: &str, start: usize) -> bool {
    let mut before = text.get(..start).unwrap_or("").chars().rev();
    before.next() == Some(' ') && before.next().is_some_and(|earlier| earlier.is_ascii_digit())
}

/// Whether more of the same follows: an id or an address of a machine, of which a number would be a piece.
fn goes_on(text: &str, end: usize) -> bool {
    let mut behind = text.get(end..).unwrap_or("").chars();
    behind.next().is_some_and(|tight| "-./:,".contains(tight)) && behind.next().is_some_and(|next| next.is_alphanumeric())
}

/// Whether what stands at `start` is not the rest of something longer.
fn begins_word(text: &str, start: usize) -> bool {
    let mut before = text.get(..start).unwrap_or("").chars().rev();
    match before.next() {
        None => true,
        Some('.' | ',' | ':') => !before.next().is_some_and(|earlier| earlier.is_ascii_digit()),
        Some(character) => !character.is_alphanumeric() && !"_-/#=%&@$+\\".contains(character),
    }
}

/// Whether what ends at `end` does not go on as a word. An extension such as `x12` is none.
fn ends_word(text: &str, end: usize) -> bool {
    let mut behind = text.get(end..).unwrap_or("").chars();
    match behind.next() {
        Some('x' | 'X') => behind.next().is_some_and(|next| next.is_ascii_digit()),
        Some(character) => !character.is_alphanumeric() && !matches!(character, '_' | '@'),
        None => true,
    }
}

fn is_guid(rest: &str) -> bool {
    let (length, hyphens) = GUID;
    rest.as_bytes().get(..length).is_some_and(|bytes| {
        bytes.iter().enumerate().all(|(at, byte)| if hyphens.contains(&at) { *byte == b'-' } else { byte.is_ascii_hexdigit() })
    })
}

#[cfg(test)]
#[path = "phone_tests.rs"]
mod tests;

//! What somebody may have meant by a word that nobody knows.

/// Words longer than this are not guessed at.
const LONGEST: usize = 64;

/// The word of `known` that is nearest to `word`, where one is near enough to have been meant: a third of its letters
/// may differ, case and `_` for `-` not counted. The first of several that are equally near.
pub(super) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let plain = |text: &str| -> Vec<char> { text.chars().map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect() };
    if word.len() > LONGEST {
        return None;
    }
    let word = plain(word);
    known
        .into_iter()
        .map(|candidate| (distance(&word, &plain(candidate)), candidate))
        .filter(|&(distance, candidate)| distance <= candidate.chars().count() / 3)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters must be put in, taken out, changed or swapped with their neighbour to turn one word into the other.
fn distance(from: &[char], to: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for (row, letter) in from.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, other) in to.iter().enumerate() {
            let changed = above[column] + usize::from(letter != other);
            let mut least = changed.min(above[column + 1] + 1).min(line[column] + 1);
            if row > 0 && column > 0 && from[row - 1] == *other && to[column - 1] == *letter {
                least = least.min(before[column - 1] + 1);
            }
            line.push(least);
        }
        before = std::mem::replace(&mut above, line);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_a_slip_finds_the_word_and_nonsense_finds_none() {
        let known = ["start", "user-access", "read", "areas", "E3"];
        for (word, meant) in [
            ("strat", Some("start")),
            ("reed", Some("read")),
            ("Read", Some("read")),
            ("user_access", Some("user-access")),
            ("useraccess", Some("user-access")),
            ("area", Some("areas")),
            ("organizations", None),
            ("E4", None),
            ("e3", Some("E3")),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
        assert_eq!(nearest(&"read".repeat(1000), known), None);
    }

    #[test]
    fn distance_known_pairs_count_each_step() {
        let between = |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        assert_eq!(between("", "abc"), 3);
        assert_eq!(between("abc", ""), 3);
        assert_eq!(between("abc", "abc"), 0);
        assert_eq!(between("abc", "acb"), 1);
        assert_eq!(between("kitten", "sitting"), 3);
    }
}

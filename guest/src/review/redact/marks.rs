//! The marks that stand in place of what was redacted.

use crate::spans::Span;

/// The mark of the rule that redacts, and those of the rules that redacted before.
#[derive(Default)]
pub(super) struct Marks {
    /// The first is the rule's own.
    marks: Vec<String>,
}

impl Marks {
    /// Those of `rule`, and of the rules `before` it.
    pub fn new(rule: &str, before: &[String]) -> Self {
        let rules = std::iter::once(rule).chain(before.iter().map(String::as_str).filter(|&other| other != rule));
        Self { marks: rules.map(|rule| format!("[redacted by {rule}]")).collect() }
    }

    /// The mark of the rule that redacts.
    pub fn own(&self) -> &str {
        self.marks.first().map_or("", String::as_str)
    }

    /// Whether `text` is one of the marks and nothing else.
    pub fn is_one(&self, text: &str) -> bool {
        self.marks.iter().any(|mark| mark == text)
    }

    /// Where marks stand in `text`, in order. They do not overlap: only its last character is a closing bracket.
    pub fn find(&self, text: &str) -> Vec<Span> {
        let found = |mark: &str, from| Span { from, to: from + mark.len() };
        let mut spans: Vec<Span> = self
            .marks
            .iter()
            .flat_map(|mark| memchr::memmem::find_iter(text.as_bytes(), mark.as_bytes()).map(|from| found(mark, from)))
            .collect();
        spans.sort_unstable_by_key(|span| span.from);
        spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn find_marks_of_the_rules_that_redacted_and_no_others() {
        let marks = Marks::new("b", &["a".to_owned(), "b".to_owned()]);
        assert_eq!(marks.own(), "[redacted by b]");
        assert!(marks.is_one("[redacted by a]") && marks.is_one("[redacted by b]"));
        assert!(!marks.is_one("[redacted by c]") && !marks.is_one("[redacted by a] ") && !marks.is_one(""));
        let text = "[redacted by b][redacted by a] [redacted by c] [redacted by [redacted by b]";
        let found: Vec<(usize, &str)> = marks.find(text).into_iter().map(|span| (span.from, span.of(text))).collect();
        assert_eq!(found, [(0, "[redacted by b]"), (15, "[redacted by a]"), (60, "[redacted by b]")]);
    }
}

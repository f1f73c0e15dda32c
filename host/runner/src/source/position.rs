//! Where a byte stands in its source.

/// A place in a source, after decompression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1; lines end at a line feed.
    pub line: u64,
    /// Byte in the line, from 1.
    pub column: u64,
    /// Byte in the source, from 0.
    pub offset: u64,
}

impl Position {
    /// The first byte.
    pub const START: Position = Position { line: 1, column: 1, offset: 0 };

    /// The place of the byte behind `passed`, which begins here.
    #[must_use]
    pub fn after(self, passed: &[u8]) -> Self {
        let offset = self.offset.saturating_add(passed.len() as u64);
        match memchr::memrchr(b'\n', passed) {
            None => Self { column: self.column.saturating_add(passed.len() as u64), offset, ..self },
            Some(last) => {
                let lines = memchr::memchr_iter(b'\n', &passed[..last]).count() as u64 + 1;
                Self { line: self.line.saturating_add(lines), column: (passed.len() - last) as u64, offset }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_counts_lines_columns_and_bytes() {
        let at = |passed: &str| {
            let after = Position::START.after(passed.as_bytes());
            (after.line, after.column, after.offset)
        };
        assert_eq!(at(""), (1, 1, 0));
        assert_eq!(at("abc"), (1, 4, 3));
        assert_eq!(at("abc\n"), (2, 1, 4));
        assert_eq!(at("a\n\nbc"), (3, 3, 5));
    }
}

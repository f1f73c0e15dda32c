//! Where in the settings document something stands.

use std::fmt;

/// A path of keys and positions, kept on the stack while the document is walked.
#[derive(Clone, Copy)]
pub(crate) enum Path<'p> {
    Root,
    Key(&'p Path<'p>, &'p str),
    Position(&'p Path<'p>, usize),
}

/// Characters of a key that are shown; a longer one is cut.
const SHOWN: usize = 64;

impl<'p> Path<'p> {
    pub(crate) fn key(&'p self, key: &'p str) -> Path<'p> {
        Path::Key(self, key)
    }

    pub(crate) fn at(&'p self, position: usize) -> Path<'p> {
        Path::Position(self, position)
    }

    /// The path and those above it, the longest first.
    pub(crate) fn upwards(&'p self) -> impl Iterator<Item = &'p Path<'p>> {
        std::iter::successors(Some(self), |path| match path {
            Path::Root => None,
            Path::Key(above, _) | Path::Position(above, _) => Some(above),
        })
    }
}

/// `organizations[0].version`; a key that TOML would need quotes for stands in quotes.
impl fmt::Display for Path<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Path::Root => Ok(()),
            Path::Position(above, position) => write!(out, "{above}[{position}]"),
            Path::Key(above, key) => {
                above.fmt(out)?;
                if !matches!(above, Path::Root) {
                    out.write_str(".")?;
                }
                let bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
                if !key.is_empty() && key.len() <= SHOWN && key.bytes().all(bare) {
                    return out.write_str(key);
                }
                let shown: String = key.chars().take(SHOWN).collect();
                write!(out, "{shown:?}{}", if shown.len() < key.len() { "…" } else { "" })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_each_kind_of_step_reads_like_toml() {
        let organizations = Path::Root.key("organizations");
        let first = organizations.at(0);
        assert_eq!(first.key("version").to_string(), "organizations[0].version");
        assert_eq!(Path::Root.to_string(), "");
        let entities = Path::Root.key("entities");
        assert_eq!(entities.key("Search Topic").to_string(), r#"entities."Search Topic""#);
        assert_eq!(entities.key("a.b").to_string(), r#"entities."a.b""#);
        assert_eq!(entities.key("").to_string(), r#"entities."""#);
        assert_eq!(entities.key(&"x".repeat(1000)).to_string().len(), "entities.\"\"…".len() + SHOWN);
    }

    #[test]
    fn upwards_gives_every_path_above() {
        let organizations = Path::Root.key("organizations");
        let first = organizations.at(0);
        let all: Vec<_> = first.upwards().map(Path::to_string).collect();
        assert_eq!(all, ["organizations[0]", "organizations", ""]);
    }
}

//! Keeps the beginning of a body that passes.

use hyper::HeaderMap;
use hyper::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};

/// The beginning of a body, as the journal keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The first bytes, as they were sent.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    /// Bytes that have passed.
    pub passed: u64,
    /// Whether the body had ended when this was made.
    pub ended: bool,
    /// Whether its type is one that is kept.
    pub kept: bool,
}

impl Head {
    /// What is to be kept of a body with these headers. Without a type it is kept: servers guess.
    pub fn of(headers: &HeaderMap) -> Self {
        let kept = match headers.get(CONTENT_TYPE) {
            None => true,
            Some(value) => value.to_str().is_ok_and(is_kept),
        };
        Self { kept, ..Self::default() }
    }

    /// A body that is empty.
    pub fn empty() -> Self {
        Self { ended: true, kept: true, ..Self::default() }
    }

    /// More of the body.
    pub fn push(&mut self, data: &[u8], limit: usize) {
        self.passed += data.len() as u64;
        if self.kept {
            let room = limit.saturating_sub(self.bytes.len());
            self.bytes.extend_from_slice(&data[..data.len().min(room)]);
        }
    }
}

fn is_kept(value: &str) -> bool {
    let kind = value.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let (_, sub) = kind.split_once('/').unwrap_or(("", ""));
    kind.starts_with("multipart/") || ["json", "xml"].iter().any(|form| sub == *form || sub.ends_with(&format!("+{form}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_with_structure_are_kept() {
        for (kind, kept) in [
            ("application/json;odata.metadata=minimal", true),
            ("Application/JSON", true),
            ("text/xml; charset=utf-8", true),
            ("application/soap+xml", true),
            ("multipart/mixed;boundary=x", true),
            ("application/problem+json", true),
            ("text/html", false),
            ("application/octet-stream", false),
            ("image/svg", false),
            ("json", false),
            ("", false),
        ] {
            assert_eq!(is_kept(kind), kept, "{kind}");
        }
    }

    #[test]
    fn no_more_than_the_limit_is_kept_and_all_is_counted() {
        let mut head = Head { kept: true, ..Head::default() };
        for _ in 0..10 {
            head.push(b"12345", 12);
        }
        assert_eq!((head.bytes.as_slice(), head.passed), (b"123451234512".as_slice(), 50));
    }
}

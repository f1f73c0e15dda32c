//! Bodies: as much of them as came, and as much as may be read.

use super::Body;
use super::desk::Desk;
use super::finding::Kind;
use super::headers::{Headers, One};
use super::media;
use crate::fault::Fault;

/// A body, or its head.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// Whether these are all.
    pub whole: bool,
    /// Why it cannot be read, whatever is in it.
    sealed: Option<&'static str>,
}

/// A body that is text.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// The text.
    pub text: &'a str,
    /// Whether this is all.
    pub whole: bool,
}

impl<'a> Content<'a> {
    /// The body that a host gave, of which `limit` bytes are read.
    pub fn new(body: &'a Body, limit: usize, headers: &Headers<'_>) -> Self {
        let bytes = body.content.get(..limit).unwrap_or(&body.content);
        Self { bytes, whole: body.whole && bytes.len() == body.content.len(), sealed: sealed(headers) }
    }

    /// The body of a part.
    pub fn of_part(bytes: &'a [u8], whole: bool, headers: &Headers<'_>) -> Self {
        Self { bytes, whole, sealed: sealed(headers) }
    }

    /// Whether there is nothing in it, for sure.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.whole
    }

    /// Its text; none where it is none, which is then found at `place`. Nothing is found in an empty body.
    pub fn text(&self, desk: &mut Desk<'_>, place: &str) -> Option<Text<'a>> {
        if self.is_empty() {
            return None;
        }
        if let Some(why) = self.sealed {
            desk.find(Kind::BodyUnreadable, place, why);
            return None;
        }
        let bytes = self.bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(self.bytes);
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            // A character that was cut with the body does no harm.
            Err(error) if !self.whole && error.error_len().is_none() => {
                bytes.get(..error.valid_up_to()).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
            }
            Err(_) => {
                desk.find(Kind::BodyUnreadable, place, "not UTF-8");
                return None;
            }
        };
        Some(Text { text, whole: self.whole })
    }
}

impl Text<'_> {
    /// Takes down why reading stopped before the end, if it did. A cut body is cut wherever reading stopped.
    pub fn ended(&self, read: Result<(), Fault>, desk: &mut Desk<'_>, place: &str) {
        match read {
            Ok(()) if self.whole => {}
            Ok(()) | Err(_) if !self.whole => {
                desk.find(
                    Kind::BodyCut,
                    place,
                    "only the head of the body came, or was read; what follows from it is told, the rest is not",
                );
            }
            Ok(()) => {}
            Err(fault) => desk.find(
                Kind::BodyUnreadable,
                place,
                format!("not JSON at byte {}; what stood before is told, the rest is not", fault.offset),
            ),
        }
    }
}

/// Why a body with these headers cannot be read.
fn sealed(headers: &Headers<'_>) -> Option<&'static str> {
    let coded = headers.all("Content-Encoding").flat_map(|value| value.split(',')).map(str::trim);
    if coded.into_iter().any(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity")) {
        return Some("the body has a Content-Encoding, which the host has to undo, header and all");
    }
    let charset = match headers.one("Content-Type") {
        One::Value(content_type) => media::parameter(content_type, "charset"),
        _ => None,
    };
    charset
        .filter(|charset| !["utf-8", "utf8", "us-ascii"].iter().any(|known| charset.eq_ignore_ascii_case(known)))
        .map(|_| "the body is in another charset than UTF-8")
}

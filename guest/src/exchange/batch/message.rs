//! The HTTP message that a part of a batch carries, and the part's own header fields.

use super::multipart::{self, Parts};
use crate::exchange::body::Content;
use crate::exchange::desk::{Request, Response};
use crate::exchange::headers::{Headers, One};
use crate::exchange::media;

/// What a part is.
#[derive(Debug)]
pub enum Part<'a> {
    /// One message.
    Message(Message<'a>),
    /// A change set, or the answer to one.
    Set(Parts<'a>),
    /// Neither, and why.
    Bad(&'static str),
}

/// One message in a part.
#[derive(Debug)]
pub struct Message<'a> {
    /// The Content-ID of the part.
    pub content_id: One<'a>,
    /// The first line, split at its spaces.
    pub line: (&'a str, &'a str, &'a str),
    /// The header fields of the message.
    pub headers: Headers<'a>,
    /// The body.
    body: &'a [u8],
    whole: bool,
}

/// Reads a part. `whole` tells whether it is all there.
pub fn read(part: &[u8], whole: bool, most: usize) -> Part<'_> {
    let Some((headers, content)) = fields(part) else { return Part::Bad("header fields of a part that are none") };
    let content_type = match headers.one("Content-Type") {
        One::Value(content_type) => content_type,
        One::Absent => return Part::Bad("a part without Content-Type"),
        One::Several => return Part::Bad("a part with several Content-Types"),
    };
    let essence = media::essence(content_type);
    if essence.eq_ignore_ascii_case("multipart/mixed") {
        return match media::parameter(content_type, "boundary").filter(|boundary| multipart::is_boundary(boundary)) {
            Some(boundary) => Part::Set(multipart::split(content, &boundary, most)),
            None => Part::Bad("a change set without a boundary that MIME allows"),
        };
    }
    if !essence.eq_ignore_ascii_case("application/http") {
        return Part::Bad("a part that is neither application/http nor multipart/mixed");
    }
    let plain = ["binary", "8bit", "7bit"];
    match headers.one("Content-Transfer-Encoding") {
        One::Absent => {}
        One::Value(encoding) if plain.iter().any(|plain| encoding.eq_ignore_ascii_case(plain)) => {}
        _ => return Part::Bad("a part with a Content-Transfer-Encoding that is not binary"),
    }
    message(content, whole, headers.one("Content-ID")).map_or(Part::Bad("a part that holds no HTTP message"), Part::Message)
}

fn message<'a>(content: &'a [u8], whole: bool, content_id: One<'a>) -> Option<Message<'a>> {
    let end = memchr::memmem::find(content, b"\r\n")?;
    let line = std::str::from_utf8(content.get(..end)?).ok()?;
    let mut words = line.splitn(3, ' ');
    let line = (words.next()?, words.next()?, words.next().unwrap_or_default());
    let (headers, body) = fields(content.get(end + 2..)?)?;
    // Writers end a message without a body by one more line end, or by none.
    let body = if body.iter().all(|byte| matches!(byte, b'\r' | b'\n')) { &[] } else { body };
    Some(Message { content_id, line, headers, body, whole })
}

/// Header fields up to the blank line, and what follows it. A part that ends with its header fields has no body.
fn fields(bytes: &[u8]) -> Option<(Headers<'_>, &[u8])> {
    let end = if bytes.starts_with(b"\r\n") { 0 } else { memchr::memmem::find(bytes, b"\r\n\r\n").map_or(bytes.len(), |at| at + 2) };
    let head = std::str::from_utf8(bytes.get(..end)?).ok()?;
    let body = bytes.get((end + 2).min(bytes.len())..)?;
    // The blank line is taken off; the last field keeps its line end, which the last of all may lack.
    let mut text = head;
    let mut list = Headers::default();
    while !text.is_empty() {
        let (line, rest) = text.split_once("\r\n").unwrap_or((text, ""));
        list.push(line)?;
        text = rest;
    }
    Some((list, body))
}

impl<'a> Message<'a> {
    /// The request that it is: `GET target HTTP/1.1`.
    pub fn request(&self) -> Option<(Request<'a>, &'a str)> {
        let (method, target, version) = self.line;
        if !version.starts_with("HTTP/1.") || version.contains(' ') || target.is_empty() {
            return None;
        }
        let body = Content::of_part(self.body, self.whole, &self.headers);
        Some((Request { method, headers: self.headers.clone(), body }, target))
    }

    /// The answer that it is: `HTTP/1.1 204 No Content`.
    pub fn response(&self) -> Option<Response<'a>> {
        let (version, status, _) = self.line;
        if !version.starts_with("HTTP/1.") || status.len() != 3 || !status.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let body = Content::of_part(self.body, self.whole, &self.headers);
        Some(Response { status: status.parse().ok()?, headers: self.headers.clone(), body })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_a_request_with_and_without_fields_and_body() {
        let text = b"Content-Type: application/http\r\nContent-ID: 1\r\n\r\nPOST /a?b HTTP/1.1\r\nIf-Match: *\r\n\r\n{}";
        let Part::Message(message) = read(text, true, 9) else { panic!("a message") };
        let (request, target) = message.request().expect("a request");
        assert_eq!(
            (request.method, target, request.headers.one("if-match"), request.body.bytes),
            ("POST", "/a?b", One::Value("*"), &b"{}"[..])
        );
        assert_eq!(message.content_id, One::Value("1"));
        for text in [
            "GET a HTTP/1.1\r\n\r\n",
            "GET a HTTP/1.1\r\n",
            "GET a HTTP/1.1\r\n\r\n\r\n",
            "GET a HTTP/1.1\r\nAccept: x",
            "GET a HTTP/1.1\r\nAccept: x\r\n",
        ] {
            let text = format!("Content-Type: application/http\r\n\r\n{text}");
            let Part::Message(message) = read(text.as_bytes(), true, 9) else { panic!("{text}") };
            assert!(message.request().is_some_and(|(request, _)| request.body.is_empty()), "{text:?}");
        }
    }

    #[test]
    fn read_what_is_none_is_bad() {
        for text in [
            "",
            "\r\nGET a HTTP/1.1\r\n\r\n",
            "Content-Type: text/plain\r\n\r\nGET a HTTP/1.1\r\n\r\n",
            "Content-Type: application/http\r\nContent-Transfer-Encoding: base64\r\n\r\nGET a HTTP/1.1\r\n\r\n",
            "Content-Type: application/http\nX: y\r\n\r\nGET a HTTP/1.1\r\n\r\n",
            "Content-Type: multipart/mixed\r\n\r\n--b--",
            "Content-Type: application/http\r\n\r\nGET a HTTP/1.1",
        ] {
            assert!(matches!(read(text.as_bytes(), true, 9), Part::Bad(_)), "{text:?}");
        }
    }
}

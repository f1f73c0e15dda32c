//! Makes the kept beginning of a body readable: decompresses it, as far as the limit goes.

use std::io::{self, Read};

use crate::capture::Head;
use crate::exchange::{Body, Headers};

/// How many compressions on top of each other are undone.
const MAX_CODINGS: usize = 3;

/// The body of a kept head. `limit` holds for what was decompressed, too.
pub(crate) fn body(head: Head, headers: &Headers, limit: usize) -> Body {
    let whole = head.ended && head.bytes.len() as u64 == head.passed;
    let length = Some(head.passed);
    if !head.kept {
        return Body { bytes: Vec::new(), whole: head.ended && head.passed == 0, length, readable: false };
    }
    let mut codings = Vec::new();
    for (_, value) in headers.iter().filter(|(name, _)| name == "content-encoding") {
        let text = String::from_utf8_lossy(value).to_ascii_lowercase();
        codings.extend(text.split(',').map(|coding| coding.trim().to_owned()).filter(|coding| !coding.is_empty() && coding != "identity"));
    }
    let mut body = Body { bytes: head.bytes, whole, length, readable: true };
    if codings.len() > MAX_CODINGS {
        body.readable = false;
        return body;
    }
    for coding in codings.iter().rev().filter(|_| body.length != Some(0)) {
        match decoded(coding, &body.bytes, body.whole, limit) {
            Some((bytes, whole)) => (body.bytes, body.whole) = (bytes, whole),
            None => return Body { bytes: Vec::new(), whole: false, length, readable: false },
        }
    }
    body
}

/// What `bytes` decompress to, up to `limit`, and whether that is all; `None` where they cannot be decompressed.
fn decoded(coding: &str, bytes: &[u8], whole: bool, limit: usize) -> Option<(Vec<u8>, bool)> {
    let read = |reader: &mut dyn Read| {
        let mut out = Vec::new();
        let result = reader.take(limit as u64 + 1).read_to_end(&mut out);
        let fits = out.len() <= limit;
        out.truncate(limit);
        match result {
            Ok(_) => Some((out, whole && fits)),
            // Only a beginning was kept: that it ends too soon is no fault.
            Err(error) if !whole && (error.kind() == io::ErrorKind::UnexpectedEof || !out.is_empty()) => Some((out, false)),
            Err(_) => None,
        }
    };
    match coding {
        "gzip" | "x-gzip" => read(&mut flate2::bufread::MultiGzDecoder::new(bytes)),
        // The standard means zlib; some servers send it bare.
        "deflate" => read(&mut flate2::bufread::ZlibDecoder::new(bytes)).or_else(|| read(&mut flate2::bufread::DeflateDecoder::new(bytes))),
        "br" => read(&mut brotli_decompressor::Decompressor::new(bytes, 4096)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn read(coding: &str, bytes: Vec<u8>, ended: bool, limit: usize) -> Body {
        let passed = bytes.len() as u64 + u64::from(!ended);
        let headers = vec![("content-encoding".to_owned(), coding.as_bytes().to_vec())];
        body(Head { bytes, passed, ended, kept: true }, &headers, limit)
    }

    #[test]
    fn compressed_bodies_are_readable() {
        let text = br#"{"value":[]}"#.repeat(20);
        let zlib = {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(&text).unwrap();
            encoder.finish().unwrap()
        };
        let bare = {
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(&text).unwrap();
            encoder.finish().unwrap()
        };
        // "hello" as a brotli stream without compression, from RFC 7932's format.
        let brotli = vec![0x0b, 0x02, 0x80, b'h', b'e', b'l', b'l', b'o', 0x03];
        for (coding, bytes, expected) in [
            ("gzip", gzip(&text), text.as_slice()),
            ("GZIP, identity", gzip(&text), &text),
            ("gzip, gzip", gzip(&gzip(&text)), &text),
            ("deflate", zlib, &text),
            ("deflate", bare, &text),
            ("br", brotli, b"hello"),
            ("identity", text.clone(), &text),
        ] {
            let body = read(coding, bytes, true, 4096);
            assert_eq!((body.bytes.as_slice(), body.whole, body.readable), (expected, true, true), "{coding}");
        }
    }

    #[test]
    fn bomb_is_cut_at_the_limit() {
        let body = read("gzip", gzip(&vec![b'x'; 50 << 20]), true, 1000);
        assert_eq!((body.bytes.len(), body.whole, body.readable), (1000, false, true));
    }

    #[test]
    fn beginning_of_a_compressed_body_is_readable_as_far_as_it_goes() {
        let text: Vec<u8> = (0..100_000_u32).flat_map(|n| (n.wrapping_mul(2_654_435_761)).to_string().into_bytes()).collect();
        let mut bytes = gzip(&text);
        bytes.truncate(20_000);
        let body = read("gzip", bytes, false, 1 << 20);
        assert!(!body.whole && body.readable && body.bytes.len() > 10_000);
        assert!(text.starts_with(&body.bytes));
    }

    #[test]
    fn what_cannot_be_decompressed_is_not_readable() {
        for (coding, bytes) in
            [("gzip", b"no gzip".to_vec()), ("zstd", vec![1, 2, 3]), ("gzip, gzip, gzip, gzip", gzip(b"x")), ("br", vec![0xff; 20])]
        {
            assert!(!read(coding, bytes, true, 100).readable, "{coding}");
        }
    }
}

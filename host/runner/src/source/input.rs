//! Opening a source: a file or standard input, as it is, or compressed with gzip or Zstandard.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::feed::{self, Waiting};
use crate::interrupt::Interrupt;

/// How a user names standard input and standard output.
pub const DASH: &str = "-";

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTANDARD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// What one read of a compressed source asks for.
const COMPRESSED_CHUNK: usize = 64 * 1024;

/// Bytes that were read of all sources, before decompression.
#[derive(Clone, Debug, Default)]
pub struct ReadBytes(Arc<AtomicU64>);

impl ReadBytes {
    /// How many so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A source that was opened.
pub struct Source {
    /// Its content.
    pub reader: Box<dyn Read + Send>,
    /// Where a read may have to wait for a sender: whether it would.
    pub waiting: Option<Waiting>,
}

/// Opens a file, or standard input for `-`. What is compressed is told by its first bytes and gives its content: all members
/// of a gzip file, all frames of a Zstandard file.
///
/// # Errors
/// When the source cannot be opened, or its first bytes cannot be read.
pub fn open(name: &str, read: &ReadBytes, interrupt: &Interrupt) -> io::Result<Source> {
    let (raw, waiting): (Box<dyn Read + Send>, _) = if name == DASH {
        fed(feed::from(io::stdin(), interrupt))
    } else {
        let file = File::open(name)?;
        let kind = file.metadata()?.file_type();
        if kind.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        // What is no file on a disk may keep its reader waiting.
        if kind.is_file() { (Box::new(file), None) } else { fed(feed::from(file, interrupt)) }
    };
    Ok(Source { reader: decompressed(Box::new(Counted { raw, read: read.clone() }))?, waiting })
}

fn fed((reader, waiting): (Box<dyn Read + Send>, Waiting)) -> (Box<dyn Read + Send>, Option<Waiting>) {
    (reader, Some(waiting))
}

/// Size of a file on a disk; none for anything else.
pub fn size(name: &str) -> Option<u64> {
    let metadata = std::fs::metadata(Path::new(name)).ok().filter(|_| name != DASH)?;
    metadata.is_file().then_some(metadata.len())
}

fn decompressed(mut raw: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
    let mut head = Vec::new();
    (&mut raw).take(ZSTANDARD.len() as u64).read_to_end(&mut head)?;
    let (is_gzip, is_zstandard) = (head.starts_with(GZIP), head.starts_with(ZSTANDARD));
    let whole = Cursor::new(head).chain(raw);
    Ok(if is_gzip {
        Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(COMPRESSED_CHUNK, whole)))
    } else if is_zstandard {
        Box::new(zstd::Decoder::with_buffer(BufReader::with_capacity(COMPRESSED_CHUNK, whole))?)
    } else {
        Box::new(whole)
    })
}

struct Counted {
    raw: Box<dyn Read + Send>,
    read: ReadBytes,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.raw.read(into)?;
        self.read.0.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read_back(bytes: &[u8]) -> io::Result<String> {
        let mut text = String::new();
        decompressed(Box::new(Cursor::new(bytes.to_vec())))?.read_to_string(&mut text).map(|_| text)
    }

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn decompressed_plain_text_of_any_length_passes() {
        for text in ["", "a", "abc", "{\"a\":1}\n"] {
            assert_eq!(read_back(text.as_bytes()).unwrap(), text);
        }
    }

    #[test]
    fn decompressed_gzip_gives_all_members() {
        assert_eq!(read_back(&[gzip("one\n"), gzip(""), gzip("two\n")].concat()).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn decompressed_zstandard_gives_all_frames() {
        let frame = |text: &str| zstd::encode_all(text.as_bytes(), 1).unwrap();
        assert_eq!(read_back(&[frame("one\n"), frame("two\n")].concat()).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn decompressed_what_is_cut_is_an_error() {
        let whole = gzip("some text that is long enough to be cut");
        assert!(read_back(&whole[..whole.len() - 9]).is_err());
        let whole = zstd::encode_all("some text that is long enough to be cut".as_bytes(), 1).unwrap();
        assert!(read_back(&whole[..whole.len() - 3]).is_err());
    }
}

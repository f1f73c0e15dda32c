//! Bytes of an event that is too large to hold.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;

/// What becomes of the bytes of events that are too large to hold.
#[derive(Clone, Debug, Default)]
pub enum Spooling {
    /// They are counted only: nobody asked to keep rejected events.
    #[default]
    Count,
    /// They are kept in a nameless file in this folder.
    Folder(PathBuf),
}

/// An event of any size outside memory.
#[derive(Debug)]
pub struct Spool {
    file: Option<File>,
    len: u64,
}

impl Spool {
    /// Begins empty.
    pub fn new(spooling: &Spooling) -> io::Result<Self> {
        let file = match spooling {
            Spooling::Count => None,
            Spooling::Folder(folder) => Some(tempfile::tempfile_in(folder)?),
        };
        Ok(Self { file, len: 0 })
    }

    /// Adds bytes at the end.
    pub fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.len += bytes.len() as u64;
        self.file.as_mut().map_or(Ok(()), |file| file.write_all(bytes))
    }

    /// How many bytes it holds, or would.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Writes all of it.
    pub fn copy_to(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        file.rewind()?;
        io::copy(&mut file.take(self.len), out).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spool_in_a_folder_gives_back_what_was_pushed() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::new(&Spooling::Folder(folder.path().to_owned())).unwrap();
        spool.push(b"abc").unwrap();
        spool.push(b"def").unwrap();
        let mut out = Vec::new();
        spool.copy_to(&mut out).unwrap();
        assert_eq!((out.as_slice(), spool.len()), (b"abcdef".as_slice(), 6));
    }

    #[test]
    fn spool_that_counts_keeps_nothing() {
        let mut spool = Spool::new(&Spooling::Count).unwrap();
        spool.push(b"abc").unwrap();
        let mut out = Vec::new();
        spool.copy_to(&mut out).unwrap();
        assert_eq!((out.len(), spool.len()), (0, 3));
    }
}

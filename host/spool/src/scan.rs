//! Goes through a segment frame by frame, and over what is no frame.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::frame::{self, Frame, HEAD_BYTES, Place};
use crate::segment;

/// How much is looked through at once for the next frame.
const WINDOW: usize = 64 << 10;

/// What stands at a place of a segment.
pub(crate) enum Item {
    /// A whole frame.
    Frame(Frame),
    /// Bytes that are no frame, with a whole frame behind them.
    Damage(Range<u64>),
    /// No whole frame from here on.
    End,
}

/// A segment being read.
pub(crate) struct Scan {
    path: PathBuf,
    file: File,
    head: segment::Head,
    offset: u64,
    next: u64,
}

impl Scan {
    /// Opens a segment; `None` where its head cannot be read or is another segment's.
    pub fn open(path: &Path) -> Result<Option<Self>, Error> {
        let file = File::open(path).map_err(|error| Error::file(path, &error))?;
        let head = segment::Head::read(&file, path)?.filter(|head| segment::first_of(path) == Some(head.first));
        Ok(head.map(|head| Self { path: path.to_owned(), file, head, offset: segment::HEAD_BYTES, next: head.first }))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn head(&self) -> segment::Head {
        self.head
    }

    /// Where the next item stands.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The lowest number that the next frame may have.
    pub fn next_number(&self) -> u64 {
        self.next
    }

    /// The next item. A frame that stands behind damage is given by the call after that.
    pub fn step(&mut self) -> Result<Item, Error> {
        if let Some(frame) = self.frame_at(self.offset)? {
            self.offset += frame::stored_bytes(frame.payload.len());
            self.next = frame.number + 1;
            return Ok(Item::Frame(frame));
        }
        let from = self.offset;
        Ok(match self.find(from + frame::ALIGNMENT)? {
            Some(at) => {
                self.offset = at;
                Item::Damage(from..at)
            }
            None => Item::End,
        })
    }

    /// The frame at `place`, when it is still the same one.
    pub fn at(&self, place: Place) -> Result<Option<Frame>, Error> {
        Ok(self.frame_at(place.offset)?.filter(|frame| frame.number == place.number))
    }

    /// The last byte that is not zero from the next item on; what an interrupted write left.
    pub fn tail(&self) -> Result<Option<Range<u64>>, Error> {
        let mut last = None;
        let mut at = self.offset;
        let mut window = vec![0; WINDOW];
        loop {
            let read = self.read(&mut window, at)?;
            if read == 0 {
                return Ok(last.map(|last| self.offset..last + 1));
            }
            last = window[..read].iter().rposition(|byte| *byte != 0).map(|found| at + found as u64).or(last);
            at += read as u64;
        }
    }

    fn frame_at(&self, offset: u64) -> Result<Option<Frame>, Error> {
        let mut bytes = [0; HEAD_BYTES];
        if self.read(&mut bytes, offset)? < HEAD_BYTES {
            return Ok(None);
        }
        let Some(head) = frame::Head::read(&bytes, self.head.salt).filter(|head| head.number >= self.head.first) else { return Ok(None) };
        let length = self.file.metadata().map_err(|error| Error::file(&self.path, &error))?.len();
        if offset + HEAD_BYTES as u64 + head.length as u64 > length {
            return Ok(None);
        }
        let mut payload = vec![0; head.length];
        let whole = self.read(&mut payload, offset + HEAD_BYTES as u64)? == head.length && head.is_of(&payload, self.head.salt);
        let place = Place { number: head.number, segment: self.head.first, offset };
        Ok(whole.then_some(Frame { number: head.number, place, payload }))
    }

    /// The first place at or after `from` where a whole frame stands that has not come yet.
    fn find(&self, from: u64) -> Result<Option<u64>, Error> {
        let mut at = from;
        let mut window = vec![0; WINDOW];
        loop {
            let read = self.read(&mut window, at)?;
            if read < HEAD_BYTES {
                return Ok(None);
            }
            let mut place = 0;
            while place + HEAD_BYTES <= read {
                let mut bytes = [0; HEAD_BYTES];
                bytes.copy_from_slice(&window[place..place + HEAD_BYTES]);
                let found = at + place as u64;
                let likely = frame::Head::read(&bytes, self.head.salt).is_some_and(|head| head.number >= self.next);
                if likely && self.frame_at(found)?.is_some() {
                    return Ok(Some(found));
                }
                place += frame::ALIGNMENT as usize;
            }
            at += place as u64;
        }
    }

    fn read(&self, into: &mut [u8], offset: u64) -> Result<usize, Error> {
        let mut done = 0;
        while done < into.len() {
            match self.file.read_at(&mut into[done..], offset + done as u64) {
                Ok(0) => break,
                Ok(read) => done += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::file(&self.path, &error)),
            }
        }
        Ok(done)
    }
}

//! Reads frames in order.

use std::sync::Arc;

use tokio::sync::watch;

use crate::error::Error;
use crate::frame::Frame;
use crate::recovery::Damage;
use crate::scan::{Item, Scan};
use crate::segment;
use crate::spool::Shared;

/// Reads frames in order, each once; acknowledging is another thing, and the [`Spool`](crate::Spool)'s.
pub struct Reader {
    shared: Arc<Shared>,
    durable: watch::Receiver<u64>,
    next: u64,
    scan: Option<Scan>,
    damage: Vec<Damage>,
}

impl Reader {
    pub(crate) fn new(shared: Arc<Shared>, durable: watch::Receiver<u64>, next: u64) -> Self {
        Self { shared, durable, next, scan: None, damage: Vec::new() }
    }

    /// The number of the next frame to come; all before it have come.
    pub fn next_number(&self) -> u64 {
        self.next
    }

    /// Waits until there may be something to read.
    ///
    /// # Errors
    /// [`Error::Closed`] when the spool was closed and all has been read.
    pub async fn wait(&mut self) -> Result<(), Error> {
        let next = self.next;
        self.durable.wait_for(|last| *last >= next).await.map(drop).map_err(|_| Error::Closed)
    }

    /// Reads what is there: up to `frames` frames, and no more after `bytes` bytes of payload. Empty when all has been read.
    ///
    /// # Errors
    /// When a file cannot be read; what came before that in the same call comes again in the next one.
    pub fn read(&mut self, frames: usize, bytes: usize) -> Result<Vec<Frame>, Error> {
        let last = *self.durable.borrow();
        let begin = self.next;
        let mut out = Vec::new();
        let mut size = 0;
        while self.next <= last && out.len() < frames && size < bytes {
            match self.step(last) {
                Ok(Some(frame)) => {
                    size += frame.payload.len();
                    out.push(frame);
                }
                Ok(None) => {}
                Err(error) => {
                    (self.next, self.scan) = (begin, None);
                    return Err(error);
                }
            }
        }
        Ok(out)
    }

    /// Damage that was found while reading: it came after the spool was opened. What was told is forgotten.
    pub fn damage(&mut self) -> Vec<Damage> {
        std::mem::take(&mut self.damage)
    }

    /// One step: a frame, or something else that was passed.
    fn step(&mut self, last: u64) -> Result<Option<Frame>, Error> {
        let Some(scan) = &mut self.scan else {
            self.open(None, last)?;
            return Ok(None);
        };
        match scan.step()? {
            Item::Frame(frame) if frame.number < self.next => Ok(None),
            Item::Frame(frame) => {
                self.next = frame.number + 1;
                Ok(Some(frame))
            }
            Item::Damage(bytes) => {
                if scan.next_number() >= self.next {
                    self.damage.push(Damage { path: scan.path().to_owned(), bytes, lost: None });
                }
                Ok(None)
            }
            Item::End => {
                let first = scan.head().first;
                self.open(Some(first), last)?;
                Ok(None)
            }
        }
    }

    /// Goes on with the segment after `first`. Where there is none, all that was durable until now has been read.
    fn open(&mut self, mut first: Option<u64>, last: u64) -> Result<(), Error> {
        loop {
            first = self.shared.segment_after(first);
            let Some(found) = first else {
                self.next = last + 1;
                return Ok(());
            };
            let path = segment::path(&self.shared.folder, found);
            self.scan = Scan::open(&path)?;
            if self.scan.is_some() {
                return Ok(());
            }
            // Its head was damaged since the spool was opened: what it held comes no more.
            self.damage.push(Damage { path, bytes: 0..0, lost: None });
        }
    }
}

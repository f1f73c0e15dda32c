//! The handle: appending, acknowledging, and the account of what is in use.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{oneshot, watch};

use crate::append::Append;
use crate::cursor::{self, Cursor};
use crate::error::Error;
use crate::folder;
use crate::frame;
use crate::lane::Lane;
use crate::options::Options;
use crate::reader::Reader;
use crate::recovery::{self, Damage, Kept, Recovery};
use crate::rereader::Rereader;
use crate::segment;
use crate::writer::{Job, Writer};

/// A spool, open for appending. Clones are the same spool; the last one that is dropped waits for what was begun.
#[derive(Clone)]
pub struct Spool(Arc<Handle>);

struct Handle {
    shared: Arc<Shared>,
    lane: Lane,
}

/// What writer, reader and handle have in common.
pub(crate) struct Shared {
    pub folder: PathBuf,
    pub options: Options,
    used: AtomicU64,
    durable: watch::Receiver<u64>,
    segments: Mutex<Vec<Kept>>,
    cursor: Mutex<Cursor>,
    _lock: File,
}

impl Spool {
    /// Opens the spool of a folder, which is made where it is not there. Goes through all that waits, so that it takes time in
    /// proportion to that.
    ///
    /// # Errors
    /// When the options contradict themselves, the folder is in use, or a file cannot be read or written. Damage is no error.
    pub fn open(folder: &Path, options: Options) -> Result<(Self, Reader, Recovery), Error> {
        options.check()?;
        folder::make(folder)?;
        let lock = folder::lock(folder)?;
        let cursor = Cursor::open(folder, options.durability)?;
        let (mut recovery, kept) = recovery::recover(folder, cursor.number(), cursor.state() == cursor::State::Whole, options.durability)?;
        if cursor.state() == cursor::State::Lost {
            recovery.damage.push(Damage { path: folder.join("cursor"), bytes: 0..4096, lost: None });
        }
        let (publish, durable) = watch::channel(recovery.last);
        let shared = Arc::new(Shared {
            folder: folder.to_owned(),
            options,
            used: AtomicU64::new(kept.iter().map(|kept| kept.bytes).sum()),
            durable: durable.clone(),
            segments: Mutex::new(kept),
            cursor: Mutex::new(cursor),
            _lock: lock,
        });
        let lane = Lane::new(Writer::new(shared.clone(), publish, recovery.last), options.durability);
        let lane = lane.map_err(|error| Error::file(folder, &error))?;
        let reader = Reader::new(shared.clone(), durable, recovery.acknowledged + 1);
        Ok((Self(Arc::new(Handle { shared, lane })), reader, recovery))
    }

    /// Appends a frame. Frames of one thread keep their order. What waits is held in memory: it is the caller's to wait for an
    /// append before the next one. With [`Durability::Process`](crate::Durability::Process) it is written before this returns.
    pub fn append(&self, payload: Vec<u8>) -> Append {
        self.append_within(payload, self.0.shared.options.room() - self.0.shared.options.reserve_bytes)
    }

    /// The same for what completes something begun: it may use the reserve, too.
    pub fn append_reserved(&self, payload: Vec<u8>) -> Append {
        self.append_within(payload, self.0.shared.options.room())
    }

    /// Whether an [`append`](Self::append) of `bytes` would be refused now for want of room.
    pub fn is_full_for(&self, bytes: usize) -> bool {
        let limit = self.0.shared.options.room() - self.0.shared.options.reserve_bytes;
        self.used() + frame::stored_bytes(bytes) > limit
    }

    /// Bytes in use, of the [`room`](Self::room) there is.
    pub fn used(&self) -> u64 {
        self.0.shared.used.load(Ordering::Relaxed)
    }

    /// Bytes that frames may take up: the limit, less two segments.
    pub fn room(&self) -> u64 {
        self.0.shared.options.room()
    }

    /// The number of the last frame that is durable; 0 for none.
    pub fn last(&self) -> u64 {
        *self.0.shared.durable.borrow()
    }

    /// The last number that was acknowledged; 0 for none.
    pub fn acknowledged(&self) -> u64 {
        self.0.shared.cursor().number()
    }

    /// Acknowledges all frames up to `number`, which must have been read: they will not come again, and segments without others
    /// are removed. Blocks for a sync with [`Durability::Disk`](crate::Durability::Disk).
    ///
    /// # Errors
    /// When that many were not given out, or a file cannot be written; then some of them may come again.
    pub fn acknowledge(&self, number: u64) -> Result<(), Error> {
        let last = self.last();
        if number > last {
            return Err(Error::NotYet { number, last });
        }
        if !self.0.shared.cursor().advance(number)? {
            return Ok(());
        }
        self.0.shared.forget(number)
    }

    /// For frames that are wanted once more.
    pub fn rereader(&self) -> Rereader {
        Rereader::new(self.0.shared.clone())
    }

    fn append_within(&self, payload: Vec<u8>, limit: u64) -> Append {
        let shared = &self.0.shared;
        if payload.len() > shared.options.frame_bytes {
            return Append::refused(Error::TooLarge { bytes: payload.len(), limit: shared.options.frame_bytes });
        }
        let bytes = frame::stored_bytes(payload.len());
        let taken = shared.used.try_update(Ordering::Relaxed, Ordering::Relaxed, |used| Some(used + bytes).filter(|used| *used <= limit));
        if let Err(used) = taken {
            return Append::refused(Error::Full { used, limit });
        }
        let (answer, waiting) = oneshot::channel();
        if self.0.lane.take(Job { payload, answer }) {
            Append::waiting(waiting)
        } else {
            shared.give_back(bytes);
            Append::refused(Error::Closed)
        }
    }
}

impl Shared {
    /// The segment that begins next after `first`, or the first one.
    pub fn segment_after(&self, first: Option<u64>) -> Option<u64> {
        self.segments().iter().map(|kept| kept.first).find(|found| first.is_none_or(|first| *found > first))
    }

    /// Adds a segment that is now written to.
    pub fn began(&self, first: u64) {
        self.used.fetch_add(segment::HEAD_BYTES, Ordering::Relaxed);
        self.segments().push(Kept { first, bytes: segment::HEAD_BYTES });
    }

    /// Counts bytes that are now in the newest segment; they were taken from the room when they were queued.
    pub fn grew(&self, bytes: u64) {
        if let Some(kept) = self.segments().last_mut() {
            kept.bytes += bytes;
        }
    }

    /// Gives back room that was taken.
    pub fn give_back(&self, bytes: u64) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Removes segments whose frames are all acknowledged. The newest stays: it may be written to.
    fn forget(&self, acknowledged: u64) -> Result<(), Error> {
        let mut segments = self.segments();
        while segments.len() > 1 && segments[1].first <= acknowledged + 1 {
            let kept = segments[0];
            folder::remove(&segment::path(&self.folder, kept.first))?;
            segments.remove(0);
            self.give_back(kept.bytes);
        }
        Ok(())
    }

    // What these locks guard is whole after each statement, so that a panic elsewhere spoils nothing.
    fn segments(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.segments.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cursor(&self) -> MutexGuard<'_, Cursor> {
        self.cursor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

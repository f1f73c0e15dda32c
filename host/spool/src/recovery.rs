//! What is done when a spool is opened: every segment is gone through, the end of an interrupted write is cut off, damage is told.

use std::fs::{self, OpenOptions};
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::folder;
use crate::options::Durability;
use crate::scan::{Item, Scan};
use crate::segment;

/// Bytes that are no frame, or frames that are missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The file. Where its head cannot be read, it has been renamed to this; where nothing of it was left, removed.
    pub path: PathBuf,
    /// Which bytes of it; empty where a file before it is missing.
    pub bytes: Range<u64>,
    /// Which frames are lost by it, where that can be told. Among them may be some whose append never succeeded.
    pub lost: Option<RangeInclusive<u64>>,
}

/// What was found when a spool was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// The last number that had been acknowledged; 0 for none.
    pub acknowledged: u64,
    /// The last number that was ever given to a frame that is, or was, durable. Frames up to it are from earlier runs.
    pub last: u64,
    /// Whole frames that are there and wait.
    pub waiting: u64,
    /// What was damaged.
    pub damage: Vec<Damage>,
    /// What interrupted writes had left at the end of segments, and was cut off. None of it had succeeded.
    pub cut: Vec<Damage>,
}

/// A segment that is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    pub first: u64,
    pub bytes: u64,
}

/// Goes through all segments of a folder that is locked. Where it is not `sure` how much was acknowledged, what is missing before
/// the first segment counts as acknowledged.
pub(crate) fn recover(folder: &Path, acknowledged: u64, sure: bool, durability: Durability) -> Result<(Recovery, Vec<Kept>), Error> {
    let mut found = Findings { durability, recovery: Recovery::default(), kept: Vec::new(), tail: None, aside: false };
    (found.recovery.acknowledged, found.recovery.last) = (acknowledged, acknowledged);
    folder::remove(&folder::spare(folder))?;
    for (place, first) in folder::segments(folder)?.into_iter().enumerate() {
        let path = segment::path(folder, first);
        match Scan::open(&path)? {
            Some(scan) => {
                if place == 0 && !sure {
                    found.recovery.last = scan.head().before.max(acknowledged);
                }
                found.segment(path, scan)?;
            }
            None => {
                let damage = put_aside(&path)?;
                found.aside |= damage.is_some();
                found.recovery.damage.extend(damage);
            }
        }
    }
    found.recovery.cut.extend(found.tail.filter(|tail| !tail.bytes.is_empty()));
    Ok((found.recovery, found.kept))
}

struct Findings {
    durability: Durability,
    recovery: Recovery,
    kept: Vec<Kept>,
    /// What stands behind the last frame of the segment before. The next segment tells whether frames were there.
    tail: Option<Damage>,
    /// Whether the file before could not be read at all.
    aside: bool,
}

impl Findings {
    fn segment(&mut self, path: PathBuf, mut scan: Scan) -> Result<(), Error> {
        self.begin(&path, scan.head().before);
        let mut frames = 0;
        let mut damaged = None;
        loop {
            match scan.step()? {
                Item::Frame(frame) => {
                    if let Some(bytes) = damaged.take() {
                        let lost = self.recovery.last + 1..=frame.number - 1;
                        let lost = (!lost.is_empty()).then_some(lost);
                        self.recovery.damage.push(Damage { path: path.clone(), bytes, lost });
                    }
                    frames += 1;
                    self.recovery.waiting += u64::from(frame.number > self.recovery.acknowledged);
                    self.recovery.last = self.recovery.last.max(frame.number);
                }
                Item::Damage(bytes) => damaged = Some(bytes),
                Item::End => break,
            }
        }
        let (first, end) = (scan.head().first, scan.offset());
        let bytes = scan.tail()?.unwrap_or(end..end);
        self.tail = Some(Damage { path: path.clone(), bytes, lost: None });
        drop(scan);
        if frames == 0 || self.recovery.last <= self.recovery.acknowledged {
            return folder::remove(&path);
        }
        cut(&path, end, self.durability)?;
        self.kept.push(Kept { first, bytes: end });
        Ok(())
    }

    /// Begins a segment: what was durable before it must have come out of those before it.
    fn begin(&mut self, path: &Path, before: u64) {
        let tail = self.tail.take();
        if before <= self.recovery.last {
            self.recovery.cut.extend(tail.filter(|tail| !tail.bytes.is_empty()));
        } else {
            let lost = Some(self.recovery.last + 1..=before);
            match self.recovery.damage.last_mut().filter(|_| self.aside) {
                Some(damage) => damage.lost = lost,
                None => {
                    let damage = tail.unwrap_or_else(|| Damage { path: path.to_owned(), bytes: 0..0, lost: None });
                    self.recovery.damage.push(Damage { lost, ..damage });
                }
            }
            self.recovery.last = before;
        }
        self.aside = false;
    }
}

/// Puts a file aside whose head cannot be read, for people to look at. One without any content never was a segment.
fn put_aside(path: &Path) -> Result<Option<Damage>, Error> {
    let bytes = fs::metadata(path).map_err(|error| Error::file(path, &error))?.len();
    if bytes <= segment::MAX_BYTES && fs::read(path).map_err(|error| Error::file(path, &error))?.iter().all(|byte| *byte == 0) {
        folder::remove(path)?;
        return Ok(None);
    }
    let aside = path.with_extension("damaged");
    fs::rename(path, &aside).map_err(|error| Error::file(path, &error))?;
    Ok(Some(Damage { path: aside, bytes: 0..bytes, lost: None }))
}

fn cut(path: &Path, end: u64, durability: Durability) -> Result<(), Error> {
    let done = OpenOptions::new().write(true).open(path).and_then(|file| {
        if file.metadata()?.len() == end {
            return Ok(());
        }
        file.set_len(end)?;
        if durability == Durability::Disk { file.sync_all() } else { Ok(()) }
    });
    done.map_err(|error| Error::file(path, &error))
}

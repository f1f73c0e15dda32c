//! How a spool is to behave.

use crate::error::Error;
use crate::frame::{self, MAX_FRAME_BYTES};
use crate::segment;

/// What an append that succeeded survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The end of the machine: data are synced to the disk before an append succeeds.
    #[default]
    Disk,
    /// The end of the process only: data are with the system, which writes them when it likes.
    Process,
}

/// How a spool is to behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// What an append that succeeded survives.
    pub durability: Durability,
    /// Bytes of a segment file, made in advance. 64 KiB to 1 GiB.
    pub segment_bytes: u64,
    /// Bytes that all files of the spool may take up together. At least four segments.
    pub limit_bytes: u64,
    /// Bytes of the limit that only [`Spool::append_reserved`](crate::Spool::append_reserved) may use.
    pub reserve_bytes: u64,
    /// Bytes of the longest payload, at most [`MAX_FRAME_BYTES`]. A frame must fit into a segment.
    pub frame_bytes: usize,
}

impl Default for Options {
    /// On the disk, 8 MiB a segment, 1 GiB altogether, of which 64 MiB are reserved, frames up to 4 MiB.
    fn default() -> Self {
        Self { durability: Durability::Disk, segment_bytes: 8 << 20, limit_bytes: 1 << 30, reserve_bytes: 64 << 20, frame_bytes: 4 << 20 }
    }
}

impl Options {
    /// Bytes that frames may take up: besides them there is one segment made in advance, and the rest of the one being written.
    pub(crate) fn room(&self) -> u64 {
        self.limit_bytes - 2 * self.segment_bytes
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if !(64 << 10..=segment::MAX_BYTES).contains(&self.segment_bytes) {
            return Err(Error::Options("a segment has 64 KiB to 1 GiB"));
        }
        if self.limit_bytes / 4 < self.segment_bytes {
            return Err(Error::Options("the limit is at least four segments"));
        }
        if self.reserve_bytes > self.room() / 2 {
            return Err(Error::Options("the reserve is at most half of what frames may take up: the limit less two segments"));
        }
        if self.frame_bytes == 0 || self.frame_bytes > MAX_FRAME_BYTES {
            return Err(Error::Options("a frame has 1 byte to 64 MiB"));
        }
        if frame::stored_bytes(self.frame_bytes) > self.segment_bytes - segment::HEAD_BYTES {
            return Err(Error::Options("a frame, its head and a segment's head fit into a segment"));
        }
        Ok(())
    }
}

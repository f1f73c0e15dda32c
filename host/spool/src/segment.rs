//! A segment: a file of frames, made in advance, with a head that stands twice.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use twox_hash::XxHash3_64;

use crate::error::Error;
use crate::options::Durability;

/// The largest file that is read as a segment.
pub(crate) const MAX_BYTES: u64 = 1 << 30;
/// Where the first frame stands.
pub(crate) const HEAD_BYTES: u64 = 4096;
/// Where the head stands: twice, in different sectors, since without its salt no frame can be read.
const COPIES: [u64; 2] = [0, 2048];
const COPY_BYTES: usize = 48;
const MAGIC: [u8; 8] = *b"actlogSP";
const VERSION: u32 = 1;
const ENDING: &str = "segment";

/// What a segment's head says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// The number of its first frame.
    pub first: u64,
    /// The last number that was durable before it was begun; more than the segment before holds means that frames are lost.
    pub before: u64,
    /// Random, so that no payload can pose as a frame.
    pub salt: u64,
}

/// The name of the segment whose first frame is `first`.
pub(crate) fn path(folder: &Path, first: u64) -> PathBuf {
    folder.join(format!("{first:020}.{ENDING}"))
}

/// The first frame's number, out of a file's name; `None` where it is no segment's.
pub(crate) fn first_of(path: &Path) -> Option<u64> {
    let stem = path.file_stem()?.to_str()?;
    let digits = stem.len() == 20 && stem.bytes().all(|byte| byte.is_ascii_digit());
    (digits && path.extension()?.to_str()? == ENDING).then(|| stem.parse().ok()).flatten()
}

/// Makes a file of `bytes` zeros. Written out for [`Durability::Disk`], so that a later sync has only data to write and no metadata.
pub(crate) fn prepare(path: &Path, bytes: u64, durability: Durability) -> io::Result<File> {
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o600).open(path)?;
    match durability {
        Durability::Process => file.set_len(bytes)?,
        Durability::Disk => {
            let zeros = vec![0; 256 << 10];
            let mut left = bytes;
            while left > 0 {
                let now = left.min(zeros.len() as u64) as usize;
                file.write_all(&zeros[..now])?;
                left -= now as u64;
            }
            file.sync_all()?;
        }
    }
    Ok(file)
}

impl Head {
    /// Writes both copies.
    pub fn write(&self, file: &File) -> io::Result<()> {
        let mut copy = Vec::with_capacity(COPY_BYTES);
        copy.extend_from_slice(&MAGIC);
        copy.extend_from_slice(&VERSION.to_le_bytes());
        copy.extend_from_slice(&[0; 4]);
        copy.extend_from_slice(&self.first.to_le_bytes());
        copy.extend_from_slice(&self.before.to_le_bytes());
        copy.extend_from_slice(&self.salt.to_le_bytes());
        copy.extend_from_slice(&XxHash3_64::oneshot(&copy).to_le_bytes());
        COPIES.iter().try_for_each(|at| file.write_all_at(&copy, *at))
    }

    /// Reads whichever copy is whole; `None` when neither is.
    ///
    /// # Errors
    /// When the file cannot be read, or a newer program wrote it.
    pub fn read(file: &File, path: &Path) -> Result<Option<Self>, Error> {
        for at in COPIES {
            let mut copy = [0; COPY_BYTES];
            match file.read_exact_at(&mut copy, at) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => continue,
                Err(error) => return Err(Error::file(path, &error)),
            }
            if copy[..8] != MAGIC || u64_at(&copy, 40) != XxHash3_64::oneshot(&copy[..40]) {
                continue;
            }
            let found = u32::from_le_bytes([copy[8], copy[9], copy[10], copy[11]]);
            if found > VERSION {
                return Err(Error::TooNew { path: path.to_owned(), found, known: VERSION });
            }
            return Ok(Some(Self { first: u64_at(&copy, 16), before: u64_at(&copy, 24), salt: u64_at(&copy, 32) }));
        }
        Ok(None)
    }
}

fn u64_at(bytes: &[u8; COPY_BYTES], at: usize) -> u64 {
    let mut eight = [0; 8];
    eight.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(eight)
}

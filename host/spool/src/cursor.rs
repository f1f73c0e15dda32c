//! The cursor: up to which number everything has been acknowledged. Two slots in turn, so that one is always whole.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use twox_hash::XxHash3_64;

use crate::error::Error;
use crate::options::Durability;

const NAME: &str = "cursor";
const SLOTS: [u64; 2] = [0, 2048];
const BYTES: usize = 24;
const MAGIC: [u8; 8] = *b"actlogCU";

/// The file and what it says.
pub(crate) struct Cursor {
    path: PathBuf,
    file: File,
    number: u64,
    slot: usize,
    durability: Durability,
    state: State,
}

/// What was found of the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// All of it.
    Whole,
    /// One slot was written and cannot be read: more may have been acknowledged than the other one says.
    Older,
    /// No slot that was written can be read: all that is there comes again.
    Lost,
}

impl Cursor {
    /// Opens the cursor, or makes it.
    pub fn open(folder: &Path, durability: Durability) -> Result<Self, Error> {
        let path = folder.join(NAME);
        let open = || OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
        let file = open().map_err(|error| Error::file(&path, &error))?;
        let mut found = None;
        let mut written = 0;
        let mut whole = 0;
        for (slot, at) in SLOTS.into_iter().enumerate() {
            let mut bytes = [0; BYTES];
            match file.read_exact_at(&mut bytes, at) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => continue,
                Err(error) => return Err(Error::file(&path, &error)),
            }
            written += u8::from(bytes != [0; BYTES]);
            if let Some(number) = read(&bytes) {
                whole += 1;
                if found.is_none_or(|(newest, _)| number > newest) {
                    found = Some((number, slot));
                }
            }
        }
        let (number, slot) = found.unwrap_or((0, 1));
        let state = match whole {
            _ if whole == written => State::Whole,
            0 => State::Lost,
            _ => State::Older,
        };
        Ok(Self { path, file, number, slot, durability, state })
    }

    /// What was found when it was opened.
    pub fn state(&self) -> State {
        self.state
    }

    /// The last number that was acknowledged; 0 for none.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Moves it on, durably. A number that is not higher changes nothing.
    pub fn advance(&mut self, number: u64) -> Result<bool, Error> {
        if number <= self.number {
            return Ok(false);
        }
        let slot = 1 - self.slot;
        let done = self.file.write_all_at(&write(number), SLOTS[slot]).and_then(|()| match self.durability {
            Durability::Disk => self.file.sync_data(),
            Durability::Process => Ok(()),
        });
        done.map_err(|error| Error::file(&self.path, &error))?;
        (self.number, self.slot) = (number, slot);
        Ok(true)
    }
}

fn write(number: u64) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..16].copy_from_slice(&number.to_le_bytes());
    let check = XxHash3_64::oneshot(&bytes[..16]);
    bytes[16..].copy_from_slice(&check.to_le_bytes());
    bytes
}

fn read(bytes: &[u8; BYTES]) -> Option<u64> {
    let number = u64::from_le_bytes(bytes[8..16].try_into().ok()?);
    (write(number) == *bytes).then_some(number)
}

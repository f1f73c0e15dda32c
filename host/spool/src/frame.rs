//! A frame: a head with its own check, and the payload.

use twox_hash::XxHash3_64;

/// Bytes of the longest payload that any spool takes.
pub const MAX_FRAME_BYTES: usize = 64 << 20;
/// Bytes of a frame's head.
pub(crate) const HEAD_BYTES: usize = 32;
/// Frames begin at multiples of this.
pub(crate) const ALIGNMENT: u64 = 8;
const MARK: [u8; 4] = *b"frm1";

/// A frame as it comes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its number: 1 for the first of a spool, ascending, never used again.
    pub number: u64,
    /// Where it stands.
    pub place: Place,
    /// What was appended.
    pub payload: Vec<u8>,
}

/// Where a frame stands, to read it once more before it is acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    pub(crate) number: u64,
    pub(crate) segment: u64,
    pub(crate) offset: u64,
}

impl Place {
    /// The frame's number.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Whether both stand in the same file: files are removed as a whole.
    pub fn shares_file_with(&self, other: Self) -> bool {
        self.segment == other.segment
    }
}

/// The head of a frame whose own check was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub length: usize,
    pub number: u64,
    check: u64,
}

impl Head {
    /// Reads a head; `None` where there is none, or a damaged one. `salt` is the segment's: bytes of a payload that look like a
    /// frame do not have it.
    pub fn read(bytes: &[u8; HEAD_BYTES], salt: u64) -> Option<Self> {
        if bytes[4..8] != MARK || u64_at(bytes, 24) != XxHash3_64::oneshot_with_seed(salt, &bytes[..24]) {
            return None;
        }
        let length = u32::from_le_bytes(bytes[..4].try_into().ok()?) as usize;
        (length <= MAX_FRAME_BYTES).then(|| Self { length, number: u64_at(bytes, 8), check: u64_at(bytes, 16) })
    }

    /// Whether `payload` is the one that this head was made for.
    pub fn is_of(&self, payload: &[u8], salt: u64) -> bool {
        payload.len() == self.length && XxHash3_64::oneshot_with_seed(salt, payload) == self.check
    }
}

/// Bytes that a payload takes up in a file.
pub(crate) fn stored_bytes(length: usize) -> u64 {
    (HEAD_BYTES as u64 + length as u64).next_multiple_of(ALIGNMENT)
}

/// Appends a frame to `out`.
pub(crate) fn write(out: &mut Vec<u8>, number: u64, payload: &[u8], salt: u64) {
    let begin = out.len();
    // Never truncated: the longest payload is checked where it comes in.
    out.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    out.extend_from_slice(&MARK);
    out.extend_from_slice(&number.to_le_bytes());
    out.extend_from_slice(&XxHash3_64::oneshot_with_seed(salt, payload).to_le_bytes());
    let check = XxHash3_64::oneshot_with_seed(salt, &out[begin..]);
    out.extend_from_slice(&check.to_le_bytes());
    out.extend_from_slice(payload);
    out.resize(begin + stored_bytes(payload.len()) as usize, 0);
}

fn u64_at(bytes: &[u8; HEAD_BYTES], at: usize) -> u64 {
    let mut eight = [0; 8];
    eight.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(eight)
}

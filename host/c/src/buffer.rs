//! Bytes that a call gave.

use crate::guard;
use crate::text::Bytes;

/// Bytes that a call gave; the caller frees it.
pub struct Buffer(Vec<u8>);

impl Buffer {
    /// With a NUL behind, for texts.
    pub(crate) fn new(bytes: impl Into<Vec<u8>>) -> Self {
        let mut bytes = bytes.into();
        bytes.push(0);
        Buffer(bytes)
    }
}

/// The bytes of a buffer, which live as long as it does. A NUL follows, which `len` does not count.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_buffer_bytes(buffer: *const Buffer) -> Bytes {
    unsafe { guard::read(buffer, Bytes::NONE, |buffer| Bytes::of(buffer.0.split_last().map_or(&[], |(_, bytes)| bytes))) }
}

/// Frees a buffer. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_buffer_free(buffer: *mut Buffer) {
    unsafe { guard::free(buffer) }
}

//! Texts and bytes on their way out, and bytes on their way in.

use crate::error::Error;
use std::ffi::c_char;
use std::ptr;

/// A text that belongs to the handle it was got from, and is gone with it: UTF-8, `len` bytes. A NUL follows, which `len` does not
/// count. What an event said may hold NULs of its own. `data` is never NULL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Text {
    /// First byte.
    pub data: *const c_char,
    /// Bytes, without the NUL.
    pub len: usize,
}

/// Bytes that belong to the handle they were got from, and are gone with it. `data` is NULL only where there is no handle.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Bytes {
    /// First byte.
    pub data: *const u8,
    /// How many.
    pub len: usize,
}

impl Text {
    pub(crate) const EMPTY: Text = Text { data: c"".as_ptr(), len: 0 };
}

impl Bytes {
    pub(crate) const NONE: Bytes = Bytes { data: ptr::null(), len: 0 };

    pub(crate) fn of(bytes: &[u8]) -> Self {
        Bytes { data: bytes.as_ptr(), len: bytes.len() }
    }
}

/// A text in a handle, with its NUL.
#[derive(Clone)]
pub(crate) struct Kept(Vec<u8>);

impl Kept {
    pub(crate) fn text(&self) -> Text {
        Text { data: self.0.as_ptr().cast(), len: self.0.len().saturating_sub(1) }
    }
}

impl<T: Into<Vec<u8>>> From<T> for Kept {
    fn from(text: T) -> Self {
        let mut bytes = text.into();
        bytes.push(0);
        Kept(bytes)
    }
}

/// What a caller gave as pointer and length. NULL is fine where the length is 0.
///
/// # Safety
/// Where `data` is not NULL, `len` bytes can be read there for `'a`.
pub(crate) unsafe fn given<'a>(data: *const u8, len: usize, what: &str) -> Result<&'a [u8], Error> {
    if len == 0 {
        return Ok(&[]);
    }
    if data.is_null() {
        return Err(Error::argument(&format!("{what} is NULL, but its length is {len}")));
    }
    if isize::try_from(len).is_err() {
        return Err(Error::argument(&format!("{what} cannot have {len} bytes")));
    }
    // SAFETY: not NULL, not too long; the caller vouches for the rest.
    Ok(unsafe { std::slice::from_raw_parts(data, len) })
}

/// The same, as text.
///
/// # Safety
/// As [`given`].
pub(crate) unsafe fn given_text<'a>(data: *const c_char, len: usize, what: &str) -> Result<&'a str, Error> {
    // SAFETY: the same promise.
    let bytes = unsafe { given(data.cast(), len, what) }?;
    std::str::from_utf8(bytes).map_err(|error| Error::argument(&format!("{what} is not UTF-8: {error}")))
}

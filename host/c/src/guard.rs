//! The border: no panic goes over it, handles are looked at before they are believed, and there is room to work.

use crate::error::Error;
use crate::status::Status;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

/// Bytes of stack that a call of the filter needs: the runtime gives it 512 KiB, and works around it itself.
const ROOM: usize = 1 << 20;

/// Bytes of stack that are made where the thread has less. They are addresses; memory is taken as it is used.
const STACK: usize = 4 << 20;

/// Does `make` and puts what it made into `out` as a handle, or else what went wrong into `error`, unless that is NULL.
///
/// # Safety
/// `out` and `error` are NULL or can be written.
pub(crate) unsafe fn give<T>(out: *mut *mut T, error: *mut *mut Error, make: impl FnOnce() -> Result<T, Error>) -> Status {
    let usable_error = !error.is_null() && error.is_aligned();
    if usable_error {
        // SAFETY: not NULL, and the caller vouches for it.
        unsafe { error.write(ptr::null_mut()) };
    }
    let made = contained(|| {
        if out.is_null() || !out.is_aligned() {
            return Err(Error::argument("there is no place for the result"));
        }
        // SAFETY: not NULL, and the caller vouches for it.
        unsafe { out.write(ptr::null_mut()) };
        Ok(Box::new(stacker::maybe_grow(ROOM, STACK, make)?))
    });
    match made {
        Ok(made) => {
            // SAFETY: `contained` looked at it.
            unsafe { out.write(Box::into_raw(made)) };
            Status::Ok
        }
        Err(why) => {
            let status = why.status();
            if usable_error {
                // SAFETY: as above.
                unsafe { error.write(Box::into_raw(Box::new(why))) };
            }
            status
        }
    }
}

/// Reads from a handle; without one, or when reading panics, gives `otherwise`.
///
/// # Safety
/// `handle` is NULL or a handle that lives through the call.
pub(crate) unsafe fn read<H, T>(handle: *const H, otherwise: T, read: impl FnOnce(&H) -> T) -> T {
    // SAFETY: the same promise.
    let Ok(handle) = (unsafe { reference(handle, "the handle") }) else { return otherwise };
    contained(|| Ok(read(handle))).unwrap_or(otherwise)
}

/// Puts one item of a handle into `out`.
///
/// # Safety
/// `handle` is NULL or a handle that lives through the call; `out` is NULL or can be written.
pub(crate) unsafe fn item<H, T>(handle: *const H, out: *mut T, find: impl FnOnce(&H) -> Option<T>) -> Status {
    // SAFETY: the same promise.
    let Ok(handle) = (unsafe { reference(handle, "the handle") }) else { return Status::BadArgument };
    if out.is_null() || !out.is_aligned() {
        return Status::BadArgument;
    }
    match contained(|| Ok(find(handle))) {
        Ok(Some(found)) => {
            // SAFETY: not NULL, and the caller vouches for it.
            unsafe { out.write(found) };
            Status::Ok
        }
        Ok(None) => Status::OutOfRange,
        Err(error) => error.status(),
    }
}

/// Changes a handle that belongs to one thread at a time.
///
/// # Safety
/// `handle` is NULL or a handle that lives through the call and that nobody else uses now.
pub(crate) unsafe fn change<H>(handle: *mut H, change: impl FnOnce(&mut H) -> Result<(), Error>) -> Status {
    if handle.is_null() || !handle.is_aligned() {
        return Status::BadArgument;
    }
    // SAFETY: not NULL and aligned; the caller vouches for the rest.
    let handle = unsafe { &mut *handle };
    contained(|| change(handle)).map_or_else(|error| error.status(), |()| Status::Ok)
}

/// Frees a handle; NULL is fine.
///
/// # Safety
/// `handle` is NULL or came from [`give`] and was not freed.
pub(crate) unsafe fn free<H>(handle: *mut H) {
    if handle.is_null() || !handle.is_aligned() {
        return;
    }
    let _ = contained(|| {
        // SAFETY: made by `give` as a box, and the caller gives it up.
        drop(unsafe { Box::from_raw(handle) });
        Ok(())
    });
}

/// The thing behind a pointer.
///
/// # Safety
/// `pointer` is NULL or points to something that lives, unchanged, for `'a`.
pub(crate) unsafe fn reference<'a, H>(pointer: *const H, what: &str) -> Result<&'a H, Error> {
    if pointer.is_null() {
        return Err(Error::argument(&format!("{what} is NULL")));
    }
    if !pointer.is_aligned() {
        return Err(Error::argument(&format!("{what} is not aligned")));
    }
    // SAFETY: not NULL and aligned; the caller vouches for the rest.
    Ok(unsafe { &*pointer })
}

/// Does `work`; a panic becomes an error.
pub(crate) fn contained<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    // Unwind safe: what is shared is behind the engine's locks, which it keeps whole; what is not is dropped here.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result,
        Err(panic) => {
            let error = Error::panicked(&text(&*panic));
            // Whoever panicked may have left something whose drop panics too.
            std::mem::forget(panic);
            Err(error)
        }
    }
}

/// What a panic said.
fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("no reason given").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }

    #[test]
    fn panic_becomes_an_error_with_its_text() {
        let (mut out, mut error) = (ptr::null_mut::<u8>(), ptr::null_mut());
        let status = unsafe { give(&raw mut out, &raw mut error, || panic!("boom {}", 1)) };
        assert_eq!(status, Status::Panicked);
        assert!(out.is_null());
        let error = unsafe { Box::from_raw(error) };
        assert!(error.message().contains("boom 1"), "{}", error.message());
    }

    #[test]
    fn panic_whose_payload_panics_when_dropped_stays_inside() {
        let result = contained::<()>(|| std::panic::panic_any(Bomb));
        assert_eq!(result.map_err(|error| error.status()), Err(Status::Panicked));
    }

    #[test]
    fn panic_on_a_stack_of_its_own_becomes_an_error() {
        let small = std::thread::Builder::new().stack_size(64 << 10).spawn(|| {
            let mut out = ptr::null_mut::<u8>();
            unsafe { give(&raw mut out, ptr::null_mut(), || panic!("far away")) }
        });
        assert_eq!(small.unwrap().join().unwrap(), Status::Panicked);
    }

    #[test]
    fn panic_while_reading_or_freeing_stays_inside() {
        let handle = 1_u32;
        assert_eq!(unsafe { read(&raw const handle, 7, |_| panic!("no")) }, 7);
        let mut out = 0_u32;
        assert_eq!(unsafe { item(&raw const handle, &raw mut out, |_| panic!("no")) }, Status::Panicked);
        unsafe { free(Box::into_raw(Box::new(Bomb))) };
    }
}

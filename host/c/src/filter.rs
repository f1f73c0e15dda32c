//! A filter: the engine with an operator's settings.

use crate::buffer::Buffer;
use crate::engine::Engine;
use crate::error::Error;
use crate::guard::{free, give, reference};
use crate::outcome::Outcome;
use crate::status::Status;
use crate::text::{given, given_text};
use std::ffi::c_char;

/// The audit filter with its settings. Threads may share it and call at once: each call takes an instance of its own.
pub struct Filter(actlog_engine::Filter);

/// Makes a filter. `settings` is a JSON document of `len` bytes; with a length of 0 it may be NULL: the defaults, which audit
/// everything. The engine may be freed before the filter.
///
/// Errors: ACTLOG_STATUS_BAD_SETTINGS with every fault that the settings have, ACTLOG_STATUS_BAD_ARGUMENT where they are not UTF-8,
/// ACTLOG_STATUS_FILTER_FAILED, ACTLOG_STATUS_HOST.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_filter_new(
    engine: *const Engine,
    settings: *const c_char,
    len: usize,
    out: *mut *mut Filter,
    error: *mut *mut Error,
) -> Status {
    unsafe {
        give(out, error, || {
            let engine = reference(engine, "the engine")?;
            Ok(Filter(engine.engine.filter(given_text(settings, len, "the settings")?)?))
        })
    }
}

/// Frees a filter, on whatever thread, when no call uses it any more. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_filter_free(filter: *mut Filter) {
    unsafe { free(filter) }
}

/// Filters a batch of events: NDJSON of `len` bytes, one event a line; 16 to 64 events are enough for full speed.
///
/// A bad event is no error: see actlog_outcome_rejection. Nor is one on which the filter fails: see actlog_outcome_fault.
///
/// Errors: ACTLOG_STATUS_TOO_LARGE when the batch is larger than an instance may be, ACTLOG_STATUS_HOST when no instance can be made.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_filter_audit(
    filter: *const Filter,
    events: *const u8,
    len: usize,
    out: *mut *mut Outcome,
    error: *mut *mut Error,
) -> Status {
    unsafe { give(out, error, || Ok(reference(filter, "the filter")?.0.audit(given(events, len, "the events")?)?.into())) }
}

/// Tells what is decided about one event of `len` bytes and why, stage by stage, as a JSON document.
///
/// Errors: ACTLOG_STATUS_TOO_LARGE, ACTLOG_STATUS_FILTER_FAILED, ACTLOG_STATUS_HOST.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_filter_explain(
    filter: *const Filter,
    event: *const u8,
    len: usize,
    out: *mut *mut Buffer,
    error: *mut *mut Error,
) -> Status {
    unsafe { give(out, error, || Ok(Buffer::new(reference(filter, "the filter")?.0.explain(given(event, len, "the event")?)?))) }
}

//! The engine: what a process pays for once.

use crate::buffer::Buffer;
use crate::error::Error;
use crate::guard::{free, give, read, reference};
use crate::options::Options;
use crate::status::Status;
use crate::text::{Bytes, Kept, Text, given};

/// A component's machine code, ready to make filters and translators of. Threads may share it.
pub struct Engine {
    pub(crate) engine: actlog_engine::Engine,
    digest: Kept,
    why: Kept,
}

/// How an engine came by its machine code.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// From the cache.
    Warm = 0,
    /// Compiled, and stored for the next start.
    Cold = 1,
    /// Compiled, and not stored: see actlog_engine_uncached_why.
    Uncached = 2,
}

/// Makes an engine. `options` may be NULL: the defaults. The first start of a version compiles for about a second.
///
/// Errors: ACTLOG_STATUS_BAD_COMPONENT, ACTLOG_STATUS_HOST.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_engine_new(options: *const Options, out: *mut *mut Engine, error: *mut *mut Error) -> Status {
    unsafe {
        give(out, error, || {
            let builder = if options.is_null() { actlog_engine::Engine::builder() } else { reference(options, "the options")?.builder() };
            let engine = builder.build()?;
            let digest: String = engine.component_digest().iter().map(|byte| format!("{byte:02x}")).collect();
            let why = match engine.start() {
                actlog_engine::Start::Uncached(why) => why.as_str(),
                _ => "",
            };
            Ok(Engine { why: why.into(), digest: digest.into(), engine })
        })
    }
}

/// Frees an engine. Its filters and translators may live on. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_engine_free(engine: *mut Engine) {
    unsafe { free(engine) }
}

/// SHA-256 of the component that the engine runs, as 64 hexadecimal digits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_engine_component_digest(engine: *const Engine) -> Text {
    unsafe { read(engine, Text::EMPTY, |engine| engine.digest.text()) }
}

/// The component that the engine runs: any component host can load these bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_engine_component(engine: *const Engine) -> Bytes {
    unsafe { read(engine, Bytes::NONE, |engine| Bytes::of(engine.engine.component_bytes())) }
}

/// How the engine came by its machine code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_engine_start(engine: *const Engine) -> Start {
    unsafe {
        read(engine, Start::Uncached, |engine| match engine.engine.start() {
            actlog_engine::Start::Warm => Start::Warm,
            actlog_engine::Start::Cold => Start::Cold,
            actlog_engine::Start::Uncached(_) => Start::Uncached,
        })
    }
}

/// Why machine code was not stored; empty where it was. For people.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_engine_uncached_why(engine: *const Engine) -> Text {
    unsafe { read(engine, Text::EMPTY, |engine| engine.why.text()) }
}

/// Puts split records back together. `records` is NDJSON of `len` bytes, in any order; `out` gets NDJSON.
///
/// Errors: ACTLOG_STATUS_MISSING_PARTS, ACTLOG_STATUS_NOT_A_RECORD, ACTLOG_STATUS_CONFLICT, ACTLOG_STATUS_TOO_LARGE,
/// ACTLOG_STATUS_FILTER_FAILED, ACTLOG_STATUS_HOST.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_engine_join(
    engine: *const Engine,
    records: *const u8,
    len: usize,
    out: *mut *mut Buffer,
    error: *mut *mut Error,
) -> Status {
    unsafe {
        give(out, error, || {
            let engine = reference(engine, "the engine")?;
            Ok(Buffer::new(engine.engine.join(given(records, len, "the records")?)?))
        })
    }
}

/// Makes the section `names` of a translator's settings, a JSON object, out of the organization's `$metadata`: CSDL as XML, of
/// `len` bytes.
///
/// Errors: ACTLOG_STATUS_BAD_METADATA, ACTLOG_STATUS_TOO_LARGE, ACTLOG_STATUS_FILTER_FAILED, ACTLOG_STATUS_HOST.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_engine_metadata(
    engine: *const Engine,
    csdl: *const u8,
    len: usize,
    out: *mut *mut Buffer,
    error: *mut *mut Error,
) -> Status {
    unsafe {
        give(out, error, || {
            let engine = reference(engine, "the engine")?;
            Ok(Buffer::new(engine.engine.metadata(given(csdl, len, "the $metadata")?)?))
        })
    }
}

/// All that the filter knows, as one JSON document. Errors: ACTLOG_STATUS_FILTER_FAILED, ACTLOG_STATUS_HOST.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_engine_catalog(engine: *const Engine, out: *mut *mut Buffer, error: *mut *mut Error) -> Status {
    unsafe { document(engine, out, error, actlog_engine::Engine::catalog) }
}

/// The JSON Schema of the settings. Errors: ACTLOG_STATUS_FILTER_FAILED, ACTLOG_STATUS_HOST.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_engine_settings_schema(engine: *const Engine, out: *mut *mut Buffer, error: *mut *mut Error) -> Status {
    unsafe { document(engine, out, error, actlog_engine::Engine::settings_schema) }
}

/// The JSON Schema of a translator's settings. Errors: ACTLOG_STATUS_FILTER_FAILED, ACTLOG_STATUS_HOST.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_engine_translator_schema(engine: *const Engine, out: *mut *mut Buffer, error: *mut *mut Error) -> Status {
    unsafe { document(engine, out, error, actlog_engine::Engine::translator_schema) }
}

/// The JSON Schema of an event, both forms. Errors: ACTLOG_STATUS_FILTER_FAILED, ACTLOG_STATUS_HOST.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_engine_event_schema(engine: *const Engine, out: *mut *mut Buffer, error: *mut *mut Error) -> Status {
    unsafe { document(engine, out, error, actlog_engine::Engine::event_schema) }
}

/// The JSON Schema of an audit record. Errors: ACTLOG_STATUS_FILTER_FAILED, ACTLOG_STATUS_HOST.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_engine_record_schema(engine: *const Engine, out: *mut *mut Buffer, error: *mut *mut Error) -> Status {
    unsafe { document(engine, out, error, actlog_engine::Engine::record_schema) }
}

unsafe fn document(
    engine: *const Engine,
    out: *mut *mut Buffer,
    error: *mut *mut Error,
    ask: impl FnOnce(&actlog_engine::Engine) -> Result<String, actlog_engine::Error>,
) -> Status {
    unsafe { give(out, error, || Ok(Buffer::new(ask(&reference(engine, "the engine")?.engine)?))) }
}

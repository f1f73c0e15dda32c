//! A translator: HTTP exchanges in, SDK events out.

use crate::engine::Engine;
use crate::error::Error;
use crate::exchange::Exchange;
use crate::guard::{free, give, reference};
use crate::status::Status;
use crate::text::given_text;
use crate::translation::Translation;
use std::ffi::c_char;

/// Makes SDK events of HTTP exchanges, with an operator's settings. Threads may share it and call at once: each call takes an
/// instance of its own.
pub struct Translator(actlog_engine::Translator);

/// Makes a translator. `settings` is a JSON document of `len` bytes, see actlog_engine_translator_schema; it names at least the
/// organization. The engine may be freed before the translator.
///
/// Errors: ACTLOG_STATUS_BAD_SETTINGS with every fault that the settings have, ACTLOG_STATUS_BAD_ARGUMENT where they are not UTF-8,
/// ACTLOG_STATUS_FILTER_FAILED, ACTLOG_STATUS_HOST.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_translator_new(
    engine: *const Engine,
    settings: *const c_char,
    len: usize,
    out: *mut *mut Translator,
    error: *mut *mut Error,
) -> Status {
    unsafe {
        give(out, error, || {
            let engine = reference(engine, "the engine")?;
            Ok(Translator(engine.engine.translator(given_text(settings, len, "the settings")?)?))
        })
    }
}

/// Frees a translator, on whatever thread, when no call uses it any more. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_translator_free(translator: *mut Translator) {
    unsafe { free(translator) }
}

/// Tells an exchange in SDK events. The same exchange always gives the same bytes. What it does not say is left out, and
/// actlog_translation_finding says what and why.
///
/// Told once without its answer and once with it, an exchange gives events of the same EventId at the same places: the second take
/// the place of the first, and records of both must not be kept.
///
/// Errors: ACTLOG_STATUS_TOO_LARGE when the exchange is larger than an instance may be, ACTLOG_STATUS_FILTER_FAILED,
/// ACTLOG_STATUS_HOST when no instance can be made.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_translator_translate(
    translator: *const Translator,
    exchange: *const Exchange,
    out: *mut *mut Translation,
    error: *mut *mut Error,
) -> Status {
    unsafe {
        give(out, error, || {
            let translator = reference(translator, "the translator")?;
            Ok(translator.0.translate(&reference(exchange, "the exchange")?.0)?.into())
        })
    }
}

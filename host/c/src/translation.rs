//! What an exchange says.

use crate::guard::{free, item, read};
use crate::status::Status;
use crate::text::{Bytes, Kept, Text};

/// What an exchange says. It does not change, so threads may share it; the caller frees it.
pub struct Translation {
    events: Vec<u8>,
    count: u32,
    findings: Vec<KeptFinding>,
}

struct KeptFinding {
    part: u32,
    event_missing: bool,
    kind: Kept,
    place: Kept,
    explanation: Kept,
}

/// One thing that an exchange does not say. The texts belong to the translation.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Finding {
    /// Which request of the exchange, from 1 in a batch; 0 is the exchange itself.
    pub part: u32,
    /// Whether an event is, or may be, missing for it. A host that must let nothing pass unseen refuses a request for which
    /// actlog_translator_translate, called before it is sent on, gives such a finding.
    pub event_missing: bool,
    /// What kind of thing, in the contract's words, such as `unknown-set`; later versions may know more.
    pub kind: Text,
    /// Where, such as `path`, `query.$filter` or `response.body`; empty for all of it.
    pub place: Text,
    /// One sentence for people, without secrets; not to be parsed.
    pub explanation: Text,
}

impl From<actlog_engine::Translation> for Translation {
    fn from(translation: actlog_engine::Translation) -> Self {
        let findings = translation.unknown.into_iter().map(|it| KeptFinding {
            part: it.part,
            event_missing: it.event_missing,
            kind: it.kind.name().into(),
            place: it.place.into(),
            explanation: it.explanation.into(),
        });
        Translation { findings: findings.collect(), events: translation.events, count: translation.count }
    }
}

/// Frees a translation with all that was got from it. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_translation_free(translation: *mut Translation) {
    unsafe { free(translation) }
}

/// SDK events as NDJSON, in the order of the requests: what actlog_filter_audit takes. It rejects none of them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_translation_events(translation: *const Translation) -> Bytes {
    unsafe { read(translation, Bytes::NONE, |translation| Bytes::of(&translation.events)) }
}

/// How many events they are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_translation_event_count(translation: *const Translation) -> u32 {
    unsafe { read(translation, 0, |translation| translation.count) }
}

/// How many findings there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_translation_findings(translation: *const Translation) -> usize {
    unsafe { read(translation, 0, |translation| translation.findings.len()) }
}

/// The finding at `position`, from 0, in the order in which they were met.
///
/// Errors: ACTLOG_STATUS_OUT_OF_RANGE, ACTLOG_STATUS_BAD_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_translation_finding(translation: *const Translation, position: usize, out: *mut Finding) -> Status {
    unsafe {
        item(translation, out, |translation| {
            let KeptFinding { part, event_missing, kind, place, explanation } = translation.findings.get(position)?;
            let (part, event_missing) = (*part, *event_missing);
            Some(Finding { part, event_missing, kind: kind.text(), place: place.text(), explanation: explanation.text() })
        })
    }
}

//! Why a call failed.

use crate::guard::{free, item, read};
use crate::status::{Blame, Status};
use crate::text::{Kept, Text};

/// Why a call failed. It does not change, so threads may share it; the caller frees it.
pub struct Error {
    status: Status,
    blame: Blame,
    message: Kept,
    settings: Vec<(Kept, Kept)>,
    join: Option<Box<KeptJoin>>,
    metadata: Option<(u32, Kept)>,
}

#[derive(Default)]
struct KeptJoin {
    correlation_id: Option<Kept>,
    part_count: u32,
    missing: Vec<u32>,
    line: u32,
    explanation: Option<Kept>,
}

/// One thing that is wrong with the settings. The texts belong to the error.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct SettingsError {
    /// Where, as a path such as `organizations[0].version`; empty for the document itself.
    pub path: Text,
    /// What is wrong and what would be right; not to be parsed.
    pub explanation: Text,
}

/// Why records could not be joined; actlog_error_status says which of the fields are set. What is here belongs to the error.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct JoinError {
    /// With ACTLOG_STATUS_MISSING_PARTS: the source record's CorrelationId.
    pub correlation_id: Text,
    /// With ACTLOG_STATUS_MISSING_PARTS: its PartCount.
    pub part_count: u32,
    /// With ACTLOG_STATUS_NOT_A_RECORD and ACTLOG_STATUS_CONFLICT: the line in the input, from 1.
    pub line: u32,
    /// With ACTLOG_STATUS_MISSING_PARTS: numbers that are missing, ascending, from 1; the first thousand at most.
    pub missing: *const u32,
    /// How many they are.
    pub missing_len: usize,
    /// With ACTLOG_STATUS_NOT_A_RECORD and ACTLOG_STATUS_CONFLICT: what is wrong; not to be parsed.
    pub explanation: Text,
}

/// Why a `$metadata` document gives no names. The text belongs to the error.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MetadataError {
    /// Byte in the document at which the fault was noticed, from 0.
    pub offset: u32,
    /// What is wrong; not to be parsed.
    pub explanation: Text,
}

impl Error {
    /// The caller's own mistake.
    pub(crate) fn argument(what: &str) -> Self {
        Error::new(Status::BadArgument, Blame::Host, what)
    }

    /// A bug of this library.
    pub(crate) fn panicked(what: &str) -> Self {
        Error::new(Status::Panicked, Blame::Filter, &format!("the library panicked: {what}"))
    }

    fn new(status: Status, blame: Blame, message: &str) -> Self {
        Error { status, blame, message: message.into(), settings: Vec::new(), join: None, metadata: None }
    }

    pub(crate) fn status(&self) -> Status {
        self.status
    }

    #[cfg(test)]
    pub(crate) fn message(&self) -> String {
        let text = self.message.text();
        let bytes = unsafe { std::slice::from_raw_parts(text.data.cast(), text.len) };
        String::from_utf8_lossy(bytes).into_owned()
    }
}

impl From<actlog_engine::Error> for Error {
    fn from(error: actlog_engine::Error) -> Self {
        use actlog_engine::Error as Cause;
        let status = match &error {
            Cause::Settings(_) => Status::BadSettings,
            Cause::Join(join) => status_of(join),
            Cause::Metadata { .. } => Status::BadMetadata,
            Cause::TooLarge { .. } => Status::TooLarge,
            Cause::Fault { .. } => Status::FilterFailed,
            Cause::Component(_) => Status::BadComponent,
            Cause::Host(_) => Status::Host,
            Cause::Panicked(_) => Status::Panicked,
            _ => Status::Other,
        };
        let mut made = Error::new(status, error.blame().into(), &chain(&error));
        match error {
            Cause::Settings(errors) => made.settings = errors.into_iter().map(|it| (it.path.into(), it.explanation.into())).collect(),
            Cause::Join(join) => made.join = Some(Box::new(join.into())),
            Cause::Metadata { offset, explanation } => made.metadata = Some((offset, explanation.into())),
            _ => {}
        }
        made
    }
}

/// An error's text with those of its causes.
fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(error.source(), |cause| cause.source()).fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

fn status_of(join: &actlog_engine::JoinError) -> Status {
    match join {
        actlog_engine::JoinError::MissingParts { .. } => Status::MissingParts,
        actlog_engine::JoinError::NotARecord { .. } => Status::NotARecord,
        actlog_engine::JoinError::Conflict { .. } => Status::Conflict,
    }
}

impl From<actlog_engine::JoinError> for KeptJoin {
    fn from(error: actlog_engine::JoinError) -> Self {
        use actlog_engine::JoinError as Cause;
        match error {
            Cause::MissingParts { correlation_id, part_count, missing } => {
                KeptJoin { correlation_id: Some(correlation_id.into()), part_count, missing, ..KeptJoin::default() }
            }
            Cause::NotARecord { line, explanation } | Cause::Conflict { line, explanation } => {
                KeptJoin { line, explanation: Some(explanation.into()), ..KeptJoin::default() }
            }
        }
    }
}

/// Frees an error with all that was got from it. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_error_free(error: *mut Error) {
    unsafe { free(error) }
}

/// What the call came to. Without an error: ACTLOG_STATUS_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_error_status(error: *const Error) -> Status {
    unsafe { read(error, Status::Ok, |error| error.status) }
}

/// Who has to act on it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_error_blame(error: *const Error) -> Blame {
    unsafe { read(error, Blame::Host, |error| error.blame) }
}

/// What went wrong, for people; not to be parsed. The text belongs to the error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_error_message(error: *const Error) -> Text {
    unsafe { read(error, Text::EMPTY, |error| error.message.text()) }
}

/// How many things are wrong with the settings; 0 where the error is another.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_error_settings_count(error: *const Error) -> usize {
    unsafe { read(error, 0, |error| error.settings.len()) }
}

/// What is wrong with the settings, by position from 0.
///
/// Errors: ACTLOG_STATUS_OUT_OF_RANGE, ACTLOG_STATUS_BAD_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_error_settings(error: *const Error, position: usize, out: *mut SettingsError) -> Status {
    unsafe {
        item(error, out, |error| {
            let (path, explanation) = error.settings.get(position)?;
            Some(SettingsError { path: path.text(), explanation: explanation.text() })
        })
    }
}

/// Why records could not be joined.
///
/// Errors: ACTLOG_STATUS_OUT_OF_RANGE where the error is another, ACTLOG_STATUS_BAD_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_error_join(error: *const Error, out: *mut JoinError) -> Status {
    unsafe {
        item(error, out, |error| {
            let join = error.join.as_ref()?;
            Some(JoinError {
                correlation_id: join.correlation_id.as_ref().map_or(Text::EMPTY, Kept::text),
                part_count: join.part_count,
                line: join.line,
                missing: join.missing.as_ptr(),
                missing_len: join.missing.len(),
                explanation: join.explanation.as_ref().map_or(Text::EMPTY, Kept::text),
            })
        })
    }
}

/// Why a `$metadata` document gives no names.
///
/// Errors: ACTLOG_STATUS_OUT_OF_RANGE where the error is another, ACTLOG_STATUS_BAD_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_error_metadata(error: *const Error, out: *mut MetadataError) -> Status {
    unsafe {
        item(error, out, |error| {
            let (offset, explanation) = error.metadata.as_ref()?;
            Some(MetadataError { offset: *offset, explanation: explanation.text() })
        })
    }
}

//! Which version this is.

use std::ffi::{CString, c_char};
use std::sync::LazyLock;

static CONTRACT: LazyLock<CString> = LazyLock::new(|| CString::new(actlog_engine::CONTRACT_VERSION).unwrap_or_default());

/// Version of the contract that this library speaks with components, such as `0.3.0`; ends with a NUL. Never freed.
#[unsafe(no_mangle)]
pub extern "C" fn actlog_contract_version() -> *const c_char {
    CONTRACT.as_ptr()
}

/// Version of this library, such as `0.1.0`; ends with a NUL. Never freed.
#[unsafe(no_mangle)]
pub extern "C" fn actlog_library_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

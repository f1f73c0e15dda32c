//! How an engine is to be made.

use crate::error::Error;
use crate::guard::change;
use crate::status::Status;
use crate::text::given;
use actlog_engine::{Builder, Cache};
use std::ffi::c_char;
use std::path::PathBuf;

/// How an engine is to be made. It belongs to one thread at a time.
pub struct Options {
    component: Option<Component>,
    cache: Cache,
    memory_limit: Option<usize>,
    idle_instances: Option<usize>,
}

#[derive(Clone)]
enum Component {
    Bytes(Vec<u8>),
    File(PathBuf),
}

impl Options {
    /// A builder that does what the options say.
    pub(crate) fn builder(&self) -> Builder {
        let mut builder = actlog_engine::Engine::builder().cache(self.cache.clone());
        builder = match self.component.clone() {
            Some(Component::Bytes(bytes)) => builder.component(bytes),
            Some(Component::File(path)) => builder.component_file(path),
            None => builder,
        };
        if let Some(bytes) = self.memory_limit {
            builder = builder.memory_limit(bytes);
        }
        if let Some(most) = self.idle_instances {
            builder = builder.idle_instances(most);
        }
        builder
    }
}

/// Options as they are without any: the embedded component, the user's cache, 1 GiB of memory for an instance, as many
/// idle instances as there are processors. Free it with actlog_options_free, an engine keeps nothing of it.
#[unsafe(no_mangle)]
pub extern "C" fn actlog_options_new() -> *mut Options {
    let options = Options { component: None, cache: Cache::User, memory_limit: None, idle_instances: None };
    Box::into_raw(Box::new(options))
}

/// Frees options. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_options_free(options: *mut Options) {
    unsafe { crate::guard::free(options) }
}

/// Runs the component in these `len` bytes, which are copied, instead of the embedded one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_options_component(options: *mut Options, component: *const u8, len: usize) -> Status {
    unsafe {
        change(options, |options| {
            options.component = Some(Component::Bytes(given(component, len, "the component")?.to_vec()));
            Ok(())
        })
    }
}

/// Runs the component in this file instead of the embedded one. `path` has `len` bytes; it is read by actlog_engine_new.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_options_component_file(options: *mut Options, path: *const c_char, len: usize) -> Status {
    unsafe {
        change(options, |options| {
            options.component = Some(Component::File(given_path(path, len)?));
            Ok(())
        })
    }
}

/// Keeps machine code in this folder, which is made if it is absent. `path` has `len` bytes. On Unix it must be the user's own and
/// closed to other writers, since what stands there is run; otherwise the engine does without, see actlog_engine_start.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_options_cache_folder(options: *mut Options, path: *const c_char, len: usize) -> Status {
    unsafe {
        change(options, |options| {
            options.cache = Cache::Folder(given_path(path, len)?);
            Ok(())
        })
    }
}

/// Keeps no machine code: every engine compiles its component.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_options_cache_off(options: *mut Options) -> Status {
    unsafe {
        change(options, |options| {
            options.cache = Cache::Off;
            Ok(())
        })
    }
}

/// Bytes of memory that an instance may have, its copy of the events and of the records included; at most 4 GiB count.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_options_memory_limit(options: *mut Options, bytes: u64) -> Status {
    unsafe {
        change(options, |options| {
            options.memory_limit = Some(usize::try_from(bytes).unwrap_or(usize::MAX));
            Ok(())
        })
    }
}

/// Instances that each filter keeps for the next calls. It is no limit: a call that finds none makes one. 0 keeps none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn actlog_options_idle_instances(options: *mut Options, most: usize) -> Status {
    unsafe {
        change(options, |options| {
            options.idle_instances = Some(most);
            Ok(())
        })
    }
}

unsafe fn given_path(path: *const c_char, len: usize) -> Result<PathBuf, Error> {
    if len == 0 {
        return Err(Error::argument("a path is empty"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        // SAFETY: the caller vouches for pointer and length.
        let bytes = unsafe { given(path.cast(), len, "the path") }?;
        Ok(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
    }
    #[cfg(not(unix))]
    {
        // SAFETY: the caller vouches for pointer and length.
        Ok(PathBuf::from(unsafe { crate::text::given_text(path, len, "the path") }?))
    }
}

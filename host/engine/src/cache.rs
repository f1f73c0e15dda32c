//! Machine code kept from one start to the next.
//!
//! Compiling the filter takes a hundred times as long as loading it, so what was compiled is stored: one file for each
//! component, compiler version and kind of processor. A file is believed only if it is wholly what was stored, since what stands in it
//! is run. Whoever can write to the folder can run code here, so a folder that others can write to is not used.
//! Nothing about the cache is ever an error: what cannot be loaded is compiled, what cannot be stored is not.

use crate::folder::Folder;
use sha2::{Digest, Sha256};
use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use wasmtime::Engine;
use wasmtime::component::Component;

/// First bytes of a file: its form.
const MAGIC: &[u8] = b"actlog machine code 1\n";

/// Where machine code is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cache {
    /// In `actlog` under the user's folder for caches (`XDG_CACHE_HOME` or `~/.cache`; `~/Library/Caches`; `%LOCALAPPDATA%`).
    #[default]
    User,
    /// In this folder, which is made if it is absent. On Unix it must be the user's own and closed to writers.
    Folder(PathBuf),
    /// Nowhere: every start compiles.
    Off,
}

/// How an engine came by its machine code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// From the cache.
    Warm,
    /// Compiled, and stored for the next start.
    Cold,
    /// Compiled, and not stored; why not.
    Uncached(String),
}

/// The machine code of `component`, and how it was come by. `folder` is where it is kept, or why it is not; `compile` makes
/// the machine code, which is run: it must come from the compiler of this very program.
pub(crate) fn load<E: From<wasmtime::Error>>(
    engine: &Engine,
    component: &[u8],
    folder: Result<Folder, String>,
    compile: impl FnOnce() -> Result<Vec<u8>, E>,
) -> Result<(Component, Start), E> {
    let folder = match folder {
        Ok(folder) => folder,
        Err(why) => return Ok((trusted(engine, &compile()?)?, Start::Uncached(why))),
    };
    let key = key(engine, component);
    let name = format!("{}.cwasm", hex(&key));
    if let Some(loaded) = folder.read(&name).and_then(|file| open(engine, &key, &file)) {
        return Ok((loaded, Start::Warm));
    }
    let code = compile()?;
    let start = match folder.write(&name, &seal(&key, &code)) {
        Ok(()) => Start::Cold,
        Err(error) => Start::Uncached(error.to_string()),
    };
    Ok((trusted(engine, &code)?, start))
}

/// Machine code that the compiler or the cache vouches for.
fn trusted(engine: &Engine, code: &[u8]) -> wasmtime::Result<Component> {
    #[expect(unsafe_code, reason = "machine code is run as it stands; the compiler, or the checksum and the folder's owner vouch for it")]
    unsafe {
        Component::deserialize(engine, code)
    }
}

/// What machine code depends on: the component, and all that the compiler was told.
fn key(engine: &Engine, component: &[u8]) -> [u8; 32] {
    struct Into256(Sha256);
    impl Hasher for Into256 {
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
        fn finish(&self) -> u64 {
            0 // never asked: the digest is
        }
    }
    let mut hasher = Into256(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.0.update(Sha256::digest(component));
    hasher.0.finalize().into()
}

/// A file: form, checksum, machine code.
fn seal(key: &[u8; 32], code: &[u8]) -> Vec<u8> {
    [MAGIC, &checksum(key, code), code].concat()
}

/// The machine code in a file, if it is wholly what was stored under this key.
fn open(engine: &Engine, key: &[u8; 32], file: &[u8]) -> Option<Component> {
    let (sum, code) = file.strip_prefix(MAGIC)?.split_at_checked(32)?;
    if sum != checksum(key, code) {
        return None;
    }
    trusted(engine, code).ok()
}

/// Also of the key: a file that was renamed is not believed.
fn checksum(key: &[u8; 32], code: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(key).chain_update(code).finalize().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

//! From a component's bytes to something that can be instantiated.

use crate::bindings::ActivityFilterPre;
use crate::cache::{self, Cache, Start};
use crate::limits::Limits;
use std::path::PathBuf;
use wasmtime::component::Linker;

/// The filter that this crate was built with.
pub(crate) const EMBEDDED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/activity-filter.wasm"));

/// Why a component cannot be used as the filter.
#[derive(Debug, thiserror::Error)]
pub enum ComponentError {
    /// The file cannot be read.
    #[error("cannot read the component {}", .path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The bytes are no component.
    #[error("this is not a WebAssembly component: {0}")]
    Invalid(String),
    /// It asks for something; a filter gets nothing, so that it can neither leak nor change with its surroundings.
    #[error("a filter must not import anything, but this component imports {}", .0.join(", "))]
    Imports(Vec<String>),
    /// It is a component of another kind, or of another version of the contract.
    #[error("this component does not fit the engine: {explanation}; it exports {}", .exports.join(", "))]
    Contract {
        /// What the engine misses.
        explanation: String,
        /// What the component has.
        exports: Vec<String>,
    },
}

/// Checks and compiles `bytes`, or takes the machine code from the cache.
pub(crate) fn load(engine: &wasmtime::Engine, bytes: &[u8], cache: &Cache) -> Result<(ActivityFilterPre<Limits>, Start), ComponentError> {
    let (component, start) = cache::load(engine, bytes, cache).map_err(|error| ComponentError::Invalid(format!("{error:#}")))?;
    let imports = names(component.component_type().imports(engine));
    if !imports.is_empty() {
        return Err(ComponentError::Imports(imports));
    }
    let contract = |error: wasmtime::Error| ComponentError::Contract {
        explanation: format!("{error:#}"),
        exports: names(component.component_type().exports(engine)),
    };
    let pre = Linker::new(engine).instantiate_pre(&component).and_then(ActivityFilterPre::new).map_err(contract)?;
    Ok((pre, start))
}

fn names<'a, T>(items: impl Iterator<Item = (&'a str, T)>) -> Vec<String> {
    items.map(|(name, _)| name.to_owned()).collect()
}

impl ComponentError {
    /// Reads a component from a file.
    pub(crate) fn read(path: PathBuf) -> Result<Vec<u8>, Self> {
        std::fs::read(&path).map_err(|source| Self::Unreadable { path, source })
    }
}

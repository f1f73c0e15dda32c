//! From a component's bytes to something that can be instantiated.

use crate::bindings::FilterIndices;
use crate::cache::{self, Cache, Start};
use crate::folder::Folder;
use crate::limits::Limits;
use std::path::PathBuf;
use wasmtime::Engine;
use wasmtime::component::{Component, InstancePre, Linker};

/// The filter that this crate was built with.
pub(crate) const EMBEDDED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/activity-filter.wasm"));

/// Exports that an error names.
const MOST_NAMED: usize = 20;

/// Why a component cannot be used.
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
    /// It asks for something; neither a filter nor a rule gets anything, so that it can neither leak nor change with its
    /// surroundings.
    #[error("a component must not import anything here, but this one imports {}", .0.join(", "))]
    Imports(Vec<String>),
    /// It is a component of another kind, or of another version of the contract.
    #[error("this component does not fit the contract: {explanation}; it exports {}", if .exports.is_empty() { "nothing".to_owned() } else { .exports.join(", ") })]
    Contract {
        /// What the engine misses.
        explanation: String,
        /// What the component has.
        exports: Vec<String>,
    },
}

/// The filter's machine code with its interfaces found: ready to make instances of.
pub(crate) struct FilterPre {
    /// The component, checked.
    pub(crate) pre: InstancePre<Limits>,
    /// Where its interfaces are.
    pub(crate) indices: FilterIndices,
}

/// Checks and compiles `bytes`, or takes the machine code from the cache.
pub(crate) fn load(engine: &Engine, bytes: &[u8], cache: &Cache) -> Result<(FilterPre, Start), ComponentError> {
    let compile = || Ok::<_, ComponentError>(engine.precompile_component(bytes)?);
    let (component, start) = cache::load(engine, bytes, Folder::open(cache), compile)?;
    let pre = check(engine, &component)?;
    let indices = FilterIndices::find(&pre).map_err(|error| misfit(engine, &component, &error))?;
    Ok((FilterPre { pre, indices }, start))
}

/// Refuses what imports anything.
pub(crate) fn check(engine: &Engine, component: &Component) -> Result<InstancePre<Limits>, ComponentError> {
    let imports = names(component.component_type().imports(engine));
    if !imports.is_empty() {
        return Err(ComponentError::Imports(imports));
    }
    Linker::new(engine).instantiate_pre(component).map_err(|error| misfit(engine, component, &error))
}

/// What does not fit the contract.
pub(crate) fn misfit(engine: &Engine, component: &Component, error: &wasmtime::Error) -> ComponentError {
    let mut exports = names(component.component_type().exports(engine));
    exports.truncate(MOST_NAMED);
    ComponentError::Contract { explanation: format!("{error:#}"), exports }
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

impl From<wasmtime::Error> for ComponentError {
    fn from(error: wasmtime::Error) -> Self {
        Self::Invalid(format!("{error:#}"))
    }
}

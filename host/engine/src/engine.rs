//! The engine: what a process pays for once.

use crate::bindings::FilterExports;
use crate::cache::{Cache, Start};
use crate::component::{self, ComponentError, EMBEDDED, FilterPre};
use crate::error::{Error, SettingsError};
use crate::filter::Filter;
use crate::instance::{Auditor, Instance};
use crate::limits::Limits;
use crate::translator::Translator;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;
use wasmtime::{Config, Store};

/// Bytes that an instance may have, unless the builder is told otherwise.
const MEMORY_LIMIT: usize = 1 << 30;

/// The filter's machine code, ready to make instances of. Clones share it.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    pre: FilterPre,
    bytes: Cow<'static, [u8]>,
    memory_limit: usize,
    most_idle: usize,
    start: Start,
}

/// How an [`Engine`] is to be made.
#[derive(Debug, Default)]
pub struct Builder {
    cache: Cache,
    memory_limit: Option<usize>,
    most_idle: Option<usize>,
    source: Source,
}

#[derive(Debug, Default)]
enum Source {
    #[default]
    Embedded,
    Bytes(Vec<u8>),
    File(PathBuf),
}

impl Engine {
    /// An engine for the embedded filter, with the user's cache and 1 GiB of memory for an instance.
    ///
    /// # Errors
    /// [`Error::Host`] where this machine cannot run WebAssembly.
    pub fn new() -> Result<Self, Error> {
        Self::builder().build()
    }

    /// An engine that differs from [`Engine::new`].
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A filter with these settings: a JSON document, empty for the defaults, which audit everything.
    ///
    /// # Errors
    /// [`Error::Settings`] with every fault that the settings have.
    pub fn filter(&self, settings: &str) -> Result<Filter, Error> {
        Filter::new(self.clone(), settings)
    }

    /// A translator with these settings: a JSON document, empty for the defaults, which know no names.
    ///
    /// # Errors
    /// [`Error::Settings`] with every fault that the settings have.
    pub fn translator(&self, settings: &str) -> Result<Translator, Error> {
        Translator::new(self.clone(), settings)
    }

    /// Makes the section `names` of a translator's settings, a JSON object, out of the organization's `$metadata` (CSDL as XML).
    ///
    /// # Errors
    /// [`Error::Metadata`] when the document is none, [`Error::TooLarge`] when it is larger than an instance may be.
    pub fn metadata(&self, csdl: &[u8]) -> Result<String, Error> {
        self.check_size(csdl)?;
        let names = self.instance()?.call(|component, store| component.exchange.call_metadata(store, csdl))?;
        names.map_err(|error| Error::Metadata { offset: error.offset, explanation: error.explanation })
    }

    /// Puts split records back together. Takes and gives NDJSON; the records may come in any order.
    ///
    /// # Errors
    /// [`Error::Join`] when parts are missing or contradict each other, or a line is no record.
    pub fn join(&self, records: &[u8]) -> Result<Vec<u8>, Error> {
        self.check_size(records)?;
        let joined = self.instance()?.call(|component, store| component.filter.call_join(store, records))?;
        joined.map_err(|error| Error::Join(error.into()))
    }

    /// All that the filter knows, as one JSON document: messages, categories, activities, events, social entities, columns.
    ///
    /// # Errors
    /// [`Error::Host`] when no instance can be made.
    pub fn catalog(&self) -> Result<String, Error> {
        self.ask(|component, store| component.reference.call_catalog(store))
    }

    /// The JSON Schema of the settings.
    ///
    /// # Errors
    /// [`Error::Host`] when no instance can be made.
    pub fn settings_schema(&self) -> Result<String, Error> {
        self.ask(|component, store| component.reference.call_settings_schema(store))
    }

    /// The JSON Schema of a translator's settings.
    ///
    /// # Errors
    /// [`Error::Host`] when no instance can be made.
    pub fn translator_schema(&self) -> Result<String, Error> {
        self.ask(|component, store| component.exchange.call_settings_schema(store))
    }

    /// The JSON Schema of an event, both forms.
    ///
    /// # Errors
    /// [`Error::Host`] when no instance can be made.
    pub fn event_schema(&self) -> Result<String, Error> {
        self.ask(|component, store| component.reference.call_event_schema(store))
    }

    /// The JSON Schema of an audit record.
    ///
    /// # Errors
    /// [`Error::Host`] when no instance can be made.
    pub fn record_schema(&self) -> Result<String, Error> {
        self.ask(|component, store| component.reference.call_record_schema(store))
    }

    /// The component itself: any component host can load these bytes.
    pub fn component_bytes(&self) -> &[u8] {
        &self.shared.bytes
    }

    /// SHA-256 of the component: which filter it is, on every host. Calculated at each call.
    pub fn component_digest(&self) -> [u8; 32] {
        Sha256::digest(self.component_bytes()).into()
    }

    /// How the machine code was come by.
    pub fn start(&self) -> &Start {
        &self.shared.start
    }

    /// Refuses what no instance could hold, before memory is taken for it.
    pub(crate) fn check_size(&self, given: &[u8]) -> Result<(), Error> {
        self.check_length(given.len())
    }

    /// Refuses more bytes than any instance could hold.
    pub(crate) fn check_length(&self, bytes: usize) -> Result<(), Error> {
        // A 32-bit guest cannot hold a list of half its address space.
        let limit = self.shared.memory_limit.min(i32::MAX as usize);
        if bytes >= limit {
            return Err(Error::TooLarge { bytes, limit });
        }
        Ok(())
    }

    /// Instances that a filter keeps between batches.
    pub(crate) fn most_idle(&self) -> usize {
        self.shared.most_idle
    }

    /// Refuses settings that no instance could hold.
    pub(crate) fn check_settings(&self, settings: &str) -> Result<(), Error> {
        if self.check_size(settings.as_bytes()).is_err() {
            let explanation = format!("{} bytes are more than the filter can hold", settings.len());
            return Err(Error::Settings(vec![SettingsError { path: String::new(), explanation }]));
        }
        Ok(())
    }

    /// A fresh instance with settings.
    pub(crate) fn auditor(&self, settings: &str) -> Result<Auditor, Error> {
        self.check_settings(settings)?;
        Auditor::open(self.instance()?, settings)
    }

    /// A fresh instance without settings.
    pub(crate) fn instance(&self) -> Result<Instance, Error> {
        Instance::new(&self.shared.pre, self.shared.memory_limit)
    }

    fn ask(&self, call: impl FnOnce(&FilterExports, &mut Store<Limits>) -> wasmtime::Result<String>) -> Result<String, Error> {
        Ok(self.instance()?.call(call)?)
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Shared { bytes, memory_limit, start, .. } = &*self.shared;
        f.debug_struct("Engine").field("component", &bytes.len()).field("memory_limit", memory_limit).field("start", start).finish()
    }
}

impl Builder {
    /// Where machine code is kept from one start to the next.
    #[must_use]
    pub fn cache(mut self, cache: Cache) -> Self {
        self.cache = cache;
        self
    }

    /// Bytes of memory that an instance may have, its copy of the events and of the records included; at most 4 GiB count.
    #[must_use]
    pub fn memory_limit(mut self, bytes: usize) -> Self {
        self.memory_limit = Some(bytes);
        self
    }

    /// Instances that each filter keeps for the next batches; as many as there are processors, unless told otherwise. It is no
    /// limit: a call that finds none makes one, which takes some microseconds and an evaluation of the settings. 0 keeps none.
    #[must_use]
    pub fn idle_instances(mut self, most: usize) -> Self {
        self.most_idle = Some(most);
        self
    }

    /// Runs this component instead of the embedded one.
    #[must_use]
    pub fn component(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.source = Source::Bytes(bytes.into());
        self
    }

    /// Runs the component in this file instead of the embedded one.
    #[must_use]
    pub fn component_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.source = Source::File(path.into());
        self
    }

    /// Makes the engine.
    ///
    /// # Errors
    /// [`Error::Component`] when the given component cannot be used, [`Error::Host`] where this machine cannot run WebAssembly.
    pub fn build(self) -> Result<Engine, Error> {
        let bytes = match self.source {
            Source::Embedded => Cow::Borrowed(EMBEDDED),
            Source::Bytes(bytes) => Cow::Owned(bytes),
            Source::File(path) => Cow::Owned(ComponentError::read(path)?),
        };
        let engine = wasmtime::Engine::new(&config()).map_err(|error| Error::Host(format!("{error:#}")))?;
        let (pre, start) = component::load(&engine, &bytes, &self.cache)?;
        let memory_limit = self.memory_limit.unwrap_or(MEMORY_LIMIT);
        let most_idle = self.most_idle.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, NonZero::get));
        Ok(Engine { shared: Arc::new(Shared { pre, bytes, memory_limit, most_idle, start }) })
    }
}

/// No fuel, no epochs: the filter is ours and ends, and they cost a quarter of its speed. Memory keeps the runtime's default
/// reservation of 4 GiB of addresses, which makes bounds checks free.
fn config() -> Config {
    let mut config = Config::new();
    config.memory_init_cow(true);
    // Maps from machine code to wasm are for backtraces, which a stripped guest has no use for.
    config.generate_address_map(false);
    config
}

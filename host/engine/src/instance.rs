//! One running filter. Any failed call kills it: it is dropped, never used again.

use crate::bindings::{ActivityFilter, ActivityFilterPre};
use crate::error::Error;
use crate::fault::{Fault, FaultKind};
use crate::limits::Limits;
use crate::outcome::Outcome;
use wasmtime::Store;
use wasmtime::component::ResourceAny;

/// Instances larger than this, in bytes, are not kept: one giant event must not hold its memory for ever.
const KEPT_MEMORY: usize = 64 << 20;

/// Our types are up to this many times as large as theirs, which is what the runtime counts.
const WIDENING: usize = 3;

/// A component instance without settings: answers what needs none.
pub(crate) struct Instance {
    store: Store<Limits>,
    component: ActivityFilter,
}

impl Instance {
    /// Makes an instance that may have `memory_limit` bytes.
    pub(crate) fn new(pre: &ActivityFilterPre<Limits>, memory_limit: usize) -> Result<Self, Error> {
        let mut store = Store::new(pre.engine(), Limits::new(memory_limit));
        store.limiter(|limits| limits);
        store.set_hostcall_fuel(memory_limit.saturating_mul(WIDENING));
        match pre.instantiate(&mut store) {
            Ok(component) => Ok(Self { store, component }),
            Err(error) if store.data_mut().take_refused() => {
                Err(Error::Host(format!("an instance needs more than {memory_limit} bytes of memory: {error:#}")))
            }
            Err(error) => Err(Error::Host(format!("{error:#}"))),
        }
    }

    /// Makes a call and names its failure.
    pub(crate) fn call<T>(&mut self, call: impl FnOnce(&ActivityFilter, &mut Store<Limits>) -> wasmtime::Result<T>) -> Result<T, Fault> {
        let result = call(&self.component, &mut self.store);
        let refused = self.store.data_mut().take_refused();
        result.map_err(|error| Fault::of(&error, refused))
    }
}

/// An instance with settings.
pub(crate) struct Auditor {
    instance: Instance,
    auditor: ResourceAny,
}

impl Auditor {
    /// Gives the settings to an instance.
    pub(crate) fn open(mut instance: Instance, settings: &str) -> Result<Self, Error> {
        let opened = instance.call(|component, store| component.actlog_activity_filter().auditor().call_open(store, settings))?;
        match opened {
            Ok(auditor) => Ok(Self { instance, auditor }),
            Err(errors) => Err(Error::Settings(errors.into_iter().map(Into::into).collect())),
        }
    }

    /// Filters a batch.
    pub(crate) fn audit(&mut self, events: &[u8]) -> Result<Outcome, Fault> {
        let auditor = self.auditor;
        let outcome =
            self.instance.call(|component, store| component.actlog_activity_filter().auditor().call_audit(store, auditor, events))?;
        let outcome = Outcome::from(outcome);
        if !outcome.is_balanced() {
            return Err(Fault { kind: FaultKind::BadAnswer, explanation: "the filter lost count of its events".to_owned() });
        }
        Ok(outcome)
    }

    /// Tells what is decided about one event, as JSON.
    pub(crate) fn explain(&mut self, event: &[u8]) -> Result<String, Fault> {
        let auditor = self.auditor;
        self.instance.call(|component, store| component.actlog_activity_filter().auditor().call_explain(store, auditor, event))
    }

    /// Whether it is small enough to be kept for the next batch.
    pub(crate) fn is_worth_keeping(&self) -> bool {
        self.instance.store.data().memory() <= KEPT_MEMORY
    }
}

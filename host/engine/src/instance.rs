//! One running filter. Any failed call kills it: it is dropped, never used again.

use crate::bindings::{FilterExports, wit};
use crate::component::FilterPre;
use crate::error::Error;
use crate::fault::{Fault, FaultKind};
use crate::limits::Limits;
use crate::outcome::Outcome;
use crate::rules::{Chain, Reviewed, Tally};
use wasmtime::Store;
use wasmtime::component::ResourceAny;

/// Instances larger than this, in bytes, are not kept: one giant event must not hold its memory for ever.
const KEPT_MEMORY: usize = 64 << 20;

/// Our types are up to this many times as large as theirs, which is what the runtime counts.
const WIDENING: usize = 3;

/// A component instance without settings: answers what needs none.
pub(crate) struct Instance {
    store: Store<Limits>,
    component: FilterExports,
}

impl Instance {
    /// Makes an instance that may have `memory_limit` bytes.
    pub(crate) fn new(filter: &FilterPre, memory_limit: usize) -> Result<Self, Error> {
        let mut store = Store::new(filter.pre.engine(), Limits::new(memory_limit));
        store.limiter(|limits| limits);
        store.set_hostcall_fuel(memory_limit.saturating_mul(WIDENING));
        let instantiated = filter.pre.instantiate(&mut store).and_then(|instance| filter.indices.load(&mut store, &instance));
        match instantiated {
            Ok(component) => Ok(Self { store, component }),
            Err(error) if store.data_mut().take_refused() => {
                Err(Error::Host(format!("an instance needs more than {memory_limit} bytes of memory: {error:#}")))
            }
            Err(error) => Err(Error::Host(format!("{error:#}"))),
        }
    }

    /// Makes a call and names its failure.
    pub(crate) fn call<T>(&mut self, call: impl FnOnce(&FilterExports, &mut Store<Limits>) -> wasmtime::Result<T>) -> Result<T, Fault> {
        let result = call(&self.component, &mut self.store);
        let refused = self.store.data_mut().take_refused();
        result.map_err(|error| Fault::of(&error, refused))
    }

    /// Whether it is small enough to be kept for the next call.
    pub(crate) fn is_worth_keeping(&self) -> bool {
        self.store.data().memory() <= KEPT_MEMORY
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
        let opened = instance.call(|component, store| component.filter.auditor().call_open(store, settings))?;
        match opened {
            Ok(auditor) => Ok(Self { instance, auditor }),
            Err(errors) => Err(Error::Settings(errors.into_iter().map(Into::into).collect())),
        }
    }

    /// Filters a batch.
    pub(crate) fn audit(&mut self, events: &[u8]) -> Result<Outcome, Fault> {
        let auditor = self.auditor;
        let outcome = self.instance.call(|component, store| component.filter.auditor().call_audit(store, auditor, events))?;
        balanced(Outcome::from(outcome))
    }

    /// Filters a batch, with rules.
    pub(crate) fn review(&mut self, events: &[u8], chain: &Chain, tally: &mut Tally) -> Result<Outcome, Fault> {
        let auditor = self.auditor;
        let capture = self.instance.call(|component, store| component.filter.auditor().call_capture(store, auditor, events))?;
        let mut capture = Capture { instance: &mut self.instance, capture };
        let Reviewed { outcome, dropped, withheld, faults } = chain.review(&mut capture, tally)?;
        capture.close()?;
        let outcome = outcome.map(Outcome::from).unwrap_or_default();
        balanced(Outcome { faulted: withheld, dropped, rule_faults: faults, ..outcome })
    }

    /// Tells what is decided about one event, as JSON.
    pub(crate) fn explain(&mut self, event: &[u8]) -> Result<String, Fault> {
        let auditor = self.auditor;
        self.instance.call(|component, store| component.filter.auditor().call_explain(store, auditor, event))
    }

    /// Whether it is small enough to be kept for the next batch.
    pub(crate) fn is_worth_keeping(&self) -> bool {
        self.instance.is_worth_keeping()
    }
}

/// An outcome that accounts for every event.
fn balanced(outcome: Outcome) -> Result<Outcome, Fault> {
    if outcome.is_balanced() {
        return Ok(outcome);
    }
    Err(Fault { kind: FaultKind::BadAnswer, explanation: "the filter lost count of its events".to_owned() })
}

/// A batch between the filter and its records.
pub(crate) struct Capture<'i> {
    instance: &'i mut Instance,
    capture: ResourceAny,
}

impl Capture<'_> {
    /// What a rule sees.
    pub(crate) fn activities(&mut self, interest: &wit::Interest, columns: wit::Columns) -> Result<Vec<wit::Activity>, Fault> {
        let capture = self.capture;
        self.instance.call(|component, store| component.filter.capture().call_activities(store, capture, interest, columns))
    }

    /// Hands over what was decided. The inner error is the rule's.
    pub(crate) fn apply(
        &mut self,
        rule: &str,
        decisions: &[wit::Decision],
        grant: &wit::Grant,
    ) -> Result<Result<(), wit::AnswerError>, Fault> {
        let capture = self.capture;
        self.instance.call(|component, store| component.filter.capture().call_apply(store, capture, rule, decisions, grant))
    }

    /// Makes the records.
    pub(crate) fn emit(&mut self) -> Result<wit::ReviewedOutcome, Fault> {
        let capture = self.capture;
        self.instance.call(|component, store| component.filter.capture().call_emit(store, capture))
    }

    /// Lets go of it. Where a call failed before, the whole instance is let go of instead.
    fn close(self) -> Result<(), Fault> {
        self.instance.call(|_, store| self.capture.resource_drop(store))
    }
}

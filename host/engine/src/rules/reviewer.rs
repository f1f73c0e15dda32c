//! One running rule. Any failed call kills it: it is dropped, never used again.

use super::limits::RuleLimits;
use super::loader::Image;
use super::ticker::Ticker;
use crate::bindings::{rule, wit};
use crate::fault::{Fault, FaultKind};
use crate::limits::Limits;
use std::time::Instant;
use wasmtime::Store;

/// An instance of a rule.
pub(super) struct Reviewer {
    store: Store<Limits>,
    exports: rule::Guest,
}

impl Reviewer {
    /// Makes an instance and asks it what it is, all before `until`.
    pub(super) fn start(image: &Image, until: Instant) -> Result<(Self, rule::Manifest), Fault> {
        let RuleLimits { memory, output, .. } = image.limits;
        let _running = image.ticker.running();
        let mut store = Store::new(image.pre.engine(), Limits::new(memory));
        store.limiter(|limits| limits);
        store.set_hostcall_fuel(output);
        store.set_epoch_deadline(Ticker::ticks_until(until));
        let started = image.pre.instantiate(&mut store).and_then(|instance| {
            let exports = image.indices.load(&mut store, &instance)?;
            let manifest = exports.call_describe(&mut store)?;
            Ok((exports, manifest))
        });
        match started {
            Ok((exports, manifest)) => Ok((Self { store, exports }, manifest)),
            Err(error) => Err(named(&error, store.data_mut(), &image.limits)),
        }
    }

    /// Asks for verdicts, until `until`.
    pub(super) fn review(&mut self, image: &Image, activities: &[wit::Activity], until: Instant) -> Result<Vec<wit::Verdict>, Fault> {
        let _running = image.ticker.running();
        self.store.set_epoch_deadline(Ticker::ticks_until(until));
        let verdicts = self.exports.call_review(&mut self.store, activities);
        let verdicts = verdicts.map_err(|error| named(&error, self.store.data_mut(), &image.limits))?;
        if verdicts.len() != activities.len() {
            let explanation = format!("it gave {} verdicts for {} activities", verdicts.len(), activities.len());
            return Err(Fault { kind: FaultKind::WrongCount, explanation });
        }
        Ok(verdicts)
    }

    /// Whether it is small enough to be kept for the next batch: some languages let go of memory only with the instance.
    pub(super) fn is_worth_keeping(&self, image: &Image) -> bool {
        self.store.data().memory() <= image.limits.memory / 2
    }
}

/// Names the error of a call, by its type.
fn named(error: &wasmtime::Error, limits: &mut Limits, given: &RuleLimits) -> Fault {
    let fault = Fault::of(error, limits.take_refused());
    let explanation = match fault.kind {
        FaultKind::Deadline => format!("it did not answer within {} ms", given.deadline.as_millis()),
        FaultKind::MemoryLimit => format!("it needs more memory than it may have ({} bytes)", given.memory),
        FaultKind::OutputLimit => format!("it answers more than it may ({} bytes)", given.output),
        FaultKind::StackOverflow => "it calls itself too deeply".to_owned(),
        FaultKind::Panic => "it gave up: it came to a place that it holds to be unreachable, as after a panic".to_owned(),
        _ => format!("it failed: {}", error.root_cause()),
    };
    Fault { kind: fault.kind, explanation }
}

//! What a worker tells of itself.

use std::sync::{Arc, Mutex};

use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::account::Account;
use crate::observed::Observed;
use crate::rules::set::RuleSet;
use crate::serve::Vitals;
use crate::serve::operation::Operation;

/// What is told.
pub struct Working {
    /// How the worker is.
    pub vitals: Arc<Vitals>,
    /// What the events came to.
    pub account: Arc<Mutex<Account>>,
    /// The rules in force.
    pub rules: Arc<Mutex<RuleSet>>,
    /// How long batches took.
    pub seconds: Histogram,
}

impl Observed for Working {
    fn operation(&self) -> Operation {
        // Nobody waits for a disk here.
        Operation::of(&self.account, &self.rules, &self.vitals, Vec::new(), self.vitals.reasons(usize::MAX))
    }

    fn register(&self, registry: &mut Registry) {
        registry.register("stream_batch_seconds", "How long the filter and its rules took for a batch of events", self.seconds.clone());
        self.vitals.register(registry);
    }
}

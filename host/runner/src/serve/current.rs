//! What the settings say: replaced as a whole when they change, so that no request sees half of two.

use std::sync::{Arc, PoisonError, RwLock};

use actlog_engine::Filter;

use crate::review::reports;

/// What the settings say.
pub struct Current {
    /// The filter with these settings, and their rules.
    pub filter: Filter,
    /// The text of the settings; empty for the defaults.
    pub text: String,
    /// Whether records can be searched.
    pub search: bool,
    /// Days after which records are deleted.
    pub retention_days: u32,
    /// The customer's own reports.
    pub reports: Vec<reports::Own>,
}

/// What is in force now. Clones share it.
#[derive(Clone)]
pub struct InForce(Arc<RwLock<Arc<Current>>>);

impl InForce {
    /// Begins with these settings.
    pub fn new(current: Current) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(current))))
    }

    /// What is in force; whoever has it goes on with it.
    pub fn get(&self) -> Arc<Current> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts other settings in force, from the next request on.
    pub fn put(&self, current: Current) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(current);
    }
}

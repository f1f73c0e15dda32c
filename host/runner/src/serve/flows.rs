//! Where records wait and where they go: queues, receivers, collectors, and whatever else reports here. Whoever moves records says
//! how it is; the figures, `/metrics` and the page show what is reported and know no names.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// How something that moves records is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Flow {
    /// What people call it.
    pub name: String,
    /// What kind of thing it is, one word: `queue`, `push`, `feed`, `collector`, `stream`, `process`.
    pub kind: Cow<'static, str>,
    /// What tells it from others of its name and kind: an address, a tenant. No secret stands in it.
    pub detail: String,
    /// How it is.
    pub state: FlowState,
    /// What is counted: `records`, `requests`, `blobs`.
    pub unit: Cow<'static, str>,
    /// How much waits; none where nobody can know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<u64>,
    /// How much may wait; none where there is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// How much went through since the program began.
    pub sent: u64,
    /// How much did not, and will not, since the program began.
    pub failed: u64,
    /// What went wrong last, and is not over; none when all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// Seconds that the oldest of what waits has waited, as far as this program has seen; none where nothing waits or nobody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_age: Option<f64>,
    /// When something went through last, as records write times; none if it never did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_sent: Option<String>,
}

/// How something that moves records is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlowState {
    /// All is well.
    Ok,
    /// It does not get on; it tries again by itself.
    Failing,
    /// It was turned off, or gave up: somebody has to turn it on.
    Stopped,
}

impl Flow {
    /// One that is well and has done nothing yet.
    pub fn new(name: impl Into<String>, kind: &'static str, detail: impl Into<String>, unit: &'static str) -> Self {
        Self {
            name: name.into(),
            kind: kind.into(),
            detail: detail.into(),
            state: FlowState::Ok,
            unit: unit.into(),
            waiting: None,
            limit: None,
            sent: 0,
            failed: 0,
            last_error: None,
            oldest_age: None,
            last_sent: None,
        }
    }
}

/// Says how one or more of them are. It may wait for a disk.
pub type Report = dyn Fn() -> Vec<Flow> + Send + Sync;

/// Everybody who reports.
#[derive(Default)]
pub struct Flows(Mutex<Vec<Arc<Report>>>);

impl std::fmt::Debug for Flows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Flows").field(&self.reports().len()).finish()
    }
}

impl Flows {
    /// From now on this reports, too.
    pub fn add(&self, report: impl Fn() -> Vec<Flow> + Send + Sync + 'static) {
        self.reports().push(Arc::new(report));
    }

    /// How all of them are, in the order in which they were added. This may wait for a disk.
    pub fn rows(&self) -> Vec<Flow> {
        let reports = self.reports().clone();
        reports.iter().flat_map(|report| report()).collect()
    }

    fn reports(&self) -> MutexGuard<'_, Vec<Arc<Report>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! What the feed did since it was opened: for whoever runs the program, and forgotten when it ends.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use crate::overview::Pulled;

/// What was done. Collectors and tenants that may ask are few, so that this cannot grow without end.
#[derive(Debug, Default)]
pub(crate) struct Doings {
    pulled: Mutex<HashMap<(Uuid, Uuid), Pulled>>,
    /// Blobs that webhooks were told of and calls that failed, by the numbers of their subscriptions.
    told: Mutex<HashMap<i64, (u64, u64)>>,
    available: AtomicU64,
    trouble: Mutex<Option<String>>,
}

impl Doings {
    /// A collector was given a list.
    pub(crate) fn listed(&self, client: Uuid, tenant: Uuid) {
        self.note(client, tenant, |pulled| pulled.lists += 1);
    }

    /// A collector was given a blob.
    pub(crate) fn fetched(&self, client: Uuid, tenant: Uuid, bytes: usize) {
        self.note(client, tenant, |pulled| {
            pulled.blobs += 1;
            pulled.bytes += bytes as u64;
        });
    }

    /// What a collector was given.
    pub(crate) fn pulled(&self, client: Uuid, tenant: Uuid) -> Pulled {
        lock(&self.pulled).get(&(client, tenant)).copied().unwrap_or_default()
    }

    /// A webhook was told of so many blobs, or could not be.
    pub(crate) fn called(&self, subscription: i64, blobs: usize, well: bool) {
        let mut told = lock(&self.told);
        let told = told.entry(subscription).or_default();
        if well { told.0 += blobs as u64 } else { told.1 += 1 }
    }

    /// Blobs that a webhook was told of, and calls that failed.
    pub(crate) fn told(&self, subscription: i64) -> (u64, u64) {
        lock(&self.told).get(&subscription).copied().unwrap_or_default()
    }

    /// So many records were made available.
    pub(crate) fn made(&self, records: usize) {
        self.available.fetch_add(records as u64, Ordering::Relaxed);
    }

    /// How many records were made available.
    pub(crate) fn available(&self) -> u64 {
        self.available.load(Ordering::Relaxed)
    }

    /// How making records available ended.
    pub(crate) fn cut(&self, trouble: Option<String>) {
        *lock(&self.trouble) = trouble;
    }

    /// Why records cannot be made available; none when they can.
    pub(crate) fn trouble(&self) -> Option<String> {
        lock(&self.trouble).clone()
    }

    fn note(&self, client: Uuid, tenant: Uuid, change: impl FnOnce(&mut Pulled)) {
        let mut pulled = lock(&self.pulled);
        let pulled = pulled.entry((client, tenant)).or_default();
        change(pulled);
        pulled.last = Some(actlog_store::now());
    }
}

fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

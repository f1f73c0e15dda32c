//! Instances between two calls.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Instances that wait for the next call, at most so many.
pub(crate) struct Idle<T> {
    most: usize,
    waiting: Mutex<Vec<T>>,
}

impl<T> Idle<T> {
    /// Room for `most`.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, waiting: Mutex::default() }
    }

    /// One that waits.
    pub(crate) fn take(&self) -> Option<T> {
        self.waiting().pop()
    }

    /// Keeps one whose last call went well, if there is room.
    pub(crate) fn put_back(&self, instance: T) {
        let mut waiting = self.waiting();
        if waiting.len() < self.most {
            waiting.push(instance);
        }
    }

    /// A panic while the list was held left it whole: nothing but push and pop is done to it.
    fn waiting(&self) -> MutexGuard<'_, Vec<T>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> std::fmt::Debug for Idle<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.waiting().len().fmt(f)
    }
}

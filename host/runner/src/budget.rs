//! How many bytes of events may be on their way at once.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// Bytes shared out to the batches between reader and writer. Clones share it.
#[derive(Clone, Debug)]
pub struct Budget(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limit: usize,
    used: Mutex<usize>,
    freed: Condvar,
}

/// A share of the budget, given back when it is dropped.
#[derive(Debug)]
pub struct Share {
    budget: Budget,
    bytes: usize,
}

impl Budget {
    /// A budget of `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Shared { limit, used: Mutex::new(0), freed: Condvar::new() }))
    }

    /// Takes a share, and waits for it as long as others hold too much. A share that is over the limit by itself is
    /// given when it is the only one.
    pub fn take(&self, bytes: usize) -> Share {
        let used = self.0.used.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |used: &mut usize| *used > 0 && used.saturating_add(bytes) > self.0.limit;
        let mut used = self.0.freed.wait_while(used, full).unwrap_or_else(PoisonError::into_inner);
        *used += bytes;
        Share { budget: self.clone(), bytes }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        *self.budget.0.used.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
        self.budget.0.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    #[test]
    fn take_over_the_limit_waits_for_the_others() {
        let budget = Budget::new(10);
        let first = budget.take(8);
        let (send, receive) = channel();
        let other = budget.clone();
        std::thread::spawn(move || send.send(other.take(99).bytes));
        assert!(receive.recv_timeout(Duration::from_millis(50)).is_err());
        drop(first);
        assert_eq!(receive.recv_timeout(Duration::from_secs(60)), Ok(99));
    }
}

//! How much memory an instance may take.

use wasmtime::ResourceLimiter;

/// Elements that the tables of an instance may have together; the filter's own has some hundreds.
const TABLE_ELEMENTS: usize = 100_000;

/// Core instances, tables and memories that a component may have. What tools make has some dozens.
const PARTS: usize = 1_000;

/// Keeps an instance's memory within its limit, and remembers whether it was refused any.
#[derive(Debug)]
pub(crate) struct Limits {
    limit: usize,
    memory: usize,
    table: usize,
    refused: bool,
}

impl Limits {
    /// Limits of a new instance; `limit` in bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, memory: 0, table: 0, refused: false }
    }

    /// Bytes of memory that the instance has now; wasm memory never shrinks.
    pub(crate) fn memory(&self) -> usize {
        self.memory
    }

    /// Whether memory was refused since this was last asked.
    pub(crate) fn take_refused(&mut self) -> bool {
        std::mem::take(&mut self.refused)
    }
}

impl ResourceLimiter for Limits {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.memory.saturating_add(desired.saturating_sub(current));
        let granted = total <= self.limit;
        if granted {
            self.memory = total;
        } else {
            self.refused = true;
        }
        Ok(granted)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.refused = true;
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.table.saturating_add(desired.saturating_sub(current));
        let granted = total <= TABLE_ELEMENTS;
        if granted {
            self.table = total;
        } else {
            self.refused = true;
        }
        Ok(granted)
    }

    fn instances(&self) -> usize {
        PARTS
    }

    fn tables(&self) -> usize {
        PARTS
    }

    fn memories(&self) -> usize {
        PARTS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_growing_up_to_the_limit_is_granted() {
        let mut limits = Limits::new(100);
        assert!(limits.memory_growing(0, 40, None).unwrap());
        assert!(limits.memory_growing(40, 100, None).unwrap());
        assert_eq!((limits.memory(), limits.take_refused()), (100, false));
    }

    #[test]
    fn memory_growing_beyond_the_limit_is_refused_and_remembered_once() {
        let mut limits = Limits::new(100);
        assert!(limits.memory_growing(0, 60, None).unwrap());
        assert!(!limits.memory_growing(0, 41, None).unwrap(), "a second memory counts too");
        assert!(limits.take_refused());
        assert!(!limits.take_refused());
        assert_eq!(limits.memory(), 60);
    }

    #[test]
    fn table_growing_beyond_the_limit_is_refused() {
        let mut limits = Limits::new(100);
        assert!(limits.table_growing(0, TABLE_ELEMENTS, None).unwrap());
        assert!(!limits.table_growing(0, 1, None).unwrap());
    }
}

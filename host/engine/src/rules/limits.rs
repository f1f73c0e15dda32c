//! What a rule may take.

use std::time::Duration;

/// What a rule may take: time, memory, and how much it may answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleLimits {
    /// Time for one batch, by the clock; as much again to find the activity that made a batch fail.
    pub deadline: Duration,
    /// Bytes of memory that an instance may have.
    pub memory: usize,
    /// Bytes of one answer, as this program holds it.
    pub output: usize,
    /// Time for compiling it, by the clock; where a child process compiles.
    pub compile_time: Duration,
    /// Bytes of memory for compiling it; where a child process compiles, on Unix.
    pub compile_memory: u64,
}

impl Default for RuleLimits {
    /// 2 seconds, 256 MiB, 4 MiB; for compiling 2 minutes and 4 GiB.
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(2),
            memory: 256 << 20,
            output: 4 << 20,
            compile_time: Duration::from_secs(120),
            compile_memory: 4 << 30,
        }
    }
}

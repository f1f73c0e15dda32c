//! The clock of deadlines: it advances the epoch while rules run, and sleeps while none does.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Weak};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};
use wasmtime::Engine;

/// How fine deadlines are.
const TICK: Duration = Duration::from_millis(5);
/// Ticks without a running rule after which the thread sleeps: waking it costs more than a few ticks.
const PATIENCE: u32 = 200;

/// Advances the epoch of an engine while any rule runs.
pub(super) struct Ticker {
    state: Arc<State>,
    thread: Thread,
}

struct State {
    engine: Engine,
    running: AtomicUsize,
    asleep: AtomicBool,
}

impl Ticker {
    /// Starts the thread; it ends with the ticker.
    pub(super) fn start(engine: &Engine) -> io::Result<Self> {
        let state = Arc::new(State { engine: engine.clone(), running: AtomicUsize::new(0), asleep: AtomicBool::new(false) });
        let weak = Arc::downgrade(&state);
        let handle = thread::Builder::new().name("actlog-deadlines".to_owned()).stack_size(64 << 10).spawn(move || tick(&weak))?;
        Ok(Self { state, thread: handle.thread().clone() })
    }

    /// Says that a rule runs, until what is given back is dropped.
    pub(super) fn running(&self) -> Running<'_> {
        self.state.running.fetch_add(1, SeqCst);
        if self.state.asleep.load(SeqCst) {
            self.thread.unpark();
        }
        Running(&self.state.running)
    }

    /// Ticks from now until a moment: never fewer than it takes, so that no deadline ends early.
    pub(super) fn ticks_until(moment: Instant) -> u64 {
        let left = moment.saturating_duration_since(Instant::now());
        u64::try_from(left.as_nanos().div_ceil(TICK.as_nanos())).unwrap_or(u64::MAX).saturating_add(1)
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.thread.unpark();
    }
}

/// A rule that runs.
pub(super) struct Running<'t>(&'t AtomicUsize);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

fn tick(state: &Weak<State>) {
    let mut idle = 0;
    // Held only for a moment at a time, so that the ticker can end.
    while let Some(state) = state.upgrade() {
        state.asleep.store(false, SeqCst);
        state.engine.increment_epoch();
        idle = if state.running.load(SeqCst) == 0 { idle + 1 } else { 0 };
        if idle < PATIENCE {
            drop(state);
            thread::sleep(TICK);
            continue;
        }
        state.asleep.store(true, SeqCst);
        // A rule that began before it could see this is seen here.
        let none = state.running.load(SeqCst) == 0;
        drop(state);
        if none {
            thread::park();
        }
        idle = 0;
    }
}

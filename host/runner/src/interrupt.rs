//! Ctrl-C and the request to terminate: the first stops reading, so that what was read is still accounted for; a second one
//! ends the program at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Whether the program was asked to stop.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicUsize>);

impl Interrupt {
    /// Watches for both signals from now on.
    ///
    /// # Errors
    /// When the system refuses the handlers.
    pub fn watch() -> std::io::Result<Self> {
        let interrupt = Self::default();
        for (signal, number) in [(SIGINT, 2), (SIGTERM, 15)] {
            let armed = Arc::new(AtomicBool::new(false));
            // In this order: the first signal finds it unarmed, and arms it.
            flag::register_conditional_shutdown(signal, exit_code(number).into(), Arc::clone(&armed))?;
            flag::register(signal, armed)?;
            flag::register_usize(signal, Arc::clone(&interrupt.0), number)?;
        }
        Ok(interrupt)
    }

    /// The signal that came, if one did.
    pub fn signal(&self) -> Option<usize> {
        Some(self.0.load(Ordering::Relaxed)).filter(|&number| number > 0)
    }

    /// As if that signal had come.
    #[cfg(test)]
    pub fn raise(&self, number: usize) {
        self.0.store(number, Ordering::Relaxed);
    }
}

/// The exit code of a program that a signal stopped: 128 and its number, as shells have it.
pub fn exit_code(signal: usize) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

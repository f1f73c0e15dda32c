//! Many batches on many threads, with the outcomes in the order of the batches.

use crate::error::Error;
use crate::filter::Filter;
use crate::outcome::Outcome;
use std::any::Any;
use std::iter::Fuse;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Threads at most, whatever was asked for.
const MOST_JOBS: usize = 256;

/// Outcomes that may wait for their turn, for each worker: enough that one slow batch does not stop the others.
const AHEAD: usize = 4;

/// Some events, and whatever the caller needs to know about them later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch<T> {
    /// NDJSON, one event a line.
    pub events: Vec<u8>,
    /// Given back with the outcome.
    pub tag: T,
}

/// The outcome of a batch, on its way to the caller.
type Done<T> = (T, Result<Outcome, Error>);

impl Filter {
    /// Filters batches on `jobs` threads and hands each outcome to `each`, on this thread, in the order of the batches.
    ///
    /// With one job (or none) everything happens on this thread. Otherwise the workers take turns in drawing from `batches`, and at most
    /// `5 × jobs` batches are drawn but not handed over, so memory stays bounded. When `each` breaks, no further batch is
    /// drawn, and the call returns as soon as the workers have finished the batches they hold.
    ///
    /// A panic in `batches` or `each` goes on in the caller. A panic in the engine becomes [`Error::Panicked`] for its batch.
    pub fn audit_ordered<T: Send, B>(
        &self,
        jobs: usize,
        batches: impl IntoIterator<Item = Batch<T>, IntoIter: Send>,
        mut each: impl FnMut(T, Result<Outcome, Error>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let batches = batches.into_iter();
        let jobs = jobs.min(MOST_JOBS);
        if jobs <= 1 {
            return self.audit_here(batches, each);
        }
        let batches = &Mutex::new(batches.fuse());
        thread::scope(|scope| {
            let (order, turns) = sync_channel(jobs * AHEAD);
            let spawn = |_| {
                let order = order.clone();
                thread::Builder::new().name("actlog".to_owned()).spawn_scoped(scope, move || work(self, batches, &order)).ok()
            };
            // Where the system has no more threads, fewer will do.
            let workers: Vec<_> = (0..jobs).map_while(spawn).collect();
            if workers.is_empty() {
                return self.audit_here(&mut *batches.lock().unwrap_or_else(PoisonError::into_inner), each);
            }
            drop(order);
            let flow =
                turns.iter().filter_map(|turn: Receiver<Done<T>>| turn.recv().ok()).try_for_each(|(tag, outcome)| each(tag, outcome));
            // Nobody waits for a turn any more: this is how the workers learn that they are done.
            drop(turns);
            for worker in workers {
                if let Err(panic) = worker.join() {
                    resume_unwind(panic);
                }
            }
            flow
        })
    }

    /// The same on this thread alone.
    fn audit_here<T, B>(
        &self,
        mut batches: impl Iterator<Item = Batch<T>>,
        mut each: impl FnMut(T, Result<Outcome, Error>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        batches.try_for_each(|Batch { events, tag }| each(tag, guarded(|| self.audit(&events))))
    }
}

/// Draws batches and filters them until there are no more, or nobody wants more.
fn work<T: Send>(filter: &Filter, batches: &Mutex<Fuse<impl Iterator<Item = Batch<T>>>>, order: &SyncSender<Receiver<Done<T>>>) {
    loop {
        let (Batch { events, tag }, done) = {
            // Poisoned: drawing panicked, and that worker's panic goes on in the caller.
            let Ok(mut batches) = batches.lock() else { return };
            let Some(batch) = batches.next() else { return };
            let (done, turn) = sync_channel(1);
            // Sent under the lock, so that turns stand in the order of the batches.
            if order.send(turn).is_err() {
                return;
            }
            (batch, done)
        };
        if done.send((tag, guarded(|| filter.audit(&events)))).is_err() {
            return;
        }
    }
}

/// Makes a call; a panic becomes its error.
fn guarded(call: impl FnOnce() -> Result<Outcome, Error>) -> Result<Outcome, Error> {
    // Unwind safe: an instance in use is dropped by the unwinding, and the list of idle ones is never half changed.
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| Err(Error::Panicked(text(&*panic))))
}

/// What a panic said.
fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("no reason given").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guarded_call_that_panics_becomes_an_error_with_its_text() {
        for call in [|| panic!("plain"), || panic!("{}", "plain")] {
            assert!(matches!(guarded(call), Err(Error::Panicked(text)) if text == "plain"));
        }
    }

    #[test]
    fn guarded_call_that_returns_is_left_alone() {
        assert_eq!(guarded(|| Ok(Outcome::default())).unwrap(), Outcome::default());
    }
}

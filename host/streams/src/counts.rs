//! What was done, counted.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counts {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// What a worker, sink or intake did since it began.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Counts { $($(#[$doc])* pub $name: u64,)* }

        /// The same while it is being counted; to be shared between threads.
        #[derive(Debug, Default)]
        pub struct Count { $(pub(crate) $name: AtomicU64,)* }

        impl Counts {
            /// All of them, each by its name.
            pub fn named(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name),)*]
            }
        }

        impl Count {
            /// The counts of this moment.
            pub fn now(&self) -> Counts {
                Counts { $($name: self.$name.load(Ordering::Relaxed),)* }
            }
        }
    };
}

counts! {
    /// Events that an intake gave to the stream.
    accepted,
    /// Of those, such as stood there before.
    accepted_again,
    /// Messages taken, each delivery counted.
    taken,
    /// Events that gave records.
    recorded,
    /// Records that the stream took.
    records,
    /// Of those, such as were written in runs; there the servers do not say which stood there already.
    in_runs,
    /// Records, rejects and ledger lines that stood there already.
    doubles,
    /// Of those, such as differ from what was to be written.
    differing,
    /// Events left out on purpose.
    excluded,
    /// Events that cannot be used.
    rejected,
    /// Tries that failed.
    faulted,
    /// Events put to the rejects because no try succeeded.
    given_up,
    /// Publishing that had to be done again.
    publish_again,
    /// Acknowledgements without an answer; the message may come again.
    unconfirmed,
    /// Records that a sink has kept.
    kept,
    /// Records that a sink will never keep; they are in the rejects.
    refused,
    /// Batches that a sink had to try again.
    keep_again,
}

pub(crate) fn add(counter: &AtomicU64, number: usize) {
    counter.fetch_add(number as u64, Ordering::Relaxed);
}

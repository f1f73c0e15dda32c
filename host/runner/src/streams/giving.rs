//! Gives the records of `actlog run FILE --to jetstream` to their stream.

use std::time::Duration;

use actlog_streams::{CancellationToken, Config, Link, Outlet};
use anyhow::Context;
use axum::body::Bytes;
use tokio::runtime::{Builder, Runtime};
use tokio::time::sleep;

use super::audit::records;
use crate::interrupt::Interrupt;

/// How often it is looked whether the run is to stop.
const GLANCE: Duration = Duration::from_millis(100);
/// How long records that were read are still given after that.
const GRACE: Duration = Duration::from_secs(5);

/// A connection of a run's own.
pub struct Giving {
    runtime: Runtime,
    link: Link,
    outlet: Outlet,
    interrupt: Interrupt,
}

impl Giving {
    /// Opens a connection. Servers that are not there are waited for, until `interrupt`.
    ///
    /// # Errors
    /// When the settings cannot work, secrets cannot be read, or the system has no more threads.
    pub fn open(config: Config, interrupt: Interrupt) -> anyhow::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().context("cannot start threads")?;
        let link = runtime.block_on(Link::open(config))?;
        Ok(Self { outlet: Outlet::new(link.clone()), runtime, link, interrupt })
    }

    /// Gives the records of these lines, and returns when a quorum of servers has them.
    ///
    /// # Errors
    /// When the run is interrupted and the servers do not take them soon, or a record can never stand there.
    pub fn give(&self, lines: Vec<u8>) -> anyhow::Result<()> {
        let records = records(&Bytes::from(lines)).context("the filter's record has no Id; please report this")?;
        let stop = CancellationToken::new();
        self.runtime.block_on(async {
            let giving = self.outlet.give(records, &stop);
            tokio::pin!(giving);
            loop {
                tokio::select! {
                    given = &mut giving => break Ok(given?),
                    () = sleep(GLANCE), if self.interrupt.signal().is_none() => {}
                    () = sleep(GRACE), if self.interrupt.signal().is_some() => stop.cancel(),
                }
            }
        })
    }

    /// Ends the connection.
    pub fn close(self) {
        self.runtime.block_on(self.link.close());
    }

    /// Ends the connection without a word: the servers may not be there.
    pub fn leave(self) {
        self.runtime.shutdown_background();
    }
}

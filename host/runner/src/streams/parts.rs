//! What a server has to do with streams, from its beginning to its end.

use std::sync::{Arc, Mutex};

use actlog_streams::{CancellationToken, Config, Counts, Intake, Keep, Lane, Link, Sink};
use anyhow::Context;
use tokio::task::JoinHandle;

use super::metrics::Figures;
use super::outlook::Outlook;
use super::sinks::{Ledger, Records, Rejects};
use crate::account::Account;
use crate::serve::{Vitals, Writer};

/// The name among the settings' sinks of what `actlog serve` is.
const STORE: &str = "store";

/// A connection, and what goes on there.
pub struct Parts {
    link: Link,
    figures: Arc<Figures>,
    stop: CancellationToken,
    sinks: Vec<JoinHandle<Counts>>,
    look: JoinHandle<()>,
}

impl Parts {
    /// Opens a connection, and tells in `vitals` how it is. Servers that are not there are waited for.
    ///
    /// # Errors
    /// When the settings cannot work, or secrets cannot be read.
    pub async fn open(config: Config, vitals: &Arc<Vitals>) -> anyhow::Result<Self> {
        let link = Link::open(config).await?;
        let outlook = Outlook::new(link.clone(), vitals.clone());
        let figures = Figures::new(outlook.clone());
        vitals.add_figures(figures.clone());
        let look = tokio::spawn(outlook.look());
        Ok(Self { link, figures, stop: CancellationToken::new(), sinks: Vec::new(), look })
    }

    /// The way in for events.
    pub fn intake(&self) -> Intake {
        let intake = Intake::new(self.link.clone());
        self.figures.add("intake", intake.count());
        intake
    }

    /// Takes out what workers made of the events: records for the store, rejects and the ledger for the account.
    ///
    /// # Errors
    /// When the settings name no sink `store`.
    pub fn take_out(&mut self, writer: Writer, account: &Arc<Mutex<Account>>) -> anyhow::Result<()> {
        let stream = actlog_streams::Names::new(&self.link.config().prefix).events_stream();
        self.sink(Lane::Records, "records", Records { writer, account: account.clone() })?;
        self.sink(Lane::Rejects, "rejects", Rejects { account: account.clone(), stream: stream.into() })?;
        self.sink(Lane::Ledger, "ledger", Ledger { account: account.clone() })
    }

    fn sink(&mut self, lane: Lane, part: &'static str, keep: impl Keep) -> anyhow::Result<()> {
        let sink = Sink::new(self.link.clone(), lane, STORE).context("actlog serve takes records out as the sink \"store\"")?;
        self.figures.add(part, sink.count());
        let stop = self.stop.clone();
        self.sinks.push(tokio::spawn(async move { sink.take(keep, stop).await }));
        Ok(())
    }

    /// Finishes what was begun.
    pub async fn end(self) {
        self.stop.cancel();
        for sink in self.sinks {
            let _ = sink.await;
        }
        self.look.abort();
        self.link.close().await;
    }
}

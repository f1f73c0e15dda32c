//! Where events go: into a store of this machine, or to an `actlog serve`.

use actlog_proxy::RecordError;

use super::remote::Remote;
use crate::serve::Ingest;
use crate::totals::Totals;

/// Where events go.
pub enum Outlet {
    /// Through the filter into a store of this machine.
    Store(Ingest),
    /// To an `actlog serve`, which filters and keeps them.
    Remote(Remote),
}

impl Outlet {
    /// Gives events away; they are durable when this is done.
    ///
    /// # Errors
    /// When they are not: they must be given again, which is harmless.
    pub async fn take(&self, events: Vec<u8>) -> Result<Totals, RecordError> {
        match self {
            Outlet::Store(ingest) => {
                let taken = ingest.keep("exchanges".to_owned(), events).await;
                taken.map(|taken| taken.totals).map_err(|refusal| RecordError(refusal.to_string()))
            }
            Outlet::Remote(remote) => remote.take(events).await,
        }
    }
}

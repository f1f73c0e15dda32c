//! Giving records to their stream, for whoever filtered the events itself.

use std::sync::Arc;

use futures_util::stream::{self, StreamExt};
use tokio_util::sync::CancellationToken;

use crate::names::is_id;
use crate::put::{Message, PutError, put};
use crate::{Count, Lane, Link, Record, ingest};

/// Gives records to RECORDS, as a worker does.
#[derive(Clone, Debug)]
pub struct Outlet {
    link: Link,
    count: Arc<Count>,
}

/// Why records are not all in the stream. Those that are do not stand there twice when all of them are given again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutletError {
    /// Told to stop before it was certain.
    #[error("stopped before the servers had all records")]
    Stopped,
    /// Such an Id cannot be one.
    #[error("{0:?} cannot be the Id of a record")]
    NotAnId(String),
    /// The servers will never take it.
    #[error("the servers refuse the record {id}: {why}")]
    Refused {
        /// Its Id.
        id: String,
        /// Why, in the servers' words.
        why: String,
    },
}

impl Outlet {
    /// An outlet on a connection that is there.
    pub fn new(link: Link) -> Self {
        Self { link, count: Arc::default() }
    }

    /// What it and its clones have done so far.
    pub fn count(&self) -> Arc<Count> {
        self.count.clone()
    }

    /// Puts records into the stream, and returns when a quorum of servers has all of them. Tries for as long as it takes, or until
    /// `stop`.
    ///
    /// # Errors
    /// When it was told to stop, or a record can never stand there.
    pub async fn give(&self, records: Vec<Record>, stop: &CancellationToken) -> Result<(), OutletError> {
        if let Some(record) = records.iter().find(|record| !is_id(&record.id)) {
            return Err(OutletError::NotAnId(record.id.clone()));
        }
        let standing = ingest::put_first(&self.link, &records.iter().collect::<Vec<_>>(), &self.count, stop).await;
        let giving = records.into_iter().skip(standing).map(|Record { id, line }| async move {
            let message = Message::new(Lane::Records, id.as_str(), line);
            put(&self.link, message, &self.count, stop).await.map_err(|error| match error {
                PutError::Stopped => OutletError::Stopped,
                PutError::Never(why) => OutletError::Refused { id, why },
            })
        });
        let mut given = stream::iter(giving).buffer_unordered(self.link.config.publishes_at_once);
        while let Some(one) = given.next().await {
            one?;
        }
        Ok(())
    }
}

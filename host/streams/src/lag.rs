//! How far readers are behind.

use async_nats::jetstream::consumer::pull;

use crate::setup::consumers;
use crate::{Error, Link};

/// How far one reader of one stream is behind.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lag {
    /// The stream.
    pub stream: String,
    /// Who reads: `workers`, or a sink.
    pub reader: String,
    /// Messages that nobody has taken yet; in EVENTS each is up to `events-per-message` events.
    pub waiting: u64,
    /// Messages that somebody has taken and not finished.
    pub in_work: u64,
    /// Of those, such as were given out more than once.
    pub again: u64,
}

/// The lag of every reader.
pub async fn lag(link: &Link) -> Result<Vec<Lag>, Error> {
    let mut all = Vec::new();
    for (stream, wanted) in consumers(&link.config, &link.names) {
        let reader = wanted.durable_name.unwrap_or_default();
        let found = link.context.get_consumer_from_stream::<pull::Config, _, _>(&reader, &stream).await;
        let found = found.map_err(|error| Error::server(format!("asking for the lag of {reader} of {stream}"), error))?;
        let info = found.cached_info();
        all.push(Lag {
            waiting: info.num_pending,
            in_work: info.num_ack_pending as u64,
            again: info.num_redelivered as u64,
            stream,
            reader,
        });
    }
    Ok(all)
}

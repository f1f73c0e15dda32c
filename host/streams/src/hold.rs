//! Telling the servers that messages are still in work, and that they are done.

use std::time::Duration;

use async_nats::Request;
use async_nats::jetstream::AckKind;
use bytes::Bytes;
use tokio::task::JoinHandle;

use crate::counts::add;
use crate::{Count, Link};

/// A message's place at the server.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    reply: async_nats::Subject,
}

impl Place {
    pub fn of(message: &async_nats::jetstream::Message) -> Option<Self> {
        message.reply.clone().map(|reply| Self { reply })
    }

    /// Done, and the server has said that it knows. Without its answer the message may come again, which does no harm.
    pub async fn done(&self, link: &Link, count: &Count) {
        let request = Request::new().payload(Bytes::from_static(b"+ACK")).timeout(Some(link.config.answer()));
        if let Err(error) = link.client.send_request(self.reply.clone(), request).await {
            add(&count.unconfirmed, 1);
            tracing::debug!("streams: an acknowledgement was not confirmed: {error}");
        }
    }

    /// To be given out again, after a while.
    pub async fn again(&self, link: &Link, after: Option<Duration>) {
        self.tell(link, AckKind::Nak(after)).await;
    }

    async fn tell(&self, link: &Link, kind: AckKind) {
        // Lost is the same as not said: the servers give the message out again when its time is over.
        let _ = link.client.publish(self.reply.clone(), kind.into()).await;
    }
}

/// Keeps messages from being given to somebody else, until it is dropped. It may outlast them: the servers pass over what is said of
/// a message that is done.
pub(crate) struct Hold {
    task: JoinHandle<()>,
}

impl Hold {
    pub fn new(link: &Link, places: Vec<Place>) -> Self {
        let link = link.clone();
        let every = link.config.ack_wait() / 3;
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(every).await;
                for place in &places {
                    place.tell(&link, AckKind::Progress).await;
                }
            }
        });
        Self { task }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The parts of a message that outlive it.
pub(crate) fn delivered(message: &async_nats::jetstream::Message) -> Option<(u64, u64)> {
    let info = message.info().ok()?;
    Some((info.stream_sequence, u64::try_from(info.delivered).unwrap_or(1).max(1)))
}

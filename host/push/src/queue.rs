//! Records that wait for a collector, no more than a certain number.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, mpsc, oneshot};

use crate::{Delivered, Otlp, SendError};

/// A bounded queue before a collector. Cheap to clone; what was taken is sent even after the last clone is gone, as long as the
/// runtime lives.
#[derive(Clone, Debug)]
pub struct Queue {
    sender: mpsc::UnboundedSender<Waiting>,
    room: Arc<Semaphore>,
    size: usize,
}

#[derive(Debug)]
struct Waiting {
    lines: Vec<Bytes>,
    answer: oneshot::Sender<Result<Delivered, SendError>>,
    _room: OwnedSemaphorePermit,
}

/// What will become of records that are in the queue. Without it nobody learns of it, and they are sent all the same.
#[derive(Debug)]
#[must_use = "only the receipt says whether the records arrived"]
pub struct Receipt(oneshot::Receiver<Result<Delivered, SendError>>);

/// Why records are not in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueueError {
    /// There is no room now.
    #[error("the queue of records for the collector is full")]
    Full,
    /// They are more than the whole queue has room for.
    #[error("these are more records than the queue can hold ({0})")]
    TooMany(usize),
    /// The queue has ended, and what was in it with it.
    #[error("the queue of records for the collector has ended")]
    Ended,
}

impl Queue {
    /// Begins to send, in a task of the current runtime.
    pub fn start(otlp: Otlp) -> Self {
        let size = otlp.config.queue;
        // Bounded by the room, which is counted in records.
        let (sender, mut receiver) = mpsc::unbounded_channel::<Waiting>();
        tokio::spawn(async move {
            while let Some(waiting) = receiver.recv().await {
                let answer = otlp.send(&waiting.lines).await;
                if let Err(error) = &answer {
                    tracing::error!("otlp: {} records were not taken: {error}", waiting.lines.len());
                }
                // Whoever does not wait for it does not want to know.
                let _ = waiting.answer.send(answer);
            }
        });
        Self { sender, room: Arc::new(Semaphore::new(size)), size }
    }

    /// Puts records into the queue, and waits for room.
    pub async fn push(&self, lines: Vec<Bytes>) -> Result<Receipt, QueueError> {
        let room = self.room.clone().acquire_many_owned(self.needed(&lines)?).await.map_err(|_| QueueError::Ended)?;
        self.put(lines, room)
    }

    /// Puts records into the queue if there is room now.
    pub fn try_push(&self, lines: Vec<Bytes>) -> Result<Receipt, QueueError> {
        let room = self.room.clone().try_acquire_many_owned(self.needed(&lines)?).map_err(|error| match error {
            TryAcquireError::NoPermits => QueueError::Full,
            TryAcquireError::Closed => QueueError::Ended,
        })?;
        self.put(lines, room)
    }

    fn needed(&self, lines: &[Bytes]) -> Result<u32, QueueError> {
        u32::try_from(lines.len()).ok().filter(|&number| number as usize <= self.size).ok_or(QueueError::TooMany(self.size))
    }

    fn put(&self, lines: Vec<Bytes>, room: OwnedSemaphorePermit) -> Result<Receipt, QueueError> {
        let (answer, receipt) = oneshot::channel();
        self.sender.send(Waiting { lines, answer, _room: room }).map_err(|_| QueueError::Ended)?;
        Ok(Receipt(receipt))
    }
}

impl Receipt {
    /// Waits until the collector has taken the records, or it was given up. `None`: the queue has ended before.
    pub async fn wait(self) -> Option<Result<Delivered, SendError>> {
        self.0.await.ok()
    }
}

//! Places for connections: only so many at once, and whoever comes then waits until one of them ends.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;

/// How long to wait when no connection can be accepted: most likely there are no file descriptors left.
const ACCEPT_DELAY: Duration = Duration::from_millis(100);

/// So many places.
#[derive(Clone)]
pub struct Places(Arc<Semaphore>);

/// Held by a connection until it ends.
pub struct Place {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Places {
    /// `number` of them.
    pub fn new(number: usize) -> Self {
        Self(Arc::new(Semaphore::new(number)))
    }

    /// The next connection from `accept`, once there is a place for it. What cannot be accepted is told, and tried again after a while.
    /// May be given up at any time; no connection is lost by that.
    pub async fn next<T, A: Future<Output = io::Result<T>>>(&self, accept: impl Fn() -> A) -> (T, Place) {
        loop {
            // Nobody closes the semaphore.
            let place = Place { _permit: self.0.clone().acquire_owned().await.ok() };
            match accept().await {
                Ok(connection) => return (connection, place),
                Err(error) => {
                    tracing::warn!(%error, "a connection cannot be accepted");
                    sleep(ACCEPT_DELAY).await;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn next_waits_for_a_place_and_passes_over_errors() {
        let tries = AtomicUsize::new(0);
        let accept = async || match tries.fetch_add(1, Ordering::Relaxed) {
            0 => Err(io::Error::other("no file descriptors")),
            number => Ok(number),
        };
        let places = Places::new(1);
        let (first, place) = places.next(&accept).await;
        assert_eq!(first, 1);
        assert!(timeout(ACCEPT_DELAY, places.next(&accept)).await.is_err());
        assert_eq!(tries.load(Ordering::Relaxed), 2, "nothing is accepted without a place");
        drop(place);
        assert_eq!(places.next(&accept).await.0, 2);
    }
}

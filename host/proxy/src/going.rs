//! Work that is done where it is waited for, and goes on by itself when nobody waits any more.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;

/// A future that is not cancelled by being dropped. As long as it is awaited it costs no task of its own.
pub(crate) struct Going<T: Send + 'static> {
    work: Option<Pin<Box<dyn Future<Output = T> + Send>>>,
    runtime: Handle,
}

impl<T: Send + 'static> Going<T> {
    /// To be called in a runtime, where it goes on.
    pub fn new(work: impl Future<Output = T> + Send + 'static) -> Self {
        Self { work: Some(Box::pin(work)), runtime: Handle::current() }
    }
}

impl<T: Send + 'static> Future for Going<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let Some(work) = &mut self.work else { return Poll::Pending };
        let polled = work.as_mut().poll(context);
        if polled.is_ready() {
            self.work = None;
        }
        polled
    }
}

impl<T: Send + 'static> Drop for Going<T> {
    fn drop(&mut self) {
        // Not while it unwinds: what panicked must not be polled again.
        if let Some(work) = self.work.take()
            && !std::thread::panicking()
        {
            self.runtime.spawn(work);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::oneshot;
    use tokio::time::{sleep, timeout};

    use super::*;

    #[tokio::test]
    async fn what_is_dropped_goes_on() {
        let (send, done) = oneshot::channel();
        let going = Going::new(async {
            sleep(Duration::from_millis(50)).await;
            let _ = send.send(7);
        });
        assert!(timeout(Duration::from_millis(10), going).await.is_err());
        assert_eq!(done.await, Ok(7));
    }

    #[tokio::test]
    async fn what_is_awaited_gives_its_value() {
        assert_eq!(Going::new(async { 7 }).await, 7);
    }
}

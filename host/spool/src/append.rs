//! An append under way.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::oneshot;

use crate::error::Error;

/// An append under way: await it, or [`wait`](Self::wait) for it. Dropping it does not take it back.
#[derive(Debug)]
#[must_use = "an append has succeeded only when this says so"]
pub struct Append(State);

#[derive(Debug)]
enum State {
    Refused(Option<Error>),
    Waiting(oneshot::Receiver<Result<u64, Error>>),
}

impl Append {
    pub(crate) fn refused(error: Error) -> Self {
        Self(State::Refused(Some(error)))
    }

    pub(crate) fn waiting(answer: oneshot::Receiver<Result<u64, Error>>) -> Self {
        Self(State::Waiting(answer))
    }

    /// Blocks until the frame is durable, and gives its number.
    ///
    /// # Errors
    /// [`Error::Full`] and [`Error::TooLarge`] say that nothing was kept; after others it is not known.
    ///
    /// # Panics
    /// In a task of an asynchronous runtime, which it would block: await it there.
    pub fn wait(self) -> Result<u64, Error> {
        match self.0 {
            State::Refused(error) => Err(error.unwrap_or(Error::Closed)),
            State::Waiting(answer) => answer.blocking_recv().unwrap_or(Err(Error::Closed)),
        }
    }
}

impl Future for Append {
    type Output = Result<u64, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            State::Refused(error) => Poll::Ready(Err(error.take().unwrap_or(Error::Closed))),
            State::Waiting(answer) => Pin::new(answer).poll(context).map(|answer| answer.unwrap_or(Err(Error::Closed))),
        }
    }
}

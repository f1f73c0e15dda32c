//! Requests that are answered before they were read to their end, as refused ones are. A connection that is closed while bytes are on
//! their way is reset, and a reset overtakes the answer: the client would not learn why. So what still comes is taken for a while
//! ([`Lingering`]), and the client is told that the connection cannot be used again ([`Watch::say`]).

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http_body::{Body, Frame, SizeHint};
use hyper::header::{CONNECTION, HeaderValue};
use hyper::{Request, Response, Version};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How long a closed connection takes what still comes.
const LINGER: Duration = Duration::from_secs(5);
/// Bytes that are taken at once, to be dropped.
const DROPPED: usize = 16 << 10;

type Until = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A connection that, when it is shut down, says so and takes what still comes: to the other side's end, for at most five seconds, and
/// no longer than until `stop`.
pub struct Lingering<T> {
    stream: T,
    stop: CancellationToken,
    until: Option<Until>,
}

impl<T> Lingering<T> {
    /// A connection that does not linger once `stop` is cancelled.
    pub fn new(stream: T, stop: CancellationToken) -> Self {
        Self { stream, stop, until: None }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Lingering<T> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Lingering<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, context: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { stream, stop, until } = &mut *self;
        if until.is_none() {
            ready!(Pin::new(&mut *stream).poll_shutdown(context))?;
        }
        let until = until.get_or_insert_with(|| {
            let stop = stop.clone();
            Box::pin(async move { drop(timeout(LINGER, stop.cancelled()).await) })
        });
        loop {
            if until.as_mut().poll(context).is_ready() {
                return Poll::Ready(Ok(()));
            }
            let mut dropped = [MaybeUninit::uninit(); DROPPED];
            let mut dropped = ReadBuf::uninit(&mut dropped);
            let read = ready!(Pin::new(&mut *stream).poll_read(context, &mut dropped));
            if read.is_err() || dropped.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

/// A request's body, of which is known whether it was read to its end.
pub struct Watched<B> {
    body: B,
    whole: Arc<AtomicBool>,
}

/// Knows whether a request's body was read to its end.
pub struct Watch {
    whole: Arc<AtomicBool>,
    version: Version,
}

impl<B: Body> Watched<B> {
    /// A request with its body watched.
    pub fn of(request: Request<B>) -> (Request<Self>, Watch) {
        let whole = Arc::new(AtomicBool::new(request.body().is_end_stream()));
        let watch = Watch { whole: whole.clone(), version: request.version() };
        (request.map(|body| Self { body, whole }), watch)
    }
}

impl Watch {
    /// Says in the answer that the connection ends with it, when it does. With HTTP/2 it does not.
    pub fn say<B>(&self, response: &mut Response<B>) {
        if self.version < Version::HTTP_2 && !self.whole.load(Ordering::Relaxed) {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }
}

impl<B: Body + Unpin> Body for Watched<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if frame.is_none() || self.body.is_end_stream() {
            self.whole.store(true, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

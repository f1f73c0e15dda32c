//! A body whose pieces come through a channel, and that ends only when somebody said so.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Body;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::intention::JournalFailed;

/// A body of any kind, on its way to either side.
pub(crate) type AnyBody = UnsyncBoxBody<Bytes, Cut>;

/// Why a body ended before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Cut {
    #[error("the sender went away")]
    Sender,
    #[error("the receiver went away")]
    Receiver,
    #[error("the sender sent nothing for too long")]
    SenderIdle,
    #[error("the receiver took nothing for too long")]
    ReceiverIdle,
    #[error("the journal failed")]
    Journal,
}

impl From<JournalFailed> for Cut {
    fn from(_: JournalFailed) -> Self {
        Self::Journal
    }
}

/// Frames that wait in a channel. Each is at most as large as what is read at once.
const DEPTH: usize = 2;

enum Piece {
    Frame(Frame<Bytes>),
    End,
}

/// The end that pieces are put into.
pub(crate) struct Sink {
    pieces: mpsc::Sender<Piece>,
    idle: Duration,
    /// Trailers have gone: they are an end, and whoever took them may have gone, too.
    ended: bool,
}

/// The body that they come out of.
pub(crate) struct Piped {
    pieces: mpsc::Receiver<Piece>,
    left: Option<u64>,
    ended: bool,
}

/// A channel for a body of `length` bytes, where that is known. A sink that is dropped without [`Sink::end`] makes the body fail:
/// a body that was cut never looks whole.
pub(crate) fn pipe(length: Option<u64>, idle: Duration) -> (Sink, Piped) {
    let (sender, pieces) = mpsc::channel(DEPTH);
    (Sink { pieces: sender, idle, ended: false }, Piped { pieces, left: length, ended: false })
}

impl Sink {
    pub async fn send(&mut self, frame: Frame<Bytes>) -> Result<(), Cut> {
        let ended = frame.is_trailers();
        self.put(Piece::Frame(frame)).await?;
        self.ended |= ended;
        Ok(())
    }

    pub async fn end(self) -> Result<(), Cut> {
        match self.put(Piece::End).await {
            Err(_) if self.ended => Ok(()),
            other => other,
        }
    }

    async fn put(&self, piece: Piece) -> Result<(), Cut> {
        match timeout(self.idle, self.pieces.send(piece)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Cut::Receiver),
            Err(_) => Err(Cut::ReceiverIdle),
        }
    }
}

impl Body for Piped {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        self.pieces.poll_recv(context).map(|piece| match piece {
            Some(Piece::Frame(frame)) => {
                if let (Some(left), Some(data)) = (&mut self.left, frame.data_ref()) {
                    *left = left.saturating_sub(data.len() as u64);
                }
                Some(Ok(frame))
            }
            Some(Piece::End) => {
                self.ended = true;
                None
            }
            None => {
                self.ended = true;
                Some(Err(Cut::Sender))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.ended
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// The next frame of a body; `None` at its end.
pub(crate) async fn next(body: &mut (impl Body<Data = Bytes> + Unpin), idle: Duration) -> Result<Option<Frame<Bytes>>, Cut> {
    match timeout(idle, body.frame()).await {
        Ok(None) => Ok(None),
        Ok(Some(Ok(frame))) => Ok(Some(frame)),
        Ok(Some(Err(_))) => Err(Cut::Sender),
        Err(_) => Err(Cut::SenderIdle),
    }
}

pub(crate) fn empty() -> AnyBody {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

pub(crate) fn text(text: &'static str) -> AnyBody {
    Full::new(Bytes::from_static(text.as_bytes())).map_err(|never| match never {}).boxed_unsync()
}

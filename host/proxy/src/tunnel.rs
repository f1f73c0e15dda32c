//! What has switched to another protocol: bytes, both ways, until both have ended or nothing moves any more.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, sleep_until};

const BUFFER: usize = 16 << 10;

/// The upstream's side of a connection that is about to switch.
pub(crate) struct Switched {
    pub upstream: Upgraded,
    /// A tunnel counts as a request.
    pub permit: OwnedSemaphorePermit,
}

/// Where the service leaves it for the connection.
#[derive(Clone, Default)]
pub(crate) struct Slot(Arc<Mutex<Option<Switched>>>);

impl Slot {
    pub fn put(&self, switched: Switched) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(switched);
    }

    pub fn take(&self) -> Option<Switched> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Carries bytes both ways. `early` came from the client behind its request.
pub(crate) async fn run(client: impl AsyncRead + AsyncWrite, early: Bytes, switched: Switched, idle: Duration) -> io::Result<()> {
    let Switched { upstream, permit: _permit } = switched;
    let (mut client_in, mut client_out) = split(client);
    let (mut upstream_in, mut upstream_out) = split(TokioIo::new(upstream));
    let moved = Mutex::new(Instant::now());
    upstream_out.write_all(&early).await?;
    let both = async { tokio::try_join!(copy(&mut client_in, &mut upstream_out, &moved), copy(&mut upstream_in, &mut client_out, &moved)) };
    let quiet = async {
        loop {
            let until = *moved.lock().unwrap_or_else(PoisonError::into_inner) + idle;
            if until <= Instant::now() {
                return;
            }
            sleep_until(until).await;
        }
    };
    tokio::select! {
        result = both => result.map(|_| ()),
        () = quiet => Err(io::ErrorKind::TimedOut.into()),
    }
}

async fn copy(from: &mut (impl AsyncRead + Unpin), to: &mut (impl AsyncWrite + Unpin), moved: &Mutex<Instant>) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        to.write_all(&buffer[..read]).await?;
        *moved.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

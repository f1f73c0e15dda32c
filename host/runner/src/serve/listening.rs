//! How connections are taken: whoever is refused learns why, though nobody read all that was sent.

use std::io;
use std::net::SocketAddr;

use actlog_proxy::unread::{Lingering, Watched};
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// Takes connections that linger when they are closed, until `stop` is cancelled.
pub struct Listening {
    pub listener: TcpListener,
    pub stop: CancellationToken,
}

impl Listener for Listening {
    type Io = Lingering<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        (Lingering::new(stream, self.stop.clone()), address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Says when a connection ends because a request on it was not read to its end.
pub async fn say_close(request: Request, next: Next) -> Response {
    let (request, watch) = Watched::of(request);
    let mut response = next.run(request.map(Body::new)).await;
    watch.say(&mut response);
    response
}

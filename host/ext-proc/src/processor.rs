//! Starting and stopping.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use actlog_proxy::carry::{Journal, Keeper};
use actlog_proxy::places::Places;
use actlog_proxy::{Error, Recorder, Stats};
use actlog_spool::Recovery;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{Config, Listen};
use crate::connection::{self, Listener};
use crate::service::{Counts, Front};

/// An external processor.
pub struct Processor;

/// Where a processor listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A TCP address.
    Tcp(SocketAddr),
    /// A Unix socket.
    Unix(PathBuf),
}

/// A processor that runs. Dropping it lets it run; [`stop`](Self::stop) ends it.
pub struct Running {
    addresses: Vec<Address>,
    keeper: Keeper,
    front: Arc<Front>,
    stop: CancellationToken,
}

impl Processor {
    /// Opens the journal, listens, and begins to answer Envoy and to hand exchanges to `recorder`.
    ///
    /// # Errors
    /// When a setting cannot be used, the journal is in use, or an address cannot be listened on.
    pub async fn bind<R: Recorder>(config: Config, recorder: R) -> Result<Running, Error> {
        config.check()?;
        let mut listeners = Vec::new();
        let mut addresses = Vec::new();
        for listen in &config.listen {
            let (listener, address) = self::listen(listen).await?;
            listeners.push(listener);
            addresses.push(address);
        }
        let keeper = Keeper::open(&config.journal, &config.limits, recorder).await?;
        let stop = CancellationToken::new();
        let front = Arc::new(Front {
            journal: keeper.journal().clone(),
            stats: keeper.stats().clone(),
            requests: Arc::new(Semaphore::new(config.limits.requests)),
            tasks: TaskTracker::new(),
            abort: CancellationToken::new(),
            untold: AtomicU64::new(0),
            unheld: AtomicU64::new(0),
            malformed: AtomicU64::new(0),
            config,
        });
        let places = Places::new(front.config.limits.connections);
        for listener in listeners {
            front.tasks.spawn(connection::accept(front.clone(), listener, places.clone(), stop.clone()));
        }
        Ok(Running { addresses, keeper, front, stop })
    }
}

impl Running {
    /// Where it listens, in the order of the settings.
    pub fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    /// What was found in the journal.
    pub fn recovery(&self) -> &Recovery {
        self.keeper.recovery()
    }

    /// What has happened.
    pub fn stats(&self) -> Arc<Stats> {
        self.keeper.stats().clone()
    }

    /// What has happened that no proxy counts.
    pub fn counts(&self) -> Counts {
        self.front.counts()
    }

    /// The journal: how full it is.
    pub fn journal(&self) -> &Journal {
        self.keeper.journal()
    }

    /// Stops: accepts nothing more, lets streams end for as long as `grace`, then ends them. What was cut off is in doubt, and what
    /// the recorder does not take within five seconds more stays in the journal for the next run.
    pub async fn stop(self, grace: Duration) {
        self.stop.cancel();
        self.front.tasks.close();
        if timeout(grace, self.front.tasks.wait()).await.is_err() {
            self.front.abort.cancel();
            self.front.tasks.wait().await;
        }
        for address in &self.addresses {
            if let Address::Unix(path) = address {
                let _ = std::fs::remove_file(path);
            }
        }
        self.keeper.stop().await;
    }
}

async fn listen(listen: &Listen) -> Result<(Listener, Address), Error> {
    match listen {
        Listen::Tcp(address) => {
            let listener = TcpListener::bind(address).await.map_err(|error| Error::Listen { address: *address, error })?;
            let found = listener.local_addr().unwrap_or(*address);
            Ok((Listener::Tcp(listener), Address::Tcp(found)))
        }
        Listen::Unix(path) => {
            let listener = unix(path).map_err(|error| Error::setting("listen", format!("{}: {error}", path.display())))?;
            Ok((Listener::Unix(listener), Address::Unix(path.clone())))
        }
    }
}

/// Listens on a Unix socket. The file of one that nobody listens on any more is taken away; any other file is not.
fn unix(path: &Path) -> io::Result<UnixListener> {
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket());
    if is_socket && std::os::unix::net::UnixStream::connect(path).is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused) {
        std::fs::remove_file(path)?;
    }
    UnixListener::bind(path)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "{address}"),
            Self::Unix(path) => write!(f, "{}", path.display()),
        }
    }
}

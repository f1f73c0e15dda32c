//! Starting and stopping.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actlog_spool::Recovery;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;
use crate::connection;
use crate::error::Error;
use crate::forward::Front;
use crate::journal::Journal;
use crate::keeper::Keeper;
use crate::places::Places;
use crate::pump::Recorder;
use crate::stats::Stats;
use crate::tls;
use crate::upstream::Clients;

/// A reverse proxy.
pub struct Proxy;

/// A proxy that runs. Dropping it lets it run; [`stop`](Self::stop) ends it.
pub struct Running {
    addresses: Vec<SocketAddr>,
    keeper: Keeper,
    front: Arc<Front>,
    stop: CancellationToken,
}

impl Proxy {
    /// Opens the journal, listens, and begins to pass requests on and to hand exchanges to `recorder`.
    ///
    /// # Errors
    /// When a setting cannot be used, the journal is in use, or an address cannot be listened on.
    pub async fn bind<R: Recorder>(config: Config, recorder: R) -> Result<Running, Error> {
        let (scheme, authority) = config.check()?;
        let acceptor = config.tls.as_ref().map(tls::server).transpose()?.map(TlsAcceptor::from);
        let clients = Clients::new(&config)?;
        let mut listeners = Vec::new();
        for address in &config.listen {
            let listener = TcpListener::bind(address).await.map_err(|error| Error::Listen { address: *address, error })?;
            listeners.push(listener);
        }
        let addresses = listeners.iter().zip(&config.listen).map(|(listener, asked)| listener.local_addr().unwrap_or(*asked)).collect();
        let keeper = Keeper::open(&config.journal, &config.limits, recorder).await?;
        let stop = CancellationToken::new();
        let front = Arc::new(Front {
            scheme,
            authority,
            clients,
            journal: keeper.journal().clone(),
            stats: keeper.stats().clone(),
            requests: Arc::new(Semaphore::new(config.limits.requests)),
            tasks: TaskTracker::new(),
            abort: CancellationToken::new(),
            config,
        });
        let places = Places::new(front.config.limits.connections);
        for listener in listeners {
            front.tasks.spawn(accept(front.clone(), listener, acceptor.clone(), places.clone(), stop.clone()));
        }
        Ok(Running { addresses, keeper, front, stop })
    }
}

impl Running {
    /// Where it listens, in the order of the settings.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// What was found in the journal.
    pub fn recovery(&self) -> &Recovery {
        self.keeper.recovery()
    }

    /// What has happened.
    pub fn stats(&self) -> Arc<Stats> {
        self.front.stats.clone()
    }

    /// The journal: how full it is.
    pub fn journal(&self) -> &Journal {
        &self.front.journal
    }

    /// Stops: accepts nothing more, lets requests end for as long as `grace`, then ends them. What was cut off is in doubt, and what
    /// the recorder does not take within five seconds more stays in the journal for the next run.
    pub async fn stop(self, grace: Duration) {
        self.stop.cancel();
        self.front.tasks.close();
        if timeout(grace, self.front.tasks.wait()).await.is_err() {
            self.front.abort.cancel();
            self.front.tasks.wait().await;
        }
        self.keeper.stop().await;
    }
}

async fn accept(front: Arc<Front>, listener: TcpListener, tls: Option<TlsAcceptor>, places: Places, stop: CancellationToken) {
    loop {
        let ((stream, address), place) = tokio::select! {
            next = places.next(|| listener.accept()) => next,
            () = stop.cancelled() => return,
        };
        let serving = connection::serve(front.clone(), stream, address, tls.clone(), stop.clone());
        front.tasks.spawn(async move {
            if let Err(error) = serving.await {
                tracing::debug!(%address, %error, "a connection ended");
            }
            drop(place);
        });
    }
}

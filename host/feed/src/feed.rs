//! The feed: what it holds together, and what it does by itself.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use actlog_store::Reader;
use governor::DefaultKeyedRateLimiter;
use governor::{Quota, RateLimiter};
use uuid::Uuid;

use crate::book::{Book, Cut};
use crate::clients::Clients;
use crate::cutting::{self, Limits};
use crate::doings::Doings;
use crate::error::Error;
use crate::form::{Render, form};
use crate::http::login::Wrong;
use crate::options::Options;
use crate::period::{DAY, LIFE};
use crate::token::Tokens;
use crate::webhook::{Caller, deliver};

/// How often it is looked whether there are new records.
const GLANCE: Duration = Duration::from_millis(250);
/// How often what nobody can ask for any more is forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(600);
/// How long it is waited when something failed.
const PAUSE: Duration = Duration::from_secs(5);
/// Records that are looked at when a feed is opened.
const SAMPLE: i64 = 50;
/// Connections to the store that are kept for the next request.
const MOST_IDLE: usize = 4;
/// KiB that each of them caches.
const CACHE_KIB: u32 = 4 << 10;

/// Serves the records of one store to collectors.
pub struct Feed {
    pub(crate) book: Book,
    clients: RwLock<Arc<Clients>>,
    pub(crate) options: Options,
    pub(crate) tokens: Tokens,
    pub(crate) webhooks: Caller,
    /// Requests of each tenant.
    pub(crate) requests: DefaultKeyedRateLimiter<Uuid>,
    /// Wrong secrets.
    pub(crate) wrong: Wrong,
    render: Render,
    store: PathBuf,
    readers: Mutex<Vec<Reader>>,
    /// Held while records are made available: two that do it at once would give the same records.
    cutting: Mutex<()>,
    pub(crate) doings: Doings,
}

impl Feed {
    /// A feed of a store that is there already, for these collectors. The records must be in Office 365's wire form, which the
    /// profile `management-api` gives.
    ///
    /// # Errors
    /// When the store or the feed's own file cannot be opened, they do not belong together, an option makes no sense, or none of
    /// the newest records has that form.
    pub fn new(store: &Path, clients: Clients, options: Options) -> Result<Arc<Self>, Error> {
        Self::with_render(store, clients, options, |record| Ok(record.to_vec()))
    }

    /// A feed that gives collectors what `render` makes of each record as the store has it: one JSON object in the wire form. It
    /// must give the same whenever it is given the same; what it cannot render is left out, counted and warned of.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_render(
        store: &Path,
        clients: Clients,
        options: Options,
        render: impl Fn(&[u8]) -> Result<Vec<u8>, String> + Send + Sync + 'static,
    ) -> Result<Arc<Self>, Error> {
        options.check()?;
        let render: Render = Box::new(render);
        let reader = Reader::open_with(store, CACHE_KIB)?;
        let newest = reader.newest()?;
        if !options.mixed {
            sample(&reader, newest, &render, &clients)?;
        }
        let file = options.file.clone().unwrap_or_else(|| beside(store));
        let book = Book::open(&file, reader.store_id()?)?;
        let passed = book.cut()?;
        if passed > newest {
            return Err(Error::StoreBehind { found: newest, passed });
        }
        let feed = Feed {
            tokens: Tokens::new(&book.secret, options.token_life),
            webhooks: Caller::new(&options.webhooks)?,
            requests: RateLimiter::keyed(Quota::per_minute(options.requests_per_minute)),
            wrong: Wrong::default(),
            render,
            store: store.to_owned(),
            readers: Mutex::new(vec![reader]),
            cutting: Mutex::default(),
            doings: Doings::default(),
            book,
            clients: RwLock::new(Arc::new(clients)),
            options,
        };
        Ok(Arc::new(feed))
    }

    /// Makes records available as they come and calls webhooks, until `stop` is done.
    pub async fn run(self: Arc<Self>, stop: impl Future<Output = ()> + Send) {
        tokio::select! {
            () = stop => {}
            () = self.clone().cut() => {}
            () = deliver::run(self.clone()) => {}
            () = self.forget() => {}
        }
    }

    /// The collectors that may ask, from now on. Tokens of those that are not among them any more are no longer good.
    pub fn set_clients(&self, clients: Clients) {
        *self.clients.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(clients);
    }

    pub(crate) fn clients(&self) -> Arc<Clients> {
        self.clients.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many records of tenants that somebody may read collectors are not given, because they are not in the wire form.
    ///
    /// # Errors
    /// When the feed's own file cannot be read.
    pub fn left_out(&self) -> Result<u64, Error> {
        self.book.left_out()
    }

    /// Makes available what came so far. Says how many records there were. It may be called while [`run`](Self::run) goes on.
    ///
    /// # Errors
    /// When the store cannot be read, or the feed's own file cannot be written.
    pub fn cut_now(&self) -> Result<usize, Error> {
        let _alone = self.cutting.lock().unwrap_or_else(PoisonError::into_inner);
        let limits = Limits { records: self.options.blob_records, bytes: self.options.blob_bytes };
        let (clients, mut count) = (self.clients(), 0);
        loop {
            match self.ask(|reader| cutting::pass(reader, &self.book, &self.render, limits, &clients))? {
                0 => return Ok(count),
                more => {
                    count += more;
                    self.doings.made(more);
                }
            }
        }
    }

    /// The records of a blob, a JSON array; none when retention has deleted them.
    pub(crate) fn content(&self, cut: &Cut) -> Result<Option<Vec<u8>>, Error> {
        self.ask(|reader| cutting::content(reader, cut, &self.render))
    }

    /// Does what may wait for a disk on a thread that may.
    pub(crate) async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Feed) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let feed = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&feed)).await;
        done.unwrap_or_else(|error| Err(Error::Failed(format!("a task ended early: {error}"))))
    }

    pub(crate) fn ask<T>(&self, question: impl FnOnce(&Reader) -> Result<T, Error>) -> Result<T, Error> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader = match idle {
            Some(reader) => reader,
            None => Reader::open_with(&self.store, CACHE_KIB)?,
        };
        // A connection on which something failed is not used again.
        let answer = question(&reader)?;
        let mut idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MOST_IDLE {
            idle.push(reader);
        }
        Ok(answer)
    }

    async fn cut(self: Arc<Self>) {
        let mut waiting: Option<Instant> = None;
        loop {
            tokio::time::sleep(GLANCE).await;
            let (every, most) = (self.options.cut_every, self.options.blob_records as i64);
            let since = waiting;
            let looked = self.blocking(move |feed| {
                let waiting = feed.ask(|reader| Ok(reader.newest()?))? - feed.book.cut()?;
                if waiting <= 0 {
                    return Ok(None);
                }
                let since = since.unwrap_or_else(Instant::now);
                if waiting < most && since.elapsed() < every {
                    return Ok(Some(since));
                }
                feed.cut_now()?;
                Ok(None)
            });
            match looked.await {
                Ok(since) => {
                    waiting = since;
                    self.doings.cut(None);
                }
                Err(error) => {
                    self.doings.cut(Some(error.to_string()));
                    tracing::error!("records cannot be made available to collectors: {error}");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn forget(self: Arc<Self>) {
        loop {
            tokio::time::sleep(FORGET_EVERY).await;
            self.requests.retain_recent();
            self.wrong.tidy();
            let now = actlog_store::now();
            // A day longer than anybody may ask for.
            if let Err(error) = self.blocking(move |feed| feed.book.forget(now - LIFE - DAY, now - LIFE - DAY)).await {
                tracing::error!("what has expired cannot be deleted from the feed's file: {error}");
            }
        }
    }
}

/// Looks at the newest records that somebody may read, so that settings that do not fit are told at the start.
fn sample(reader: &Reader, newest: i64, render: &Render, clients: &Clients) -> Result<(), Error> {
    let mut wrong = None;
    let newest = reader.after(newest - SAMPLE, SAMPLE as usize)?;
    for record in newest.iter().filter(|record| clients.knows(record.organization)) {
        match form(render, &record.bytes) {
            Ok(_) => return Ok(()),
            Err(why) => wrong = Some((record.seq, why)),
        }
    }
    match wrong {
        Some((seq, why)) => Err(Error::NotWireForm { seq, why }),
        None => Ok(()),
    }
}

fn beside(store: &Path) -> PathBuf {
    let mut name = OsString::from(store);
    name.push(".feed");
    PathBuf::from(name)
}

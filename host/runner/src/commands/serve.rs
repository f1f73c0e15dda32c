//! `actlog serve`

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actlog_engine::Engine;
use actlog_feed::{Feed, Options as FeedOptions, Webhooks};
use actlog_store::{Options, Store};
use anyhow::Context;
use axum::Router;
use tokio::net::TcpListener;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::account::Account;
use crate::cli::{LogForm, ServeArgs};
use crate::console::{Console, GOOD, Voice};
use crate::exit::{End, usage};
use crate::interrupt::Interrupt;
use crate::rejects::Rejects;
use crate::rules::set::RuleSet;
use crate::rules::stamp::Stamp;
use crate::rules::watch::{self, Watch};
use crate::serve::access::Tokens;
use crate::serve::{Current, Guard, InForce, Ingest, Own, Push, Receivers, State, Vitals, Writer, answer, collecting, peers};
use crate::settings::load::{self, Settings};
use crate::settings::review::Review;
use crate::streams::parts::Parts;

/// How often it is looked whether the program is to stop.
pub const GLANCE: Duration = Duration::from_millis(50);
/// Glances after which it is looked whether the files of tokens and collectors changed.
const LOOK_AT_FILES: u32 = 20;
/// How often addresses that asked are forgotten.
const TIDY_EVERY: Duration = Duration::from_secs(60);

/// Answers until a signal stops it. What was taken in is finished and sealed.
///
/// # Errors
/// When the settings are not valid, nobody could ask, the address is taken, or the store cannot be opened.
pub fn serve(args: &ServeArgs) -> anyhow::Result<End> {
    let console = Console::plain();
    log(args.log, console.voice(), LevelFilter::INFO);
    let tokens = tokens(args)?;
    let engine = Engine::new()?;
    let settings = args.settings.as_deref().map(Settings::read).transpose()?;
    let served = args.collectors.is_some();
    if served {
        profile_for_collectors(settings.as_ref())?;
    }
    let (current, receivers) = match &settings {
        Some(settings) => (current(settings, &engine)?, settings.push()?),
        None => (defaults(&engine)?, Receivers::new()),
    };
    let push = Push::new(receivers);
    let streams = match &settings {
        Some(settings) if args.streams.events.or(args.streams.records).is_some() => Some(settings.streams()?),
        _ => None,
    };
    let mut rules = RuleSet::new();
    if let Some(settings) = &settings {
        current.filter.set_rules(rules.load(settings).map_err(|errors| settings.bad(&errors))?);
    }
    let (rules, in_force) = (Arc::new(Mutex::new(rules)), InForce::new(current));
    let watch = match &settings {
        Some(settings) => {
            Some(watch::start(settings, rules.clone(), console.voice(), whole(engine.clone(), in_force.clone(), push.clone(), served))?)
        }
        None => None,
    };

    let store = PathBuf::from(&args.store.store);
    let rejects = args.rejects.clone().unwrap_or_else(|| format!("{}.dead", args.store.store));
    let account = Arc::new(Mutex::new(Account::new(Rejects::open(Some(&rejects))?)));
    let options = Options { max_bytes: args.max_store_bytes.map(|bytes| bytes as u64), ..Options::default() };
    let opened = Store::open(&store, options).with_context(|| format!("cannot open {}", store.display()))?;
    let vitals = Arc::<Vitals>::default();
    let feed = feed(args, &store)?;
    let pushing = push.open(&store, &vitals)?;
    let (writer, writing) = Writer::start(opened, in_force.clone(), vitals.clone()).context("cannot start a thread")?;

    let signals = Signals::watch().context("cannot watch for signals")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
    let ended: anyhow::Result<()> = runtime.block_on(async {
        let listener = TcpListener::bind(args.listen).await.with_context(|| format!("cannot listen on {}", args.listen))?;
        let address = listener.local_addr().context("the address is not known")?;
        let mut ingest = Ingest::new("http", in_force.clone(), writer.clone(), account.clone(), vitals.clone(), args.max_body_bytes);
        let mut parts = match streams {
            Some(config) => Some(Parts::open(config, &vitals).await?),
            None => None,
        };
        if let Some(parts) = &mut parts {
            if args.streams.events.is_some() {
                ingest.hand_over(parts.intake());
            }
            if args.streams.records.is_some() {
                parts.take_out(writer.clone(), &account)?;
            }
        }
        let state = Arc::new(State::new(
            engine.clone(),
            ingest,
            Own::new(load::defaults(&engine, None)?, writer),
            account.clone(),
            rules,
            in_force,
            vitals.clone(),
            store.clone(),
            format!("http://{address}/events"),
        ));
        let guard = Arc::new(Guard::new(tokens, args.anonymous));
        tokio::spawn(tidied(guard.clone()));
        let mut files = vec![tokens_file(guard.clone(), &args.tokens)];
        let mut others = Router::new();
        if let (Some(feed), Some(file)) = (feed, &args.collectors) {
            let watched = feed.clone();
            vitals.flows.add(move || collecting::flows(&watched));
            files.push(collectors_file(feed.clone(), file));
            others = others.merge(actlog_feed::router(feed.clone()));
            tokio::spawn(feed.run(std::future::pending()));
        }
        peers::watch(&args.peer, &vitals)?;
        tokio::spawn(pushing.run());
        tokio::spawn(reloaded(signals.clone(), watch, files));
        console.say(&format!("{GOOD}listening:{GOOD:#} http://{address}"));
        let stop = drained(signals, vitals, Duration::from_secs(args.drain_seconds.into()));
        answer(listener, state, guard, args.max_body_bytes, others, stop).await;
        if let Some(parts) = parts {
            parts.end().await;
        }
        Ok(())
    });
    drop(runtime);
    // The store is sealed to its end.
    let sealed = writing.join();
    ended?;
    sealed.map_err(|_| anyhow::anyhow!("the thread that writes to the store panicked; please report this"))?;
    // A signal is how it is meant to end.
    Ok(End::Done)
}

/// What the program says of itself goes to standard error.
pub(super) fn log(form: LogForm, voice: Voice, least: LevelFilter) {
    let log = tracing_subscriber::fmt::layer().with_writer(move || voice.clone()).with_ansi(false);
    // What the client of NATS says of its connection is said by what uses it.
    let said = Targets::new().with_default(least).with_target("async_nats", LevelFilter::WARN);
    let log = match form {
        LogForm::Text => log.boxed(),
        LogForm::Json => log.json().boxed(),
    };
    tracing_subscriber::registry().with(log.with_filter(said)).init();
}

/// Everybody who may ask. Nobody at all is refused, and anybody without a token unless this machine alone can reach it.
fn tokens(args: &ServeArgs) -> anyhow::Result<Tokens> {
    let tokens = Tokens::read(Path::new(&args.tokens))?;
    if args.anonymous && !args.listen.ip().is_loopback() {
        return Err(usage(format!("--anonymous lets anybody in who can reach {}; it is for loopback only", args.listen)));
    }
    if tokens.tokens.is_empty() && !args.anonymous {
        return Err(usage(format!(
            "nobody has a token in {}: give one out with actlog token add operator, or try it with --anonymous",
            args.tokens
        )));
    }
    Ok(tokens)
}

/// Collectors read one form of records only: the settings must name it.
fn profile_for_collectors(settings: Option<&Settings>) -> anyhow::Result<()> {
    let profile = settings.and_then(Settings::profile);
    if profile == Some(collecting::PROFILE) {
        return Ok(());
    }
    let found = profile.map_or_else(|| "it is not set".to_owned(), |profile| format!("it is \"{profile}\""));
    let file = settings.map_or_else(|| "the settings".to_owned(), |settings| settings.path().display().to_string());
    Err(usage(format!("record.profile: collectors can read \"{}\" only, and in {file} {found}", collecting::PROFILE)))
}

/// What collectors pull from, where there are any.
fn feed(args: &ServeArgs, store: &Path) -> anyhow::Result<Option<Arc<Feed>>> {
    let Some(file) = &args.collectors else { return Ok(None) };
    let clients = collecting::read(Path::new(file))?;
    if clients.clients.is_empty() {
        return Err(usage(format!("there is no collector in {file}: add one with actlog collector add NAME --tenant GUID --file {file}")));
    }
    let given = &args.feed;
    let webhooks = Webhooks { allow_private: given.webhooks_private, roots: given.webhooks_ca.clone(), ..Webhooks::default() };
    let options = FeedOptions { public_url: given.public_url.clone(), mixed: given.feed_mixed, webhooks, ..FeedOptions::default() };
    Feed::new(store, clients, options).map(Some).map_err(|error| match error {
        // What the operator can set is no failure of the program.
        actlog_feed::Error::NotWireForm { .. } => {
            usage(format!("{error}; --feed-mixed starts all the same, and gives collectors only what comes from now on"))
        }
        actlog_feed::Error::Option(why) => usage(why),
        other => anyhow::Error::new(other).context("collectors cannot be served"),
    })
}

/// What settings say, but for their rules.
pub fn current(settings: &Settings, engine: &Engine) -> anyhow::Result<Current> {
    let (filter, review) = (settings.filter(engine, None)?, settings.review()?);
    Ok(Current {
        filter,
        text: settings.text().to_owned(),
        search: review.search,
        retention_days: review.retention_days,
        reports: review.own_reports(),
    })
}

fn defaults(engine: &Engine) -> anyhow::Result<Current> {
    let Review { search, retention_days, .. } = Review::default();
    Ok(Current { filter: load::defaults(engine, None)?, text: String::new(), search, retention_days, reports: Vec::new() })
}

/// What a server puts in force: everything that the settings say, at once.
fn whole(engine: Engine, in_force: InForce, push: Push, served: bool) -> Box<watch::Prepare> {
    Box::new(move |settings| {
        if served {
            profile_for_collectors(Some(settings))?;
        }
        let (current, receivers) = (current(settings, &engine)?, settings.push()?);
        let (in_force, push) = (in_force.clone(), push.clone());
        Ok(Box::new(move |chain| {
            current.filter.set_rules(chain);
            in_force.put(current);
            push.set(receivers);
        }))
    })
}

/// Signals: to end, and to load everything anew.
#[derive(Clone)]
pub(super) struct Signals {
    /// The signal to end.
    pub end: Interrupt,
    reload: Arc<AtomicBool>,
}

impl Signals {
    /// Watches for them from now on.
    ///
    /// # Errors
    /// When the system refuses the handlers.
    pub fn watch() -> std::io::Result<Self> {
        let reload = Arc::<AtomicBool>::default();
        #[cfg(unix)]
        signal_hook::flag::register(signal_hook::consts::SIGHUP, reload.clone())?;
        Ok(Self { end: Interrupt::watch()?, reload })
    }

    /// Whether somebody asked, since this was asked last, to have everything loaded anew.
    pub fn asked_to_reload(&self) -> bool {
        self.reload.swap(false, Ordering::Relaxed)
    }
}

/// Waits for the signal to end.
pub async fn stopped(end: Interrupt) {
    while end.signal().is_none() {
        tokio::time::sleep(GLANCE).await;
    }
}

/// Waits for the signal to end. Then nothing more is wanted, but what comes is still answered for a while: whoever spreads the
/// requests needs time to notice.
async fn drained(signals: Signals, vitals: Arc<Vitals>, drain: Duration) {
    stopped(signals.end).await;
    vitals.drain();
    tokio::time::sleep(drain).await;
}

/// Loads a file and puts it in force.
type Load = dyn Fn(&Path) -> anyhow::Result<()> + Send;

/// A file that is loaded anew when it changes.
struct Reloaded {
    path: PathBuf,
    stamp: Stamp,
    /// Loads it, puts it in force and says so; where it cannot be used, nothing changes.
    load: Box<Load>,
    /// What it holds.
    what: &'static str,
}

impl Reloaded {
    fn new(path: &str, what: &'static str, load: impl Fn(&Path) -> anyhow::Result<()> + Send + 'static) -> Self {
        let path = PathBuf::from(path);
        Self { stamp: Stamp::of(&path), path, load: Box::new(load), what }
    }

    fn look(&mut self, asked: bool) {
        let now = Stamp::of(&self.path);
        if now == self.stamp && !asked {
            return;
        }
        self.stamp = now;
        if let Err(error) = (self.load)(&self.path) {
            tracing::error!("the new {} cannot be used, and those before go on: {error:#}", self.what);
        }
    }
}

fn tokens_file(guard: Arc<Guard>, path: &str) -> Reloaded {
    Reloaded::new(path, "tokens", move |path| {
        let read = Tokens::read(path)?;
        tracing::info!(tokens = read.tokens.len(), "tokens loaded anew");
        guard.set_tokens(read);
        Ok(())
    })
}

fn collectors_file(feed: Arc<Feed>, path: &str) -> Reloaded {
    Reloaded::new(path, "collectors", move |path| {
        let read = collecting::read(path)?;
        tracing::info!(collectors = read.clients.len(), "collectors loaded anew");
        feed.set_clients(read);
        Ok(())
    })
}

/// Loads the settings anew where somebody asked for it, and the files when they changed.
async fn reloaded(signals: Signals, watch: Option<Watch>, mut files: Vec<Reloaded>) {
    let mut turns: u32 = 0;
    loop {
        tokio::time::sleep(GLANCE).await;
        turns = turns.wrapping_add(1);
        let asked = signals.asked_to_reload();
        if asked && let Some(watch) = &watch {
            watch.reload();
        }
        if asked || turns.is_multiple_of(LOOK_AT_FILES) {
            files.iter_mut().for_each(|file| file.look(asked));
        }
    }
}

/// Forgets addresses that have not asked for a while, now and then.
async fn tidied(guard: Arc<Guard>) {
    loop {
        tokio::time::sleep(TIDY_EVERY).await;
        guard.tidy();
    }
}

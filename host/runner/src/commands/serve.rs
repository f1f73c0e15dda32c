//! `actlog serve`

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actlog_engine::Engine;
use actlog_store::{Options, Store};
use anyhow::Context;
use tokio::net::TcpListener;

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
use crate::serve::{Current, Guard, InForce, Ingest, Own, State, Vitals, Writer, answer};
use crate::settings::load::{self, Settings};
use crate::settings::review::Review;
use crate::streams::parts::Parts;

/// How often it is looked whether the program is to stop.
const GLANCE: Duration = Duration::from_millis(50);
/// Glances after which it is looked whether the file of tokens changed.
const LOOK_AT_TOKENS: u32 = 20;
/// How often addresses that asked are forgotten.
const TIDY_EVERY: Duration = Duration::from_secs(60);

/// Answers until a signal stops it. What was taken in is finished and sealed.
///
/// # Errors
/// When the settings are not valid, nobody could ask, the address is taken, or the store cannot be opened.
pub fn serve(args: &ServeArgs) -> anyhow::Result<End> {
    let console = Console::plain();
    log(args.log, console.voice());
    let tokens = tokens(args)?;
    let engine = Engine::new()?;
    let settings = args.settings.as_deref().map(Settings::read).transpose()?;
    let current = match &settings {
        Some(settings) => current(settings, &engine)?,
        None => defaults(&engine)?,
    };
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
        Some(settings) => Some(watch::start(settings, rules.clone(), console.voice(), whole(engine.clone(), in_force.clone()))?),
        None => None,
    };

    let store = PathBuf::from(&args.store.store);
    let rejects = args.rejects.clone().unwrap_or_else(|| format!("{}.dead", args.store.store));
    let account = Arc::new(Mutex::new(Account::new(Rejects::open(Some(&rejects))?)));
    let options = Options { max_bytes: args.max_store_bytes.map(|bytes| bytes as u64), ..Options::default() };
    let opened = Store::open(&store, options).with_context(|| format!("cannot open {}", store.display()))?;
    let vitals = Arc::<Vitals>::default();
    let (writer, writing) = Writer::start(opened, in_force.clone(), vitals.clone()).context("cannot start a thread")?;

    let signals = Signals::watch().context("cannot watch for signals")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
    let ended: anyhow::Result<()> = runtime.block_on(async {
        let listener = TcpListener::bind(args.listen).await.with_context(|| format!("cannot listen on {}", args.listen))?;
        let address = listener.local_addr().context("the address is not known")?;
        let mut ingest = Ingest::new(in_force.clone(), writer.clone(), account.clone(), args.max_body_bytes);
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
        tokio::spawn(reloaded(signals.clone(), watch, guard.clone(), PathBuf::from(&args.tokens)));
        console.say(&format!("{GOOD}listening:{GOOD:#} http://{address}"));
        let stop = drained(signals, vitals, Duration::from_secs(args.drain_seconds.into()));
        let answered = answer(listener, state, guard, args.max_body_bytes, stop).await.context("the listener failed");
        if let Some(parts) = parts {
            parts.end().await;
        }
        answered
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
pub(super) fn log(form: LogForm, voice: Voice) {
    let log = tracing_subscriber::fmt().with_writer(move || voice.clone()).with_ansi(false);
    match form {
        LogForm::Text => log.init(),
        LogForm::Json => log.json().init(),
    }
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

/// What settings say, but for their rules.
fn current(settings: &Settings, engine: &Engine) -> anyhow::Result<Current> {
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
fn whole(engine: Engine, in_force: InForce) -> Box<watch::Prepare> {
    Box::new(move |settings| {
        let (current, in_force) = (current(settings, &engine)?, in_force.clone());
        Ok(Box::new(move |chain| {
            current.filter.set_rules(chain);
            in_force.put(current);
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

/// Loads the settings anew where somebody asked for it, and the tokens when their file changed.
async fn reloaded(signals: Signals, watch: Option<Watch>, guard: Arc<Guard>, tokens: PathBuf) {
    let mut stamp = Stamp::of(&tokens);
    let mut turns: u32 = 0;
    loop {
        tokio::time::sleep(GLANCE).await;
        turns = turns.wrapping_add(1);
        let asked = signals.asked_to_reload();
        if asked && let Some(watch) = &watch {
            watch.reload();
        }
        if !asked && !turns.is_multiple_of(LOOK_AT_TOKENS) {
            continue;
        }
        let now = Stamp::of(&tokens);
        if now != stamp || asked {
            stamp = now;
            match Tokens::read(&tokens) {
                Ok(read) => {
                    tracing::info!(tokens = read.tokens.len(), "tokens loaded anew");
                    guard.set_tokens(read);
                }
                Err(error) => tracing::error!("the new tokens cannot be used, and those before go on: {error:#}"),
            }
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

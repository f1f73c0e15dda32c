//! `actlog serve`

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actlog_engine::Engine;
use actlog_store::{Options, Store};
use anyhow::Context;
use tokio::net::TcpListener;

use crate::account::Account;
use crate::cli::ServeArgs;
use crate::console::{Console, GOOD};
use crate::exit::{End, usage};
use crate::interrupt::Interrupt;
use crate::rejects::Rejects;
use crate::rules::set::RuleSet;
use crate::rules::watch;
use crate::serve::access::Tokens;
use crate::serve::{Guard, InForce, Ingest, Own, State, Writer, answer};
use crate::settings::load::{self, Settings};
use crate::settings::review::Review;

/// How often it is looked whether the program is to stop.
const GLANCE: Duration = Duration::from_millis(50);
/// How often addresses that asked are forgotten.
const TIDY_EVERY: Duration = Duration::from_secs(60);

/// Answers until a signal stops it. What was taken in is finished and sealed.
///
/// # Errors
/// When the settings are not valid, nobody could ask, the address is taken, or the store cannot be opened.
pub fn serve(args: &ServeArgs) -> anyhow::Result<End> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
    let tokens = tokens(args)?;
    let console = Console::plain();
    let engine = Engine::new()?;
    let settings = args.settings.as_deref().map(Settings::read).transpose()?;
    let filter = match &settings {
        Some(settings) => settings.filter(&engine, None)?,
        None => load::defaults(&engine, None)?,
    };
    let mut rules = RuleSet::new();
    if let Some(settings) = &settings {
        filter.set_rules(rules.load(settings).map_err(|errors| settings.bad(&errors))?);
    }
    let review = settings.as_ref().map(Settings::review).transpose()?.cloned().unwrap_or_default();
    let rules = Arc::new(Mutex::new(rules));
    let _watch = match &settings {
        Some(settings) => Some(watch::start(settings, filter.clone(), rules.clone(), console.voice())?),
        None => None,
    };

    let store = PathBuf::from(&args.store.store);
    let rejects = args.rejects.clone().unwrap_or_else(|| format!("{}.dead", args.store.store));
    let account = Arc::new(Mutex::new(Account::new(Rejects::open(Some(&rejects))?)));
    let opened = Store::open(&store, Options { max_bytes: args.max_store_bytes.map(|bytes| bytes as u64), ..Options::default() })
        .with_context(|| format!("cannot open {}", store.display()))?;
    let (writer, writing) = Writer::start(opened, review.retention_days).context("cannot start a thread")?;

    let interrupt = Interrupt::watch().context("cannot watch for Ctrl-C")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
    let ended: anyhow::Result<()> = runtime.block_on(async {
        let listener = TcpListener::bind(args.listen).await.with_context(|| format!("cannot listen on {}", args.listen))?;
        let address = listener.local_addr().context("the address is not known")?;
        let state = Arc::new(State::new(
            engine.clone(),
            filter.clone(),
            Ingest::new(filter, writer.clone(), account.clone(), args.max_body_bytes),
            Own::new(load::defaults(&engine, None)?, writer),
            account.clone(),
            rules,
            in_force(settings.as_ref(), &review),
            store.clone(),
            format!("http://{address}/events"),
        ));
        let guard = Arc::new(Guard::new(tokens, args.anonymous));
        tokio::spawn(tidied(guard.clone()));
        console.say(&format!("{GOOD}listening:{GOOD:#} http://{address}"));
        let stop = stopped(interrupt.clone());
        answer(listener, state, guard, args.max_body_bytes, stop).await.context("the listener failed")
    });
    drop(runtime);
    // The store is sealed to its end.
    let sealed = writing.join();
    ended?;
    sealed.map_err(|_| anyhow::anyhow!("the thread that writes to the store panicked; please report this"))?;
    // A signal is how it is meant to end.
    Ok(End::Done)
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

fn in_force(settings: Option<&Settings>, review: &Review) -> InForce {
    InForce {
        text: settings.map(|settings| settings.text().to_owned()).unwrap_or_default(),
        search: review.search,
        retention_days: review.retention_days,
        reports: review.own_reports(),
    }
}

async fn stopped(interrupt: Interrupt) {
    while interrupt.signal().is_none() {
        tokio::time::sleep(GLANCE).await;
    }
}

/// Forgets addresses that have not asked for a while, now and then.
async fn tidied(guard: Arc<Guard>) {
    loop {
        tokio::time::sleep(TIDY_EVERY).await;
        guard.tidy();
    }
}

//! What the commands have in common that stand in the way of the traffic: settings, names, where records go, and the end.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use actlog_engine::{Engine, Error};
use actlog_proxy::journal::Journal;
use actlog_proxy::{JournalOptions, Paths, Stats};
use actlog_store::{Options, Store};
use anyhow::Context;
use serde_json::Value as Json;
use tokio::net::TcpListener;
use tracing_subscriber::filter::LevelFilter;

use super::serve::{GLANCE, Signals, current, log, stopped};
use crate::account::Account;
use crate::cli::{Durability, GatewayArgs, OnFailure};
use crate::console::{Console, GOOD};
use crate::exit::{BadSettings, End, usage};
use crate::gateway::names::{self, Names, Origin};
use crate::gateway::observe::Gateway;
use crate::gateway::remote::Remote;
use crate::gateway::{Outlet, Recorder, Told, Translating};
use crate::observed;
use crate::rejects::Rejects;
use crate::rules::set::RuleSet;
use crate::rules::watch::{self, Watch};
use crate::serve::{InForce, Ingest, Vitals, Writer};
use crate::settings::load::Settings;

/// Bytes of an event that is given to the filter here; the translator makes none that is larger.
const MOST_EVENT_BYTES: usize = 64 << 20;

/// What differs between those that stand there.
pub struct Place<'a> {
    /// Where the API is, for its `$metadata`; none where nobody said.
    pub upstream: Option<&'a str>,
    /// PEM: the certificates that its own must lead to.
    pub upstream_ca: Option<&'a Path>,
    /// Whether the client's address is added to X-Forwarded-For, and not put in its place.
    pub appended: bool,
}

/// What a command needs to stand there.
pub struct Standing {
    /// Takes exchanges.
    pub recorder: Recorder,
    /// Which paths are the API's.
    pub is_api: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

/// Ends what stands there; requests have so long to end.
type Stop = Box<dyn FnOnce(Duration) -> Pin<Box<dyn Future<Output = ()>>>>;

/// What stands there.
pub struct Running {
    /// Where it listens, for people.
    pub addresses: Vec<String>,
    /// Where exchanges wait.
    pub journal: Journal,
    /// What has happened.
    pub stats: Arc<Stats>,
    /// Ends it: requests have so long to end.
    pub stop: Stop,
}

/// Sets everything up, lets `begin` listen, and goes on until a signal comes.
///
/// # Errors
/// When the settings are not valid, an address is taken, or the journal or the store cannot be opened.
pub fn stand(args: &GatewayArgs, place: &Place<'_>, begin: impl AsyncFnOnce(Standing) -> anyhow::Result<Running>) -> anyhow::Result<End> {
    let console = Console::plain();
    log(args.log, console.voice(), LevelFilter::INFO);
    let engine = Engine::new()?;
    let settings = Settings::read(&args.settings)?;
    let section = section(&settings)?;
    let in_force = InForce::new(current(&settings, &engine)?);
    let mut rules = RuleSet::new();
    in_force.get().filter.set_rules(rules.load(&settings).map_err(|errors| settings.bad(&errors))?);
    let rules = Arc::new(Mutex::new(rules));

    std::fs::create_dir_all(&args.journal).with_context(|| format!("cannot make the folder {}", args.journal.display()))?;
    let kept_names = args.journal.join("names.json");
    let (known, fetched) = known_names(args, &engine, &kept_names)?;
    let has_known = known.is_some();
    let translating = Translating::new(engine.clone(), section.clone(), known).map_err(|error| match error {
        Error::Settings(errors) => settings.bad_exchange(errors).into(),
        other => anyhow::Error::from(other),
    })?;
    let fetched = fetched && !translating.has_own_names();
    let Place { upstream, upstream_ca, .. } = *place;
    if fetched && upstream.is_none() {
        return Err(usage(
            "--upstream says where the $metadata is, with the names of the tables; or give --metadata-file, or --no-metadata",
        ));
    }
    let names = Arc::new(if fetched { Names::fetched(has_known) } else { Names::settled() });
    let prepare = whole(engine.clone(), in_force.clone(), translating.clone());
    let watch = watch::start(&settings, rules.clone(), console.voice(), prepare)?;

    let (vitals, told) = (Arc::<Vitals>::default(), Arc::new(Told::new(args.ledger.as_deref())?));
    let rejects = args.rejects.clone().unwrap_or_else(|| args.journal.join("rejects.dead"));
    let untold = rejects.with_extension("untold.dead");
    let account = Arc::new(Mutex::new(Account::new(Rejects::open(Some(&rejects.to_string_lossy()))?)));
    let (outlet, writing) = outlet(args, &in_force, &vitals, &account)?;
    let totals = Arc::default();
    let rejects = Arc::new(Mutex::new(Rejects::open(Some(&untold.to_string_lossy()))?));
    let recorder = Recorder::new(translating.clone(), outlet, names.clone(), told.clone(), Arc::clone(&totals), rejects, place.appended);

    let signals = Signals::watch().context("cannot watch for signals")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
    let ended: anyhow::Result<()> = runtime.block_on(async {
        let listener = match args.observe {
            Some(address) => Some(TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?),
            None => None,
        };
        let running = begin(Standing { recorder, is_api: api_paths(&section) }).await?;
        if fetched {
            let origin = Origin {
                url: format!("{}{}", upstream.unwrap_or_default().trim_end_matches('/'), args.metadata),
                token: args.metadata_token_file.clone(),
                ca: upstream_ca.map(Path::to_owned),
                kept: kept_names,
            };
            tokio::spawn(names::keep(names.clone(), origin, engine, translating));
        }
        if let Some(listener) = listener {
            console.say(&format!("{GOOD}observed:{GOOD:#} http://{}/readyz", listener.local_addr()?));
            let journal = running.journal.clone();
            let gateway = Gateway { journal, stats: running.stats.clone(), told, totals, account, rules, names, vitals: vitals.clone() };
            tokio::spawn(observed::answer(listener, Arc::new(gateway)));
        }
        for address in &running.addresses {
            console.say(&format!("{GOOD}listening:{GOOD:#} {address}"));
        }
        tokio::spawn(reloaded(signals.clone(), watch));
        stopped(signals.end).await;
        vitals.drain();
        (running.stop)(Duration::from_secs(args.drain_seconds.into())).await;
        Ok(())
    });
    drop(runtime);
    // The store is sealed to its end.
    let sealed = writing.map(JoinHandle::join).transpose();
    ended?;
    sealed.map_err(|_| anyhow::anyhow!("the thread that writes to the store panicked; please report this"))?;
    // A signal is how it is meant to end.
    Ok(End::Done)
}

/// How the journal is to be kept.
pub fn journal(args: &GatewayArgs, defaults: JournalOptions) -> JournalOptions {
    let durability = match args.durability {
        Durability::Disk => actlog_spool::Durability::Disk,
        Durability::Process => actlog_spool::Durability::Process,
    };
    JournalOptions { durability, limit_bytes: args.journal_bytes as u64, body_bytes: args.body_bytes, ..defaults }
}

/// What becomes of requests that cannot be journaled.
pub fn on_failure(args: &GatewayArgs) -> actlog_proxy::OnFailure {
    match args.on_failure {
        OnFailure::Closed => actlog_proxy::OnFailure::Closed,
        OnFailure::Open => actlog_proxy::OnFailure::Open,
    }
}

/// The section `[exchange]`, which must be there.
fn section(settings: &Settings) -> anyhow::Result<Json> {
    settings.exchange().cloned().ok_or_else(|| {
        let name = settings.path().display();
        let line = format!("{name}: [exchange.organization] is missing: its id says whose traffic this is; actlog settings init shows how");
        BadSettings::new(&name.to_string(), vec![line]).into()
    })
}

/// Paths that are journaled: those that the translator reads.
fn api_paths(section: &Json) -> Arc<dyn Fn(&str) -> bool + Send + Sync> {
    let given = |key: &str, default: &str| match section.get(key).and_then(Json::as_array) {
        Some(paths) => paths.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        None => vec![default.to_owned()],
    };
    let paths = Paths::under([given("base-paths", "/api/data/"), given("soap-paths", "/XRMServices/2011/Organization.svc")].concat());
    Arc::new(move |path| paths.contain(path))
}

/// Names that are known before the upstream is asked, and whether it is to be asked.
fn known_names(args: &GatewayArgs, engine: &Engine, kept: &Path) -> anyhow::Result<(Option<Json>, bool)> {
    match &args.metadata_file {
        Some(file) => Ok((Some(names::of_file(engine, file)?), false)),
        None if args.no_metadata => Ok((None, false)),
        None => Ok((names::kept(kept), true)),
    }
}

/// Where events go, and the thread that writes if there is one.
fn outlet(
    args: &GatewayArgs,
    in_force: &InForce,
    vitals: &Arc<Vitals>,
    account: &Arc<Mutex<Account>>,
) -> anyhow::Result<(Outlet, Option<JoinHandle<()>>)> {
    if let Some(url) = &args.to {
        return Ok((Outlet::Remote(Remote::new(url, args.token_file.clone(), args.to_ca.as_deref())?), None));
    }
    let store = PathBuf::from(args.store.as_deref().unwrap_or("actlog.db"));
    let opened = Store::open(&store, Options::default()).with_context(|| format!("cannot open {}", store.display()))?;
    let (writer, writing) = Writer::start(opened, in_force.clone(), vitals.clone()).context("cannot start a thread")?;
    Ok((Outlet::Store(Ingest::new("exchange", in_force.clone(), writer, account.clone(), vitals.clone(), MOST_EVENT_BYTES)), Some(writing)))
}

/// What is put in force when the settings change: the filter with the translator, or neither.
fn whole(engine: Engine, in_force: InForce, translating: Translating) -> Box<watch::Prepare> {
    Box::new(move |settings| {
        let (current, section) = (current(settings, &engine)?, section(settings)?);
        // Made now, so that what is wrong with it is told before anything changes.
        let ready = translating.with_section(section).map_err(|error| match error {
            Error::Settings(errors) => settings.bad_exchange(errors).into(),
            other => anyhow::Error::from(other),
        })?;
        let (in_force, translating) = (in_force.clone(), translating.clone());
        Ok(Box::new(move |chain| {
            current.filter.set_rules(chain);
            in_force.put(current);
            translating.put(ready);
        }))
    })
}

/// Loads the settings anew where somebody asked for it.
async fn reloaded(signals: Signals, watch: Watch) {
    loop {
        tokio::time::sleep(GLANCE).await;
        if signals.asked_to_reload() {
            watch.reload();
        }
    }
}

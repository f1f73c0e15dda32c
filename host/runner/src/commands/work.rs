//! `actlog run --from jetstream --to jetstream`: a worker.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actlog_streams::{CancellationToken, Link, Worker};
use anyhow::Context;
use tokio::net::TcpListener;
use tracing_subscriber::filter::LevelFilter;

use super::run::filter;
use super::serve::{Signals, log};
use crate::account::Account;
use crate::cli::{RunArgs, SummaryForm};
use crate::console::{Console, GOOD};
use crate::exit::{End, usage};
use crate::observed;
use crate::output;
use crate::rejects::Rejects;
use crate::serve::Vitals;
use crate::serve::timings::histogram;
use crate::settings::load::Settings;
use crate::streams::audit::Audit;
use crate::streams::metrics::Figures;
use crate::streams::observed::Working;
use crate::streams::outlook::Outlook;
use crate::table::thousands;

/// How often it is looked whether the worker is to stop, and the terminal is told how far it is.
const GLANCE: Duration = Duration::from_millis(100);

/// Works until a signal ends it. What was begun is finished; what was not is given to another worker.
///
/// # Errors
/// Before anything is done: settings that are not valid, an address that is taken, secrets that cannot be read.
pub fn work(args: &RunArgs) -> anyhow::Result<End> {
    let since = Instant::now();
    let file = args.settings.as_deref().ok_or_else(|| usage("--from needs --settings with a section [streams]"))?;
    let mut config = Settings::read(file)?.streams()?;
    if let Some(jobs) = args.jobs {
        config.batches_at_once = jobs.into();
        config.validate().map_err(|error| usage(format!("--jobs {jobs}: {error}")))?;
    }
    let console = Console::with_spinner();
    log(args.worker.log, console.voice(), LevelFilter::INFO);
    let (filter, rules, watch) = filter(args, &console)?;
    let signals = Signals::watch().context("cannot watch for signals")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
    let account = Arc::new(Mutex::new(Account::new(Rejects::open(None)?)));
    let (vitals, seconds) = (Arc::<Vitals>::default(), histogram());
    let counts = runtime.block_on(async {
        let link = Link::open(config).await?;
        let outlook = Outlook::new(link.clone(), vitals.clone());
        let figures = Figures::new(outlook.clone());
        vitals.add_figures(figures.clone());
        let worker = Worker::new(link.clone());
        figures.add("worker", worker.count());
        if let Some(address) = args.worker.listen_metrics {
            let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
            console.say(&format!("{GOOD}listening:{GOOD:#} http://{}", listener.local_addr().context("the address is not known")?));
            let (vitals, account, rules, seconds) = (vitals.clone(), account.clone(), rules.clone(), seconds.clone());
            tokio::spawn(observed::answer(listener, Arc::new(Working { vitals, account, rules, seconds })));
        }
        tokio::spawn(outlook.clone().look());
        let stop = CancellationToken::new();
        let working = tokio::spawn({
            let (stop, audit) = (stop.clone(), Audit::new(filter, account.clone(), seconds));
            async move { worker.work(audit, stop).await }
        });
        console.say(&format!("{GOOD}working:{GOOD:#} {}", link.config().servers.join(", ")));
        while signals.end.signal().is_none() && !working.is_finished() {
            if signals.asked_to_reload()
                && let Some(watch) = &watch
            {
                watch.reload();
            }
            console.tell(|| progress(&account, &outlook));
            tokio::time::sleep(GLANCE).await;
        }
        vitals.drain();
        stop.cancel();
        let counts = working.await.context("the worker panicked; please report this")?;
        link.close().await;
        anyhow::Ok(counts)
    });
    // What the filter still has to do for events that were given up is of no use to anybody.
    runtime.shutdown_background();
    console.end();
    let counts = counts?;
    let account = lock(&account);
    let left = counts.taken.saturating_sub(account.totals.read);
    if left > 0 {
        console.note(&format!("{} deliveries of events came to no end here and come again", thousands(left)));
    }
    let summary = account.summary(rules.lock().unwrap_or_else(PoisonError::into_inner).rows(), since.elapsed(), true);
    if let Some(ledger) = &args.ledger {
        output::write_file(ledger, account.ledger.document(&summary.totals, true)?.as_bytes())?;
    }
    match args.summary {
        SummaryForm::Table => console.say(&summary.table()),
        SummaryForm::Json => console.say(&summary.json()?),
        SummaryForm::None => {}
    }
    // A signal is how it is meant to end.
    Ok(if args.strict && summary.totals.has_unusable() { End::Incomplete } else { End::Done })
}

fn lock(account: &Mutex<Account>) -> MutexGuard<'_, Account> {
    account.lock().unwrap_or_else(PoisonError::into_inner)
}

fn progress(account: &Mutex<Account>, outlook: &Outlook) -> String {
    let totals = lock(account).totals;
    let unusable = totals.rejected + totals.faulted;
    let done = format!(
        "{} events, {} recorded, {} excluded, {} unusable",
        thousands(totals.read),
        thousands(totals.recorded),
        thousands(totals.excluded),
        thousands(unusable)
    );
    match outlook.lags().first() {
        Some(lag) => format!("{done}; {} waiting, {} in work at all workers", thousands(lag.waiting), thousands(lag.in_work)),
        None => format!("{done}; the servers do not answer"),
    }
}

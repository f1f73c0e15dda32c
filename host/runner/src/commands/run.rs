//! `actlog run`

use std::num::NonZero;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use actlog_engine::{Engine, Filter};
use anyhow::Context;
use tracing_subscriber::filter::LevelFilter;

use super::serve::log;
use crate::account::Account;
use crate::batches::{Batches, Failures, Reading};
use crate::cli::{RunArgs, SummaryForm};
use crate::console::Console;
use crate::exit::{End, usage};
use crate::inputs;
use crate::interrupt::Interrupt;
use crate::output;
use crate::rejects::Rejects;
use crate::rules::set::RuleSet;
use crate::rules::watch::{self, Watch};
use crate::settings::load::{self, Settings};
use crate::source::input::{self, DASH, ReadBytes};
use crate::source::spool::Spooling;
use crate::target::Target;

/// Filters all inputs.
///
/// # Errors
/// Before anything is done: wrong arguments or settings, an input that cannot be opened. Later: an output that cannot be
/// written. An input that fails later is told about and gives [`End::Failed`].
pub fn run(args: &RunArgs) -> anyhow::Result<End> {
    let since = Instant::now();
    let inputs = inputs::named(&args.inputs);
    inputs::check(&inputs)?;
    check_targets(args, &inputs)?;
    let jobs = args.jobs.map(usize::from).or_else(|| std::thread::available_parallelism().ok().map(NonZero::get)).unwrap_or(1);

    let size = inputs.iter().map(|input| input::size(input)).sum();
    let mut console = Console::with_bar(size, args.output == DASH);
    let (filter, rules, _watch) = filter(args, &console)?;
    let interrupt = Interrupt::watch().context("cannot watch for Ctrl-C")?;
    if args.worker.to.is_some() {
        log(args.worker.log, console.voice(), LevelFilter::WARN);
    }
    let mut target = Target::open(args, &interrupt)?;
    let mut account = Account::new(Rejects::open(args.rejects.as_deref())?);
    let (read, failures) = (ReadBytes::default(), Failures::default());
    let batches = Batches::new(Reading {
        inputs,
        max_event_bytes: args.max_event_bytes,
        spooling: spooling(args),
        read: read.clone(),
        interrupt: interrupt.clone(),
        failures: failures.clone(),
    });
    let flow = filter.audit_ordered(jobs, batches, |tag, outcome| {
        let written = account.take(tag, outcome, &console).and_then(|records| target.take(records));
        console.progress(read.get(), &account.totals);
        match written {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        }
    });
    console.end();

    let lost = account.rejects.has_lost();
    let failed = inputs::tell(&failures, &console);
    let complete = !failed && interrupt.signal().is_none() && flow.is_continue();
    let summary = account.summary(rules.lock().unwrap_or_else(PoisonError::into_inner).rows(), since.elapsed(), complete);
    account.rejects.finish(&console)?;
    if lost {
        console.note("the rejected events were not kept; --rejects FILE keeps them");
    }
    match flow {
        ControlFlow::Continue(()) if complete => target.finish()?,
        ControlFlow::Continue(()) => target.leave(&console)?,
        ControlFlow::Break(error) => {
            // What failed first is what is told.
            let _ = target.leave(&console);
            if interrupt.signal().is_none() {
                return Err(error);
            }
            console.note(&format!("{error:#}"));
        }
    }
    if let Some(ledger) = &args.ledger {
        output::write_file(ledger, account.ledger.document(&summary.totals, complete)?.as_bytes())?;
    }
    match args.summary {
        SummaryForm::Table => console.say(&summary.table()),
        SummaryForm::Json => console.say(&summary.json()?),
        SummaryForm::None => {}
    }
    Ok(match interrupt.signal() {
        Some(signal) => End::Interrupted(signal),
        None if failed => End::Failed,
        None if args.strict && summary.totals.has_unusable() => End::Incomplete,
        None => End::Done,
    })
}

/// The filter, with the rules of the settings in force; they are loaded anew when their files change, until the watch is dropped.
pub(super) fn filter(args: &RunArgs, console: &Console) -> anyhow::Result<(Filter, Arc<Mutex<RuleSet>>, Option<Watch>)> {
    let (engine, profile) = (Engine::new()?, args.profile.map(|profile| profile.name()));
    let Some(file) = &args.settings else { return Ok((load::defaults(&engine, profile)?, Arc::new(Mutex::new(RuleSet::new())), None)) };
    let settings = Settings::read(file)?;
    let filter = settings.filter(&engine, profile)?;
    let mut rules = RuleSet::new();
    filter.set_rules(rules.load(&settings).map_err(|errors| settings.bad(&errors))?);
    let rules = Arc::new(Mutex::new(rules));
    let watch = watch::start(&settings, rules.clone(), console.voice(), watch::rules_of(filter.clone()));
    let told = |error: &anyhow::Error| console.note(&format!("rules that change are not loaded anew: {error:#}"));
    Ok((filter, rules, watch.inspect_err(told).ok()))
}

/// Refuses to write over what is read, or two things into one file.
fn check_targets(args: &RunArgs, inputs: &[String]) -> anyhow::Result<()> {
    let named = |name: &'static str, file: Option<&String>| file.filter(|file| *file != DASH).map(|file| (name, file.clone()));
    let targets = [
        named("--output", Some(&args.output)),
        named("--rejects", args.rejects.as_ref()),
        named("--ledger", args.ledger.as_ref()),
        named("--store", args.store.as_ref()),
    ];
    let targets: Vec<_> = targets.into_iter().flatten().collect();
    let sources = inputs.iter().filter(|input| *input != DASH).map(|input| ("an input", input.clone()));
    let sources: Vec<_> = sources.chain(named("--settings", args.settings.as_ref())).collect();
    for (at, (option, target)) in targets.iter().enumerate() {
        for (other, file) in sources.iter().chain(&targets[..at]) {
            if is_same(target, file) {
                return Err(usage(format!("{target} is {option} and {other}")));
            }
        }
    }
    if args.rejects.as_deref() == Some(DASH) || args.ledger.as_deref() == Some(DASH) {
        return Err(usage("standard output is for the records; give --rejects and --ledger a file"));
    }
    Ok(())
}

fn is_same(one: &str, other: &str) -> bool {
    // Devices such as /dev/null may be everything at once.
    let is_file = |name: &str| Path::new(name).metadata().map_or(true, |metadata| metadata.is_file());
    is_file(one) && (one == other || same_file::is_same_file(one, other).unwrap_or(false))
}

/// Events that are too large to hold are kept beside the file that they end up in.
fn spooling(args: &RunArgs) -> Spooling {
    match &args.rejects {
        None => Spooling::Count,
        Some(rejects) => match Path::new(rejects).parent() {
            Some(folder) if !folder.as_os_str().is_empty() && !folder.starts_with("/dev") => Spooling::Folder(folder.to_owned()),
            Some(folder) if folder.starts_with("/dev") => Spooling::Folder(std::env::temp_dir()),
            _ => Spooling::Folder(".".into()),
        },
    }
}

//! Loads rules, and where wanted all settings, anew when their files change, while events go through.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use actlog_engine::Filter;
use actlog_engine::rules::Chain;
use anyhow::Context;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use super::set::RuleSet;
use super::stamp::Stamp;
use crate::console::{Voice, clean};
use crate::exit::BadSettings;
use crate::settings::load::Settings;

/// Quiet after the last change before anything is loaded: files are often written in several steps.
const QUIET: Duration = Duration::from_millis(200);
/// How long to wait for quiet.
const PATIENCE: Duration = Duration::from_secs(2);

/// Makes ready of new settings what may fail, and gives what puts it in force, with their rules.
pub type Prepare = dyn Fn(&Settings) -> anyhow::Result<Box<dyn FnOnce(Chain)>> + Send;

/// Why it is looked at the files.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wake {
    /// Something changed.
    Changed,
    /// Somebody asked for it.
    Asked,
}

/// Watches until it is dropped.
pub struct Watch {
    _watcher: Arc<Mutex<RecommendedWatcher>>,
    wake: Sender<Wake>,
}

impl Watch {
    /// Loads everything anew, whether it changed or not.
    pub fn reload(&self) {
        let _ = self.wake.send(Wake::Asked);
    }
}

/// What a run puts in force: the rules alone. Other settings act from the next run on.
pub fn rules_of(filter: Filter) -> Box<Prepare> {
    Box::new(move |settings| {
        settings.check_host()?;
        let filter = filter.clone();
        Ok(Box::new(move |chain| filter.set_rules(chain)))
    })
}

/// Begins to watch a settings file and the files of its rules, which `rules` has loaded. What is new acts from the next batch on;
/// what is bad is told, and the rules before it go on.
///
/// # Errors
/// When this system cannot watch files.
pub fn start(settings: &Settings, rules: Arc<Mutex<RuleSet>>, voice: Voice, prepare: Box<Prepare>) -> anyhow::Result<Watch> {
    let (sender, changes) = channel();
    // What changed since it was loaded is seen at once. The receiver is gone when the run is over.
    let _ = sender.send(Wake::Changed);
    let wake = sender.clone();
    let watcher = notify::recommended_watcher(move |_| {
        let _ = sender.send(Wake::Changed);
    });
    let watcher = Arc::new(Mutex::new(watcher.context("cannot watch files")?));
    let path = settings.path().to_owned();
    let mut watched = Watched { settings: path, watcher: Arc::downgrade(&watcher), folders: BTreeSet::new(), files: BTreeMap::new() };
    watched.look(settings, &lock(&rules))?;
    thread::Builder::new()
        .name("actlog-rules".to_owned())
        .spawn(move || watched.run(&changes, &rules, &voice, &*prepare))
        .context("cannot watch files")?;
    Ok(Watch { _watcher: watcher, wake })
}

fn lock(rules: &Mutex<RuleSet>) -> MutexGuard<'_, RuleSet> {
    rules.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is watched: folders, since files are replaced, and how the files in them stand.
struct Watched {
    settings: PathBuf,
    watcher: Weak<Mutex<RecommendedWatcher>>,
    folders: BTreeSet<PathBuf>,
    files: BTreeMap<PathBuf, Stamp>,
}

impl Watched {
    fn run(mut self, changes: &Receiver<Wake>, rules: &Mutex<RuleSet>, voice: &Voice, prepare: &Prepare) {
        while let Ok(wake) = changes.recv() {
            let asked = settle(changes) || wake == Wake::Asked;
            if !asked && self.files.iter().all(|(path, stamp)| Stamp::of(path) == *stamp) {
                continue;
            }
            match self.reload(rules, prepare) {
                Ok(names) if names.is_empty() => voice.note("the settings list no rules any more"),
                Ok(names) => voice.note(&format!("rules loaded anew: {}", names.join(", "))),
                Err(error) => {
                    const OLD_GO_ON: &str = "the new rules cannot be used, and those before go on";
                    match error.downcast_ref::<BadSettings>() {
                        Some(bad) => {
                            bad.lines.iter().for_each(|line| voice.say(line));
                            voice.note(OLD_GO_ON);
                        }
                        None => voice.note(&format!("{OLD_GO_ON}: {}", clean(&format!("{error:#}")))),
                    }
                }
            }
        }
    }

    /// Loads the rules and puts them in force. Gives their names.
    fn reload(&mut self, rules: &Mutex<RuleSet>, prepare: &Prepare) -> anyhow::Result<Vec<String>> {
        // What cannot be read is not tried again before it changes.
        self.files.insert(self.settings.clone(), Stamp::of(&self.settings));
        let settings = Settings::read(&self.settings.to_string_lossy())?;
        let commit = prepare(&settings)?;
        let mut rules = lock(rules);
        let chain = rules.load(&settings);
        self.look(&settings, &rules)?;
        commit(chain.map_err(|errors| settings.bad(&errors))?);
        Ok(settings.rules().iter().map(|rule| rule.name.clone()).collect())
    }

    /// Watches the folders of these settings and their rules, and takes note of how the files stood when they were loaded.
    fn look(&mut self, settings: &Settings, rules: &RuleSet) -> anyhow::Result<()> {
        self.files = rules.stamps().clone();
        self.files.insert(self.settings.clone(), settings.stamp().clone());
        let Some(watcher) = self.watcher.upgrade() else { return Ok(()) };
        for path in self.files.keys() {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
            if self.folders.contains(&folder) {
                continue;
            }
            let watching = watcher.lock().unwrap_or_else(PoisonError::into_inner).watch(&folder, RecursiveMode::NonRecursive);
            watching.with_context(|| format!("cannot watch {}", folder.display()))?;
            self.folders.insert(folder);
        }
        Ok(())
    }
}

/// Waits until nothing has changed for a moment; whether somebody asked meanwhile.
fn settle(changes: &Receiver<Wake>) -> bool {
    let (until, mut asked) = (Instant::now() + PATIENCE, false);
    while Instant::now() < until {
        match changes.recv_timeout(QUIET) {
            Ok(wake) => asked |= wake == Wake::Asked,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
        }
    }
    asked
}
